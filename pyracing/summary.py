"""How a session looks in a terminal and in a notebook: what it is, who drove, and what is doubtful."""

from __future__ import annotations

import html
from collections import Counter
from typing import TYPE_CHECKING, Any

from pyracing.display import counted, printable
from pyracing.table import Table, row_dicts
from pyracing.times import moment_text

if TYPE_CHECKING:
    from pyracing.session import Session

SEVERITIES = ("error", "warning", "note")
MOST_CLASSES = 8


def title(session: Session) -> str:
    facts = session._part("facts")[0]
    return " · ".join(printable(part) for part in (facts.name, facts.kind) if part) or "session"


def summary_lines(session: Session) -> list[tuple[str, str]]:
    """What is shown of a session, as pairs of a word and what it says."""
    facts = row_dicts(session._part("facts"))[0]
    lines = [
        ("start", start_text(facts)),
        ("cars", cars_text(session.entries)),
        ("drivers", f"{len(session.drivers):,}" if session.drivers else ""),
        ("laps", f"{len(session):,}" + (" (a selection)" if facts["narrowed"] else "")),
        ("also", also_text(session)),
        ("files", files_text(session._part("files"))),
        ("doubts", doubts_text(session.check())),
    ]
    return [(word, said) for word, said in lines if said]


def start_text(facts: dict[str, Any]) -> str:
    parts = []
    if facts["start"] is not None:
        parts.append(moment_text(facts["start"]))
    if facts["duration"] is not None:
        parts.append(f"for {moment_text(facts['duration'])}")
    return ", ".join(parts)


def cars_text(entries: Table) -> str:
    """`62 cars: HYPERCAR 23, LMGT3 23, LMP2 16`."""
    classes = Counter(name for name in entries["class"].tolist() if name is not None)
    shares = [f"{printable(name)} {count}" for name, count in sorted(classes.items())]
    if len(shares) > MOST_CLASSES:
        shares[MOST_CLASSES:] = [f"and {len(shares) - MOST_CLASSES} more classes"]
    return f"{len(entries)}{' (' + ', '.join(shares) + ')' if shares else ''}"


def also_text(session: Session) -> str:
    also = []
    if len(session.results):
        also.append("published result" + (" and provisional result" if len(session.provisional) else ""))
    if len(session._part("sections").columns):
        also.append("sections")
    if len(session.weather):
        also.append(counted(len(session.weather), "weather reading"))
    return ", ".join(also)


def files_text(files: Table) -> str:
    """The names without their folders."""
    return ", ".join(printable(name.rpartition("/")[2]) for name in files["name"].tolist())


def doubts_text(doubts: Table) -> str:
    counts = Counter(doubts["severity"].tolist())
    found = [counted(counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    return f"{', '.join(found)}; check() lists them" if found else "none"


def summary_text(session: Session) -> str:
    lines = summary_lines(session)
    return "\n".join([title(session), *(f"  {word:<8}{said}" for word, said in lines)])


def summary_html(session: Session) -> str:
    left = 'style="text-align: left"'
    rows = "\n".join(
        f'<tr><th scope="row" {left}>{word}</th><td {left}>{html.escape(said)}</td></tr>'
        for word, said in summary_lines(session)
    )
    caption = f"<caption {left}>{html.escape(title(session))}</caption>"
    return f"<table>\n{caption}\n<tbody>\n{rows}\n</tbody>\n</table>"

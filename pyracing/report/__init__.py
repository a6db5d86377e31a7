"""One session told on one page: `pyracing.report(session, "report.html")`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pyracing.decisions import decisions_from
from pyracing.presets import rules as rules_of
from pyracing.report.facts import Facts
from pyracing.rules import Rules
from pyracing.session import Session


def report(
    session: Session, path: str | os.PathLike[str], rules: str | Path | Rules | None = None, decisions: Any = ()
) -> Path:
    """Writes a report of a session as one file, and returns its path.

    The story in words, the classification by class, charts, pace, stints, pit visits, drive time, the doubts about the
    data, and how all of it was made. What the session does not say is left out.

    Parameters
    ----------
    path : ends with `.html`, a page that asks the network for nothing, or with `.pdf`, the same with still charts. The
        charts of a page are drawn one after another once it is open, and all of them when it is printed; a script of
        the page that calls `print()` first awaits `pyracingCharts.drawAll()`.
    rules : as `classification` takes them, or the name of a preset; they also bound the drive time.
    decisions : of the stewards, as `classification` takes them, or the path of a file of them. Without decisions the
        published result is the order of the report, and what the laps alone give is beside it.

    The same input makes the same bytes. Raises ValueError for another ending, RulesError for decisions and rules that
    do not fit, and ImportError where the libraries of the extra `report` are missing.
    """
    from pyracing.report.page import html_of, page_of, pdf_of
    from pyracing.report.pictures import colours_of, pictures_of

    target = Path(path)
    ending = target.suffix.lower()
    if ending not in (".html", ".htm", ".pdf"):
        raise ValueError(f"a report is written as .html or .pdf, not as '{target.name}'")
    given = None if rules is None else rules_of(rules)
    facts = Facts(session, given, decisions_from(decisions))
    page = page_of(facts, pictures_of(facts), colours_of(facts))
    data = pdf_of(page) if ending == ".pdf" else html_of(page).encode()
    target.write_bytes(data)
    return target

"""How a table looks in a terminal and in a notebook: like the classification that the timekeeper prints."""

from __future__ import annotations

import html
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pyracing.times import decimals_of, duration_texts

if TYPE_CHECKING:
    from pyracing.table import Table

MOST_ROWS = 80  # of a table that is shown whole: more than any grid
FIRST_ROWS, LAST_ROWS = 20, 10
WIDTH = 120  # where there is no terminal to ask
LONGEST_TEXT, NARROW_TEXT = 200, 16  # texts are cut so, as far as the terminal is narrow
CONTEXT = (
    "group",
    "manufacturer",
    "driver_number",
    "drivers",
    "status",
)  # the first to go
PATHS = ("file",)  # of which the end says most
NOTHING = ("", "0", "0.000")
GAPS = ("gap", "interval", "class_gap")  # shown as one with the column `<name>_laps`
BETWEEN = "  "


@dataclass
class Shown:
    """A column as texts, without the rows left out."""

    name: str
    cells: list[str]
    right: bool  # aligned so

    @property
    def says_nothing(self) -> bool:
        return bool(self.cells) and all(cell in NOTHING for cell in self.cells)


# ---- Values as texts ----


def shown_columns(table: Table) -> list[Shown]:
    """The columns of a short table, gaps and laps in one."""
    names = table.columns
    joined = {f"{name}_laps" for name in GAPS if name in names}
    found = []
    for name, type, _ in table.schema:
        if name in joined:
            continue
        if name in GAPS and type == "duration":
            cells = gap_cells(table, name, f"{name}_laps" if f"{name}_laps" in names else None)
        else:
            cells = CELLS[type](table, name)
        found.append(Shown(name, cells, type not in ("text", "bool")))
    return found


def blanked(table: Table, name: str, texts: Sequence[str]) -> list[str]:
    return [text if present else "" for text, present in zip(texts, table.valid(name).tolist(), strict=True)]


def text_cells(table: Table, name: str) -> list[str]:
    return ["" if text is None else printable(text) for text in table[name].tolist()]


def printable(text: str) -> str:
    """Without what would move the cursor or hide text."""
    return (
        text
        if text.isprintable()
        else "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    )


def bool_cells(table: Table, name: str) -> list[str]:
    answers = zip(table[name].tolist(), table.valid(name).tolist(), strict=True)
    nullable = not table.valid(name).all()
    return ["" if not present else "yes" if value else "no" if nullable else "" for value, present in answers]


def integer_cells(table: Table, name: str) -> list[str]:
    return ["" if value is None else str(value) for (value,) in table[[name]]]


def float_cells(table: Table, name: str) -> list[str]:
    values = table[name]
    known = values[np.isfinite(values)]
    if len(known) and (np.abs(known).max() >= 1e9 or np.abs(known).max() < 1e-3 and known.any()):
        return blanked(table, name, [f"{value:.4g}" for value in values.tolist()])
    decimals = next((each for each in range(3) if np.allclose(np.round(known, each), known, rtol=0, atol=1e-9)), 3)
    return blanked(table, name, [f"{value:.{decimals}f}" for value in values.tolist()])


def microseconds(table: Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A column of durations where it is present, 0 elsewhere."""
    values: np.ndarray[tuple[int], np.dtype[np.int64]] = np.where(table.valid(name), table[name].view(np.int64), 0)
    return values


def duration_cells(table: Table, name: str, sign: str = "") -> list[str]:
    values = microseconds(table, name)
    decimals = 4 if decimals_of(values) == 4 else 3
    return blanked(table, name, duration_texts(values, decimals, sign))


def gap_cells(table: Table, name: str, laps_name: str | None) -> list[str]:
    """`+1.234` behind, `-` for who leads, `+1 lap` on another lap; both where both are known."""
    values = microseconds(table, name).tolist()
    times = [
        "-" if text and not value else text
        for text, value in zip(duration_cells(table, name, "+"), values, strict=True)
    ]
    if laps_name is None:
        return times
    laps = [0 if not count == count else int(count) for count in table[laps_name].tolist()]
    return [gap_cell(time, count) for time, count in zip(times, laps, strict=True)]


def gap_cell(time: str, laps: int) -> str:
    if laps == 0:
        return time
    text = f"{laps:+d} lap{'s' if abs(laps) != 1 else ''}"
    return f"{time} ({text})" if time else text


CELLS = {
    "text": text_cells,
    "bool": bool_cells,
    "int32": integer_cells,
    "int64": integer_cells,
    "float64": float_cells,
    "duration": duration_cells,
}


def shortened(table: Table) -> tuple[Table, int]:
    """The rows that are shown, and how many are left out after the first FIRST_ROWS of them."""
    if len(table) <= MOST_ROWS:
        return table, 0
    kept = np.concatenate([np.arange(FIRST_ROWS), np.arange(len(table) - LAST_ROWS, len(table))])
    return table[kept], len(table) - len(kept)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


# ---- Terminal ----


def width(text: str) -> int:
    """How many places a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def cut(text: str, most: int, keep_end: bool = False) -> str:
    if width(text) <= most:
        return text
    while text and width(text) >= most:
        text = text[1:] if keep_end else text[:-1]
    return f"…{text.lstrip()}" if keep_end else f"{text.rstrip()}…"


def head_lines(column: Shown, body_width: int) -> list[str]:
    """The name of a column, over several lines where it is wider than what stands below it."""
    lines: list[str] = []
    for word in column.name.split("_"):
        if lines and (word.isdigit() or len(lines[-1]) + 1 + len(word) <= body_width):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@dataclass
class Laid:
    """A column laid out: the lines of its head, and the width of all."""

    column: Shown
    head: list[str]
    width: int

    def put(self, text: str) -> str:
        blanks = " " * (self.width - width(text))
        return blanks + text if self.column.right else text + blanks


def laid_out(column: Shown, most: int) -> Laid:
    """With texts cut to `most` places."""
    if not column.right:
        column = Shown(column.name, [cut(cell, most, column.name in PATHS) for cell in column.cells], column.right)
    body = max(map(width, column.cells), default=0)
    head = head_lines(column, body)
    return Laid(column, head, max(body, *map(width, head)))


def widths(column: Shown) -> tuple[int, int]:
    """How narrow a column can be, and how wide its texts are; a column of numbers is as wide as it is."""
    body = max(map(width, column.cells), default=0)
    head = max(map(width, head_lines(column, 0)))
    return (max(head, body), 0) if column.right else (head, body)


def fitted(columns: list[Shown], room: int) -> tuple[list[Laid], list[str]]:
    """As many columns as there is room for, and the names of those left out.

    Where there is not enough, columns that say nothing go, texts are cut, the longest ones most, then columns that say
    little go, then the last ones.
    """
    sizes = {column.name: widths(column) for column in columns}

    def room_of(names: Sequence[str], most: int) -> int:
        taken = [max(narrowest, min(longest, most)) for narrowest, longest in (sizes[name] for name in names)]
        return sum(taken) + len(BETWEEN) * (len(taken) - 1)

    kept = [column.name for column in columns]
    if room_of(kept, LONGEST_TEXT) > room:
        kept = [column.name for column in columns if not column.says_nothing] or kept[:1]
    for name in (*CONTEXT, *reversed([*kept])):
        if room_of(kept, NARROW_TEXT) > room and len(kept) > 1 and name in kept:
            kept.remove(name)
    most = next((each for each in range(LONGEST_TEXT, NARROW_TEXT, -1) if room_of(kept, each) <= room), NARROW_TEXT)
    if len(kept) == 1:
        most = min(most, room)
    laid = [laid_out(column, most) for column in columns if column.name in kept]
    return laid, [column.name for column in columns if column.name not in kept]


def text_of(table: Table, room: int | None = None) -> str:
    """The table as text, `room` places wide: as the terminal is, unless said."""
    if room is None:
        room = shutil.get_terminal_size((WIDTH, 24)).columns
    if not table.columns:
        return f"{counted(len(table), 'row')} without columns"
    kept, missing = shortened(table)
    columns = shown_columns(kept)
    laid, left_out = fitted(columns, room)
    empty = {column.name for column in columns if column.says_nothing}
    blank = [name for name in left_out if name in empty]
    left_out = [name for name in left_out if name not in empty]
    depth = max(len(each.head) for each in laid)
    heads = [[*[""] * (depth - len(each.head)), *each.head] for each in laid]
    lines = [
        BETWEEN.join(each.put(head[line]) for each, head in zip(laid, heads, strict=True)) for line in range(depth)
    ]
    lines.append(BETWEEN.join("-" * each.width for each in laid))
    rows = [BETWEEN.join(each.put(each.column.cells[row]) for each in laid) for row in range(len(kept))]
    if missing:
        rows.insert(FIRST_ROWS, f"… {counted(missing, 'row')} …")
    note = counted(len(table), "row")
    for what, names in (("nothing in", blank), ("no room for", left_out)):
        if names:
            note += f"; {what} {', '.join(names)}"
    return "\n".join([*(line.rstrip() for line in lines + rows), *textwrap.wrap(note, max(room, 20))])


# ---- Notebook ----


def html_of(table: Table) -> str:
    """The table as HTML, escaped."""
    kept, missing = shortened(table)
    columns = shown_columns(kept)
    head = "".join(f'<th scope="col"{align(column)}>{html.escape(column.name)}</th>' for column in columns)
    rows = [
        "".join(html_cell(column, column.cells[row], place == 0) for place, column in enumerate(columns))
        for row in range(len(kept))
    ]
    if missing:
        rows.insert(
            FIRST_ROWS, f'<td colspan="{len(columns)}" style="text-align: center">… {counted(missing, "row")} …</td>'
        )
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    note = counted(len(table), "row")
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n<p>{note}</p>"


def html_cell(column: Shown, text: str, first: bool) -> str:
    """The first column says what a row is about where it is text, such as a car."""
    tag, scope = ("th", ' scope="row"') if first and not column.right else ("td", "")
    return f"<{tag}{scope}{align(column)}>{html.escape(text)}</{tag}>"


def align(column: Shown) -> str:
    return f' style="text-align: {"right" if column.right else "left"}; white-space: nowrap"'

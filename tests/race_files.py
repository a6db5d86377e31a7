"""Small lap files written by hand in a short notation, and answers as plain Python rows.

    7 GT3 | Ann 1:40 1:30* 1:31B | Bo 2:20/45 1:30!FCY | - 1:30

is car 7 of class GT3: Ann drives three laps, the second marked as her car's best and the third ending in the pit lane;
Bo comes out after 45 s there and ends a lap under full-course yellow; who drives the last lap is not written. Laps are
green, the last one of a car is chequered, unless a `!` says otherwise (`!` alone: no flag).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NAMES = ["NUMBER", "DRIVER_NUMBER", "LAP_NUMBER", "LAP_TIME", "LAP_IMPROVEMENT", "CROSSING_FINISH_LINE_IN_PIT", "ELAPSED",
         "HOUR", "DRIVER_NAME", "PIT_TIME", "CLASS", "GROUP", "TEAM", "FLAG_AT_FL"]  # fmt: skip
LAP = re.compile(r"(?P<time>[\d:.]+)(?P<marks>[B*]*)(/(?P<pit>[\d:.]+))?(!(?P<flag>\w*))?")


def seconds(text: str) -> int:
    """Microseconds of `90`, `1:30` or `1:01:30.5`."""
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return round(total * 1_000_000)


def clock(microseconds: int) -> str:
    minutes, rest = divmod(microseconds // 1000, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def lap_rows(line: str, first_lap: int = 1) -> list[list[str]]:
    """The rows of one car."""
    head, *stints = line.split("|")
    car, class_name = (head.split() + [""])[:2]
    rows: list[list[str]] = []
    drivers: list[str] = []
    elapsed = 0
    for stint in stints:
        driver, *laps = stint.split()
        drivers += [driver] if driver not in drivers else []
        for text in laps:
            lap = LAP.fullmatch(text)
            assert lap, text
            elapsed += seconds(lap["time"])
            name = "" if driver == "-" else driver
            pit = clock(seconds(lap["pit"])) if lap["pit"] else ""
            rows.append([
                car, str(drivers.index(driver) + 1), str(first_lap + len(rows)), clock(seconds(lap["time"])),
                "2" if "*" in lap["marks"] else "0", "B" if "B" in lap["marks"] else "", clock(elapsed),
                clock(36_000_000_000 + elapsed), name, pit, class_name, "", f"Team {car}",
                "GF" if lap["flag"] is None else lap["flag"],
            ])  # fmt: skip
    if rows and lap["flag"] is None:
        rows[-1][-1] = "FF"
    return rows


def lap_file(text: str, *, leave_out: tuple[tuple[str, int], ...] = (), names: list[str] = NAMES) -> bytes:
    """The lap file of all cars of `text`, a car a line, without the laps (car, lap) to leave out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = [row for line in lines for row in lap_rows(line) if (row[0], int(row[2])) not in leave_out]
    keep = [NAMES.index(name) for name in names]
    return "\n".join(";".join(row[i] for i in keep) for row in [NAMES, *rows]).encode() + b"\n"


def rows(table: Any) -> list[dict[str, Any]]:
    """The rows of a Table: durations in microseconds, absent values None."""
    columns = {}
    for name in table.columns:
        values = table[name]
        if values.dtype.kind == "m":
            values = values.astype("timedelta64[us]").astype(np.int64)
        whole = values.dtype.kind == "f" and name not in ("average_speed", "top_speed")
        columns[name] = [
            None if not valid else int(value) if whole else value.item() if hasattr(value, "item") else value
            for value, valid in zip(values, table.valid(name), strict=True)
        ]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def brief(table: Any, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a Table, a tuple a row."""
    return [tuple(row[name] for name in names) for row in rows(table)]


def lap_files() -> list[Path]:
    """The published lap files beside the checkout."""
    paths = sorted(path for path in DATA.rglob("*") if path.suffix.lower() == ".csv" and path.is_file())
    return [path for path in paths if {"LAP_NUMBER", "LAP_TIME"} <= header(path)]


def header(path: Path) -> set[str]:
    with path.open("rb") as file:
        line = file.readline().decode("utf-8-sig", "replace")
    return {name.strip() for name in re.split("[;,]", line)}

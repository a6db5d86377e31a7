"""Races in a short notation, for worked examples.

    7 GT3 | Ann 1:40 1:30* 1:31B | Bo 2:20/45 1:30!FCY | - 1:30

is car 7 of class GT3: Ann drives three laps, the second marked as her car's best and the third ending in the pit lane;
Bo comes out after 45 s there and ends a lap under full-course yellow; who drives the last lap is not written. Laps are
green, the last one of a car is chequered, unless a `!` at the end says otherwise (`!` alone: no flag).
"""

from __future__ import annotations

import re

import lap_files

LAP = re.compile(r"(?P<time>[\d:.]+)(?P<marks>[B*]*)(/(?P<pit>[\d:.]+))?(!(?P<flag>\w*))?")


def time_of(text: str) -> float:
    """Seconds of `90`, `1:30` or `1:01:30.5`."""
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total


def seconds(text: str) -> int:
    """Microseconds of `90`, `1:30`, `-1:30`."""
    return lap_files.seconds(-time_of(text[1:]) if text.startswith("-") else time_of(text))


def car_laps(line: str) -> list[dict]:
    head, *stints = line.split("|")
    car, class_name = (head.split() + [""])[:2]
    laps = []
    for stint in stints:
        driver, *written = stint.split()
        for text in written:
            lap = LAP.fullmatch(text)
            assert lap, text
            laps.append({
                "time": time_of(lap["time"]),
                "pit": "B" in lap["marks"],
                "mark": 2 if "*" in lap["marks"] else 0,
                "pit_time": time_of(lap["pit"]) if lap["pit"] else None,
                "flag": "GF" if lap["flag"] is None else lap["flag"],
                "driver": None if driver == "-" else driver,
            })  # fmt: skip
    if lap["flag"] is None:
        laps[-1]["flag"] = "FF"
    return lap_files.car_laps(car, laps, **{"class": class_name, "team": f"Team {car}"})


def race_file(text: str, *, leave_out: tuple[tuple[str, int], ...] = ()) -> bytes:
    """The lap file of a race, a car a line, without the laps (car, lap) to leave out."""
    cars = [car_laps(line) for line in text.splitlines() if line.strip()]
    return lap_files.lap_file(*([lap for lap in laps if (lap["car"], lap["lap"]) not in leave_out] for laps in cars))

"""Times, counts and lists as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from pyracing.display import counted, printable
from pyracing.times import MICROSECOND, duration_texts

SPACE = "\N{NO-BREAK SPACE}"  # between a number and its unit
JOINING = frozenset(("and", "at", "da", "de", "di", "do", "du", "e", "in", "of", "the"))  # small within a name
FLAG_NAMES = {
    "fcy": "full-course yellow",
    "vsc": "virtual safety car",
    "code_60": "Code 60",
    "slow_zone": "slow zone",
    "safety_car": "safety car",
    "red": "red flag",
}


def time_text(time: timedelta | int, sign: str = "") -> str:
    """`1:58.765`."""
    microseconds = time // MICROSECOND if isinstance(time, timedelta) else time
    return duration_texts(np.array([microseconds]), 3, sign)[0]


def span_text(time: timedelta) -> str:
    """`2:05:10 h`, `12:34 min`, `48 s`: a stretch in which thousandths say nothing."""
    seconds = round(time.total_seconds())
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}{SPACE}h"
    return f"{minutes}:{seconds:02d}{SPACE}min" if minutes else f"{seconds}{SPACE}s"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def ordinal(place: int) -> str:
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def plain(word: str | None) -> str:
    """A word of the tables as text: `pit_stop` -> `pit stop`; what is absent is empty."""
    return "" if word is None else FLAG_NAMES.get(word, word.replace("_", " "))


def lost_to(first: dict[str, Any], row: dict[str, Any]) -> int | timedelta | None:
    """What a row of a classification is behind another one: laps, or time on the same lap; None where nobody knows, or
    where a decision put it there."""
    if first["laps"] is None or row["laps"] is None:
        return None
    laps: int = first["laps"] - row["laps"]
    if laps:
        return laps if laps > 0 else None
    if first["total_time"] is None or row["total_time"] is None:
        return None
    time: timedelta = row["total_time"] - first["total_time"]
    return time if time >= timedelta() else None


def margin_text(lost: int | timedelta | None) -> str:
    """`14.221 s`, `1:02.345`, `2 laps`; empty for None."""
    if lost is None:
        return ""
    if isinstance(lost, int):
        return counted(lost, "lap")
    text = time_text(lost)
    return text if ":" in text else f"{text}{SPACE}s"


def gap_text(lost: int | timedelta | None) -> str:
    """As timekeepers print it: `+14.221`, `+2 laps`; empty for None and nothing."""
    if not lost:
        return ""
    return f"+{counted(lost, 'lap')}" if isinstance(lost, int) else time_text(lost, "+")


def car_text(row: dict[str, Any], with_class: bool = False) -> str:
    """`car 50 of Ferrari AF Corse (Hypercar; Antonio FUOCO, Miguel MOLINA)`."""
    team = f" of {printable(row['team'])}" if row.get("team") else ""
    inside = [printable(row["class"])] if with_class and row.get("class") else []
    if row.get("drivers"):
        inside.append(", ".join(part.strip() for part in printable(row["drivers"]).split(" / ")))
    return f"car {printable(row['car'])}{team}{' (' + '; '.join(inside) + ')' if inside else ''}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def headed(name: str) -> str:
    """A name as a heading. One in small letters only, as files have it, begins its words with capitals: `le mans 24h`
    -> `Le Mans 24h`, `6h of spa` -> `6h of Spa`."""
    if name != name.lower():
        return capital(name)
    return " ".join(word if place and word in JOINING else capital(word) for place, word in enumerate(name.split()))


def unique(values: Iterable[Any]) -> list[Any]:
    """Without repeats and what is absent, in the order of first appearance."""
    return [value for value in dict.fromkeys(values) if value is not None]

"""Decisions of the stewards and of the championship: plain frozen values, from Python, TOML, CSV or JSON.

`time_penalty("7", 5, "track limits")` makes one. A list of them is given to `classification(decisions=)`, read by
`read_decisions` and written by `write_decisions`.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import numbers
import tomllib
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from pyracing.errors import RulesError
from pyracing.frames import given_columns, nearest
from pyracing.parameters import MOST
from pyracing.times import SECOND, Duration, to_microseconds


@dataclass(frozen=True)
class Decision:
    """What was decided about a car, and why. Durations are given in any form and kept as seconds."""

    kind: ClassVar[str]
    car: str

    def __post_init__(self) -> None:
        if not isinstance(self.car, str) or not self.car:
            raise RulesError(f"{self.kind}: car is {self.car!r}: a car number is text, such as '7'")
        optional = {field.name for field in dataclasses.fields(self) if field.default is None}
        for name, value in vars(self).items():
            if name in optional and value is None:
                continue
            if name == "seconds":
                object.__setattr__(self, name, seconds(value, self.kind))
            elif name == "reason" and not isinstance(value, str):
                raise RulesError(f"{self.kind}: reason is {value!r}: expected text")
            elif name in ("laps", "lap", "position", "places"):
                object.__setattr__(self, name, count(value, f"{self.kind}: {name}"))


def seconds(value: Any, kind: str) -> float:
    """A duration in one of the forms that durations have, as seconds, kept to the microsecond."""
    try:
        microseconds = to_microseconds(value)
    except (TypeError, ValueError):
        microseconds = -1
    if microseconds < 0:
        raise RulesError(f"{kind}: seconds is {value!r}: expected 0 or more seconds, or text such as '1:10.890'")
    return microseconds / SECOND


def count(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not 1 <= int(value) <= MOST:
        raise RulesError(f"{what} is {value!r}: expected a whole number from 1 on")
    return int(value)


@dataclass(frozen=True)
class TimePenalty(Decision):
    """Time added to the race time of a car."""

    kind = "time_penalty"
    seconds: Duration
    reason: str = ""


@dataclass(frozen=True)
class LapPenalty(Decision):
    """Laps deducted, and time added."""

    kind = "lap_penalty"
    laps: int
    seconds: Duration = 0
    reason: str = ""


@dataclass(frozen=True)
class DriveThrough(Decision):
    """A drive-through not served in the race: added as the rules convert it. With a `lap`, that on which it was served
    or from which it was looked for, it was served: nothing is added, and `pit_stops(decisions=)` names the visit."""

    kind = "drive_through"
    reason: str = ""
    lap: int | None = None


@dataclass(frozen=True)
class StopGo(Decision):
    """A stop of so many seconds not served in the race: added as the rules convert it. `lap` as for a drive-through."""

    kind = "stop_go"
    seconds: Duration
    reason: str = ""
    lap: int | None = None


@dataclass(frozen=True)
class DeleteLap(Decision):
    """The time of one lap does not count as a best lap; the lap itself does."""

    kind = "delete_lap"
    lap: int
    reason: str = ""


@dataclass(frozen=True)
class DeleteTimes(Decision):
    """No lap time of the car counts as a best lap."""

    kind = "delete_times"
    reason: str = ""


@dataclass(frozen=True)
class RearOfClass(Decision):
    """Last of its class; of several, the one decided on later stands behind."""

    kind = "rear_of_class"
    reason: str = ""


@dataclass(frozen=True)
class Disqualify(Decision):
    """Out of the classification."""

    kind = "disqualify"
    reason: str = ""


@dataclass(frozen=True)
class Retire(Decision):
    """Retired, which laps alone do not tell from not classified: the car did not take the flag. Where the rules do not
    require it, as after 90 % of a Grand Prix or in IMSA, the car stays classified with its laps, and `check()` says so.
    """

    kind = "retire"
    reason: str = ""


@dataclass(frozen=True)
class Place(Decision):
    """A position by decision, the others closing up."""

    kind = "place"
    position: int
    reason: str = ""


@dataclass(frozen=True)
class GridDrop(Decision):
    """Places lost on the grid."""

    kind = "grid_drop"
    places: int
    reason: str = ""


@dataclass(frozen=True)
class PitLaneStart(Decision):
    """A start from the pit lane, behind the grid."""

    kind = "pit_lane_start"
    reason: str = ""


time_penalty, lap_penalty, drive_through, stop_go = TimePenalty, LapPenalty, DriveThrough, StopGo
delete_lap, delete_times, rear_of_class, disqualify = DeleteLap, DeleteTimes, RearOfClass, Disqualify
retire, place, grid_drop, pit_lane_start = Retire, Place, GridDrop, PitLaneStart

KINDS: dict[str, type[Decision]] = {kind.kind: kind for kind in Decision.__subclasses__()}
FIELDS = ("kind", "car", "seconds", "laps", "lap", "position", "places", "reason")
UNEXPLAINED = "unexplained"  # a row of `decisions_between` that is no decision and is passed over


@dataclass(frozen=True)
class PointsDeduction:
    """Points taken off a competitor's season, a negative number awards them; None: all, and no position in the
    table."""

    competitor: str
    points: Fraction | float | int | None
    reason: str = ""

    def __post_init__(self) -> None:
        number = self.points if self.points is not None else 0
        if isinstance(number, bool) or not isinstance(number, int | float | Fraction) or not math.isfinite(number):
            raise RulesError(f"points_deduction: points is {self.points!r}: expected a number, or None for all")

    def exact(self) -> Fraction:
        value = self.points
        return Fraction(repr(value)) if isinstance(value, float) else Fraction(value or 0)


points_deduction = PointsDeduction


# ---- Reading and writing ---------------------------------------------------------------------------------------------


def decisions_of(rows: Iterable[Mapping[str, Any]], origin: str) -> tuple[Decision, ...]:
    """The decisions in rows, which `origin` and a number name in messages."""
    return tuple(
        decision_from(row, f"{origin} {number}")
        for number, row in enumerate(rows, 1)
        if row.get("kind") != UNEXPLAINED
    )


def decision_from(given: Mapping[str, Any], origin: str) -> Decision:
    """A decision from the names and values of one row. RulesError names the file, the row and the key."""
    kind = given.get("kind")
    if kind not in KINDS:
        raise RulesError(f"{origin}: kind is {kind!r}: no such decision{nearest(str(kind), KINDS)}")
    hints = typing.get_type_hints(KINDS[kind])
    names = [field.name for field in dataclasses.fields(KINDS[kind])]
    values = {}
    for key, value in given.items():
        if key == "kind" or value is None or value == "":
            continue
        if key not in names:
            raise RulesError(f"{origin}: {key}: a {kind} has no such value{nearest(key, names)}")
        values[key] = converted(value, hints[key], f"{origin}: {key}")
    for field in dataclasses.fields(KINDS[kind]):
        if field.name not in values and field.default is dataclasses.MISSING:
            raise RulesError(f"{origin}: {field.name} is missing: a {kind} needs it")
    try:
        return KINDS[kind](**values)
    except RulesError as error:
        raise RulesError(f"{origin}: {error}") from None


def converted(value: Any, hint: Any, where: str) -> Any:
    """A car number is text and a number of a CSV file is a number, however the file writes them."""
    if hint is str and type(value) is int:
        return str(value)
    if hint in (int, int | None) and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise RulesError(f"{where} is {value!r}: expected a number") from None
    return value


def decisions_from(given: Any, origin: str = "decisions") -> tuple[Decision, ...]:
    """Decisions from one or a list of them, also as mappings with the keys of a file, from a file's path, or from a
    table with the columns `kind`, `car`, ... ."""
    if isinstance(given, str | Path):
        return read_decisions(given)
    if isinstance(given, Decision):
        return (given,)
    if isinstance(given, Sequence) and all(isinstance(one, Decision) for one in given):
        return tuple(given)
    if isinstance(given, Sequence) and all(isinstance(one, Mapping) for one in given):
        return decisions_of(given, origin)
    if isinstance(given, Sequence):
        wrong = next(one for one in given if not isinstance(one, Decision))
        raise TypeError(f"decisions has {wrong!r}: expected what pyracing.time_penalty and its like make")
    columns = {name: column for name, column in given_columns(given, FIELDS).items() if name in FIELDS}
    rows = zip(*(plain_values(column.values, column.absent) for column in columns.values()), strict=True)
    return decisions_of([dict(zip(columns, row, strict=True)) for row in rows], f"{origin} row")


def plain_values(values: Any, absent: Any) -> list[Any]:
    if values.dtype.kind == "m":
        values = values.astype("timedelta64[us]")
    gone = absent.tolist() if absent is not None else [False] * len(values)
    plain = [None if out or value != value else value for value, out in zip(values.tolist(), gone, strict=True)]
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in plain]


def read_decisions(path: str | Path) -> tuple[Decision, ...]:
    """Decisions from a `.toml` file (tables headed `[[decision]]`), a `.json` file (a list) or a `.csv` file (a row
    each).

    Columns or keys: `kind` (time_penalty, disqualify, ...), `car` and what that kind takes: seconds, laps, lap,
    position, places, reason. RulesError names the file, the row and the key.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = parse(text, path.suffix.lower())
    except OSError as error:
        raise RulesError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, csv.Error) as error:
        raise RulesError(f"{path}: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise RulesError(f"{path}: expected a list of decisions, each with kind and car")
    return decisions_of(rows, f"{path}: decision")


def parse(text: str, suffix: str) -> Any:
    if suffix == ".toml":
        content = tomllib.loads(text)
        if set(content) - {"decision"}:
            raise ValueError(f"{min(set(content) - {'decision'})}: expected tables headed [[decision]]")
        return content.get("decision", [])
    if suffix == ".json":
        return json.loads(text)
    if suffix == ".csv":
        separator = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = list(reader)
        columns = reader.fieldnames or []
        for needed in ("kind", "car"):
            if rows and needed not in columns:
                raise ValueError(f"there is no column '{needed}'; there are {', '.join(columns)}")
        for number, row in enumerate(rows, 1):
            if None in row:
                raise ValueError(f"decision {number}: it has more values than there are columns")
        return rows
    raise ValueError("decisions are read from .toml, .json and .csv files")


def write_decisions(decisions: Any, path: str | Path) -> None:
    """Writes decisions so that `read_decisions` gives them back, in the format that the name of the file ends with:
    a list of them, or a table such as `decisions_between` gives, without its rows that are `unexplained`."""
    path = Path(path)
    rows = [
        {"kind": decision.kind, **{name: value for name, value in vars(decision).items() if value is not None}}
        for decision in decisions_from(tuple(decisions) if isinstance(decisions, Iterator) else decisions)
    ]
    suffix = path.suffix.lower()
    if suffix == ".toml":
        tables = (
            "[[decision]]\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in row.items()) for row in rows
        )
        text = "\n".join(tables)
    elif suffix == ".json":
        text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    elif suffix == ".csv":
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, FIELDS, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writeheader()
        writer.writerows(rows)
        text = out.getvalue()
    else:
        raise RulesError(f"{path}: decisions are written as .toml, .json or .csv")
    path.write_bytes(text.encode())


def toml_value(value: Any) -> str:
    """Numbers as they are; text as JSON writes it, whose escapes TOML knows."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---- Checking --------------------------------------------------------------------------------------------------------


def check_decisions(decisions: Iterable[Decision], cars: Collection[str], origin: Any = None) -> None:
    """RulesError for a car that is not there and for decisions that cannot both hold; `origin`, where it is the path of
    a file, is named."""
    where = f"{origin}: " if isinstance(origin, str | Path) else ""
    there = frozenset(cars)
    moved: dict[str, Decision] = {}
    places: dict[int, str] = {}
    for decision in decisions:
        if decision.car not in there:
            raise RulesError(f"{where}{decision.kind}: there is no car {decision.car!r}{nearest(decision.car, cars)}")
        if isinstance(decision, Place | RearOfClass | Disqualify):
            other = moved.setdefault(decision.car, decision)
            if type(other) is not type(decision) or vars(other) | {"reason": ""} != vars(decision) | {"reason": ""}:
                both = f"{other.kind} and {decision.kind}"
                raise RulesError(f"{where}car {decision.car!r}: {both} contradict each other; leave one out")
        if isinstance(decision, Place) and places.setdefault(decision.position, decision.car) != decision.car:
            raise RulesError(
                f"{where}position {decision.position} is given to the cars {places[decision.position]!r} and "
                f"{decision.car!r}; leave one out"
            )

"""Drive time under rules: what they demand of each driver, and what follows where one fails."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pyracing.decisions import Decision, Disqualify, Place, RearOfClass, TimePenalty, decisions_from
from pyracing.errors import RulesError
from pyracing.frames import nearest
from pyracing.presets import rules as rules_of
from pyracing.rows import table_of_rows
from pyracing.rules import DriveLimit, DriveTime, Rules
from pyracing.table import Field
from pyracing.times import HOUR, to_microseconds

if TYPE_CHECKING:
    from pyracing.session import Session

LIMIT_FIELDS = (
    Field("class", "text", True),
    Field("rating", "text", True),
    Field("drivers", "int32", True),
    Field("minimum", "duration", True),
    Field("maximum", "duration", True),
)
PENALTIES = ("rear_of_class", "missing_time", "disqualified")  # that need no figure of the stewards
SHORTER, LONGER = 1 / 60, 1 / 4  # hours by which a race that was run may differ from the one announced


def drive_options(session: Session, rules: Rules | None) -> dict[str, Any]:
    """Options of the core. RulesError where a limit that holds for this race is not known."""
    if rules is None:
        return {}
    given = rules.drive_time
    times = ("window", "rest", "maximum", "maximum_in_window", "longest")
    options = {name: None if (value := getattr(given, name)) is None else to_microseconds(value) for name in times}
    hours = race_hours(session, rules) if any(limit.hours for limit in given.limits) else (0.0, 0.0)
    name = session._part("facts")[0].name
    rows = [row for limit in given.limits if holds(limit, name, hours) for row in limit_rows(limit)]
    return {
        **options,
        "counts_pit_lane": given.counts_pit_lane,
        "scaled": given.scaled,
        "limits": table_of_rows(LIMIT_FIELDS, rows)._core if rows else None,
    }


def limit_rows(limit: DriveLimit) -> Iterator[tuple[Any, ...]]:
    """A row for each class, rating and size of crew that is meant; None for all."""
    bounds = [None if value is None else to_microseconds(value) for value in (limit.minimum, limit.maximum)]
    for meant in itertools.product(limit.classes or [None], limit.ratings or [None], limit.drivers or [None]):
        yield (*meant, *bounds)


def race_hours(session: Session, rules: Rules) -> tuple[float, float]:
    """Between what the length of the race lies: twice that announced, or what was run, which may be off a little."""
    facts = session._part("facts")[0]
    announced = facts.duration if facts.duration is not None else rules.end_of_race.duration
    if announced is not None:
        length = to_microseconds(announced) / HOUR
        return length, length
    run = session.flag_times()["time"].sum() / np.timedelta64(HOUR, "us")
    return run - LONGER, run + SHORTER


def holds(limit: DriveLimit, name: str | None, hours: tuple[float, float]) -> bool:
    """The limit is for an event of this name and a race of this length."""
    if limit.events and name not in limit.events:
        return False
    return limit.hours is None or (limit.hours[0] <= hours[1] and hours[0] <= limit.hours[1])


def missed(row: Any, given: DriveTime) -> timedelta:
    """By how much a driver misses the bound that he misses by most."""
    bounds = ((row.time, row.maximum), (row.longest_in_window, given.maximum_in_window), (row.longest, given.longest))
    by: list[timedelta] = [driven - bound for driven, bound in bounds if bound is not None]
    if row.minimum is not None:
        by.append(row.minimum - row.time)
    return max(by)


class Failure(NamedTuple):
    """A car with a driver who fails: why, and the most that one of its drivers misses a bound by."""

    car: str
    reason: str
    missed: timedelta


def failures(session: Session, rules: Rules) -> list[Failure]:
    """In the order of the race. A car that stopped before the last tenth of the race is left alone: its drivers had no
    more chance to drive."""
    failing: dict[str, list[Any]] = {}
    for row in session.drive_time(rules=rules):
        if row.ok is False:
            failing.setdefault(row.car, []).append(row)
    order = [row for row in session.classification() if row.total_time is not None]
    enough = 0.9 * order[0].total_time if order else None
    return [
        Failure(
            row.car,
            ", ".join(f"{driver.driver or 'a driver'} {driver.reason}" for driver in failing[row.car]),
            max(missed(driver, rules.drive_time) for driver in failing[row.car]),
        )
        for row in order
        if row.car in failing and row.total_time >= enough
    ]


def decision_of(failure: Failure, penalty: str) -> Decision:
    reason = f"drive time: {failure.reason}"
    if penalty == "missing_time":
        return TimePenalty(failure.car, failure.missed, reason)
    return RearOfClass(failure.car, reason) if penalty == "rear_of_class" else Disqualify(failure.car, reason)


def open_penalty(rules: Rules, failed: Sequence[Failure]) -> RulesError:
    shown = "; ".join(f"car {failure.car}: {failure.reason}" for failure in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    what = "how many laps and how much time" if rules.drive_time.failed == "laps_and_time" else "the penalty"
    ways = " or ".join(map(repr, PENALTIES))
    return RulesError(
        f"{rules.origin}: drive_time.failed is {rules.drive_time.failed!r}: the stewards set {what} ({shown}{more}); "
        f"see what it would be with drive_time={ways}, or give what they decided in decisions="
    )


def with_drive_time(session: Session, given: str, rules: Rules | str | None, decisions: Any) -> list[Decision]:
    """The decisions given, and those that follow from drive time: the penalty `given`, or with "apply" that of the
    rules. What is given moves a car in place of what would follow. RulesError without rules, and where a driver fails
    and the rules leave the penalty to the stewards."""
    if given != "apply" and given not in PENALTIES:
        raise ValueError(f"drive_time={given!r} is not known{nearest(str(given), ('apply', *PENALTIES))}")
    if rules is None:
        raise RulesError(f"drive_time={given!r} needs rules: they say how long a driver must drive")
    known = rules_of(rules)
    penalty = known.drive_time.failed if given == "apply" else given
    listed = decisions_from(decisions)
    failed = failures(session, known) if penalty != "no_points" else []
    if failed and penalty not in PENALTIES:
        raise open_penalty(known, failed)
    moved = {decision.car for decision in listed if isinstance(decision, Place | RearOfClass | Disqualify)}
    predicted = [decision_of(failure, penalty) for failure in failed]
    return [*listed, *(one for one in predicted if isinstance(one, TimePenalty) or one.car not in moved)]

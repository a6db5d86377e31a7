"""Drive time under rules: what they demand of each driver, and what follows where one fails."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pyracing.decisions import Decision, RearOfClass, decisions_from
from pyracing.errors import RulesError
from pyracing.presets import rules as rules_of
from pyracing.rows import table_of_rows
from pyracing.rules import DriveLimit, Rules
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
SHORTER, LONGER = 1 / 60, 1 / 4  # hours by which a race that was run may differ from the one announced


def drive_options(session: Session, rules: Rules | None) -> dict[str, Any]:
    """Options of the core. RulesError where a limit that holds for this race is not known."""
    if rules is None:
        return {}
    given = rules.drive_time
    times = ("window", "rest", "maximum", "maximum_in_window", "longest")
    options = {name: None if (value := getattr(given, name)) is None else to_microseconds(value) for name in times}
    hours = race_hours(session, rules) if any(limit.hours for limit in given.limits) else (0.0, 0.0)
    name = next(iter(session._part("facts"))).name
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
    facts = next(iter(session._part("facts")))
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


def predicted_decisions(session: Session, rules: Rules | None) -> list[Decision]:
    """What the rules say happens to the cars with a driver who fails, in the order of the race.

    A car that stopped before the last tenth of the race is left alone: its drivers had no more chance to drive. Raises
    RulesError without rules, and where a driver fails and the rules leave the penalty to the stewards.
    """
    if rules is None:
        raise RulesError("drive_time='apply' needs rules: they say how long a driver must drive")
    failed: dict[str, list[str]] = {}
    for row in session.drive_time(rules=rules):
        if row.ok is False:
            failed.setdefault(row.car, []).append(f"{row.driver or 'a driver'} {row.reason}")
    order = [row for row in session.classification() if row.total_time is not None]
    enough = 0.9 * order[0].total_time if order else None
    finished = [row.car for row in order if row.car in failed and row.total_time >= enough]
    consequence = rules.drive_time.failed
    if consequence == "no_points" or not finished:
        return []
    if consequence != "rear_of_class":
        shown = "; ".join(f"car {car}: {', '.join(failed[car])}" for car in finished[:3])
        more = f" and {len(finished) - 3} more" if len(finished) > 3 else ""
        raise RulesError(
            f"{rules.origin}: the stewards set the penalty for drive time, so it cannot be applied ({shown}{more}); "
            "give it in decisions="
        )
    return [RearOfClass(car, f"drive time: {', '.join(failed[car])}") for car in finished]


def with_drive_time(session: Session, given: str, rules: Rules | str | None, decisions: Any) -> list[Decision]:
    """The decisions given, and those that follow from drive time."""
    if given != "apply":
        raise ValueError(f"drive_time={given!r} is not known; 'apply' adds what the rules say happens, or leave it out")
    predicted = predicted_decisions(session, None if rules is None else rules_of(rules))
    return [*decisions_from(decisions), *predicted]

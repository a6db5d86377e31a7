"""Rules, decisions and groups as the options that the core's classification takes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyracing.attributes import read_csv
from pyracing.decisions import Decision, check_decisions, decisions_from
from pyracing.errors import RulesError
from pyracing.frames import converted, given_array, given_columns, require
from pyracing.parameters import Part, Unknown
from pyracing.presets import rules as rules_of
from pyracing.rows import table_of_rows
from pyracing.rules import Rules
from pyracing.table import Field, Table
from pyracing.times import SECOND, to_microseconds

if TYPE_CHECKING:
    from pyracing.session import Session

MOST_PARTS = 10**9  # a share is a fraction of 32-bit numbers in the core

CLASS_DURATION_FIELDS = (Field("class", "text", False), Field("duration", "duration", False))
LIMIT_FIELDS = (Field("limit", "duration", False), Field("laps", "int32", False))
GRID_COLUMNS = {"car": "text", "position": "int32"}
STATUS_FIELDS = (Field("status", "text", False),)
DECISION_FIELDS = (
    Field("kind", "text", False),
    Field("car", "text", False),
    Field("time", "duration", True),
    Field("laps", "int32", True),
    Field("lap", "int32", True),
    Field("position", "int32", True),
    Field("reason", "text", True),
)


# ---- Rules ----


def microseconds(value: Any) -> int | None:
    return None if value is None else to_microseconds(value)


def if_known(part: Part, name: str) -> Any:
    """A parameter that the core asks for itself where it needs it: None while it is unknown."""
    value = vars(part)[name]
    return None if type(value) is Unknown else value


def rule_options(rules: Rules | None, event: str, race: bool) -> dict[str, Any]:
    """Options of the core. A parameter that every race needs and that is not known is a RulesError."""
    if rules is None:
        return {}
    statuses = table_of_rows(STATUS_FIELDS, [(status,) for status in rules.statuses])._core
    options = {"statuses": statuses, "guests_keep_place": rules.guests_keep_place}
    return options | end_options(rules) | distance_options(rules) | penalty_options(rules, event) if race else options


def end_options(rules: Rules) -> dict[str, Any]:
    end = rules.end_of_race
    durations = [(one.name, to_microseconds(one.duration)) for one in end.class_durations]
    return {
        "flag": end.flag,
        "duration": microseconds(end.duration) if end.by == "time" else None,
        "race_laps": end.laps,
        "time_limit": microseconds(end.time_limit),
        "time_limit_laps": end.time_limit_laps,
        "time_limit_total": microseconds(end.time_limit_with_suspensions),
        "late_flag_counts": end.late_flag == "shown",
        "early_flag": microseconds(end.early_flag),
        "class_durations": table_of_rows(CLASS_DURATION_FIELDS, durations)._core if durations else None,
        "red_flag_result": if_known(rules.red_flag, "result") or "unknown",
        "red_flag_signal": microseconds(rules.red_flag.signal),
    }


def distance_options(rules: Rules) -> dict[str, Any]:
    share = rules.min_distance.share.limit_denominator(MOST_PARTS)
    limits = [(to_microseconds(limit), laps) for limit, laps in rules.last_lap.limits]
    return {
        "flag_required": "yes" if rules.flag_required else "no",
        "share_numerator": share.numerator,
        "share_denominator": share.denominator,
        "share_base": rules.min_distance.base,
        "share_rounding": rules.min_distance.rounding,
        "last_lap_limits": table_of_rows(LIMIT_FIELDS, limits)._core if limits else None,
        "last_lap_beyond": rules.last_lap.beyond,
        "dead_heats_shared": rules.dead_heat == "shared",
    }


def penalty_options(rules: Rules, event: str) -> dict[str, Any]:
    penalties = rules.penalties.at(event)
    times = ("drive_through", "stop_go", "stop_go_loss", "reference_lap")
    return {name: microseconds(if_known(penalties, name)) for name in times} | {
        "laps_and_time": if_known(penalties, "longer") == "laps_and_time"
    }


# ---- Decisions ----


def decision_row(decision: Decision) -> tuple[Any, ...]:
    given = vars(decision)
    seconds = given.get("seconds")
    return (
        decision.kind,
        decision.car,
        None if seconds is None else round(seconds * SECOND),
        given.get("laps"),
        given.get("lap"),
        given.get("position"),
        given.get("reason") or None,
    )


def decision_table(decisions: Any, cars: Iterable[str]) -> Table | None:
    listed = decisions_from(decisions)
    check_decisions(listed, tuple(cars), decisions)
    return table_of_rows(DECISION_FIELDS, map(decision_row, listed)) if listed else None


# ---- Grid ----


def session_type() -> type[Session]:
    from pyracing.session import Session  # which asks this module

    return Session


def result_of(session: Session, rules: Rules | None = None) -> Table:
    """The published result, or else the classification."""
    return session.results if len(session.results) else session.classification(rules=rules)


def grid_table(grid: Any) -> Table:
    """Car and position of any table, such as the one `pyracing.grid` gives, of a CSV file, or of the result of a
    session."""
    if isinstance(grid, str | os.PathLike):
        given = {name: given_array(values) for name, values in read_csv(Path(grid)).items()}
    else:
        given = given_columns(result_of(grid) if isinstance(grid, session_type()) else grid, GRID_COLUMNS)
    for name in GRID_COLUMNS:
        require(given, "grid", name)
    return Table.from_columns(converted({name: given[name] for name in GRID_COLUMNS}, GRID_COLUMNS, "grid"))


# ---- The question ----


def classify(
    session: Session, question: str, given: Rules | str | None, decisions: Any, members: Table | None, grid: Any
) -> Table:
    """Asks the core. RulesError names the rules where they leave something open."""
    rules = None if given is None else rules_of(given)
    facts = session._part("facts")[0]
    race = facts.kind in ("race", None)
    listed = decision_table(decisions, field_of(session).cars)
    options = rule_options(rules, facts.name or "", race)
    tables = {"decisions": listed, "members": members, "grid": None if grid is None else grid_table(grid)}
    cores = {name: table._core for name, table in tables.items() if table is not None}
    try:
        return session._ask(question, **options, **cores)
    except RulesError as error:
        if rules is None:
            raise
        raise RulesError(f"{rules.origin}: {error}") from None


def field_of(session: Session) -> Session:
    while session._origin is not None:
        session = session._origin[0]
    return session

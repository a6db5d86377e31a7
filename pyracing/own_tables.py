"""The user's own tables of a session -> tables of the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyracing import _core
from pyracing.frames import Given, converted, core_columns, core_table, given_columns, nearest, require
from pyracing.table import Table

# By table of a session: its columns and their types.
COLUMNS: dict[str, dict[str, str]] = {
    "laps": {
        "car": "text", "class": "text", "group": "text", "team": "text", "manufacturer": "text", "driver": "text",
        "driver_number": "int32", "lap": "int32", "lap_time": "duration", "sector_1": "duration",
        "sector_2": "duration", "sector_3": "duration", "elapsed": "duration", "clock": "duration", "in_pit": "bool",
        "pit_lane_time": "duration", "flag": "text", "average_speed": "float64", "top_speed": "float64",
        "improvement": "text", "deleted": "bool",
    },
    "sections": {
        "car": "text", "lap": "int32", "section": "text", "time": "duration", "elapsed": "duration",
    },
    "entries": {
        "car": "text", "class": "text", "group": "text", "team": "text", "manufacturer": "text", "vehicle": "text",
        "tyre_make": "text", "drivers": "text", "driver_count": "int32", "laps": "int32", "running": "bool",
    },
    "crew": {
        "car": "text", "driver": "text", "driver_number": "int32", "rating": "text", "country": "text",
    },
    "results": {
        "position": "int32", "class_position": "int32", "car": "text", "class": "text", "status": "text",
        "laps": "int32", "total_time": "duration", "gap": "duration", "gap_laps": "int32", "interval": "duration",
        "interval_laps": "int32", "best_lap": "duration", "best_lap_number": "int32",
    },
    "weather": {
        "clock": "duration", "air_temperature": "float64", "track_temperature": "float64", "humidity": "float64",
        "pressure": "float64", "wind_speed": "float64", "wind_direction": "float64", "rain": "bool",
    },
}  # fmt: skip
COLUMNS["provisional"] = COLUMNS["results"]
# Of each group one column is needed.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "laps": (("car",), ("lap_time", "elapsed")),
    "sections": (("car",), ("lap",), ("section",), ("time", "elapsed")),
    "entries": (("car",),),
    "crew": (("car",), ("driver",)),
    "results": (("car",),),
    "provisional": (("car",),),
    "weather": (("clock",),),
}


def own_table(table: Any, what: str, columns: Mapping[str, str] | None = None) -> _core.Table:
    """The user's table in the types of a session's table `what`. `columns`: names of theirs to names of ours."""
    core = core_table(table, [*COLUMNS[what], *(columns or ())])
    if core is not None and not columns and fits(core, what):
        return core
    name = "provisional results" if what == "provisional" else what
    given = renamed(given_columns(table) if core is None else core_columns(core), columns or {})
    for group in NEEDED[what]:
        require(given, name, *group, advice=f"name it with columns={{theirs: '{group[0]}'}}" if what == "laps" else "")
    return Table.from_columns(converted(given, COLUMNS[what], name))._core


def fits(core: _core.Table, what: str) -> bool:
    """It has the columns that are needed, and its known columns have their types already."""
    types = {name: type for name, type, _ in core.schema}
    there = all(any(name in types for name in group) for group in NEEDED[what])
    return there and all(type == COLUMNS[what].get(name, type) for name, type in types.items())


def renamed(given: dict[str, Given], columns: Mapping[str, str]) -> dict[str, Given]:
    """The user's names -> ours."""
    for theirs, ours in columns.items():
        if theirs not in given:
            raise ValueError(f"columns= names '{theirs}', which the laps do not have{nearest(theirs, given)}")
        if ours not in COLUMNS["laps"]:
            raise ValueError(
                f"columns= maps '{theirs}' to '{ours}', which is no column of laps{nearest(ours, COLUMNS['laps'])}"
            )
    result: dict[str, Given] = {}
    for name, column in given.items():
        ours = columns.get(name, name)
        if ours in result:
            raise ValueError(f"two columns of the laps are meant for '{ours}'; leave one out")
        result[ours] = column
    return result

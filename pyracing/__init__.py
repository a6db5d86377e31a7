"""Race timing files read, classified and analysed.

import pyracing as pr
race = pr.read("race-laps.csv")
race.classification()
"""

import importlib
from typing import TYPE_CHECKING, Any

from pyracing.changes import decisions_between
from pyracing.decisions import (
    delete_lap,
    delete_times,
    disqualify,
    drive_through,
    grid_drop,
    lap_penalty,
    pit_lane_start,
    place,
    points_deduction,
    read_decisions,
    rear_of_class,
    retire,
    stop_go,
    time_penalty,
    write_decisions,
)
from pyracing.errors import ReadError, RulesError, UnknownFormat
from pyracing.presets import rules, series
from pyracing.qualifying import combine
from pyracing.report import report
from pyracing.rules import Rules
from pyracing.season import Season, read_season
from pyracing.session import Session
from pyracing.simulate import Simulation, simulate
from pyracing.sources import from_laps, read, scan
from pyracing.standings import scores, standings, title_progress
from pyracing.starting_grid import grid
from pyracing.table import Table

if TYPE_CHECKING:
    from pyracing import charts
    from pyracing.charts import save_chart

__version__ = "0.1.0"

__all__ = [
    "ReadError",
    "Rules",
    "RulesError",
    "Season",
    "Session",
    "Simulation",
    "Table",
    "UnknownFormat",
    "__version__",
    "charts",
    "combine",
    "decisions_between",
    "delete_lap",
    "delete_times",
    "disqualify",
    "drive_through",
    "from_laps",
    "grid",
    "grid_drop",
    "lap_penalty",
    "pit_lane_start",
    "place",
    "points_deduction",
    "read",
    "read_decisions",
    "read_season",
    "rear_of_class",
    "report",
    "retire",
    "rules",
    "save_chart",
    "scan",
    "scores",
    "series",
    "simulate",
    "standings",
    "stop_go",
    "time_penalty",
    "title_progress",
    "write_decisions",
]


def __getattr__(name: str) -> Any:
    """The pictures, whose libraries are not needed by who looks at none."""
    if name not in ("charts", "save_chart"):
        raise AttributeError(f"module 'pyracing' has no attribute '{name}'")
    module = importlib.import_module("pyracing.charts")
    return module if name == "charts" else module.save_chart


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

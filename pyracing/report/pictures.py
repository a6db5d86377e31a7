"""The charts of a report, each with the words that stand for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyracing.display import printable
from pyracing.report.facts import Facts

NAMES = (
    "race_trace", "lap_chart", "hourly", "pace", "lap_times", "raising_average", "sectors", "stints", "pit_stops",
    "drive_time", "weather",
)  # fmt: skip
TOLD = {"drive_time": ("rules",), "stints": ("decisions",), "pit_stops": ("decisions",)}  # what else they ask for
PAPER_WIDTH = 760  # of the axes of a still picture, in units of the chart


class Picture(NamedTuple):
    """A chart with what stands for it where it is not seen: the chart itself has its title and its notes."""

    name: str
    title: str
    description: str
    chart: Any  # of the chart library


def pictures_of(facts: Facts) -> dict[str, Picture]:
    """The charts that the session has data for, by name; that of drive time is about its bounds."""
    from pyracing import charts

    found = {}
    for name in NAMES:
        if name == "drive_time" and not facts.drive_time_is_bounded:
            continue
        options = {key: getattr(facts, key) for key in TOLD.get(name, ())}
        try:
            chart = getattr(charts, name)(facts.session, **options)
        except ValueError:  # so a chart says that the session has no data for it
            continue
        found[name] = Picture(name, chart.title.text, chart.description, chart)
    return found


def colours_of(facts: Facts) -> dict[str, str]:
    """The colour of each class in the charts, where there are several; by the name as it is shown."""
    from pyracing.charts.colours import class_colours

    colours = class_colours(facts.session)
    return {printable(name): colour for name, colour in colours.items() if name} if len(colours) > 1 else {}

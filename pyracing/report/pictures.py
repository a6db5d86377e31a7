"""The charts of a report, each with the words that stand above it."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyracing.display import printable
from pyracing.report.facts import Facts

NAMES = (
    "race_trace", "lap_chart", "hourly", "pace", "lap_times", "raising_average", "sectors", "stints", "pit_stops",
    "weather",
)  # fmt: skip
PAPER_WIDTH = 760  # of the axes of a still picture, in units of the chart


class Picture(NamedTuple):
    """A chart with what stands above it. `description` says to those who do not see it what it shows."""

    name: str
    title: str
    caption: str
    description: str
    chart: Any  # of the chart library, without a title


def pictures_of(facts: Facts) -> dict[str, Picture]:
    """The charts that the session has data for, by name."""
    from altair.utils.schemapi import debug_mode

    from pyracing import charts

    found = {}
    with debug_mode(False):  # the library's checks of what it is given take half of the time
        for name in NAMES:
            try:
                chart = getattr(charts, name)(facts.session)
            except ValueError:  # so a chart says that the session has no data for it
                continue
            found[name] = picture(name, chart, facts.info["name"])
    return found


def colours_of(facts: Facts) -> dict[str, str]:
    """The colour of each class in the charts, where there are several; by the name as it is shown."""
    from pyracing.charts.colours import class_colours

    colours = class_colours(facts.session)
    return {printable(name): colour for name, colour in colours.items() if name} if len(colours) > 1 else {}


def picture(name: str, chart: Any, session_name: str | None) -> Picture:
    """The title of a chart becomes that of its figure, where the name of the session says nothing new."""
    import altair

    notes = chart.title.subtitle if isinstance(chart.title.subtitle, list) else []
    caption = " · ".join(note for note in notes if note != session_name)
    title, description = chart.title.text, chart.description
    bare = chart.copy(deep=False)
    bare.title = altair.Undefined
    return Picture(name, title, caption, description, bare)

"""Pictures of a session. Each function gives the chart of the library Altair, to be shown, changed or saved.

    chart = pr.charts.race_trace(race, to="class_leader")
    pr.save_chart(chart, "trace.html")        # or .png, .svg, .pdf; nothing asks the network

Times read `1:58.765` on axes and in tooltips. A car has the same colour in every chart of a session and of its parts: a
hue a class, a shade a car. Neutralisations are shaded bands. A click on a car in the legend picks it, a click with the
shift key further ones, a double click all again; drag to move, the wheel with shift or control to zoom.

In a notebook a chart shows as Altair's renderer of your choice has it; `altair.renderers.enable("pyracing")` chooses
one that needs no network.

Needs the extra `report`: pip install 'pyracing-timing[report]'. What a session does not hold makes a chart smaller, or
a ValueError that says what is missing.
"""

try:
    import altair
except ImportError as error:
    raise ImportError(
        f"charts need altair and vl-convert-python ({error}): pip install 'pyracing-timing[report]'"
    ) from None

from pyracing.charts.drivers import drive_time
from pyracing.charts.laps import lap_times
from pyracing.charts.pace import pace, raising_average, sectors
from pyracing.charts.pits import pit_stops
from pyracing.charts.positions import hourly, lap_chart
from pyracing.charts.save import PageParts, page_parts, save_chart
from pyracing.charts.season import standings
from pyracing.charts.stops import stints
from pyracing.charts.trace import race_trace
from pyracing.charts.weather import weather

__all__ = [
    "PageParts",
    "drive_time",
    "hourly",
    "lap_chart",
    "lap_times",
    "pace",
    "page_parts",
    "pit_stops",
    "race_trace",
    "raising_average",
    "save_chart",
    "sectors",
    "standings",
    "stints",
    "weather",
]

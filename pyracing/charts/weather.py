"""The weather of a session, by itself or under another chart."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from pyracing.charts.data import Array, dataset
from pyracing.charts.layers import Layer, layered, named, unchecked
from pyracing.charts.save import specification
from pyracing.charts.style import HOVER, Width, finished, race_time, shown, time_text, titled
from pyracing.display import microseconds
from pyracing.session import Session

LINES = {"air_temperature": ("Air", "#356aa6"), "track_temperature": ("Track", "#b4611a")}
FACTS = {
    "humidity": "Humidity (%)",
    "pressure": "Pressure (hPa)",
    "wind_speed": "Wind (m/s)",
    "wind_direction": "From (degrees)",
}
RAIN = "#4aa3df"
SHARED = ("$schema", "config", "title", "params")  # what a chart says once for all its parts


@unchecked
def weather(
    session: Session,
    under: Any = None,
    *,
    title: str | None = None,
    width: Width = "container",
    height: int = 110,
) -> Any:
    """The temperatures of air and track over race time, with rain shaded.

    `under` is a chart of the same session over race time, below which the weather is put with the same axis. Raises
    ValueError where no weather is published, or no reading falls into the session.
    """
    readings = session.weather
    if not len(readings):
        raise ValueError("no weather is published for this session")
    elapsed = race_times(session, microseconds(readings, "clock"))
    inside = ~np.isnan(elapsed) & readings.valid("clock")
    readings, elapsed = readings[inside], elapsed[inside]
    present = [name for name in LINES if readings.valid(name).any()]
    if not present:
        raise ValueError("no reading of the weather falls into this session")
    facts = [name for name in FACTS if readings.valid(name).any()]
    until = float(microseconds(session.laps, "elapsed").max()) / 1000
    data = dataset(readings, [*present, *facts], elapsed=np.round(elapsed / 1000))
    across = race_time(until=until if under is None else None)
    base = Layer(data).transform_calculate(at=time_text("datum.elapsed", 0))
    names, colours = [LINES[name][0] for name in present], [LINES[name][1] for name in present]
    tips = shown(at="Race time") + [
        alt.Tooltip(f"{name}:Q", title=words, format=".1f")
        for name, words in [*((name, f"{LINES[name][0]} (°C)") for name in present), *((n, FACTS[n]) for n in facts)]
    ]
    lines = (
        base.transform_fold([*present], as_=["which", "degrees"])
        .transform_calculate(name=" : ".join(f"datum.which=='{n}'?'{LINES[n][0]}'" for n in present) + " : ''")
        .mark_line(orient="vertical", strokeWidth=1.5, clip=True)
        .encode(
            x=across,
            y=alt.Y("degrees:Q", title="°C", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
            color=alt.Color("name:N", scale=alt.Scale(domain=names, range=colours),
                            legend=alt.Legend(title="Weather", orient="bottom", titleOrient="left")),
        )
    )  # fmt: skip
    points = named(base.mark_rule(opacity=0, strokeWidth=4).encode(x=across, tooltip=tips), f"{HOVER}_weather")
    chart = layered([*rain(readings, elapsed), lines, points])
    text = title or "Weather"
    described = f"{text}: temperatures of {' and '.join(names).lower()} over race time."
    alone = finished(chart, titled(session, text), described, width, height)
    return alone if under is None else below(under, alone)


def below(upper: Any, lower: Any) -> Any:
    """Two charts over race time, one below the other, that are moved and zoomed as one.

    Altair's own concatenation gives the layers of a chart one name, so the specifications are put together here.
    """
    parts = [specification(upper), specification(lower)]
    datasets = parts[0].pop("datasets") | parts[1].pop("datasets")
    both: dict[str, Any] = {name: parts[0].pop(name) for name in SHARED if name in parts[0]}
    for part in parts:
        part.pop("config", None)
        part.pop("$schema", None)
    words = f"{parts[0].pop('description', 'A chart')} Below it: {parts[1].pop('description')}"
    parts[1].pop("title")
    resolve = {"scale": {"x": "shared", "color": "independent"}}
    made = {**both, "description": words, "vconcat": parts, "resolve": resolve, "spacing": 10, "datasets": datasets}
    return alt.VConcatChart.from_dict(made, validate=False)


def race_times(session: Session, clock: Array) -> Array:
    """The race time of times of day, from the crossings around them; NaN before the start and after the last one."""
    laps = session.laps
    known = laps.valid("clock") & laps.valid("elapsed")
    if not known.any():
        return np.full(len(clock), np.nan)
    laps = laps[known]
    clocks, elapsed = microseconds(laps, "clock"), microseconds(laps, "elapsed")
    order = np.argsort(clocks, kind="stable")
    clocks, elapsed = clocks[order], elapsed[order]
    clocks, elapsed = np.append(clocks[0] - elapsed[0], clocks), np.append(0, elapsed)
    found: Array = np.interp(clock, clocks, elapsed, left=np.nan, right=np.nan)
    return found


def rain(readings: Any, elapsed: Array) -> list[Any]:
    """The layer with a band for every spell of rain."""
    wet = np.asarray(readings["rain"], dtype=bool) & readings.valid("rain")
    if not wet.any():
        return []
    edges = np.diff(np.concatenate([[0], wet.astype(int), [0]]))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    end = elapsed[np.minimum(last, len(elapsed) - 1)]
    data = dataset(None, start=np.round(elapsed[first] / 1000), end=np.round(end / 1000), what=["Rain"] * len(first))
    fill = alt.Fill("what:N", scale=alt.Scale(domain=["Rain"], range=[RAIN]),
                    legend=alt.Legend(title=None, orient="bottom", symbolOpacity=0.5))  # fmt: skip
    return [Layer(data).mark_rect(opacity=0.25, clip=True).encode(x="start:T", x2="end", fill=fill)]

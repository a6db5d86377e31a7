"""Lap times: every lap, and how cars and drivers compare."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np

from pyracing.charts.bands import HEADROOM, bands
from pyracing.charts.colours import Colours, cars_of
from pyracing.charts.data import dataset
from pyracing.charts.layers import Layer, layered, named, own_scales, unchecked
from pyracing.charts.style import (
    Width,
    by_class,
    car_colour,
    car_facts,
    counted,
    finished,
    only,
    picked,
    picked_opacity,
    race_time,
    shown,
    time_axis,
    time_scale,
    time_text,
    titled,
    zoom,
)
from pyracing.display import microseconds
from pyracing.session import Session
from pyracing.times import Duration, to_microseconds

ABOVE_CLEAN = 1.08  # of the slowest clean lap: how far up lap times are shown


@unchecked
def lap_times(
    session: Session,
    *,
    x: Literal["time", "lap"] = "time",
    slowest: Duration | Literal["auto"] | None = "auto",
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
    height: int = 420,
) -> Any:
    """The time of every lap: the clean ones in the car's colour, the others pale behind them, with the reason.

    `slowest` is the slowest lap that is shown; `auto` is a little above the slowest clean one, None shows all. `x` is
    race time or lap. Raises ValueError where no lap has a time.
    """
    rows = session.lap_details()
    rows = rows[rows.valid("lap_time") & (rows.valid("elapsed") if x == "time" else True)]
    if not len(rows):
        raise ValueError("no lap of this session has a time")
    times, clean = microseconds(rows, "lap_time"), np.asarray(rows["clean"], dtype=bool)
    limit = slow_end(times, clean) if slowest == "auto" else None if slowest is None else to_microseconds(slowest)
    near = times <= limit if limit is not None else np.ones(len(rows), dtype=bool)
    if not near.any():
        raise ValueError(f"every lap is slower than slowest={slowest!r}; give more, or None for all")
    beyond = len(rows) - int(near.sum())
    rows, times, clean = rows[near], times[near], clean[near]
    cars = [car for car in cars_of(session, colours) if car.number in set(rows["car"].tolist())]
    reasons = [None if reason is None else reason.replace("_", " ") for reason in rows["reason"].tolist()]
    data = dataset(rows, ["car", "driver", "lap", "lap_time", "elapsed", "clean"], reason=reasons)
    until = float(microseconds(rows, "elapsed").max()) / 1000
    most = int(rows["lap"].max())
    across = race_time(until=until) if x == "time" else counted("lap", "Lap", most)
    low, high = float(times.min()) / 1000, float(times.max()) / 1000
    room = max((high - low) * HEADROOM / height, 1.0)
    time = alt.Y("lap_time:T", scale=time_scale([low - room / 2, high + room], nice=False), axis=time_axis("Lap time"))
    base = Layer(data).encode(x=across, y=time)
    tips = shown(car="Car", **{"class": "Class"}, team="Team", driver="Driver", lap="Lap", time="Lap time")
    tips += shown(reason="Not clean") if not clean.all() else []
    layers = bands(session, until=until) if x == "time" else bands(session, "lap", most)
    front = []
    for place, group in enumerate(by_class(cars)):
        pick = picked(place)
        own = (
            base.transform_filter(only(group))
            .transform_calculate(time=time_text("datum.lap_time"))
            .transform_lookup(lookup="car", from_=car_facts(group))
            .encode(tooltip=tips)
        )
        layers.append(
            own.transform_filter("!datum.clean")
            .transform_filter(pick)
            .mark_circle(size=9, color="#9a9a9a", opacity=0.35, clip=True)
        )
        points = (
            own.transform_filter("datum.clean")
            .mark_circle(size=11, clip=True)
            .encode(color=car_colour(group, width), opacity=picked_opacity(pick, 0.75, 0.03))
            .add_params(pick, *(() if place else (zoom(),)))
        )
        front.append(named(points, f"laps_{place}"))
    layers += front
    notes = [f"{int(clean.sum()):,} clean laps of {len(rows) + beyond:,}"]
    notes += [f"{beyond:,} slower ones are not shown"] if beyond else []
    text = title or "Lap times"
    described = f"{text} of {len(cars)} cars; {'; '.join(notes)}."
    chart = layered(layers, resolve=own_scales("color"))
    return finished(chart, titled(session, text, *notes), described, width, height)


def slow_end(times: Any, clean: Any) -> int | None:
    return int(ABOVE_CLEAN * times[clean].max()) if clean.any() else None

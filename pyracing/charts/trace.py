"""The race trace, and lines of cars as other charts have them too."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np

from pyracing.charts.bands import HEADROOM, bands
from pyracing.charts.colours import Car, Colours, cars_of
from pyracing.charts.data import Array, dataset
from pyracing.charts.layers import Layer, layered, named, own_scales, unchecked
from pyracing.charts.style import (
    HOVER,
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
from pyracing.table import Table
from pyracing.times import Duration, to_microseconds

REFERENCES = {
    "leader": "the leader",
    "class_leader": "the class leader",
    "ahead": "the car ahead",
    "behind": "the car behind",
    "class_ahead": "the car ahead in class",
    "class_behind": "the car behind in class",
    "mean": "the winner's average pace",
}
NAME_HEIGHT = 11  # pixels
END = 0.985  # of the longest line: where lines end that are named at their end
MOST_CARS, FURTHER = 0.75, 1.25  # the axis makes room for so many of a class, and so much more


@unchecked
def race_trace(
    session: Session,
    to: str = "leader",
    *,
    x: Literal["time", "lap"] = "time",
    farthest: Duration | Literal["auto"] | None = "auto",
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
    height: int = 480,
) -> Any:
    """The gap of every car at each of its laps, ahead above and behind below. What a red flag lasted is no part of a
    gap: a car that crosses after it what the other one crossed before it would fall behind by an hour.

    Parameters
    ----------
    to : whom the gap is to, as in `Session.gaps`: leader, class_leader, ahead, behind, class_ahead, class_behind, mean
        (a car at the winner's average pace, which shows who was quick when), or a car.
    x : race time, or lap.
    farthest : the largest gap that is shown, behind or ahead; `auto` makes room for most cars of each class and
        leaves out what lies far beyond them, None shows all.
    colours : a colour a car, a class or a manufacturer.

    Raises ValueError where no gap is known, as in practice.
    """
    rows = session.gaps(to=to)
    rows = rows[rows.valid("gap") & rows.valid("elapsed")]
    if not len(rows):
        raise ValueError("no gap is known in this session: a race trace needs the crossings of a race")
    cars = drawn(session, rows, colours)
    stopped = np.zeros(len(rows), dtype=np.int64) if to == "mean" else while_stopped(session, rows)
    exact = microseconds(rows, "gap") - stopped
    limit = reach(rows, exact) if farthest == "auto" else farthest and to_microseconds(farthest, "farthest")
    near = np.abs(exact) <= limit if limit is not None else np.ones(len(rows), dtype=bool)
    beyond = len(rows) - int(near.sum())
    if not near.any():
        raise ValueError(f"every gap is larger than farthest={farthest!r}; give more, or None for all")
    reference = REFERENCES.get(to, f"car {to}")
    notes = [f"{beyond:,} crossings further away are not shown"] if beyond else []
    notes += ["gaps without the time under a red flag"] if stopped.any() else []
    gaps = np.where(near, exact / 1000, np.nan)  # a line breaks where it would leave the chart
    data = dataset(rows, ["car", "lap", "elapsed", "gap_laps"], gap=gaps)
    until = float(microseconds(rows, "elapsed").max()) / 1000
    most = int(rows["lap"].max())
    across = race_time(until=until, named=True) if x == "time" else counted("lap", "Lap", most, named=True)
    gap = alt.Y(
        "gap:T",
        scale=time_scale(headed(gaps, height), reverse=True, nice=False),
        axis=time_axis(f"Gap to {reference}", tickCount=8),
    )
    lines = Layer(data).encode(x=across, y=gap)
    behind = bands(session, until=until) if x == "time" else bands(session, "lap", most)
    apart = (np.nanmax(gaps) - np.nanmin(gaps)) * NAME_HEIGHT / height
    beside = end_names(rows, cars, "elapsed" if x == "time" else "lap", "gap", gaps, apart)
    chart = car_lines(
        lines, cars, behind, beside,
        {"lap": "Lap", "at": "Race time", "gap_text": "Gap", "gap_laps": "Laps behind"}, width,
        at=time_text("datum.elapsed"), gap_text=time_text("datum.gap", sign=True),
    )  # fmt: skip
    text = title or f"Race trace: gap to {reference}"
    described = f"{text} at each crossing of {len(cars)} cars; one line a car, neutralisations shaded."
    return finished(chart, titled(session, text, *notes), described, width, height)


# ---- Lines ----


def drawn(session: Session, rows: Table, colours: Colours) -> list[Car]:
    """The cars that have a row, by class and number."""
    present = set(rows["car"].tolist())
    return [car for car in cars_of(session, colours) if car.number in present]


def car_lines(
    base: Layer, cars: list[Car], behind: list[Any], beside: list[Any], tips: dict[str, str], width: Width,
    dots: bool = False, **texts: str,
) -> Any:  # fmt: skip
    """A line a car between what is `behind` and `beside`, and points for the mouse with `tips`; `texts` are expressions
    for these, and `dots` are points for the eye."""
    thickness = 1.1 if len(cars) > 20 else 1.6
    seen = alt.OverlayMarkDef(size=22, filled=True) if dots else False
    layers: list[Any] = []
    for place, group in enumerate(by_class(cars)):
        pick = picked(place)
        own = base.transform_filter(only(group))
        lines = (
            own.mark_line(orient="vertical", strokeWidth=thickness, clip=True, strokeJoin="round", point=seen)
            .encode(color=car_colour(group, width), opacity=picked_opacity(pick, 0.95))
            .add_params(pick, *(() if place else (zoom(),)))
        )
        points = (
            own.transform_filter(pick)
            .transform_calculate(**texts)
            .transform_lookup(lookup="car", from_=car_facts(group))
            .mark_circle(size=70, opacity=0, clip=True)
            .encode(tooltip=shown(car="Car", **{"class": "Class"}, team="Team", **tips))
        )
        layers += [named(lines, f"lines_{place}"), named(points, f"{HOVER}_{place}")]
    return layered([*behind, *layers, *beside], resolve=own_scales("color"))


def headed(values: Array, height: int) -> list[float]:
    """The domain of values that are shown from the top down, with room at the top for the names of neutralisations."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    span = (high - low) or 1000.0
    return [low - span * HEADROOM / height, high + span * 0.01]


def end_names(rows: Table, cars: list[Car], x: str, y: str, values: Array, apart: float) -> list[Any]:
    """The layer with the number of each car where its line ends at the right, but for those that would stand less than
    `apart` from another in `values`, which are what `y` shows."""
    codes, _ = rows._core.codes("car")
    across = rows[x].view(np.int64) // 1000 if rows[x].dtype.kind == "m" else rows[x]
    order = np.lexsort((across, codes))
    last = order[np.append(codes[order][1:] != codes[order][:-1], True)]
    last = last[(across[last] >= END * across.max()) & ~np.isnan(values[last])]
    last = last[np.argsort(values[last], kind="stable")]
    kept: list[int] = []
    for row in last.tolist():
        if not kept or values[row] - values[kept[-1]] >= apart:
            kept.append(row)
    ends = rows[np.array(kept, dtype=np.int64)]
    colour = {car.number: car.colour for car in cars}
    numbers = ends["car"].tolist()
    data = dataset(ends, ["car", x], **{y: values[kept]}, colour=[colour[number] for number in numbers])
    kind = "T" if rows[x].dtype.kind == "m" else "Q"
    words = (
        Layer(data)
        .mark_text(align="left", baseline="middle", dx=4, fontSize=9, clip=True)
        .encode(
            x=alt.X(f"{x}:{kind}"),
            y=alt.Y(f"{y}:{'T' if y == 'gap' else 'Q'}"),
            text="car:N",
            color=alt.Color("colour:N", scale=None, legend=None),
        )
    )
    return [words]


def while_stopped(session: Session, rows: Table) -> Array:
    """How much of each gap, in microseconds and with its sign, the race was stopped by red flags."""
    periods = session.neutralisations()
    periods = periods[(periods["kind"] == "red") & periods.valid("start") & periods.valid("end")]
    at, gap = microseconds(rows, "elapsed"), microseconds(rows, "gap")
    first, last = np.minimum(at, at - gap), np.maximum(at, at - gap)
    total = np.zeros(len(rows), dtype=np.int64)
    for start, end in zip(microseconds(periods, "start"), microseconds(periods, "end"), strict=True):
        total += np.maximum(np.minimum(last, end) - np.maximum(first, start), 0)
    return np.sign(gap) * total


def reach(rows: Table, gaps: Array) -> int:
    """How far the axis goes, in microseconds: somewhat beyond the largest gap of three cars in four of each class."""
    largest = car_maxima(rows, np.abs(gaps))
    return max(int(FURTHER * np.quantile(gaps, MOST_CARS)) for gaps in largest)


def car_maxima(rows: Table, values: Array) -> list[Array]:
    """For each class, the largest value of each of its cars."""
    codes, _ = rows._core.codes("car")
    classes, _ = rows._core.codes("class")
    cars, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    largest = np.zeros(len(cars), dtype=np.int64)
    np.maximum.at(largest, inverse, values)
    class_of = classes[first]
    return [largest[class_of == code] for code in np.unique(class_of)]

"""How quick: the spread of clean laps, the raising average, the sectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import altair as alt
import numpy as np

from pyracing.charts.colours import Car, Colours, cars_of
from pyracing.charts.data import Array, dataset
from pyracing.charts.layers import Layer, unchecked
from pyracing.charts.rows import block, concatenated, row_labels, top_legend
from pyracing.charts.style import (
    Width,
    by_class,
    car_facts,
    counted,
    fine_axis,
    finished,
    shown,
    time_axis,
    time_scale,
    time_text,
    titled,
)
from pyracing.charts.trace import car_lines
from pyracing.display import microseconds
from pyracing.session import Session
from pyracing.table import Table

FEWEST = 5  # clean laps of who is shown, unless said
SECTORS = ("sector_1", "sector_2", "sector_3")
SECTOR_COLOURS = ("#356aa6", "#b4611a", "#3a7f55")

Of = Literal["car", "driver"]


class Times(NamedTuple):
    """The clean lap times of a car or of one of its drivers, in microseconds, the quickest first."""

    car: str
    driver: str
    times: Array

    @property
    def label(self) -> str:
        return f"{self.driver} · {self.car}" if self.driver else self.car


@unchecked
def pace(
    session: Session,
    by: Of = "driver",
    *,
    kind: Literal["box", "strip"] = "box",
    fewest: int = FEWEST,
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
) -> Any:
    """The clean laps of every driver (or car), the quickest median first, each class with its own axis.

    A box is from the first to the third quartile with the median in it, its whiskers reach from 5 % to 95 % of the
    laps, the dot is the best one; the number of laps stands beside it. `strip` draws every lap instead. Who has less
    than `fewest` clean laps is left out. Raises ValueError where nobody has as many.
    """
    of_kind(by, kind=kind)
    cars = {car.number: car for car in cars_of(session, colours)}
    listed = clean_times(session, by, fewest)
    blocks = []
    for group in by_class(list(cars.values())):
        numbers = {car.number for car in group}
        own = sorted((each for each in listed if each.car in numbers), key=lambda each: float(np.median(each.times)))
        if own:
            blocks.append(pace_block(own, cars, kind, width))
    text = title or f"Pace: clean laps by {by}"
    notes = [f"best median first; at least {fewest} clean laps"]
    described = f"{text}; {len(listed)} rows, one class below the other, the best median first."
    return finished(concatenated(blocks), titled(session, text, *notes), described, None, None)


def pace_block(listed: list[Times], cars: dict[str, Car], kind: str, width: Width) -> Any:
    order = [each.label for each in listed]
    rows = alt.Y("label:N", sort=None, scale=alt.Scale(domain=order), axis=row_labels(order))
    across = alt.Scale(nice=False, zero=False, padding=8)
    tips = {"driver": "Driver", "car": "Car", "team": "Team"}
    paint = alt.Color("colour:N", scale=None, legend=None)
    group = [cars[number] for number in dict.fromkeys(each.car for each in listed)]
    facts = {
        "label": order,
        "car": [each.car for each in listed],
        "driver": [each.driver for each in listed],
        "colour": [cars[each.car].colour for each in listed],
        "laps": [len(each.times) for each in listed],
    }
    low, first, middle, third, high = np.array(
        [np.quantile(each.times, (0.05, 0.25, 0.5, 0.75, 0.95)) for each in listed]
    ).round().T.astype("timedelta64[us]")
    best = np.array([each.times[0] for each in listed], dtype="timedelta64[us]")
    summary = dataset(None, **facts, low=low, first=first, median=middle, third=third, high=high, best=best)
    names = ("best", "low", "first", "median", "third", "high")
    base = (
        Layer(summary)
        .transform_calculate(**{f"{name}_text": time_text(f"datum.{name}") for name in names})
        .transform_calculate(count="datum.laps+(datum.laps==1?' lap':' laps')")
        .transform_lookup(lookup="car", from_=car_facts(group))
        .encode(
            y=rows,
            tooltip=shown(**tips, laps="Laps", best_text="Best", first_text="First quartile", median_text="Median",
                          third_text="Third quartile"),
        )
    )  # fmt: skip
    ends = high.view(np.int64) if kind == "box" else np.array([each.times[-1] for each in listed])
    axis = fine_axis(float(best.view(np.int64).min()) / 1000, float(ends.max()) / 1000)
    x = alt.X("median:Q", scale=across, axis=axis)
    middles = base.mark_tick(color="white", thickness=2, height=9).encode(x=x)
    words = base.mark_text(align="left", dx=6, fontSize=9).encode(x="high:Q", text="count:N")
    if kind == "strip":
        every = dataset(
            None,
            label=[each.label for each in listed for _ in each.times],
            colour=[cars[each.car].colour for each in listed for _ in each.times],
            time=np.concatenate([each.times for each in listed]).astype("timedelta64[us]"),
        )
        ticks = Layer(every).mark_tick(thickness=1, height=9, opacity=0.5)
        drawn = [ticks.encode(x=alt.X("time:Q", scale=across, axis=axis), y=rows, color=paint)]
        drawn += [base.mark_point(shape="diamond", filled=True, size=40, color="#808080").encode(x=x)]
    else:
        drawn = [
            base.mark_rule(strokeWidth=1).encode(x=alt.X("low:Q", scale=across, axis=axis), x2="high", color=paint),
            base.mark_bar(height=9).encode(x="first:Q", x2="third", color=paint),
            middles,
            base.mark_circle(size=18).encode(x="best:Q", color=paint),
            words,
        ]
    return block(drawn, group[0].class_name, width)


@unchecked
def raising_average(
    session: Session,
    by: Of = "car",
    *,
    fewest: int = FEWEST,
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
    height: int = 420,
) -> Any:
    """The mean of the X best clean laps for every X: the lower the quicker, the flatter the more constant.

    A line a car, or a driver in the colour of the car. Who has less than `fewest` clean laps is left out. Raises
    ValueError where nobody has as many.
    """
    of_kind(by)
    listed = clean_times(session, by, fewest)
    present = {each.car for each in listed}
    cars = [car for car in cars_of(session, colours) if car.number in present]
    counts = [len(each.times) for each in listed]
    means = [np.cumsum(each.times) / np.arange(1, len(each.times) + 1) for each in listed]
    data = dataset(
        None,
        car=np.repeat([each.car for each in listed], counts),
        driver=np.repeat([each.driver for each in listed], counts),
        best=np.concatenate([np.arange(1, count + 1) for count in counts]),
        mean=np.concatenate(means).round().astype("timedelta64[us]"),
    )
    base = Layer(data).encode(
        x=counted("best", "Number of best clean laps", max(counts) * 1.01),
        y=alt.Y("mean:T", scale=time_scale(nice=False, padding=6), axis=time_axis("Mean of these laps")),
        detail="driver:N",
    )  # fmt: skip
    tips = {"driver": "Driver", "best": "Best laps", "mean_text": "Mean"} if by == "driver" else {
        "best": "Best laps", "mean_text": "Mean"}  # fmt: skip
    chart = car_lines(base, cars, [], [], tips, width, mean_text=time_text("datum.mean"))
    text = title or f"Raising average by {by}"
    described = f"{text}: the mean of the best clean laps over their number, {len(listed)} lines."
    note = f"mean of the X best clean laps; at least {fewest} of them"
    return finished(chart, titled(session, text, note), described, width, height)


@unchecked
def sectors(
    session: Session,
    by: Of = "car",
    *,
    title: str | None = None,
    width: Width = "container",
) -> Any:
    """What each car (or driver) lacks in each sector to the best of its class, as in `ideal_laps`; the least first.

    Raises ValueError where no sector is published.
    """
    of_kind(by)
    rows = session.ideal_laps(by=by)
    for name in SECTORS:
        rows = rows[rows.valid(name)]
    if not len(rows):
        raise ValueError("no sector times are known in this session")
    cars = {car.number: car for car in cars_of(session)}
    blocks: list[Any] = []
    for group in by_class(list(cars.values())):
        numbers = {car.number for car in group}
        own = rows[np.array([number in numbers for number in rows["car"].tolist()])]
        if len(own):
            blocks.append(sector_block(own, group, by, width))
    text = title or f"Sectors: gap to the best of the class by {by}"
    described = f"{text}; a bar a row, parted into the sectors, the smallest sum first."
    note = "best of each sector less the best of the class; the sum is the gap to the ideal lap of the class"
    return finished(concatenated(blocks), titled(session, text, note), described, None, None)


def sector_block(rows: Table, group: list[Car], by: str, width: Width) -> Any:
    times = np.array([microseconds(rows, name) for name in SECTORS])
    gaps = times - times.min(axis=1, keepdims=True)
    order = np.argsort(gaps.sum(axis=0), kind="stable")
    numbers, drivers = rows["car"][order], rows["driver"][order]
    labels = [f"{driver} · {car}" if by == "driver" else car for car, driver in zip(numbers, drivers, strict=True)]
    ends = gaps[:, order].cumsum(axis=0)
    data = dataset(
        None,
        label=labels * len(SECTORS),
        car=np.tile(numbers, len(SECTORS)),
        sector=np.repeat([name.replace("_", " ").capitalize() for name in SECTORS], len(labels)),
        begin=(ends - gaps[:, order]).ravel().astype("timedelta64[us]"),
        end=ends.ravel().astype("timedelta64[us]"),
        time=times[:, order].ravel().astype("timedelta64[us]"),
    )
    names = [name.replace("_", " ").capitalize() for name in SECTORS]
    base = (
        Layer(data)
        .transform_calculate(lacks=time_text("(datum.end-datum.begin)", sign=True), taken=time_text("datum.time"))
        .transform_calculate(sum_text=time_text("datum.end", sign=True))
        .transform_lookup(lookup="car", from_=car_facts(group))
    )
    rows_axis = alt.Y("label:N", sort=None, scale=alt.Scale(domain=labels), axis=row_labels(labels))
    bars = base.mark_bar().encode(
        x=alt.X("begin:Q", scale=alt.Scale(nice=False), axis=fine_axis(0, float(ends.max()) / 1000)),
        x2="end",
        y=rows_axis,
        color=alt.Color("sector:N", scale=alt.Scale(domain=names, range=list(SECTOR_COLOURS)),
                        legend=top_legend()),
        tooltip=shown(label="Driver" if by == "driver" else "Car", team="Team", sector="Sector", taken="Best",
                      lacks="To the best"),
    )  # fmt: skip
    words = (
        base.transform_filter(f"datum.sector=='{names[-1]}'")
        .mark_text(align="left", dx=4, fontSize=9)
        .encode(x="end:Q", y=rows_axis, text="sum_text:N")
    )
    return block([bars, words], group[0].class_name, width)


# ---- Laps ----


def of_kind(by: str, kind: str = "box") -> None:
    if by not in ("car", "driver"):
        raise ValueError(f"by={by!r}: expected 'car' or 'driver'")
    if kind not in ("box", "strip"):
        raise ValueError(f"kind={kind!r}: expected 'box' or 'strip'")


def clean_times(session: Session, by: Of, fewest: int) -> list[Times]:
    """The clean laps of each car, or of each driver of a car, who has so many."""
    rows = session.lap_details()
    rows = rows[np.asarray(rows["clean"], dtype=bool) & rows.valid("lap_time")]
    if by == "driver":
        rows = rows[rows.valid("driver")]
    found = [each for each in grouped(rows, by) if len(each.times) >= fewest]
    if not found:
        raise ValueError(f"no {by} has {fewest} clean laps in this session; fewest= asks for less")
    return found


def grouped(rows: Table, by: Of) -> Iterator[Times]:
    cars, numbers = rows._core.codes("car")
    drivers, names = rows._core.codes("driver")
    keys = cars.astype(np.int64) * (len(names) + 1) + (drivers + 1 if by == "driver" else 0)
    times = microseconds(rows, "lap_time")
    order = np.lexsort((times, keys))
    first = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1])) if len(order) else order
    for own in np.split(order, first[1:]) if len(order) else ():
        name = names[drivers[own[0]]] if by == "driver" else ""
        yield Times(numbers[cars[own[0]]], name, times[own])

"""Who drove when, and what happened in the pit lane."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np

from pyracing.charts.bands import bands
from pyracing.charts.colours import PALETTE, Car, cars_of
from pyracing.charts.data import dataset
from pyracing.charts.layers import Layer, layered, named, unchecked
from pyracing.charts.rows import result_order, row_axis, row_names
from pyracing.charts.style import (
    Width,
    car_facts,
    columns,
    finished,
    race_time,
    shown,
    time_text,
    titled,
    zoom,
)
from pyracing.display import microseconds
from pyracing.session import Session
from pyracing.table import Table

ROW = 14  # pixels
SEATS = ("1st", "2nd", "3rd", "4th", "5th", "6th")
SEAT_COLOURS = ("#356aa6", "#b4611a", "#3a7f55", "#95478b", "#7a6a1f", "#3d8299")
RATING_COLOURS = {"Platinum": "#356aa6", "Gold": "#a97c00", "Silver": "#717c87", "Bronze": "#7d3f17"}
OTHER = "#5c5c5c"
VISITS = {  # kind: name, shape
    "pit_stop": ("Pit stop", "M-0.12,-0.9L0.12,-0.9L0.12,0.9L-0.12,0.9Z"),
    "drive_through": ("Drive-through", "triangle-right"),
    "stop_go": ("Stop and go", "triangle-up"),
    "garage": ("Garage", "square"),
    "red_flag": ("Red flag", "diamond"),
    "pass_through": ("Passed through", "circle"),
    "unfinished": ("Did not come out", "cross"),
}


@unchecked
def stints(
    session: Session,
    *,
    colours: Literal["driver", "rating"] = "driver",
    decisions: Any = (),
    title: str | None = None,
    width: Width = "container",
    height: int | None = None,
) -> Any:
    """A bar for every stint of every car, coloured by its driver or the driver's rating, with the visits to the pits.

    Colours by driver are first, second, third ... driver of the car: names are in the bars where there is room, and in
    the tooltips. `decisions`, as in `Session.pit_stops`, name the visits in which a penalty was served. Raises
    ValueError where no stint has a time, or where ratings are asked for and none is published.
    """
    if colours not in ("driver", "rating"):
        raise ValueError(f"colours={colours!r}: expected 'driver' or 'rating'")
    rows = session.stints(decisions=decisions)
    rows = rows[rows.valid("start") & rows.valid("end")]
    if not len(rows):
        raise ValueError("no stint has a time in this session")
    cars = result_order(session, [car for car in cars_of(session) if car.number in set(rows["car"].tolist())])
    kinds, palette, legend = seats(session, rows) if colours == "driver" else ratings(session, rows)
    until = float(microseconds(rows, "end").max()) / 1000
    data = dataset(
        rows, ["car", "stint", "driver", "laps", "start", "end", "duration", "mean", "best"], kind=kinds,
    )  # fmt: skip
    base = Layer(data)
    across = race_time("start", until)
    bars = (
        base.transform_calculate(
            lasted=time_text("datum.duration", 0),
            mean_text=time_text("datum.mean"),
            best_text=time_text("datum.best"),
            beginning=time_text("datum.start", 0),
        )
        .transform_lookup(lookup="car", from_=car_facts(cars))
        .mark_bar(stroke="white", strokeWidth=0.5, cornerRadius=1, clip=True)
        .encode(
            x=across,
            x2="end",
            y=row_axis(cars),
            color=alt.Color("kind:N", scale=alt.Scale(domain=list(palette), range=list(palette.values())),
                            legend=alt.Legend(title=legend, orient="bottom", titleOrient="left",
                                              columns=columns(width, 150, 60))),
            tooltip=shown(car="Car", team="Team", driver="Driver", stint="Stint", laps="Laps", beginning="From",
                          lasted="Lasted", mean_text="Mean of green laps", best_text="Best"),
        )
        .add_params(zoom(y=False))
    )  # fmt: skip
    above = [*driver_names(rows, until), *visit_marks(session, cars, decisions, width)]
    layers = [*bands(session, until=until), named(bars, "stints"), *above]
    text = title or "Stints and stops"
    described = f"{text}: a row for each of {len(cars)} cars, a bar a stint over race time, visits to the pits marked."
    size = height or ROW * len(row_names(cars))
    return finished(layered(layers), titled(session, text), described, width, size)


def driver_names(rows: Table, until: float) -> list[Any]:
    """The layer of the drivers' names, each in the longest stint of his turn, where there is room for it."""
    if not rows.valid("driver").any():
        return []
    cars, drivers = rows._core.codes("car")[0], rows._core.codes("driver")[0]
    turn = np.cumsum(np.append(0, (np.diff(cars) != 0) | (np.diff(drivers) != 0)))
    order = np.lexsort((microseconds(rows, "start") - microseconds(rows, "end"), turn))
    longest = order[np.append(True, np.diff(turn[order]) != 0)]
    rows = rows[longest[drivers[longest] >= 0]]
    data = dataset(rows, ["car", "start", "end"], name=surnames(rows["driver"].tolist()))
    words = (
        Layer(data)
        .transform_calculate(
            middle="(datum.start+datum.end)/2",
            words=f"(datum.end-datum.start)/{until:.0f}*width>6.2*length(datum.name)+4?datum.name:''",
        )
        .mark_text(fontSize=9, color="white", clip=True)
        .encode(x="middle:T", y="car:N", text="words:N")
    )
    return [words]


def visit_marks(session: Session, cars: list[Car], decisions: Any, width: Width) -> list[Any]:
    """The layer of visits to the pits at the race time of the line."""
    visits = session.pit_stops(decisions=decisions)
    visits = visits[visits.valid("elapsed")]
    if not len(visits):
        return []
    kinds = visits["kind"].tolist()
    present = [kind for kind in VISITS if kind in kinds]
    data = dataset(
        visits, ["car", "visit", "lap", "elapsed", "pit_lane_time", "loss", "driver_after"],
        visit_kind=[VISITS[kind][0] for kind in kinds],
    )  # fmt: skip
    domain = [VISITS[kind][0] for kind in present]
    shape = alt.Shape(
        "visit_kind:N",
        scale=alt.Scale(domain=domain, range=[VISITS[kind][1] for kind in present]),
        legend=alt.Legend(title="In the pits", orient="bottom", titleOrient="left", columns=columns(width, 150, 100),
                          symbolSize=60),
    )  # fmt: skip
    marks = (
        Layer(data)
        .transform_calculate(
            at=time_text("datum.elapsed", 0),
            in_lane=time_text("datum.pit_lane_time"),
            lost=time_text("datum.loss", sign=True),
        )
        .mark_point(fill="white", stroke="#777777", strokeWidth=0.7, size=34, opacity=1, clip=True)
        .encode(
            x="elapsed:T",
            y=row_axis(cars),
            shape=shape,
            tooltip=shown(car="Car", visit="Visit", visit_kind="Kind", lap="Lap", at="Race time",
                          in_lane="Pit lane", lost="Loss", driver_after="Then drove"),
        )
    )  # fmt: skip
    return [marks]


def seats(session: Session, rows: Table) -> tuple[list[str | None], dict[str, str], str]:
    """Which driver of its car drives each stint: first, second, ..."""
    order: dict[str, list[str]] = {}
    for row in session.crew[["car", "driver"]]:
        order.setdefault(row.car, []).append(row.driver)
    found: list[str | None] = []
    for row in rows[["car", "driver"]]:
        own = order.get(row.car, [])
        found.append(SEATS[min(own.index(row.driver), len(SEATS) - 1)] if row.driver in own else "Not known")
    palette = {name: colour for name, colour in zip(SEATS, SEAT_COLOURS, strict=True) if name in found}
    return found, {**palette, **({"Not known": OTHER} if "Not known" in found else {})}, "Driver of the car"


def ratings(session: Session, rows: Table) -> tuple[list[str | None], dict[str, str], str]:
    """The rating of the driver of each stint."""
    rated = {(row.car, row.driver): row.rating for row in session.crew[["car", "driver", "rating"]]}
    if not any(rated.values()):
        raise ValueError("no driver's rating is published in this session; colours='driver' needs none")
    found = [rated.get((row.car, row.driver)) or "Not known" for row in rows[["car", "driver"]]]
    known = sorted(set(found), key=lambda name: [*RATING_COLOURS, name].index(name))
    spare = iter(PALETTE * len(known))
    palette = {n: RATING_COLOURS.get(n) or (OTHER if n == "Not known" else next(spare)) for n in known}
    return list(found), palette, "Rating"


def surnames(drivers: list[str | None]) -> list[str]:
    """The names that timekeepers write in capitals, else what comes after the first name."""
    return [surname(name) for name in drivers]


def surname(name: str | None) -> str:
    parts = (name or "").split()
    capitals = [part for part in parts if len(part) > 1 and part.isupper()]
    return " ".join(capitals if 0 < len(capitals) < len(parts) else parts[1:] or parts)

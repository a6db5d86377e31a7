"""How long each driver drove, and how long he may and must."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from pyracing.charts.colours import Car, Colours, cars_of
from pyracing.charts.data import Array, dataset
from pyracing.charts.layers import Layer, unchecked
from pyracing.charts.rows import block, concatenated, result_order, row_labels, top_legend
from pyracing.charts.style import Width, by_class, car_facts, fine_axis, finished, shown, time_text, titled
from pyracing.display import microseconds
from pyracing.session import Session
from pyracing.table import Table

LIMITS = {"minimum": ("Minimum", "#7b2d8b"), "maximum": ("Maximum", "#c1121f")}
WRONG = "#c1121f"


@unchecked
def drive_time(
    session: Session,
    *,
    rules: Any = None,
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
) -> Any:
    """A bar for the time of every driver, cars in the order of the result, with the limits of the rules as marks.

    Who broke a limit has a red frame and is said to have driven too little or too much; the tooltip says why. Without
    `rules`, or where these hold no limit, there are no marks. Raises ValueError where no driver is known.
    """
    rows = session.drive_time(rules=rules)
    rows = rows[rows.valid("driver") & rows.valid("time")]
    if not len(rows):
        raise ValueError("no driver is known in this session, so nobody's drive time is")
    present = set(rows["car"].tolist())
    cars = result_order(session, [car for car in cars_of(session, colours) if car.number in present])
    limits = [name for name in LIMITS if rows.valid(name).any()]
    longest = max(float(microseconds(rows, name).max()) / 1000 for name in ("time", *limits))
    blocks: list[Any] = []
    for group in by_class(cars):
        place = {car.number: order for order, car in enumerate(group)}
        numbers = rows["car"].tolist()
        own = [row for row, number in enumerate(numbers) if number in place]
        own.sort(key=lambda row: place[numbers[row]])
        blocks.append(drive_block(rows[own], group, limits, longest, width))
    text = title or "Drive time"
    broken = int(out_of_bounds(rows).sum())
    notes = [f"{broken} of {len(rows)} drivers outside the limits"] if limits else []
    described = f"{text} of {len(rows)} drivers, a bar each, cars in the order of the result."
    return finished(concatenated(blocks), titled(session, text, *notes), described, None, None)


def drive_block(rows: Table, group: list[Car], limits: list[str], longest: float, width: Width) -> Any:
    labels = [f"{driver} · {car}" for driver, car in zip(rows["driver"], rows["car"], strict=True)]
    colour = {car.number: car.colour for car in group}
    wrong = out_of_bounds(rows)
    columns = ["car", "driver", "rating", "time", "share", "stints", "longest", "reason", *limits]
    data = dataset(
        rows, columns, label=labels, colour=[colour[car] for car in rows["car"].tolist()],
        frame=[WRONG if each else "transparent" for each in wrong.tolist()], verdict=verdicts(rows, wrong),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, longest * 1.02], nice=False)
    texts = {f"{name}_text": time_text(f"datum.{name}", 0) for name in ("time", "longest", *limits)}
    beside = "datum.verdict?max(datum.time,datum.minimum||0):datum.time"  # no mark of a minimum stands on the words
    base = (
        Layer(data)
        .transform_calculate(**texts, percent="format(datum.share,'.1%')")
        .transform_calculate(words="datum.time_text+(datum.verdict||'')", beside=beside)
        .transform_lookup(lookup="car", from_=car_facts(group))
        .encode(y=alt.Y("label:N", sort=None, scale=alt.Scale(domain=labels), axis=row_labels(labels)))
    )
    tips = shown(driver="Driver", car="Car", team="Team", rating="Rating", time_text="Time", percent="Share",
                 stints="Stints", longest_text="Longest", reason="Judged")  # fmt: skip
    tips += shown(**{f"{name}_text": LIMITS[name][0] for name in limits})
    time = alt.X("time:Q", scale=scale, axis=fine_axis(0, longest))
    bars = base.mark_bar(height=10, strokeWidth=1.5).encode(
        x=time,
        color=alt.Color("colour:N", scale=None, legend=None),
        stroke=alt.Stroke("frame:N", scale=None, legend=None),
        tooltip=tips,
    )
    words = base.mark_text(align="left", dx=5, fontSize=9).encode(x="beside:Q", text="words:N")
    layers = [bars]
    if limits:
        names = [LIMITS[name][0] for name in limits]
        marks = (
            base.transform_fold([*limits], as_=["limit", "at"])
            .transform_calculate(kind=" : ".join(f"datum.limit=='{n}'?'{LIMITS[n][0]}'" for n in limits) + " : ''")
            .transform_filter("isValid(datum.at)")
            .mark_tick(thickness=2, height=13)
            .encode(
                x="at:Q",
                fill=alt.Fill(
                    "kind:N",
                    scale=alt.Scale(domain=names, range=[LIMITS[name][1] for name in limits]),
                    legend=top_legend(symbolType="square"),
                ),
            )
        )
        layers.append(marks)
    return block([*layers, words], group[0].class_name, width)


def out_of_bounds(rows: Table) -> Array:
    return ~np.asarray(rows["ok"], dtype=bool) & rows.valid("ok")


def verdicts(rows: Table, wrong: Array) -> list[str | None]:
    """What is said beside the bar of who broke a limit: less than the minimum, or else more than a maximum."""
    too_little = rows.valid("minimum") & (rows["time"] < rows["minimum"])
    return [
        None if not each else ": too little" if little else ": too much"
        for each, little in zip(wrong.tolist(), too_little.tolist(), strict=True)
    ]

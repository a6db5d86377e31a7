"""What the pit lane cost, visit by visit."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np

from pyracing.charts.colours import cars_of
from pyracing.charts.data import dataset
from pyracing.charts.layers import Layer, layered, unchecked
from pyracing.charts.rows import result_order, row_axis, row_names
from pyracing.charts.style import Width, car_facts, columns, fine_axis, finished, shown, time_text, titled
from pyracing.display import microseconds
from pyracing.session import Session

ROW = 15  # pixels
KINDS = {
    "pit_stop": ("Pit stop", "#356aa6"),
    "driver_change": ("Pit stop with a change of driver", "#7fb0dd"),
    "drive_through": ("Drive-through", "#95478b"),
    "stop_go": ("Stop and go", "#c46a9f"),
    "pass_through": ("Passed through", "#9aa4ae"),
}
APART = {  # said beside the bar, or it would be nothing but these
    "garage": "garage", "red_flag": "red flag", "unfinished": "last visit", "long": "off the track",
}  # fmt: skip
LONG = 10.0  # times the median loss: not a matter of the stop


@unchecked
def pit_stops(
    session: Session,
    of: Literal["time", "loss"] = "time",
    *,
    decisions: Any = (),
    title: str | None = None,
    width: Width = "container",
) -> Any:
    """A bar for every visit of a car to the pit lane, one behind the other, so that their ends compare the cars.

    `of` is the time in the pit lane, or the loss against rivals on the track (see `Session.pit_stops`), whose
    `decisions` name the visits in which a penalty was served. Repairs in the garage and waiting under a red flag are
    written beside the bars. Raises ValueError where no visit has such a time.
    """
    if of not in ("time", "loss"):
        raise ValueError(f"of={of!r}: expected 'time' or 'loss'")
    name = "pit_lane_time" if of == "time" else "loss"
    visits = session.pit_stops(decisions=decisions)
    visits = visits[visits.valid(name)]
    kinds = np.array(visits["kind"].tolist(), dtype=object)
    apart = np.isin(kinds, list(APART))
    if of == "loss" and not apart.all():  # who stood beside the track on the lap of a stop
        lost = microseconds(visits, name)
        kinds[~apart & (lost > LONG * np.median(lost[~apart]))] = "long"
        apart = np.isin(kinds, list(APART))
    if apart.all():
        raise ValueError(f"no stop has a {name.replace('_', ' ')} in this session")
    stops = visits[~apart]
    present = set(visits["car"].tolist())
    cars = result_order(session, [car for car in cars_of(session) if car.number in present])
    spent = np.maximum(microseconds(stops, name), 0)
    begin, end = chained(stops["car"].tolist(), spent)
    change = np.asarray(stops["driver_change"], dtype=bool) & stops.valid("driver_change")
    shades = [
        KINDS["driver_change" if changed and kind == "pit_stop" else kind][0]
        for kind, changed in zip(kinds[~apart].tolist(), change.tolist(), strict=True)
    ]
    data = dataset(
        stops, ["car", "visit", "lap", "pit_lane_time", "loss", "driver_before", "driver_after"],
        kind=shades, begin=begin, end=end,
    )  # fmt: skip
    domain = [words for words, _ in KINDS.values() if words in shades]
    bars = (
        Layer(data)
        .transform_calculate(in_lane=time_text("datum.pit_lane_time"), lost=time_text("datum.loss", sign=True))
        .transform_lookup(lookup="car", from_=car_facts(cars))
        .mark_bar(stroke="white", strokeWidth=0.6)
        .encode(
            x=alt.X("begin:Q", scale=alt.Scale(nice=False), axis=fine_axis(0, float(end.view(np.int64).max()) / 1000)),
            x2="end",
            y=row_axis(cars),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=domain, range=[colour for words, colour in KINDS.values() if words in domain]),
                legend=alt.Legend(title=None, orient="bottom", columns=columns(width, 80, 190), labelLimit=220),
            ),
            tooltip=shown(car="Car", team="Team", visit="Visit", kind="Kind", lap="Lap", in_lane="Pit lane",
                          lost="Loss", driver_before="In", driver_after="Out"),
        )
    )  # fmt: skip
    what = "time in the pit lane" if of == "time" else "loss to cars on the track"
    text = title or f"Pit stops: {what}"
    described = f"{text}; a row for each of {len(cars)} cars, a bar a visit, their sum and the repairs beside them."
    layers = [bars, sum_words(visits["car"].tolist(), kinds.tolist(), microseconds(visits, name))]
    return finished(layered(layers), titled(session, text), described, width, ROW * len(row_names(cars)))


def chained(cars: list[str], spent: Any) -> tuple[Any, Any]:
    """Where each bar begins and ends when those of a car stand one behind the other; rows are by car."""
    total = np.cumsum(spent)
    first = np.array([row == 0 or cars[row] != cars[row - 1] for row in range(len(cars))])
    before = np.maximum.accumulate(np.where(first, total - spent, 0))
    return (total - spent - before).astype("timedelta64[us]"), (total - before).astype("timedelta64[us]")


def sum_words(cars: list[str], kinds: list[str], times: Any) -> Any:
    """The layer with the number of stops and their sum, and with what is said beside them."""
    count: dict[str, int] = {}
    total: dict[tuple[str, str], int] = {}
    for car, kind, time in zip(cars, kinds, times.tolist(), strict=True):
        part = kind if kind in APART else "stops"
        count[car] = count.get(car, 0) + (part == "stops")
        total[car, part] = total.get((car, part), 0) + max(time, 0)
    sums = {
        part: np.array([total.get((car, part), "NaT") for car in count], dtype="timedelta64[us]")
        for part in ("stops", *APART)
    }
    data = dataset(None, car=list(count), count=list(count.values()), **sums)
    beside = "".join(
        f"+(isValid(datum.{kind})?'  +  {words} '+({time_text(f'datum.{kind}', 0)}):'')"
        for kind, words in APART.items()
    )
    stops = f"datum.count+(datum.count==1?' stop, ':' stops, ')+({time_text('datum.stops', 0)})"
    return (
        Layer(data)
        .transform_calculate(words=f"(datum.count?{stops}:''){beside}", at="datum.count?datum.stops:0")
        .mark_text(align="left", dx=5, fontSize=9)
        .encode(x="at:Q", y="car:N", text="words:N")
    )

"""What the charts have in common: times on axes and in tooltips, titles, the legend that picks cars, zoom and pan."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import altair as alt

from pyracing.charts.colours import Car
from pyracing.charts.data import dataset
from pyracing.session import Session

Width: TypeAlias = int | Literal["container"]

WIDTH, HEIGHT = 900, 460  # of what is saved with no page around it, unless said
HOVER = "hover"  # the name of the layer that only the mouse sees: left out of pictures
PICKED, ZOOM = "picked", "zoom"  # the names of what the reader does
ACROSS = alt.ExprRef("max(3,floor(width/70))")  # ticks
FINE_TICKS = 7
STEPS = (
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000,
)  # milliseconds from tick to tick
NAME_WIDTH = 26  # pixels
FAINT = 0.06  # the opacity of cars that are not picked

MINUTE, HOUR = 60_000, 3_600_000


# ---- Times ----


def time_text(value: str, decimals: int = 3, sign: bool = False) -> str:
    """A Vega expression: milliseconds as `57.783`, `1:58.765` or `6:01:25.310`; with `sign`, +1:02.500."""
    per_second = 10**decimals
    whole = f"round(abs({value})*{per_second}/1000)"  # in the last decimal that is shown
    seconds = f"floor({whole}/{per_second})"
    two = "pad(toString({0}),2,'0','left')".format
    face = (
        f"({seconds}>=3600?floor({seconds}/3600)+':'+{two(f'floor({seconds}/60)%60')}+':'+{two(f'{seconds}%60')}"
        f":{seconds}>=60?floor({seconds}/60)+':'+{two(f'{seconds}%60')}:toString({seconds}))"
    )
    fraction = f"+'.'+pad(toString({whole}%{per_second}),{decimals},'0','left')" if decimals else ""
    mark = f"({value}<0?'-':{value}>0?'+':'')" if sign else f"({value}<0?'-':'')"
    return f"!isValid({value})?'':{mark}+{face}{fraction}"


def axis_text(hours: bool, decimals: int | None = None) -> str:
    """A Vega expression for the ticks of an axis of times: `1:58`, or `6:30` in hours and minutes; finer where the
    reader has zoomed in. With `decimals`, as many on every tick."""
    value = "time(datum.value)"
    if decimals is not None:
        return time_text(value, decimals)
    exact, whole = f"({time_text(value, 3)})", f"({time_text(value, 0)})"
    if not hours:
        return f"{value}%1000?{exact}:abs({value})<60000&&{value}!=0?{whole}+' s':{whole}"
    minutes = f"({value}<0?'-':'')+floor(abs({value})/3600000)+':'+utcFormat(abs({value}),'%M')"
    return f"{value}%1000?{exact}:{value}%60000?{whole}:{minutes}"


def time_axis(title: str | None, hours: bool = False, decimals: int | None = None, **options: Any) -> alt.Axis:
    words = f"{title} (h:mm)" if hours else title
    return alt.Axis(title=words, labelExpr=axis_text(hours, decimals), **options)


def fine_axis(low: float, high: float) -> alt.Axis:
    """An axis from one time to another, milliseconds given, with round ticks and as many decimals as these need."""
    step = next((each for each in STEPS if each >= (high - low) / FINE_TICKS), STEPS[-1])
    first = -(-int(low) // step)
    values = [place * step for place in range(first, int(high // step) + 1)]
    decimals = next(number for number in range(4) if step * 10**number % 1000 == 0)
    return time_axis(None, decimals=decimals, values=values)


def race_time(
    field: str = "elapsed", until: float | None = None, title: str = "Race time", *, named: bool = False
) -> alt.X:
    """The axis of race time in hours and minutes, from the start to the last crossing, with room for names at the ends
    of lines where these are `named`."""
    last = alt.Undefined if until is None else beyond(until) if named else until
    scale = alt.Scale(type="utc", domainMin=0, domainMax=last, nice=False)
    axis = time_axis(title, hours=True, grid=False, tickCount=ACROSS, labelFlush=False)
    return alt.X(f"{field}:T", scale=scale, axis=axis)


def beyond(last: float) -> alt.ExprRef:
    """Where an axis ends that leaves room for a name behind the last value."""
    return alt.ExprRef(f"{last}*(1+{NAME_WIDTH}/width)")


def counted(field: str, title: str, last: float, *, named: bool = False) -> alt.X:
    """The axis of laps or hours, which are counted from 1; with room for names at the ends of lines where these are
    `named`."""
    scale = alt.Scale(domainMin=0.5, domainMax=beyond(last) if named else last + 0.5, nice=False, zero=False)
    return alt.X(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(grid=False, tickMinStep=1, tickCount=ACROSS))


def time_scale(domain: Sequence[float] | None = None, **options: Any) -> alt.Scale:
    return alt.Scale(type="utc", domain=alt.Undefined if domain is None else list(domain), **options)


def shown(**labels: str) -> list[alt.Tooltip]:
    """Tooltips of columns: name=title."""
    return [alt.Tooltip(f"{name}:N", title=title) for name, title in labels.items()]


# ---- Titles ----


def titled(session: Session, text: str, *notes: str) -> alt.TitleParams:
    """What the chart shows, and below it the session and what has to be known to read it."""
    name = session.info["name"]
    below = [part for part in (name, *notes) if part]
    return alt.TitleParams(text=text, subtitle=below or alt.Undefined, anchor="start", frame="bounds", offset=12)


# ---- Cars ----


def by_class(cars: Sequence[Car]) -> list[list[Car]]:
    """The cars of each class, in the order of the classes."""
    return [list(group) for _, group in itertools.groupby(cars, key=lambda car: car.class_name)]


def only(cars: Sequence[Car]) -> alt.FieldOneOfPredicate:
    return alt.FieldOneOfPredicate(field="car", oneOf=[car.number for car in cars])


def car_colour(cars: Sequence[Car], width: Width, key: str = "") -> alt.Color:
    """The colours of the cars of a class, with a legend below the chart that begins with the name of the class."""
    scale = alt.Scale(domain=[car.number for car in cars], range=[car.colour for car in cars])
    title = cars[0].class_name or "Car"
    entry = 29 + 7 * max(2, *(len(car.number) for car in cars))
    legend = alt.Legend(
        title=title, titleOrient="left", titlePadding=8, orient="bottom", direction="horizontal",
        columns=columns(width, 90 + 8 * len(title), entry), symbolLimit=0, columnPadding=6, rowPadding=1,
    )  # fmt: skip
    return alt.Color("car:N", scale=scale, legend=legend)


def columns(width: Width, taken: int, entry: int) -> int | alt.ExprRef:
    """How many entries of a legend stand beside one another in the width, of which some is taken.

    The width that the page gives is asked, not that of the axes: this changes when the legend finds its place.
    """
    if width != "container":
        return max(1, (width - taken + 90) // entry)
    given = "containerSize()[0]"
    return alt.ExprRef(f"max(1,floor((width*0+(isFinite({given})?{given}:{WIDTH})-{taken})/{entry}))")


def car_facts(cars: Iterable[Car]) -> alt.LookupData:
    """What tooltips say of a car, looked up by its number."""
    listed = list(cars)
    facts = dataset(
        None,
        car=[car.number for car in listed],
        team=[car.team for car in listed],
        **{"class": [car.class_name for car in listed]},
    )
    return alt.LookupData(data=facts, key="car", fields=["team", "class"])


def picked(place: int = 0) -> alt.Parameter:
    """Cars picked in the legends: a click one, with the shift key further ones, a double click all again.

    Each class has its layer, its legend and its selection; a click in any legend goes to all of them, as Vega names the
    marks of a legend after the field.
    """
    return alt.selection_point(name=f"{PICKED}_{place}" if place else PICKED, fields=["car"], bind="legend")


def picked_opacity(pick: alt.Parameter, opacity: float, otherwise: float = FAINT) -> alt.OpacityValue:
    """The opacity of what is picked, and of all else."""
    return alt.OpacityValue(otherwise, condition={"param": pick.name, "value": opacity})


def zoom(x: bool = True, y: bool = True) -> alt.Parameter:
    """Drag to move, the wheel with shift or control to zoom (alone it scrolls the page), a double click to reset."""
    encodings: list[Any] = [name for name, wanted in (("x", x), ("y", y)) if wanted]
    return alt.selection_interval(
        name=ZOOM,
        bind="scales",
        encodings=encodings,
        zoom="wheel![event.shiftKey || event.ctrlKey || event.metaKey]",
    )


def finished(
    chart: Any, title: alt.TitleParams, description: str, width: Width | None, height: int | None
) -> Any:
    """The chart with its title, its size unless it has one, and the words that stand for it where it is not seen."""
    chart.title, chart.description = title, description
    for name, size in (("width", width), ("height", height)):
        if size is not None:
            setattr(chart, name, size)
    chart.config = alt.Config(
        font="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
        view=alt.ViewConfig(continuousWidth=WIDTH, continuousHeight=HEIGHT, stroke=None),
        axis=alt.AxisConfig(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.35),
        legend=alt.LegendConfig(
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelLimit=260,
            layout=alt.ExprRef("{bottom:{anchor:'start',direction:'vertical',margin:3,offset:10}}"),
        ),
        title=alt.TitleConfig(fontSize=15, subtitleFontSize=11.5, subtitlePadding=4),
    )
    return chart

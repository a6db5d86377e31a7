"""Charts with a row a car: in the order of the result, each class under its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from pyracing.charts.colours import Car
from pyracing.charts.layers import layered
from pyracing.charts.style import Width
from pyracing.session import Session

ROW, MOST_LABEL, HEAD_SIZE = 15, 190, 12  # pixels
HEAD = "\u2063"  # an invisible mark: a class is a row of its own, and is no car of the same name


def result_order(session: Session, cars: Iterable[Car]) -> list[Car]:
    """Cars by class, then as classified; by number where there is no classification."""
    listed = list(cars)
    try:
        place = {car: row for row, car in enumerate(session.classification()["car"].tolist())}
    except ValueError:
        place = {}
    classes = list(dict.fromkeys(car.class_name for car in listed))
    return sorted(listed, key=lambda car: (classes.index(car.class_name), place.get(car.number, len(place))))


def row_names(cars: Sequence[Car]) -> list[str]:
    """The rows from the top: a class, its cars, the next class; with one class only, the first row is for the names of
    neutralisations alone."""
    classes = list(dict.fromkeys(car.class_name for car in cars))
    if len(classes) < 2:
        return [HEAD, *(car.number for car in cars)]
    found: list[str] = []
    for name in classes:
        found += [HEAD + (name or "Without class"), *(car.number for car in cars if car.class_name == name)]
    return found


def row_axis(cars: Sequence[Car], title: str | None = "Car") -> alt.Y:
    """The axis of the rows; names of classes are bold."""
    head = f"indexof(datum.label,'{HEAD}')==0"
    weight: Any = alt.condition(head, alt.value("bold"), alt.value("normal"))
    axis = alt.Axis(
        title=title, labelFontWeight=weight, ticks=False, domain=False, labelOverlap=False, labelLimit=140, grid=False
    )
    return alt.Y("car:N", sort=None, scale=alt.Scale(domain=row_names(cars), padding=0.12), axis=axis)


def concatenated(blocks: Sequence[Any], **properties: Any) -> Any:
    """The blocks of the classes one below the other."""
    return alt.VConcatChart(vconcat=blocks, spacing=12, **properties)


def row_labels(labels: Sequence[str]) -> alt.Axis:
    """The axis of rows named by these, as wide as the longest needs."""
    longest = min(MOST_LABEL, 6 * max(map(len, labels)))
    return alt.Axis(title=None, ticks=False, domain=False, labelOverlap=False, labelLimit=MOST_LABEL, minExtent=longest)


def top_legend(**options: Any) -> alt.Legend:
    """A legend of all blocks together, above the name of the first one."""
    return alt.Legend(title=None, orient="top", offset=HEAD_SIZE + 10, **options)


def block(layers: Sequence[Any], class_name: str, width: Width) -> Any:
    """The chart of a class, under its name."""
    head = alt.TitleParams(text=class_name, anchor="start", frame="group", fontSize=HEAD_SIZE, offset=4)
    return layered(layers, width=width, height=alt.Step(ROW), title=head if class_name else alt.Undefined)

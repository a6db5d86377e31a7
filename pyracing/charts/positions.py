"""Positions: lap by lap, and hour by hour."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import altair as alt
import numpy as np

from pyracing.charts.bands import bands
from pyracing.charts.colours import Car, Colours
from pyracing.charts.data import Array, dataset
from pyracing.charts.layers import Layer, unchecked
from pyracing.charts.style import Width, counted, finished, titled
from pyracing.charts.trace import car_lines, drawn, end_names
from pyracing.session import Session
from pyracing.table import Table

STEP = 12  # pixels from place to place


@unchecked
def lap_chart(
    session: Session,
    by: Literal["overall", "class"] = "overall",
    *,
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
    height: int | None = None,
) -> Any:
    """The position of every car at each lap of the leader: in the whole field, or in its class (one class below the
    other).

    Raises ValueError where no position is known, as in practice.
    """
    if by not in ("overall", "class"):
        raise ValueError(f"by={by!r}: expected 'overall' or 'class'")
    rows = session.lap_chart(by=by)
    rows = rows[rows.valid("position")]
    if not len(rows):
        raise ValueError("no position is known in this session: a lap chart needs the crossings of a race")
    cars = drawn(session, rows, colours)
    until = int(rows["leader_lap"].max())
    across = counted("leader_lap", "Lap of the leader", until, named=True)
    drawing = positions(
        rows, cars, "position", by == "class", across, bands(session, "lap", until), width, height,
        {"leader_lap": "Lap of the leader", "position": "Position"},
    )  # fmt: skip
    text = title or ("Lap chart: position by lap" if by == "overall" else "Lap chart: position in class by lap")
    described = f"{text} of {len(cars)} cars; one line a car, neutralisations shaded."
    return finished(drawing, titled(session, text), described, width, None)


@unchecked
def hourly(
    session: Session,
    *,
    rules: Any = None,
    colours: Colours = "car",
    title: str | None = None,
    width: Width = "container",
    height: int | None = None,
) -> Any:
    """The position of every car in its class at each full hour, as `Session.hourly` has it; one class below the other.
    The line of a car is broken where it is not classified.

    Raises ValueError for a session that is no race or did not last an hour.
    """
    rows = session.hourly(rules=rules)
    placed = set(rows[rows.valid("class_position")]["car"].tolist())
    rows = rows[np.array([car in placed for car in rows["car"].tolist()], dtype=bool)]
    if not len(rows):
        raise ValueError("no full hour was raced in this session")
    cars = drawn(session, rows, colours)
    hours = int(rows["hour"].max())
    across = counted("hour", "Hour", hours, named=True)
    tips = {"hour": "Hour", "class_position": "Position in class", "position": "Position", "laps": "Laps"}
    drawing = positions(rows, cars, "class_position", True, across, [], width, height, tips, dots=True)
    text = title or "Position in class by the hour"
    described = f"{text} of {len(cars)} cars over {hours} hours; one line a car."
    return finished(drawing, titled(session, text), described, width, None)


# ---- Places ----


def positions(
    rows: Table, cars: list[Car], name: str, by_class: bool, across: alt.X, behind: list[Any], width: Width,
    height: int | None, tips: dict[str, str], dots: bool = False,
) -> Any:  # fmt: skip
    """The lines of a column with positions, the first place above."""
    blocks = stacked(cars, rows, name) if by_class else [Block("", 0, int(np.nanmax(rows[name])))]
    offsets = {block.name: block.offset for block in blocks}
    shift = [offsets[each or ""] for each in rows["class"].tolist()] if by_class else 0
    place: Array = np.asarray(rows[name] + np.asarray(shift), dtype=float)
    x = across.shorthand.split(":")[0]
    data = dataset(rows, ["car", *tips], place=place)
    depth = blocks[-1].offset + blocks[-1].size
    named = any(block.name for block in blocks)
    axis = alt.Axis(
        grid=False,
        values=[block.offset + step for block in blocks for step in steps(block.size)],
        labelExpr=block_labels(blocks),
    )
    down = alt.Y(
        "place:Q",
        title="Position in class" if by_class else "Position",
        scale=alt.Scale(domain=[-1.6 if named else -0.6, depth + 0.6], reverse=True, nice=False, zero=False),
        axis=axis,
    )
    lines = Layer(data).encode(x=across, y=down)
    beside = end_names(rows, cars, x, "place", place, 1)
    chart = car_lines(lines, cars, [*behind, *block_names(blocks)], beside, tips, width, dots)
    chart.height = height or max(200, STEP * (depth + 2))
    return chart


class Block(NamedTuple):
    """The places of one class on the axis: place 1 is at `offset` + 1."""

    name: str
    offset: int
    size: int


def stacked(cars: list[Car], rows: Table, column: str) -> list[Block]:
    """The classes from the top, with room for a name above each."""
    names, positions = np.array([name or "" for name in rows["class"].tolist()], dtype=object), rows[column]
    blocks: list[Block] = []
    below = 0
    for name in dict.fromkeys(car.class_name for car in cars):
        size = int(np.nanmax(positions[names == name]))
        blocks.append(Block(name, below, size))
        below += size + 2
    return blocks


def steps(size: int) -> list[int]:
    """The places that the axis names: 1, 5, 10, ..."""
    return [1, *range(5, size + 1, 5)] if size >= 8 else list(range(1, size + 1))


def block_labels(blocks: list[Block]) -> str:
    """A Vega expression: the place in its class; the lowest block is asked for first."""
    expression = "datum.value"
    for block in blocks[1:]:
        expression = f"datum.value>{block.offset}?datum.value-{block.offset}:{expression}"
    return expression


def block_names(blocks: list[Block]) -> list[Any]:
    named = [block for block in blocks if block.name]
    if not named:
        return []
    data = dataset(None, name=[block.name for block in named], place=[block.offset for block in named])
    words = Layer(data).mark_text(align="left", baseline="middle", fontSize=11, fontWeight="bold", dx=4, dy=-1)
    return [words.encode(x=alt.value(0), y=alt.Y("place:Q"), text="name:N")]

"""A championship, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import altair as alt
import numpy as np

from pyracing.charts.colours import PALETTE, car_colour
from pyracing.charts.data import dataset
from pyracing.charts.layers import Layer, layered, named, own_scales, unchecked
from pyracing.charts.rows import concatenated
from pyracing.charts.style import PICKED, Width, columns, finished, picked_opacity, shown
from pyracing.decisions import PointsDeduction
from pyracing.rules import Rules
from pyracing.scoring import COMPETITOR
from pyracing.standings import title_progress
from pyracing.table import Table

MOST = 8  # competitors that have a colour and a name


@unchecked
def standings(
    results: Any,
    rules: str | Path | Rules,
    *,
    of: Literal["drivers", "teams", "manufacturers", "cars"] = "drivers",
    by: str | None = None,
    deductions: Sequence[PointsDeduction] = (),
    top: int = MOST,
    title: str | None = None,
    width: Width = "container",
    height: int = 340,
) -> Any:
    """The points of a championship after each round, one championship below the other.

    `results`, `rules`, `of`, `by` and `deductions` as for `pyracing.standings`. The first `top` of the last round have
    a colour and a name, the others are grey; a click in the legend picks one. Raises ValueError where there is no
    round.
    """
    if top < 1:
        raise ValueError(f"top={top}: at least one competitor has to be named")
    rows = title_progress(results, rules, of=of, by=by, deductions=deductions)
    if not len(rows):
        raise ValueError("there is no round in these results, so there are no standings to draw")
    name = COMPETITOR[of]
    column = next((column for column in rows.columns[2:] if column not in ("position", name)), None)
    column = column if column is not None and rows.columns.index(column) < rows.columns.index(name) else None
    groups = list(dict.fromkeys(rows[column].tolist())) if column else [None]
    blocks = []
    for place, group in enumerate(groups):
        own = rows if column is None else rows[np.array([each == group for each in rows[column].tolist()])]
        blocks.append(championship(own, name, group, place, top, width, height))
    text = title or f"Championship of {of} by round"
    described = f"{text}: points after each round, a line a competitor, {len(blocks)} championship(s)."
    head = alt.TitleParams(text=text, anchor="start", frame="bounds", offset=12)
    return finished(concatenated(blocks, resolve=own_scales("color")), head, described, None, None)


def championship(rows: Table, name: str, group: str | None, place: int, top: int, width: Width, height: int) -> Any:
    after = rows["after"]
    final = rows[after == after.max()]
    order = sorted(zip(final["points"].tolist(), final[name].tolist(), strict=True), key=lambda pair: -pair[0])
    listed = [competitor for _, competitor in order]
    coloured = listed[:top]
    events = [event or f"Round {number}" for number, event in zip(after.tolist(), rows["event"].tolist(), strict=True)]
    data = dataset(
        rows, ["after", name, "position", "points", "gap"], round=events,
        colour=[competitor if competitor in coloured else "others" for competitor in rows[name].tolist()],
    )  # fmt: skip
    pick = alt.selection_point(name=f"{PICKED}_{place}", fields=["colour"], bind="legend")
    domain = [*coloured, *(["others"] if len(listed) > top else [])]
    palette = list(PALETTE[: len(coloured)])
    if len(coloured) > len(PALETTE):
        palette = [car_colour(0, 1, each, len(coloured)) for each in range(len(coloured))]
    palette += ["#b5b5b5"] * (len(domain) - len(coloured))
    names = {int(number): event for number, event in zip(after.tolist(), events, strict=True)}
    labels = "".join(f"datum.value=={number}?{quoted(event)}:" for number, event in names.items()) + "''"
    longest = max(map(len, domain))
    base = Layer(data).encode(
        x=alt.X("after:Q", title=None, scale=alt.Scale(nice=False, padding=12, zero=False),
                axis=alt.Axis(values=list(names), labelExpr=labels, labelAngle=-30, labelLimit=130, grid=False)),
        y=alt.Y("points:Q", title="Points"),
        detail=f"{name}:N",
        color=alt.Color("colour:N", scale=alt.Scale(domain=domain, range=palette),
                        legend=alt.Legend(title=None, orient="bottom", symbolLimit=0,
                                          columns=columns(width, 90, 40 + 6 * longest))),
        opacity=picked_opacity(pick, 1),
        tooltip=shown(round="After", **{name: name.capitalize()}, position="Position", points="Points", gap="Behind"),
    )  # fmt: skip
    lines = named(base.mark_line(orient="vertical", strokeWidth=1.8).add_params(pick), f"lines_{place}")
    points = base.mark_circle(size=30)
    head = alt.TitleParams(text=str(group), anchor="start", frame="group", fontSize=12)
    return layered([lines, points], width=width, height=height, title=head if group else alt.Undefined)


def quoted(text: str) -> str:
    """Text as Vega's expressions write it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"

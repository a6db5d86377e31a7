"""Neutralisations as shaded bands behind what happened meanwhile."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from pyracing.charts.data import dataset
from pyracing.charts.layers import Layer
from pyracing.charts.style import shown, time_text
from pyracing.display import microseconds
from pyracing.session import Session

NAMES = {
    "yellow": "Yellow flag",
    "slow_zone": "Slow zone",
    "vsc": "Virtual safety car",
    "code_60": "Code 60",
    "fcy": "Full-course yellow",
    "safety_car": "Safety car",
    "red": "Red flag",
}
SHORT = {
    "yellow": "Y", "slow_zone": "SZ", "vsc": "VSC", "code_60": "C60", "fcy": "FCY", "safety_car": "SC", "red": "RED",
}  # fmt: skip
COLOURS = {
    "yellow": "#e8dc4a",
    "slow_zone": "#a9b4c0",
    "vsc": "#b5c334",
    "code_60": "#a46bd6",
    "fcy": "#f2c200",
    "safety_car": "#f08a24",
    "red": "#e5383b",
}
HEADROOM = 13  # pixels
APART = 0.022  # of the axis, between two names that can be read


def bands(session: Session, x: str = "elapsed", until: float | None = None) -> list[Any]:
    """The layers with the neutralisations of a session, on the axis of race time (milliseconds) or of the leader's
    laps (x="lap"); none where there was no neutralisation. Their names stand in the first HEADROOM pixels of the
    chart."""
    periods = session.neutralisations()
    if not len(periods):
        return []
    if x == "lap":
        known = periods.valid("first_lap") & periods.valid("last_lap")
        periods = periods[known]
        start, end = periods["first_lap"].astype(float) - 0.5, periods["last_lap"].astype(float) + 0.5
    else:
        start, end = microseconds(periods, "start") / 1000, microseconds(periods, "end") / 1000
    if not len(periods):
        return []
    kinds = periods["kind"].tolist()
    names = [NAMES.get(kind, kind.replace("_", " ").capitalize()) for kind in kinds]
    span = (until or float(end.max())) or 1.0
    data = dataset(
        None,
        start=start,
        end=end,
        kind=names,
        label=labels(kinds, start, end, span),
        lasted=microseconds(periods, "duration") / 1000,
        began=microseconds(periods, "start") / 1000,
        known=[
            f"estimate: {evidence}" if inferred else evidence
            for inferred, evidence in zip(periods["inferred"].tolist(), periods["evidence"].tolist(), strict=True)
        ],
    )
    present = [NAMES[kind] for kind in NAMES if kind in kinds]
    others = sorted(set(names) - set(present))
    colours = [COLOURS.get(kind, "#999999") for kind in NAMES if kind in kinds] + ["#999999"] * len(others)
    base = Layer(data)
    kind = alt.Fill(
        "kind:N",
        scale=alt.Scale(domain=present + others, range=colours),
        legend=alt.Legend(title=None, orient="top", symbolOpacity=0.5, symbolType="square", offset=4),
    )
    horizontal = scaled("start", x)
    shade = (
        base.transform_calculate(lasting=time_text("datum.lasted", 0), beginning=time_text("datum.began", 0))
        .mark_rect(opacity=0.2, clip=True)
        .encode(
            x=horizontal,
            x2="end",
            fill=kind,
            tooltip=shown(kind="Neutralisation", beginning="From", lasting="Lasted", known="Known from"),
        )
    )
    words = (
        base.transform_filter("isValid(datum.label)")
        .mark_text(baseline="top", align="center", fontSize=9, opacity=0.75, clip=True)
        .transform_calculate(middle="(datum.start+datum.end)/2")
        .encode(x=scaled("middle", x), y=alt.value(2), text="label:N")
    )
    return [shade, words]


def scaled(field: str, x: str) -> alt.X:
    return alt.X(f"{field}:Q") if x == "lap" else alt.X(f"{field}:T")


def labels(kinds: list[str], start: Any, end: Any, span: float) -> list[str | None]:
    """The short name of each period, None where it would stand on the one before."""
    found: list[str | None] = []
    free = -np.inf
    for kind, middle in zip(kinds, ((start + end) / 2).tolist(), strict=True):
        name = SHORT.get(kind, kind)
        room = APART * span * max(1.0, len(name) / 2.5)
        if middle - room / 2 >= free:
            found.append(name)
            free = middle + room / 2
        else:
            found.append(None)
    return found

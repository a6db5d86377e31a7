"""Layers, and charts made of them, without the copies and checks that the chart library makes of every part each time
it is put together with others: these would take most of the time. The tests check every chart against the schema."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import altair as alt
from altair.utils.schemapi import debug_mode

Given = ParamSpec("Given")
Made = TypeVar("Made")

CHANNELS = {
    "x": alt.X, "y": alt.Y, "x2": alt.X2, "y2": alt.Y2, "text": alt.Text, "detail": alt.Detail,
}  # fmt: skip


class Layer(alt.Chart):
    """One mark with its data and encoding. None of its parts is changed once it is made, so copies share them."""

    def copy(self, deep: Any = True, ignore: list[str] | None = None) -> Any:
        return super().copy(False if deep is True else deep, ignore)

    def __deepcopy__(self, _: Any) -> Any:
        return self.copy()

    def encode(self, *given: Any, **channels: Any) -> Any:
        """As in Altair, which is slow at finding out what the name of a field alone means."""
        return super().encode(
            *given, **{name: CHANNELS[name](to) if isinstance(to, str) else to for name, to in channels.items()}
        )


def layered(layers: Sequence[Any], **properties: Any) -> Any:
    """The layers one above the other, the first one undermost."""
    return alt.LayerChart(layer=layers, **properties)


def named(layer: Any, name: str) -> Any:
    """The layer, which nobody else has yet, with a name."""
    layer.name = name
    return layer


def own_scales(*channels: str) -> alt.Resolve:
    """Each layer, or each chart, has its own scale of these channels, and its own legend."""
    scales: Any = dict.fromkeys(channels, "independent")
    return alt.Resolve(scale=alt.ScaleResolveMap(**scales))


def unchecked(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """A function that makes a chart, without the library's check of every part of it."""

    @functools.wraps(make)
    def quick(*given: Given.args, **options: Given.kwargs) -> Made:
        with debug_mode(False):
            return make(*given, **options)

    return quick

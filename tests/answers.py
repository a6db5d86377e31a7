"""Answers as plain Python values: a list of dicts, durations as microseconds, absent as None."""

from __future__ import annotations

import numpy as np


def values(table, name: str) -> list:
    array, present = table[name], table.valid(name)
    if array.dtype.kind == "m":
        array = array.astype("timedelta64[us]").astype(np.int64)
    return [value if there else None for value, there in zip(array.tolist(), present.tolist(), strict=True)]


def rows(table) -> list[dict]:
    columns = {name: values(table, name) for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def columns(table, *names: str) -> list[tuple]:
    """Some columns, row by row."""
    return list(zip(*(values(table, name) for name in names), strict=True))

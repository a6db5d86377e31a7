"""Columns of tables -> the data of charts: CSV inside the specification, with times in milliseconds.

CSV takes a third of the room of the usual list of objects, and a chart library needs no data frame for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt
import numpy as np
import numpy.typing as npt

from pyracing.display import microseconds
from pyracing.table import Table
from pyracing.times import decimals_of

Array: TypeAlias = npt.NDArray[Any]
Cells: TypeAlias = tuple[list[str], str]  # a column as texts, and how Vega is to read them

SPECIAL = re.compile(r'[,"\r\n]')


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if SPECIAL.search(text) else text


def blanked(texts: Sequence[str], valid: Array) -> list[str]:
    if valid.all():
        return list(texts)
    return [text if kept else "" for text, kept in zip(texts, valid.tolist(), strict=True)]


def milliseconds(microseconds: Array) -> list[str]:
    """Microseconds as texts of milliseconds, exact."""
    decimals = decimals_of(microseconds) - 3 if len(microseconds) else 0
    if decimals <= 0:
        return list(map(str, (microseconds // 1000).tolist()))
    return [f"{value:.{decimals}f}" for value in (microseconds / 1000).tolist()]


def table_cells(table: Table, name: str) -> Cells:
    """A column of a table; what is absent is empty."""
    type = next(field.type for field in table.schema if field.name == name)
    valid = table.valid(name)
    if type == "text":
        codes, words = table._core.codes(name)
        texts = [*map(quoted, words), ""]  # the code -1 of absent text is the last of them
        return [texts[code] for code in codes.tolist()], "string"
    if type == "duration":
        return blanked(milliseconds(microseconds(table, name)), valid), "number"
    values = table[name]
    if type == "bool":
        return blanked(["1" if value else "0" for value in values.tolist()], valid), "boolean"
    if type != "float64":
        values = np.where(valid, values, 0).astype(np.int64)
    return blanked(list(map(str, values.tolist())), valid), "number"


def given_cells(values: Any) -> Cells:
    """A column made here: texts, numbers (NaN is absent), or timedelta64."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "m":
        valid = ~np.isnat(values)
        micro = np.where(valid, values.astype("timedelta64[us]").view(np.int64), 0)
        return blanked(milliseconds(micro), valid), "number"
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if any(isinstance(value, str) for value in listed):
        return ["" if value is None else quoted(value) for value in listed], "string"
    return ["" if value is None or value != value else plain(value) for value in listed], "number"


def plain(value: Any) -> str:
    """A number without needless decimals: at most six."""
    return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0")


def dataset(table: Table | None, names: Iterable[str] = (), /, **made: Any) -> alt.InlineData:
    """The data of a chart: columns of a table by name, and further ones of the same length."""
    columns: dict[str, Cells] = {name: table_cells(table, name) for name in names} if table is not None else {}
    columns |= {name: given_cells(values) for name, values in made.items()}
    return of_cells(columns)


def of_cells(columns: Mapping[str, Cells]) -> alt.InlineData:
    lines = map(",".join, zip(*(cells for cells, _ in columns.values()), strict=True))
    text = "\n".join([",".join(columns), *lines, ""])
    return alt.InlineData(
        values=text, format=alt.CsvDataFormat(type="csv", parse={name: kind for name, (_, kind) in columns.items()})
    )

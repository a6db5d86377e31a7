"""Tables as rows of Python's own values, and back, for the answers that are worked out in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pyracing.frames import Column, Given, converted
from pyracing.table import ABSENT, Field, Table


def table_of_rows(fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> Table:
    """A table of these fields; None is absent. Text shares one word where it repeats."""
    listed = list(rows)
    values = list(zip(*listed, strict=True)) if listed else [()] * len(fields)
    columns = {field.name: column(field, list(own)) for field, own in zip(fields, values, strict=True)}
    return Table.from_columns(columns, len(listed))


def column(field: Field, values: list[Any]) -> Column:
    absent = np.array([value is None for value in values], dtype=bool)
    mask = absent if field.nullable else None
    if field.type == "text":
        words = {word: code for code, word in enumerate(dict.fromkeys(value for value in values if value is not None))}
        codes = np.array([words.get(value, -1) for value in values], dtype=np.int32)
        return Column("text", codes, mask, np.array(list(words), dtype=object))
    filled = [ABSENT[field.type] if value is None else value for value in values]
    return Column(field.type, np.array(filled), mask)


def rows_of(given: Mapping[str, Given], types: Mapping[str, str], what: str) -> list[dict[str, Any]]:
    """Rows with a value for every known column, None where it is absent."""
    known = {name: column for name, column in given.items() if name in types and not empty(column)}
    columns = {name: listed(column) for name, column in converted(known, types, what).items()}
    blank = dict.fromkeys(types)
    return [{**blank, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]


def empty(column: Given) -> bool:
    """A column without any value, which has no type either."""
    return column.values.dtype.kind == "O" and all(value is None for value in column.values)


def listed(column: Column) -> list[Any]:
    values = column.words[column.values] if column.words is not None and len(column.words) else column.values
    if column.absent is None:
        return list(values.tolist())
    return [None if absent else value for value, absent in zip(values.tolist(), column.absent.tolist(), strict=True)]

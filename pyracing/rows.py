"""Rows of Python's own values -> a Table, for the answers that are worked out in Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pyracing.frames import Column
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

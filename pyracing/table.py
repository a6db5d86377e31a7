"""Table: how it is indexed, converted, written and pickled. How it looks is in display.py."""

from __future__ import annotations

import csv
import functools
import io
import keyword
import operator
import os
import pickle
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from pyracing import _core, display
from pyracing.frames import NO_TIME, Column, nearest
from pyracing.times import decimals_of, duration_texts

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from typing_extensions import CapsuleType

Array: TypeAlias = npt.NDArray[Any]
CoreTable: TypeAlias = _core.Table  # in the class, `_core` is the table itself
Row: TypeAlias = Any  # a named tuple whose fields are the columns
Reader: TypeAlias = Callable[[slice], list[Any]]
Target: TypeAlias = str | os.PathLike[str] | IO[str] | IO[bytes]

DTYPES = {"int32": np.int32, "int64": np.int64, "float64": np.float64, "duration": np.int64, "text": np.int32}
ABSENT = {"int32": 0, "int64": 0, "float64": np.nan, "duration": NO_TIME, "text": -1, "bool": False}
ROWS_AT_ONCE = 4096


class Field(NamedTuple):
    """What a column is. `type`: int32, int64, float64, duration (microseconds), bool or text."""

    name: str
    type: str
    nullable: bool


class Table:
    """Named columns of one length that never change: what every question gives.

    `t["lap_time"]` is a NumPy array: durations `timedelta64[us]` (absent: NaT), text a read-only object array (None),
    numbers and booleans as they are; an integer column that may be absent is a float array with NaN, whatever it holds.
    No copy is made but for text, booleans and such integers; `t.valid("position")` is the mask of any column.
    `t[["car", "lap"]]`, `t[mask]`, `t[10:20]` and `t[indices]` are tables, `t[5]` is a row. Rows are named tuples of
    Python's own values (absent: None); a column called as a Python keyword has the field `class_`.

    polars, pyarrow and DuckDB take a Table as it is: `pl.DataFrame(t)`, `pa.table(t)`, `duckdb.sql("select * from t")`.
    """

    __slots__ = ("__weakref__", "_columns", "_core")

    _core: CoreTable
    _columns: tuple[str, ...] | None  # once asked for
    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        raise TypeError("tables are made by the questions of a session; pyracing.from_laps takes tables of your own")

    @classmethod
    def _from_core(cls, core: CoreTable) -> Table:
        table = object.__new__(cls)
        table._core = core
        table._columns = None
        return table

    @classmethod
    def from_columns(cls, columns: Mapping[str, Column], row_count: int | None = None) -> Table:
        """A table of columns as `pyracing.frames` makes them. A column whose `absent` is None is never absent.

        `row_count` is needed where there is no column. Raises ValueError for columns that contradict themselves.
        """
        data = [column_buffers(name, column) for name, column in columns.items()]
        counts = {len(column.values) for column in columns.values()} | ({row_count} if row_count is not None else set())
        if len(counts) > 1:
            raise ValueError(f"the columns have {', '.join(map(str, sorted(counts)))} rows; all must have as many")
        return cls._from_core(_core.Table.from_columns(data, counts.pop() if counts else 0))

    # ---- What is there ----

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        if self._columns is None:
            self._columns = tuple(name for name, _, _ in self._core.schema)
        return self._columns

    @property
    def schema(self) -> tuple[Field, ...]:
        """The name, type and nullability of each column; these do not depend on the content."""
        return tuple(Field(*field) for field in self._core.schema)

    def valid(self, name: str) -> npt.NDArray[np.bool_]:
        """A mask of the rows in which a column is not absent."""
        return self._core.valid(self._known(name))

    def _known(self, name: str) -> str:
        if name not in self.columns:
            raise KeyError(f"there is no column '{name}'{nearest(name, self.columns)}")
        return name

    def __len__(self) -> int:
        return self._core.row_count

    def __eq__(self, other: object) -> bool:
        """Same columns and values; text compares by content, absent equals absent, NaN equals NaN."""
        return self._core == other._core if isinstance(other, Table) else NotImplemented

    def __contains__(self, name: object) -> bool:
        """Whether there is a column of this name."""
        return name in self.columns

    # ---- Parts of it ----

    @overload
    def __getitem__(self, key: str) -> Array: ...
    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice | list[str] | list[int] | list[bool] | tuple[str, ...] | Array) -> Table: ...
    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._core.array(self._known(key))
        if isinstance(key, slice):
            return self._take(np.arange(*key.indices(len(self)), dtype=np.int64))
        if isinstance(key, (list, tuple)) and all(isinstance(name, str) for name in key):
            return self._from_core(self._core.pick([self._known(name) for name in key]))
        try:
            row = operator.index(key)
        except TypeError:
            return self._take(self._indices(key))
        if not -len(self) <= row < len(self):
            raise IndexError(f"there is no row {row}; the table has {len(self)}")
        return next(iter(self._take(np.array([row % len(self)]))))

    def _take(self, indices: npt.NDArray[np.int64]) -> Table:
        return self._from_core(self._core.take(indices))

    def _indices(self, key: Any) -> npt.NDArray[np.int64]:
        array = np.asarray(key)
        if array.ndim == 1 and array.dtype == object and all(isinstance(item, (bool, np.bool_)) for item in array):
            array = array.astype(bool)
        if array.ndim == 1 and array.dtype.kind == "b":
            if len(array) != len(self):
                raise IndexError(f"the mask has {len(array)} rows, the table {len(self)}")
            return np.flatnonzero(array).astype(np.int64, copy=False)
        if array.ndim == 1 and array.dtype.kind in "iu":
            wrong = (array < -len(self)) | (array >= len(self))
            if wrong.any():
                raise IndexError(f"there is no row {array[wrong][0]}; the table has {len(self)}")
            indices = array.astype(np.int64)
            return np.where(indices < 0, indices + len(self), indices)
        raise TypeError(
            "a table is indexed by the name of a column, a list of names, a row, a slice, a mask or row numbers"
        )

    def __iter__(self) -> Iterator[Row]:
        make = row_type(self.columns)._make
        readers = [reader(self._core, *field) for field in self._core.schema]
        for rows in batches(len(self)):
            yield from map(make, zip(*(read(rows) for read in readers), strict=True))

    # ---- Other libraries ----

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame; pyarrow is not needed.

        Durations are `timedelta64[us]`, integers that may be absent `Int64`, booleans that may be absent `boolean`,
        text what pandas makes of Python strings (`str` from pandas 3 on, `object` before), absent ones NaN or None.
        Other columns are views of this table and read-only; `.copy()` gives a frame to change in place.
        """
        import pandas

        columns = {name: self._pandas_column(name, type, nullable) for name, type, nullable in self._core.schema}
        return pandas.DataFrame(columns, index=pandas.RangeIndex(len(self)), copy=False)

    def _pandas_column(self, name: str, type: str, nullable: bool) -> Any:
        import pandas

        if nullable and type in ("int32", "int64"):
            values = plain_values(self._core, name, type).astype(np.int64)
            return pandas.arrays.IntegerArray(values, ~self._core.valid(name))
        if nullable and type == "bool":
            return pandas.arrays.BooleanArray(self._core.array(name).copy(), ~self._core.valid(name))
        return self._core.array(name)

    def to_polars(self) -> polars.DataFrame:
        """A polars DataFrame over the same memory; text is `Categorical`."""
        import polars

        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow Table over the same memory; text is a dictionary of strings."""
        import pyarrow

        return pyarrow.table(self)

    def __arrow_c_schema__(self) -> CapsuleType:
        return self._core.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> CapsuleType:
        return self._core.__arrow_c_stream__(requested_schema)

    # ---- Files ----

    def write_csv(self, path: Target) -> None:
        """Writes the table as CSV in UTF-8: a path, or a file open for text or bytes.

        Durations are `1:58.765` with as many decimals as the column needs, booleans `true` and `false`; what is absent
        is empty.
        """
        with open_text(path) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            readers = [csv_reader(self._core, *field) for field in self._core.schema]
            for rows in batches(len(self)):
                writer.writerows(zip(*(read(rows) for read in readers), strict=True))

    def write_parquet(self, path: str | os.PathLike[str] | IO[bytes]) -> None:
        """Writes the table as Parquet, through polars or pyarrow."""
        try:
            frame = self.to_polars()
        except ImportError:
            try:
                import pyarrow.parquet
            except ImportError:
                message = (
                    "writing Parquet needs polars or pyarrow; install one, or pip install 'pyracing-timing[season]'"
                )
                raise ImportError(message) from None
            pyarrow.parquet.write_table(self.to_arrow(), path)
        else:
            frame.write_parquet(os.fspath(path) if isinstance(path, os.PathLike) else path)

    def __reduce_ex__(self, protocol: Any) -> tuple[Callable[..., Table], tuple[Any, ...]]:
        carried: Callable[[Any], Any] = pickle.PickleBuffer if protocol >= 5 else bytes
        columns = [
            (name, type, nullable, *(None if data is None else carried(data) for data in buffers))
            for name, type, nullable, *buffers in self._core.column_data()
        ]
        return unpickled, (columns, len(self))

    # ---- How it looks ----

    def __repr__(self) -> str:
        return display.text_of(self)

    def _repr_html_(self) -> str:
        return display.html_of(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.columns)


def unpickled(columns: list[Any], row_count: int) -> Table:
    return Table._from_core(_core.Table.from_columns(columns, row_count))


# ---- Rows ----


@functools.lru_cache(maxsize=64)
def row_type(columns: tuple[str, ...]) -> Any:
    """The named tuple of a table's rows."""
    fields = [f"{name}_" if keyword.iskeyword(name) else name for name in columns]
    base: Any = namedtuple("Row", fields, rename=True)  # type: ignore[misc]

    def reduce(row: Any) -> tuple[Any, ...]:
        return make_row, (columns, tuple(row))

    return type("Row", (base,), {"__slots__": (), "__reduce__": reduce, "__module__": __name__})


def make_row(columns: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    return row_type(columns)._make(values)


def row_dicts(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table]


def batches(count: int) -> Iterator[slice]:
    return (slice(start, start + ROWS_AT_ONCE) for start in range(0, count, ROWS_AT_ONCE))


def plain_values(core: CoreTable, name: str, type: str) -> Array:
    """The values as they lie in memory; what stands where they are absent is of no meaning."""
    data = core.pick([name]).column_data()
    return np.asarray(data[0][3]).view(DTYPES[type])


def reader(core: CoreTable, name: str, type: str, nullable: bool) -> Reader:
    """What gives a column's values in some rows as a list of Python's own values, None where absent."""
    if type == "text":
        codes, words = core.codes(name)
        texts = (*words, None)  # the code -1 of absent text is the last of them
        return lambda rows: [texts[code] for code in codes[rows].tolist()]
    values = plain_values(core, name, type) if type in ("int32", "int64") else core.array(name)
    if not nullable or type == "duration":
        return lambda rows: values[rows].tolist()
    absent = ~core.valid(name)

    def read(rows: slice) -> list[Any]:
        found: list[Any] = values[rows].tolist()
        for row in np.flatnonzero(absent[rows]).tolist():
            found[row] = None
        return found

    return read


# ---- Columns ----


def column_buffers(name: str, column: Column) -> _core._ColumnBuffers:
    """A column as the core takes it in: sentinels where it is absent, bitmaps, and text as codes into UTF-8."""
    type, given, absent, words = column
    if type not in ABSENT:
        raise ValueError(f"column '{name}' is of type '{type}'; there are {', '.join(ABSENT)}")
    filled = np.asarray(given) if absent is None else np.where(absent, ABSENT[type], given)
    values = np.packbits(filled.astype(bool), bitorder="little") if type == "bool" else filled.astype(DTYPES[type])
    validity = None if absent is None or not absent.any() else np.packbits(~absent, bitorder="little")
    offsets = characters = None
    if type == "text":
        encoded = [str(word).encode() for word in (() if words is None else words)]
        offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
        characters = b"".join(encoded)
    return name, type, absent is not None, values, validity, offsets, characters


# ---- CSV ----


def csv_reader(core: CoreTable, name: str, type: str, nullable: bool) -> Reader:
    """As `reader`, with what csv does not write by itself as text."""
    if type == "bool":
        read = reader(core, name, type, nullable)
        return lambda rows: [None if value is None else "true" if value else "false" for value in read(rows)]
    if type != "duration":
        return reader(core, name, type, nullable)
    values, valid = core.array(name).view(np.int64), core.valid(name)
    decimals = decimals_of(values[valid])

    def read_texts(rows: slice) -> list[str | None]:
        texts = duration_texts(values[rows], decimals)
        return [text if present else None for text, present in zip(texts, valid[rows].tolist(), strict=True)]

    return read_texts


def open_text(target: Target) -> Any:
    """A context with a file for text; what the caller has opened stays open."""
    if isinstance(target, (str, os.PathLike)):
        return open(target, "w", encoding="utf-8", newline="")
    if isinstance(target, io.TextIOBase) or "b" not in getattr(target, "mode", "b"):
        return nullcontext(target)
    return DetachedText(target)


class DetachedText:
    """Text into a binary file that stays open."""

    def __init__(self, file: Any) -> None:
        self.text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)

    def __enter__(self) -> io.TextIOWrapper:
        return self.text

    def __exit__(self, *_: object) -> None:
        self.text.flush()
        self.text.detach()

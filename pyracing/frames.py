"""The user's own tables -> columns of the core, from any frame, converted a whole column at a time."""

from __future__ import annotations

import datetime
import difflib
import numbers
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pyracing import _core

Array: TypeAlias = npt.NDArray[Any]

NO_TIME = np.iinfo(np.int64).min
MOST_INTEGER = np.iinfo(np.int32).max
MOST_SECONDS = 1e12  # far beyond any session, and far from the ends of int64 in microseconds


class Column(NamedTuple):
    """A column for the core: a value for every row, of no meaning where `absent`; text is codes into `words`. `absent`
    is None in a column that always has values."""

    type: str
    values: Array
    absent: Array | None = None
    words: Array | None = None


class Given(NamedTuple):
    """A column as it came. `absent` is None where NaN, NaT and None among the values say it all; `coded` is the same
    column where it came as codes of text, which need no conversion."""

    values: Array
    absent: Array | None = None
    coded: Column | None = None


class WrongValues(ValueError):
    """Values that are not what their column should hold; the name of the column is added above."""


# ---- Columns out of frames ----


def given_columns(table: Any, wanted: Iterable[str] | None = None) -> dict[str, Given]:
    """Columns by name, from a mapping of arrays or lists, a pandas frame, or any Arrow stream, of which only the
    `wanted` columns are read (None: all): others are there by name, without values."""
    core = core_table(table, wanted)
    if core is not None:
        return core_columns(core)
    if isinstance(table, Mapping):
        return {str(name): given_array(values) for name, values in table.items()}
    if hasattr(table, "fetchnumpy"):
        return {name: given_array(values) for name, values in table.fetchnumpy().items()}
    if is_pandas(table):
        return {name: given_pandas(table.iloc[:, place]) for place, name in enumerate(unique(table.columns))}
    raise TypeError(
        f"a table of type {type(table).__name__} is not understood; give a polars, pandas or pyarrow table, a DuckDB "
        "relation, or a mapping of NumPy arrays"
    )


def core_table(table: Any, wanted: Iterable[str] | None = None) -> _core.Table | None:
    """A pyracing Table, or what gives an Arrow stream, as a table of the core. None for everything else, and for two
    whose streams are not enough: pandas, which needs pyarrow for them, and DuckDB, whose INTERVAL is no duration."""
    if type(table).__module__.partition(".")[0] == "pyracing":
        own: _core.Table = table._core
        return own
    if is_pandas(table) or hasattr(table, "fetchnumpy") or not hasattr(table, "__arrow_c_stream__"):
        return None
    return _core.Table.from_arrow(table.__arrow_c_stream__(), None if wanted is None else list(wanted))


def is_pandas(table: Any) -> bool:
    return type(table).__module__.partition(".")[0] == "pandas"


def core_columns(core: _core.Table) -> dict[str, Given]:
    return {name: core_column(core, name, type) for name, type, _ in core.schema}


def unique(names: Iterable[Any]) -> list[str]:
    listed = [str(name) for name in names]
    if len(set(listed)) < len(listed):
        twice = next(name for name in listed if listed.count(name) > 1)
        raise ValueError(f"two columns are called '{twice}'; rename one")
    return listed


def given_array(values: Any) -> Given:
    if isinstance(values, np.ma.MaskedArray):
        return Given(np.asarray(values.data), np.ma.getmaskarray(values))
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths, which no column takes
        array = np.asarray(values, dtype=object)
    if array.dtype.kind in "US" and not hasattr(values, "dtype"):  # a list with numbers among the texts became all text
        array = np.asarray(values, dtype=object)
    return Given(array)


def core_column(core: _core.Table, name: str, type: str) -> Given:
    absent = ~core.valid(name)
    if type != "text":
        return Given(core.array(name), absent)
    codes, words = core.codes(name)
    coded = Column("text", codes, absent, np.array(words, dtype=object)) if "" not in words else None
    return Given(core.array(name), absent, coded)


def given_pandas(series: Any) -> Given:
    absent = series.isna().to_numpy()
    kind = getattr(series.dtype, "kind", "O")
    if kind in "iu":
        return Given(series.fillna(0).to_numpy(dtype=np.int64), absent)
    if kind == "b":
        return Given(series.fillna(False).to_numpy(dtype=np.bool_), absent)
    if kind == "f":
        return Given(series.to_numpy(dtype=np.float64, na_value=np.nan), absent)
    if kind == "m":
        values = series.to_numpy()
        return Given(values if values.dtype.kind == "m" else series.astype("timedelta64[ns]").to_numpy(), absent)
    values = series.astype(object).to_numpy(copy=True)
    values[absent] = None
    return Given(values, absent)


# ---- Values of one column ----

OBJECT_KINDS: tuple[tuple[tuple[type, ...], Any, Any], ...] = (
    ((bool, np.bool_), False, np.bool_),
    ((str,), "", np.str_),
    ((numbers.Integral,), 0, np.int64),
    ((datetime.timedelta,), datetime.timedelta(0), "timedelta64[us]"),
    ((np.timedelta64,), np.timedelta64(0, "us"), "timedelta64[us]"),
    ((numbers.Real, Decimal), np.nan, np.float64),
)


def present(given: Given) -> tuple[Array, Array]:
    """The values and the mask of absent ones; values that are objects all the same become an array of their kind."""
    values, absent = given.values, given.absent
    if values.ndim != 1:
        raise WrongValues(f"has {values.ndim} dimensions, not one")
    if absent is None:
        absent = np.zeros(len(values), dtype=bool)
    if values.dtype.kind == "O":
        absent = absent | (values == None) | (values != values)  # noqa: E711 - element by element
        values = of_one_kind(values, absent)
    if values.dtype.kind in "fm":
        return values, absent | np.isnan(values)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    return values, absent | (values == "") if values.dtype.kind == "U" else absent


def of_one_kind(values: Array, absent: Array) -> Array:
    kept = values[~absent]
    types = set(map(type, kept))
    if not types:
        return np.full(len(values), np.nan)  # which every conversion takes
    filled = values.copy()
    for bases, blank, dtype in OBJECT_KINDS:
        if all(issubclass(each, bases) for each in types):
            filled[absent] = blank
            try:
                return filled.astype(dtype)
            except OverflowError:
                raise WrongValues(f"has {max(kept, key=abs)}, beyond 64 bits") from None
    if all(issubclass(each, (str, numbers.Integral)) and not issubclass(each, bool) for each in types):
        filled[absent] = ""
        return filled.astype(np.str_)
    names = ", ".join(sorted(each.__name__ for each in types))
    raise WrongValues(f"has values of type {names}, not all of one kind")


def row_of(wrong: Array) -> int:
    return int(np.flatnonzero(wrong)[0])


def text(given: Given) -> Column:
    """Text; whole numbers become text too, so that car 7 is '7'."""
    values, absent = present(given)
    if values.dtype.kind == "f":
        values = whole(values, absent)
    if values.dtype.kind not in "iuU":
        raise WrongValues(f"holds {kind_name(values)}, not text")
    values = np.where(absent, "", values.astype(np.str_))
    heads = np.flatnonzero(
        np.append(True, values[1:] != values[:-1])[: len(values)]
    )  # a text stands on many rows running
    words, first, codes = np.unique(values[heads], return_index=True, return_inverse=True)
    come = np.argsort(first)  # words in the order in which they came
    words, codes = words[come], np.argsort(come)[codes]
    for blank in np.flatnonzero(words == ""):
        words, codes = np.delete(words, blank), np.where(codes == blank, -1, codes - (codes > blank))
    return Column("text", np.repeat(codes, np.diff(heads, append=len(values))).astype(np.int32), absent, words)


def duration(given: Given) -> Column:
    """Durations of any unit, numbers of seconds, or text such as '1:58.765', in microseconds."""
    values, absent = present(given)
    if values.dtype.kind == "m":
        microseconds = microseconds_of_timedelta(values)
    elif values.dtype.kind in "iuf":
        wrong = ~absent & ~((values > -MOST_SECONDS) & (values < MOST_SECONDS))
        if wrong.any():
            raise WrongValues(f"has {values[row_of(wrong)]} seconds at row {row_of(wrong)}")
        microseconds = (
            np.rint(np.where(absent, 0, values) * 1e6).astype(np.int64)
            if values.dtype.kind == "f"
            else values * 1_000_000
        )
    elif values.dtype.kind == "U":
        microseconds = microseconds_of_text(values, absent)
    else:
        raise WrongValues(f"holds {kind_name(values)}, not durations, seconds or text such as '1:58.765'")
    microseconds = np.where(absent, NO_TIME, microseconds).astype(np.int64)
    return Column("duration", microseconds, absent)


def microseconds_of_timedelta(values: Array) -> Array:
    if np.datetime_data(values.dtype)[0] == "generic":
        raise WrongValues("holds durations without a unit")
    if np.can_cast(values.dtype, "timedelta64[us]", "safe"):
        return values.astype("timedelta64[us]").astype(np.int64)
    nanoseconds = values.astype("timedelta64[ns]").astype(np.int64)
    return nanoseconds // 1000 + (nanoseconds % 1000 >= 500)


def microseconds_of_text(values: Array, absent: Array) -> Array:
    """`57.783`, `1:12.848`, `1:01:35.747`; apostrophe and decimal comma as some timekeepers have them."""
    texts = np.char.replace(np.char.replace(np.char.strip(np.where(absent, "0", values)), "'", ":"), ",", ".")
    rest, _, seconds = split_last(texts)
    hours, _, minutes = split_last(rest)
    wrong = ~np.char.isdecimal(np.char.replace(seconds, ".", "", count=1))
    for part in (hours, minutes):
        wrong |= (part != "") & ~np.char.isdecimal(part)
    if wrong.any():
        raise WrongValues(f"has '{values[row_of(wrong)]}' at row {row_of(wrong)}, which is no duration")
    hours, minutes = (np.where(part == "", "0", part).astype(np.int64) for part in (hours, minutes))
    return (hours * 60 + minutes) * 60_000_000 + np.rint(seconds.astype(np.float64) * 1e6).astype(np.int64)


def split_last(texts: Array) -> tuple[Array, Array, Array]:
    before, separator, after = np.char.rpartition(texts, ":").reshape(-1, 3).T
    return before, separator, after


def whole(values: Array, absent: Array) -> Array:
    wrong = ~absent & (np.rint(values) != values)
    if wrong.any():
        raise WrongValues(f"has {values[row_of(wrong)]} at row {row_of(wrong)}, not a whole number")
    return np.where(absent, 0, values).astype(np.int64)


def integer(given: Given) -> Column:
    values, absent = present(given)
    if values.dtype.kind == "U":
        wrong = ~absent & ~np.char.isdecimal(values)
        if wrong.any():
            raise WrongValues(f"has '{values[row_of(wrong)]}' at row {row_of(wrong)}, not a whole number")
        values = np.where(absent, "0", values).astype(np.int64)
    elif values.dtype.kind == "f":
        values = whole(values, absent)
    elif values.dtype.kind not in "iu":
        raise WrongValues(f"holds {kind_name(values)}, not whole numbers")
    wrong = ~absent & ((values < -MOST_INTEGER) | (values > MOST_INTEGER))
    if wrong.any():
        raise WrongValues(f"has {values[row_of(wrong)]} at row {row_of(wrong)}, beyond 32 bits")
    return Column("int32", np.where(absent, 0, values).astype(np.int32), absent)


def number(given: Given) -> Column:
    values, absent = present(given)
    if values.dtype.kind not in "iuf":
        raise WrongValues(f"holds {kind_name(values)}, not numbers")
    return Column("float64", np.where(absent, np.nan, values).astype(np.float64), absent)


def boolean(given: Given) -> Column:
    """True and false, or 1 and 0."""
    values, absent = present(given)
    if values.dtype.kind in "iuf":
        wrong = ~absent & (values != 0) & (values != 1)
        if wrong.any():
            raise WrongValues(f"has {values[row_of(wrong)]} at row {row_of(wrong)}, not true or false")
    elif values.dtype.kind != "b":
        raise WrongValues(f"holds {kind_name(values)}, not true and false")
    return Column("bool", np.where(absent, False, values).astype(bool), absent)


def kind_name(values: Array) -> str:
    names = {"U": "text", "b": "true and false", "m": "durations", "M": "dates", "f": "numbers", "i": "whole numbers"}
    return names.get(values.dtype.kind, f"values of type {values.dtype}")


# ---- Tables ----

CONVERSIONS: dict[str, Callable[[Given], Column]] = {
    "text": text,
    "duration": duration,
    "int32": integer,
    "float64": number,
    "bool": boolean,
}


def converted(given: Mapping[str, Given], columns: Mapping[str, str], what: str) -> dict[str, Column]:
    """Known columns converted; of others only the name, as a column without values, for the core to list."""
    lengths = {name: len(column.values) for name, column in given.items() if column.values.ndim == 1}
    counts = set(lengths.values())
    if len(counts) > 1:
        raise ValueError(
            f"the columns of the {what} differ in length: {', '.join(f'{n} {c}' for n, c in lengths.items())}"
        )
    result = {}
    for name, column in given.items():
        try:
            if name not in columns:
                result[name] = nameless(len(column.values))
            elif columns[name] == "text" and column.coded is not None:
                result[name] = column.coded
            else:
                result[name] = CONVERSIONS[columns[name]](column)
        except (WrongValues, UnicodeDecodeError) as error:
            raise ValueError(f"column '{name}' of the {what} {error}") from error
    return result


def nameless(count: int) -> Column:
    return Column("bool", np.zeros(count, dtype=bool), np.ones(count, dtype=bool))


MOST_NAMES = 40  # that an error lists


def nearest(name: str, known: Iterable[str]) -> str:
    """`; near it are ...`, or all there are."""
    plain = {re.sub(r"[\W_]+", "", each).lower(): each for each in known}
    near = difflib.get_close_matches(re.sub(r"[\W_]+", "", name).lower(), list(plain), n=3)
    if near:
        return f"; near it are {', '.join(repr(plain[each]) for each in near)}"
    listed = [repr(each) for each in plain.values()]
    more = [f"{len(listed) - MOST_NAMES} more"] if len(listed) > MOST_NAMES else []
    return f"; there are {', '.join([*listed[:MOST_NAMES], *more])}" if listed else ""


def require(given: Mapping[str, Given], what: str, *needed: str, advice: str = "") -> None:
    """One of the columns is there. `advice` says what to do otherwise; by default, to rename one."""
    if not any(name in given for name in needed):
        names = " or ".join(f"'{name}'" for name in needed)
        has = "have" if what.endswith("s") else "has"
        advice = advice or f"rename one to '{needed[0]}'"
        raise ValueError(f"the {what} {has} no column {names}{nearest(needed[0], given)}; {advice}")

"""Laps of the user's own: frames of every kind, columns of every type that people have, and the way back."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyracing as pr
from pyracing import frames

CARS = ["7", "7", "8", "8", "8"]
LAPS = [1, 2, 1, 2, 3]
SECONDS = [61.0, 60.5, 62.25, 60.001, 59.999]
TEXTS = ["1:01.000", "1:00.500", "1:02.250", "1:00.001", "59.999"]
MICROSECONDS = [61_000_000, 60_500_000, 62_250_000, 60_001_000, 59_999_000]


def microseconds(session: pr.Session, column: str = "lap_time") -> list[int | None]:
    values = session.laps[column].astype(np.int64).tolist()
    return [value if there else None for value, there in zip(values, session.laps.valid(column).tolist(), strict=True)]


# ---- The way back ----


class Stream:
    """Nothing but an Arrow stream, as a library that is not known here would give it."""

    def __init__(self, table: pr.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


FRAMES: dict[str, Callable[[pr.Table], Any]] = {
    "table": lambda whole: whole,
    "stream": Stream,
    "polars": lambda whole: polars.DataFrame(whole),
    "pyarrow": lambda whole: pyarrow.table(whole),
    "pandas": lambda whole: whole.to_pandas(),
    "pandas over pyarrow": lambda whole: pyarrow.table(whole).to_pandas(types_mapper=pandas.ArrowDtype),
    "duckdb": lambda whole: duckdb.sql("select * from whole"),
    "masked arrays": lambda whole: {name: np.ma.MaskedArray(whole[name], ~whole.valid(name)) for name in whole.columns},
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_session_comes_back_from_its_laps(race: pr.Session, kind: str) -> None:
    again = pr.from_laps(FRAMES[kind](race.laps), entries=FRAMES[kind](race.entries))
    assert again.laps == race.laps
    assert again.entries == race.entries
    assert len(again.check()) == 0
    assert again.stints() == race.stints()


def test_a_session_of_laps_alone_comes_back_whole(tmp_path: Path, simulation: pr.Simulation) -> None:
    path = next(path for path in simulation.write(tmp_path, dialect="imsa") if "laps" in path.name)
    race = pr.read(path, kind="race", name="six hours")
    assert pr.from_laps(race.laps, entries=race.entries, kind="race", name="six hours") == race


def test_published_laps_come_back(le_mans: pr.Session) -> None:
    info = le_mans.info
    assert (
        pr.from_laps(polars.DataFrame(le_mans.laps), entries=le_mans.entries, kind=info["kind"], name=info["name"])
        == le_mans
    )


# ---- Types ----


@pytest.mark.parametrize(
    "lap_time",
    [
        SECONDS,
        TEXTS,
        np.array(SECONDS),
        np.array(TEXTS),
        np.array(TEXTS).astype("S"),
        np.array(MICROSECONDS).astype("timedelta64[us]"),
        np.array(MICROSECONDS).astype("timedelta64[us]").astype("timedelta64[ns]"),
        np.array(MICROSECONDS, dtype=np.int64) // 1000 * np.timedelta64(1, "ms"),
        [datetime.timedelta(microseconds=value) for value in MICROSECONDS],
        [Decimal(value) / 1_000_000 for value in MICROSECONDS],
        pandas.Series(TEXTS),
        pandas.Series(pandas.to_timedelta(SECONDS, unit="s")),
        pandas.Series(TEXTS, dtype="string"),
        polars.Series(TEXTS),
    ],
    ids=lambda values: f"{type(values).__module__}.{getattr(values, 'dtype', type(values[0]).__name__)}",
)
def test_lap_times_of_every_type(lap_time: Any) -> None:
    session = pr.from_laps({"car": CARS, "lap": LAPS, "lap_time": lap_time})
    assert microseconds(session) == MICROSECONDS


@pytest.mark.parametrize(
    "cars", [[7, 7, 8, 8, 8], np.array([7, 7, 8, 8, 8], dtype=np.uint8), [7.0, 7.0, 8.0, 8.0, 8.0], ["7", "7", 8, 8, 8]]
)
def test_car_numbers_become_text(cars: Any) -> None:
    session = pr.from_laps({"car": cars, "lap_time": SECONDS})
    assert list(session.laps["car"]) == CARS
    assert list(session.laps["lap"]) == LAPS


def test_zeros_before_a_car_number_are_kept() -> None:
    session = pr.from_laps({"car": ["007", "007", "7", "7", "7"], "lap_time": SECONDS})
    assert session.cars == ("007", "7")


def test_laps_are_sorted_by_car_then_lap() -> None:
    session = pr.from_laps({"car": ["8", "7", "10", "8"], "lap": [2, 1, 1, 1], "lap_time": [1.0, 2.0, 3.0, 4.0]})
    assert list(zip(session.laps["car"], session.laps["lap"], strict=True)) == [("10", 1), ("7", 1), ("8", 1), ("8", 2)]
    assert microseconds(session) == [3_000_000, 2_000_000, 4_000_000, 1_000_000]


def test_elapsed_is_enough() -> None:
    session = pr.from_laps({"car": [1, 1, 1], "elapsed": [60, 121, 181]})
    assert microseconds(session) == [60_000_000, 61_000_000, 60_000_000]
    assert microseconds(pr.from_laps({"car": [1, 1], "lap_time": ["1:00", "1:01"]}), "elapsed") == [
        60_000_000,
        121_000_000,
    ]


@pytest.mark.parametrize(
    ("there", "nothing"),
    [(20, None), (20, float("nan")), (np.timedelta64(20, "s"), np.timedelta64("NaT")), ("20.000", "")],
)
def test_what_is_absent_stays_absent(there: Any, nothing: Any) -> None:
    session = pr.from_laps({"car": [1, 1], "elapsed": [60, 120], "sector_1": [there, nothing]})
    assert microseconds(session, "sector_1") == [20_000_000, None]


def test_nullable_columns_of_frames() -> None:
    frame = pandas.DataFrame(
        {
            "car": ["1", "1", "1"],
            "lap_time": [60.0, 61.0, None],
            "elapsed": [60.0, 121.0, 180.0],
            "in_pit": pandas.array([False, None, True], dtype="boolean"),
            "driver_number": pandas.array([1, None, 2], dtype="Int64"),
            "flag": pandas.Categorical(["green", None, "fcy"]),
            "driver": pandas.array(["Ann", None, "Bo"], dtype="string"),
        }
    )
    for table in (
        frame,
        polars.from_pandas(frame),
        pyarrow.Table.from_pandas(frame),
        polars.from_pandas(frame).with_columns(polars.col("flag").cast(polars.Enum(["green", "fcy"]))),
    ):
        laps = pr.from_laps(table).laps
        assert list(laps["flag"]) == ["green", None, "fcy"]
        assert list(laps["driver"]) == ["Ann", None, "Bo"]
        assert list(laps["in_pit"]) == [False, False, True]
        assert [row.driver_number for row in laps] == [1, None, 2]


def test_columns_of_nothing() -> None:
    session = pr.from_laps(
        {
            "car": [1, 1],
            "lap_time": [60, 61],
            "flag": [None, None],
            "clock": [None, None],
            "deleted": [None, None],
            "driver_number": [None, None],
        }
    )
    assert not any(session.laps.valid(name).any() for name in ("flag", "clock", "deleted", "driver_number"))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40), st.booleans())
def test_times_as_text_are_read_to_the_millisecond(milliseconds: list[int], comma: bool) -> None:
    def written(value: int) -> str:
        seconds, thousandths = divmod(value, 1000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        text = (
            f"{hours}:{minutes:02}:{seconds:02}.{thousandths:03}"
            if hours
            else f"{minutes}:{seconds:02}.{thousandths:03}"
        )
        return text.replace(".", ",") if comma else text

    for values in (list(map(written, milliseconds)), [value / 1000 for value in milliseconds]):
        column = frames.duration(frames.given_array(values))
        assert column.values.tolist() == [value * 1000 for value in milliseconds]


@given(st.lists(st.sampled_from(["", None, "7", "007", "Ä", "a b"]), max_size=30))
def test_text_is_coded_as_it_stands(values: list[str | None]) -> None:
    column = frames.text(frames.given_array(values))
    assert column.words is not None and column.absent is not None
    read = [None if absent else column.words[code] for code, absent in zip(column.values, column.absent, strict=True)]
    assert read == [value or None for value in values]
    assert sorted(set(column.words)) == sorted({value for value in values if value})


def test_nanoseconds_are_rounded() -> None:
    column = frames.duration(frames.Given(np.array([1499, 1500, -1, "NaT"], dtype="timedelta64[ns]")))
    assert column.values.tolist()[:3] == [1, 2, 0]
    assert column.absent is not None and column.absent.tolist() == [False, False, False, True]


# ---- Names ----


def test_columns_are_renamed() -> None:
    session = pr.from_laps(
        {"DriverNumber": [44], "LapTime": [90.0], "LapNumber": [1]},
        columns={"DriverNumber": "car", "LapTime": "lap_time", "LapNumber": "lap"},
    )
    assert session.cars == ("44",)
    assert microseconds(session) == [90_000_000]


def test_laps_without_a_column_have_that_of_their_entries() -> None:
    laps = {"car": CARS, "lap_time": SECONDS, "team": ["Red", None, None, None, None]}
    entries = {"car": ["8", "7", "9"], "class": ["GT", "P2", "GT"], "team": ["Blue", "Green", None],
               "manufacturer": ["Make", None, "Other"]}  # fmt: skip
    session = pr.from_laps(laps, entries=entries)
    assert session.laps["class"].tolist() == ["P2", "P2", "GT", "GT", "GT"]
    assert session.laps["manufacturer"].tolist() == [None, None, "Make", "Make", "Make"]
    assert session.laps["group"].tolist() == [None] * 5
    assert session.laps["team"].tolist() == ["Red", None, None, None, None]
    assert session.entries["manufacturer"].tolist() == [None, "Make", "Other"]
    assert session.entries["team"].tolist() == ["Red", "Blue", None]
    assert len(session.select(classes="GT")) == 3
    assert pr.from_laps(session.laps, entries=session.entries) == session


def test_unknown_columns_are_named_among_the_doubts() -> None:
    when = datetime.datetime(2024, 6, 15)
    for table in (
        {"car": ["1"], "lap_time": [60.0], "Tyre life": [3], "when": [when]},
        polars.DataFrame({"car": ["1"], "lap_time": [60.0], "Tyre life": [3], "when": [when]}),
    ):
        session = pr.from_laps(table)
        assert sorted(row.column for row in session.check() if row.column) == ["Tyre life", "when"]


def test_entries_tell_of_the_cars() -> None:
    session = pr.from_laps(
        {"car": CARS, "lap_time": SECONDS}, entries={"car": [7, 8], "class": ["GT3", "GT4"], "team": ["A", "B"]}
    )
    assert list(session.entries["class"]) == ["GT3", "GT4"]
    assert session.classes == ("GT3", "GT4")
    assert len(session.select(classes="GT4")) == 3


def test_what_is_told_of_the_session() -> None:
    session = pr.from_laps(
        {"car": [1], "lap_time": [60]}, kind="race", name="Club race", start="14:00", duration="6h", utc_offset="+02:00"
    )
    assert session.info["kind"] == "race"
    assert session.info["name"] == "Club race"
    assert session.info["start"] == datetime.timedelta(hours=14)
    assert session.info["duration"] == datetime.timedelta(hours=6)
    assert session.info["utc_offset"] == datetime.timedelta(hours=2)


# ---- Errors ----


@pytest.mark.parametrize(
    ("table", "columns", "words"),
    [
        ({"Car": [1], "lap_time": [60]}, None, "no column 'car'; near it are 'Car'; name it with columns="),
        ({"car": [1], "LapTime": [60]}, None, "no column 'lap_time' or 'elapsed'; near it are 'LapTime'"),
        (
            {"car": [1], "lap_time": [60]},
            {"LapTime": "lap_time"},
            "names 'LapTime', which the laps do not have; near it are 'lap_time'",
        ),
        (
            {"car": [1], "T": [60]},
            {"T": "laptime"},
            "maps 'T' to 'laptime', which is no column of laps; near it are 'lap_time'",
        ),
        (
            {"car": [1], "lap_time": [60], "T": [60]},
            {"T": "lap_time"},
            "two columns of the laps are meant for 'lap_time'",
        ),
        ({"car": [1, 2], "lap_time": ["60.1", "1:6x"]}, None, "column 'lap_time' of the laps has '1:6x' at row 1"),
        ({"car": [1, 2], "lap_time": ["nan", "1e5"]}, None, "column 'lap_time' of the laps has 'nan' at row 0"),
        ({"car": [1, 2], "lap_time": [60.1, float("inf")]}, None, "has inf seconds at row 1"),
        ({"car": [1, 2], "lap_time": np.array([1, 2], dtype="timedelta64")}, None, "holds durations without a unit"),
        ({"car": [1, 2], "lap_time": [True, False]}, None, "holds true and false, not durations"),
        (
            {"car": [1, 2], "lap_time": [60, datetime.timedelta(seconds=60)]},
            None,
            "values of type int, timedelta, not all of one kind",
        ),
        (
            {"car": [1.5, 2], "lap_time": [60, 60]},
            None,
            "column 'car' of the laps has 1.5 at row 0, not a whole number",
        ),
        ({"car": [1, 2], "lap_time": [60, 60], "lap": [1, 2.5]}, None, "column 'lap' of the laps has 2.5 at row 1"),
        ({"car": [1, 2], "lap_time": [60, 60], "lap": [1, 2**40]}, None, "beyond 32 bits"),
        ({"car": [1, 2], "lap_time": [60, 60], "in_pit": [0, 2]}, None, "column 'in_pit' of the laps has 2 at row 1"),
        (
            {"car": [1, 2], "lap_time": [60, 60], "top_speed": ["fast", "slow"]},
            None,
            "column 'top_speed' of the laps holds text",
        ),
        ({"car": [1, 2], "lap_time": [60]}, None, "the columns of the laps differ in length: car 2, lap_time 1"),
        ({"car": [[1], [2]], "lap_time": [60, 60]}, None, "column 'car' of the laps has 2 dimensions"),
        (polars.DataFrame({"car": ["1"], "lap_time": [datetime.datetime(2024, 6, 15)]}), None, "'lap_time'"),
        (polars.DataFrame({"car": ["1"], "LapTime": [60.0]}), None, "near it are 'LapTime'"),
    ],
)
def test_errors_name_the_column(table: Any, columns: dict[str, str] | None, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        pr.from_laps(table, columns=columns)
    assert words in str(caught.value)


def test_tables_that_are_none() -> None:
    with pytest.raises(TypeError, match="type list is not understood"):
        pr.from_laps([1, 2, 3])
    with pytest.raises(ValueError, match="two columns are called 'car'"):
        pr.from_laps(pandas.DataFrame([[1, 2]], columns=["car", "car"]))
    with pytest.raises(ValueError, match="the entries have no column 'car'"):
        pr.from_laps({"car": [1], "lap_time": [60]}, entries={"number": [1]})


def test_columns_are_those_of_a_session(race: pr.Session) -> None:
    for table, columns in ((race.laps, frames.LAP_COLUMNS), (race.entries, frames.ENTRY_COLUMNS)):
        assert {field.name: field.type for field in table.schema} == columns

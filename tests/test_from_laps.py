"""Laps of the user's own: frames of every kind, columns of every type that people have, and the way back."""

import datetime
import warnings
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
from pyracing import _core, frames, own_tables

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
    "arrays": lambda whole: {name: whole[name] for name in whole.columns},
    "lists": lambda whole: {name: whole[name].tolist() for name in whole.columns},
    "masked arrays": lambda whole: {name: np.ma.MaskedArray(whole[name], ~whole.valid(name)) for name in whole.columns},
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_session_comes_back_from_its_laps(race: pr.Session, kind: str) -> None:
    again = pr.from_laps(FRAMES[kind](race.laps), entries=FRAMES[kind](race.entries))
    assert again.laps == race.laps
    assert again.entries == race.entries
    assert len(again.check()) == 0
    assert again.stints() == race.stints()


def test_durations_without_a_unit_are_an_error() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # NumPy 2.5 gives them up
        times = np.array([1, 2], dtype="timedelta64")
    with pytest.raises(ValueError, match="column 'lap_time' of the laps holds durations without a unit"):
        pr.from_laps({"car": [1, 2], "lap_time": times})


def test_a_lap_is_deleted_or_nothing_says_so() -> None:
    session = pr.from_laps({"car": ["7"] * 3, "lap_time": [90, 91, 92], "deleted": [True, False, None]})
    assert [lap.deleted for lap in session.laps] == [True, None, None]


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


TABLES = ("entries", "crew", "sections", "results", "provisional", "weather")


def from_its_tables(session: pr.Session, frame: Callable[[pr.Table], Any] = lambda table: table) -> pr.Session:
    info = session.info
    tables = {name: frame(getattr(session, name)) for name in TABLES if len(getattr(session, name)) > 0}
    facts = {name: info[name] for name in ("kind", "name", "duration", "utc_offset")}
    return pr.from_laps(frame(session.laps), **tables, **facts)


def answers(session: pr.Session) -> dict[str, object]:
    """What it says to every question; a refusal is an answer."""
    said: dict[str, object] = {}
    for question in _core.questions():
        try:
            said[question] = session._ask(question)
        except ValueError as error:
            said[question] = str(error)
    return said


@pytest.mark.parametrize(
    "name",
    [
        "wec 2025 cota 6h",
        "wec 2020 spa 6h race hour 6",
        "elms race hour 4 core",
        "formula e r08 tokyo",
        "porsche cup 2025 pccj fuji race 201",
        "grcup barber race 1",
        "grcup indianapolis race 2",
        "imsa 2021 roar before the 24 warm up",
        "imsa 2021 roar before the 24 qualifying",
        "imsa 2022 road atlanta race",
    ],
)
def test_a_published_session_comes_back_from_its_tables(data: Path, name: str) -> None:
    session = pr.read(data, session=name)
    again = from_its_tables(session)
    assert [name for name in TABLES if getattr(again, name) != getattr(session, name)] == []
    assert again == session
    assert answers(again) == answers(session)


@pytest.mark.parametrize("kind", FRAMES)
def test_a_session_comes_back_from_frames_of_its_tables(race: pr.Session, kind: str) -> None:
    assert len(race.results) > 0 and len(race.weather) > 0 and len(race.provisional) > 0
    assert from_its_tables(race, FRAMES[kind]) == race


@pytest.fixture(scope="module")
def with_sections(simulation: pr.Simulation, tmp_path_factory: pytest.TempPathFactory) -> pr.Session:
    return pr.read(*simulation.write(tmp_path_factory.mktemp("sro"), dialect="sro"))


@pytest.mark.parametrize("seed", range(5))
def test_rows_may_come_in_any_order(with_sections: pr.Session, seed: int) -> None:
    chance = np.random.default_rng(seed)

    def shuffled(table: pr.Table) -> pr.Table:  # but for results, which have the order of publication
        return table if "position" in table.columns else table[chance.permutation(len(table))]

    assert len(with_sections.sections) > 0
    assert from_its_tables(with_sections, shuffled) == with_sections


# ---- Tables beside the laps ----


def test_words_that_no_row_has_are_no_cars() -> None:
    frame = polars.DataFrame({"car": [*CARS, "not here"], "lap": [*LAPS, 1], "lap_time": [*SECONDS, 1.0]})
    frame = frame.with_columns(polars.col("car").cast(polars.Categorical))
    assert pr.from_laps(frame.filter(polars.col("car") != "not here")).cars == ("7", "8")


def test_results_tell_of_cars_without_laps() -> None:
    session = pr.from_laps(
        {"car": CARS, "lap_time": SECONDS},
        entries={"car": ["9", "7"], "team": ["Nine", "Seven"], "vehicle": ["N9", "S7"]},
        results={"car": [8, 7, 9], "position": [1, 2, None], "class": ["GT", "GT", "GT"], "laps": [3, 2, 0],
                 "status": ["classified", "classified", "not_started"], "total_time": ["3:02.250", "2:01.500", None]},
    )  # fmt: skip
    assert session.cars == ("7", "8", "9")
    assert [(row.car, row.class_, row.team, row.vehicle) for row in session.entries] == [
        ("7", "GT", "Seven", "S7"), ("8", "GT", None, None), ("9", "GT", "Nine", "N9"),
    ]  # fmt: skip
    assert session.laps["class"].tolist() == ["GT"] * 5
    assert [(row.car, row.class_position, row.status) for row in session.results] == [
        ("8", 1, "classified"), ("7", 2, "classified"), ("9", None, "not_started"),
    ]  # fmt: skip
    assert session.results["total_time"].astype(np.int64).tolist()[:2] == [182_250_000, 121_500_000]


def test_a_crew_is_joined_with_who_drove() -> None:
    session = pr.from_laps(
        {"car": CARS, "lap_time": SECONDS, "driver": ["Ann", "Bo", "Cy", "Cy", "Cy"]},
        crew={"car": ["7", "7", "8"], "driver": ["Dee", "Ann", "Cy"], "rating": ["Gold", "Bronze", None],
              "country": [None, "FRA", None]},
    )  # fmt: skip
    assert [(row.car, row.driver, row.rating, row.country) for row in session.crew] == [
        ("7", "Dee", "Gold", None), ("7", "Ann", "Bronze", "FRA"), ("7", "Bo", None, None), ("8", "Cy", None, None),
    ]  # fmt: skip
    assert session.entries["drivers"].tolist() == ["Dee / Ann / Bo", "Cy"]


def test_sections_find_their_laps() -> None:
    session = pr.from_laps(
        {"car": CARS, "lap": LAPS, "lap_time": SECONDS},
        sections={"car": [8, 7, 8, 9, 7], "lap": [3, 1, 1, 1, 9], "section": ["B", "A", "A", "A", "A"],
                  "time": [1.5, 2.5, 3.5, 4.5, 5.5]},
    )  # fmt: skip
    assert [(row.car, row.lap, row.section, row.time.total_seconds()) for row in session.sections] == [
        ("7", 1, "A", 2.5), ("8", 1, "A", 3.5), ("8", 3, "B", 1.5),
    ]  # fmt: skip
    (doubt,) = (row for row in session.check() if row.code == "row_not_kept")
    assert doubt.message.startswith("2 sections are of no lap")


def test_sections_that_are_not_kept_are_told() -> None:
    session = pr.from_laps(
        {"car": ["7 ", "8"], "lap_time": [90, 91]},
        sections={"car": ["7 ", "7", "8", "8"], "lap": [1, 1, 1, 1], "section": [" A", "A", "A", "B"],
                  "time": [20, 21, -1, 22]},
    )  # fmt: skip
    kept = [(row.car, row.section, row.time and row.time.total_seconds()) for row in session.sections]
    assert kept == [("7", "A", 20), ("8", "B", 22)]
    messages = {row.code: row.message for row in session.check()}
    assert messages["duplicate_row"].startswith("1 sections are given again")
    assert messages["field_not_read"].startswith("1 times of sections are negative")


def test_rain_counts_from_the_weather_that_is_given() -> None:
    session = pr.from_laps(
        {"car": ["7"] * 4, "lap_time": [60.0] * 4, "clock": [36060, 36120, 36180, 36240]},
        weather={"clock": [36150, 36000], "rain": [True, False], "air_temperature": [14.5, None]},
    )
    assert session.weather["rain"].tolist() == [False, True]
    assert [row.reason for row in session.clean_laps()] == ["first_lap", None, "wet", "wet"]


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
    [(20, None), (20, float("nan")), (np.timedelta64(20, "s"), np.timedelta64("NaT", "us")), ("20.000", "")],
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
    assert set(column.values[column.absent].tolist()) <= {-1}
    assert list(column.words) == list(dict.fromkeys(value for value in values if value)), "in the order they came"


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
        (
            {"car": [1, 2], "lap_time": [60, 60], "lap": [1, -(2**63)]},
            None,
            "column 'lap' of the laps has -9223372036854775808 at row 1, beyond 32 bits",
        ),
        ({"car": [1, 2], "lap_time": [60, -(2**63)]}, None, "has -9223372036854775808 seconds at row 1"),
        ({"car": [1, 2], "lap_time": [60, 10**30]}, None, f"column 'lap_time' of the laps has {10**30}, beyond 64"),
        ({"car": [1, 2], "lap_time": [60, 60], "in_pit": [0, 2]}, None, "column 'in_pit' of the laps has 2 at row 1"),
        (
            {"car": [1, 2], "lap_time": [60, 60], "top_speed": ["fast", "slow"]},
            None,
            "column 'top_speed' of the laps holds text",
        ),
        ({"car": [1, 2], "lap_time": [60]}, None, "the columns of the laps differ in length: car 2, lap_time 1"),
        ({"car": [[1], [2]], "lap_time": [60, 60]}, None, "column 'car' of the laps has 2 dimensions"),
        ({"car": [[1], [2, 3]], "lap_time": [60, 60]}, None, "column 'car' of the laps has values of type list"),
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


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"crew": {"car": [1], "Driver": ["Ann"]}}, "crew has no column 'driver'; near it are 'Driver'; rename one"),
        ({"crew": {"car": ["1", "1"], "driver": ["Ann", None]}}, "row 1 of the crew names no driver; leave it out"),
        ({"results": {"position": [1]}}, "the results have no column 'car'"),
        ({"results": {"car": [None], "position": [1]}}, "row 0 of the results names no car; leave it out"),
        ({"results": {"car": [1], "laps": ["many"]}}, "column 'laps' of the results has 'many' at row 0"),
        ({"results": {"car": [5, 6], "laps": [3, 3]}}, "most cars of this result are in no lap file"),
        ({"provisional": {"number": [1]}}, "the provisional results have no column 'car'"),
        ({"sections": {"car": [1], "lap": [1], "time": [20]}}, "the sections have no column 'section'"),
        ({"sections": {"car": [1], "lap": [1], "section": ["A"]}}, "the sections have no column 'time' or 'elapsed'"),
        ({"sections": {"car": [1], "lap": [None], "section": ["A"], "time": [2]}}, "column 'lap' has rows without"),
        ({"sections": {"car": [1], "lap": [1], "section": ["A" * 99], "time": [2]}}, "is too long"),
        ({"weather": {"time": [1]}}, "the weather has no column 'clock'"),
        ({"weather": {"clock": [1], "rain": ["heavy"]}}, "column 'rain' of the weather holds text"),
    ],
)
def test_errors_name_the_table(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as caught:
        pr.from_laps({"car": [1], "lap_time": [60]}, **tables)
    assert words in str(caught.value)


def test_columns_are_those_of_a_session(race: pr.Session) -> None:
    for what, columns in own_tables.COLUMNS.items():
        assert {field.name: field.type for field in getattr(race, what).schema} == columns

"""Table: arrays, parts, rows, other libraries, files, pickles."""

import csv
import datetime
import io
import math
import pickle
import subprocess
import sys
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pyracing as pr
from pyracing.frames import NO_TIME, Column
from pyracing.table import Table

TYPES = ("int32", "int64", "float64", "duration", "bool", "text")
WORDS = ["7", "007", "Kévin ESTRE", "", "日本", 'a "quoted", text\nin two lines']


def column(type: str, values: list, nullable: bool = True) -> Column:
    """A column of plain values, None where absent; what stands there in the array is never looked at."""
    absent = np.array([value is None for value in values], dtype=bool)
    blanks = {"float64": 1.5, "bool": True}
    if type == "text":
        words = sorted({value for value in values if value is not None})
        codes = np.array([words.index(value) if value is not None else 7 for value in values], dtype=np.int32)
        return Column(type, codes, absent if nullable else None, np.array(words, dtype=object))
    dtypes = {"float64": np.float64, "bool": np.bool_, "int32": np.int32}
    filled = [blanks.get(type, 7) if value is None else value for value in values]
    return Column(type, np.array(filled, dtype=dtypes.get(type, np.int64)), absent if nullable else None)


def made(**columns: tuple[str, list]) -> Table:
    return Table.from_columns({name: column(type, values) for name, (type, values) in columns.items()})


values_of = {
    "int32": st.integers(1 - 2**31, 2**31 - 1),  # the smallest stands for absence
    "int64": st.integers(1 - 2**63, 2**63 - 1),
    "float64": st.floats(allow_nan=False),
    "duration": st.one_of(st.integers(-(10**11), 10**11), st.integers(NO_TIME + 1, 2**63 - 1)),
    "bool": st.booleans(),
    "text": st.sampled_from(WORDS),
}


@st.composite
def described_tables(draw):
    """Columns as lists of plain values with their types, whether they may be absent, and the table made of them."""
    count = draw(st.integers(0, 40))
    described = {}
    for number, type in enumerate(draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=5))):
        nullable = draw(st.booleans())
        value = st.one_of(st.none(), values_of[type]) if nullable else values_of[type]
        described[f"column_{number}"] = (type, nullable, draw(st.lists(value, min_size=count, max_size=count)))
    table = Table.from_columns(
        {name: column(type, values, nullable) for name, (type, nullable, values) in described.items()}
    )
    return SimpleNamespace(columns=described, table=table, count=count)


def python_value(type: str, value):
    return datetime.timedelta(microseconds=value) if type == "duration" and value is not None else value


def rows_of(described) -> list[tuple]:
    columns = [[python_value(type, value) for value in values] for type, _, values in described.columns.values()]
    return list(zip(*columns, strict=True))


# ---- What is there ----


@given(described_tables())
def test_schema_rows_and_masks_are_what_was_given(described):
    table = described.table
    assert table.columns == tuple(described.columns)
    assert [tuple(field) for field in table.schema] == [
        (n, t, nullable) for n, (t, nullable, _) in described.columns.items()
    ]
    assert len(table) == described.count
    assert list(map(tuple, table)) == rows_of(described)
    for name, (_, _, values) in described.columns.items():
        assert table.valid(name).tolist() == [value is not None for value in values]


@given(described_tables())
def test_arrays_have_the_type_of_the_schema_whatever_they_hold(described):
    for name, (type, nullable, values) in described.columns.items():
        array = described.table[name]
        if type in ("int32", "int64") and nullable:
            assert array.dtype == np.float64
            assert np.array_equal(
                array, [math.nan if value is None else float(value) for value in values], equal_nan=True
            )
        elif type == "text":
            assert array.dtype == object and array.tolist() == values
        elif type == "duration":
            assert array.dtype == "timedelta64[us]"
            assert array.view(np.int64).tolist() == [NO_TIME if value is None else value for value in values]
        elif type == "float64":
            assert np.array_equal(array, [math.nan if value is None else value for value in values], equal_nan=True)
        else:
            assert array.dtype == {"bool": np.bool_, "int32": np.int32, "int64": np.int64}[type]
            assert array.tolist() == [False if value is None else value for value in values]


def test_arrays_are_views_that_cannot_be_written(race):
    laps = race.laps
    for name, type, nullable in laps.schema:
        array = laps[name]
        assert not array.flags.writeable
        if type not in ("text", "bool") and not (type.startswith("int") and nullable):
            assert np.shares_memory(array, laps[name])
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


def test_an_array_outlives_its_table():
    array = made(time=("duration", list(range(100_000))))["time"]
    assert array.view(np.int64).sum() == sum(range(100_000))


def test_an_unknown_column_is_an_error_with_near_matches(race):
    for ask in (race.laps.__getitem__, race.laps.valid):
        with pytest.raises(KeyError, match="'laptime'; near it are .*'lap_time'"):
            ask("laptime")
    with pytest.raises(KeyError, match="lap_time"):
        race.laps[["car", "laptime"]]
    assert "lap_time" in race.laps and "laptime" not in race.laps


def test_tables_come_from_questions_only():
    with pytest.raises(TypeError, match="questions of a session"):
        pr.Table()


# ---- Parts of it ----


@given(described_tables(), st.data())
def test_parts_are_those_of_a_list_of_rows(described, data):
    table, rows, count = described.table, rows_of(described), described.count
    bound = st.one_of(st.none(), st.integers(-count - 3, count + 3))
    cut = slice(data.draw(bound), data.draw(bound), data.draw(st.sampled_from([None, 1, 2, -1, -3])))
    assert list(map(tuple, table[cut])) == rows[cut]
    mask = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    assert list(map(tuple, table[np.array(mask, dtype=bool)])) == [
        row for row, kept in zip(rows, mask, strict=True) if kept
    ]
    if count:
        indices = data.draw(st.lists(st.integers(-count, count - 1), min_size=1, max_size=10))
        assert list(map(tuple, table[indices])) == [rows[index] for index in indices]
        assert tuple(table[indices[0]]) == rows[indices[0]]
    names = data.draw(st.lists(st.sampled_from(table.columns), min_size=1, unique=True))
    assert table[names].columns == tuple(names)
    assert list(map(tuple, table[names])) == [tuple(row[table.columns.index(name)] for name in names) for row in rows]


def test_masks_of_other_libraries(race):
    laps = race.laps
    expected = laps[laps["in_pit"]]
    assert 0 < len(expected) < len(laps)
    assert (
        laps[laps.to_pandas()["in_pit"]]
        == laps[laps.to_polars()["in_pit"]]
        == laps[laps["in_pit"].tolist()]
        == expected
    )


def test_wrong_indices(race):
    laps = race.laps
    for key in (len(laps), -len(laps) - 1, [len(laps)], np.array([True]), np.array([0, -len(laps) - 1])):
        with pytest.raises(IndexError):
            laps[key]
    for key in (1.5, None, np.array([1.5]), np.zeros((2, 2), dtype=bool), {"car"}, laps["lap_time"]):
        with pytest.raises(TypeError, match="a table is indexed by"):
            laps[key]


def test_rows_are_named_tuples_of_python_values(race):
    row = race.laps[0]
    assert (row.car, row.class_, row.lap) == ("007", "HYPERCAR", 1)
    assert type(row.car) is str and type(row.lap) is int and type(row.lap_time) is datetime.timedelta
    assert type(row.in_pit) is bool and row.pit_lane_time is None and row.deleted is None
    assert row._fields[1] == "class_" and pickle.loads(pickle.dumps(row)) == row


def test_rows_of_many_batches():
    table = made(number=("int64", [None if number % 3 == 0 else number for number in range(10_000)]))
    assert [row.number for row in table] == [None if number % 3 == 0 else number for number in range(10_000)]


# ---- Columns of arrays ----


@pytest.mark.parametrize(
    "columns, message",
    [
        ({"a": Column("int64", np.arange(3)), "b": Column("int64", np.arange(4))}, "3, 4 rows"),
        ({"a": Column("date", np.arange(3))}, "type 'date'"),
        ({"a": Column("text", np.array([0, 2]), None, np.array(["x", "y"]))}, "a"),
        ({"a": Column("text", np.array([-1]), None, np.array(["x"]))}, "a"),
        ({"a": Column("text", np.array([0]))}, "a"),
    ],
)
def test_columns_that_contradict_themselves(columns, message):
    with pytest.raises(ValueError, match=message):
        Table.from_columns(columns)


# ---- Other libraries ----


@given(described_tables())
def test_every_library_reads_the_same_rows(described):
    table, rows = described.table, rows_of(described)
    assert polars.DataFrame(table).rows() == table.to_polars().rows() == rows
    arrow = pyarrow.table(table)
    assert arrow == table.to_arrow()
    assert [tuple(row.values()) for row in arrow.to_pylist()] == rows
    frame = table.to_pandas()
    assert frame.shape == (described.count, len(described.columns))
    for name, (type, _, values) in described.columns.items():
        assert frame[name].isna().tolist() == [value is None for value in values]
        present = [value for value in frame[name].tolist() if not pandas.isna(value)]
        assert present == [python_value(type, value) for value in values if value is not None]


@given(described_tables())
def test_duckdb_reads_the_same_rows(described):
    answers = described.table
    durations = {name for name, (type, _, _) in described.columns.items() if type == "duration"}
    longest = [abs(value) for name in durations for value in described.columns[name][2] if value is not None]
    assume(max(longest, default=0) < 10**17)  # what DuckDB's INTERVAL holds
    fields = ", ".join(f"epoch_us({name})" if name in durations else name for name in answers.columns)
    expected = list(zip(*(values for _, _, values in described.columns.values()), strict=True))
    assert duckdb.sql(f"select {fields} from answers").fetchall() == expected


def test_pandas_types_do_not_depend_on_the_content():
    absent, present = (made(a=("int32", [value]), b=("bool", [bool(value)])).to_pandas() for value in (None, 1))
    assert absent.dtypes.tolist() == present.dtypes.tolist() == [pandas.Int64Dtype(), pandas.BooleanDtype()]
    assert made(a=("duration", [None])).to_pandas().dtypes.tolist() == [np.dtype("timedelta64[us]")]


def test_frames_share_the_memory_of_the_table(race):
    laps = race.laps
    assert np.shares_memory(laps.to_pandas()["lap_time"].to_numpy(), laps["lap_time"])
    assert np.shares_memory(laps.to_polars()["lap"].to_numpy(), laps["lap"])
    assert np.shares_memory(laps.to_arrow()["lap"].chunk(0).to_numpy(), laps["lap"])


def test_frames_outlive_the_table():
    frame = pyarrow.table(made(word=("text", WORDS * 1000), time=("duration", [1] * 6000)))
    assert frame["word"].to_pylist() == WORDS * 1000


def test_pandas_needs_no_pyarrow():
    code = """
import sys
sys.modules["pyarrow"] = None
import pyracing as pr
laps = pr.simulate(seed=1, minutes=10, cars=3).session.laps
frame = laps.to_pandas()
assert frame["car"].tolist() == laps["car"].tolist() and frame["lap_time"].sum() == laps["lap_time"].sum()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- Files ----


def test_csv_as_people_read_it(tmp_path):
    table = made(
        car=("text", ["007", None, 'a "b", c']),
        time=("duration", [118_765_000, 21_685_310_000, None]),
        mean=("duration", [1, -1_500_000, 0]),
        laps=("int32", [1, None, 3]),
        speed=("float64", [208.1, None, 1e-7]),
        out=("bool", [True, False, None]),
    )
    table.write_csv(tmp_path / "table.csv")
    expected = (
        "car,time,mean,laps,speed,out\n"
        "007,1:58.765,0.000001,1,208.1,true\n"
        ",6:01:25.310,-1.500000,,,false\n"
        '"a ""b"", c",,0.000000,3,1e-07,\n'
    )
    assert (tmp_path / "table.csv").read_bytes() == expected.encode()
    for file in (io.StringIO(), io.BytesIO()):
        table.write_csv(file)
        written = file.getvalue()
        assert (written.decode() if isinstance(written, bytes) else written) == expected
        file.write(written[:0])  # still open
    with open(tmp_path / "open.csv", "wb") as binary:
        table.write_csv(binary)
        binary.write(b"end")
    assert (tmp_path / "open.csv").read_bytes() == expected.encode() + b"end"


@given(described_tables())
def test_csv_holds_every_value(described):
    file = io.StringIO()
    described.table.write_csv(file)
    file.seek(0)
    header, *rows = csv.reader(file)
    assert header == list(described.columns)
    for place, (type, _, values) in enumerate(described.columns.values()):
        for row, value in zip(rows, values, strict=True):
            text = row[place] if row else ""  # csv reads a row with one empty field as none
            if value is None:
                assert text == ""
            elif type == "duration":
                sign = -1 if text.startswith("-") else 1
                whole, _, fraction = text.removeprefix("-").rpartition(".")
                seconds = 0
                for part in whole.split(":"):
                    seconds = seconds * 60 + int(part)
                assert sign * (seconds * 10**6 + int(fraction.ljust(6, "0"))) == value
            else:
                expected = {"float64": float, "text": str, "bool": lambda text: text == "true"}.get(type, int)
                assert expected(text) == value


def test_parquet(tmp_path, race):
    race.laps.write_parquet(tmp_path / "laps.parquet")
    assert polars.read_parquet(tmp_path / "laps.parquet").rows() == list(map(tuple, race.laps))
    file = io.BytesIO()
    race.laps.write_parquet(file)
    assert file.getvalue()[:4] == b"PAR1"


def test_parquet_through_pyarrow_and_without_either(tmp_path, race, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    race.laps.write_parquet(tmp_path / "laps.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "laps.parquet")["lap"].to_pylist() == race.laps["lap"].tolist()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match=r"polars or pyarrow.*pyracing-timing\[season\]"):
        race.laps.write_parquet(tmp_path / "none.parquet")


# ---- Pickles and equality ----


@given(described_tables(), st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_pickles(described, protocol):
    table = pickle.loads(pickle.dumps(described.table, protocol=protocol))
    assert table == described.table and table.schema == described.table.schema
    assert list(map(tuple, table)) == rows_of(described)


def test_pickles_out_of_band(race):
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(race.laps, protocol=5, buffer_callback=buffers.append)
    assert len(data) < 10_000 < sum(len(buffer.raw()) for buffer in buffers)
    lap_time = race.laps["lap_time"]
    assert any(np.shares_memory(np.frombuffer(buffer.raw(), dtype=np.uint8), lap_time) for buffer in buffers)
    assert pickle.loads(data, buffers=buffers) == race.laps
    received = [memoryview(b"\0" + buffer.raw().tobytes())[1:] for buffer in buffers]  # from a network: at any address
    assert pickle.loads(data, buffers=received) == race.laps


def test_a_pickle_with_wrong_content_is_refused():
    _, (columns, rows) = made(car=("text", ["7", "8"])).__reduce_ex__(4)
    (name, type, nullable, values, validity, offsets, text) = columns[0]
    for wrong in (
        (name, type, nullable, values[:-1], validity, offsets, text),
        (name, type, nullable, b"\x09\0\0\0" * 2, validity, offsets, text),
        (name, type, nullable, values, validity, offsets, text[:-1]),
        (name, type, nullable, values, validity, offsets, b"\xff" * len(text)),
    ):
        with pytest.raises(ValueError, match="car"):
            pr.table.unpickled([wrong], rows)


def test_equality_is_of_content():
    table = made(car=("text", ["7", None, "8"]), pace=("float64", [1.0, math.nan, None]))
    same = Table.from_columns({
        "car": Column("text", np.array([2, 1, 0]), np.array([False, True, False]), np.array(["8", "6", "7"])),
        "pace": column("float64", [1.0, math.nan, None]),
    })  # fmt: skip
    assert table == same and not table != same
    assert table != table[:2] and table != table[["pace", "car"]] and table != made(car=("text", ["7", None, "8"]))
    assert table != "a table" and table.__eq__(3) is NotImplemented
    with pytest.raises(TypeError, match="unhashable"):
        hash(table)

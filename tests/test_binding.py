"""What the extension module itself promises: borrowed memory, messages, Arrow capsules."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pyarrow
import pytest

import pyracing as pr
from pyracing import _core

LAPS: dict[str, Any] = {
    "car": ["7", "7", "8"],
    "lap": [1, 2, 1],
    "lap_time": [90.5, 91.25, 92.0],
    "driver": ["Ann", None, "Bo"],
}
WRITABLE = {
    "bytearray": bytearray,
    "memoryview": lambda data: memoryview(bytearray(data)),
    "array": lambda data: np.frombuffer(bytearray(data), np.uint8),
}


class Stream:
    """Nothing but an Arrow stream, as a library that nobody here knows would give it."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.fixture
def own() -> pr.Session:
    return pr.from_laps(LAPS)


# ---- Messages ----


@pytest.mark.parametrize("ascii_letters", range(54, 62))
def test_a_name_cut_inside_a_character_is_still_a_message(own: pr.Session, ascii_letters: int) -> None:
    with pytest.raises(ValueError, match="there is no car 'xxx") as caught:
        own._core.select(cars=["x" * ascii_letters + "é€🏁"])
    assert type(caught.value) is ValueError


@pytest.mark.parametrize(
    ("question", "options", "message"),
    [
        ("stints", {"by": 1}, "by is a str, not int"),
        ("gaps", {"to": 7}, "to is a str, not int"),
        ("undercuts", {"within": 1.5}, "within is a whole number, not float"),
        ("pit_stops", {"fuel_only": "40s"}, "fuel_only is a whole number, not str"),
        ("clean_laps", {"slow": "7 %"}, "slow is a number, not str"),
    ],
)
def test_an_option_of_a_wrong_type_is_named(own: pr.Session, question: str, options: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        own._core.ask(question, **options)


def test_an_instant_of_no_kind(own: pr.Session) -> None:
    assert own._core.race_time("share", 0.5) == 90_875_000
    with pytest.raises(ValueError, match="unknown kind of instant 'part'"):
        own._core.race_time("part", 0.5)


# ---- Memory that belongs to others ----


def test_row_numbers_are_copied(own: pr.Session) -> None:
    rows = np.array([2, 0], dtype=np.int64)
    taken = own.laps._core.take(rows)
    rows[:] = 99
    assert taken.array("car").tolist() == ["8", "7"]
    with pytest.raises(ValueError, match="no row 99 in a table of 3"):
        own.laps._core.take(rows)
    with pytest.raises(TypeError):
        own.laps._core.take(np.array([0.5]))


@pytest.mark.parametrize("kind", WRITABLE)
def test_writable_bytes_are_read_and_let_go(tmp_path: Path, kind: str) -> None:
    paths = pr.simulate(seed=1, hours=1).write(tmp_path, dialect="wec")
    content = next(path for path in paths if "nalysis" in path.name).read_bytes()
    data = WRITABLE[kind](content)
    session = _core.read([("laps.csv", data)])
    memoryview(data).cast("B")[:] = bytes(len(content))
    assert session == _core.read([("laps.csv", content)])
    if isinstance(data, bytearray):
        data.clear()  # refused while somebody holds its memory


# ---- Arrow ----


def test_laps_from_any_arrow_stream(own: pr.Session) -> None:
    assert pr.from_laps(Stream(own.laps)).laps == own.laps
    assert pr.from_laps(Stream(polars.DataFrame(LAPS))).laps == own.laps
    batches = pyarrow.table(LAPS).to_batches(max_chunksize=1)
    assert len(batches) == 3
    assert pr.from_laps(pyarrow.RecordBatchReader.from_batches(batches[0].schema, batches)).laps == own.laps


def test_other_columns_may_hold_anything(own: pr.Session) -> None:
    frame = polars.DataFrame(LAPS).with_columns(day=date(2024, 6, 15), tags=[["wet"], [], None])
    session = pr.from_laps(frame)
    assert session.laps == own.laps
    assert {row.column for row in session.check() if row.column is not None} == {"day", "tags"}


def test_a_column_of_laps_of_a_wrong_type_is_named() -> None:
    with pytest.raises(ValueError, match=r"column 'lap_time' has the Arrow type 'tdD'.*make it a number"):
        pr.from_laps(polars.DataFrame(LAPS).with_columns(lap_time=date(2024, 6, 15)))


def test_text_without_letters_is_absent() -> None:
    for table in (LAPS | {"driver": ["Ann", "", "Bo"]}, polars.DataFrame(LAPS | {"driver": ["Ann", "", "Bo"]})):
        assert pr.from_laps(table).laps["driver"].tolist() == ["Ann", None, "Bo"]


def test_a_stream_is_read_once(own: pr.Session) -> None:
    capsule = own.laps.__arrow_c_stream__()
    assert _core.Table.from_arrow(capsule, ["car"]).array("car").tolist() == ["7", "7", "8"]
    with pytest.raises(ValueError, match="read already"):
        _core.Table.from_arrow(capsule, ["car"])


def test_what_is_no_stream(own: pr.Session) -> None:
    with pytest.raises(ValueError, match="PyCapsule"):
        _core.Table.from_arrow(own.laps.__arrow_c_schema__(), [])
    with pytest.raises(TypeError):
        _core.Table.from_arrow(own.laps.__arrow_c_stream__(), [7])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        _core.Table.from_arrow(own.laps.__arrow_c_stream__())  # type: ignore[call-arg]


def test_a_producer_that_fails_says_why() -> None:
    def batches() -> Any:
        yield pyarrow.record_batch({"car": ["7"], "lap_time": [90.0]})
        raise OSError("the disk is gone")

    schema = pyarrow.schema([("car", pyarrow.string()), ("lap_time", pyarrow.float64())])
    with pytest.raises(ValueError, match="the disk is gone"):
        pr.from_laps(pyarrow.RecordBatchReader.from_batches(schema, batches()))

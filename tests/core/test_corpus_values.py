"""Every value of every published file beside the checkout, against the slow reading of the same bytes."""

import math
from pathlib import Path

import pytest

import slow_reader

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = sorted(path for path in DATA.rglob("*") if path.suffix.lower() == ".csv" and path.is_file())
FORMATS = {"laps": "al_kamel_laps", "results": "al_kamel_results", "class_results": "al_kamel_class_results",
           "best_laps": "al_kamel_best_laps", "weather": "al_kamel_weather"}  # fmt: skip
pytestmark = pytest.mark.skipif(not FILES, reason="the published files are not beside the checkout")


def head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16384)


KNOWN = {path: slow_reader.recognise(head(path)) for path in FILES}


def of_format(wanted: str) -> list:
    """Parameters of a test: the files whose first line has the columns of that format."""
    return [pytest.param(path, id=str(path.relative_to(DATA))) for path in FILES if KNOWN[path] == wanted]


@pytest.mark.parametrize("path", of_format("laps"))
def test_laps(core, path):
    data = path.read_bytes()
    slow = slow_reader.read_laps(data)
    parts = core.read_parts(data, path.name)
    assert parts["files"]["format"] == ["al_kamel_laps"]
    assert parts["laps"] == slow.columns
    assert parts["sections"] == slow.sections
    assert parts["files"]["rows"] == [slow.rows] == [len(slow)] and parts["files"]["rows_listed"] == [0]
    assert parts["facts"]["start"] == [slow.start]
    assert parts["suspensions"]["elapsed"] == []
    laps = parts["laps"]
    assert parts["entries"]["car"] == sorted(set(laps["car"]), key=str.encode)
    assert parts["entries"]["laps"] == [laps["car"].count(car) for car in parts["entries"]["car"]]
    unread = {
        "row_not_kept", "duplicate_row", "field_not_read", "field_count", "file_cut_short", "restated_differs",
        "elapsed_differs", "lap_missing", "sectors_differ", "clock_differs", "number_shared", "not_utf8",
    }  # fmt: skip
    assert not unread & set(parts["doubts"]["code"])


@pytest.mark.parametrize("path", of_format("results") + of_format("class_results"))
def test_results(core, path):
    data = path.read_bytes()
    slow = slow_reader.read_results(data)
    parts = core.read_parts(data, path.name)
    assert parts["results"] == slow.columns
    assert parts["files"]["rows"] == [slow.rows] == [len(slow)] and parts["files"]["rows_listed"] == [0]
    crew = parts["crew"]
    keys = ("car", "driver", "driver_number", "rating", "country")
    found = list(zip(*(crew[key] for key in keys), strict=True))
    assert found == sorted(slow.crew, key=lambda row: (row[0].encode(), row[2]))
    assert parts["entries"]["car"] == sorted(slow.columns["car"], key=str.encode)
    assert not {"row_not_kept", "field_not_read", "field_count", "file_cut_short"} & set(parts["doubts"]["code"])


@pytest.mark.parametrize("path", of_format("best_laps"))
def test_best_laps(core, path):
    parts = core.read_parts(path.read_bytes(), path.name)
    assert parts["files"]["rows"] == [len(slow_reader.records(path.read_bytes()).rows)]


@pytest.mark.parametrize("path", of_format("weather"))
def test_weather(core, path):
    data = path.read_bytes()
    slow = slow_reader.read_weather(data)
    parts = core.read_parts(data, path.name)
    weather = parts["weather"]
    assert parts["files"]["rows"] == [slow.rows] == [len(slow)] and parts["files"]["rows_listed"] == [0]
    for name in slow_reader.WEATHER_COLUMNS[1:-1]:
        pairs = zip(weather[name], slow.columns[name], strict=True)
        assert all(a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12) for a, b in pairs), name
    assert weather["rain"] == slow.columns["rain"]
    seconds = [time - slow.columns["time"][0] for time in slow.columns["time"]]
    clocks = weather["clock"]
    assert [None if clock is None else (clock - clocks[0]) // 1_000_000 for clock in clocks] == seconds


def test_other_files_are_no_format(core):
    kind = core.ffi.new("pyr_kind *")
    for path, known in KNOWN.items():
        data = head(path)
        with core.guarded(data) as block:
            format = core.lib.pyr_recognise(block.data, len(data), kind)
        name = core.ffi.string(core.lib.pyr_format_name(format)).decode()
        assert name == FORMATS.get(known or "", "unknown"), path

"""What users point at: paths, archives, folders, addresses, open files; and which files make a session."""

import gzip
import hashlib
import io
import os
import pickle
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import pyracing as pr
from lap_files import car_laps, lap_file
from pyracing import contents


def lap_bytes(pace: int = 60, laps: int = 3) -> bytes:
    """Two cars, 007 and 7, of which the first laps in `pace` seconds and the other a second slower."""
    return lap_file(car_laps("007", [pace] * laps), car_laps("7", [pace + 1] * laps))


def result_bytes(total: str = "3:00.000") -> bytes:
    return (
        "POSITION;NUMBER;STATUS;LAPS;TOTAL_TIME;GAP_FIRST;GAP_PREVIOUS;FL_LAPNUM;FL_TIME;FL_KPH;TEAM;CLASS;"
        "GROUP;DIVISION;VEHICLE\r\n"
        f"1;007;Classified;3;{total};-;-;1;1:00.000;180.0;Team;GT;;;Make\r\n"
    ).encode()


WEATHER = (
    b"TIME_UTC_SECONDS;TIME_UTC_STR;AIR_TEMP;TRACK_TEMP;HUMIDITY;PRESSURE;WIND_SPEED;WIND_DIRECTION;RAIN;\r\n"
    b"1656252060;6/26/2022 2:01:00 PM;20.5;30.1;40;1001.5;3.6;180;0;\r\n"
)


@pytest.fixture
def lap_path(tmp_path: Path) -> Path:
    path = tmp_path / "race-laps.csv"
    path.write_bytes(lap_bytes())
    return path


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def write_all(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


# ---- Sources ----


def test_every_kind_of_source_gives_the_same_session(lap_path: Path, tmp_path: Path) -> None:
    data = lap_path.read_bytes()
    expected = pr.read(lap_path, name="race")
    assert len(expected) == 6
    packed = tmp_path / "no suffix"
    packed.write_bytes(gzip.compress(data))
    archive = tmp_path / "also none"
    archive.write_bytes(
        zipped({"deep/down/23_Analysis_Race.CSV": data, "deep/.hidden": b"x", "__MACOSX/deep/23": b"x"})
    )
    nested = zipped({"a.zip": zipped({"b.csv.gz": gzip.compress(data)})})
    folder = write_all(tmp_path / "folder", {"laps.csv": data})
    with lap_path.open("rb") as file:
        sources: list[Any] = [
            str(lap_path),
            data,
            bytearray(data),
            memoryview(data),
            file,
            io.BytesIO(data),
            packed,
            archive,
            folder,
            nested,
        ]
        for source in sources:
            assert pr.read(source, name="race") == expected


def test_a_pipe_is_read_to_its_end(lap_path: Path) -> None:
    data = lap_bytes(laps=3000)
    reading, writing = os.pipe()

    def fill() -> None:
        with os.fdopen(writing, "wb") as end:
            end.write(data)

    thread = threading.Thread(target=fill)
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as file:
        session = pr.read(file)
    thread.join()
    assert session == pr.read(data)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of POSIX")
def test_a_named_pipe_is_opened_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    thread = threading.Thread(target=lambda: path.write_bytes(gzip.compress(lap_bytes())))
    thread.start()
    session = pr.read(path)
    thread.join()
    assert len(session) == 6


def test_files_know_their_hashes(lap_path: Path) -> None:
    data = lap_path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    for source in (lap_path, data, gzip.compress(data), zipped({"a.csv": data})):
        (file,) = pr.read(source).info["files"]
        assert file["sha256"] == digest


def test_bytes_are_hashed_when_asked_and_kept_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lap_bytes()
    digest = hashlib.sha256(data).hexdigest()
    hashed: list[int] = []
    plain = hashlib.sha256
    monkeypatch.setattr(hashlib, "sha256", lambda given: hashed.append(len(given)) or plain(given))
    before = sys.getrefcount(data)
    session = pr.read(data)
    assert hashed == [] and sys.getrefcount(data) == before + 1
    part = session.select(cars="7")
    copy = pickle.loads(pickle.dumps(pr.read(data)))
    assert [one.info["files"][0]["sha256"] for one in (session, session, part, copy)] == [digest] * 4
    assert hashed == [len(data)] * 2 and sys.getrefcount(data) == before
    changing = bytearray(data)
    session = pr.read(changing)
    changing[-3:] = b"0;\r\n"
    assert session.info["files"][0]["sha256"] == digest


def test_a_name_is_no_format(tmp_path: Path) -> None:
    path = tmp_path / "laps.zip"
    path.write_bytes(lap_bytes())
    assert len(pr.read(path)) == 6


def test_a_text_file_and_other_types_are_type_errors(lap_path: Path) -> None:
    with lap_path.open() as file, pytest.raises(TypeError, match="mode 'rb'"):
        pr.read(file)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="source 2 is of type list.*one by one"):
        pr.read(lap_path, [lap_path])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="needs a source"):
        pr.read()


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system knows UTF-8 only")
def test_a_path_that_is_no_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"W\xfcrttemberg")
    folder.mkdir()
    path = folder / os.fsdecode(b"N\xfcrburg.csv")
    path.write_bytes(lap_bytes())
    session = pr.read(path)
    assert session.info["files"][0]["sha256"] == hashlib.sha256(lap_bytes()).hexdigest()
    assert session.info["name"] == "N?rburg"
    assert pr.read(folder) == pr.read(tmp_path) == session
    assert [row.session for row in pr.scan(tmp_path)] == ["n rburg"]
    with open(path, "rb") as file:
        assert pr.read(file) == session
    path.write_bytes(b"nothing")
    with pytest.raises(pr.UnknownFormat, match=r"N\?rburg\.csv"):
        pr.read(path)


def test_a_missing_file_names_its_neighbours(lap_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="race-laps.csv") as caught:
        pr.read(lap_path.with_name("race-lap.csv"))
    assert caught.value.errno == 2
    assert caught.value.filename == str(lap_path.with_name("race-lap.csv"))
    with pytest.raises(ValueError, match=r"encode\(\)"):
        pr.read(lap_path.read_text())


def test_unreadable_archives_say_what_to_do(tmp_path: Path) -> None:
    whole = gzip.compress(lap_bytes())
    for broken, words in (
        (whole[:-9], "damaged"),
        (whole[:20] + bytes(8) + whole[28:], "damaged"),
        (zipped({"a.csv": lap_bytes()})[:-30], "damaged"),
    ):
        path = tmp_path / "broken"
        path.write_bytes(broken)
        with pytest.raises(pr.ReadError, match=words) as caught:
            pr.read(path)
        assert caught.value.path is not None and caught.value.path.startswith(str(path))
    with pytest.raises(pr.UnknownFormat, match="save the sheet as CSV"):
        pr.read(zipped({"xl/workbook.xml": b"<x/>", "xl/sheet1.xml": b"<x/>"}))


def test_a_zip_with_a_password_is_refused() -> None:
    data = bytearray(zipped({"a.csv": lap_bytes()}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the bit for encryption, in both headers
        data[data.index(signature) + place] |= 1
    with pytest.raises(pr.ReadError, match="unpack it yourself"):
        pr.read(bytes(data))


def test_archives_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "SMALLEST_ALLOWANCE", 1000)
    monkeypatch.setattr(contents, "ALLOWED_RATIO", 1)
    bomb = b"\0" * 100_000
    half_each = {"race-laps.csv": lap_bytes(laps=1), "race-results.csv": result_bytes() + b";" * 600}
    assert max(map(len, half_each.values())) < 1000 < sum(map(len, half_each.values()))
    for source in (gzip.compress(bomb), zipped({"a": bomb}), zipped({"a": gzip.compress(bomb)}), zipped(half_each)):
        with pytest.raises(pr.ReadError, match="holds more than"):
            pr.read(source)
    noise = os.urandom(2000)  # packed it is no smaller, so it gets as far as its content
    with pytest.raises(pr.UnknownFormat):
        pr.read(gzip.compress(noise))


def test_archives_in_archives_come_to_an_end() -> None:
    archive = lap_bytes()
    for _ in range(4):
        archive = zipped({"a": archive})
    assert len(pr.read(archive)) == 6
    with pytest.raises(pr.ReadError, match="more than 4 deep"):
        pr.read(zipped({"a": archive}))


# ---- Addresses ----


class Timekeeper(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = lap_bytes()
        if self.path == "/missing.csv":
            self.send_error(404)
            return
        if self.path == "/circle.csv":
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/encoded.csv" and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/strange.csv":
            self.send_header("Content-Encoding", "br")
        if self.path == "/archive":
            data = zipped({"race-laps.csv": data})
        if self.path == "/page.csv":
            data = b"<!DOCTYPE html><html><body>Please log in</body></html>"
        self.send_header("Content-Length", str(len(data) + (1 if self.path == "/short.csv" else 0)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Timekeeper) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("path", ["/race-laps.csv", "/encoded.csv", "/archive"])
def test_addresses_are_read(address: str, path: str) -> None:
    session = pr.read(address + path, name="race")
    assert session == pr.read(lap_bytes(), name="race")
    (file,) = session.info["files"]
    assert file["name"].startswith(address)
    assert file["sha256"] == hashlib.sha256(lap_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/missing.csv", "404 Not Found.*browser"),
        ("/circle.csv", "302 .* infinite loop.*browser"),
        ("/strange.csv", "'br'"),
        ("/short.csv", "ended after"),
        ("/page.csv", "web page"),
    ],
)
def test_bad_answers_say_what_to_do(address: str, path: str, words: str) -> None:
    with pytest.raises(pr.ReadError, match=words) as caught:
        pr.read(address + path)
    assert caught.value.path == address + path and "\n" not in str(caught.value)


def test_no_server_is_a_read_error() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Timekeeper) as server:
        port = server.server_port
    with pytest.raises(pr.ReadError, match="no answer.*connection"):
        pr.read(f"http://127.0.0.1:{port}/race.csv")


def test_a_silent_server_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(contents, "TIME_OUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(pr.ReadError, match="timed out"):
        pr.read(f"http://127.0.0.1:{server.getsockname()[1]}/race.csv")


# ---- Folders ----

WEEKEND = {
    "01-spa/202205011000-practice-1-laps.csv": lap_bytes(60),
    "01-spa/202205011000-practice-1-weather.csv": WEATHER,
    "01-spa/202205011400-practice-2-laps.csv": lap_bytes(65),
    "01-spa/202205021000-qualifying---gtd-position-laps.csv": lap_bytes(60),
    "01-spa/202205021030-qualifying---lmp3-laps.csv": lap_bytes(60),
    "01-spa/202205031200-race-laps.csv": lap_bytes(70),
    "01-spa/202205031200-race-results.csv": result_bytes(),
    "01-spa/readme.txt": b"Downloaded on a Sunday.",
}


def rows(table: pr.Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in table]


def test_scan_lists_the_sessions_of_a_weekend(tmp_path: Path) -> None:
    table = pr.scan(write_all(tmp_path, WEEKEND))
    assert list(table.columns) == ["session", "kind", "format", "files", "size", "left_out"]
    names = list(table["session"])
    assert names == ["practice 1", "practice 2", "qualifying gtd position", "qualifying lmp3", "race"]
    assert list(table["kind"]) == ["practice", "practice", "qualifying", "qualifying", "race"]
    assert list(table["format"]) == [
        "al_kamel_laps, al_kamel_weather",
        *["al_kamel_laps"] * 3,
        "al_kamel_laps, al_kamel_results",
    ]
    assert list(table["files"]) == [2, 1, 1, 1, 2]
    assert sum(table["size"]) + len(WEEKEND["01-spa/readme.txt"]) == sum(map(len, WEEKEND.values()))
    assert sum(table["left_out"]) == 1


def test_a_folder_and_its_archive_hold_the_same_sessions(tmp_path: Path) -> None:
    folder = write_all(tmp_path / "weekend", WEEKEND)
    archive = tmp_path / "weekend.zip"
    archive.write_bytes(zipped(WEEKEND))
    scanned, inside = pr.scan(folder), pr.scan(archive)
    for column in ("session", "kind", "format", "files", "size", "left_out"):
        assert list(scanned[column]) == list(inside[column])
    assert pr.read(folder, session="race") == pr.read(archive, session="race")


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        ("race", "01-spa/202205031200-race-laps.csv"),
        ("Practice 2", "01-spa/202205011400-practice-2-laps.csv"),
        ("practice-2", "01-spa/202205011400-practice-2-laps.csv"),
        ("qualifying lmp3", "01-spa/202205021030-qualifying---lmp3-laps.csv"),
        ("gtd", "01-spa/202205021000-qualifying---gtd-position-laps.csv"),
        ("rac", "01-spa/202205031200-race-laps.csv"),
    ],
)
def test_a_session_is_picked_by_name(tmp_path: Path, asked: str, file: str) -> None:
    folder = write_all(tmp_path, WEEKEND)
    assert pr.read(folder, session=asked).laps == pr.read(folder / file).laps


def test_several_sessions_are_listed(tmp_path: Path) -> None:
    folder = write_all(tmp_path, WEEKEND)
    with pytest.raises(pr.ReadError, match="5 sessions.*'practice 1', 'practice 2'.*'race'; pick one") as caught:
        pr.read(folder)
    assert caught.value.path == str(folder)
    with pytest.raises(pr.ReadError, match="may be 'practice 1', 'practice 2'"):
        pr.read(folder, session="practice")
    with pytest.raises(
        pr.ReadError, match="no session is called 'qualifyng lmp3'; the nearest are:.*'qualifying lmp3'"
    ):
        pr.read(folder, session="qualifyng lmp3")
    with pytest.raises(pr.ReadError, match="no session is called 'rally'.*'practice 1'"):
        pr.read(folder, session="rally")
    with pytest.raises(ValueError, match="session= picks"):
        pr.read(folder / "01-spa/202205031200-race-laps.csv", session="race")


def test_left_out_files_are_listed(tmp_path: Path) -> None:
    folder = write_all(tmp_path, WEEKEND)
    doubts = [row for row in pr.read(folder, session="race").check() if row.code == "file_left_out"]
    assert [os.path.basename(row.file) for row in doubts] == ["readme.txt"]
    assert doubts[0].severity == "note"
    assert [
        row for row in pr.read(folder / "01-spa/202205031200-race-laps.csv").check() if row.code == "file_left_out"
    ] == []


def test_provisional_and_official_results_join_their_laps(tmp_path: Path) -> None:
    """Names as SRO America publishes them; telemetry lies beside the timing."""
    files = {
        "Race 1/23_AnalysisEnduranceWithSections_Race 1.CSV": lap_bytes(60),
        "Race 1/03_Provisional Results_Race 1.CSV": result_bytes(),
        "Race 1/03_GR Cup Race 1 Official Results.CSV": result_bytes("3:10.000"),
        "Race 1/26_Weather_Race 1.CSV": WEATHER,
        "Race 1/R1_spa_lap_time.csv": b"expire_at,lap,meta_event\n,1,I_R04\n",
        "Race 2/23_AnalysisEnduranceWithSections_Race 2.CSV": lap_bytes(70),
        "Race 2/03_Results GR Cup Race 2 Official_Anonymized.CSV": result_bytes(),
    }
    table = pr.scan(write_all(tmp_path, files))
    assert list(table["session"]) == ["race 1", "race 2"]
    assert list(table["files"]) == [4, 2]
    assert list(table["left_out"]) == [1, 0]
    session = pr.read(tmp_path / "Race 1")
    assert [row.total_time for row in session.results] == [timedelta(seconds=190)]
    assert [row.total_time for row in session.provisional] == [timedelta(seconds=180)]
    assert len(session.weather) == 1


def test_names_are_told_apart_by_folder_then_date(tmp_path: Path) -> None:
    files = {
        "01-spa/202205011000-race-laps.csv": lap_bytes(),
        "02-monza/202206011000-race-laps.csv": lap_bytes(),
        "02-monza/202206021000-race-laps.csv": lap_bytes(),
        "02-monza/data.csv": lap_bytes(),
    }
    table = pr.scan(write_all(tmp_path, files))
    assert list(table["session"]) == ["spa race", "monza race 202206011000", "monza race 202206021000", "monza data"]


def test_an_official_result_in_a_folder_of_its_own(tmp_path: Path) -> None:
    files = {
        "cota_6h.csv": lap_bytes(),
        "spa_6h.csv": lap_bytes(65),
        "official/cota_6h__202509071330-race-hour-6-results.csv": result_bytes(),
        "cota_6h.json": b"{}",
    }
    table = pr.scan(write_all(tmp_path, files))
    assert list(zip(table["session"], table["files"], strict=True)) == [("cota 6h", 2), ("spa 6h", 1)]


def test_folders_without_timing_files_say_what_they_hold(tmp_path: Path) -> None:
    with pytest.raises(pr.UnknownFormat, match="it is empty"):
        pr.read(tmp_path)
    write_all(tmp_path, {"a.json": b"{}", "b.csv": b"x,y\n1,2\n"})
    for call in (pr.read, pr.scan):
        with pytest.raises(pr.UnknownFormat, match="no timing file, only 'a.json', 'b.csv'"):
            call(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of POSIX")
def test_pipes_and_loops_in_a_folder_are_passed_by(tmp_path: Path) -> None:
    write_all(tmp_path, {"race-laps.csv": lap_bytes()})
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path, tmp_path / "again")
    assert list(pr.scan(tmp_path)["files"]) == [1]


# ---- Published files ----


def test_every_published_session_is_found(data: Path) -> None:
    """Every IMSA file carries the date and time of its start, which tells its session without regard to words."""
    table = pr.scan(data / "imsa")
    starts = {path.name[:12] for path in data.glob("imsa/*/*/*.csv")}
    assert len(table) == len(starts) == len(set(table["session"]))
    assert sum(table["files"]) == len(list(data.glob("imsa/*/*/*.csv")))
    assert "2022 watkins glen international race" in list(table["session"])


def test_mixed_folders_of_published_files(data: Path) -> None:
    table = pr.scan(data / "grcup")
    tracks = {folder.name for folder in (data / "grcup").iterdir()}
    assert sorted(table["session"]) == sorted(f"{track.lower()} race {number}" for track in tracks for number in (1, 2))
    assert sum(table["files"]) + sum(table["left_out"]) == sum(
        1 for path in (data / "grcup").rglob("*") if path.is_file()
    )
    assert list(pr.scan(data / "wec/2024")["session"]) == ["bahrain 8h", "fuji 6h", "le mans 24h"]
    assert list(pr.scan(data / "wec/2025")["files"]) == [2, 2, 2]


def test_every_published_session_is_read_from_its_folder(data: Path) -> None:
    """What the core checks on content agrees with what names said."""
    for folder in (
        "imsa/2022/01-roar-before-the-24",
        "imsa/2021/12-6h---watkins-glen-international",
        "grcup",
        "wec",
        "porsche_cup",
    ):
        for row in pr.scan(data / folder):
            session = pr.read(data / folder, session=row.session)
            assert session.info["name"] == row.session
            assert session.info["kind"] == (row.kind or "race")
            assert len(session.info["files"]) == row.files

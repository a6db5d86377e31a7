"""Many sessions: read with any executor, failures beside the rest, results and standings, one Parquet file."""

import io
import shutil
import sys
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import polars as pl
import pytest

import pyracing as pr
from answers import columns
from lap_files import CORPUS
from race_files import race_file

QUALIFYING = "1 GT | Ann 3:00 1:30\n2 GT | Bo 3:00 1:29\n3 LM | Cy 3:00 1:20"
RACE = "1 GT | Ann 1:40 1:30 1:31\n2 GT | Bo 1:41 1:31 1:31\n3 LM | Cy 1:30 1:20 1:21 1:20"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two rounds, the second with two races, and what is no timing file or a broken one."""
    folder = tmp_path_factory.mktemp("season")
    files = {
        "01-alpha/202605011000-practice-1-laps.csv": RACE,
        "01-alpha/202605021000-qualifying-laps.csv": QUALIFYING,
        "01-alpha/202605031000-race-laps.csv": RACE,
        "02-beta/202606011000-race-1-laps.csv": RACE,
        "02-beta/202606021000-race-2-laps.csv": RACE.replace("1:41 1:31 1:31", "1:38 1:31 1:31"),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(race_file(text))
    (folder / "01-alpha" / "notes.txt").write_text("nothing")
    return folder


@pytest.fixture(scope="module")
def season(folder):
    return pr.read_season(folder, progress=False)


def test_sessions_events_and_rounds(season):
    assert columns(season.sessions, "round", "event", "session", "kind") == [
        (1, "alpha", "alpha practice 1", "practice"),
        (1, "alpha", "alpha qualifying", "qualifying"),
        (1, "alpha", "alpha race", "race"),
        (2, "beta", "beta race 1", "race"),
        (2, "beta", "beta race 2", "race"),
    ]
    assert (len(season), len(season.failures)) == (5, 0)
    assert repr(season) == "<Season of 5 sessions in 2 rounds>"


def test_sessions_by_name_and_number(season):
    assert season["alpha race"] is season[2] is list(season)[2]
    assert season["beta 2"] is season[4]
    with pytest.raises(KeyError, match="it may be 'beta race 1', 'beta race 2'"):
        season["beta"]
    with pytest.raises(KeyError, match="near it are 'alpha race'"):
        season["alpa race"]
    with pytest.raises(TypeError, match="pyracing.read_season"):
        pr.Season()


@pytest.mark.parametrize("make", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor(folder, season, make):
    with make(2) as executor:
        assert list(pr.read_season(folder, executor=executor)) == list(season)


def test_an_executor_of_another_library(folder, season):
    class Executor:
        def submit(self, function, *arguments):
            future = Future()
            if "race 2" in arguments[0].name:
                future.set_exception(RuntimeError("the worker died"))
            else:
                future.set_result(function(*arguments))
            return future

    found = pr.read_season(folder, executor=Executor())
    assert list(found) == list(season)[:4]
    assert columns(found.failures, "session", "error", "message") == [
        ("beta race 2", "RuntimeError", "the worker died")
    ]  # fmt: skip


def test_archives_files_and_sessions_of_several_files(folder, season, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "season"), "zip", folder)
    assert list(pr.read_season(archive)) == list(season)
    assert list(pr.read_season(archive, executor=ThreadPoolExecutor(1))) == list(season)
    race = folder / "01-alpha" / "202605031000-race-laps.csv"
    listed = pr.read_season([race, (folder / "02-beta" / "202606011000-race-1-laps.csv",)])
    assert [len(session) for session in listed] == [10, 10]
    assert columns(listed.sessions, "round")[1] == (2,)


def test_what_fails_is_listed_and_the_rest_is_there(folder, tmp_path):
    broken = tmp_path / "broken-race-laps.csv"
    broken.write_bytes(race_file(RACE)[:40])
    found = pr.read_season([folder / "02-beta", broken, tmp_path / "missing.csv"])
    assert len(found) == 2
    assert columns(found.failures, "source", "error") == [
        (str(tmp_path / "missing.csv"), "FileNotFoundError"), (str(broken), "UnknownFormat")
    ]  # fmt: skip
    assert repr(found) == "<Season of 2 sessions in 1 rounds, 2 failed>"
    with pytest.raises(FileNotFoundError):
        pr.read_season(tmp_path / "missing.csv")


def test_results_and_standings(season):
    shown = ("round", "session", "car", "class_position", "pole")
    assert columns(season.results, *shown)[:6] == [
        (1, "qualifying", "3", 1, False), (1, "qualifying", "2", 1, False), (1, "qualifying", "1", 2, False),
        (1, "race", "3", 1, True), (1, "race", "1", 1, False), (1, "race", "2", 2, True),
    ]  # fmt: skip
    assert columns(season.results, "round", "session", "car", "class_position")[6:] == [
        (2, "race", "3", 1), (2, "race", "1", 1), (2, "race", "2", 2),
        (2, "race 2", "3", 1), (2, "race 2", "2", 1), (2, "race 2", "1", 2),
    ]  # fmt: skip
    points = {"tables": {"race": {"points": [25, 18]}}, "bonuses": {"pole": {"points": 1}}}
    rules = pr.rules({"points": {"positions": "class", **points}, "standings": {"drivers": {}}})
    assert columns(season.standings(rules), "driver", "points") == [("Ann", 68.0), ("Bo", 62.0), ("Cy", 76.0)]
    rules = rules.replace(points={"tables": {"qualifying": {"sessions": ["qualifying"], "points": [2], "beyond": 0}}})
    # 25 and 18 in each of three races, 2 for the best in qualifying, 1 for the one pole
    assert columns(season.standings(rules), "class", "position", "driver", "points") == [
        ("GT", 1, "Ann", 68.0), ("GT", 2, "Bo", 64.0), ("LM", 1, "Cy", 78.0)
    ]  # fmt: skip
    with pytest.raises(pr.RulesError, match="flag_required is not known"):
        season.standings("gtwc_sprint")  # no result is published, and the rules do not say who is classified


def test_hours(season):
    assert columns(season.results, "hours")[-1] == (5 / 60,)  # 5:31 of the winner, down to five minutes


def test_progress_is_shown_in_a_terminal_only(folder, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for progress, library, shown in ((True, True, True), (False, True, False), (True, False, False)):
        monkeypatch.setattr(sys, "stderr", Terminal())
        monkeypatch.setitem(sys.modules, "tqdm", pytest.importorskip("tqdm") if library else None)
        assert len(pr.read_season(folder, progress=progress)) == 5
        assert ("5/5" in sys.stderr.getvalue()) == shown
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    pr.read_season(folder)
    assert sys.stderr.getvalue() == ""


def test_one_parquet_file(season, tmp_path):
    season.write_parquet(tmp_path / "season.parquet")
    frame = pl.read_parquet(tmp_path / "season.parquet")
    assert frame.columns[:4] == ["round", "event", "session", "car"]
    assert frame.height == sum(map(len, season))
    one = frame.filter(pl.col("session") == "beta race 2")
    expected = season["beta race 2"].laps
    assert one["lap_time"].to_list() == expected["lap_time"].tolist()
    assert one["car"].to_list() == expected["car"].tolist()


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
def test_imsa_2022():
    """The champions of DPi have 3432 points: the race before Daytona counts as qualifying, its own qualifying not."""
    table = pr.read_season(CORPUS / "imsa" / "2022").standings("imsa-2022")
    leaders = {row.class_: row for row in reversed(list(table))}
    assert (leaders["DPi"].points, leaders["DPi"].wins) == (3432, 2)
    assert {row.driver for row in table if row.points == 3432} == {"Tom Blomqvist", "Oliver Jarvis"}


@pytest.mark.parametrize("place", ["{year}/01-alpha/{kind}-laps.csv", "alpha/{year}/{kind}/{kind}.csv",
                                   "alpha/{year} {kind} laps.csv"])  # fmt: skip
def test_the_same_event_of_two_years_is_two(tmp_path, place):
    for year in (2023, 2024):
        for kind, text in (("qualifying", QUALIFYING), ("race", RACE)):
            path = tmp_path / place.format(year=year, kind=kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(race_file(text))
    season = pr.read_season(tmp_path, progress=False)
    found = columns(season.sessions, "round", "event", "kind")
    assert sorted(kind for _, _, kind in found) == ["qualifying", "qualifying", "race", "race"]
    assert len({(round_number, event) for round_number, event, _ in found}) == 2
    assert {event for _, event, _ in found} in ({"2023 alpha", "2024 alpha"}, {"2023", "2024"})
    assert set(columns(season.results, "event", "session")) == {
        (event, kind) for _, event, _ in found for kind in ("qualifying", "race")
    }


def test_folders_called_race_are_no_event(tmp_path):
    for number, town in enumerate(("alpha", "beta"), 1):
        pr.simulate(5, minutes=20, cars=6, round_number=number).write(tmp_path / f"{number:02d}-{town}" / "race")
    season = pr.read_season(tmp_path, progress=False)
    assert [(row.round, row.event) for row in season.sessions] == [(1, "alpha"), (2, "beta")]

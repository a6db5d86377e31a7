"""The command line as a user runs it: what it prints, where errors go, and how it exits."""

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import polars
import pytest

import pyracing as pr
from pyracing import cli
from pyracing.rows import table_of_rows
from pyracing.table import Field


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, simulation: pr.Simulation) -> Path:
    """A simulated race as published, in a folder called `race`."""
    folder = tmp_path_factory.mktemp("weekend") / "race"
    simulation.write(folder)
    return folder


@pytest.fixture(scope="module")
def laps(folder: Path) -> Path:
    return next(folder.glob("23_*"))


def run(*arguments: object, stdin: bytes | None = None, columns: int = 100) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pyracing", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": str(columns)}
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, env=environment, check=False)


def shown(*arguments: object, stdin: bytes | None = None) -> str:
    finished = run("show", *arguments, stdin=stdin)
    assert (finished.returncode, finished.stderr) == (0, b"")
    return finished.stdout.decode()


# ---- show ----


def test_show_prints_the_classification(folder: Path, laps: Path) -> None:
    order = pr.read(folder).classification()
    for source in (folder, laps):
        lines = shown(source).splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("---")) + 1
        assert [line.split()[0] for line in lines[first : first + len(order)]] == list(order["car"])
        assert lines[first + len(order)].startswith(f"{len(order)} rows")


@pytest.mark.parametrize("columns", [20, 60, 200])
def test_the_table_keeps_to_the_terminal(folder: Path, columns: int) -> None:
    lines = run("show", folder, columns=columns).stdout.decode().splitlines()
    assert max(map(len, lines[:-1])) <= columns


def test_questions_take_their_options(folder: Path) -> None:
    race = pr.read(folder)
    text = shown("--question", "stints", "--by", "driver", "--format", "csv", folder, "--class", race.classes[0])
    rows = list(csv.DictReader(text.splitlines()))
    stints = race.select(classes=race.classes[0]).stints(by="driver")
    assert [(row["car"], row["driver"], int(row["laps"])) for row in rows] == [
        (row.car, row.driver, row.laps) for row in stints
    ]
    clean = [
        json.loads(line)["clean"]
        for line in shown(folder, "--question", "clean_laps", "--slow", "0.01", "--format", "jsonl").splitlines()
    ]
    assert clean == race.clean_laps(slow=0.01)["clean"].tolist()


@pytest.mark.parametrize("option", ["--fuel-only", "--fuel_only"])
def test_options_of_two_words(folder: Path, option: str) -> None:
    text = shown("--question", "pit_stops", option, "40s", "--format", "csv", folder)
    services = pr.read(folder).pit_stops(fuel_only="40s")["service"].tolist()
    assert [row["service"] or None for row in csv.DictReader(text.splitlines())] == services
    assert set(services) >= {"tyres"} and services != pr.read(folder).pit_stops()["service"].tolist()


def test_a_classification_by_rules_decisions_and_grid(folder: Path, simulation: pr.Simulation, tmp_path: Path) -> None:
    decisions, grid = tmp_path / "decisions.csv", tmp_path / "grid.csv"
    pr.write_decisions(simulation.truth.decisions, decisions)
    grid.write_text("car,position\n" + "".join(f"{car},{n}\n" for n, car in enumerate(simulation.truth.grid, 1)))
    text = shown(folder, "--rules", "wec", "--decisions", decisions, "--grid", grid, "--format", "csv")
    rows = list(csv.DictReader(text.splitlines()))
    told = [result.car for result in simulation.truth.official if result.status == "classified"]
    assert [row["car"] for row in rows if row["status"] == "classified"] == told
    assert {row["car"]: int(row["grid"]) for row in rows} == {
        car: place for place, car in enumerate(simulation.truth.grid, 1)
    }
    grid.write_text("number,place\n7,1\n")
    wrong = run("show", folder, "--grid", grid)
    assert wrong.returncode == 2 and b"the grid has no column 'car'" in wrong.stderr


def test_a_race_that_is_cut_off(folder: Path) -> None:
    text = shown(folder, "--until", "50%", "--format", "csv")
    race = pr.read(folder)
    cars = [row["car"] for row in csv.DictReader(text.splitlines())]
    assert cars == race.until("50%").classification()["car"].tolist()
    asked = ("--rules", "wec", "--question", "stints", "--by", "driver", "--format", "csv")
    hour = shown(folder, "--until", "-1h", *asked)
    assert len(hour.splitlines()) == 1 + len(race.until("-1h").stints(by="driver"))
    late = run("show", folder, "--until", "99h")
    assert late.returncode == 2 and b"outside the session" in late.stderr


@pytest.mark.parametrize("question", sorted(cli.questions()))
def test_every_question_can_be_shown(folder: Path, question: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["show", str(folder), "--question", question]) == 0
    table = getattr(pr.read(folder), question)
    assert f"{len(table() if callable(table) else table):,} row".encode() in capsysbinary.readouterr().out


def test_lines_of_json_are_exact(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "laps.jsonl"
    shown(folder, "--question", "laps", "-o", target)
    laps = pr.read(folder).laps
    read = [json.loads(line) for line in target.read_text().splitlines()]
    assert list(read[0]) == list(laps.columns)
    assert [round(row["lap_time"] * 1_000_000) for row in read] == laps["lap_time"].astype(int).tolist()
    assert [row["flag"] for row in read] == laps["flag"].tolist()
    assert [row["deleted"] for row in read] == [None] * len(laps)


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_files_for_other_programs(folder: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"laps.{ending}"
    shown(folder, "--question", "laps", "-o", target)
    frame = polars.read_parquet(target) if ending == "parquet" else polars.read_ipc(target)
    assert pr.from_laps(frame).laps == pr.read(folder).laps
    piped = run("show", folder, "--question", "laps", "--format", ending)
    assert piped.returncode == 0 and len(piped.stdout) == target.stat().st_size


def test_the_format_may_be_another_than_the_ending_says(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "crew.txt"
    shown(folder, "--question", "crew", "-o", target)
    assert "rows" in target.read_text().splitlines()[-1]
    shown(folder, "--question", "crew", "-o", target, "--format", "csv")
    assert target.read_text().startswith("car,driver,")


def test_standard_input_is_a_source(laps: Path) -> None:
    assert shown("-", stdin=laps.read_bytes()) == shown(laps)
    twice = run("show", "-", "-", stdin=b"")
    assert twice.returncode == 2 and b"once" in twice.stderr


def test_a_session_is_picked(folder: Path, laps: Path, tmp_path: Path) -> None:
    for name in ("practice", "race"):
        (tmp_path / name).mkdir()
        shutil.copy(laps, tmp_path / name / f"23_Analysis_{name.title()}.CSV")
    assert shown(tmp_path, "--session", "race") == shown(laps)
    several = run("show", tmp_path)
    assert several.returncode == 1
    assert b"2 sessions are here: 'practice', 'race'" in several.stderr


# ---- Errors ----


def one_line(finished: subprocess.CompletedProcess[bytes]) -> str:
    assert finished.stdout == b""
    (line,) = finished.stderr.decode().splitlines()
    return line


def test_unreadable_input_names_file_line_and_column(laps: Path, tmp_path: Path) -> None:
    broken = tmp_path / "page.csv"
    broken.write_bytes(b"<html>\n<body>log in</body></html>\n")
    finished = run("show", broken)
    assert finished.returncode == 1
    assert one_line(finished).startswith(f"{broken}:1:1: this is a web page")
    finished = run("check", tmp_path / "missing.csv")
    assert finished.returncode == 1
    assert one_line(finished).startswith(f"{tmp_path / 'missing.csv'}: No such file or directory")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--question", "stint"], "there is no question 'stint'; near it are stints"),
        (["--question", "_part"], "there is no question '_part'"),
        (["--question", "select"], "there is no question 'select'"),
        (["--question", "stints", "--by", "lap"], "by='lap'"),
        (["--question", "stints", "--slow", "1"], "--slow is no option of the question 'stints', which takes --by"),
        (["--question", "laps", "--by", "car"], "which takes no options"),
        (["--question", "pit_stops", "--slow", "1"], "which takes --fuel-only, --decisions"),
        (["--class", "XYZ"], "there is no class 'XYZ'"),
        (["--session", "race"], "session= picks"),
    ],
)
def test_wrong_usage_is_said_in_one_line(laps: Path, arguments: list[str], words: str) -> None:
    finished = run("show", laps, *arguments)
    assert finished.returncode == 2
    assert words in one_line(finished)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "pyracing: the following arguments are required: COMMAND; pyracing --help"),
        (["show"], "pyracing show: the following arguments are required: SOURCE; pyracing show --help"),
        (["race"], "invalid choice: 'race'"),
        (["show", "x", "--qestion", "stints"], "pyracing show: there is no option --qestion; near it are --question"),
        (["show", "x", "--no-such-option=1"], "pyracing show: there is no option --no-such-option=1; pyracing"),
        (["demo", "a", "b"], "unrecognized arguments: b"),
    ],
)
def test_what_is_no_command_line_is_said_in_one_line_too(arguments: list[str], words: str) -> None:
    finished = run(*arguments)
    assert finished.returncode == 2
    assert words in one_line(finished)


@pytest.mark.parametrize("command", ["demo", "show", "check", "report", "season", "series"])
def test_help_has_an_example(command: str) -> None:
    text = run(command, "--help").stdout.decode()
    assert "example:\n  pyracing " in text or "examples:\n  pyracing " in text


@pytest.mark.parametrize("format", ["jsonl", "csv", "arrow", "parquet"])
def test_a_broken_pipe_is_silent(tmp_path: Path, format: str) -> None:
    laps = tmp_path / "laps.csv"
    laps.write_bytes(pr.simulate(seed=1, hours=4, cars=50).files("wec")["23_Analysis_Race.CSV"])
    command = [sys.executable, "-m", "pyracing", "show", str(laps), "--question", "lap_details", "--format", format]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == cli.BROKEN_PIPE_STATUS


@pytest.mark.parametrize(("stream", "source"), [("0<", "-"), ("1>", "laps.csv")])
def test_a_standard_stream_that_is_closed_is_an_error_in_one_line(laps: Path, stream: str, source: str) -> None:
    command = f"exec '{sys.executable}' -m pyracing show {source.replace('laps.csv', str(laps))!r} {stream}&-"
    finished = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert finished.returncode == 1
    assert one_line(finished) == f"{'<stdin>' if source == '-' else '<stdout>'}: {os.strerror(errno.EBADF)}"


@pytest.mark.parametrize(("failure", "status"), [(KeyboardInterrupt, 130), (MemoryError, 1)])
def test_interrupts_and_want_of_memory_print_no_traceback(
    failure: type[BaseException], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*sources: object, **options: object) -> None:
        raise failure

    monkeypatch.setattr(pr, "read", fail)
    assert cli.main(["show", "laps.csv"]) == status
    assert capsys.readouterr().err.splitlines() == (
        ["there is not enough memory; read fewer files at a time"] if failure is MemoryError else []
    )


# ---- Completion ----


def completions(line: str, target: Path) -> list[str]:
    """What a shell gets from argcomplete for the line, with the cursor at its end."""
    shell = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_STDOUT_FILENAME": str(target)}
    environment = {**os.environ, **shell, "COMP_LINE": line, "COMP_POINT": str(len(line))}
    command = [sys.executable, "-c", "import sys; from pyracing.cli import main; sys.exit(main())"]
    done = subprocess.run(command, capture_output=True, timeout=120, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return [word.strip() for word in target.read_text().split("\n")]


def test_the_shell_completes(folder: Path, tmp_path: Path) -> None:
    race = pr.read(folder)
    target = tmp_path / "offered"
    assert completions("pyracing se", target) == ["season", "series"]
    assert set(completions("pyracing show x --question ", target)) == set(cli.questions())
    assert set(completions(f"pyracing show {folder} --class ", target)) == set(race.classes)
    assert completions(f"pyracing check {folder} --session ra", target) == ["race"]
    assert completions("pyracing show no-such-file --class ", target) == [""]
    assert {"csv", "parquet"} <= set(completions("pyracing series --format ", target))


# ---- check, series, demo ----


def test_check_fails_where_there_is_an_error(laps: Path, tmp_path: Path) -> None:
    assert run("check", laps).returncode == 0
    lines = laps.read_bytes().splitlines(keepends=True)
    broken = tmp_path / "laps.csv"
    broken.write_bytes(b"".join([*lines[:-1], lines[-1][:20]]))  # a download that was cut short
    doubts = pr.read(broken).check()
    finished = run("check", broken)
    assert finished.returncode == int("error" in doubts["severity"].tolist())
    assert len(doubts) > 0 and f"{len(doubts)} row" in finished.stdout.decode()


@pytest.mark.parametrize(("severities", "status"), [([], 0), (["note", "warning"], 0), (["note", "error"], 1)])
def test_check_exits_with_one_for_errors(
    severities: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    doubts = table_of_rows([Field("severity", "text", False)], [(severity,) for severity in severities])
    monkeypatch.setattr(pr, "read", lambda *sources, session: SimpleNamespace(check=lambda: doubts))
    assert cli.main(["check", "laps.csv"]) == status
    assert f"{len(severities)} row".encode() in capsysbinary.readouterr().out


def test_series_lists_the_presets() -> None:
    rows = list(csv.DictReader(run("series", "--format", "csv").stdout.decode().splitlines()))
    assert len(rows) == len(pr.series())


def test_a_season_is_listed_or_written(laps: Path, tmp_path: Path) -> None:
    for event in ("01-alpha", "02-beta"):
        (tmp_path / "season" / event).mkdir(parents=True)
        (tmp_path / "season" / event / "race-laps.csv").write_bytes(laps.read_bytes())
    assert b"alpha race" in run("season", tmp_path / "season").stdout
    target = tmp_path / "season.parquet"
    assert run("season", tmp_path / "season", "-o", target).stdout == b""
    assert polars.read_parquet(target)["event"].unique().sort().to_list() == ["alpha", "beta"]
    done = run("season", tmp_path / "season", tmp_path / "missing")
    assert done.returncode == 1 and b"missing" in done.stderr and done.stderr.count(b"\n") == 1


def test_the_demonstration_reads_what_it_wrote(tmp_path: Path) -> None:
    finished = run("demo", tmp_path / "race")
    assert (finished.returncode, finished.stderr) == (0, b"")
    text = finished.stdout.decode()
    race = pr.read(tmp_path / "race")
    winner = race.classification()[0]
    assert f"The stints of the winner, car {winner.car}:" in text
    assert race.select(cars=winner.car).stints()[0].driver in text
    for name in race.classes:
        visits = race.pit_stops()
        stops = ((visits["class"] == name) & (visits["kind"] == "pit_stop")).sum()
        assert any(line.split()[:2] == [name, str(stops)] for line in text.splitlines())
    assert len(text.splitlines()) < 60


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout.decode() == f"pyracing {pr.__version__}\n"

"""What the README shows is what happens."""

import re
from pathlib import Path

import pytest

import pyracing as pr
from pyracing import cli

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return [block for told, block in fenced if told == language]


def test_the_tour_and_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    assert cli.main(["demo"]) == 0
    printed = capsys.readouterr().out
    for shown in blocks(""):
        assert shown in printed, "`COLUMNS=100 pyracing demo` prints something else now"
    (tour,) = blocks("python")
    names: dict[str, object] = {}
    exec(tour, names)
    asked = [line for line in tour.splitlines() if line.startswith("race.")]
    assert asked and all(isinstance(eval(line, names), pr.Table) for line in asked)


def test_the_commands_are_there() -> None:
    shown = re.findall(r"^    pyracing (\w+)", README, re.MULTILINE)
    assert set(shown) == {"check", "demo", "report", "season", "series", "show"}
    assert len(re.findall(r"^ *python3 -m venv ", README, re.MULTILINE)) == 2


def test_what_is_named_is_there() -> None:
    for code in re.findall(r"`([^`\n]+)`", README):
        for name in re.findall(r"\brace\.(\w+)", code):
            assert hasattr(pr.Session, name), name
    for name in re.findall(r"\bpr\.charts\.(\w+)", README):
        assert hasattr(pr.charts, name), name
    for name in re.findall(r"\bpr\.(\w+)", README):
        assert hasattr(pr, name), name

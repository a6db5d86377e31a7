"""Types: the package passes mypy --strict, the stub says what the extension has, and users see useful types."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pyracing

ROOT = Path(__file__).resolve().parents[1]
needs_mypy = pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
needs_tree = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="the sources are not here")

USER = """
import datetime
import numpy as np
import pandas as pd
import pyracing as pr

race: pr.Session = pr.read("laps.csv", b"", kind="race", start="14:00", duration=datetime.timedelta(hours=6))
table: pr.Table = race.classification()
times: np.ndarray = table["total_time"]
fast: pr.Table = race.laps[race.laps["lap_time"] < np.timedelta64(100, "s")]
few: pr.Table = table[["car", "laps"]][:10]
frame: pd.DataFrame = race.stints(by="driver").to_pandas()
leader: str = table[0].car
narrowed: pr.Session = race.select(classes="LMGT3", laps=(2, 10)).select(cars=["7", "8"], laps=range(3, 9))
nullable: bool = table.schema[0].nullable
cars: tuple[str, ...] = race.cars
"""
WRONG = """
import pyracing as pr
race = pr.read("laps.csv")
race.stints(by="lap")
race.stints("pit")
race.fastest_laps(by=3)
race.select(cars=7)
"""


def mypy(tmp_path: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *arguments]
    package = {
        "MYPYPATH": str(Path(pyracing.__file__).parents[1])
    }  # mypy does not follow every kind of editable install
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=os.environ | package)


@needs_mypy
@needs_tree
def test_the_package_is_typed(tmp_path):
    done = mypy(tmp_path, "-p", "pyracing", "--config-file", str(ROOT / "pyproject.toml"), cwd=ROOT)
    assert done.returncode == 0, done.stdout


@needs_mypy
def test_what_users_write_is_typed(tmp_path):
    (tmp_path / "user.py").write_text(USER)
    done = mypy(tmp_path, "user.py", cwd=tmp_path)
    assert "user.py" not in done.stdout, done.stdout
    (tmp_path / "wrong.py").write_text(WRONG)
    done = mypy(tmp_path, "wrong.py", cwd=tmp_path)
    found = [line for line in done.stdout.splitlines() if line.startswith("wrong.py:") and " error:" in line]
    assert {int(line.split(":")[1]) for line in found} == {4, 5, 6, 7}, done.stdout


@needs_mypy
def test_the_stub_is_true_of_the_extension(tmp_path):
    home = str(Path(pyracing.__file__).parents[1])
    modules = ["pyracing._core", "pyracing.errors"]  # stubtest says nothing of a private module that it cannot find
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", *modules],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": home, "PYTHONPATH": home},
    )
    assert done.returncode == 0, done.stdout + done.stderr

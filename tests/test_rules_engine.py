"""Classifications under rules, after the decisions of the stewards: worked examples and published results."""

from pathlib import Path

import pytest

import pyracing as pr
from answers import columns, rows
from lap_files import CORPUS
from race_files import race_file, seconds

published = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")

RACE = """
    1 P2 | Ann 1:40 1:30 1:30 1:31
    2 GT | Bo 1:45 1:40 1:45
    3 P2 | Cy 1:40 1:30 1:32 1:33
    4 GT | Di 1:44 1:40 1:44
    5 P2 | Ed 1:39 1:29 1:28!
"""


def race(text: str = RACE, **options) -> pr.Session:
    return pr.read(race_file(text), **{"kind": "race", **options})


def flagless(text: str) -> str:
    return "\n".join(line + "!GF" * (line[-1:].isdigit()) for line in text.splitlines())


# ---- Decisions ----


def test_a_time_penalty_never_moves_a_car_behind_cars_laps_down():
    table = race().classification(decisions=[pr.time_penalty("1", 600, "track limits")])
    assert columns(table, "car", "position", "laps", "total_time", "penalty_time", "decisions")[:3] == [
        ("3", 1, 4, seconds("6:15"), 0, None),
        ("1", 2, 4, seconds("16:11"), seconds("600"), "+10:00: track limits"),
        ("4", 3, 3, seconds("5:08"), 0, None),
    ]


def test_laps_are_deducted_and_time_is_added():
    table = race().classification(decisions=[pr.lap_penalty("1", 1, 5.5, "refuelling"), pr.time_penalty("1", 1)])
    assert columns(table, "car", "laps", "total_time", "penalty_laps", "penalty_time", "decisions")[:4] == [
        ("3", 4, seconds("6:15"), 0, 0, None),
        ("4", 3, seconds("5:08"), 0, 0, None),
        ("2", 3, seconds("5:10"), 0, 0, None),
        ("1", 3, seconds("6:17.5"), 1, seconds("6.5"), "1 lap +5.500 s: refuelling; +1 s"),
    ]


@published
def test_watkins_glen_2022():
    """Nine cars to the rear of their classes, for drive time: each right behind the last car of its class."""
    laps = next((CORPUS / "imsa/2022").glob("11-watkins*/*race-laps.csv"))
    session = pr.read(laps, laps.with_name(laps.name.replace("-laps", "-results")))
    moved = [pr.rear_of_class(car, "drive time") for car in ("36", "25", "32", "57", "42", "1", "99", "59", "12")]
    table = session.classification(rules="imsa-2022", decisions=moved)
    assert columns(table, "car", "position", "class_position", "laps", "total_time") == columns(
        session.results, "car", "position", "class_position", "laps", "total_time"
    )
    assert {row["car"] for row in rows(table) if row["decisions"] == "rear of class: drive time"} == {
        decision.car for decision in moved
    }

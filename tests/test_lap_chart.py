"""lap_chart: every car at each lap of the leader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
from answers import columns, rows
from lap_files import corpus_laps
from race_files import race_file
from slow_order import Race
from test_lap_details import odd_races
from test_order import laps_of

CHART = ("car", "leader_lap", "position", "laps")

# Crossings: 7 at 100 200 300 540 640, 8 at 101 203 304 406 507, 9 at 120 240 380, 10 at 150.
RACE = """
    7 A | Ann 1:40 1:40 1:40B | Bo 4:00/2:20 1:40
    8 A | Cy 1:41 1:42 1:41 1:42 1:41
    9 B | Di 2:00 2:00 2:20
    10 B | Ed 2:30!GF
"""


def race() -> pr.Session:
    return pr.read(race_file(RACE), kind="race")


def test_a_worked_race():
    """Car 10 is out after its first lap; car 7 is in the pit lane while car 8 goes past, and crosses as it is second.
    Car 9 ends its second lap, at 240, while the leader is in its third: lap 2 of the leader."""
    assert columns(race().lap_chart(), *CHART) == [
        ("7", 1, 1, 1), ("8", 1, 2, 1), ("9", 1, 3, 1), ("10", 1, 4, 1),
        ("7", 2, 1, 2), ("8", 2, 2, 2), ("9", 2, 3, 2),
        ("7", 3, 1, 3), ("8", 3, 2, 3), ("9", 3, 3, 3),
        ("8", 4, 1, 4), ("7", 4, 2, 3),
        ("8", 5, 1, 5), ("7", 5, 2, 5),
    ]  # fmt: skip


def test_classes_one_after_the_other():
    """At the laps of the class leader: car 9 ends its lap 2 at 240, after the last crossing of car 10."""
    by_class = race().lap_chart(by="class")
    assert [row for row in columns(by_class, "class", *CHART) if row[0] == "B"] == [
        ("B", "9", 1, 1, 1), ("B", "10", 1, 2, 1), ("B", "9", 2, 1, 2), ("B", "9", 3, 1, 3),
    ]  # fmt: skip
    assert [row[0] for row in columns(by_class, "class")] == ["A"] * 10 + ["B"] * 4


def test_the_last_lap_is_the_order_of_the_finish():
    session = race()
    last = [row for row in columns(session.lap_chart(), *CHART) if row[1] == 5]
    finish = columns(session.order(), "car", "position")
    assert [(car, position) for car, _, position, _ in last] == finish[:2]


def test_selections():
    whole = rows(race().lap_chart())
    assert rows(race().select(classes="B").lap_chart()) == [row for row in whole if row["class"] == "B"]
    early = race().select(laps=(1, 2)).lap_chart()
    assert rows(early) == [row for row in whole if row["laps"] <= 2]


def test_sessions_that_are_no_race():
    with pytest.raises(ValueError, match="no race .test."):
        pr.read(race_file(RACE), kind="test").lap_chart()


def check_chart(session: pr.Session, by: str | None, step: int = 1) -> None:
    race = Race(laps_of(session))
    expected = [row for cars in race.races(by) for row in race.lap_chart(cars, step)]
    got = columns(session.lap_chart(by=by or "overall"), *CHART)
    laps = {(row[0], row[1]) for row in expected}
    assert [row for row in got if (row[0], row[1]) in laps] == expected
    assert step > 1 or got == expected


@settings(deadline=None)
@given(odd_races(), st.sampled_from([None, "class"]))
def test_odd_races_equal_the_slow_answer(data, by):
    check_chart(pr.read(data, kind="race"), by)


RACES = [path for path in corpus_laps() if "race" in path.name.lower() or "wec" in path.parts]


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_real_races_equal_the_slow_answer(path):
    session = pr.read(path, kind="race")
    check_chart(session, None, 53)
    check_chart(session, "class", 61)
    places: dict = {}
    for _, lap, position, _ in columns(session.lap_chart(), *CHART):
        places.setdefault(lap, []).append(position)
    for positions in places.values():
        assert positions == sorted(set(positions)) and positions[0] == 1

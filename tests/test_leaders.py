"""leaders and laps_led: who led which laps, against worked examples, a slow answer and the winner's laps."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
from answers import columns, values
from lap_files import SECOND, car_laps, corpus_laps, lap_file
from race_files import race_file
from slow_order import Race
from test_lap_details import odd_races
from test_order import laps_of

SPELL = ("car", "driver", "first_lap", "last_lap", "laps", "start", "end", "duration")

# Crossings: 7 at 100 200 300 540 640 740, 8 at 101 203 304 406 507 747, 9 at 120 240 380, 10 at 130.
RACE = """
    7 A | Ann 1:40 1:40 | Bo 1:40B 4:00/2:20 1:40 1:40
    8 A | Cy 1:41 1:42 1:41 1:42 1:41B 4:00/2:20
    9 B | Di 2:00 2:00 2:20
    10 B | Ed 2:10
"""


def race() -> pr.Session:
    return pr.read(race_file(RACE), kind="race")


def spells(table) -> list[tuple]:
    return [(*row[:5], *(None if t is None else t / SECOND for t in row[5:])) for row in columns(table, *SPELL)]


def test_a_worked_race():
    assert spells(race().leaders()) == [
        ("7", "Ann", 1, 3, 3, 0, 300, 300),
        ("8", "Cy", 4, 5, 2, 300, 507, 207),
        ("7", "Bo", 6, 6, 1, 507, 740, 233),
    ]


def test_classes_one_after_the_other():
    by_class = race().leaders(by="class")
    assert values(by_class, "class") == ["A", "A", "A", "B"]
    assert spells(by_class)[:3] == spells(race().leaders())
    assert spells(by_class)[3] == ("9", "Di", 1, 3, 3, 0, 380, 380)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [("7", "A", None, 4, 533, 2), ("8", "A", "Cy", 2, 207, 1)]),
        ({"by": "driver"}, [("7", "A", "Ann", 2, 200, 1), ("7", "A", "Bo", 2, 333, 2), ("8", "A", "Cy", 2, 207, 1)]),
        ({"by": "class"}, [(None, "A", None, 6, 740, 1)]),
        ({"by": "class", "lead": "class"}, [(None, "A", None, 6, 740, 1), (None, "B", None, 3, 380, 1)]),
    ],
)
def test_laps_led(given, expected):
    """What differs within a row is not named: drivers of car 7, cars of a class."""
    got = columns(race().laps_led(**given), "car", "class", "driver", "laps", "time", "spells")
    assert [(*row[:4], row[4] / SECOND, row[5]) for row in got] == expected


def test_laps_without_a_known_leader():
    """Of lap 2 car 2 has no time: it may have led it. Laps and times at its ends are told where they are known."""
    missing = {"time": None, "elapsed": None}
    session = pr.read(
        lap_file(
            car_laps("1", [100, 105, 120]),
            car_laps("2", [101, missing, {"time": None, "elapsed": 303}, {"time": None, "elapsed": 400}]),
        ),
        kind="race",
    )
    assert spells(session.leaders()) == [
        ("1", "Ann ONE", 1, 1, 1, 0, 100, 100),
        (None, None, 2, 2, 1, 100, None, None),
        ("2", "Ann ONE", 3, 4, 2, None, 400, None),
    ]
    assert columns(session.laps_led(), "car", "laps", "time") == [("2", 2, None), ("1", 1, 100 * SECOND)]
    assert values(session.select(cars=["1", "2"]).leaders(), "laps") == [1, 1, 2]
    assert values(session.select(cars="2").leaders(), "car") == ["2"]


def test_selections_show_their_laps_of_the_lead():
    """The lead is that of the whole race."""
    assert spells(race().select(laps=(2, 4)).leaders()) == [
        ("7", "Ann", 2, 3, 2, 100, 300, 200), ("8", "Cy", 4, 4, 1, 300, 406, 106),
    ]  # fmt: skip
    assert values(race().select(classes="B").leaders(), "car") == []
    assert values(race().select(classes="B").leaders(by="class"), "car") == ["9"]
    bo = race().select(drivers="Bo")
    assert columns(bo.leaders(), "first_lap", "last_lap") == [(3, 3), (6, 6)]
    assert columns(bo.laps_led(by="driver"), "driver", "laps") == [("Bo", 2)]


def test_sessions_that_are_no_race():
    for question in ("leaders", "laps_led"):
        with pytest.raises(ValueError, match="no race .practice."):
            getattr(pr.read(race_file(RACE), kind="practice"), question)()


# ---- Against the slow answer ----


def slow_leaders(race: Race, by: str | None) -> list[tuple]:
    """(car, lap, start, end) of every lap of every race; None for the car of a lap whose leader is not known."""
    places, answer = race.places(by), []
    for cars in race.races(by):
        run = max(race.laps[row]["lap"] for car in cars for row in race.cars[car])
        first = {
            race.laps[row]["lap"]: row
            for row in race.crossings
            if race.laps[row]["car"] in cars and places[row][0] == 1
        }
        ended = {lap: race.elapsed(row) for lap, row in first.items()} | ({} if 0 in first else {0: 0})
        answer += [
            (race.laps[first[lap]]["car"] if lap in first else None, lap, ended.get(lap - 1), ended.get(lap))
            for lap in range(1, run + 1)
        ]
    return answer


def lap_by_lap(table) -> list[tuple]:
    """The spells taken apart: what is known inside of one is left open."""
    return [
        (car, lap, start if lap == first else ..., end if lap == last else ...)
        for car, _, first, last, _, start, end, _ in columns(table, *SPELL)
        for lap in range(first, last + 1)
    ]


def check_leaders(session: pr.Session, by: str | None) -> None:
    got, expected = lap_by_lap(session.leaders(by=by or "overall")), slow_leaders(Race(laps_of(session)), by)
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        assert all(value in (..., wanted) for value, wanted in zip(one, other, strict=True)), (one, other)


@settings(deadline=None)
@given(odd_races(), st.sampled_from([None, "class"]))
def test_odd_races_equal_the_slow_answer(data, by):
    check_leaders(pr.read(data, kind="race"), by)


RACES = [path for path in corpus_laps() if "race" in path.name.lower() or "wec" in path.parts]


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES[::5], ids=lambda path: "/".join(path.parts[-2:]))
def test_real_races_equal_the_slow_answer(path):
    check_leaders(pr.read(path, kind="race"), "class")


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_laps_and_time_led_are_those_of_the_winner(path):
    session = pr.read(path, kind="race")
    classified = columns(session.classification(), "class", "laps", "total_time")
    spells = columns(session.leaders(), "laps", "duration")
    assert tuple(map(sum, zip(*spells, strict=True))) == classified[0][1:]
    winners: dict = {}
    for name, *finish in classified:
        winners.setdefault(name, finish)
    by_class = columns(session.laps_led(by="class", lead="class"), "class", "laps", "time")
    won = {name: finish for name, *finish in by_class}
    assert won == {name: finish for name, finish in winners.items() if name is not None}
    for by in ("car", "driver", "team"):
        led: dict = defaultdict(int)
        for name, laps in columns(session.laps_led(by=by, lead="class"), "class", "laps"):
            led[name] += laps
        assert by == "team" or {name: laps for name, (laps, _) in won.items()} == led
        assert sum(values(session.laps_led(by=by), "laps")) == classified[0][1]
        assert sum(values(session.laps_led(by=by), "time")) == classified[0][2]

"""order: the cars of a race at an instant, against worked examples, a slow answer and official results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
from answers import columns, rows, values
from lap_files import SECOND, car_laps, corpus_laps, lap_file
from race_files import race_file
from slow_order import Race
from test_lap_details import odd_races

ORDER = ("car", "position", "laps", "elapsed", "gap", "gap_laps", "interval", "interval_laps")
USED = ("car", "class", "lap", "elapsed", "driver", "in_pit", "flag")

# Car 7 leads, stops at the end of its third lap and loses the lead to car 8 and a place to car 5 of the other class.
RACE = """
    5 B | Eve 1:50 1:50 1:50 1:50
    7 A | Ann 1:40 1:40 1:40B | Bo 4:00/2:20 1:40
    8 A | Cy 1:41 1:42 1:41 1:42 1:41
    9 B | Di 2:00 2:00
"""


def race() -> pr.Session:
    return pr.read(race_file(RACE), kind="race")


def laps_of(session: pr.Session) -> list[dict]:
    return [dict(zip(USED, row, strict=True)) for row in columns(session.laps, *USED)]


def written(row: tuple) -> tuple:
    """A row of ORDER with its times in seconds."""
    return tuple(row[i] if row[i] is None or i not in (3, 4, 6) else row[i] / SECOND for i in range(len(row)))


def test_a_worked_order():
    """Car 8 ends its lap 5 at 507; car 7 its lap 4, with the stop, at 540, car 5 its lap 4 at 440."""
    order = race().order(at="9:00")
    assert [written(row) for row in columns(order, *ORDER)] == [
        ("8", 1, 5, 507, 0, 0, None, None),
        ("5", 2, 4, 440, 34, 0, 34, 0),
        ("7", 3, 4, 540, 134, 1, 100, 0),
        ("9", 4, 2, 240, 37, 0, 40, 0),
    ]
    assert columns(order, "class", "class_position") == [("A", 1), ("B", 1), ("A", 2), ("B", 2)]


def test_who_is_in_the_car_and_where():
    """Ten seconds after car 7 crossed the line in the pit lane; Bo drives its next lap."""
    assert columns(race().order(at="5:10"), "car", "driver", "in_pit") == [
        ("7", "Bo", True), ("8", "Cy", False), ("5", "Eve", False), ("9", "Di", False),
    ]  # fmt: skip


def test_a_gap_is_not_known_until_the_next_crossing():
    """At 6:50 car 7 has not crossed since car 8, which was behind it then, went past."""
    assert [written(row) for row in columns(race().order(at="6:50"), *ORDER)] == [
        ("8", 1, 4, 406, 0, 0, None, None),
        ("7", 2, 3, 300, None, None, None, None),
        ("5", 3, 3, 330, 26, 0, 30, 0),
        ("9", 4, 2, 240, 37, 0, 20, 0),
    ]


def test_the_instant():
    by_lap = race().order(lap=2)  # car 7 at 200, before all others
    assert [row[:3] for row in columns(by_lap, *ORDER)] == [("7", 1, 2), ("8", 2, 1), ("5", 3, 1), ("9", 4, 1)]
    for same in (race().order(at="lap 2"), race().order(at=200), race().order(clock="14:03:20")):
        assert same == by_lap
    assert race().order(at="-7s") == race().order(at="500s") != race().order()
    assert race().order() == race().order(at="10:40")


def test_before_the_first_crossings():
    start = race().order(at=0)
    assert columns(start, *ORDER) == [(car, None, 0, None, None, None, None, None) for car in "5789"]
    assert values(start, "driver") == ["Eve", "Ann", "Cy", "Di"] and values(start, "in_pit") == [None] * 4
    assert [row[:3] for row in columns(race().order(at=101), *ORDER)] == [
        ("7", 1, 1), ("8", 2, 1), ("5", None, 0), ("9", None, 0),
    ]  # fmt: skip


def test_classes_by_themselves():
    """In the order of their leaders; position, gap and interval are those in the class."""
    by_class = race().order(at="9:00", by="class")
    assert [written(row) for row in columns(by_class, *ORDER)] == [
        ("8", 1, 5, 507, 0, 0, None, None),
        ("7", 2, 4, 540, 134, 1, 134, 1),
        ("5", 1, 4, 440, 0, 0, None, None),
        ("9", 2, 2, 240, 20, 0, 20, 0),
    ]
    assert race().order(at="9:00", by="B") == by_class[2:]
    assert values(by_class, "class_position") == values(by_class, "position")


def test_other_attributes():
    results = b"""POSITION;NUMBER;STATUS;LAPS;TEAM;CLASS;GROUP\n1;8;Classified;5;Red;A;Pro\n2;7;Classified;5;Red;A;Am
3;5;Classified;4;Blue;B;Pro\n4;9;Classified;2;Blue;B;\n"""
    session = pr.read(race_file(RACE), results, kind="race")
    grouped = session.order(at="9:00", by="group")
    assert columns(grouped, "car", "position") == [("8", 1), ("5", 2), ("7", 1)]  # car 9 is in no group
    assert session.order(at="9:00", by="Pro") == grouped[:2]
    drivers = {"driver": ["ann", "cy", "Di"], "rookie": [False, True, True]}
    rookies = session.order(at="9:00", by="rookie", attributes=drivers)
    assert columns(rookies, "car", "position") == [("8", 1), ("9", 2)]
    assert session.select(cars="9").order(at="9:00", by="rookie", attributes=drivers) == rookies[1:]
    with pytest.raises(ValueError, match="by='Pr' is no group; near it are 'Pro'"):
        session.order(by="Pr")


def test_a_selection_stands_where_it_stood_in_the_field():
    whole = rows(race().order(at="9:00"))
    assert rows(race().select(classes="B").order(at="9:00")) == [row for row in whole if row["class"] == "B"]
    assert rows(race().select(drivers="Ann").order(at="9:00")) == [row for row in whole if row["car"] == "7"]


def test_ties_go_by_who_came_first_a_lap_before():
    tied = pr.read(lap_file(car_laps("1", [100, 110]), car_laps("2", [99, 111]), car_laps("3", [110])), kind="race")
    assert columns(tied.order(), "car", "position", "interval") == [("2", 1, None), ("1", 2, 0), ("3", 3, 10 * SECOND)]


def test_a_lap_without_time_leaves_places_open():
    """Car 2 ends its lap 2 between 101 and 303: who crosses meanwhile may be before or behind it."""
    session = pr.read(
        lap_file(
            car_laps("1", [100, 105, 120]),
            car_laps("2", [101, {"time": None, "elapsed": None}, {"time": None, "elapsed": 303}]),
            car_laps("3", [99, 241]),
        ),
        kind="race",
    )
    assert columns(session.order(at=204), "car", "position") == [("3", None), ("1", None), ("2", None)]
    assert columns(session.order(at=303), "car", "position") == [("2", 1), ("1", 2), ("3", 3)]
    assert columns(session.order(at=250), "car", "position", "gap") == [
        ("1", None, None), ("3", None, None), ("2", None, None),
    ]  # fmt: skip


def test_every_car_has_a_row():
    """One that did not start is last; it never has a position."""
    results = b"POSITION;NUMBER;STATUS;LAPS;TEAM;CLASS\n1;8;Classified;5;Red;A\n;11;Not started;0;Red;A\n"
    session = pr.read(race_file(RACE), results, kind="race")
    assert columns(session.order(), "car", "position", "laps")[-1] == ("11", None, 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": "11m"}, "0:11:00 is outside the session"),
        ({"at": "-9m"}, "outside the session"),
        ({"lap": 6}, "no lap 6 of the leader; give a lap from 1 to 5"),
        ({"lap": 0}, "no lap 0"),
        ({"clock": "13:59"}, "outside the session"),
        ({"at": "1m", "lap": 1}, "give the instant once"),
        ({"at": "1m", "clock": "14:01"}, "either as race time"),
        ({"by": "C"}, "by='C' is no group; there are 'class'"),
        ({"by": "clas"}, "'class'"),
    ],
)
def test_what_cannot_be_asked(given, message):
    with pytest.raises(ValueError, match=message):
        race().order(**given)


def test_sessions_that_are_no_race():
    with pytest.raises(ValueError, match="no race .practice."):
        pr.read(race_file(RACE), kind="practice").order()


# ---- Against the slow answer ----


def check_order(session: pr.Session, slow_race: Race, time: int, by: str | None = None) -> None:
    expected = slow_race.order(time, by)
    assert columns(session.order(at=np.timedelta64(time, "us"), by=by), *ORDER) == expected, (time, by)


@settings(deadline=None)
@given(odd_races(), st.integers(0, 40), st.sampled_from([None, "class"]))
def test_odd_races_equal_the_slow_answer(data, time, by):
    session = pr.read(data, kind="race")
    slow_race = Race(laps_of(session))
    latest = max((slow_race.elapsed(row) for row in slow_race.crossings), default=-1)
    if 0 <= time * SECOND <= latest:
        check_order(session, slow_race, time * SECOND, by)


RACES = [path for path in corpus_laps() if "race" in path.name.lower() or "wec" in path.parts]


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_real_races_equal_the_slow_answer(path):
    session = pr.read(path, kind="race")
    slow_race = Race(laps_of(session))
    for share in (7, 41, 66, 100):
        row = slow_race.crossings[(len(slow_race.crossings) - 1) * share // 100]
        check_order(session, slow_race, slow_race.elapsed(row), None if share % 2 else "class")
    at_the_flag = columns(session.order(), "car", "position")
    classified = [car for car, status in columns(session.classification(), "car", "status") if status == "classified"]
    assert [car for car, _ in at_the_flag if car in classified] == classified
    assert sorted(position for _, position in at_the_flag) == list(range(1, len(at_the_flag) + 1))

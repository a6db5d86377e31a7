"""gaps: each lap measured to the leader, to neighbours, to a car, to the winner's average pace."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings

import pyracing as pr
from answers import columns, rows
from lap_files import SECOND, car_laps, corpus_laps, lap_file
from race_files import race_file
from slow_order import Race
from test_lap_details import odd_races
from test_order import laps_of

GAPS = ("gap", "gap_laps")

# Car 7 leads until its stop in lap 4; car 9, of the other class, is lapped.
RACE = """
    7 A | Ann 1:40 1:40 1:40B | Bo 4:00/2:20 1:40
    8 A | Cy 1:41 1:42 1:41 1:42 1:41
    9 B | Di 2:00 2:00 2:20
"""


def worked() -> pr.Session:
    return pr.read(race_file(RACE), kind="race")


def gaps_of(car: str, to: str, session: pr.Session | None = None) -> list[tuple]:
    """(lap, gap in seconds, gap_laps, reference) of each lap of a car."""
    asked = (session or worked()).select(cars=car).gaps(to=to)
    return [
        (lap, None if gap is None else gap / SECOND, laps, reference)
        for lap, gap, laps, reference in columns(asked, "lap", *GAPS, "reference")
    ]


# Crossings: 7 at 100 200 300 540 640, 8 at 101 203 304 406 507, 9 at 120 240 380.
@pytest.mark.parametrize(
    ("car", "to", "expected"),
    [
        ("7", "leader", [(1, 0, 0, "7"), (2, 0, 0, "7"), (3, 0, 0, "7"), (4, 134, 1, "8"), (5, 133, 0, "8")]),
        ("8", "7", [(1, 1, 0, "7"), (2, 3, 0, "7"), (3, 4, 0, "7"), (4, -134, -1, "7"), (5, -133, 0, "7")]),
        ("7", "8", [(1, -1, 0, "8"), (2, -3, 0, "8"), (3, -4, 0, "8"), (4, 134, 1, "8"), (5, 133, 0, "8")]),
        ("9", "leader", [(1, 20, 0, "7"), (2, 40, 0, "7"), (3, 80, 0, "7")]),
        ("9", "class_leader", [(1, 0, 0, "9"), (2, 0, 0, "9"), (3, 0, 0, "9")]),
        ("9", "ahead", [(1, 19, 0, "8"), (2, 37, 0, "8"), (3, 76, 0, "8")]),
        ("9", "class_ahead", [(1, None, None, None), (2, None, None, None), (3, None, None, None)]),
        ("8", "behind", [(1, -19, 0, "9"), (2, -37, 0, "9"), (3, -76, 0, "9"), (4, -134, -1, "7"), (5, -133, 0, "7")]),
        ("8", "class_behind", [(1, None, None, None), (2, None, None, None), (3, None, None, None),
                               (4, -134, -1, "7"), (5, -133, 0, "7")]),
        ("7", "class_behind", [(1, -1, 0, "8"), (2, -3, 0, "8"), (3, -4, 0, "8"), (4, None, None, None),
                               (5, None, None, None)]),
        ("8", "9", [(1, -19, 0, "9"), (2, -37, 0, "9"), (3, -76, 0, "9"), (4, None, None, None),
                    (5, None, None, None)]),
        ("7", "mean", [(1, -1.4, 0, None), (2, -2.8, 0, None), (3, -4.2, 0, None), (4, 134.4, 1, None),
                       (5, 133, 0, None)]),
        ("9", "mean", [(1, 18.6, 0, None), (2, 37.2, 0, None), (3, 75.8, 0, None)]),
    ],
)  # fmt: skip
def test_a_worked_race(car, to, expected):
    """The mean pace is 507 / 5 = 101.4 s a lap."""
    assert gaps_of(car, to) == expected


def test_a_row_is_a_lap():
    gaps = worked().gaps()
    assert columns(gaps, "car", "class", "lap", "elapsed") == columns(worked().laps, "car", "class", "lap", "elapsed")
    assert gaps == worked().gaps(to="leader")


def test_gaps_to_the_leader_are_those_of_the_crossings():
    session = worked()
    crossings = {row[:2]: row[2:] for row in columns(session.crossings(), "car", "lap", *GAPS)}
    assert {row[:2]: row[2:] for row in columns(session.gaps(), "car", "lap", *GAPS)} == crossings


def test_a_lap_without_time():
    """Neither the car itself nor those measured to it have a gap there."""
    laps = car_laps("2", [101, {"time": None, "elapsed": None}, {"time": None, "elapsed": 303}])
    session = pr.read(lap_file(car_laps("1", [100, 105, 120]), laps), kind="race")
    assert gaps_of("2", "1", session) == [(1, 1, 0, "1"), (2, None, None, None), (3, -22, 0, "1")]
    assert gaps_of("1", "2", session) == [(1, -1, 0, "2"), (2, None, None, None), (3, 22, 0, "2")]


@pytest.mark.parametrize(
    ("to", "message"),
    [("77", "no car or reference '77'.*'7'"), ("leadr", "'leader'"), ("class leader", "'class_leader'")],
)
def test_an_unknown_reference(to, message):
    with pytest.raises(ValueError, match=message):
        worked().gaps(to=to)


def test_sessions_that_are_no_race():
    with pytest.raises(ValueError, match="no race .qualifying."):
        pr.read(race_file(RACE), kind="qualifying").gaps()


def test_a_reference_that_was_selected_away():
    of_car_9 = [row for row in rows(worked().gaps(to="7")) if row["car"] == "9"]
    assert rows(worked().select(cars="9").gaps(to="7")) == of_car_9


# ---- Against the slow answer ----


@settings(deadline=None)
@given(odd_races())
def test_odd_races_equal_the_slow_answer(data):
    session = pr.read(data, kind="race")
    slow_race = Race(laps_of(session))
    overall, in_class = slow_race.places(), slow_race.places("class")
    for to, places, step, by in [("ahead", overall, -1, None), ("class_behind", in_class, 1, "class")]:
        for row, got in enumerate(columns(session.gaps(to=to), *GAPS)):
            other = slow_race.next_to(row, places, step, by)
            assert got == slow_race.gap(row, other), (to, row)
    for to, places in [("leader", overall), ("class_leader", in_class)]:
        expected = [places.get(row, (None, None, None))[1:] for row in range(len(slow_race.laps))]
        assert columns(session.gaps(to=to), *GAPS) == expected, to
    check_car_and_mean(session, slow_race, 1, overall)


def check_car_and_mean(session: pr.Session, slow_race: Race, step: int, places: dict) -> None:
    """To the first car of the entries, and to the average pace, of every `step`th lap."""
    car = session.cars[0]
    to_car = columns(session.gaps(to=car), *GAPS)
    for row in range(0, len(to_car), step):
        there = slow_race.of_lap.get((car, slow_race.laps[row]["lap"])) if row in slow_race.rank else None
        assert to_car[row] == slow_race.gap(row, there), row
    to_itself = columns(session.select(cars=car).gaps(to=car), *GAPS)
    assert set(to_itself) <= {(0, 0), (None, None)}
    winner = max((row for row in places if places[row][0] == 1), key=slow_race.rank.__getitem__, default=None)
    if winner is not None and slow_race.laps[winner]["lap"] > 0:
        to_mean = columns(session.gaps(to="mean"), *GAPS)
        for row in range(0, len(to_mean), step):
            expected = slow_race.gap_to_mean(row, winner) if row in slow_race.rank else (None, None)
            assert to_mean[row] == expected, row


@pytest.mark.parametrize("name", ["order", "gaps", "leaders", "laps_led", "lap_chart", "retirements"])
def test_all_classes_are_the_race(race, name):
    assert getattr(race.select(classes=race.classes), name)() == getattr(race, name)()


RACES = [path for path in corpus_laps() if "race" in path.name.lower() or "wec" in path.parts]


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_real_races_equal_the_slow_answer(path):
    """All crossings of these files have a time, so who is ahead on a lap is plain."""
    session = pr.read(path, kind="race")
    slow_race = Race(laps_of(session))
    on_lap: dict = defaultdict(list)
    for row in slow_race.crossings:
        on_lap[slow_race.laps[row]["lap"]].append(row)
    ahead, behind, leader = (columns(session.gaps(to=to), *GAPS) for to in ("ahead", "behind", "leader"))
    for row in range(0, len(slow_race.laps), 41):
        cars = on_lap[slow_race.laps[row]["lap"]]
        place = cars.index(row)
        assert ahead[row] == slow_race.gap(row, cars[place - 1] if place else None), row
        assert behind[row] == slow_race.gap(row, cars[place + 1] if place + 1 < len(cars) else None), row
        assert leader[row][0] == slow_race.elapsed(row) - slow_race.elapsed(cars[0])
    check_car_and_mean(session, slow_race, 197, {row: (1,) for rows in on_lap.values() for row in rows[:1]})


RESULTS = [(path, path.with_name(path.name.replace("-laps", "-results"))) for path in RACES if "imsa" in path.parts]


@pytest.mark.skipif(not RESULTS, reason="the corpus of real files is not here")
def test_gaps_at_the_flag_are_the_published_ones():
    """To the millisecond, for cars on the winner's lap where nobody changed either's time."""
    compared = 0
    for laps_path, results_path in RESULTS:
        session = pr.read(laps_path, results_path, kind="race")
        winner, *results = rows(session.results)
        last = {row["car"]: row for row in rows(session.gaps(to=winner["car"]))}
        order = {row["car"]: row for row in rows(session.order())}
        if last[winner["car"]]["elapsed"] != winner["total_time"]:
            continue
        for row in results:
            own = last.get(row["car"])
            if own and row["laps"] == winner["laps"] and own["elapsed"] == row["total_time"] and row["gap"] is not None:
                assert own["gap"] == row["gap"] == order[row["car"]]["gap"], (laps_path.name, row["car"])
                compared += 1
    assert compared >= 100

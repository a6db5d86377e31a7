"""lap_details and crossings: order on the road against a worked example, a slow answer and official results."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
import slow_questions as slow
from answers import columns, rows, values
from lap_files import SECOND, car_laps, corpus_laps, lap_file, seconds
from slow_order import Race, intervals

# Car 1 leads two laps, stops at the end of lap 2, and is lapped by car 2; car 3 is of another class.
RACE = [
    [
        *car_laps("1", [100, {"time": 110, "pit": True}]),
        *car_laps("1", [100, 110, {"time": 300, "pit_time": 190}, 100], driver="Bo TWO")[2:],
    ],
    car_laps("2", [101, 112, 101, 101, 101]),
    car_laps("3", [105, 120, 120], **{"class": "LM"}),
]


def read(*cars, **options):
    return pr.read(lap_file(*cars), kind="race", **options)


def test_the_laps_come_first_as_they_are():
    race = read(*RACE)
    details = race.lap_details()
    assert list(details.columns)[: len(race.laps.columns)] == list(race.laps.columns)
    assert [{name: row[name] for name in race.laps.columns} for row in rows(details)] == rows(race.laps)


def test_stints_and_visits():
    details = read(*RACE).lap_details()
    assert columns(details, "car", "lap", "stint", "stint_lap", "driver_stint", "in_lap", "out_lap")[:5] == [
        ("1", 1, 1, 1, 1, False, False),
        ("1", 2, 1, 2, 1, True, False),
        ("1", 3, 2, 1, 2, False, True),
        ("1", 4, 2, 2, 2, False, False),
        ("2", 1, 1, 1, 1, False, False),
    ]


def test_positions_and_gaps_of_a_worked_race():
    details = read(*RACE).lap_details()
    worked = [
        # car, lap, position, class_position, gap, gap_laps, class_gap
        ("1", 1, 1, 1, 0, 0, 0),  # at 100
        ("1", 2, 1, 1, 0, 0, 0),  # at 210
        ("1", 3, 3, 2, 196, 1, 196),  # at 510; car 2 completed lap 3 at 314, car 3 at 345, car 2 lap 4 at 415
        ("1", 4, 2, 2, 195, 1, 195),  # at 610; car 2 lap 5 at 516
        ("2", 1, 2, 2, 1, 0, 1),
        ("2", 2, 2, 2, 3, 0, 3),  # at 213
        ("2", 3, 1, 1, 0, 0, 0),
        ("2", 4, 1, 1, 0, 0, 0),
        ("2", 5, 1, 1, 0, 0, 0),
        ("3", 1, 3, 1, 5, 0, 0),
        ("3", 2, 3, 1, 15, 0, 0),  # at 225
        ("3", 3, 2, 1, 31, 0, 0),  # at 345
    ]
    got = columns(details, "car", "lap", "position", "class_position", "gap", "gap_laps", "class_gap")
    assert got == [(*row[:4], seconds(row[4]), row[5], seconds(row[6])) for row in worked]


def test_crossings_of_a_worked_race():
    got = columns(read(*RACE).crossings(), "car", "lap", "elapsed", "position", "interval", "interval_laps", "in_pit")
    assert got == [
        (car, lap, seconds(elapsed), position, None if interval is None else seconds(interval), laps, pit)
        for car, lap, elapsed, position, interval, laps, pit in [
            ("1", 1, 100, 1, None, None, False),
            ("2", 1, 101, 2, 1, 0, False),
            ("3", 1, 105, 3, 4, 0, False),
            ("1", 2, 210, 1, None, None, True),
            ("2", 2, 213, 2, 3, 0, False),
            ("3", 2, 225, 3, 12, 0, False),
            ("2", 3, 314, 1, None, None, False),
            ("3", 3, 345, 2, 31, 0, False),
            ("2", 4, 415, 1, None, None, False),
            ("1", 3, 510, 3, 165, 0, False),
            ("2", 5, 516, 1, None, None, False),
            ("1", 4, 610, 2, 195, 1, False),
        ]
    ]


def test_a_crossing_without_time_hides_positions_until_the_next():
    """Car 2's lap 2 has no time: it fell between 101 and 303. Car 1 (205) and car 3 (240) cannot know who was ahead."""
    race = read(
        car_laps("1", [100, 105, 100]),
        car_laps("2", [101, {"time": None, "elapsed": None}, {"time": None, "elapsed": 303}]),
        car_laps("3", [99, 141, 80, 100]),
    )
    got = {row[:2]: row[2:] for row in columns(race.lap_details(), "car", "lap", "position", "gap", "gap_laps")}
    assert got["2", 1] == (3, 2 * SECOND, 0)
    assert got["1", 2] == (None, None, 0) and got["3", 2] == (None, None, 0) and got["2", 2] == (None, None, None)
    assert got["2", 3] == (1, 0, 0) and got["1", 3] == (2, 2 * SECOND, 0) and got["3", 3] == (3, 17 * SECOND, 0)
    assert got["3", 4] == (1, 0, 0)


def test_a_missing_lap_counts_as_completed_once_a_later_one_is():
    race = read(car_laps("1", [100, 100, 100])[::2], car_laps("2", [100.5, 100, 101, 100]))
    got = {row[:2]: row[2] for row in columns(race.lap_details(), "car", "lap", "position")}
    assert got == {("1", 1): 1, ("1", 3): 1, ("2", 1): 2, ("2", 2): None, ("2", 3): 2, ("2", 4): 1}


def test_at_the_same_instant_the_car_that_was_ahead_stays_ahead():
    race = read(car_laps("1", [100, 100]), car_laps("2", [99, 101]))
    assert columns(race.crossings(), "car", "lap", "position", "gap")[2:] == [("2", 2, 1, 0), ("1", 2, 2, 0)]


def test_practice_has_no_order_on_the_road():
    practice = pr.read(lap_file(*RACE), kind="practice")
    for name in ("position", "class_position", "gap", "gap_laps", "class_gap"):
        assert set(values(practice.lap_details(), name)) == {None}
    assert len(practice.crossings()) == len(practice.laps)


def test_a_selection_keeps_what_it_was_in_the_field():
    race = read(*RACE)
    whole = rows(race.lap_details())
    for chosen, keep in [
        (race.select(classes="LM"), lambda row: row["class"] == "LM"),
        (race.select(cars=["1", "3"]), lambda row: row["car"] in "13"),
        (race.select(drivers="Bo TWO"), lambda row: row["driver"] == "Bo TWO"),
    ]:
        assert rows(chosen.lap_details()) == [row for row in whole if keep(row)]


def test_places_gained_by_stint_on_track_and_through_stops():
    """Car 3 passes two cars on track; all pass car 1, which stands in the pit lane for longer."""
    race = read(
        car_laps("1", [100, 100, {"time": 105, "pit": True}, {"time": 190, "pit_time": 80}, 100]),
        car_laps("2", [101, 102, {"time": 103, "pit": True}, {"time": 155, "pit_time": 45}, 100]),
        car_laps("3", [103, 99, {"time": 103.5, "pit": True}, {"time": 150, "pit_time": 40}, 100]),
        car_laps("4", [101.5, 101.2, {"time": 103, "pit": True}, {"time": 153, "pit_time": 43}, 100]),
    )
    gained: dict = defaultdict(lambda: [0, 0])
    details = rows(race.lap_details())
    for before, lap in zip(details, details[1:], strict=False):
        if before["car"] == lap["car"]:
            gained[lap["car"], lap["stint"]][lap["in_lap"] or lap["out_lap"]] += before["position"] - lap["position"]
    assert {key: tuple(both) for key, both in gained.items() if any(both)} == {
        ("1", 2): (0, -3), ("2", 1): (-2, 0), ("2", 2): (0, 1), ("3", 1): (2, 0), ("3", 2): (0, 1), ("4", 2): (0, 1),
    }  # fmt: skip


lap_times = st.sampled_from([1, 2, 3, 3, 3, 4, 9])


@st.composite
def odd_races(draw) -> bytes:
    """Races with ties, missing laps, laps without time, times that run backwards, cars without class."""
    cars = []
    for number in range(draw(st.integers(1, 5))):
        name, lap, elapsed, laps = draw(st.sampled_from(["A", "B", ""])), draw(st.integers(1, 2)), 0, []
        for _ in range(draw(st.integers(1, 7))):
            time = draw(lap_times)
            elapsed += time if draw(st.integers(0, 14)) else -1
            known = draw(st.integers(0, 9)) > 0 and elapsed >= 0
            laps.append({"lap": lap, "time": time, "elapsed": elapsed if known else None})
            lap += draw(st.sampled_from([1, 1, 1, 1, 2, 40]))
        cars.append(car_laps(str(number), laps, **{"class": name}))
    return lap_file(*cars)


@settings(deadline=None)
@given(odd_races())
def test_odd_races_equal_the_slow_answer(data):
    check_places(pr.read(data, kind="race"))


def check_places(race) -> None:
    laps = rows(race.laps)
    classes: dict = defaultdict(list)
    cars = slow.by_car(laps)
    for numbers in cars.values():
        classes[laps[numbers[0]]["class"]].append(numbers)
    classes.pop(None, None)
    overall = slow.places(laps, cars.values())
    in_class = {number: place for group in classes.values() for number, place in slow.places(laps, group).items()}
    nowhere = (None, None, None)
    details = columns(race.lap_details(), "position", "gap", "gap_laps", "class_position", "class_gap")
    for number, got in enumerate(details):
        assert got == (*overall.get(number, nowhere), *in_class.get(number, nowhere)[:2]), laps[number]
    crossings = columns(race.crossings(), "car", "lap", "position", "gap", "gap_laps", "interval", "interval_laps")
    behind = intervals(Race(laps), overall)
    assert crossings == [(laps[n]["car"], laps[n]["lap"], *overall[n], *behind[n]) for n in slow.crossings(laps)]


RACES = [path for path in corpus_laps() if "race" in path.name.lower() or "wec" in path.parts]


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES[::3], ids=lambda path: "/".join(path.parts[-2:]))
def test_real_races_equal_the_slow_answer(path):
    check_places(pr.read(path, kind="race"))


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_positions_on_every_lap_are_a_permutation(path):
    on_lap = defaultdict(list)
    for lap, position in columns(pr.read(path, kind="race").lap_details(), "lap", "position"):
        on_lap[lap].append(position)
    for positions in on_lap.values():
        assert sorted(positions) == list(range(1, len(positions) + 1))


RESULTS = [(path, path.with_name(path.name.replace("-laps", "-results"))) for path in RACES if "imsa" in path.parts]


@pytest.mark.skipif(not RESULTS, reason="the corpus of real files is not here")
def test_the_gap_at_the_flag_is_the_published_one():
    """Cars on the winner's lap whose total time nobody changed: crossing by crossing to the millisecond."""
    compared = 0
    for laps_path, results_path in RESULTS:
        race = pr.read(laps_path, results_path, kind="race")
        details = {row["car"]: row for row in rows(race.lap_details())}  # the last lap of each car
        results = [row for row in rows(race.results) if row["car"] in details]
        if details[results[0]["car"]]["elapsed"] != results[0]["total_time"]:
            continue  # the winner has a penalty
        for row in results[1:]:
            last = details[row["car"]]
            if row["laps"] == results[0]["laps"] and last["elapsed"] == row["total_time"]:
                assert last["gap"] == row["total_time"] - results[0]["total_time"], (laps_path.name, row)
                assert last["gap"] == row["gap"] and last["lap"] == row["laps"]
                compared += 1
    assert compared >= 100

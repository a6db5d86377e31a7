"""What the stewards did between two classifications: worked examples, and random decisions on random fields."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyracing as pr
from answers import columns
from pyracing.decisions import Decision, decisions_from
from random_races import races

Field = list[dict]


def field(text: str) -> Field:
    """Cars in published order: `car class laps seconds [status [best_lap best_lap_number]]`."""
    cars = []
    for line in text.strip().splitlines():
        car, name, laps, time, *rest = line.split()
        status, best, number = (*rest, *("classified", None, None)[len(rest) :])
        cars.append({
            "car": car, "class": name, "laps": int(laps), "total_time": float(time), "status": status,
            "best_lap": best and float(best), "best_lap_number": number and int(number),
        })  # fmt: skip
    return cars


def table(cars: Field) -> dict[str, list]:
    return {name: [car[name] for car in cars] for name in cars[0]}


def between(provisional: Field, official: Field) -> list[tuple]:
    """The decisions found, each with its values but not with its reason."""
    found = pr.decisions_between(table(provisional), table(official))
    return [tuple(value for value in row[:-1] if value is not None) for row in found]


PROVISIONAL = """
    1 P 50 3600.1
    2 P 50 3601
    3 P 49 3600
    4 G 45 3602
    5 G 45 3603
    6 G 44 3601
    7 G 40 3000 not_classified
"""


def test_nothing_was_decided():
    assert between(field(PROVISIONAL), field(PROVISIONAL)) == []


def test_time_laps_and_statuses():
    official = """
        2 P 50 3601
        1 P 48 3670.99
        5 G 45 3603
        4 G 45 3607
        7 G 40 3000 retired
        6 G 44 3601 disqualified
    """
    left_out = [car for car in field(PROVISIONAL) if car["car"] != "3"]
    assert between(left_out, field(official)) == [
        ("lap_penalty", "1", 70.89, 2), ("time_penalty", "4", 5.0), ("retire", "7"), ("disqualify", "6")
    ]  # fmt: skip


def test_a_car_that_a_penalty_makes_level_stays_ahead():
    """It crossed the line first, as classifications have it."""
    provisional = "1 P 50 3600\n2 P 50 3600.001"
    assert between(field(provisional), field("1 P 50 3600.001\n2 P 50 3600.001")) == [("time_penalty", "1", 0.001)]


def test_rear_of_class_in_the_order_of_decision():
    official = """
        1 P 50 3600.1
        2 P 50 3601
        3 P 49 3600
        6 G 44 3601
        5 G 45 3603
        4 G 45 3602
        7 G 40 3000 not_classified
    """
    assert between(field(PROVISIONAL), field(official)) == [("rear_of_class", "5"), ("rear_of_class", "4")]


def test_a_place_in_the_middle_of_the_class():
    """Car 1 stands third of four: one car placed explains it, two cars at the rear would be one more."""
    provisional = field("1 P 50 3600\n2 P 50 3601\n3 P 50 3602\n4 P 50 3603")
    assert between(provisional, [provisional[i] for i in (1, 2, 0, 3)]) == [("place", "1", 3)]
    assert between(provisional, [provisional[i] for i in (0, 1, 3, 2)]) == [("rear_of_class", "3")]


def test_most_of_a_class_at_its_rear():
    """Three of five cars are moved, not two given places in front; one car moved up is one place given."""
    cars = field("\n".join(f"{number} P 50 360{number}" for number in range(1, 6)))
    assert between(cars, [cars[i] for i in (3, 4, 1, 0, 2)]) == [("rear_of_class", car) for car in "213"]
    assert between(cars, [cars[i] for i in (4, 0, 1, 2, 3)]) == [("place", "5", 1)]


def test_best_laps():
    provisional = field("1 P 9 900 classified 88.5 4\n2 P 9 901 classified 89 7\n3 P 9 902 classified 90 3")
    official = field("1 P 9 900 classified 89.1 6\n2 P 9 901 classified\n3 P 9 902 classified 90 3")
    assert between(provisional, official) == [("delete_lap", "1", 4), ("delete_times", "2")]
    without = [{**car, "best_lap": None, "best_lap_number": None} for car in official]
    assert between(provisional, without) == []  # a result that has no best laps says nothing of them


def test_qualifying_goes_by_best_laps():
    provisional = [
        {"car": car, "best_lap": lap, "best_lap_number": 3, "laps": 8, "total_time": None}
        for car, lap in (("1", 88.5), ("2", 89.0), ("3", 90.0))
    ]
    official = [provisional[1], {**provisional[0], "best_lap": 89.5}, provisional[2]]
    assert between(provisional, official) == [("delete_lap", "1", 3)]


def test_what_no_decision_explains():
    official = """
        2 P 50 3599.5
        3 P 50 3600
        1 P 50 3600.1
        4 G 45 3602 not_classified
        5 G 45 3603
        7 G 40 3000 not_classified
    """
    found = pr.decisions_between(table(field(PROVISIONAL)), table(field(official)))
    assert columns(found, "kind", "car", "reason") == [
        ("unexplained", "2", "total time 1:00:01.000 -> 59:59.500"),
        ("unexplained", "3", "laps 49 -> 50"),
        ("unexplained", "4", "classified -> not_classified"),
        ("unexplained", "4", "not_classified, and stands 4 in the official order"),
        ("unexplained", "6", "is not in the official classification"),
    ]
    assert decisions_from(found) == ()


def test_positions_outweigh_the_order_of_rows():
    """A result by class: the rows of a class one after the other, positions of the whole field."""
    cars = [{**car, "position": place} for place, car in enumerate(field(PROVISIONAL), 1)]
    assert between(cars, sorted(cars, key=lambda car: (car["class"], car["position"]))) == []


def test_columns_that_a_table_lacks_are_not_compared():
    names = {"car": ["2", "1", "3"], "position": [1, 2, 3]}
    provisional = {name: values[:3] for name, values in table(field(PROVISIONAL)).items()}
    found = pr.decisions_between(provisional, names)
    assert columns(found, "kind", "car", "position") == [("place", "1", 2)]


def test_statuses_in_the_words_of_publications():
    cars = field(PROVISIONAL)
    official = table([cars[index] for index in (0, 1, 6, 2, 3, 4, 5)])
    official["status"] = ["CLASSIFIED", "Finished", "Not classified", "RET", "DNF", "DSQ", "EX"]
    found = pr.decisions_between(table(field(PROVISIONAL)), official)
    assert columns(found, "kind", "car") == [("retire", "3"), ("retire", "4"), ("disqualify", "5"), ("disqualify", "6")]


def test_cars_go_to_the_rear_one_after_the_other():
    """Behind those that go there later, too: only a place brings car 3 behind the last of them."""
    provisional: Field = [
        {"car": car, "class": name, "laps": 20, "total_time": 3600.0 + place, "status": "classified"}
        for place, (car, name) in enumerate(zip("621534", "BBBBAB", strict=True))
    ]
    official = [next(line for line in provisional if line["car"] == car) for car in "512643"]
    found = pr.decisions_between(table(provisional), table(official))
    assert decided(provisional, decisions_from(found)) == official
    assert columns(found, "kind", "car")[-1] == ("place", "3")


def test_written_and_read(tmp_path):
    official = field(PROVISIONAL.replace("3600.1", "3600.9").replace("3603", "3602.5"))
    found = pr.decisions_between(table(field(PROVISIONAL)), table(official))
    found.write_csv(tmp_path / "decisions.csv")
    assert pr.read_decisions(tmp_path / "decisions.csv") == decisions_from(found)
    assert [decision.kind for decision in decisions_from(found)] == ["time_penalty"]


def test_tables_that_are_no_classifications():
    cars = table(field(PROVISIONAL))
    with pytest.raises(ValueError, match="the official classification has no column 'car'"):
        pr.decisions_between(cars, {"number": ["1"]})
    with pytest.raises(ValueError, match="the provisional classification has no cars"):
        pr.decisions_between({"car": []}, cars)
    with pytest.raises(ValueError, match="the provisional classification has '1' twice"):
        pr.decisions_between({"car": ["1", "1"]}, cars)


# ---- Random decisions ------------------------------------------------------------------------------------------------


def decided(cars: Field, decisions: Iterable[Decision]) -> Field:
    """The result after decisions, worked out plainly: laps and times, order, the rear of classes, places."""
    cars = [dict(car) for car in cars]
    decisions = list(decisions)
    for decision in decisions:
        car = next(car for car in cars if car["car"] == decision.car)
        car["laps"] -= getattr(decision, "laps", 0)
        car["total_time"] += getattr(decision, "seconds", 0)
        car["status"] = {"disqualify": "disqualified", "retire": "retired"}.get(decision.kind, car["status"])
    statuses = ["classified", "not_classified", "retired", "disqualified"]
    cars.sort(key=lambda car: (statuses.index(car["status"]), -car["laps"], car["total_time"]))
    rear = [decision.car for decision in decisions if decision.kind == "rear_of_class"]
    for number in rear:
        car = next(car for car in cars if car["car"] == number)
        stood = cars.index(car)
        cars.remove(car)
        rest = [other for other in cars if other["class"] == car["class"] and other["status"] == "classified"]
        cars.insert(max(stood, cars.index(rest[-1]) + 1 if rest else 0), car)
    placed = sorted((d.position, d.car) for d in decisions if d.kind == "place")
    taken = [(position, next(car for car in cars if car["car"] == number)) for position, number in placed]
    cars = [car for car in cars if car not in [car for _, car in taken]]
    for position, car in taken:
        cars.insert(position - 1, car)
    return cars


@st.composite
def fields(draw: st.DrawFn) -> Field:
    count = draw(st.integers(2, 12))
    times = draw(st.lists(st.integers(3_600_000, 3_700_000), min_size=count, max_size=count, unique=True))
    cars = [
        {
            "car": str(number),
            "class": draw(st.sampled_from(["A", "B"])),
            "laps": draw(st.integers(20, 23)),
            "total_time": time / 1000,
            "status": draw(st.sampled_from(["classified"] * 4 + ["not_classified"])),
        }
        for number, time in enumerate(times, 1)
    ]
    return decided(cars, [])


@st.composite
def decisions_of(draw: st.DrawFn, cars: Field) -> list[Decision]:
    numbers = draw(st.lists(st.sampled_from([car["car"] for car in cars]), unique=True, max_size=6))
    running = {car["car"] for car in cars if car["status"] == "classified"}
    found: list[Decision] = []
    for number in numbers:
        seconds = draw(st.integers(1, 99_999)) / 1000 + 0.0005  # who has none is not level with who has
        kinds = [
            pr.time_penalty(number, seconds), pr.lap_penalty(number, 2, seconds), pr.disqualify(number),
            pr.retire(number), *([pr.rear_of_class(number)] * (number in running)),
        ]  # fmt: skip
        found.append(draw(st.sampled_from(kinds)))
    return found


@given(st.data())
def test_provisional_and_decisions_make_the_official_result(data: st.DataObject):
    provisional = data.draw(fields())
    given_decisions = data.draw(decisions_of(provisional))
    official = decided(provisional, given_decisions)
    found = decisions_from(pr.decisions_between(table(provisional), table(official)))
    again = decided(provisional, found)
    assert [car["car"] for car in again] == [car["car"] for car in official]
    for car, other in zip(again, official, strict=True):
        assert car["total_time"] == pytest.approx(other["total_time"], abs=1e-6)
        assert (car["laps"], car["status"]) == (other["laps"], other["status"])
    assert len(found) <= len(given_decisions)


@given(st.data())
def test_any_order_is_explained(data: st.DataObject):
    """Classified cars in whatever order: places and rears of classes lead from one to the other."""
    provisional = [{**car, "status": "classified"} for car in data.draw(fields())]
    official = data.draw(st.permutations(decided(provisional, [])))
    found = decisions_from(pr.decisions_between(table(decided(provisional, [])), table(official)))
    assert decided(provisional, found) == official


@given(races())
def test_the_laps_and_what_was_found_make_the_official_result(given_race: tuple[dict, dict, list[Decision]]):
    laps, entries, decisions = given_race
    race = pr.from_laps(laps, entries=entries, kind="race")
    official = race.classification(decisions=decisions)
    found = pr.decisions_between(race.classification(), official)
    shown = ("car", "position", "class_position", "status", "laps", "total_time")
    assert columns(race.classification(decisions=found), *shown) == columns(official, *shown)
    assert "unexplained" not in found["kind"]

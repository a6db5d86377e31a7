"""Pairs of cars that stopped close together: worked examples, and every pair of the published files tried."""

from itertools import combinations

import pytest

import pyracing as pr
import slow_visits
from answers import columns, rows
from lap_files import CORPUS
from race_files import race_file, seconds


def race(*lines: str) -> pr.Session:
    return pr.read(race_file("\n".join(lines)), kind="race")


# Car 2 follows car 1 by 2 s, stops on lap 3, comes out on new tyres and is a second ahead when car 1 has stopped on 4.
FIRST = "1 GT | Ann 1:40 1:30 1:30 1:35B | Ann 2:30/60 1:30 1:30"
SECOND = "2 GT | Bo 1:42 1:30 1:35B | Bo 2:30/60 1:27 1:30 1:30"
OTHERS = "3 P2 | Cy 1:41 1:30 1:35B | Cy 2:30/60 1:27 1:30 1:30"


def test_an_undercut():
    assert rows(race(FIRST, SECOND, OTHERS).undercuts()) == [{
        "class": "GT", "ahead": "1", "behind": "2", "lap_ahead": 4, "lap_behind": 3, "before": seconds("0:02"),
        "after": -seconds("0:01"), "gained": seconds("0:03"), "tactic": "undercut", "passed": True,
    }]  # fmt: skip


def test_an_overcut_and_the_same_lap():
    names = ("ahead", "behind", "gained", "tactic", "passed")
    later = SECOND.replace("1:42", "1:38")  # now car 2 leads, and car 1 stays out a lap longer
    assert columns(race(FIRST, later).undercuts(), *names) == [("2", "1", -seconds("0:03"), "overcut", False)]
    same = "1 GT | Ann 1:40 1:30 1:35B | Ann 2:33/60 1:30 1:30 1:30"
    assert columns(race(same, SECOND).undercuts(), *names) == [("1", "2", seconds("0:03"), "same_lap", True)]


def test_how_far_apart():
    assert len(race(FIRST, SECOND).undercuts(within=0)) == 0
    assert len(race(FIRST, SECOND).undercuts(within=1)) == 1
    assert len(race(FIRST, SECOND).undercuts(within=2**63 - 1)) == 1  # cars that stop no more are no pair
    with pytest.raises(ValueError, match="within=-1"):
        race(FIRST, SECOND).undercuts(within=-1)


def test_how_many_places_apart():
    """Car 4 is two places behind car 1 in its class; car 3 between them is of another."""
    third = SECOND.replace("2 GT | Bo 1:42", "4 GT | Di 1:44")
    session = race(FIRST, SECOND, OTHERS, third)
    assert columns(session.undercuts(places=2), "ahead", "behind") == [("1", "2"), ("1", "4"), ("2", "4")]
    assert columns(session.undercuts(places=1), "ahead", "behind") == [("1", "2"), ("2", "4")]
    assert columns(session.select(cars="4").undercuts(places=1), "ahead", "behind") == [("2", "4")]
    with pytest.raises(ValueError, match="places=0"):
        session.undercuts(places=0)


def test_a_served_penalty_is_no_stop():
    session = race(FIRST, SECOND, OTHERS, "5 P2 | Ed 1:50 1:35B 2:30/60 1:30 1:30 1:30 1:30")
    pairs = [("1", "2"), ("3", "5")]
    assert columns(session.undercuts(), "ahead", "behind") == pairs
    assert columns(session.undercuts(decisions=[pr.time_penalty("2", 10)]), "ahead", "behind") == pairs
    assert columns(session.undercuts(decisions=[pr.stop_go("2", 10, lap=3)]), "ahead", "behind") == pairs[1:]
    assert columns(session.undercuts(decisions=[pr.drive_through("5", lap=2)]), "ahead", "behind") == pairs[:1]


def test_cars_without_class_are_of_one_class():
    bare = [line.replace(" GT ", " ") for line in (FIRST, SECOND)]
    assert columns(race(*bare, OTHERS).undercuts(), "class", "ahead", "behind") == [(None, "1", "2")]


def test_what_is_no_pair():
    """A car a lap down, another visit in between, one that did not come out, and practice."""
    lapped = SECOND.replace("1:42", "4:00")
    assert len(race(FIRST, lapped).undercuts()) == 0
    level = [SECOND.replace("1:42", first) for first in ("3:09.999", "3:10")]  # as car 1 ends the next lap
    assert [len(race(FIRST, line).undercuts()) for line in level] == [1, 0]
    twice = "2 GT | Bo 1:42 1:30 1:35B | Bo 2:30B/60 | Bo 2:30/60 1:30 1:30"
    assert len(race(FIRST, twice).undercuts()) == 0
    assert len(race(FIRST, "2 GT | Bo 1:42 1:30 1:35B").undercuts()) == 0
    practice = pr.read(race_file("\n".join([FIRST, SECOND])), kind="practice")
    assert len(practice.undercuts()) == 0


@pytest.mark.parametrize(
    ("own", "pairs"),
    [
        ("1:42B 1:30/20 1:35B | Bo 2:30/60 1:27 1:30 1:30", 1),  # out on the last lap before
        ("1:42 1:30B 1:35B/20 | Bo 2:30/60 1:27 1:30 1:30", 0),
        ("1:42 1:30 1:35B | Bo 2:30/60 1:27 1:30B 1:50/20", 1),  # in on the lap behind the one at whose end it counts
        ("1:42 1:30 1:35B | Bo 2:30/60 1:27B 1:50/20 1:30", 0),
    ],
)
def test_another_visit_before_or_after(own, pairs):
    """The gaps count at the ends of laps 2 and 5."""
    assert len(race(FIRST, f"2 GT | Bo {own}").undercuts()) == pairs


def test_a_selected_car_against_those_around_it():
    third = SECOND.replace("2 GT | Bo 1:42", "4 GT | Di 1:44")
    session = race(FIRST, SECOND, OTHERS, third)
    pairs = [("1", "2"), ("1", "4"), ("2", "4")]
    assert sorted(columns(session.undercuts(), "ahead", "behind")) == pairs
    for car in "124":
        found = columns(session.select(cars=car).undercuts(), "ahead", "behind")
        assert sorted(found) == [pair for pair in pairs if car in pair]
    assert len(session.select(cars="3").undercuts()) == len(session.select(laps=(1, 2)).undercuts()) == 0


def slow_pairs(laps: list[dict], stops: list[dict], within: int, places: int) -> set:
    """Every two stops of a class, with the crossings looked up."""
    cars = slow_visits.by_car(laps)
    crossed: dict = {}
    for lap in sorted(laps, key=lambda lap: lap["elapsed"]):
        crossed.setdefault((lap["class"], lap["lap"]), []).append(lap["car"])
    at = {(lap["car"], lap["lap"]): lap["elapsed"] for lap in laps}
    found = [visit for own in cars.values() for visit in slow_visits.find_of_car(own)]
    touched: dict = {}
    for visit in found:
        own = cars[visit.car]
        ends = (visit.came, visit.went)
        touched.setdefault(visit.car, []).append(tuple(None if i is None else own[i]["lap"] for i in ends))
    kinds = [stop["kind"] for stop in stops]
    listed = [
        (stop["class"], visit.car, *touched[visit.car][stop["visit"] - 1], stop["visit"] - 1)
        for stop, visit, kind in zip(stops, found, kinds, strict=True)
        if kind == "pit_stop" and visit.came is not None and visit.went is not None
    ]
    pairs = set()
    for one, other in combinations(listed, 2):
        if one[0] != other[0] or one[1] == other[1] or abs(one[2] - other[2]) > within:
            continue
        first, last = min(one[2], other[2]) - 1, max(one[3], other[3])
        crowded = any(
            number != own[4] and any(lap is not None and first < lap <= last for lap in ends)
            for own in (one, other) for number, ends in enumerate(touched[own[1]])
        )  # fmt: skip
        times = [at.get((own[1], lap)) for own in (one, other) for lap in (first, last)]
        if crowded or None in times:
            continue
        order = crossed[one[0], first]
        if abs(order.index(one[1]) - order.index(other[1])) > places:
            continue
        start_one, end_one, start_other, end_other = times
        ahead, behind = (one, other) if start_one <= start_other else (other, one)
        if at[ahead[1], first + 1] > max(start_one, start_other):
            sign = 1 if ahead is one else -1
            gaps = sign * (start_other - start_one), sign * (end_other - end_one)
            pairs.add((ahead[1], behind[1], ahead[2], behind[2], *gaps))
    return pairs


PATHS = [
    "wec/2025/cota_6h.csv", "wec/2025/spa_6h.csv",
    "imsa/2022/06-long-beach-street-circuit/202204091405-race-laps.csv",
]  # fmt: skip


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize("places", [4, 1000])
@pytest.mark.parametrize("path", PATHS)
def test_published_files(path, places):
    session = pr.read(CORPUS / path)
    names = ("ahead", "behind", "lap_ahead", "lap_behind", "before", "after")
    found = columns(session.undercuts(within=2, places=places), *names)
    assert len(found) == len(set(found))
    assert set(found) == slow_pairs(rows(session.laps), rows(session.pit_stops()), 2, places)

"""Stints by pit visit and by driver: worked examples, and a slow count over the published files."""

from fractions import Fraction
from itertools import pairwise
from math import isqrt

import pytest

import pyracing as pr
import slow_visits
from answers import columns, rows
from lap_files import CORPUS, corpus_laps
from race_files import race_file, seconds
from slow_cautions import with_flags_told

NAMED = "7 GT3 | Ann 1:40 1:30 1:31B | Ann 2:20/45 1:32 1:30 1:33B | Bo 2:25/50 1:29 1:28.5"


def test_by_pit():
    stints = rows(pr.read(race_file(NAMED), kind="race").stints())
    assert [(row["stint"], row["driver"], row["first_lap"], row["last_lap"], row["laps"]) for row in stints] == [
        (1, "Ann", 1, 3, 3),
        (2, "Ann", 4, 7, 4),
        (3, "Bo", 8, 10, 3),
    ]
    assert [(row["in_lap"], row["out_lap"], row["opened_by"]) for row in stints] == [
        (True, False, "start"),
        (True, True, "pit_stop"),
        (False, True, "pit_stop"),
    ]
    assert [(row["start"], row["end"], row["duration"]) for row in stints] == [
        (seconds("0"), seconds("4:41"), seconds("4:41")),
        (seconds("4:41"), seconds("11:36"), seconds("6:55")),
        (seconds("11:36"), seconds("16:58.5"), seconds("5:22.5")),
    ]
    assert {(row["car"], row["class"]) for row in stints} == {("7", "GT3")}


def test_by_driver():
    session = pr.read(race_file(NAMED), kind="race")
    assert columns(
        session.stints(by="driver"), "stint", "driver", "first_lap", "last_lap", "opened_by", "in_lap", "out_lap"
    ) == [
        (1, "Ann", 1, 7, "start", True, False),
        (2, "Bo", 8, 10, "driver_change", False, True),
    ]


def test_pace_is_that_of_green_flying_laps():
    """Of 1:32 and 1:30 the mean is 1:31, the deviation 2 / sqrt 2; of 1:29 and 1:28.5 half of that."""
    stints = rows(pr.read(race_file(NAMED), kind="race").stints())
    assert [row["mean"] for row in stints] == [seconds("1:30"), seconds("1:31"), seconds("1:28.75")]
    assert [row["best"] for row in stints] == [seconds("1:30"), seconds("1:30"), seconds("1:28.5")]
    assert [row["deviation"] for row in stints] == [None, 1_414_214, 353_553]


def test_mean_rounds_halves_to_even():
    session = pr.from_laps({
        "car": ["1"] * 4 + ["2"] * 4 + ["3"] * 3,
        "lap": [1, 2, 3, 4] * 2 + [1, 2, 3],
        "lap_time": [
            100.0, 90.000001, 90.000002, 90.000002, 100.0, 90.000001, 90.000002, 95.0, 100.0, 90.000002, 90.000003,
        ],
        "flag": ["green"] * 7 + ["fcy"] + ["green"] * 3,
    })  # fmt: skip
    assert columns(session.stints(), "mean", "green_laps") == [(90_000_002, 4), (90_000_002, 3), (90_000_002, 3)]


def test_deleted_laps_show_no_pace():
    laps = {"car": ["1"] * 4, "lap_time": [100, 90, 80, 91], "deleted": [False, False, True, False]}
    stints = pr.from_laps(laps).stints()
    assert columns(stints, "laps", "mean", "best") == [(4, seconds("1:30.5"), seconds("1:30"))]


def test_laps_that_show_no_pace():
    """Caution, first lap, in-lap and out-lap are left out; the chequered lap and one without flag count."""
    session = pr.read(race_file("7 GT3 | Ann 1:40 1:30!FCY 1:31!SF 1:29! 1:32B | Ann 2:20/45 1:27"), kind="race")
    assert columns(session.stints(), "green_laps", "mean", "best", "deviation") == [
        (3, seconds("1:29"), seconds("1:29"), None),
        (2, seconds("1:27"), seconds("1:27"), None),
    ]
    slow = pr.read(race_file("7 GT3 | Ann 1:40 1:31!FCY"), kind="race")
    assert columns(slow.stints(), "green_laps", "mean", "best", "deviation") == [(1, None, None, None)]


def test_a_driver_without_name_is_known_by_number():
    session = pr.from_laps(
        {"car": ["1"] * 4, "lap": [1, 2, 3, 4], "lap_time": [90.0] * 4, "driver_number": [1, 1, 2, 2]}
    )
    assert columns(session.stints(by="driver"), "driver", "first_lap", "laps") == [(None, 1, 2), (None, 3, 2)]


def test_a_lap_that_names_nobody_changes_no_driver():
    session = pr.from_laps({
        "car": ["1"] * 6,
        "lap": [1, 2, 3, 4, 5, 6],
        "lap_time": [90.0] * 6,
        "driver": ["Ann", None, "Ann", None, "Bo", None],
    })  # fmt: skip
    assert columns(session.stints(by="driver"), "driver", "first_lap", "laps") == [("Ann", 1, 4), ("Bo", 5, 2)]


def test_a_missing_lap_ends_no_stint():
    session = pr.read(race_file(NAMED, leave_out=(("7", 6), ("7", 8))), kind="race")
    assert columns(session.stints(), "first_lap", "last_lap", "laps", "start") == [
        (1, 3, 3, 0),
        (4, 7, 3, seconds("4:41")),
        (9, 10, 2, seconds("14:01")),
    ]


def procession(kinds: str) -> bytes:
    """Cars that stop for a minute on lap 3 and, six of them, follow the safety car through the pit lane on lap 6."""
    lines = []
    for number in range(12):
        lap_6 = f"1:50{'B' if number < 6 else ''}!{kinds}"
        lap_7 = f"2:10{'/31' if number < 6 else ''}!{kinds}"
        lines.append(
            f"{number + 10} P2 | Ann 1:{40 + number} 1:30 1:35B | Ann 2:30/{60 + number} 1:30 {lap_6} {lap_7} 1:30 1:30"
        )
    return race_file("\n".join(lines))


def test_a_pass_behind_the_safety_car_is_no_stint():
    session = pr.read(procession("SF"), kind="race")
    visits = [kind for car, kind in columns(session.pit_stops(), "car", "kind") if car == "10"]
    assert visits == ["pit_stop", "pass_through"]
    assert [row[1:] for row in columns(session.stints(), "car", "first_lap", "laps") if row[0] == "10"] == [
        (1, 3),
        (4, 6),
    ]


def test_the_same_pass_under_green_is_a_drive_through():
    session = pr.read(procession("GF"), kind="race")
    visits = [kind for car, kind in columns(session.pit_stops(), "car", "kind") if car == "10"]
    assert visits == ["pit_stop", "drive_through"]
    assert [row[1:] for row in columns(session.stints(), "car", "first_lap", "opened_by") if row[0] == "10"] == [
        (1, "start"), (4, "pit_stop"), (7, "drive_through")
    ]  # fmt: skip


def test_a_selection_shows_its_laps_in_the_stints_of_the_field():
    session = pr.read(race_file(NAMED), kind="race")
    assert columns(
        session.select(laps=(6, 9)).stints(), "stint", "first_lap", "last_lap", "laps", "opened_by", "start"
    ) == [
        (2, 6, 7, 2, "pit_stop", seconds("8:33")),
        (3, 8, 9, 2, "pit_stop", seconds("11:36")),
    ]
    assert columns(session.select(drivers="Bo").stints(), "stint", "laps", "out_lap") == [(3, 3, True)]


# Twelve cars stop on lap 3 for a minute and on lap 6 for a minute and a half, one more a splash.
SHORT_AND_LONG = [
    f"{10 + i} P2 | Ann 1:{40 + i} 1:30 1:35B | Ann 2:30/{60 + i % 3} 1:30 1:35B | Ann 3:00/{90 + i % 3} 1:30 1:30"
    for i in range(12)
]


def test_by_tyre():
    """The cut-off lies between 1:02 and 1:30: the stop on lap 3 changed no tyres."""
    session = pr.read(race_file("\n".join(SHORT_AND_LONG)), kind="race")
    stops = columns(session.pit_stops(), "lap", "service", "fuel_only_below")
    assert {(lap, service) for lap, service, _ in stops} == {(3, "fuel_only"), (6, "tyres")}
    assert all(seconds("1:02") < below < seconds("1:30") for _, _, below in stops)
    names = ("first_lap", "laps", "opened_by", "estimated", "assumption")
    assert columns(session.stints(by="tyre"), *names)[:2] == [
        (1, 6, "start", True, None), (7, 3, "pit_stop", True, "pit_lane_time"),
    ]  # fmt: skip
    assert columns(session.stints(by="tyre", fuel_only=50), "laps")[:3] == [(3,), (3,), (3,)]
    assert columns(session.stints(by="tyre", fuel_only="2m"), "laps")[:2] == [(9,), (9,)]
    assert set(columns(session.stints(), "estimated", "assumption")) == {(False, None)}
    with pytest.raises(ValueError, match="fuel_only=-1 s"):
        session.stints(by="tyre", fuel_only=-1)


def test_where_no_cut_off_can_be_found_every_stop_changes_tyres():
    """All stops took about as long; a repair changes tyres, a drive-through does not."""
    usual = [f"{10 + i} P2 | Ann 1:{40 + i} 1:30 1:35B | Ann 2:30/{60 + i}" + " 1:30" * 4 for i in range(24)]
    own = "99 P2 | Ann 1:40 1:35B | Ann 2:00/30 1:35B | Ann 9:00/8:00 1:35B | Ann 2:30/61 1:30"
    session = pr.read(race_file("\n".join([*usual, own])), kind="race")
    assert set(columns(session.pit_stops(), "service", "fuel_only_below")) == {(None, None)}
    kinds = [kind for car, kind in columns(session.pit_stops(), "car", "kind") if car == "99"]
    assert kinds == ["drive_through", "garage", "pit_stop"]
    tyres = session.select(cars="99").stints(by="tyre")
    assert columns(tyres, "first_lap", "laps", "opened_by", "assumption") == [
        (1, 4, "start", None), (5, 2, "garage", "garage"), (7, 2, "pit_stop", "every_stop"),
    ]  # fmt: skip
    assert columns(session.pit_stops(fuel_only=65), "service")[:6] == [("fuel_only",)] * 5 + [("tyres",)]


def test_tyres_of_a_simulated_race():
    """Stops that took a third longer for new tyres: the cut-off tells nearly all of them."""
    race = pr.simulate(8, hours=6, cars=45)
    told = {(stop.car, stop.visit): stop.tyres for stop in race.truth.stops if stop.kind == "pit_stop"}
    judged = [
        told[car, visit] == (service == "tyres")
        for car, visit, service, flag in columns(race.session.pit_stops(), "car", "visit", "service", "flag_state")
        if service is not None and (car, visit) in told and flag == "green"
    ]
    assert len(judged) > 40 and sum(judged) / len(judged) > 0.95


def test_unknown_axis():
    with pytest.raises(ValueError, match="pit"):
        pr.read(race_file(NAMED), kind="race").stints(by="fuel")


# ---- Published files ----


def driver_changes(laps: list[dict]) -> int:
    return sum(
        before["car"] == after["car"]
        and (before["driver"], before["driver_number"]) != (after["driver"], after["driver_number"])
        for before, after in pairwise(laps)
    )


def pace(laps: list[dict], ends: set[tuple[str, int]]) -> tuple[int | None, int | None, int | None]:
    """Mean, best and deviation in whole microseconds, from exact fractions."""
    times = [
        lap["lap_time"]
        for lap in laps
        if lap["lap"] > 1 and lap["flag"] in ("green", "chequered", None) and (lap["car"], lap["lap"]) not in ends
    ]
    if not times:
        return None, None, None
    mean = Fraction(sum(times), len(times))
    if len(times) == 1:
        return round(mean), min(times), None
    variance = sum((time - mean) ** 2 for time in times) / (len(times) - 1)
    return round(mean), min(times), isqrt(round(variance * 4)) // 2  # within a microsecond of the root


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize("path", corpus_laps(), ids=lambda path: str(path.relative_to(CORPUS)))
def test_published_files(path):
    session = pr.read(path)
    laps = with_flags_told(session)
    by_pit, by_driver, visits = rows(session.stints()), rows(session.stints(by="driver")), rows(session.pit_stops())
    cars = {lap["car"] for lap in laps}
    by_tyre = rows(session.stints(by="tyre"))
    assert sum(stint["laps"] for stint in by_tyre) == len(laps)
    services = {(row["car"], row["visit"]): row["service"] for row in visits}
    assert sum(stint["laps"] for stint in by_pit) == sum(stint["laps"] for stint in by_driver) == len(laps)
    assert len(by_driver) == driver_changes(laps) + len(cars)
    ends = {(lap["car"], lap["lap"]) for lap in laps if lap["in_pit"] or lap["pit_lane_time"] is not None}
    ends |= {
        (car, lap + 1) for car, lap in ends if (car, lap) in {(row["car"], row["lap"]) for row in laps if row["in_pit"]}
    }
    at = {(lap["car"], lap["lap"]): lap for lap in laps}
    for stint in by_pit + by_driver:
        own = [at[stint["car"], lap] for lap in range(stint["first_lap"], stint["last_lap"] + 1)]
        assert len(own) == stint["laps"]
        before = at.get((stint["car"], stint["first_lap"] - 1))
        assert stint["start"] == (before["elapsed"] if before else 0)
        assert stint["end"] == own[-1]["elapsed"] and stint["duration"] == stint["end"] - stint["start"]
        assert stint["green_laps"] == sum(lap["flag"] in ("green", "chequered", None) for lap in own)
        mean, best, deviation = pace(own, ends)
        assert (stint["mean"], stint["best"]) == (mean, best)
        assert deviation == stint["deviation"] or abs(deviation - stint["deviation"]) <= 1
    for stint in by_driver:
        own = [at[stint["car"], lap] for lap in range(stint["first_lap"], stint["last_lap"] + 1)]
        assert {lap["driver"] for lap in own} == {stint["driver"]}
    left = dict(zip(((row["car"], row["visit"]) for row in visits), visits, strict=True))
    openers, changes = {}, {}
    for car, own in slow_visits.by_car(laps).items():
        for number, visit in enumerate(slow_visits.find_of_car(own), 1):
            kind = left[car, number]["kind"]
            if visit.went and kind != "pass_through":
                openers[car, own[visit.went]["lap"]] = kind
            if visit.went and (kind == "garage" or (kind == "pit_stop" and services[car, number] != "fuel_only")):
                changes[car, own[visit.went]["lap"]] = kind
    opened = {
        (stint["car"], stint["first_lap"]): stint["opened_by"] for stint in by_pit if stint["opened_by"] != "start"
    }
    assert opened == openers
    opened = {(row["car"], row["first_lap"]): row["opened_by"] for row in by_tyre if row["opened_by"] != "start"}
    assert opened == changes

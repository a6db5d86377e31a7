"""The lens `between`: laps that end in a window of race time, and what the session still knows of the whole race."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
from answers import columns, rows
from lap_files import SECOND, car_laps, lap_file
from race_files import race_file
from test_lap_details import odd_races

# Crossings: 7 at 100 200 300 540 640, 8 at 101 203 304 406 507, 9 at 120 240 380.
RACE = """
    7 A | Ann 1:40 1:40 1:40B | Bo 4:00/2:20 1:40
    8 A | Cy 1:41 1:42 1:41 1:42 1:41
    9 B | Di 2:00 2:00 2:20
"""


def race() -> pr.Session:
    return pr.read(race_file(RACE), kind="race")


def kept(session: pr.Session) -> list[tuple]:
    return columns(session.laps, "car", "lap")


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ((200, 304), [("7", 3), ("8", 2), ("8", 3), ("9", 2)]),  # the crossing at 200 is before, that at 304 within
        ((None, "1:40"), [("7", 1)]),
        (("-2m", None), [("7", 4), ("7", 5), ("8", 4), ("8", 5)]),  # from 387 on: car 8 wins at 507
        (("lap 4", None), [("7", 4), ("7", 5), ("8", 5)]),  # from 406 on
        (("50%", "75%"), [("7", 3), ("8", 3), ("9", 3)]),  # 253.5 to 380.25
        ((301, 302), []),
    ],
)
def test_laps_in_the_window(window, expected):
    assert kept(race().between(*window)) == expected


def test_without_limits_it_is_the_race():
    assert race().between() == race() and race().between().info["narrowed"] is False
    assert race().between(0, "10:40") == race().select(laps=(1, 9))


@settings(deadline=None)
@given(odd_races(), st.lists(st.integers(1, 30), max_size=3, unique=True).map(sorted))
def test_windows_one_after_another_hold_every_timed_lap_once(data, cuts):
    session = pr.read(data, kind="race")
    timed = [row for row in columns(session.laps, "car", "lap", "elapsed") if row[2] is not None]
    cuts = [cut for cut in cuts if any(elapsed >= cut * SECOND for _, _, elapsed in timed)]
    whole = [(car, lap) for car, lap, elapsed in timed]
    parts = [kept(session.between(*window)) for window in zip([0, *cuts], [*cuts, None], strict=True)] if cuts else []
    assert not cuts or sorted(row for part in parts for row in part) == sorted(whole)


def test_what_is_known_of_a_lap_stays_that_of_the_race():
    whole, window = race(), race().between("3:20", "7:00")
    inside = set(kept(window))
    for question in ("lap_details", "crossings", "gaps", "clean_laps"):
        expected = [row for row in rows(getattr(whole, question)()) if (row["car"], row["lap"]) in inside]
        assert rows(getattr(window, question)()) == expected, question
    assert columns(window.stints(), "car", "stint", "first_lap", "last_lap") == [
        ("7", 1, 3, 3), ("8", 1, 2, 4), ("9", 1, 2, 3),
    ]  # fmt: skip
    assert columns(window.leaders(), "car", "first_lap", "last_lap", "start", "end") == [
        ("7", 3, 3, 200 * SECOND, 300 * SECOND), ("8", 4, 4, 300 * SECOND, 406 * SECOND),
    ]  # fmt: skip
    assert rows(window.order(at="9:00")) == rows(whole.order(at="9:00"))


def test_with_other_lenses():
    """In any order; cars that end no lap in the window are left out; instants stay those of the whole race."""
    session = race()
    window = session.between("3:00", "6:00")
    assert kept(window.select(classes="B")) == kept(session.select(classes="B").between("3:00", "6:00")) == [("9", 2)]
    assert kept(session.between("3:00").between(None, "6:00")) == kept(window)
    assert session.between("8:00", "9:00").cars == ("7", "8")
    assert kept(window.between("-267s", "-203s")) == [("7", 3), ("8", 3)], "240 to 304"
    early = session.until(at=405).between("-1m42s", None)
    assert kept(early) == [("8", 4), ("9", 3)], "the flag falls for car 8 at 406; the lap of car 7 to it takes too long"
    assert pickle.loads(pickle.dumps(window)) == window


def test_it_refuses_to_be_classified():
    window = race().between("1m", "5m")
    assert window.info["narrowed"] is True
    with pytest.raises(ValueError, match="narrowed to some drivers, laps, flags or times"):
        window.classification()


def test_a_lap_without_time_is_in_no_window():
    laps = car_laps("1", [100, {"time": None, "elapsed": None}, {"time": None, "elapsed": 303}])
    session = pr.read(lap_file(laps), kind="race")
    assert kept(session.between(0, 303)) == [("1", 1), ("1", 3)]
    assert kept(session.between()) == [("1", 1), ("1", 2), ("1", 3)]


def test_practice_has_windows_too():
    practice = pr.read(race_file(RACE), kind="practice")
    assert kept(practice.between("-1m40s", None)) == [("7", 5)]


@pytest.mark.parametrize(
    ("window", "message"),
    [
        (("5m", "4m"), "holds no instant"),
        (("5m", "5m"), "holds no instant"),
        ((None, 0), "holds no instant"),
        (("5m", "11m"), "0:11:00 is outside the session"),
        (("-9m", None), "outside the session"),
        (("lap 9", None), "no lap 9 of the leader"),
        (("now", None), "'now' is no duration"),
    ],
)
def test_bad_windows(window, message):
    with pytest.raises(ValueError, match=message):
        race().between(*window)
    assert race().between(np.timedelta64(1, "m")) == race().between(60)

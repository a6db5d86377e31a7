"""Sessions that no race is: more cars, classes and drivers than laps to tell them by, laps of odd numbers."""

from __future__ import annotations

import numpy as np
import pytest

import pyracing as pr
from answers import columns

MINUTE = 60_000_000


def laps_of(car: list[str], lap: np.ndarray, elapsed: np.ndarray, **more: list[str]) -> pr.Session:
    texts = {name: np.array(values, dtype=object) for name, values in {"car": car, **more}.items()}
    return pr.from_laps(texts | {"lap": lap, "elapsed": elapsed.astype("timedelta64[us]")}, kind="race")


def one_far_ahead(others: int, laps: int, lap_time: int) -> pr.Session:
    """A car that runs all laps, the others one each."""
    lap = np.concatenate([np.arange(1, laps + 1), np.ones(others, int)])
    return laps_of(["leader"] * laps + [f"c{i}" for i in range(others)], lap, lap * lap_time)


def test_thousands_of_cars_turn_their_order_round():
    """They end lap 1 in the order of their numbers, and lap 2 the other way round."""
    cars = 3000
    names = [f"{i:04d}" for i in range(cars)]
    first = MINUTE + np.arange(cars)
    second = 3 * MINUTE - np.arange(cars)
    elapsed = np.stack([first, second], axis=1).ravel()
    session = laps_of(np.repeat(names, 2).tolist(), np.tile([1, 2], cars), elapsed)
    expected = [(car, 1, i + 1, 1) for i, car in enumerate(names)]
    expected += [(car, 2, i + 1, 2) for i, car in enumerate(reversed(names))]
    assert columns(session.lap_chart(), "car", "leader_lap", "position", "laps") == expected


def test_every_car_a_class_of_its_own():
    cars = 2000
    names = [f"{i:04d}" for i in range(cars)]
    session = laps_of(names, np.ones(cars, int), MINUTE + np.arange(cars), **{"class": names})
    alone = [(car, car, 1) for car in names]
    assert columns(session.lap_chart(by="class"), "class", "car", "position") == alone
    assert columns(session.leaders(by="class"), "class", "car", "laps") == alone
    assert columns(session.laps_led(by="class", lead="class"), "class", "laps") == [(car, 1) for car in names]


def test_a_race_of_lap_0_has_no_average_pace():
    session = laps_of(["1", "2"], np.zeros(2, int), np.array([MINUTE, 2 * MINUTE]))
    with pytest.raises(ValueError, match="no average pace; ask for the gaps to a car"):
        session.gaps(to="mean")
    assert columns(session.gaps(to="1"), "car", "gap_laps") == [("1", 0), ("2", 0)]


def test_a_car_of_lap_0_alone_did_not_start():
    session = laps_of(["1", "1", "2"], np.array([0, 1, 0]), np.array([1, 2, 1]) * MINUTE)
    expected = [("1", "classified", 1), ("2", "not_started", 0)]
    assert columns(session.classification(), "car", "status", "laps") == expected


def test_the_highest_lap_number():
    """At its average pace, in whole microseconds, the winner ended so many laps within the first minute of two."""
    highest = 2**31 - 1
    within_a_minute = ((MINUTE + 1) * highest - 1) // (2 * MINUTE)
    session = laps_of(["1", "1"], np.array([1, highest]), np.array([MINUTE, 2 * MINUTE]))
    assert columns(session.gaps(to="mean"), "lap", "gap_laps") == [(1, within_a_minute - 1), (highest, 0)]


def test_another_driver_on_each_lap():
    laps = 2000
    drivers = [f"D{i}" for i in range(laps)]
    lap = np.arange(1, laps + 1)
    session = laps_of(["1"] * laps, lap, lap * MINUTE, driver=drivers)
    assert columns(session.drive_time(), "driver", "stints") == [(driver, 1) for driver in drivers]


def test_a_chart_beyond_all_races_is_refused():
    with pytest.raises(ValueError, match="over so many laps"):
        one_far_ahead(10_000, 10_001, MINUTE).lap_chart()


def test_hours_beyond_all_races_are_refused():
    with pytest.raises(ValueError, match="1001 cars over more than 999 hours"):
        one_far_ahead(1000, 1000, 60 * MINUTE).hourly()

"""Every question of the core asked of sessions that no race is: `python tests/benchmarks/hostile.py [laps]`.

Each session is made with so many laps (20,000 unless told) and with four times as many. Printed are the questions that
take more than eight times as long for them, where the session growing fourfold explains four times and caches that
overflow the rest. Nothing here asserts a time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import thread_time

import numpy as np

import pyracing as pr
from pyracing import _core

Laps = dict[str, np.ndarray]
GROWTH = 4
MOST = 8.0
SHORTEST = 0.02  # seconds: quicker answers are not judged


def times(values: np.ndarray) -> np.ndarray:
    return values.astype("timedelta64[us]")


def texts(prefix: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([f"{prefix}{number}" for number in numbers], dtype=object)


def race(laps: int, cars: int) -> Laps:
    """Cars that run equally many laps of 60 to 70 s."""
    each = laps // cars
    lap_time = np.random.default_rng(1).integers(60_000_000, 70_000_000, (cars, each))
    return {
        "car": texts("c", np.repeat(np.arange(cars), each)),
        "lap": np.tile(np.arange(1, each + 1), cars),
        "lap_time": times(lap_time.ravel()),
        "elapsed": times(lap_time.cumsum(axis=1).ravel()),
    }


def class_each_car(laps: int) -> Laps:
    made = race(laps, laps // 2)
    return made | {"class": made["car"]}


def driver_each_lap(laps: int) -> Laps:
    return race(laps, 20) | {"driver": texts("d", np.arange(laps))}


def random_flags(laps: int) -> Laps:
    flags = np.array(["green", "fcy", "red", "safety_car"], dtype=object)
    return race(laps, 20) | {"flag": flags[np.random.default_rng(2).integers(0, 4, laps)]}


def always_in_pit(laps: int) -> Laps:
    return race(laps, 20) | {"in_pit": np.ones(laps, bool), "pit_lane_time": times(np.full(laps, 30_000_000))}


def all_cars_stop_together(laps: int) -> Laps:
    """Thousands of cars of one class with a stop on the third of six laps."""
    made = race(laps, laps // 6)
    pit_lane_time = np.where(made["lap"] == 4, 30_000_000, np.iinfo(np.int64).min)
    return made | {"in_pit": made["lap"] == 3, "pit_lane_time": times(pit_lane_time)}


def stoppage_after_each_crossing(laps: int) -> Laps:
    made = race(laps, 20)
    elapsed = made["elapsed"].astype(np.int64)
    return made | {"clock": times(elapsed + elapsed.argsort().argsort() * 20_000_000)}


def all_at_once(laps: int) -> Laps:
    made = race(laps, 20)
    return made | {"elapsed": times(made["lap"] * 60_000_000)}


def every_other_lap_long(laps: int) -> Laps:
    made = race(laps, 20)
    lap_time = np.where(made["lap"] % 2 == 0, 600_000_000, 60_000_000)
    return made | {"lap_time": times(lap_time), "elapsed": times(lap_time.reshape(20, -1).cumsum(axis=1).ravel())}


SESSIONS: dict[str, Callable[[int], Laps]] = {
    "cars of two laps": lambda laps: race(laps, laps // 2),
    "a class for each car": class_each_car,
    "another driver on each lap": driver_each_lap,
    "another flag at each crossing": random_flags,
    "every lap in the pit lane": always_in_pit,
    "all cars stop together": all_cars_stop_together,
    "a stoppage after each crossing": stoppage_after_each_crossing,
    "all cars at the same instant": all_at_once,
    "lap numbers far apart": lambda laps: race(laps, 20) | {"lap": race(laps, 20)["lap"] * 100_000},
    "every other lap ten times as long": every_other_lap_long,
}


def ask_all(laps: Laps) -> dict[str, float]:
    """Seconds of processor time by question and, where it takes one, choice of `by`."""
    core = pr.from_laps(laps)._core
    core.ask("crossings")
    asked: dict[str, tuple[str, dict[str, str]]] = {question: (question, {}) for question in _core.questions()}
    asked |= {f"{question} by class": (question, {"by": "class"}) for question in ("lap_chart", "leaders")}
    asked["gaps"] = ("gaps", {"to": "ahead"})
    seconds = {}
    for name, (question, options) in asked.items():
        start = thread_time()
        core.ask(question, **options)
        seconds[name] = thread_time() - start
    return seconds


def main() -> None:
    laps = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    for name, made in SESSIONS.items():
        few, many = ask_all(made(laps)), ask_all(made(GROWTH * laps))
        slowest = max(many, key=many.__getitem__)
        print(f"{name}: {slowest} {many[slowest] * 1e3:.0f} ms")
        for question, seconds in many.items():
            if seconds > SHORTEST and seconds > MOST * few[question]:
                print(f"    {question} grows: {few[question] * 1e3:.1f} ms, then {seconds * 1e3:.1f} ms")


if __name__ == "__main__":
    main()

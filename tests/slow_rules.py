"""Classifications worked out step by step, as the sporting rules tell them: slow, and without the core.

A race is a list of cars, each with its lap times in whole seconds. Crossings are looked at one by one in the order of
time, as somebody at the finish line with the rule book in hand would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate

STATUSES = ("classified", "not_classified", "retired", "disqualified", "not_started")


@dataclass
class Car:
    name: str
    class_name: str
    lap_times: list[int]
    crossings: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.crossings = list(accumulate(self.lap_times))


@dataclass
class Rules:
    """As pyracing's, flattened. `duration` in seconds, or `race_laps`; neither: everybody runs to the end."""

    duration: int | None = None
    race_laps: int = 0
    flag: str = "leader"
    flag_required: bool = False
    share: Fraction = Fraction(0)
    base: str = "overall_winner"
    rounding: str = "exact"
    limits: tuple[tuple[int, int], ...] = ()
    beyond: str = "not_classified"
    shared: bool = False


@dataclass
class Result:
    car: Car
    took_flag: bool
    crossings: list[int]
    laps: int = 0
    time: int = 0
    status: str = ""
    short: bool = False
    position: int | None = None
    class_position: int | None = None


# ---- The end of the race ----


def when_the_flag_falls(cars: list[Car], rules: Rules) -> float | None:
    """Somebody watches the line: whoever completes a lap that nobody had completed leads."""
    passages = sorted((time, lap) for car in cars for lap, time in enumerate(car.crossings, 1))
    led = 0
    for time in sorted({time for time, _ in passages}):
        lap = max(lap for at, lap in passages if at == time)
        if lap > led:
            led = lap
            if rules.race_laps and led >= rules.race_laps:
                return time
            if not rules.race_laps and rules.duration is not None and time >= rules.duration:
                return time if rules.flag == "leader" else rules.duration
    return None


def finished(car: Car, flag: float | None) -> Result:
    counted = []
    for time in car.crossings:
        counted.append(time)
        if flag is not None and time >= flag:
            return Result(car, True, counted)
    return Result(car, flag is None and bool(counted), counted)


# ---- Decisions: (kind, car, number) or (kind, car, number, seconds) ----


def apply_decisions(results: dict[str, Result], rules: Rules, decisions: list[tuple]) -> None:
    for result in results.values():
        result.laps = len(result.crossings)
        result.time = result.crossings[-1] if result.crossings else 0
        if result.took_flag and rules.limits and result.crossings:
            last = result.car.lap_times[len(result.crossings) - 1]
            fitting = [laps for limit, laps in rules.limits if last <= limit]
            if fitting:
                result.laps -= fitting[0]
            else:
                result.status = rules.beyond
    for kind, name, *numbers in decisions:
        result = results[name]
        if kind == "lap_penalty":
            result.laps -= numbers[0]
            result.time += numbers[1]
        elif kind == "time_penalty":
            result.time += numbers[0]
        elif kind == "retire":
            result.took_flag = False
    for result in results.values():
        result.laps = max(result.laps, 0)


# ---- Who is classified ----


def needed(share: Fraction, laps: int, rounding: str) -> Fraction | int:
    exact = share * laps
    roundings = {"floor": math.floor(exact), "ceil": math.ceil(exact), "nearest": math.floor(exact + Fraction(1, 2))}
    return roundings.get(rounding, exact)


def behind(ordered: list[Result], result: Result) -> list[Result]:
    return ordered[ordered.index(result) + 1 :]


def order(results: list[Result], decisions: list[tuple]) -> list[Result]:
    """By status, laps and time, then as they crossed; then who was moved."""

    def before(result: Result) -> float:
        return result.crossings[-2] if len(result.crossings) > 1 else 0

    ordered = sorted(
        results,
        key=lambda result: (
            STATUSES.index(result.status), -result.laps, result.time if result.crossings else math.inf,
            result.crossings[-1:], before(result), result.car.name,
        ),
    )  # fmt: skip
    classified = [result for result in ordered if result.status == "classified"]
    for kind, name, *_ in decisions:
        moved = next((result for result in classified if result.car.name == name), None)
        if kind == "rear_of_class" and moved is not None:
            while any(other.car.class_name == moved.car.class_name for other in behind(classified, moved)):
                place = classified.index(moved)
                classified[place : place + 2] = reversed(classified[place : place + 2])
    placed = sorted((number[0], name) for kind, name, *number in decisions if kind == "place")
    names = {name for _, name in placed}
    by_name = {result.car.name: result for result in classified}
    classified = [result for result in classified if result.car.name not in names]
    for position, name in placed:
        if name in by_name:
            classified.insert(position - 1, by_name[name])
    return classified + [result for result in ordered if result.status != "classified"]


def judge(results: dict[str, Result], rules: Rules, decisions: list[tuple]) -> list[Result]:
    retired = {name for kind, name, *_ in decisions if kind == "retire"}
    disqualified = {name for kind, name, *_ in decisions if kind == "disqualify"}
    for name, result in results.items():
        if name in disqualified:
            result.status = "disqualified"
        elif not result.crossings:
            result.status = "retired" if name in retired else "not_started"
        elif not result.status:
            fine = result.took_flag or not rules.flag_required
            result.status = "classified" if fine else "retired" if name in retired else "not_classified"
    ordered = [result for result in order(list(results.values()), decisions) if result.status == "classified"]
    for result in ordered:
        rivals = [other for other in ordered if other.car.class_name == result.car.class_name]
        winner = (ordered if rules.base == "overall_winner" else rivals)[0]
        if result.laps < needed(rules.share, winner.laps, rules.rounding):
            result.short = True
    for result in ordered:
        if result.short:
            result.status = "retired" if result.car.name in retired else "not_classified"
    return order(list(results.values()), decisions)


def number(ordered: list[Result], rules: Rules, moved: set[str]) -> None:
    for attribute, group_of in (("position", lambda car: ""), ("class_position", lambda car: car.class_name)):
        above: dict[str, list[Result]] = {}
        for result in ordered:
            if result.status != "classified":
                continue
            rivals = above.setdefault(group_of(result.car), [])
            tied = (
                rules.shared and rivals and not {result.car.name, rivals[-1].car.name} & moved
                and (rivals[-1].laps, rivals[-1].time) == (result.laps, result.time)
            )  # fmt: skip
            setattr(result, attribute, getattr(rivals[-1], attribute) if tied else len(rivals) + 1)
            rivals.append(result)


def classification(cars: list[Car], rules: Rules, decisions: list[tuple]) -> list[tuple]:
    """(car, position, class_position, status, laps, total time in seconds or None), in the order of publication."""
    flag = when_the_flag_falls(cars, rules)
    results = {car.name: finished(car, flag) for car in cars}
    apply_decisions(results, rules, decisions)
    ordered = judge(results, rules, decisions)
    number(ordered, rules, {name for kind, name, *_ in decisions if kind in ("rear_of_class", "place")})
    return [
        (one.car.name, one.position, one.class_position, one.status, one.laps, one.time if one.crossings else None)
        for one in ordered
    ]

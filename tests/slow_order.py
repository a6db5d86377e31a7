"""Slow plain-Python answers about the order on the road: every pair of cars is compared at every instant asked about.

Laps are dicts of car, class, lap, elapsed, driver and in_pit, by car, then lap. A lap whose elapsed is absent, or not
later than that of all earlier laps of its car, has no known time.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

import slow_questions as slow

NEVER = 2**63


@dataclass
class Car:
    """A car at an instant: its last crossing, and how many laps it has completed at least and at most."""

    name: str
    group: object
    row: int | None
    rank: int  # of the crossing, in the order of time
    least: int
    most: int

    def surely_ahead_of(self, other: Car) -> bool:
        return (-self.least, self.rank) < (-other.least, other.rank)

    def maybe_ahead_of(self, other: Car) -> bool:
        """With a lap more than those seen, had it come any time since."""
        return self.surely_ahead_of(other) or self.most > self.least and self.most >= other.least


class Race:
    """The laps, prepared: rows of each car, and the crossings in the order of time."""

    def __init__(self, laps: list[dict]) -> None:
        self.laps = laps
        self.cars = slow.by_car(laps)
        self.crossings = slow.crossings(laps)
        self.rank = {row: rank for rank, row in enumerate(self.crossings)}
        self.known = {car: [row for row in rows if row in self.rank] for car, rows in self.cars.items()}
        self.times = {car: [laps[row]["elapsed"] for row in rows] for car, rows in self.known.items()}
        self.of_lap = {(laps[row]["car"], laps[row]["lap"]): row for row in self.crossings}

    def elapsed(self, row: int) -> int:
        return self.laps[row]["elapsed"]

    def after(self, car: str, crossings: int, by: str | None = None) -> Car:
        """A car after so many of its crossings."""
        rows, known = self.cars[car], self.known[car]
        row = known[crossings - 1] if crossings else None
        return Car(
            name=car,
            group=None if by is None else self.laps[rows[0]][by],
            row=row,
            rank=NEVER if row is None else self.rank[row],
            least=-1 if row is None else self.laps[row]["lap"],
            most=self.laps[known[crossings]]["lap"] - 1 if crossings < len(known) else self.laps[rows[-1]]["lap"],
        )

    def at(self, time: int, by: str | None = None) -> list[Car]:
        return [self.car_at(car, time, by) for car in self.cars]

    def car_at(self, car: str, time: int, by: str | None = None) -> Car:
        found = self.after(car, bisect_right(self.times[car], time), by)
        if found.row is not None and self.elapsed(found.row) == time:
            found.most = found.least  # no time to complete another lap
        return found

    def completed(self, car: str, time: int) -> int | None:
        """Laps completed at an instant; None where laps without a time leave it open."""
        found = self.car_at(car, time)
        return None if found.most > found.least else found.least

    def laps_behind(self, row: int, reference: int | None) -> int | None:
        """Both rows complete the same lap."""
        if reference is None:
            return None
        if self.elapsed(reference) > self.elapsed(row):
            turned = self.laps_behind(reference, row)
            return None if turned is None else -turned
        laps = self.completed(self.laps[reference]["car"], self.elapsed(row))
        return None if laps is None else laps - self.laps[row]["lap"]

    def order(self, time: int, by: str | None = None) -> list[tuple]:
        """(car, position, laps, elapsed, gap, gap_laps, interval, interval_laps), group by group, best first."""
        cars = [car for car in self.at(time, by) if by is None or car.group is not None]
        groups: dict = {}
        for car in sorted(cars, key=lambda car: (-car.least, car.rank, list(self.cars).index(car.name))):
            groups.setdefault(car.group, []).append(car)
        return [row for group in groups.values() for row in self.ranked(group)]

    def ranked(self, cars: list[Car]) -> list[tuple]:
        positions = [self.position(car, cars) for car in cars]
        answer = []
        for place, car in enumerate(cars):
            leader = cars[0] if positions[0] is not None else None
            ahead = cars[place - 1] if place and None not in positions[place - 1 : place + 1] else None
            answer.append((
                car.name, positions[place], max(car.least, 0), None if car.row is None else self.elapsed(car.row),
                *self.behind(car, leader), *self.behind(car, ahead),
            ))  # fmt: skip
        return answer

    @staticmethod
    def position(car: Car, cars: list[Car]) -> int | None:
        others = [other for other in cars if other is not car]
        unsure = any(other.maybe_ahead_of(car) and not other.surely_ahead_of(car) for other in others)
        if car.row is None or car.most > car.least or unsure:
            return None
        return 1 + sum(other.surely_ahead_of(car) for other in others)

    def behind(self, car: Car, other: Car | None) -> tuple:
        """Time and laps, where the other was ahead when this car last crossed."""
        if other is None or car.row is None:
            return None, None
        row = self.of_lap.get((other.name, car.least))
        if row is None or self.elapsed(row) > self.elapsed(car.row):
            return None, None
        return self.elapsed(car.row) - self.elapsed(row), self.laps_behind(car.row, row)

    # ---- Lap chart ----

    def races(self, by: str | None) -> list[list[str]]:
        """The cars of the race, or of each class by name."""
        if by is None:
            return [list(self.cars)]
        classes: dict = {}
        for car, rows in self.cars.items():
            classes.setdefault(self.laps[rows[0]][by], []).append(car)
        return [classes[name] for name in sorted(name for name in classes if name is not None)]

    def lap_chart(self, cars: list[str], step: int = 1) -> list[tuple]:
        """(car, leader_lap, position, laps) of every `step`th lap of the leader."""
        led: list[int] = []  # the crossings that no lap as high came before
        for row in self.crossings:
            if self.laps[row]["car"] in cars and self.laps[row]["lap"] > (self.laps[led[-1]]["lap"] if led else -1):
                led.append(row)
        answer = []
        ends = [self.rank[row] for row in led[1:]] + [NEVER]
        for row, end in list(zip(led, ends, strict=False))[::step]:
            there = [self.after(car, sum(self.rank[own] < end for own in self.known[car])) for car in cars]
            for car in sorted(there, key=lambda car: (-car.least, car.rank)):
                runs = car.row is not None and (
                    car.row != self.known[car.name][-1] or self.elapsed(car.row) >= self.elapsed(row)
                )
                if runs and self.laps[row]["lap"] > 0:
                    answer.append((car.name, self.laps[row]["lap"], self.position(car, there), car.least))
        return answer

    # ---- Gaps ----

    def places(self, by: str | None = None) -> dict[int, tuple]:
        """(position, gap, gap_laps) by crossing, among all cars or those of the same class."""
        groups: dict = {}
        for rows in self.cars.values():
            groups.setdefault(None if by is None else self.laps[rows[0]][by], []).append(rows)
        if by is not None:
            groups.pop(None, None)
        return {row: place for group in groups.values() for row, place in slow.places(self.laps, group).items()}

    def next_to(self, row: int, places: dict[int, tuple], step: int, by: str | None = None) -> int | None:
        """The crossing of the same lap that many positions away."""
        wanted = None if row not in places or places[row][0] is None else places[row][0] + step
        for other, place in places.items():
            same = by is None or self.laps[other][by] == self.laps[row][by]
            if wanted is not None and same and self.laps[other]["lap"] == self.laps[row]["lap"] and place[0] == wanted:
                return other
        return None

    def gap(self, row: int, reference: int | None) -> tuple:
        if reference is None:
            return None, None
        return self.elapsed(row) - self.elapsed(reference), self.laps_behind(row, reference)

    def gap_to_mean(self, row: int, winner: int) -> tuple:
        """To a car at the winner's average pace; its times are rounded down to the microsecond."""
        laps = self.laps[winner]["lap"]
        times = [int(Fraction(self.elapsed(winner) * lap, laps)) for lap in range(laps + 1)]
        lap = self.laps[row]["lap"]
        if lap > laps:
            return None, None
        gap = self.elapsed(row) - times[lap]
        if gap >= 0:
            return gap, bisect_right(times, self.elapsed(row)) - 1 - lap
        completed = self.completed(self.laps[row]["car"], times[lap])
        return gap, None if completed is None else lap - completed


def intervals(race: Race, places: dict[int, tuple], per_lap: int = 1) -> dict[int, tuple]:
    """(interval, interval_laps) by crossing: the time since the car one position ahead came by, and its laps since."""
    of_position = {(race.laps[row]["lap"], place[0]): row for row, place in places.items() if place[0] is not None}
    answer = {}
    for row, (position, *_) in places.items():
        lap = race.laps[row]["lap"]
        ahead = None if position is None else of_position.get((lap, position - 1))
        answer[row] = (None, None)
        if ahead is not None:
            car = race.car_at(race.laps[ahead]["car"], race.elapsed(row))
            laps = (car.least - lap) // per_lap
            known = laps == (car.most - lap) // per_lap
            answer[row] = (race.elapsed(row) - race.elapsed(ahead), laps if known else None)
    return answer

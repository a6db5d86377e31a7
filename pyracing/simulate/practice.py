"""Practice and qualifying: every car in runs of a few laps, for the best lap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyracing.simulate.car import CHEQUERED, FUEL_RESERVE, GREEN, Car
from pyracing.simulate.field import RaceClass
from pyracing.simulate.plan import MINUTE
from pyracing.simulate.race import COLD_TYRES, ENTRY_AT, EXIT_AT, LINE_AT, SHARES
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry

COOL = 108  # per cent of a flying lap that a lap to warm or to spare the tyres takes


@dataclass(frozen=True)
class Practice:
    """A practice or, with `qualifying`, a qualifying session, to be held before the race.

    `name`: as in the names of its files. `driver`: the number of the only driver of each crew who drives; cars without
    such a driver stay away. None: the drivers take turns. `start`: local time; if None, on the day before the race, a
    quarter of an hour after the session before.
    """

    name: str
    minutes: float = 60
    qualifying: bool = False
    driver: int | None = None
    start: datetime | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or self.minutes < 5 or (self.driver is not None and self.driver < 1):
            raise ValueError("a practice has a name, lasts five minutes or longer, and drivers are numbered from 1")


def hold(
    seed: int,
    practice: Practice,
    entries: Sequence[Entry],
    crews: Mapping[str, Sequence[Driver]],
    classes: Mapping[str, RaceClass],
    lane_time: int,
    track: Sequence[int],
) -> list[Car]:
    """The cars that take part, after the session."""
    groups = {name: group for group, name in enumerate(classes)}
    cars = []
    for index, entry in enumerate(entries):
        crew, race_class = crews[entry.car], classes[entry.class_name]
        if practice.driver is None or practice.driver <= len(crew):
            turns = range(1, len(crew) + 1) if practice.driver is None else [practice.driver]
            car = Car(seed, index, entry, crew, race_class, groups[entry.class_name], turns)
            car.noise = Stream(seed, practice.name, entry.car)
            Outing(car, practice, lane_time, track).run(turns)
            cars.append(car)
    return cars


class Outing:
    """A car through a session."""

    def __init__(self, car: Car, practice: Practice, lane_time: int, track: Sequence[int]) -> None:
        self.car, self.lane_time, self.track = car, lane_time, track
        self.end = round(practice.minutes * MINUTE)
        self.laps_of_run = (3, 5) if practice.qualifying else (3, 6)
        self.stop = (60_000, 150_000) if practice.qualifying else (120_000, 300_000)
        self.line = 0  # when the car last crossed it

    def run(self, turns: Sequence[int]) -> None:
        """Runs by the drivers in turn, until the chequered flag or a stop that outlasts the session."""
        car = self.car
        leaves, entered, number = car.noise.between(15_000, self.end // 8), 0, 0
        while leaves < self.end and not car.flagged:
            car.take_over(turns[number % len(turns)])
            car.pit_lane_time, number = leaves - entered, number + 1
            entered = self.run_until_the_pits(leaves)
            leaves = self.line + self.lane_time * (1000 - LINE_AT) // 1000 + car.noise.between(*self.stop)

    def run_until_the_pits(self, leaves: int) -> int:
        """From the pit exit on new tyres, with the fuel for the run, to the next pit entry: when that was."""
        car, entered = self.car, 0
        laps = car.noise.between(*self.laps_of_run)
        car.tyre_laps, car.fuel = 0, min(car.tank, laps * 1000 + FUEL_RESERVE)
        for lap in range(laps):
            cool, comes_in = lap in (0, laps - 1), lap == laps - 1
            one, two, three = self.sectors(leaves if lap == 0 else self.line, cool)
            if lap == 0:
                one = leaves - self.line + one * (1000 - EXIT_AT) // 1000 + COLD_TYRES
            if comes_in and self.line + one + two + three < self.end:
                three = three * ENTRY_AT // 1000
                entered = self.line + one + two + three
                three += self.lane_time * LINE_AT // 1000
            else:
                comes_in = False
            self.cross(one, two, three, comes_in)
            if car.flagged:
                break
        return entered

    def sectors(self, time: int, cool: bool) -> Iterator[int]:
        car = self.car
        state = self.track[time // MINUTE]
        for share in SHARES:
            noise = car.noise.normal(car.scatter)
            yield car.sector_time(share, state, noise) * (COOL if cool else 100) // 100

    def cross(self, one: int, two: int, three: int, in_pit: bool) -> None:
        car, log = self.car, self.car.log
        self.line += one + two + three
        car.flagged = self.line >= self.end
        car.laps += 1
        car.tyre_laps += 1
        car.fuel -= 1000
        for column, value in (
            (log.sector_1, one), (log.sector_2, two), (log.sector_3, three), (log.elapsed, self.line),
            (log.pit_lane_time, car.pit_lane_time), (log.driver, car.driver_number),
            (log.flag, CHEQUERED if car.flagged else GREEN), (log.in_pit, in_pit),
            (log.top_speed, round(car.race_class.top_speed * 10) + car.noise.normal(25)),
        ):  # fmt: skip
            column.append(value)
        car.pit_lane_time = -1

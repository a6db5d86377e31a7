"""Practice and qualifying: every car in runs of a few laps, for the best lap."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyracing.simulate.car import CHEQUERED, FUEL_RESERVE, GREEN, Car
from pyracing.simulate.field import RaceClass
from pyracing.simulate.marks import find_marks
from pyracing.simulate.outcome import Held, finishes_of
from pyracing.simulate.plan import HOUR, MINUTE
from pyracing.simulate.race import COLD_TYRES, ENTRY_AT, EXIT_AT, LINE_AT, SHARES
from pyracing.simulate.stewards import by_best_lap
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry
from pyracing.simulate.weather import readings, track_state

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
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


def starts_of(practices: Sequence[Practice], race_start: datetime, taken: str) -> Iterator[datetime]:
    """When they begin. Their names are their own, and none is `taken`."""
    names = [practice.name for practice in practices]
    if len(set(names)) != len(names) or taken in names:
        raise ValueError(f"the sessions before the race need names of their own, not {', '.join(names)}")
    following = race_start - DAY
    for practice in practices:
        at = practice.start or following
        following = at + timedelta(minutes=practice.minutes) + QUARTER
        yield at


def hold(
    seed: int,
    practice: Practice,
    start: datetime,
    entries: Sequence[Entry],
    crews: Mapping[str, Sequence[Driver]],
    classes: Mapping[str, RaceClass],
    metres: int,
    lane_time: int,
) -> Held:
    """The session, with the cars that took part."""
    weather = readings(seed, round(practice.minutes) + HOUR // MINUTE, start.hour * 60 + start.minute, ())
    track, cars = track_state(weather), []
    for index, entry in enumerate(entries):
        crew = crews[entry.car]
        if practice.driver is None or practice.driver <= len(crew):
            turns = range(1, len(crew) + 1) if practice.driver is None else [practice.driver]
            car = Car(seed, index, entry, crew, classes[entry.class_name], 0, turns)
            car.noise = Stream(seed, practice.name, entry.car)
            Outing(car, practice, lane_time, track).run(turns)
            cars.append(car)
    if not cars:
        raise ValueError(f"{practice.name}: no crew has a driver {practice.driver}")
    marks = find_marks(cars)
    by_time_of_day = sorted(cars, key=lambda car: car.log.elapsed[marks.laps.get(car.entry.car, 0)])
    finishes = [finish for finish, _ in by_best_lap(finishes_of(by_time_of_day, (), marks))]
    kind = "qualifying" if practice.qualifying else "practice"
    return Held(practice.name, kind, cars, crews, weather, start, metres, marks, finishes)


def qualified(practices: Iterable[Held]) -> Mapping[str, int] | None:
    """The mean of each car's best laps in qualifying, in microseconds; None where there was none."""
    times: dict[str, list[int]] = {}
    sessions = [practice.finishes for practice in practices if practice.kind == "qualifying"]
    for finish in (finish for finishes in sessions for finish in finishes):
        times.setdefault(finish.entry.car, []).extend([] if finish.best_lap is None else [finish.best_lap * 1000])
    return {car: sum(own) // len(own) for car, own in times.items() if own} if sessions else None


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

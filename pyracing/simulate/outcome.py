"""From a race that was run to the truth about it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyracing.decisions import Decision
from pyracing.simulate.car import FLAGS, HALT, Car
from pyracing.simulate.field import RaceClass
from pyracing.simulate.marks import Marks, lap_times_of
from pyracing.simulate.plan import HOUR, MINUTE
from pyracing.simulate.race import COLD_TYRES, ENTRY_AT, EXIT_AT, SHARES, Race
from pyracing.simulate.stewards import Finish, ranked, results
from pyracing.simulate.truth import (
    Crossing,
    Driver,
    Entry,
    Neutralisation,
    Place,
    Retirement,
    Stop,
    Truth,
    Weather,
)
from pyracing.simulate.weather import Reading


@dataclass(frozen=True)
class Outcome:
    """All there is to publish and to tell of a race that was run. `finishes`: before any decision of the stewards."""

    race: Race
    entries: Sequence[Entry]
    crews: Mapping[str, Sequence[Driver]]
    classes: Mapping[str, RaceClass]
    weather: Sequence[Reading]
    start: datetime
    metres: int
    marks: Marks
    finishes: Sequence[Finish]
    decisions: Sequence[Decision]


def duration(ms: int) -> timedelta:
    return timedelta(milliseconds=ms)


def finishes_of(cars: Sequence[Car], absent: Iterable[Entry], marks: Marks) -> list[Finish]:
    """How each car's race ended, those that did not start last."""
    found = []
    for car in cars:
        row = marks.laps.get(car.entry.car)
        best = None if row is None else lap_times_of(car)[row]
        time = car.log.elapsed[-1] if car.laps else 0
        number = None if row is None else row + 1
        found.append(Finish(car.entry, car.laps, time, best, number, car.flagged, car.retired is None, True))
    return found + [Finish(entry, 0, 0, None, None, False, False, False) for entry in absent]


def stops_of(car: Car) -> Iterator[Stop]:
    for number, visit in enumerate(car.visits, 1):
        after = visit.driver_after
        yield Stop(
            car=car.entry.car,
            visit=number,
            lap=visit.lap,
            elapsed=duration(visit.elapsed),
            kind="unfinished" if visit.pit_lane_time is None else visit.kind,
            pit_lane_time=None if visit.pit_lane_time is None else duration(visit.pit_lane_time),
            driver_before=car.entry.drivers[visit.driver_before - 1],
            driver_after=None if after is None else car.entry.drivers[after - 1],
            flag=FLAGS[visit.flag],
            fuel_laps=visit.fuel_added / 1000,
            tyres=visit.tyres,
            loss=None if visit.loss is None else duration(visit.loss),
        )


def crossings_of(cars: Sequence[Car]) -> list[Crossing]:
    """In the order of time; no two are at the same."""
    rows = sorted((elapsed, car.index, row) for car in cars for row, elapsed in enumerate(car.log.elapsed))
    by_index = {car.index: car for car in cars}
    completed: Counter[int] = Counter()
    in_class: Counter[tuple[str, int]] = Counter()
    found = []
    for elapsed, index, row in rows:
        car = by_index[index]
        group = (car.entry.class_name, row)
        completed[row] += 1
        in_class[group] += 1
        log, name = car.log, car.entry.car
        flag, in_pit = FLAGS[log.flag[row]], bool(log.in_pit[row])
        found.append(Crossing(name, row + 1, duration(elapsed), completed[row], in_class[group], in_pit, flag))
    return found


def order_at(cars: Sequence[Car], grid: Mapping[str, int], time: int) -> tuple[Place, ...]:
    """By laps completed until then, then by who completed them first; before the first, as on the grid."""
    states = []
    for car in cars:
        laps = bisect_right(car.log.elapsed, time)
        states.append((-laps, car.log.elapsed[laps - 1] if laps else grid[car.entry.car], car))
    in_class: Counter[str] = Counter()
    found = []
    for position, (laps, elapsed, car) in enumerate(sorted(states, key=lambda state: state[:2]), 1):
        in_class[car.entry.class_name] += 1
        last = duration(elapsed) if laps else None
        found.append(Place(car.entry.car, position, in_class[car.entry.class_name], -laps, last))
    return tuple(found)


def pit_loss(race_class: RaceClass, lane_time: int) -> timedelta:
    """Of a full stop under green: the pit lane and the work in it, less the road it goes round."""
    lap = race_class.lap_time * 1000
    stint = race_class.stint_laps / (race_class.stint_laps + 1.4)  # of the tank
    work = race_class.refuel_time * stint + race_class.tyre_time + HALT / 1000 + 0.75  # half of what work scatters by
    work = max(work, race_class.driver_change_time) if race_class.driver_stints == 1 else work
    round_it = lap * (SHARES[2] * (1000 - ENTRY_AT) + SHARES[0] * EXIT_AT) / 1_000_000
    return duration(round(lane_time + work * 1000 + COLD_TYRES - round_it))


def weather_at(minute: int, reading: Reading) -> Weather:
    return Weather(
        duration(minute * MINUTE), reading.air / 1000, reading.track / 1000, reading.humidity / 1000,
        reading.pressure / 1000, reading.wind / 1000, reading.direction, reading.rain,
    )  # fmt: skip


def retirements_of(cars: Sequence[Car]) -> Iterator[Retirement]:
    for car in cars:
        if car.retired is not None:
            time, in_pit, reason = car.retired
            yield Retirement(car.entry.car, car.laps, duration(time), in_pit, reason)


def tell_truth(outcome: Outcome) -> Truth:
    race, finishes = outcome.race, outcome.finishes
    cars = race.cars
    grid = {car.entry.car: slot for slot, car in enumerate(race.grid)}
    hours = range(1, max((car.log.elapsed[-1] for car in cars if car.laps), default=0) // HOUR + 1)
    return Truth(
        entries=tuple(outcome.entries),
        drivers=tuple(driver for crew in outcome.crews.values() for driver in crew),
        grid=tuple(grid),
        pit_loss={name: pit_loss(race_class, race.lane_time) for name, race_class in outcome.classes.items()},
        track=tuple((duration(minute * MINUTE), state / 1_000_000) for minute, state in enumerate(race.track)),
        weather=tuple(weather_at(minute, reading) for minute, reading in enumerate(outcome.weather)),
        neutralisations=tuple(Neutralisation(kind, duration(start), duration(end)) for kind, start, end in race.spells),
        suspensions=tuple((duration(since), duration(length)) for since, length in race.stoppages),
        stops=tuple(stop for car in cars for stop in stops_of(car)),
        retirements=tuple(retirements_of(cars)),
        decisions=tuple(outcome.decisions),
        flagged=frozenset(car.entry.car for car in cars if car.flagged),
        hourly={hour: order_at(cars, grid, hour * HOUR) for hour in hours},
        crossings=tuple(crossings_of(cars)),
        provisional=results(ranked(finishes, (), statuses=True)),
        official=results(ranked(finishes, outcome.decisions, statuses=True)),
    )

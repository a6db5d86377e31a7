"""From a race that was run to the truth about it."""

from bisect import bisect_left, bisect_right
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
from pyracing.simulate.stewards import Finish, by_best_lap, ranked, results
from pyracing.simulate.truth import (
    Crossing,
    Driver,
    Entry,
    Neutralisation,
    Place,
    Retirement,
    Standing,
    Stop,
    Truth,
    Weather,
)
from pyracing.simulate.weather import Reading


@dataclass(frozen=True)
class Held:
    """All there is to publish of a session that was held. `finishes`: before any decision of the stewards; those of a
    practice in the order of best laps."""

    name: str
    kind: str
    cars: Sequence[Car]
    crews: Mapping[str, Sequence[Driver]]
    weather: Sequence[Reading]
    start: datetime
    metres: int
    marks: Marks
    finishes: Sequence[Finish]
    decisions: Sequence[Decision] = ()
    stoppages: Sequence[tuple[int, int]] = ()

    def last_line(self) -> int:
        """When the last car crossed the line, on a clock that never stops."""
        last = max((car.log.elapsed[-1] for car in self.cars if car.laps), default=0)
        return last + sum(length for since, length in self.stoppages if since < last)


@dataclass(frozen=True)
class Outcome:
    """All there is to publish and to tell of a weekend: the sessions before the race, in order, and the race."""

    race: Race
    entries: Sequence[Entry]
    classes: Mapping[str, RaceClass]
    held: Held
    practices: Sequence[Held]

    def held_sessions(self) -> list[Held]:
        return [*self.practices, self.held]


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


def states_at(cars: Sequence[Car], hour: int) -> tuple[Standing, ...]:
    """Every car as if the flag had fallen at an instant: see `Standing`."""
    shown = flag_time(cars, hour)
    found = []
    for car in cars:
        log = car.log
        laps = bisect_left(log.elapsed, shown)
        where, running = where_is(car, laps), laps < len(log)
        if laps < len(log) and where != "garage":
            laps += 1
        found.append((-laps, log.elapsed[laps - 1] if laps else 0, car, where, running))
    in_class: Counter[str] = Counter()
    standings = []
    for position, (laps, time, car, where, running) in enumerate(sorted(found, key=lambda state: state[:2]), 1):
        in_class[car.entry.class_name] += 1
        total = duration(time) if laps else None
        best = min(map(duration, lap_times_of(car)[1:-laps]), default=None)
        place = in_class[car.entry.class_name]
        standings.append(Standing(car.entry.car, position, place, -laps, total, where, running, best))
    return tuple(standings)


def flag_time(cars: Sequence[Car], instant: int) -> int:
    """When the leader next crosses the line: the first car to do so many laps of all that will cross it again."""
    rows = ((bisect_left(car.log.elapsed, instant), car) for car in cars)
    crossings = ((car.log.elapsed[row], row, car) for row, car in rows if row < len(car.log))
    for time, row, car in sorted(crossings, key=lambda crossing: crossing[:2]):
        others = (other for other in cars if other is not car and len(other.log) > bisect_left(other.log.elapsed, time))
        if all(bisect_left(other.log.elapsed, time) <= row for other in others):
            return time
    return instant


def where_is(car: Car, laps: int) -> str:
    """What a car that has completed so many laps is doing: `track`, `pit_lane`, `garage` or `retired`."""
    if laps == len(car.log) and car.retired is not None:
        return "retired"
    if laps and car.log.in_pit[laps - 1]:
        visit = next(visit for visit in car.visits if visit.lap == laps)
        return "garage" if visit.kind in ("garage", "unfinished") else "pit_lane"
    return "track"


def tell_truth(outcome: Outcome) -> Truth:
    race, held = outcome.race, outcome.held
    cars, finishes = race.cars, held.finishes
    grid = {car.entry.car: slot for slot, car in enumerate(race.grid)}
    hours = range(1, max((car.log.elapsed[-1] for car in cars if car.laps), default=0) // HOUR + 1)
    return Truth(
        entries=tuple(outcome.entries),
        drivers=tuple(driver for crew in held.crews.values() for driver in crew),
        grid=tuple(grid),
        pit_loss={name: pit_loss(race_class, race.lane_time) for name, race_class in outcome.classes.items()},
        track=tuple((duration(minute * MINUTE), state / 1_000_000) for minute, state in enumerate(race.track)),
        weather=tuple(weather_at(minute, reading) for minute, reading in enumerate(held.weather)),
        neutralisations=tuple(Neutralisation(kind, duration(start), duration(end)) for kind, start, end in race.spells),
        suspensions=tuple((duration(since), duration(length)) for since, length in race.stoppages),
        stops=tuple(stop for car in cars for stop in stops_of(car)),
        retirements=tuple(retirements_of(cars)),
        decisions=tuple(held.decisions),
        flagged=frozenset(car.entry.car for car in cars if car.flagged),
        hourly={hour: order_at(cars, grid, hour * HOUR) for hour in hours},
        if_flagged={hour: states_at(cars, hour * HOUR) for hour in hours},
        crossings=tuple(crossings_of(cars)),
        provisional=results(ranked(finishes, (), statuses=True)),
        official=results(ranked(finishes, held.decisions, statuses=True)),
        practices={practice.name: results(by_best_lap(practice.finishes)) for practice in outcome.practices},
    )

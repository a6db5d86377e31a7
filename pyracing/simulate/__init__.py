"""Synthetic races of known truth: for demonstrations, for tests, and for anyone without timing files.

    race = pyracing.simulate(seed=1, hours=6, practices=[Practice("Qualifying", 15, qualifying=True)])
    race.session                 # read from the bytes that `write` would write
    race.sessions["Qualifying"]  # a session before the race
    race.truth.neutralisations   # what really happened
    race.write("race", dialect="imsa")

Everything in them is invented. The same arguments give the same bytes on every platform and version.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cached_property
from io import BytesIO
from os import PathLike
from pathlib import Path

from pyracing.decisions import Decision
from pyracing.rows import table_of_rows
from pyracing.session import Session
from pyracing.simulate.car import Car
from pyracing.simulate.field import DEFAULT_CLASSES, Faster, RaceClass, check_car, check_number, make_field
from pyracing.simulate.files import Publisher
from pyracing.simulate.marks import find_marks
from pyracing.simulate.outcome import Held, Outcome, finishes_of, tell_truth
from pyracing.simulate.plan import HOUR, MINUTE, Event, Order, add_incidents, scripted
from pyracing.simulate.practice import Practice, hold, qualified, starts_of
from pyracing.simulate.race import Race
from pyracing.simulate.stewards import chance_decisions, checked
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry, Truth
from pyracing.simulate.weather import readings, track_state
from pyracing.sources import read
from pyracing.table import Field, Table
from pyracing.times import MICROSECOND

__all__ = ["DEFAULT_CLASSES", "Event", "Practice", "RaceClass", "Simulation", "simulate"]

START = datetime(2026, 5, 9, 13, tzinfo=timezone(timedelta(hours=2)))
RACE = "Race"


class Simulation:
    """A race that was run, with the sessions before it; made by `simulate`."""

    def __init__(self, outcome: Outcome, attributes: Mapping[str, Mapping[str, str]]) -> None:
        self._outcome = outcome
        self._attributes = attributes

    @cached_property
    def truth(self) -> Truth:
        """What really happened."""
        return tell_truth(self._outcome)

    @cached_property
    def sessions(self) -> Mapping[str, Session]:
        """Every session by name, the race (`Race`) last, as `pyracing.read` finds it in the WEC's files."""
        return {held.name: self._read(held) for held in self._outcome.held_sessions()}

    @property
    def session(self) -> Session:
        """The race as `pyracing.read` finds it in the WEC's files."""
        return self.sessions[RACE]

    @cached_property
    def attributes(self) -> Table:
        """What the files of a race do not say of its drivers: car, driver, driver_number, rating, country, and what
        `simulate` was given as `attributes`, absent for the other cars."""
        names = sorted({name for own in self._attributes.values() for name in own})
        fields = [Field("car", "text", False), Field("driver", "text", False), Field("driver_number", "int32", False)]
        fields += [Field("rating", "text", False), Field("country", "text", False)]
        fields += [Field(name, "text", True) for name in names]
        rows = []
        for driver in self.truth.drivers:
            own = self._attributes.get(driver.car, {})
            known = (driver.car, driver.name, driver.number, driver.rating, driver.country)
            rows.append((*known, *(own.get(name) for name in names)))
        return table_of_rows(fields, rows)

    def files(self, dialect: str = "wec") -> dict[str, bytes]:
        """The published files by name, session after session: laps, result (of the race a provisional and an official
        one), weather.

        `dialect`: `wec`; `imsa`, whose codes do not tell a safety car or a red flag from a full-course yellow and whose
        result knows no `Retired`; or `sro`, with six sections, results by class and lists of best laps.
        """
        return {name: b"".join(pieces) for name, pieces in self._published(dialect)}

    def write(self, folder: str | PathLike[str], dialect: str = "wec") -> list[Path]:
        """Writes the files of `files` into a folder, made where there is none, and returns their paths."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, pieces in self._published(dialect):
            paths.append(target / name)
            with paths[-1].open("wb") as file:
                file.writelines(pieces)
        return paths

    def _published(self, dialect: str) -> Iterator[tuple[str, Iterator[bytes]]]:
        for held in self._outcome.held_sessions():
            yield from Publisher(dialect, held).files().items()

    def _read(self, held: Held) -> Session:
        sources = []
        for name, pieces in Publisher("wec", held).files().items():
            source = BytesIO(b"".join(pieces))
            source.name = name
            sources.append(source)
        return read(*sources, kind=held.kind, name=held.name)


def simulate(
    seed: int = 1,
    hours: float | None = None,
    classes: Mapping[str, RaceClass] | None = None,
    cars: int | None = None,
    *,
    minutes: float = 0,
    round_number: int = 1,
    practices: Sequence[Practice] = (),
    events: Iterable[Event] = (),
    decisions: Iterable[Decision] | None = None,
    incidents: bool = True,
    faster: Faster | None = None,
    crews: Mapping[str, Sequence[str]] | None = None,
    drivers: Mapping[str, Sequence[int]] | None = None,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    grid: Sequence[str] = (),
    start: datetime = START,
    lap_length: float = 5.4,
    pit_lane_time: float = 34.0,
) -> Simulation:
    """Runs a race of several classes, invented from `seed`, and the sessions before it.

    Parameters
    ----------
    hours, minutes : how long, together; 6 hours unless said.
    classes : a `RaceClass` by name; `DEFAULT_CLASSES` unless said.
    cars : how many in all, divided as the classes are.
    round_number : of a season; in each of them the same cars and drivers meet with other luck.
    practices : sessions held before the race, in order; see `Practice`.
    events : what is to happen in the race; see `Event`.
    decisions : of the stewards after the flag, made with `time_penalty`, `lap_penalty`, `rear_of_class`, `disqualify`.
    incidents : whether chance adds to the events (yellow flags, safety cars, a red flag from four hours on,
        retirements, repairs, penalties, errors) and, where `decisions` is left out, decides for the stewards.
    faster : by how many seconds a lap a car is quicker, by its number; `("72", 3)` is its third driver alone.
    crews : ratings of the drivers of a car, in order of driver number, where they are not as its class has them.
    drivers : who drives each stint of a car, by driver number; the last one stays until the end. A stint ends with a
        stop for fuel or a repair. Other crews take turns.
    attributes : more to say of a car in `Simulation.attributes`, by its number and the name of a column.
    grid : cars that start first, in order. The others follow class by class, by the mean of their best laps in the
        qualifying sessions they took part in, or, where there are none, as their quickest drivers would qualify.
    start : local time, with the offset to UTC if it has one.
    lap_length : kilometres.
    pit_lane_time : seconds to drive through the pit lane.

    Raises
    ------
    ValueError : an argument that makes no race, or an event that cannot come about.
    """
    if hours is None:
        hours = 0 if minutes else 6
    if not (1 <= hours * 60 + minutes < math.inf and 0.1 <= lap_length < math.inf):
        raise ValueError("a race lasts a minute or longer, on a lap of 0.1 km or longer")
    duration, metres = round((hours * 60 + minutes) * MINUTE), round(lap_length * 1000)
    if classes is None:
        classes = DEFAULT_CLASSES
    if sum(race_class.cars for race_class in classes.values()) < 1:
        raise ValueError("a race needs a class with cars")
    entries, people = make_field(seed, classes, cars, faster or {}, crews or {})
    seed = seed if round_number == 1 else Stream(seed, "round", round_number).bits()
    by_car = {entry.car: [driver for driver in people if driver.car == entry.car] for entry in entries}
    turns, lane_time = checked_turns(drivers or {}, by_car), round(pit_lane_time * 1000)
    for car in attributes or {}:
        check_car(car, by_car, "attributes")
    plan = scripted(events, entries, duration)
    told = {car: list(orders) for car, orders in plan.orders.items()}
    if incidents:
        add_incidents(plan, seed, entries, duration)
    before = [
        hold(seed, practice, at, entries, by_car, classes, metres, lane_time)
        for practice, at in zip(practices, starts_of(practices, start, RACE), strict=True)
    ]
    weather = readings(seed, (duration + plan.delays() + 2 * HOUR) // MINUTE, start.hour * 60 + start.minute, plan.rain)
    starters = [entry for entry in entries if entry.car not in plan.not_started]
    cars_in_order = line_up(seed, starters, by_car, classes, grid, turns, qualified(before))
    race = Race(seed, cars_in_order, plan, duration, metres, lane_time, track_state(weather))
    race.run()
    check_served(race, told)
    marks = find_marks(race.cars)
    finishes = finishes_of(race.cars, [entry for entry in entries if entry not in starters], marks)
    decided = chance_decisions(seed, finishes) if incidents and decisions is None else checked(decisions or (), entries)
    held = Held(RACE, "race", race.cars, by_car, weather, start, metres, marks, finishes, decided, race.stoppages)
    return Simulation(Outcome(race, entries, classes, held, before), attributes or {})


def checked_turns(
    drivers: Mapping[str, Sequence[int]], crews: Mapping[str, Sequence[Driver]]
) -> Mapping[str, Sequence[int]]:
    """Drivers by stint who are there."""
    for car, numbers in drivers.items():
        check_car(car, crews, "drivers")
        for number in numbers:
            check_number(number, car, crews[car], "drivers")
    return drivers


def check_served(race: Race, told: Mapping[str, Sequence[Order]]) -> None:
    """What the script told a car has come about."""
    for car in race.cars:
        for order in told.get(car.entry.car, ()):
            if any(order is left for left in car.orders):
                why = "the car had retired" if car.retired else "it was too late in the race"
                raise ValueError(f"{order.kind} of car {car.entry.car} did not come about: {why}")


def line_up(
    seed: int,
    entries: Sequence[Entry],
    crews: Mapping[str, Sequence[Driver]],
    classes: Mapping[str, RaceClass],
    first: Sequence[str],
    turns: Mapping[str, Sequence[int]],
    qualified: Mapping[str, int] | None,
) -> list[Car]:
    """The cars in starting order: those named, then class by class as qualified, those without a time last, or else as
    their quickest drivers would qualify."""
    unknown = set(first) - {entry.car for entry in entries}
    if unknown:
        raise ValueError(f"grid names cars that do not start: {', '.join(sorted(unknown))}")
    stream = Stream(seed, "qualifying")
    places = {name: place for place, name in enumerate(first)}
    groups = {name: group for group, name in enumerate(classes)}
    order = []
    for index, entry in enumerate(entries):
        crew, group = crews[entry.car], groups[entry.class_name]
        best = min(driver.pace for driver in crew) // MICROSECOND + stream.normal(150_000)
        if qualified is not None:
            best = qualified.get(entry.car, 2 * best)
        car = Car(seed, index, entry, crew, classes[entry.class_name], group, turns.get(entry.car, ()))
        order.append((places.get(entry.car, len(first)), group, best, index, car))
    return [car for *_, car in sorted(order, key=lambda item: item[:4])]

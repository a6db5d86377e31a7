"""Synthetic races of known truth: for demonstrations, for tests, and for anyone without timing files.

    race = pyracing.simulate(seed=1, hours=6)
    race.session                 # read from the bytes that `write` would write
    race.truth.neutralisations   # what really happened
    race.write("race", dialect="imsa")

Everything in them is invented. The same arguments give the same bytes on every platform and version.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cached_property
from io import BytesIO
from os import PathLike
from pathlib import Path

from pyracing.session import Session
from pyracing.simulate.car import Car
from pyracing.simulate.field import DEFAULT_CLASSES, RaceClass, make_field
from pyracing.simulate.files import Publisher
from pyracing.simulate.marks import find_marks
from pyracing.simulate.outcome import Outcome, finishes_of, tell_truth
from pyracing.simulate.plan import HOUR, MINUTE, Event, add_incidents, scripted
from pyracing.simulate.race import Race
from pyracing.simulate.stewards import chance_decisions
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry, Truth
from pyracing.simulate.weather import readings, track_state

__all__ = ["DEFAULT_CLASSES", "Event", "RaceClass", "Simulation", "simulate"]

START = datetime(2026, 5, 9, 13, tzinfo=timezone(timedelta(hours=2)))


class Simulation:
    """A race that was run, made by `simulate`."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    @cached_property
    def truth(self) -> Truth:
        """What really happened."""
        return tell_truth(self._outcome)

    @cached_property
    def session(self) -> Session:
        """The race as `pyracing.read` finds it in the WEC's files."""
        from pyracing.sources import read

        sources = []
        for name, data in self.files("wec").items():
            source = BytesIO(data)
            source.name = name
            sources.append(source)
        return read(*sources)

    def files(self, dialect: str = "wec") -> dict[str, bytes]:
        """The published files by name: laps, provisional and official result, weather.

        `dialect`: `wec`; `imsa`, whose codes do not tell a safety car or a red flag from a full-course yellow and whose
        result knows no `Retired`; or `sro`, with six sections, results by class and lists of best laps.
        """
        return {name: b"".join(pieces) for name, pieces in Publisher(dialect, self._outcome).files().items()}

    def write(self, folder: str | PathLike[str], dialect: str = "wec") -> list[Path]:
        """Writes the files of `files` into a folder, made where there is none, and returns their paths."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, pieces in Publisher(dialect, self._outcome).files().items():
            paths.append(target / name)
            with paths[-1].open("wb") as file:
                file.writelines(pieces)
        return paths


def simulate(
    seed: int = 1,
    hours: float | None = None,
    classes: Mapping[str, RaceClass] | None = None,
    cars: int | None = None,
    *,
    minutes: float = 0,
    events: Iterable[Event] = (),
    incidents: bool = True,
    faster: Mapping[str, float] | None = None,
    grid: Sequence[str] = (),
    start: datetime = START,
    lap_length: float = 5.4,
    pit_lane_time: float = 34.0,
) -> Simulation:
    """Runs a race of several classes, invented from `seed`, and returns what happened and what is published of it.

    hours, minutes: how long, together; 6 hours unless said. classes: a `RaceClass` by name, `DEFAULT_CLASSES` unless
    said. cars: how many in all, divided as the classes are. events: what is to happen, see `Event`. incidents: whether
    chance adds to them (yellow flags, safety cars, a red flag from four hours on, retirements, repairs, penalties,
    errors, decisions of the stewards). faster: seconds a lap that a car is quicker by. grid: cars that start first, in
    order; the others follow class by class. start: local time, with the offset to UTC if it has one. lap_length:
    kilometres. pit_lane_time: seconds to drive through the pit lane.

    ValueError: an event that cannot happen, such as a penalty for a car that has retired.
    """
    duration = round(((6 if hours is None and not minutes else hours or 0) * 60 + minutes) * MINUTE)
    metres = round(lap_length * 1000)
    if duration < MINUTE or metres < 100:
        raise ValueError("a race lasts a minute or longer, on a lap of 0.1 km or longer")
    races = DEFAULT_CLASSES if classes is None else classes
    entries, drivers = make_field(seed, races, cars, faster or {})
    plan = scripted(events, entries, duration)
    told = [(car, order) for car, orders in plan.orders.items() for order in orders]
    if incidents:
        add_incidents(plan, seed, entries, duration)
    lengths = sum(neutral.end - neutral.start for neutral in plan.neutral)
    lengths += sum(order.duration for orders in plan.orders.values() for order in orders)
    weather = readings(seed, (duration + lengths + 2 * HOUR) // MINUTE, start.hour * 60 + start.minute, plan.rain)
    starters = [entry for entry in entries if entry.car not in plan.not_started]
    race = Race(
        seed,
        line_up(seed, starters, drivers, races, grid),
        plan,
        duration,
        metres,
        round(pit_lane_time * 1000),
        track_state(weather),
    )
    race.run()
    for name, order in told:
        if any(order is left for car in race.cars if car.entry.car == name for left in car.orders):
            raise ValueError(
                f"{order.kind} of car {name} did not come about: the car had retired, or it was too late in the race"
            )
    crews = {entry.car: [driver for driver in drivers if driver.car == entry.car] for entry in entries}
    marks = find_marks(race.cars)
    finishes = finishes_of(race.cars, [entry for entry in entries if entry not in starters], marks)
    decisions = plan.decisions
    if incidents and not decisions:
        decisions = chance_decisions(seed, finishes)
    return Simulation(Outcome(race, entries, crews, races, weather, start, metres, marks, finishes, decisions))


def line_up(
    seed: int,
    entries: Sequence[Entry],
    drivers: Sequence[Driver],
    classes: Mapping[str, RaceClass],
    first: Sequence[str],
) -> list[Car]:
    """The cars in starting order: those named, then class by class as their quickest drivers qualify."""
    names = list(classes)
    stream = Stream(seed, "qualifying")
    cars = []
    for index, entry in enumerate(entries):
        crew = [driver for driver in drivers if driver.car == entry.car]
        group = names.index(entry.class_name)
        best = min(driver.pace for driver in crew) // timedelta(microseconds=1) + stream.normal(150_000)
        cars.append((group, best, Car(seed, index, entry, crew, classes[entry.class_name], group)))
    known = {entry.car for entry in entries}
    if any(name not in known for name in first):
        raise ValueError(f"grid names cars that do not race; there are {', '.join(sorted(known))}")
    places = {name: place for place, name in enumerate(first)}
    cars.sort(key=lambda item: (places.get(item[2].entry.car, len(first)), item[0], item[1]))
    return [car for _, _, car in cars]

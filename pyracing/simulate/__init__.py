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

from pyracing.decisions import Decision
from pyracing.session import Session
from pyracing.simulate.car import Car
from pyracing.simulate.field import DEFAULT_CLASSES, RaceClass, make_field
from pyracing.simulate.files import Publisher
from pyracing.simulate.marks import find_marks
from pyracing.simulate.outcome import Outcome, finishes_of, tell_truth
from pyracing.simulate.plan import HOUR, MINUTE, Event, Order, add_incidents, scripted
from pyracing.simulate.race import Race
from pyracing.simulate.stewards import chance_decisions, checked
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry, Truth
from pyracing.simulate.weather import readings, track_state
from pyracing.sources import read

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
    decisions: Iterable[Decision] | None = None,
    incidents: bool = True,
    faster: Mapping[str, float] | None = None,
    grid: Sequence[str] = (),
    start: datetime = START,
    lap_length: float = 5.4,
    pit_lane_time: float = 34.0,
) -> Simulation:
    """Runs a race of several classes, invented from `seed`.

    Parameters
    ----------
    hours, minutes : how long, together; 6 hours unless said.
    classes : a `RaceClass` by name; `DEFAULT_CLASSES` unless said.
    cars : how many in all, divided as the classes are.
    events : what is to happen; see `Event`.
    decisions : of the stewards after the flag, made with `time_penalty`, `lap_penalty`, `rear_of_class`, `disqualify`.
    incidents : whether chance adds to the events (yellow flags, safety cars, a red flag from four hours on,
        retirements, repairs, penalties, errors) and, where `decisions` is left out, decides for the stewards.
    faster : by how many seconds a lap a car is quicker, by its number.
    grid : cars that start first, in order; the others follow class by class.
    start : local time, with the offset to UTC if it has one.
    lap_length : kilometres.
    pit_lane_time : seconds to drive through the pit lane.

    Raises
    ------
    ValueError : an argument that makes no race, or an event that cannot come about.
    """
    if hours is None:
        hours = 0 if minutes else 6
    duration, metres = round((hours * 60 + minutes) * MINUTE), round(lap_length * 1000)
    if duration < MINUTE or metres < 100:
        raise ValueError("a race lasts a minute or longer, on a lap of 0.1 km or longer")
    if classes is None:
        classes = DEFAULT_CLASSES
    entries, drivers = make_field(seed, classes, cars, faster or {})
    crews = {entry.car: [driver for driver in drivers if driver.car == entry.car] for entry in entries}
    plan = scripted(events, entries, duration)
    told = {car: list(orders) for car, orders in plan.orders.items()}
    if incidents:
        add_incidents(plan, seed, entries, duration)
    weather = readings(seed, (duration + plan.delays() + 2 * HOUR) // MINUTE, start.hour * 60 + start.minute, plan.rain)
    starters = [entry for entry in entries if entry.car not in plan.not_started]
    cars_in_order = line_up(seed, starters, crews, classes, grid)
    race = Race(seed, cars_in_order, plan, duration, metres, round(pit_lane_time * 1000), track_state(weather))
    race.run()
    check_served(race, told)
    marks = find_marks(race.cars)
    finishes = finishes_of(race.cars, [entry for entry in entries if entry not in starters], marks)
    decided = chance_decisions(seed, finishes) if incidents and decisions is None else checked(decisions or (), entries)
    return Simulation(Outcome(race, entries, crews, classes, weather, start, metres, marks, finishes, decided))


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
) -> list[Car]:
    """The cars in starting order: those named, then class by class as their quickest drivers qualify."""
    unknown = set(first) - {entry.car for entry in entries}
    if unknown:
        raise ValueError(f"grid names cars that do not start: {', '.join(sorted(unknown))}")
    stream = Stream(seed, "qualifying")
    places = {name: place for place, name in enumerate(first)}
    groups = {name: group for group, name in enumerate(classes)}
    order = []
    for index, entry in enumerate(entries):
        crew, group = crews[entry.car], groups[entry.class_name]
        best = min(driver.pace for driver in crew) // timedelta(microseconds=1) + stream.normal(150_000)
        car = Car(seed, index, entry, crew, classes[entry.class_name], group)
        order.append((places.get(entry.car, len(first)), group, best, index, car))
    return [car for *_, car in sorted(order, key=lambda item: item[:4])]

"""Best laps of sessions of practice and qualifying, driver by driver, and the combined times of several sessions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pyracing.decisions import Decision, DeleteLap, DeleteTimes
from pyracing.errors import RulesError
from pyracing.rows import table_of_rows
from pyracing.session import Session
from pyracing.table import Field, Table, row_dicts
from pyracing.times import MICROSECOND

NEVER = 1 << 62  # microseconds; behind every known instant


class Lap(NamedTuple):
    """A lap that counts: better ones sort first, and of equal ones the one that was set first."""

    time: int  # microseconds
    session: int  # from 0, in the order given
    elapsed: int  # of the crossing
    lap: int
    driver: str  # empty where no name is given


class Car:
    """A car with the laps that count in each session, by driver and the best first."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.class_name: str | None = None
        self.team: str | None = None
        self.crew: dict[str, None] = {}  # names, in the order of first mention
        self.crew_size = 0
        self.driven: dict[int, int] = {}  # laps by session, whether they count or not
        self.laps: dict[int, dict[str, list[Lap]]] = {}

    def bests(self, sessions: Iterable[int]) -> dict[Any, list[Lap]]:
        """The laps of each driver over these sessions. Who drove without a name is another driver in each session."""
        found: dict[Any, list[Lap]] = {}
        for session in sessions:
            for driver, laps in self.laps.get(session, {}).items():
                found.setdefault(driver or session, []).extend(laps)
        return {driver: sorted(laps) for driver, laps in found.items()}

    def best(self, session: int) -> Lap | None:
        return min((lap for laps in self.laps.get(session, {}).values() for lap in laps), default=None)

    @property
    def drivers(self) -> str | None:
        return " / ".join(self.crew) or None


def as_sessions(given: Session | Iterable[Session]) -> list[Session]:
    sessions = [given] if isinstance(given, Session) else list(given)
    for session in sessions:
        if not isinstance(session, Session):
            raise TypeError(f"a session is expected, not {type(session).__name__}: pyracing.read gives one")
    if not sessions:
        raise ValueError("no session is given")
    return sessions


def read_cars(sessions: Sequence[Session], most: int, decisions: Sequence[Decision] = ()) -> dict[str, Car]:
    """The cars of all sessions, each driver of a session with the `most` best laps that no decision deletes."""
    cars: dict[str, Car] = {}
    deleted = [decision for decision in decisions if isinstance(decision, DeleteLap)]
    for index, session in enumerate(sessions):
        for entry in row_dicts(session.entries):
            car = cars.setdefault(entry["car"], Car(entry["car"]))
            car.class_name = car.class_name or entry["class"]
            car.team = car.team or entry["team"]
            car.crew_size = max(car.crew_size, entry["driver_count"] or 0)
            car.driven[index] = entry["laps"] or 0
        for member in row_dicts(session.crew):
            if member["driver"] is not None:
                cars[member["car"]].crew[member["driver"]] = None
        for row in row_dicts(session.fastest_laps(by="driver", laps=most + len(deleted))):
            elapsed = NEVER if row["elapsed"] is None else row["elapsed"] // MICROSECOND
            lap = Lap(row["lap_time"] // MICROSECOND, index, elapsed, row["lap"], row["driver"] or "")
            cars[row["car"]].laps.setdefault(index, {}).setdefault(lap.driver, []).append(lap)
    delete(cars, decisions)
    return cars


def delete(cars: Mapping[str, Car], decisions: Iterable[Decision]) -> None:
    for decision in decisions:
        if isinstance(decision, DeleteTimes) and decision.car in cars:
            cars[decision.car].laps.clear()
        elif isinstance(decision, DeleteLap) and decision.car in cars:
            delete_lap(cars[decision.car], decision.lap)


def delete_lap(car: Car, number: int) -> None:
    """A lap of this number counts no longer, in the one session where it is among the best laps."""
    found = [
        (session, laps, lap)
        for session, drivers in car.laps.items()
        for laps in drivers.values()
        for lap in laps
        if lap.lap == number
    ]
    if len({session for session, _, _ in found}) > 1:
        names = " and ".join(str(session + 1) for session, _, _ in found)
        raise RulesError(
            f"delete_lap: lap {number} of car {car.number!r} is among its best in sessions {names}; "
            "leave the lap out of the session that is meant"
        )
    for _, laps, lap in found:
        laps.remove(lap)


# ---- Combined times --------------------------------------------------------------------------------------------------


def combine(*sessions: Session, by: Literal["car", "driver"] = "car") -> Table:
    """Combined times of several sessions: the best lap of each car, or driver of a car, over all of them.

    Table : a row a car (driver) in the order of times, of equal ones the one set first, those without a time last:
        position and class_position (null without a time), car, class, team, driver (who set the time), best_lap,
        gap (to the best of all), session (its name, else its number), lap, laps (of the car, in all sessions), and for
        each session in the order given time_1, position_1, time_2, position_2, ...: the best lap there and its place
        among all cars (drivers).
    """
    given = as_sessions(sessions)
    cars = read_cars(given, 1)
    lines = [line for car in cars.values() for line in combined_lines(car, len(given), by)]
    lines.sort(key=lambda line: (line.best is None, line.best or (), line.car.number))
    places = [places_of([line.bests[index] for line in lines]) for index in range(len(given))]
    names = [session_name(session, number) for number, session in enumerate(given, 1)]
    positions = places_of([line.best for line in lines])
    in_class = places_in_class([line.best for line in lines], [line.car.class_name for line in lines])
    rows = []
    for row, line in enumerate(lines):
        best, car = line.best, line.car
        driver = (best.driver if best is not None else line.driver) or None
        head = (positions[row], in_class[row], car.number, car.class_name, car.team, driver)
        tail = (None,) * 4 if best is None else (best.time, best.time - fastest(lines), names[best.session], best.lap)
        own = [value for index, lap in enumerate(line.bests) for value in (lap and lap.time, places[index][row])]
        rows.append((*head, *tail, sum(car.driven.values()), *own))
    return table_of_rows(combined_fields(len(given)), rows)


class CombinedLine(NamedTuple):
    car: Car
    driver: str
    bests: list[Lap | None]  # by session

    @property
    def best(self) -> Lap | None:
        return min((lap for lap in self.bests if lap is not None), default=None)


def combined_lines(car: Car, count: int, by: str) -> list[CombinedLine]:
    if by not in ("car", "driver"):
        raise ValueError(f"by={by!r}: expected 'car' or 'driver'")
    if by == "car":
        return [CombinedLine(car, "", [car.best(index) for index in range(count)])]
    drivers = dict.fromkeys([*car.crew, *(driver for laps in car.laps.values() for driver in laps)]) or {"": None}
    return [
        CombinedLine(
            car, driver, [min(car.laps.get(index, {}).get(driver, ()), default=None) for index in range(count)]
        )
        for driver in drivers
    ]


def fastest(lines: Sequence[CombinedLine]) -> int:
    return min(line.best.time for line in lines if line.best is not None)


def places_of(laps: Sequence[Lap | None]) -> list[int | None]:
    """The place of each lap among all, the first set of equal ones ahead; None without a lap."""
    held = [index for index, lap in enumerate(laps) if lap is not None]
    places: list[int | None] = [None] * len(laps)
    for place, index in enumerate(sorted(held, key=lambda index: laps[index] or ()), 1):
        places[index] = place
    return places


def places_in_class(laps: Sequence[Lap | None], classes: Sequence[str | None]) -> list[int | None]:
    places: list[int | None] = [None] * len(laps)
    for name in set(classes):
        members = [index for index, own in enumerate(classes) if own == name]
        for index, place in zip(members, places_of([laps[index] for index in members]), strict=True):
            places[index] = place
    return places


def session_name(session: Session, number: int) -> str:
    return row_dicts(session._part("facts"))[0]["name"] or str(number)


def combined_fields(count: int) -> list[Field]:
    fields = [
        Field("position", "int32", True),
        Field("class_position", "int32", True),
        Field("car", "text", False),
        *(Field(name, "text", True) for name in ("class", "team", "driver")),
        *(Field(name, "duration", True) for name in ("best_lap", "gap")),
        Field("session", "text", True),
        Field("lap", "int32", True),
        Field("laps", "int32", False),
    ]
    for number in range(1, count + 1):
        fields += [Field(f"time_{number}", "duration", True), Field(f"position_{number}", "int32", True)]
    return fields

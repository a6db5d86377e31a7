"""What really happened in a synthetic race: what its files say, and what no file says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from pyracing.decisions import Decision


@dataclass(frozen=True)
class Entry:
    """A car and its crew."""

    car: str
    class_name: str
    group: str
    team: str
    manufacturer: str
    vehicle: str
    tyre_make: str
    drivers: tuple[str, ...]


@dataclass(frozen=True)
class Driver:
    """A driver in a car. Rates are in seconds.

    `pace`: the lap in clear air, on new tyres, a full tank and the track as it was at the start. `scatter`: the
    standard deviation of a lap. A lap later in the stint is slower by `tyre_wear` a lap on the tyres and quicker by
    `fuel_effect` a lap's fuel burnt: `net_degradation` is the difference. `traffic_cost`: lost in a sector for each car
    of another class that began it, or came out of the pits into it, in the ten seconds before.
    """

    car: str
    number: int
    name: str
    first_name: str
    second_name: str
    rating: str
    country: str
    home_town: str
    pace: timedelta
    scatter: timedelta
    tyre_wear: float
    fuel_effect: float
    net_degradation: float
    traffic_cost: float


@dataclass(frozen=True)
class Neutralisation:
    """`kind`: `fcy`, `safety_car` or `red`. From `start` until `end` in race time: crossings at `start` are under it,
    those at `end` no more."""

    kind: str
    start: timedelta
    end: timedelta


@dataclass(frozen=True)
class Stop:
    """A visit to the pit lane.

    `lap`: the in-lap. `elapsed`: of the crossing in the pit lane. `kind`: as `Session.pit_stops` names them; `red_flag`
    also for a stop that a red flag prolonged. `pit_lane_time` is None for a car that did not come out. `loss`: by how
    much in-lap and out-lap together were longer than without the visit, None unless the track was green from the last
    sector of the in-lap until the first of the out-lap ended.
    """

    car: str
    visit: int
    lap: int
    elapsed: timedelta
    kind: str
    pit_lane_time: timedelta | None
    driver_before: str
    driver_after: str | None
    flag: str
    fuel_laps: float
    tyres: bool
    loss: timedelta | None


@dataclass(frozen=True)
class Retirement:
    """`lap`: the last complete one, 0 for none. `elapsed`: when the car stopped."""

    car: str
    lap: int
    elapsed: timedelta
    in_pit: bool
    reason: str


@dataclass(frozen=True)
class Result:
    """A line of a classification. `position` and `class_position` are None unless classified; `total_time` of no lap is
    None."""

    car: str
    class_name: str
    position: int | None
    class_position: int | None
    status: str
    laps: int
    total_time: timedelta | None
    best_lap: timedelta | None
    best_lap_number: int | None


class Crossing(NamedTuple):
    """A crossing of the finish line; positions are among those that completed this lap."""

    car: str
    lap: int
    elapsed: timedelta
    position: int
    class_position: int
    in_pit: bool
    flag: str


class Place(NamedTuple):
    """A car in the order at an instant: `elapsed` of its last crossing, None before the first."""

    car: str
    position: int
    class_position: int
    laps: int
    elapsed: timedelta | None


class Standing(NamedTuple):
    """A car in the result that there would be if the flag had fallen at an instant: to the leader at his next crossing,
    to every other car at its next one. `where` a car is when the flag falls: `track`; `pit_lane` or `garage`, on a lap
    that began there; or `retired`. From the garage nobody comes to the flag. `running`: it comes to the flag, or
    crosses the line later. `best_lap`: of the laps so far but the first. Positions are by laps, then time, of all that
    started.
    """

    car: str
    position: int
    class_position: int
    laps: int
    total_time: timedelta | None
    where: str
    running: bool
    best_lap: timedelta | None


@dataclass(frozen=True)
class Weather:
    """What the weather station says. Degrees Celsius, per cent, hPa, m/s, degrees."""

    elapsed: timedelta
    air_temperature: float
    track_temperature: float
    humidity: float
    pressure: float
    wind_speed: float
    wind_direction: int
    rain: bool


@dataclass(frozen=True)
class Truth:
    """What really happened. Durations and instants are `timedelta`, instants in race time.

    `grid`: the cars that started, in order. `pit_loss`: of a stop for fuel and tyres under green, on average, by class.
    `track`: by how much a lap was slower than at the start, as a part of it, from minute to minute. `suspensions`: when
    ELAPSED stood still, and for how long. `hourly`: the order at each full hour, from the crossings until then;
    `if_flagged`: the result if the flag had fallen then. `flagged`: cars that took the chequered flag. `provisional`
    and `official` follow the rules of the WEC. `practices`: by name, who took part in the order of best laps;
    `total_time` is the last crossing.
    """

    entries: tuple[Entry, ...]
    drivers: tuple[Driver, ...]
    grid: tuple[str, ...]
    pit_loss: Mapping[str, timedelta]
    track: tuple[tuple[timedelta, float], ...]
    weather: tuple[Weather, ...]
    neutralisations: tuple[Neutralisation, ...]
    suspensions: tuple[tuple[timedelta, timedelta], ...]
    stops: tuple[Stop, ...]
    retirements: tuple[Retirement, ...]
    decisions: tuple[Decision, ...]
    flagged: frozenset[str]
    hourly: Mapping[int, tuple[Place, ...]]
    if_flagged: Mapping[int, tuple[Standing, ...]]
    crossings: tuple[Crossing, ...]
    provisional: tuple[Result, ...]
    official: tuple[Result, ...]
    practices: Mapping[str, tuple[Result, ...]]

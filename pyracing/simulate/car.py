"""A car under way, its visits to the pit lane, and what its laps were.

Times are whole milliseconds from the start on a clock that never stops, paces microseconds, fuel thousandths of a lap.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyracing.simulate.field import RATINGS, RaceClass
from pyracing.simulate.plan import Order
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry
from pyracing.times import MICROSECOND

SECTORS_SCATTER = 577  # of a lap's scatter, in thousandths: a lap is three sectors
FUEL_RESERVE = 1400
HALT = 6000  # to stop, be worked on and start again

# Where a car is. The first three are the sectors, on the road.
SECTOR_1, SECTOR_2, SECTOR_3, PIT_ENTRY, LANE, BOX, WAITING, GONE = range(8)

FLAGS = ("green", "fcy", "safety_car", "red", "chequered")
GREEN, FCY, SAFETY_CAR, RED, CHEQUERED = range(5)


@dataclass
class Visit:
    """A visit to the pit lane, while it lasts and after."""

    kind: str
    order: Order | None = None
    driver_before: int = 0
    driver_after: int | None = None
    entered: int = 0
    lap: int = 0
    elapsed: int = 0
    flag: int = GREEN
    pit_lane_time: int | None = None
    fuel_added: int = 0
    tyres: bool = False
    spell: int = -1  # in which it began: a loss is known if it ends in the same
    lost: int = 0
    loss: int | None = None


def column(code: str) -> "array[int]":
    return array(code)


@dataclass
class LapLog:
    """The laps of a car, a value each: milliseconds, tenths of km/h, an index of FLAGS. `pit_lane_time` is -1 where
    there is none."""

    sector_1: "array[int]" = field(default_factory=lambda: column("q"))
    sector_2: "array[int]" = field(default_factory=lambda: column("q"))
    sector_3: "array[int]" = field(default_factory=lambda: column("q"))
    elapsed: "array[int]" = field(default_factory=lambda: column("q"))
    pit_lane_time: "array[int]" = field(default_factory=lambda: column("q"))
    driver: "array[int]" = field(default_factory=lambda: column("b"))
    flag: "array[int]" = field(default_factory=lambda: column("b"))
    in_pit: "array[int]" = field(default_factory=lambda: column("b"))
    top_speed: "array[int]" = field(default_factory=lambda: column("h"))

    def __len__(self) -> int:
        return len(self.elapsed)


class Car:
    """`start` and `end`: of the sector, as if all of it were driven as it is now; `green`: what it would take under
    green; `share`: how much of a full sector it is, in thousandths."""

    __slots__ = (
        "crew", "driver_number", "end", "entry", "error", "flagged", "fuel", "fuel_effect", "green", "group", "index",
        "laps", "limiter", "log", "margin", "mistakes", "noise", "orders", "pace", "patience", "phase", "pit_lane_time",
        "race_class", "retired", "scatter", "sector_1", "sector_2", "sector_start", "service", "set_stints", "share",
        "start", "tank", "temper", "traffic_cost", "turn_stints", "turns", "tyre_laps", "visit", "visits", "wear",
    )  # fmt: skip

    def __init__(
        self,
        seed: int,
        index: int,
        entry: Entry,
        crew: Sequence[Driver],
        race_class: RaceClass,
        group: int,
        turns: Sequence[int] = (),
    ) -> None:
        """`turns`: who drives each stint, the last one all that follow; if empty, in turn for `driver_stints` each."""
        self.index, self.entry, self.crew, self.race_class, self.group = index, entry, crew, race_class, group
        self.noise = Stream(seed, "laps", entry.car)
        self.service = Stream(seed, "stops", entry.car)
        self.orders: list[Order] = []
        self.log = LapLog()
        self.visits: list[Visit] = []
        self.visit: Visit | None = None
        self.laps = self.tyre_laps = 0
        self.phase = SECTOR_1
        self.start = self.end = self.green = self.sector_start = self.sector_1 = self.sector_2 = 0
        self.share = 1000
        self.error = 0  # time lost by an error in this sector
        self.pit_lane_time = -1
        self.fuel = self.tank = race_class.stint_laps * 1000 + FUEL_RESERVE
        self.set_stints = self.turn_stints = 1
        self.limiter = 1000 + self.service.between(-4, 4)  # thousandths of the time at the neutralised speed
        self.patience = self.service.between(800, 1400)  # gap kept where nobody overtakes
        self.margin = self.service.between(0, 1500)  # fuel left when this car prefers to stop
        self.temper = self.service.bits()
        self.flagged = False
        self.retired: tuple[int, bool, str] | None = None  # when, in the pits, why
        self.turns = list(turns[1:]) if turns else None
        self.take_over(turns[0] if turns else 1)

    def take_over(self, number: int) -> None:
        """Another driver takes the wheel."""
        driver = self.crew[number - 1]
        self.driver_number = number
        self.pace = driver.pace // MICROSECOND
        self.scatter = driver.scatter // MICROSECOND * SECTORS_SCATTER // 1000
        self.mistakes = RATINGS[driver.rating].mistakes
        self.wear = round(driver.tyre_wear * 1_000_000)
        self.fuel_effect = round(driver.fuel_effect * 1_000_000)
        self.traffic_cost = round(driver.traffic_cost * 1_000_000)

    def next_driver(self, last_splash: bool) -> int | None:
        """Who takes over at this stop; None if nobody does."""
        if self.turns is not None:
            following = self.turns.pop(0) if self.turns else self.driver_number
            return None if following == self.driver_number else following
        if self.turn_stints < self.race_class.driver_stints or last_splash:
            self.turn_stints += 1
            return None
        self.turn_stints = 1
        return self.driver_number % len(self.crew) + 1

    def sector_time(self, share: int, track: int, noise: int) -> int:
        """Under green, in milliseconds: `share` thousandths of a lap, on a track slower by `track` millionths than at
        the start, and `noise` microseconds."""
        lap = self.pace + self.pace * track // 1_000_000
        lap += self.wear * self.tyre_laps - self.fuel_effect * (self.tank - self.fuel) // 1000
        return (lap * share // 1000 + noise + 500) // 1000

    def serve(self, to_the_end: int) -> int:
        """Fuel (`to_the_end`: all that is needed), tyres and driver as they are due: how long the car stands for it."""
        visit, race_class = self.visit, self.race_class
        assert visit is not None
        visit.fuel_added = max(0, min(self.tank, to_the_end + 1000) - self.fuel)
        self.fuel += visit.fuel_added
        standing = HALT + round(race_class.refuel_time * 1000) * visit.fuel_added // self.tank
        last_splash = visit.fuel_added < self.tank // 4
        if self.set_stints < race_class.tyre_stints or last_splash:
            self.set_stints += 1
        else:
            visit.tyres = True
            self.tyre_laps = 0
            self.set_stints = 1
            standing += round(race_class.tyre_time * 1000)
        following = self.next_driver(last_splash)
        if following is not None:
            self.take_over(following)
            standing = max(standing, round(race_class.driver_change_time * 1000))
        trouble = self.service.between(3000, 20_000) if self.service.between(1, 25) == 1 else 0
        return standing + self.service.between(0, 1500) + trouble

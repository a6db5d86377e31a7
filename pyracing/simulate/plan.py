"""What is to happen in a race: the events a user scripts, and those that chance adds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyracing.frames import nearest
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Entry
from pyracing.times import Duration, to_microseconds

FIELD_KINDS = ("fcy", "safety_car", "red_flag", "rain")
CAR_KINDS = ("drive_through", "stop_go", "repair", "error", "retire", "not_started")
LASTING_KINDS = ("fcy", "safety_car", "red_flag", "rain", "stop_go", "repair", "error")

HOUR = 3_600_000
MINUTE = 60_000


@dataclass(frozen=True)
class Event:
    """Something that is to happen. `at`, in race time, and `duration` as everywhere in pyracing: seconds, `timedelta`,
    or text such as `"1h30m"`, `"1:02:03"`; `at` also `"-30m"` from the end and `"50%"` of the race.

    To the field: `fcy`, `safety_car`, `red_flag`, `rain`, each with a `duration`. A safety car comes in when it next
    ends a lap; after a red flag the field starts behind it. Under a red flag cars wait behind the finish line, or in
    the pit lane (`in_pit`), and ELAPSED runs on, or stands still while all cars wait (`elapsed_stops`).

    To a `car`: `drive_through`, `stop_go` and `repair` (`duration`: standing time) when it next can come into the pits;
    `error` (`duration`: time lost); `retire`, on the road or `in_pit`; `not_started`.
    """

    kind: str
    at: Duration = 0
    car: str | None = None
    duration: Duration | None = None
    in_pit: bool = False
    elapsed_stops: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        known = FIELD_KINDS + CAR_KINDS
        if self.kind not in known:
            raise ValueError(f"an event is one of {', '.join(known)}, not {self.kind!r}")
        if (self.car is None) != (self.kind in FIELD_KINDS):
            raise ValueError(f"{self.kind} {'is for the whole field' if self.car else 'needs a car'}")
        if (self.duration is None) == (self.kind in LASTING_KINDS):
            raise ValueError(f"{self.kind} {'needs a' if self.duration is None else 'has no'} duration")


@dataclass(frozen=True)
class Neutral:
    """A neutralisation as planned, in milliseconds."""

    start: int
    end: int
    kind: str
    in_pit: bool = False
    elapsed_stops: bool = False


@dataclass
class Order:
    """What a car is told to do, from `at` on, in milliseconds."""

    at: int
    kind: str
    duration: int
    in_pit: bool
    reason: str


@dataclass
class Plan:
    """All that is to happen; orders by car."""

    neutral: list[Neutral] = field(default_factory=list)
    rain: list[tuple[int, int]] = field(default_factory=list)
    orders: dict[str, list[Order]] = field(default_factory=dict)
    not_started: set[str] = field(default_factory=set)

    def delays(self) -> int:
        """What all neutralisations and orders last together."""
        neutral = sum(spell.end - spell.start for spell in self.neutral)
        return neutral + sum(order.duration for orders in self.orders.values() for order in orders)


def milliseconds(value: Duration, what: str) -> int:
    return to_microseconds(value, what) // 1000


def instant(value: Duration, whole: int, what: str) -> int:
    """Milliseconds of race time; text may count from the end of the race (`whole`) or be a part of it."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("-"):
        return whole - milliseconds(text[1:], what)
    if text.endswith("%"):
        return whole * to_microseconds(text[:-1], what) // 100_000_000
    return milliseconds(value, what)


def scripted(events: Iterable[Event], entries: Sequence[Entry], duration: int) -> Plan:
    """The plan that the events say."""
    cars = {entry.car: entry for entry in entries}
    plan = Plan()
    for event in events:
        if event.car is not None and event.car not in cars:
            raise ValueError(f"{event.kind}: there is no car '{event.car}'{nearest(event.car, cars)}")
        at = instant(event.at, duration, f"{event.kind}: at")
        length = 0 if event.duration is None else milliseconds(event.duration, f"{event.kind}: duration")
        if not 0 <= at < duration or length < 0:
            raise ValueError(f"{event.kind} at {event.at!r} is not within the race")
        if event.kind == "not_started":
            plan.not_started.add(event.car or "")
        elif event.car is not None:
            order = Order(at, event.kind, length, event.in_pit, event.reason)
            plan.orders.setdefault(event.car, []).append(order)
        elif event.kind == "rain":
            plan.rain.append((at, at + length))
        else:
            kind = "red" if event.kind == "red_flag" else event.kind
            plan.neutral.append(Neutral(at, at + length, kind, event.in_pit, event.elapsed_stops))
    plan.neutral.sort(key=lambda neutral: neutral.start)
    check_neutral(plan.neutral, duration)
    return plan


def check_neutral(neutral: Sequence[Neutral], duration: int) -> None:
    for one, following in zip(neutral, neutral[1:], strict=False):
        if following.start < one.end:
            raise ValueError(f"{one.kind} and {following.kind} overlap")
    for one in neutral:
        if one.kind == "red" and one.end >= duration and not one.elapsed_stops:
            raise ValueError("a red flag must end before the race does")


def add_incidents(plan: Plan, seed: int, entries: Sequence[Entry], duration: int) -> None:
    """What chance adds, scaled to the length of the race and the size of the field: neutralisations unless the script
    has some, and at most one order to each car that the script does not speak of."""
    stream = Stream(seed, "race control")
    idle = [entry.car for entry in entries if entry.car not in plan.orders and entry.car not in plan.not_started]
    if not plan.neutral:
        plan.neutral = chance_neutral(stream, duration)
    for car, order in zip(stream.shuffled(idle), chance_orders(stream, plan, len(entries), duration), strict=False):
        plan.orders[car] = [order]


def chance_orders(stream: Stream, plan: Plan, cars: int, duration: int) -> list[Order]:
    """Retirements, of which some on the road are what every other neutralisation is for; repairs, penalties, errors."""
    causes = [neutral.start - stream.between(12_000, 35_000) for neutral in plan.neutral[::2] if neutral.start > MINUTE]
    size = cars * duration
    orders = []
    for i in range(min(size // (45 * HOUR), cars // 6)):
        if i % 2:
            orders.append(Order(between(stream, duration, 15, 88), "retire", 0, True, "gearbox"))
        else:
            at = causes.pop(0) if causes else between(stream, duration, 15, 88)
            orders.append(Order(at, "retire", 0, False, "accident"))
    for kind, hours_each, cars_each, low, high in (
        ("repair", 90, 6, 240, 1500),
        ("drive_through", 50, 4, 0, 0),
        ("stop_go", 110, 8, 10, 30),
        ("error", 18, 2, 8, 40),
    ):
        for _ in range(min(-(-size // (hours_each * HOUR)), cars // cars_each)):
            standing = stream.between(low, high) * 1000
            orders.append(Order(between(stream, duration, 8, 85), kind, standing, False, ""))
    return orders


def between(stream: Stream, duration: int, low: int, high: int) -> int:
    """An instant between two hundredths of the race."""
    return stream.between(duration * low // 100, duration * high // 100)


def chance_neutral(stream: Stream, duration: int) -> list[Neutral]:
    """Full-course yellows and safety cars, each a third of the hours of the race, and a red flag from four hours on."""
    if duration < 45 * MINUTE:
        return []
    count = max(1, duration // (3 * HOUR))
    kinds = stream.shuffled(["fcy"] * count + ["safety_car"] * count + ["red"] * (duration >= 4 * HOUR))
    room = duration * 80 // 100 // len(kinds)
    lengths = {"fcy": (4, 9), "safety_car": (9, 18), "red": (14, 28)}
    neutral = []
    for i, kind in enumerate(kinds):
        low, high = lengths[kind]
        start = duration * 8 // 100 + room * i + stream.between(0, room // 4)
        length = min(stream.between(low * MINUTE, high * MINUTE), room // 2)
        neutral.append(Neutral(start, start + length, kind))
    return neutral

"""What is to happen in a race: the events a user scripts, and those that chance adds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Decision, Entry

Time = float | timedelta | str

FIELD_KINDS = ("fcy", "safety_car", "red_flag", "rain")
CAR_KINDS = ("drive_through", "stop_go", "repair", "error", "retire", "not_started")
DECISION_KINDS = ("time_penalty", "lap_penalty", "rear_of_class", "disqualify")
LASTING_KINDS = ("fcy", "safety_car", "red_flag", "rain", "stop_go", "repair", "error", "time_penalty")

HOUR = 3_600_000
MINUTE = 60_000
UNITS = {"h": HOUR, "m": MINUTE, "s": 1000}


@dataclass(frozen=True)
class Event:
    """Something that is to happen. `at`, in race time, and `duration` as everywhere in pyracing: seconds, `timedelta`,
    or text such as `"1h30m"`, `"1:02:03"`; `at` also `"-30m"` from the end and `"50%"` of the race.

    To the field: `fcy`, `safety_car`, `red_flag`, `rain`, each with a `duration`. A safety car comes in when it next
    ends a lap; after a red flag the field starts behind it. Under a red flag cars wait behind the finish line, or in
    the pit lane (`in_pit`), and ELAPSED runs on, or stands still while all cars wait (`elapsed_stops`). To a `car`:
    `drive_through`, `stop_go` and `repair` (`duration`: standing time) when it next can come into the pits; `error`
    (`duration`: time lost); `retire`, on the road or `in_pit`; `not_started`. By the stewards after the flag, where
    `at` means nothing: `time_penalty` (`duration`), `lap_penalty` (`laps`), `rear_of_class`, `disqualify`.
    """

    kind: str
    at: Time = 0
    car: str | None = None
    duration: Time | None = None
    laps: int = 0
    in_pit: bool = False
    elapsed_stops: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        known = FIELD_KINDS + CAR_KINDS + DECISION_KINDS
        if self.kind not in known:
            raise ValueError(f"an event is one of {', '.join(known)}, not {self.kind!r}")
        if (self.car is None) != (self.kind in FIELD_KINDS):
            raise ValueError(f"{self.kind} {'is for the whole field' if self.car else 'needs a car'}")
        if (self.duration is None) == (self.kind in LASTING_KINDS):
            raise ValueError(f"{self.kind} {'needs a' if self.duration is None else 'has no'} duration")
        if (self.laps > 0) != (self.kind == "lap_penalty"):
            raise ValueError("a lap_penalty, and nothing else, takes laps away")


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
    neutral: list[Neutral] = field(default_factory=list)
    rain: list[tuple[int, int]] = field(default_factory=list)
    orders: dict[str, list[Order]] = field(default_factory=dict)
    not_started: dict[str, str] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    def order(self, car: str, at: int, kind: str, duration: int = 0, in_pit: bool = False, reason: str = "") -> None:
        self.orders.setdefault(car, []).append(Order(at, kind, duration, in_pit, reason))


def milliseconds(value: Time, whole: int | None = None) -> int:
    """A duration, or with `whole` (the race) an instant that may count from its end or be a part of it."""
    if isinstance(value, timedelta):
        return value // timedelta(milliseconds=1)
    if not isinstance(value, str):
        return round(value * 1000)
    text = value.strip()
    if whole is not None and text.startswith("-"):
        return whole - milliseconds(text[1:])
    if whole is not None and text.endswith("%"):
        return round(whole * float(text[:-1]) / 100)
    if re.fullmatch(r"(?:\d+(?:\.\d+)?[hms])+", text):
        return sum(round(float(number) * UNITS[unit]) for number, unit in re.findall(r"([\d.]+)([hms])", text))
    if re.fullmatch(r"(?:\d+:){0,2}\d+(?:\.\d+)?", text):
        seconds = 0.0
        for part in text.split(":"):
            seconds = seconds * 60 + float(part)
        return round(seconds * 1000)
    raise ValueError(f"{value!r} is no time: write seconds, '25m', '1h30m' or '1:02:03.5'")


def scripted(events: Iterable[Event], entries: Sequence[Entry], duration: int) -> Plan:
    """The plan that the events say."""
    cars = {entry.car for entry in entries}
    plan = Plan()
    for event in events:
        if event.car is not None and event.car not in cars:
            raise ValueError(f"{event.kind}: there is no car {event.car!r}; there are {', '.join(sorted(cars))}")
        at = milliseconds(event.at, duration)
        length = 0 if event.duration is None else milliseconds(event.duration)
        if not 0 <= at < duration or length < 0:
            raise ValueError(f"{event.kind} at {event.at!r} is not within the race")
        if event.kind == "rain":
            plan.rain.append((at, at + length))
        elif event.kind in FIELD_KINDS:
            kind = "red" if event.kind == "red_flag" else event.kind
            plan.neutral.append(Neutral(at, at + length, kind, event.in_pit, event.elapsed_stops))
        elif event.car is None:
            raise AssertionError("checked by Event")
        elif event.kind in DECISION_KINDS:
            plan.decisions.append(Decision(event.kind, event.car, length / 1000, event.laps, event.reason))
        elif event.kind == "not_started":
            plan.not_started[event.car] = event.reason
        else:
            plan.order(event.car, at, event.kind, length, event.in_pit, event.reason)
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
    """What chance adds, scaled to the length of the race and the size of the field. Cars and spells that the script
    speaks of are left alone."""
    stream = Stream(seed, "race control")
    spoken_of = {*plan.orders, *plan.not_started, *(decision.car for decision in plan.decisions)}
    idle = stream.shuffled([entry.car for entry in entries if entry.car not in spoken_of])
    if not plan.neutral:
        plan.neutral = chance_neutral(stream, duration)
    causes = [neutral.start - stream.between(12_000, 35_000) for neutral in plan.neutral[::2]]
    size = len(entries) * duration
    for i in range(min(size // (45 * HOUR), len(entries) // 6)):
        if not idle:
            return
        if i % 2:
            plan.order(idle.pop(), between(stream, duration, 15, 88), "retire", in_pit=True, reason="gearbox")
        elif (at := causes.pop(0) if causes else between(stream, duration, 15, 88)) > 0:
            plan.order(idle.pop(), at, "retire", reason="accident")
    for kind, rate, most, low, high in (
        ("repair", 90, 6, 4 * MINUTE, 25 * MINUTE),
        ("drive_through", 50, 4, 0, 0),
        ("stop_go", 110, 8, 10_000, 30_000),
        ("error", 18, 2, 8000, 40_000),
    ):
        for _ in range(min(-(-size // (rate * HOUR)), len(entries) // most)):
            if not idle:
                return
            plan.order(
                idle.pop(), between(stream, duration, 8, 85), kind, stream.between(low // 1000, high // 1000) * 1000
            )


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

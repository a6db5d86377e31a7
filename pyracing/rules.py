"""Rules: what turns laps into a result and results into a championship, as data.

A `Rules` is made from a preset (`pyracing.rules("wec")`), a file, or another one (`replace`); presets.py reads the
files. Durations are `datetime.timedelta`, shares and points `fractions.Fraction`, so that nothing is rounded before a
rule says so. A value that nobody knows stands as `"?"` in the file: it asks for itself with a `RulesError` when it is
used.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pyracing.errors import RulesError
from pyracing.frames import nearest
from pyracing.parameters import Part, Wrong, leaves, make_part, merge

Status = Literal["classified", "not_classified", "retired", "disqualified", "not_started"]
Rounding = Literal["exact", "floor", "ceil", "nearest"]
Mark = Literal["V", "S", "P", "M", "?", ""]


class Source(NamedTuple):
    """Where a value comes from. `mark`: `V` checked numerically against official results, `S` a regulation or an
    organiser's page, `P` press or encyclopaedia, `M` remembered only, `?` unknown, empty: not said."""

    mark: Mark
    source: str


def rounded(value: Fraction, rounding: Rounding) -> Fraction:
    """`nearest` takes halves up, as points do."""
    if rounding == "floor":
        return Fraction(value.numerator // value.denominator)
    if rounding == "ceil":
        return Fraction(-(-value.numerator // value.denominator))
    if rounding == "nearest":
        return rounded(value + Fraction(1, 2), "floor")
    return value


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ClassDuration(Part):
    """A class whose race ends before the others'; `name` is the class."""

    name: str
    duration: timedelta


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class EndOfRace(Part):
    """by: what was announced. flag: the chequered flag falls for the `leader` at its first crossing at or after the
    time and then for every other car at its next one, or for every car at its first crossing after the `time`.
    duration: length of a race by time where the files do not say, in race time: while the race is stopped it runs on or
    stands still as the files have it; laps: of one by laps. time_limit: when a race by laps ends early: with the lap
    that is time_limit_laps after the one under way; time_limit_with_suspensions: the same, stoppages included.
    late_flag: a flag shown late counts as `scheduled` or as `shown`. early_flag: race time at which the flag was shown
    too early; the race ended when the leader last crossed before, for every other car with its next crossing.
    class_durations: of classes whose race ends before the others'."""

    by: Literal["time", "laps"] = "time"
    flag: Literal["leader", "time"] = "leader"
    duration: timedelta | None = None
    laps: int = 0
    time_limit: timedelta | None = None
    time_limit_laps: int = 1
    time_limit_with_suspensions: timedelta | None = None
    late_flag: Literal["scheduled", "shown"] = "scheduled"
    early_flag: timedelta | None = None
    class_durations: tuple[ClassDuration, ...] = ()

    def problem(self) -> tuple[str, str] | None:
        if self.by == "time" and self.time_limit is not None:
            return "time_limit", "is for a race by laps"
        return None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MinDistance(Part):
    """Laps needed to be classified: `share` of the laps of `base`, rounded."""

    share: Fraction = Fraction(0)
    base: Literal["overall_winner", "class_winner"] = "overall_winner"
    rounding: Rounding = "exact"

    def reached(self, laps: int, winner_laps: int) -> bool:
        """Whether so many laps are enough."""
        return laps >= rounded(self.share * winner_laps, self.rounding)

    def problem(self) -> tuple[str, str] | None:
        if not 0 <= self.share <= 1:
            return "share", f"is {self.share}: it lies between 0 and 1"
        return None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LastLap(Part):
    """The lap that ends at the flag: a list of (longest time, laps deducted), and the status beyond the last of
    them."""

    limits: tuple[tuple[timedelta, int], ...] = ()
    beyond: Status = "not_classified"

    def problem(self) -> tuple[str, str] | None:
        limits = [limit for limit, _ in self.limits]
        return ("limits", "do not rise") if limits != sorted(set(limits)) else None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class RedFlag(Part):
    """result: the order of a race that is not resumed is that at the end of the leader's `penultimate_lap` before the
    lap of the signal, at the `leader_last_crossing` before it (the cars that had not crossed follow with the lap
    before), at each class leader's `class_penultimate_crossing`, or of the `last_lap_of_all`, the last lap that all had
    completed. signal: race time when it was stopped, where the flags of the crossings do not show it."""

    result: Literal["penultimate_lap", "leader_last_crossing", "class_penultimate_crossing", "last_lap_of_all"] = (
        "penultimate_lap"
    )
    signal: timedelta | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class EventPenalties(Part):
    """What a penalty not served costs at one event; absent: as elsewhere. `name` is the event."""

    name: str
    drive_through: timedelta | None = None
    stop_go: timedelta | None = None
    stop_go_loss: timedelta | None = None
    reference_lap: timedelta | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Penalties(Part):
    """What a drive-through or a stop-go costs when it is added after the race: stop_go whatever the stop, or the stop
    and stop_go_loss. longer: a penalty longer than reference_lap stays `time`, or becomes `laps_and_time`."""

    drive_through: timedelta | None = None
    stop_go: timedelta | None = None
    stop_go_loss: timedelta | None = None
    longer: Literal["time", "laps_and_time"] = "time"
    reference_lap: timedelta | None = None
    events: tuple[EventPenalties, ...] = ()

    def at(self, event: str) -> Penalties:
        """These penalties with what the event says otherwise."""
        said = next((vars(one) for one in self.events if one.name == event), {})
        changes = {key: value for key, value in said.items() if value is not None and key != "name"}
        other = object.__new__(Penalties)
        vars(other).update(vars(self) | changes)
        return other

    def convert(self, time: timedelta) -> tuple[int, timedelta]:
        """A time penalty as laps deducted and the time that remains."""
        if self.longer == "time":
            return 0, time
        if self.reference_lap is None:
            raise RulesError("penalties.reference_lap is needed to turn a time penalty into laps and time")
        laps, rest = divmod(time, self.reference_lap)
        return laps, rest


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DriveLimit(Part):
    """Bounds on one driver's time; `classes`, `ratings`, `events` and `drivers` (crew sizes) empty: all, `hours` the
    shortest and the longest race meant."""

    name: str
    classes: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    drivers: tuple[int, ...] = ()
    hours: tuple[Fraction, Fraction] | None = None
    minimum: timedelta | None = None
    maximum: timedelta | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DriveTime(Part):
    """maximum, maximum_in_window in any window, longest without a rest, rest: for every driver; limits: by class,
    rating, event and race length. minimum_for_points: a driver who drove less scores nothing. scaled: minima shrink
    with the time lost to suspensions. failed: what happens to a car whose driver misses a bound: it goes to the
    `rear_of_class`, the `missing_time` is added, it is `disqualified`, the driver gets `no_points`, or the stewards
    decide, on any penalty (`stewards`) or on how many `laps_and_time`. A bound of None is none."""

    maximum: timedelta | None = None
    window: timedelta | None = None
    maximum_in_window: timedelta | None = None
    longest: timedelta | None = None
    rest: timedelta | None = None
    minimum_for_points: timedelta | None = None
    counts_pit_lane: bool = False
    scaled: bool = False
    failed: Literal["stewards", "rear_of_class", "missing_time", "laps_and_time", "disqualified", "no_points"] = (
        "stewards"
    )
    limits: tuple[DriveLimit, ...] = ()


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GridPart(Part):
    """A part of qualifying after the first: how many cars of these classes (empty: of all) go on to it."""

    name: str
    cars: int
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Grid(Part):
    """laps: the laps of a driver that count; best: from the best or the second-best on; crew: a car counts with its
    best driver, the mean or the sum of its drivers; drivers: how many of them, 0: all. missing: where a car starts of
    which a driver has no time. second_race: what sets the grid of a second race. class_blocks: classes stand one behind
    the other. reverse: places at the front turned round. percentage: slowest time allowed, in % of the best, or of the
    mean of the best `front` cars; 0: any."""

    laps: int = 1
    best: Literal["best", "second_best"] = "best"
    crew: Literal["best", "mean", "sum"] = "best"
    drivers: int = 0
    missing: Literal["back", "pit_lane", "other_drivers"] = "back"
    second_race: Literal["same", "second_session", "second_best", "result"] = "same"
    class_blocks: bool = False
    reverse: int = 0
    percentage: Fraction = Fraction(0)
    percentage_of: Literal["best", "mean_of_front"] = "best"
    front: int = 3
    parts: tuple[GridPart, ...] = ()

    def problem(self) -> tuple[str, str] | None:
        for name in ("laps", "front"):
            if getattr(self, name) < 1:
                return name, "is 0: expected 1 or more"
        return None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PointsTable(Part):
    """Points by place. It holds for results of its `sessions` and, where given, of races from hours[0] to hours[1] long
    and of its `events`. beyond: points of every further classified car; without it a further car is an error.
    of, multiplier, rounding: another table times a factor. full_from: with fewer starters the scale begins further
    down. whole_field: every starter scores, not only who is classified."""

    name: str
    sessions: tuple[str, ...] = ("race",)
    events: tuple[str, ...] = ()
    hours: tuple[Fraction, Fraction] | None = None
    points: tuple[Fraction, ...] = ()
    beyond: Fraction | None = None
    of: str = ""
    multiplier: Fraction = Fraction(1)
    rounding: Rounding = "exact"
    full_from: int = 0
    whole_field: bool = False

    def problem(self) -> tuple[str, str] | None:
        if not self.points and not self.of:
            return "points", "is empty: give the points by place, or `of` another table"
        if self.points and self.of:
            return "of", "contradicts points: give one of them"
        if any(after > before for before, after in zip(self.points, self.points[1:], strict=False)):
            return "points", "rise from one place to the next"
        return None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Bonus(Part):
    """Points for what a column of the results says: `pole`, `fastest_lap` (or the lowest `best_lap`), `lap_led` and
    `most_laps_led` (from `laps_led`), or any other true-or-false column of that name. top: only who is classified so
    far up scores; fallback: else the next best of those. ties: the points are split or given to each. min_distance:
    share of the distance below which there is none."""

    name: str
    points: Fraction
    sessions: tuple[str, ...] = ("race",)
    standings: tuple[Literal["drivers", "teams", "manufacturers", "cars"], ...] = ("drivers", "teams", "cars")
    top: int | None = None
    fallback: bool = False
    ties: Literal["split", "each"] = "split"
    min_distance: Fraction = Fraction(0)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ShortenedStep(Part):
    """For a race that ran a share of its distance below `below`: a factor on the usual points, or a table of its
    own."""

    below: Fraction
    sessions: tuple[str, ...] = ("race",)
    factor: Fraction | None = None
    points: tuple[Fraction, ...] = ()

    def problem(self) -> tuple[str, str] | None:
        return None if (self.factor is None) != (not self.points) else ("factor", "or points: give one of them")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Shortened(Part):
    """Points of a race that did not run its distance. when: only where it was `stopped` and not resumed, or `always`.
    Below min_laps of the leader, or min_green_laps without safety car, there are none."""

    when: Literal["stopped", "always"] = "stopped"
    min_laps: int = 0
    min_green_laps: int = 0
    steps: tuple[ShortenedStep, ...] = ()

    def problem(self) -> tuple[str, str] | None:
        for session in {session for step in self.steps for session in step.sessions}:
            bounds = [step.below for step in self.steps if session in step.sessions]
            if bounds != sorted(set(bounds)):
                return "steps", f"do not rise in below for {session}"
        return None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Points(Part):
    """pass_down: those behind an entry that does not score move up. drivers_of_a_car: each driver of a car gets its
    points in `full`, they `split` them, or there are `none` for a car driven by several. positions: places within the
    `class` or `overall`."""

    tables: tuple[PointsTable, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    shortened: Shortened = Shortened()
    positions: Literal["class", "overall"] = "class"
    pass_down: bool = False
    drivers_of_a_car: Literal["full", "split", "none"] = "full"

    def problem(self) -> tuple[str, str] | None:
        names = [table.name for table in self.tables]
        for table in self.tables:
            if table.of and (table.of not in names or table.of == table.name):
                return f"tables.{table.name}.of", f"is {table.of!r}: there is no such table{nearest(table.of, names)}"
        return None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Standing(Part):
    """One championship. best: the results of so many rounds count, 0: all; split: (rounds, results that count) for each
    part of the season. result: what is dropped as a whole, a `round` or each `session` of it. cars: so many of a team's
    or make's cars score in a round, 0: all; rerank: its other cars leave the order and those behind move up. tables:
    points of its own, by name. excluded_events: rounds that do not count."""

    best: int = 0
    split: tuple[tuple[int, int], ...] = ()
    result: Literal["round", "session"] = "round"
    cars: int = 0
    rerank: bool = False
    tables: tuple[PointsTable, ...] = ()
    excluded_events: tuple[str, ...] = ()

    def problem(self) -> tuple[str, str] | None:
        return ("split", "contradicts best: give one of them") if self.best and self.split else None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Standings(Part):
    """Championships held, and how equal points are parted: `places`: more wins, then more second places, and so on;
    `scoring_places`: the same, of the places that score; `latest`: the better place in the latest round. Who is equal
    after that shares a position."""

    drivers: Standing | None = None
    teams: Standing | None = None
    manufacturers: Standing | None = None
    cars: Standing | None = None
    tie_break: tuple[Literal["places", "scoring_places", "latest"], ...] = ("places",)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Rules(Part):
    """Everything the engine knows of a championship. Compare, hash, pickle; change with `replace`.

    flag_required: a car is classified only if it takes the chequered flag. dead_heat: cars with equal laps and time are
    in `crossing_order`, or `shared` a place. statuses: in the order of publication. fcy_bunches: the field is gathered
    behind a safety car under full-course yellow. guests_keep_place: an entry outside the championship keeps its place
    in the classification. The other parameters are described in their own classes.
    """

    name: str = ""
    championship: str = ""
    first_year: int | None = None
    last_year: int | None = None
    flag_required: bool = False
    dead_heat: Literal["crossing_order", "shared"] = "crossing_order"
    statuses: tuple[Status, ...] = ("classified", "not_classified", "retired", "disqualified", "not_started")
    fcy_bunches: bool = False
    guests_keep_place: bool = True
    end_of_race: EndOfRace = EndOfRace()
    min_distance: MinDistance = MinDistance()
    last_lap: LastLap = LastLap()
    red_flag: RedFlag = RedFlag()
    penalties: Penalties = Penalties()
    drive_time: DriveTime = DriveTime()
    grid: Grid = Grid()
    points: Points = Points()
    standings: Standings = Standings()
    origin: str = field(default="rules", metadata={"given": False})
    sources: Mapping[str, Source] = field(default_factory=dict, metadata={"given": False})

    def replace(self, **changes: Any) -> Rules:
        """Rules with some parameters changed, as a file would say them: `replace(min_distance=0.75)`,
        `replace(points={"bonuses": {"pole": {"points": 2}}})`. What a table does not name stays."""
        changed = dict(leaves(merge({}, changes)))
        sources = {key: source for key, source in self.sources.items() if key not in changed}
        return make_rules(merge(parameters(self), changes), self.origin, sources)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and parameters(self) == parameters(other)

    def __hash__(self) -> int:
        return hash(tuple(parameters(self).values()))

    def __reduce__(self) -> tuple[Any, ...]:
        return make_rules, (merge({}, parameters(self)), self.origin, dict(self.sources))

    def __repr__(self) -> str:
        return f"<Rules {self.name or self.origin}: {self.championship or 'no championship'}>"

    def problem(self) -> tuple[str, str] | None:
        if sorted(self.statuses) != sorted(typing.get_args(Status)):
            return "statuses", f"is {list(self.statuses)}: it lists each of {', '.join(typing.get_args(Status))} once"
        return None


def parameters(rules: Rules) -> dict[str, Any]:
    return {key: value for key, value in vars(rules).items() if key not in ("origin", "sources")}


def make_rules(values: Mapping[str, Any], origin: str, sources: Mapping[str, Source]) -> Rules:
    """Rules from plain nested values. RulesError names `origin` and the key."""
    try:
        made = make_part(Rules, values, "", origin)
    except Wrong as wrong:
        raise RulesError(f"{origin}: {wrong}") from None
    vars(made).update(origin=origin, sources=types.MappingProxyType(dict(sources)))
    return made

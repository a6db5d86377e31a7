"""Session: what one session's files say, the lenses that narrow it and the questions it answers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from pyracing import _core
from pyracing.attributes import Chosen, members
from pyracing.attributes import selection as having_attributes
from pyracing.drive_time import drive_options, with_drive_time
from pyracing.engine import classify, decision_table, field_of
from pyracing.presets import rules as rules_of
from pyracing.rows import table_of_rows
from pyracing.rules import Rules
from pyracing.summary import summary_html, summary_text
from pyracing.table import Table, row_dicts
from pyracing.times import Clock, Duration, Instant, race_time, to_microseconds

CoreSession: TypeAlias = _core.Session  # in the class, `_core` is the session itself
Names: TypeAlias = str | Iterable[str]
Laps: TypeAlias = int | tuple[int, int] | range | slice
By: TypeAlias = Literal["car", "class", "driver", "team", "manufacturer", "group"]

HIGHEST_LAP = 2**31 - 1
PARTS = (
    "laps", "sections", "entries", "crew", "results", "provisional", "weather", "doubts", "files", "suspensions",
    "assumptions", "facts",
)  # fmt: skip


class FileState(NamedTuple):
    """A plain file as it was when it was read. Its hash is made when it is asked for: it costs as much as reading."""

    path: str
    size: int
    modified: int  # nanoseconds, as os.stat has it

    def sha256(self) -> str | None:
        """The SHA-256 of the file in hexadecimal; None where it has changed since, or is gone."""
        try:
            with open(self.path, "rb") as file:
                state = os.fstat(file.fileno())
                data = file.read()
        except OSError:
            return None
        same = (state.st_size, state.st_mtime_ns) == (self.size, self.modified) and len(data) == self.size
        return hashlib.sha256(data).hexdigest() if same else None


class UnhashedBytes:
    """Bytes that cannot change, kept until their hash is asked for: it costs as much as reading."""

    __slots__ = ("_data", "_digest")

    def __init__(self, data: bytes) -> None:
        self._data: bytes | None = data
        self._digest = ""

    def sha256(self) -> str:
        """The SHA-256 of the bytes in hexadecimal; lets go of them. Safe to ask from several threads at once."""
        data = self._data
        if data is not None:
            self._digest = hashlib.sha256(data).hexdigest()
            self._data = None
        return self._digest

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (self.sha256(),)


Hash: TypeAlias = str | FileState | UnhashedBytes  # as text, or what makes it


class Session:
    """What the files of one session say. Made by `read` and `from_laps`; never changes.

    Its tables are properties, its questions methods that take keyword arguments and give a `Table`; `select` gives a
    session narrowed to some of it, which answers the same questions. `len(session)` is the number of laps. Sessions are
    equal when all that they say is, their name and kind too, whatever files it came from. They may be shared between
    threads, and pickled.

    Times are durations in microseconds: `elapsed` since the start of the session, `clock` since midnight of the day it
    began.
    """

    __slots__ = ("__weakref__", "_core", "_hashes", "_origin", "_parts")

    _core: CoreSession
    _hashes: tuple[Hash | None, ...]
    # What a lens was taken from, and how: names to select, or the instant and the longest lap to the flag.
    _origin: tuple[Session, dict[str, Any] | tuple[int, int | None]] | None
    _parts: dict[str, Table]
    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        raise TypeError("sessions are made by pyracing.read and pyracing.from_laps")

    @classmethod
    def _from_core(cls, core: CoreSession, hashes: Sequence[Hash | None] = ()) -> Session:
        """Wraps a session of the core.

        `hashes` has one item a source, in the order the sources were given to the core: the SHA-256 of its bytes in
        hexadecimal, or what makes it when `info` is first asked: the state of the plain file that it was read from
        (read again then, and given as None if it has changed since) or the bytes; or None where nothing is known. May
        be empty: no hashes.
        """
        session = object.__new__(cls)
        session._core = core
        session._hashes = tuple(hashes)
        session._origin = None
        session._parts = {}
        return session

    def _part(self, name: str) -> Table:
        table = self._parts.get(name)
        if table is None:
            table = self._parts.setdefault(name, Table._from_core(self._core.part(name)))
        return table

    def _ask(self, question: str, **options: Any) -> Table:
        return Table._from_core(self._core.ask(question, **options))

    def __len__(self) -> int:
        return len(self._core)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self._core == other._core if isinstance(other, Session) else NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        if self._origin is not None:
            whole, selection = self._origin
            return (cut, (whole, *selection)) if isinstance(selection, tuple) else (selected, (whole, selection))
        return unpickled, ({name: self._part(name) for name in PARTS}, self._hashes)

    def __repr__(self) -> str:
        return summary_text(self)

    def _repr_html_(self) -> str:
        return summary_html(self)

    # ---- What the files say ----

    @property
    def laps(self) -> Table:
        """Every lap, by car (as text), then lap.

        car, class, group, team, manufacturer, driver, driver_number, lap, lap_time, sector_1, sector_2, sector_3,
        elapsed (race time of the crossing that ends the lap, as published), clock (time of day of that crossing, never
        wrapped), in_pit (the crossing was in the pit lane), pit_lane_time (on the row where it is published), flag
        (green, yellow, slow_zone, fcy, vsc, code_60, safety_car, red or chequered, at the crossing), average_speed (of
        the lap) and top_speed (at the trap, both km/h), improvement (car_best or session_best), deleted. What the files
        do not say is absent.
        """
        return self._part("laps")

    @property
    def sections(self) -> Table:
        """Every published intermediate: car, lap, section, time, elapsed (since the lap began). Made when asked."""
        return self._ask("sections")

    @property
    def entries(self) -> Table:
        """Every car, by car as text: car, class, group, team, manufacturer, vehicle, tyre_make, drivers, driver_count,
        laps, running (in a session that `until()` made: it took that flag or crosses again later; else absent)."""
        return self._part("entries")

    @property
    def crew(self) -> Table:
        """Every driver of every car: car, driver, driver_number, rating, country."""
        return self._part("crew")

    @property
    def results(self) -> Table:
        """The published result in published order, the official one where both are given; without rows where none is.

        position, class_position, car, class, status, laps, total_time, gap, gap_laps, interval, interval_laps,
        best_lap, best_lap_number.
        """
        return self._part("results")

    @property
    def provisional(self) -> Table:
        """The provisional result, in the columns of `results`, where an official one is given too."""
        return self._part("provisional")

    @property
    def weather(self) -> Table:
        """Readings in order of time: clock, air_temperature and track_temperature (degrees Celsius), humidity (%),
        pressure (hPa), wind_speed (m/s), wind_direction (degrees), rain."""
        return self._part("weather")

    def check(self, *, rules: Rules | str | None = None, decisions: Any = ()) -> Table:
        """Every doubt about the files: severity (note, warning or error), code, file, line, column, car, lap, message.

        Rows that could not be kept as laps are here, and fields that could not be read and are absent in the tables. Of
        the doubts with one code in one column of a file the first 250 are listed; a row after them counts the others.

        With `rules` or `decisions`, as `classification()` takes them, also what of these could not be applied and what
        they left out: a flag that is required and not known, a last lap without a time, a rule that is not known where
        it is needed, a move of a car that is not classified, a car that retired and is classified all the same, a
        penalty that was served in no visit to the pit lane, laps after the end of the race, the end of a class that is
        not in it.
        """
        doubts = self._part("doubts")
        if rules is None and isinstance(decisions, Sequence) and not decisions:
            return doubts
        return table_of_rows(doubts.schema, [*doubts, *classify(self, "check", rules, decisions, None, None)])

    @property
    def info(self) -> dict[str, Any]:
        """What is known of the session as a whole; what is not is None.

        name, kind (race, qualifying, practice or test), format, start (time of day), duration (scheduled), utc_offset
        (local time less UTC), lap_length (km), flags_published (others than the chequered one), narrowed (a selection
        of drivers, laps, flags or times), suspensions (stretches in which `elapsed` stood still while the clock ran),
        assumptions (what was taken for granted), and files: for each name, format, size in bytes, encoding, separator,
        rows, rows_listed (rows that are in no table but in `check()`, each or as a number) and sha256, which is None
        where the file has changed since.
        """
        facts = row_dicts(self._part("facts"))[0]
        files = row_dicts(self._part("files"))
        self._hashes = tuple(
            hash.sha256() if isinstance(hash, (FileState, UnhashedBytes)) else hash for hash in self._hashes
        )
        hashes = self._hashes or (None,) * len(files)
        return {
            "name": facts.pop("name"),
            "kind": facts.pop("kind"),
            "format": ", ".join(dict.fromkeys(file["format"] for file in files)) or None,
            **facts,
            "files": [{**file, "sha256": hash} for file, hash in zip(files, hashes, strict=True)],
            "suspensions": row_dicts(self._part("suspensions")),
            "assumptions": row_dicts(self._part("assumptions")),
        }

    @property
    def cars(self) -> tuple[str, ...]:
        """The car numbers, as text, in the order of text."""
        return tuple(self.entries["car"].tolist())

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that have a car, in the order of text."""
        return distinct(self.entries, "class")

    @property
    def drivers(self) -> tuple[str, ...]:
        """The names of the drivers, in the order of text."""
        return distinct(self.crew, "driver")

    # ---- Lenses ----

    def select(
        self,
        *,
        cars: Names | None = None,
        classes: Names | None = None,
        drivers: Names | None = None,
        groups: Names | None = None,
        laps: Laps | None = None,
        flags: Names | None = None,
        attributes: Any = None,
        **chosen: Chosen,
    ) -> Session:
        """The session narrowed to what matches everything that is given; one or several names each.

        A driver of a crew who drove no lap leaves his car, without laps. `laps` is a lap, a pair (first, last) with
        both, or a range or slice that ends before its stop. The whole field stays known: class medians, positions at a
        crossing and neutralisations are still those of all cars. A session narrowed to drivers, laps or flags answers
        about laps and pace, and refuses to be classified.

        `attributes` is any table or CSV file with a column `car` or `driver`: without more it keeps the cars (drivers)
        that are in it, and `trophy="Rookie"` or `women=True` those with a value in a column of it. Without a table the
        columns are team, manufacturer, vehicle and tyre_make of the cars, rating and country of the drivers.

        Raises ValueError for a name that is not there, with near matches.
        """
        first, last = lap_bounds(laps)
        given = {"cars": cars, "classes": classes, "drivers": drivers, "groups": groups, "flags": flags}
        selection: dict[str, Any] = {name: names(name, value) for name, value in given.items() if value is not None}
        if chosen or attributes is not None:
            for name, found in having_attributes(self, attributes, chosen).items():
                selection[name] = tuple(one for one in selection.get(name, found) if one in found)
                if not selection[name]:
                    raise ValueError(f"no {name[:-1]} is among the {name} and has these attributes")
        return selected(self, {**selection, "first_lap": first, "last_lap": last})

    def until(
        self, at: Instant | None = None, *, clock: Clock | None = None, rules: Rules | str | None = None
    ) -> Session:
        """The session as if the chequered flag had fallen at an instant: for the leader at its next crossing, then for
        every other car at its next one (in a session that is no race, for every car at its next crossing).

        `at` is race time ('16h', 90.5), counted from the end ('-1h'), a share ('50%') or the end of a lap of the leader
        ('lap 120'); `clock` a time of day. A car whose lap to the flag takes longer than the rules' last limit keeps
        the laps so far: it did not take that flag. Without such a limit it is twice the car's median lap, times the
        factor by which the leader's lap to the flag was longer than the leader's median, as behind a safety car.

        Laps, entries, suspensions and weather are those until then, the last lap of who took the flag is flagged
        chequered, the duration is that instant, and there is no published result. `running` in the entries says who
        took the flag or crosses again later in the session: `classification()` without rules gives all of them their
        positions, rules that require the flag only those that took it. `improvement` is as the timekeeper would have
        had it: each car's best lap so far, without laps that later marks show to be deleted. `select` and `until` may
        be applied in any order: the leader is that of the whole field. Raises ValueError for an instant outside the
        session.
        """
        limits = None if rules is None else rules_of(rules).last_lap.limits
        longest = to_microseconds(limits[-1][0]) if limits else None
        return cut(self, race_time(self._core, at, clock), longest)

    def between(self, start: Instant | None = None, end: Instant | None = None) -> Session:
        """The laps that end between two instants: after `start`, at `end` at the latest; None: from the beginning, to
        the end.

        Instants are race time ('16h', 90.5), counted from the end ('-1h'), a share ('50%') or the end of a lap of the
        leader ('lap 120'). As with `select`, the whole field stays known: stints, positions and gaps are those of the
        race, the lead and the order on the road too, and cars without such a lap are left out. The session answers
        about laps, pace, stints, stops and places, and refuses to be classified. Laps without a known time lie in no
        window.

        Raises ValueError for an instant outside the session, and where `end` is not later than `start`.
        """
        after, up_to = (None if at is None else race_time(self._core, at) for at in (start, end))
        if up_to is not None and (after or 0) >= up_to:
            raise ValueError(f"between({start!r}, {end!r}) holds no instant; give the earlier one first")
        return selected(self, {"after": after or 0, "up_to": up_to or 0})

    # ---- Questions ----

    def classification(
        self,
        *,
        rules: Rules | str | None = None,
        decisions: Any = (),
        by: str | None = None,
        grid: Any = None,
        attributes: Any = None,
        drive_time: Literal["apply", "rear_of_class", "missing_time", "disqualified"] | None = None,
    ) -> Table:
        """The cars in the order in which they are classified.

        car, class, position, class_position (both absent unless classified), team, drivers, status (classified,
        not_classified, retired, disqualified, not_started), laps, total_time, gap (behind the winner, absent for cars
        on another lap, and where the quicker car stands behind by its status or a decision), gap_laps (negative for a
        car that stands behind with more laps, as published), interval and interval_laps (to the car ahead), best_lap
        and best_lap_number (as the timekeeper counts it), penalty_time and penalty_laps (in total_time and laps
        already), decisions (what moved or touched the car, as text).

        A race goes by laps, then by the time of the last crossing; other sessions go by best lap. Without `rules`,
        classified is who took the flag, or everybody with a lap where the files carry no flag, which `check()` says; in
        a session that `until()` made also who ran on.
        `rules` (a `Rules`, or the name of a preset or file) say when the race ended, who is classified, how penalties
        convert. `decisions`: a list of what `time_penalty` and its like make, a file or a table of them; they count as
        laps and lap times deleted, then time, then rear of class and place, then disqualification.

        `by` is class, group, team, manufacturer, vehicle, tyre_make, country or rating, or a column of `attributes`:
        one classification after another, each with positions and gaps of its own, named in a column `ranking`; or a
        class, a rating, any value of these, alone. `attributes`: any table or CSV file with a column `car` or `driver`;
        true or false is a group of the column's name, true in a column `guest` an entry outside the championship, which
        keeps its place or loses it as the rules say. A car is what all its drivers are, but for the rating, which is
        that of its lowest-rated driver; without a value it is in no group. `grid`: any table or CSV file with car and
        position, or the session of qualifying, whose result it is then; adds grid and gained, the car's place on the
        grid among those shown less its position.

        `drive_time="apply"` shows the result to expect where a driver fails in `drive_time(rules=)`: the decisions, and
        for each car with such a driver, but those that stopped before the last tenth of the race, what
        `drive_time.failed` of the rules says. Named instead, `"rear_of_class"`, `"missing_time"` (what is short of the
        minimum or over a maximum is added, the most of any driver, as laps and time where the rules convert penalties)
        and `"disqualified"` show what that penalty would make of it. Where the rules leave the penalty to the stewards,
        as the WEC and Le Mans do, "apply" is a RulesError that names the drivers once one fails. A car that
        `decisions` place, move or disqualify is not moved again.

        Raises ValueError for a session narrowed to drivers, laps or flags, and RulesError for a decision that cannot
        be applied or a rule that is needed and not known.
        """
        groups = None if by is None and attributes is None else members(self, by, attributes)
        if drive_time is not None:
            decisions = with_drive_time(self, drive_time, rules, decisions)
        answer = classify(self, "classification", rules, decisions, groups, grid)
        left_out = ({"ranking"} if by is None else set()) | ({"grid", "gained"} if grid is None else set())
        return answer[[name for name in answer.columns if name not in left_out]] if left_out else answer

    def hourly(self, *, rules: Rules | str | None = None) -> Table:
        """The race at each full hour, as if the flag had fallen then: hour, then the columns of `classification()`.

        Each hour is what `until()` and `classification()` give then: the leader's next crossing, then every car's next;
        a car that takes too long, in the garage, keeps its laps. Without rules it is classified with these if it
        crosses again later in the race, under rules that require the flag it is not; a car that is out is neither way,
        unless the rules do not require the flag. Decisions of the stewards and what the published result says are not
        taken into account. Raises ValueError for a session that is no race or is narrowed to drivers, laps or flags.
        """
        return classify(self, "hourly", rules, (), None, None)

    def lap_details(self) -> Table:
        """Every lap with all that is known of it: the columns of `laps`, then stint, stint_lap and driver_stint (from
        1), position, class_position, gap, gap_laps, class_gap, in_lap, out_lap, clean, reason.

        Position and gaps are those at the crossing that ends the lap, in the whole field: position is 1 + the cars that
        had completed this lap before, gap the time since the first car completed it, gap_laps the laps that the leader
        had completed at that instant less this one. They are absent where they cannot be known, and in sessions that
        are no race. `clean` and `reason` as in `clean_laps()`.
        """
        return self._ask("lap_details")

    def crossings(self, *, of: Literal["line", "sectors"] = "line") -> Table:
        """Every crossing of the line in the order of time; with `of="sectors"` every end of a sector.

        car, class, lap, elapsed, position, class_position, gap, gap_laps, interval, interval_laps, class_gap,
        class_gap_laps, in_pit, flag, sector. Positions and gaps as in `lap_details()`; interval is the time since the
        car one position ahead completed this lap; the laps are those that the leader, the car ahead, the class leader
        had completed at that instant, less this one. Laps without a known time are no crossings.

        Of the sectors, `sector` is the one that ends (3 ends at the line), and positions, gaps and laps are counted
        there as they are at the line otherwise. `in_pit` and `flag` are published at the line and absent elsewhere. The
        end of a sector without a known time has no row: where a sector of the lap is absent, those of its ends that the
        other sectors do not tell. A session without sector times refuses.
        """
        return self._ask("crossings", of=of)

    def order(
        self,
        *,
        at: Instant | None = None,
        lap: int | None = None,
        clock: Clock | None = None,
        by: str | None = None,
        attributes: Any = None,
    ) -> Table:
        """Every car of a race at an instant, best first; without one, at the end.

        car, class, position, class_position, laps, elapsed, gap, gap_laps, interval, interval_laps, driver, in_pit.

        The instant is race time, `at="16h"`, `"-1h"` (before the winner finished), `"50%"` (half of the race), the end
        of a lap of the leader, `lap=120`, or a time of day, `clock="16:00"`. `by="class"` ranks the cars of
        each class by themselves, the name of a class its cars alone; `by` and `attributes` as in `classification()`.

        Cars go by the laps completed, then by who completed them first; `elapsed` and `in_pit` are of that crossing.
        `gap` is the time from the leader's crossing of the same lap to it, `gap_laps` the laps that the leader had
        completed by then less this car's; both are absent where the car has not crossed since the leader passed it.
        `interval` and `interval_laps` are likewise to the car ahead; `driver` drives the lap that the car is on.
        Positions are absent before the first crossing, and where laps without a time leave them open.

        Raises ValueError for an instant outside the race, a lap never run, an unknown name, and sessions that are no
        race.
        """
        instant = None
        if lap is not None:
            if at is not None or clock is not None:
                raise ValueError("give the instant once: as lap=, at= or clock=")
            instant = race_time(self._core, f"lap {lap}")
        elif at is not None or clock is not None:
            instant = race_time(self._core, at, clock)
        groups = None if by is None else members(field_of(self), by, attributes)._core
        return self._ask("order", at=instant, members=groups)

    def gaps(self, *, to: str = "leader") -> Table:
        """How far each car of a race was behind another one, lap by lap: car, class, lap, elapsed, gap, gap_laps,
        reference.

        `to`: "leader" (who ended the lap first) or "class_leader"; "ahead", "behind", "class_ahead" or "class_behind"
        (the car one position away on that lap); a car; or "mean", a car that drives the winner's laps at his average
        pace. `gap` is this car's crossing less the reference's crossing of the same lap, negative where this car is
        ahead; `gap_laps` the laps that the one ahead had completed as the other one ended this lap, less this lap, with
        the same sign; to the leader both are those of `crossings()`. `reference` is the car measured to. What cannot be
        known is absent: the reference did not end the lap, or has no time there.

        Raises ValueError for a reference that is not there, with near names, and for sessions that are no race.
        """
        return self._ask("gaps", to=to)

    def leaders(self, *, by: Literal["overall", "class"] = "overall") -> Table:
        """The spells in the lead of a race, or of each class: car, class, driver (of its first lap), first_lap,
        last_lap, laps, start, end, duration.

        A lap is led by the car that ends it first, from when the lap before was ended first (`start`) to when it ends
        this one (`end`): laps and durations add up to those of the winner. Where the leader of laps is not known, for
        want of times, a spell has no car. `laps_led()` adds the laps up by car, driver or class. Raises ValueError for
        sessions that are no race.
        """
        return self._ask("leaders", by=by)

    def laps_led(self, *, by: By = "car", lead: Literal["overall", "class"] = "overall") -> Table:
        """Who led how many laps of a race (`lead="class"`: of the race of the class), the most first.

        car, class, driver, laps, time, spells, group, team, manufacturer. By car, class, driver of a car, ...; each lap
        counts for the one who ended it first, its time from when the lap before was ended first. `spells` are unbroken
        runs of laps led. Who led no lap has no row; names that differ within a row are absent, so is `time` where the
        time of a lap is not known. Raises ValueError for sessions that are no race.
        """
        return self._ask("laps_led", by=by, lead=lead)

    def lap_chart(self, *, by: Literal["overall", "class"] = "overall") -> Table:
        """Where each car of a race stood at each lap of the leader, in the field or in its class: car, class,
        leader_lap, position, laps.

        The order is that just before the leader ends his next lap, when every car has had the time to come round; at
        the last lap it is that of the finish. `laps` are those that the car had completed. A car has a row up to the
        lap of the leader in which it crosses the line for the last time. By class, the leader is that of the class.
        Positions are absent where laps without a time leave them open. Raises ValueError for sessions that are no race.
        """
        return self._ask("lap_chart", by=by)

    def retirements(self) -> Table:
        """The cars that did not reach the end of a race, in the order of their last crossing.

        car, class, last_lap, elapsed, in_pit, flag, driver (all of that lap), reason (where it stopped: pit_lane or
        on_track; disqualified if the published result says so), leader_lap (laps that the leader had completed by
        then), status (the published one, absent without a result).

        A car reached the end that took the flag; where the files carry no flag, one that crossed the line with the
        winner or after him. In a session that `until()` made a car that ran on has not retired. Cars that did not start
        have no row. Raises ValueError for sessions that are no race.
        """
        return self._ask("retirements")

    def stints(
        self,
        *,
        by: Literal["pit", "driver", "tyre"] = "pit",
        fuel_only: Duration | None = None,
        decisions: Any = (),
    ) -> Table:
        """The stints of each car; every lap is in one.

        car, class, stint (from 1), driver (of its first lap), first_lap, last_lap, laps, start and end (race time),
        duration, green_laps, in_lap, out_lap, mean, best, deviation, opened_by (start, driver_change, or the kind of
        the visit), estimated, assumption.

        By pit, a stint begins with every visit to the pit lane but a pass_through; by driver, with another driver. By
        tyre, with a stop or a visit to the garage that changed them, which no file says: such stints are `estimated`,
        and `assumption` is why the visit is taken to have changed tyres: pit_lane_time (it took as long as
        `fuel_only`, or the cut-off found for the class, as in `pit_stops()`), every_stop (no cut-off can be found, so
        every stop did) or garage. `decisions` name the visits in which a penalty was served, as in `pit_stops()`: no
        tyres are changed there.

        `green_laps` ended under green: where the files show no flags, in none of the `neutralisations()`. `mean`,
        `best` and `deviation` (of the sample) are of the green flying ones: neither lap 1, in-lap, out-lap nor deleted;
        absent without such laps.
        """
        return self._ask("stints", by=by, **about_visits(self, fuel_only, decisions))

    def pit_stops(self, *, fuel_only: Duration | None = None, decisions: Any = ()) -> Table:
        """The visits of each car to the pit lane.

        car, class, visit (from 1), lap (the in-lap), elapsed (at its end), pit_lane_time, kind, driver_before,
        driver_after, driver_change, flag, loss, service, fuel_only_below, flag_state, rivals, naive.

        `kind` is an estimate: garage is over 3 times the median visit of the class, drive_through a transit without a
        stop, pass_through one under caution or in practice, red_flag a stop while the race was suspended, unfinished
        one from which the car did not come out again; else pit_stop. `loss` is the time of the laps of the visit less
        as many median laps of the class meanwhile; absent where too few rivals were on track to say.

        No time tells a stop_go from a short stop: `decisions` do, given as for `classification()`. A drive_through or
        stop_go among them names the visit of its car that fits it best by the time in the pit lane, less that of the
        shortest visit of the field: on its `lap` or the ten after it, or without a lap anywhere in the race. Where none
        fits, none is named, and of one with a lap `check(decisions=)` says so.

        `service` of a pit_stop is an estimate too: fuel_only if it took less than fuel_only_below, else tyres. That
        cut-off is `fuel_only`, or else found for each class from its stops under green; where these are not two groups,
        both are absent. `flag_state` is the flag of both in-lap and out-lap, or mixed.

        `naive` (in-lap and out-lap less twice the car's median green lap, right under green only) and `rivals` (less
        twice the median of same-class laps meanwhile, the car's own lap before them sometimes among these) are the
        figures published for IMSA 2021-25, for the visits that were counted there: a crossing in the pit lane with none
        on the laps beside it, at most 300 s, of a car with 10 green flying laps.
        """
        return self._ask("pit_stops", **about_visits(self, fuel_only, decisions))

    def pit_loss(
        self,
        *,
        by: Literal["overall", "class", "car", "driver", "team", "manufacturer", "group"] = "class",
        method: Literal["loss", "rivals", "naive"] = "loss",
        decisions: Any = (),
    ) -> Table:
        """What a stop cost, a row for each class (or car, driver who came in, ...) and flag: under green, behind the
        safety car, under full-course yellow, or mixed where in-lap and out-lap differ.

        car, class, driver, flag, stops, median, low, high, naive, green_laps, measured, green_lap, group, team,
        manufacturer. `median` is over the stops whose cost could be `measured`; `low` and `high` are its 95 % bootstrap
        interval (of infinitely many resamples, so without chance), absent with fewer than 6. `naive` is the median of
        the common formula for the same stops. `green_laps` is the median in laps of `green_lap`, the median green
        flying lap of the group. `method` says which column of `pit_stops()` is summed up: by `loss` every pit_stop is
        one of the `stops`, by `rivals` and `naive` those counted in the published figures. Times lost on the road are
        no places lost. `decisions` as in `pit_stops()`: a stop_go is no pit_stop.
        """
        return self._ask("pit_loss", by=by, method=method, **about_visits(self, None, decisions))

    def undercuts(self, *, within: int = 3, places: int = 10, decisions: Any = ()) -> Table:
        """Cars of a class that stopped within some laps of each other, and what that made of the gap between them.

        class, ahead, behind, lap_ahead, lap_behind (the in-laps), before, after, gained, tactic, passed. `before` is
        the gap at the end of the last lap before either stopped, `after` that at the end of the first lap after both
        came out, negative where the car behind is ahead by then (`passed`); `gained` is what the car behind won. Its
        `tactic` was an undercut if it stopped first, an overcut if last, or the same_lap.

        A pair is of two pit_stops of cars that were on the same lap and at most so many `places` apart in their class
        as they ended the lap before either stopped, with no other visit of either car in between. In a selected session
        one of the two is enough: `race.select(cars="50").undercuts()` is what that car won and lost. `decisions` as in
        `pit_stops()`: a stop_go is no pit_stop. Raises ValueError for `within` below 0 and `places` below 1.
        """
        return self._ask("undercuts", within=within, places=places, **about_visits(self, None, decisions))

    def drive_time(self, *, rules: Rules | str | None = None) -> Table:
        """How long each driver of each car drove, the crew who never did included.

        car, class, driver, rating, time, share (of the car's), stints, longest (without another driver in between),
        longest_in_window (the most in any 6 hours, or the window of the rules), minimum, maximum, ok, reason.

        `time` is that of the laps less the time in the pit lane. A visit is split at the line between the driver who
        came in and the one who went out: its time is taken off the lap on which it is published, as a rule the out-lap,
        and what exceeds that lap off the other one. Time that a car stands on the track is in it, under a red flag too.

        `rules` (a `Rules`, or the name of a preset or file) give the bounds by class, rating, size of crew, event and
        length of the race (as announced, or else as run): `minimum` and `maximum` are the tightest that hold, the
        minimum less the part of the race lost to red flags where the rules say so. `ok` is whether all are kept,
        `reason` what is missed and by how much; ok is absent without any bound, or where one depends on a rating that
        is not known. In a narrowed session times and `share` are those of its own laps, drives end where another driver
        sat in the car, and `ok` is absent for who has only some of his laps there, unless they exceed a maximum. Raises
        RulesError for a bound that the rules leave open.
        """
        return self._ask("drive_time", **drive_options(self, None if rules is None else rules_of(rules)))

    def neutralisations(self, *, rules: Rules | str | None = None, by_pace: bool = False) -> Table:
        """The periods that were not green, in the order of time: kind (yellow, slow_zone, fcy, vsc, code_60,
        safety_car or red), start and end (race time), duration, first_lap and last_lap (of the leader), crossings (that
        say so), inferred, evidence, start_after, end_after, suspended, bunched, leader_laps, share_of_time,
        share_of_laps.

        Every crossing of every car is a time-stamped reading of the flag. `start` is the first crossing under it, `end`
        the first that is no more, so that `duration` is right on average; the period really began later than
        `start_after` and ended later than `end_after`, the crossings before. `leader_laps` are those that the leader
        ended under it. `suspended` is how long race time stood still meanwhile. Shares are of the time up to the
        chequered flag and of the laps of all cars.

        A red flag that no crossing shows (IMSA has no code for it) is `inferred` where more than half of the running
        cars are on a lap over 8 times the green median, begun together (then from when the first of these laps began
        until the first ended; the signal fell a little before or after, so `start_after` is absent), or where the clock
        ran on while race time stood still; a caution that went on around it is divided.

        Where the files of a race show no flag but the chequered one, its cautions are `inferred` from the pace of the
        field against the median of each class, sector by sector: a slow_zone where one or two sectors were slow for
        nearly all who drove them, over 1.35 times the median, while others were not; where more than half of all were
        slow, a fcy if the gaps held, else a safety_car, `bunched` if the gaps closed and absent if they do not tell
        which caution it was. Each lasts 90 s or longer; short green spells within one belong to it; rain that lets up
        slowly makes none. Their `evidence` says what was seen, `crossings` how many sectors were slow; the bounds are
        absent. Of whole laps no slow zone can be told. `by_pace=True` infers them where there are flags as well,
        between the periods that these show: slow zones, for which the WEC has no flag, and a field that slowed down
        before the flag changed.

        `bunched` says whether the field was gathered, absent where the kind does not tell: what `fcy` means depends on
        the series, so give `rules`, a `Rules` or a preset's name.
        """
        return self._ask("neutralisations", fcy_bunches=fcy_of(rules), by_pace=by_pace)

    def flag_times(self) -> Table:
        """The race by flag, green first: flag, periods, time, share_of_time, laps (of all cars), share_of_laps,
        leader_laps. Green is what no period of `neutralisations()` takes, up to the chequered flag."""
        return self._ask("flag_times")

    def clean_laps(self, *, slow: float = 0.07, anomaly: float = 1.3) -> Table:
        """Every lap, clean or with the first reason why it does not show pace: car, class, lap, clean, reason.

        Reasons, in this order: first_lap, in_lap, out_lap, neutralised, after_neutralisation, deleted, wet,
        missing_time, field_anomaly (most of the field was over `anomaly` times the class median meanwhile), slow (over
        1 + `slow` times the class median), missing_sector. A lap is neutralised by the flag at its end or, where the
        files show no flags, by `neutralisations()`. Medians are those of the whole field. Raises ValueError for values
        out of range.
        """
        return self._ask("clean_laps", slow=slow, anomaly=anomaly)

    def fastest_laps(self, *, by: By = "car", laps: int = 1) -> Table:
        """The best lap of each car (class, driver of a car, ...) as the timekeeper counts it, or its best `laps`, the
        fastest first.

        car, class, driver, lap, lap_time, elapsed, average_speed, group, team, manufacturer. Where the files mark best
        laps, a car's best is its last marked lap: quicker ones were deleted. Lap 1, in-laps, out-laps and deleted laps
        do not count without a mark. Who has no lap that counts has no row.
        """
        return self._ask("fastest_laps", by=by, laps=laps)

    def lap_records(self) -> Table:
        """Each lap that was the best of the session when it was set, in the order of time; columns as
        `fastest_laps()`."""
        return self._ask("lap_records")

    def ideal_laps(self, *, by: By = "car") -> Table:
        """The sum of the best sectors of each car (class, driver of a car, ...), the quickest first.

        car, class, driver, ideal, best, difference (best less ideal), sector_1, sector_2, sector_3, laps (with a sector
        that counts), group, team, manufacturer. A sector counts where it was driven at speed: the first not on lap 1 or
        an out-lap, the last not on an in-lap, none of a deleted lap. `ideal` is absent where a sector is.
        """
        return self._ask("ideal_laps", by=by)

    def best_sectors(self) -> Table:
        """The best of each sector in each class: car, class, sector, time, driver, lap, elapsed. Sectors count as in
        `ideal_laps()`."""
        return self._ask("best_sectors")

    def top_speeds(self) -> Table:
        """The highest speed of each car at the trap, the fastest first: car, class, driver, lap, top_speed (km/h),
        elapsed. A car without a speed has no row."""
        return self._ask("top_speeds")


# ---- Arguments ----


def names(what: str, given: Names) -> tuple[str, ...]:
    """One or several names as a tuple."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Iterable):
        raise TypeError(f"{what} are text, one or several, not {type(given).__name__}: {what}='{given}'")
    listed = tuple(given)
    for name in listed:
        if not isinstance(name, str):
            raise TypeError(f"{what} are text; {name!r} is of type {type(name).__name__}")
    if not listed:
        raise ValueError(f"{what} is empty, so nothing would be left; leave it out to keep all")
    return listed


def lap_bounds(laps: Laps | None) -> tuple[int, int]:
    """The first and the last lap, both included; 0: no limit."""
    if laps is None:
        return 0, 0
    first, last = (min(lap, HIGHEST_LAP) for lap in stated_bounds(laps))
    if not (0 <= first <= last or (last == 0 and first > 0)):
        raise ValueError(f"laps={laps!r} is no lap, from the first to the last")
    return first, last


def stated_bounds(laps: Laps) -> tuple[int, int]:
    if isinstance(laps, (range, slice)):
        if laps.step not in (None, 1):
            raise ValueError(f"laps={laps!r} leaves laps out; take the rows of the answer instead")
        first = 0 if laps.start is None else laps.start
        if laps.stop is None:
            return first, 0
        if laps.stop <= max(first, 1):
            raise ValueError(f"laps={laps!r} holds no lap")
        return first, laps.stop - 1
    pair = (laps, laps) if isinstance(laps, (int, np.integer)) else laps
    two = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not two or not all(isinstance(lap, (int, np.integer)) for lap in pair):
        raise TypeError(f"laps={laps!r}: give a lap, a pair (first, last), a range or a slice")
    first, last = pair
    if last < 1:
        raise ValueError(f"laps={laps!r}: laps are counted from 1")
    return int(first), int(last)


def given_duration(value: Duration | None, what: str) -> int | None:
    return None if value is None else to_microseconds(value, what)


def about_visits(session: Session, fuel_only: Duration | None, decisions: Any) -> dict[str, Any]:
    """What files do not say of visits to the pit lane, as far as it is given, as options of the core."""
    none = isinstance(decisions, Sequence) and not decisions
    listed = None if none else decision_table(decisions, field_of(session).cars)
    given = {"fuel_only": given_duration(fuel_only, "fuel_only"), "decisions": None if listed is None else listed._core}
    return {name: value for name, value in given.items() if value is not None}


def fcy_of(given: Rules | str | None) -> str:
    """What full-course yellow does to the field under the rules."""
    if given is None:
        return "not_said"
    return "yes" if rules_of(given).fcy_bunches else "no"


# ---- Making, hashing, describing ----


def selected(whole: Session, selection: Mapping[str, Any]) -> Session:
    session = Session._from_core(whole._core.select(**selection), whole._hashes)
    session._origin = (whole, dict(selection))
    return session


def cut(whole: Session, at: int, longest: int | None) -> Session:
    session = Session._from_core(whole._core.until(at, longest), whole._hashes)
    session._origin = (whole, (at, longest))
    return session


def unpickled(parts: Mapping[str, Table], hashes: Sequence[Hash | None]) -> Session:
    return Session._from_core(_core.Session.from_parts({name: table._core for name, table in parts.items()}), hashes)


def distinct(table: Table, column: str) -> tuple[str, ...]:
    return tuple(sorted({name for name in table[column].tolist() if name is not None}))

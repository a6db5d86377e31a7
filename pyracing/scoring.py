"""From the result of a race to the points of everybody in it, exactly and with the reason of each point."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias

from pyracing import frames
from pyracing.errors import RulesError
from pyracing.rows import rows_of
from pyracing.rules import Bonus, PointsTable, Rules, ShortenedStep, Standing, rounded

Of: TypeAlias = Literal["drivers", "teams", "manufacturers", "cars"]
Result: TypeAlias = dict[str, Any]  # one row of the results; None where a value is absent

COMPETITOR = {"drivers": "driver", "teams": "team", "manufacturers": "manufacturer", "cars": "car"}
COLUMNS = {
    **dict.fromkeys(("round", "position", "class_position", "laps", "laps_led", "leader_laps", "green_laps"), "int32"),
    **dict.fromkeys(("event", "session", "class", "car", "driver", "drivers", "team", "manufacturer"), "text"),
    **dict.fromkeys(("status", "points_table"), "text"),
    **dict.fromkeys(("hours", "distance_share"), "float64"),
    **dict.fromkeys(("stopped", "eligible", "pole", "fastest_lap"), "bool"),
    **dict.fromkeys(("best_lap", "drive_time"), "duration"),
}
OF_THE_RACE = ("event", "hours", "distance_share", "leader_laps", "green_laps", "stopped", "points_table")
DRIVERS_APART = re.compile(r"\s*/\s*")
NOT_ELIGIBLE = "; not eligible"
ANY_GROUP = "*"  # of a race to come, which is for every class
NOTHING = ShortenedStep(below=Fraction(1), factor=Fraction(0))
NUMBERED = re.compile(r"(.*\S)\s+\d+")


class Entry:
    """A car in a race: its rows (one, or one a driver) and its place among those who are ranked."""

    def __init__(self, rows: list[Result], place: int | None, owner: str, of: Of) -> None:
        self.rows = rows
        self.place = place
        self.owner = owner
        self.eligible = any(row["eligible"] is not False for row in rows) and bool(self.competitors(of))

    def drivers(self) -> list[tuple[str, Result]]:
        return [(name, row) for row in self.rows for name in named_drivers(row)]

    def competitors(self, of: Of) -> list[str]:
        if of == "drivers":
            return [name for name, _ in self.drivers()]
        name = next((row[COMPETITOR[of]] for row in self.rows if row[COMPETITOR[of]]), None)
        return [] if name is None else [name]


class Race(NamedTuple):
    """One session of one round, in one class where classes are ranked apart."""

    round: int
    event: str
    session: str
    group: str
    rows: list[Result]
    said: Result  # what holds for the race as a whole
    columns: frozenset[str]  # those that the results have


class Score(NamedTuple):
    """Points of one competitor with one car in one session. `reason` says how they came about."""

    round: int
    event: str
    session: str
    group: str
    competitor: str
    car: str | None
    place: int | None
    points: Fraction
    reason: str


# ---- Reading results -------------------------------------------------------------------------------------------------


def read_results(results: Any, rules: Rules, by: str | None, of: Of) -> list[Race]:
    """Results as races in order, whatever the order of the rows. ValueError names a column that is missing or wrong."""
    types = dict(COLUMNS)
    types |= {bonus.name: "bool" for bonus in rules.points.bonuses if bonus.name not in types}
    if by is not None:
        types[by] = "text"
    given = frames.given_columns(results, types)
    require(given, *(("driver", "drivers") if of == "drivers" else (COMPETITOR[of],)))
    require(given, "position", "class_position")
    if by is not None:
        require(given, by)
    rows = rows_of(given, types, "results")
    check_statuses(rows, rules)
    return races(rows, by, frozenset(given))


def read_calendar(calendar: Any, group: str) -> list[Race]:
    """Races to come, without rows: one for each row of a table with `round`."""
    types = {name: COLUMNS[name] for name in ("round", "session", *OF_THE_RACE)}
    given = frames.given_columns(calendar, types)
    require(given, "round")
    return [
        Race(said["round"], said["event"] or "", said["session"] or "race", group, [], said, frozenset())
        for said in rows_of(given, types, "remaining races")
    ]


def require(given: Mapping[str, frames.Given], *names: str) -> None:
    if not any(name in given for name in names):
        wanted = " or ".join(f"'{name}'" for name in names)
        raise ValueError(f"the results have no column {wanted}{frames.nearest(names[0], given)}")


def check_statuses(rows: Iterable[Result], rules: Rules) -> None:
    for status in {row["status"] for row in rows} - {None, *rules.statuses}:
        known = ", ".join(rules.statuses)
        raise ValueError(
            f"column 'status' of the results has {status!r}: expected {known}{frames.nearest(status, rules.statuses)}"
        )


def races(rows: Sequence[Result], by: str | None, columns: frozenset[str]) -> list[Race]:
    events = {row["event"] for row in rows}
    if len(events) > 1 and any(row["round"] is None for row in rows):
        raise ValueError("the results of several events need a column 'round', which says their order")
    together: dict[tuple[int, str, str], list[Result]] = {}
    for row in rows:
        group = row[by] if by is not None else ""
        if group is not None:
            together.setdefault((row["round"] or 1, row["session"] or "race", group), []).append(row)
    found = []
    for (number, session, group), members in sorted(together.items()):
        members.sort(key=lambda row: (row["car"] or "", row["driver"] or ""))
        said = {name: only(members, name, number, session) for name in OF_THE_RACE}
        found.append(Race(number, said["event"] or "", session, group, members, said, columns))
    return found


def only(rows: Iterable[Result], name: str, number: int, session: str) -> Any:
    values = sorted({row[name] for row in rows} - {None})
    if len(values) > 1:
        raise ValueError(
            f"column '{name}' of the results has {values[0]!r} and {values[1]!r} for round {number}, {session}"
        )
    return values[0] if values else None


def named_drivers(row: Result) -> list[str]:
    if row["driver"] is not None:
        return [row["driver"]]
    return DRIVERS_APART.split(row["drivers"].strip()) if row["drivers"] else []


# ---- Places ----------------------------------------------------------------------------------------------------------


def entries_of(race: Race, table: PointsTable, by: str | None, of: Of, pass_down: bool) -> list[Entry]:
    """Cars with their places among the ranked ones, ineligible cars left out of the count where points pass down. A car
    without a team is not eligible for a championship of teams."""
    cars: dict[tuple[str, int | None], list[Result]] = {}
    column = "class_position" if ranked_by_class(race, by) else "position"
    for row in race.rows:
        place = row[column] if ranked(row, table) else None
        owner = row["car"] or " / ".join(named_drivers(row)) or row["team"] or row["manufacturer"] or ""
        cars.setdefault((owner, place), []).append(row)
    renumber = by is not None and column == "position"
    taken = sorted(place for _, place in cars if place is not None)
    entries = []
    for (owner, place), rows in cars.items():
        if renumber and place is not None:
            place = 1 + bisect_left(taken, place)
        entries.append(Entry(rows, place, owner, of))
    if pass_down:
        outside = sorted(entry.place for entry in entries if not entry.eligible and entry.place is not None)
        for entry in entries:
            if entry.eligible and entry.place is not None:
                entry.place -= bisect_left(outside, entry.place)
    return sorted(entries, key=lambda entry: (entry.place is None, entry.place or 0, entry.owner))


def ranked_by_class(race: Race, by: str | None) -> bool:
    if any(row["position"] is not None for row in race.rows) and by != "class":
        return False
    return any(row["class_position"] is not None for row in race.rows)


def ranked(row: Result, table: PointsTable) -> bool:
    statuses = ("classified", "not_classified", "retired", None) if table.whole_field else ("classified", None)
    return row["status"] in statuses


def scoring_entries(entries: Sequence[Entry], standing: Standing, of: Of) -> list[tuple[Entry, int]]:
    """Eligible ranked entries and the places they score at; of a competitor with more cars than count, the best
    ones."""
    scoring = [(entry, entry.place) for entry in entries if entry.eligible and entry.place is not None]
    if not standing.cars or of in ("drivers", "cars"):
        return scoring
    seen: dict[str, int] = {}
    kept = []
    for entry, place in scoring:
        for name in entry.competitors(of):
            seen[name] = seen.get(name, 0) + 1
            if seen[name] <= standing.cars:
                kept.append((entry, place))
    if standing.rerank:
        places = [place for _, place in kept]  # in order, as the entries are
        kept = [(entry, 1 + bisect_left(places, place)) for entry, place in kept]
    return kept


# ---- Points of a place -----------------------------------------------------------------------------------------------


def holds_for_session(sessions: Sequence[str], session: str) -> bool:
    """`race` holds for `race` and for `race 2`."""
    match = NUMBERED.fullmatch(session)
    return session in sessions or (match is not None and match[1] in sessions)


def tables_of(rules: Rules, standing: Standing) -> dict[str, PointsTable]:
    return {table.name: table for table in (*rules.points.tables, *standing.tables)}


def table_for(rules: Rules, standing: Standing, race: Race) -> PointsTable:
    """The points table of a race: the one the results name, else the one that says most exactly that it is meant."""
    tables = tables_of(rules, standing)
    named = race.said["points_table"]
    if named is not None:
        if named not in tables:
            raise RulesError(
                f"{rules.origin}: points.tables.{named}: there is no such table{frames.nearest(named, tables)}"
            )
        return tables[named]
    meant = [table for table in tables.values() if holds_for_session(table.sessions, race.session)]
    if not meant:
        raise RulesError(
            f"{rules.origin}: points.tables: none holds for the session {race.session!r} of round {race.round}"
        )
    meant = [table for table in meant if race.event in table.events] or [table for table in meant if not table.events]
    hours = race.said["hours"]
    if len(meant) > 1 and hours is None and any(table.hours for table in meant):
        raise RulesError(
            f"{rules.origin}: points.tables: which of {', '.join(table.name for table in meant)} holds for round "
            f"{race.round} depends on the length of the race; add a column 'hours' or 'points_table' to the results"
        )
    if hours is not None:
        long = Fraction(repr(hours))
        meant = [table for table in meant if table.hours and table.hours[0] <= long <= table.hours[1]] or [
            table for table in meant if not table.hours
        ]
    if len(meant) != 1:
        which = f"{', '.join(table.name for table in meant)} all hold" if meant else "none holds"
        raise RulesError(
            f"{rules.origin}: points.tables: {which} for the session {race.session!r} of round {race.round}"
            + (f" of {hours:g} hours" if hours is not None else "")
        )
    return meant[0]


def scale(rules: Rules, standing: Standing, table: PointsTable) -> tuple[tuple[Fraction, ...], Fraction | None]:
    """The points by place and those beyond, with `of` followed. A standing's own table may stand on the common one."""
    if not table.of:
        points, beyond = table.points, table.beyond
    else:
        common = {one.name: one for one in rules.points.tables}
        tables = common if table.of == table.name else tables_of(rules, standing)
        points, beyond = scale(rules, standing, tables[table.of])
        beyond = beyond if table.beyond is None else table.beyond
    return tuple(rounded(one * table.multiplier, table.rounding) for one in points), beyond


class Scale:
    """Points by place in one race. `where` names the list in the rules, for the message of a list that is too short."""

    def __init__(self, points: Sequence[Fraction], beyond: Fraction | None, skipped: int, where: str) -> None:
        self.points = points[skipped:]
        self.beyond = beyond
        self.where = where

    def at(self, place: int, cars: int) -> Fraction:
        """Points of each of so many cars in a dead heat for a place: the points of their places shared."""
        return sum((self.of(one) for one in range(place, place + cars)), Fraction(0)) / cars

    def of(self, place: int) -> Fraction:
        if place <= len(self.points):
            return self.points[place - 1]
        if self.beyond is None:
            raise RulesError(
                f"{self.where} has points for {len(self.points)} places and a car is in place {place}; "
                "add places, or `beyond` with the points of every further car"
            )
        return self.beyond


def race_scale(rules: Rules, standing: Standing, table: PointsTable, race: Race) -> tuple[Scale, Fraction, str]:
    """The scale of a race, the factor on it and the reason of a factor."""
    where = f"{rules.origin}: points.tables.{table.name}.points"
    points, beyond = scale(rules, standing, table)
    starters = sum(row["status"] != "not_started" for row in race.rows) or table.full_from
    usual = Scale(points, beyond, max(0, table.full_from - starters), where)
    step, reason = shortened_step(rules, race)
    if step is None:
        return usual, Fraction(1), ""
    if step.points:
        return Scale(step.points, Fraction(0), 0, where), Fraction(1), reason
    return usual, step.factor if step.factor is not None else Fraction(1), reason


def share_run(race: Race) -> Fraction:
    share = race.said["distance_share"]
    return Fraction(1) if share is None else Fraction(repr(share))


def shortened_step(rules: Rules, race: Race) -> tuple[ShortenedStep | None, str]:
    """What becomes of the points of a race that did not run its distance, and why."""
    shortened = rules.points.shortened
    share = share_run(race)
    leader = race.said["leader_laps"]
    if leader is None:
        leader = max((row["laps"] for row in race.rows if row["laps"] is not None), default=None)
    green = race.said["green_laps"]
    if leader is not None and leader < shortened.min_laps:
        return NOTHING, f"none: fewer than {shortened.min_laps} laps"
    if green is not None and green < shortened.min_green_laps:
        return NOTHING, f"none: fewer than {shortened.min_green_laps} green laps"
    if share >= 1 or (shortened.when == "stopped" and race.said["stopped"] is False):
        return None, ""
    for step in shortened.steps:
        if share < step.below and holds_for_session(step.sessions, race.session):
            return step, f"less than {float(100 * step.below):g}% of the distance"
    return None, ""


# ---- Bonuses ---------------------------------------------------------------------------------------------------------


def bonuses_of(rules: Rules, race: Race, of: Of) -> list[Bonus]:
    """Bonuses that can be earned in a race."""
    return [
        bonus
        for bonus in rules.points.bonuses
        if bonus.points and of in bonus.standings and holds_for_session(bonus.sessions, race.session)
    ]


def bonus_scores(rules: Rules, race: Race, entries: Sequence[Entry], of: Of) -> list[tuple[str, Entry, Fraction, str]]:
    """(competitor, entry, points, reason) of every bonus in a race."""
    scores = []
    for bonus in bonuses_of(rules, race, of):
        if share_run(race) < bonus.min_distance:
            continue
        holders = bonus_holders(rules, bonus, race, entries)
        points = bonus.points / len(holders) if bonus.ties == "split" and holders else bonus.points
        for entry, rows in holders:
            names = [name for row in rows for name in named_drivers(row)] if of == "drivers" else entry.competitors(of)
            scores += [(name, entry, points, bonus.name.replace("_", " ")) for name in dict.fromkeys(names)]
    return scores


def bonus_holders(rules: Rules, bonus: Bonus, race: Race, entries: Sequence[Entry]) -> list[tuple[Entry, list[Result]]]:
    """Entries that earn a bonus, with the rows that say so."""
    column = {"lap_led": "laps_led", "most_laps_led": "laps_led"}.get(bonus.name, bonus.name)
    if column == "fastest_lap" and column not in race.columns:
        column = "best_lap"
    if column not in race.columns:
        raise RulesError(f"{rules.origin}: points.bonuses.{bonus.name} needs a column '{column}' in the results")
    possible = [entry for entry in entries if entry.eligible]
    within = [
        entry for entry in possible if bonus.top is None or (entry.place is not None and entry.place <= bonus.top)
    ]
    values = [row[column] for entry in (within if bonus.fallback else possible) for row in entry.rows if row[column]]
    if column == "best_lap":
        values = [min(values, default=None)]
    elif bonus.name == "most_laps_led":
        values = [max(values, default=None)]
    found = []
    for entry in within:
        rows = [row for row in entry.rows if row["eligible"] is not False and row[column] and row[column] in values]
        if rows:
            found.append((entry, rows))
    return found


# ---- Scores ----------------------------------------------------------------------------------------------------------


def race_scores(rules: Rules, standing: Standing, race: Race, of: Of, by: str | None) -> list[Score]:
    """Points of everybody in one race, one row a competitor and car, in the order of places; a bonus in a row of its
    own."""
    if race.event in standing.excluded_events:
        return []
    table = table_for(rules, standing, race)
    entries = entries_of(race, table, by, of, rules.points.pass_down)
    own_scale, factor, why = race_scale(rules, standing, table, race)
    scoring = scoring_entries(entries, standing, of)
    places = {id(entry): place for entry, place in scoring}
    ties = Counter(places.values())
    scores = []
    for entry in entries:
        place = places.get(id(entry))
        points = factor * own_scale.at(place, ties[place]) if place is not None else Fraction(0)
        heat = f"dead heat of {ties[place]}" if place is not None and ties[place] > 1 else ""
        reason = "; ".join(text for text in (table.name, why, heat) if text) if place is not None else ""
        for name, share, note in shares(rules, entry, of):
            own_place = None if note == NOT_ELIGIBLE else place
            scores.append(score(race, name, entry, own_place, points * share, reason + note))
    for name, entry, points, reason in bonus_scores(rules, race, entries, of):
        scores.append(score(race, name, entry, None, points, reason))
    return scores


def score(race: Race, name: str, entry: Entry, place: int | None, points: Fraction, reason: str) -> Score:
    return Score(race.round, race.event, race.session, race.group, name, entry.rows[0]["car"], place, points, reason)


def shares(rules: Rules, entry: Entry, of: Of) -> list[tuple[str, Fraction, str]]:
    """Who gets which share of an entry's points, and why not all of them."""
    drivers = len({name for name, _ in entry.drivers()})
    way = rules.points.drivers_of_a_car
    void = way == "none" and drivers > 1
    if of != "drivers":
        return [
            (name, Fraction(0 if void else 1), "; car driven by several" if void else "")
            for name in entry.competitors(of)
        ]
    least = rules.drive_time.minimum_for_points
    found = []
    for name, row in entry.drivers():
        share, note = Fraction(1), ""
        if void:
            share, note = Fraction(0), "; car driven by several"
        elif way == "split" and drivers > 1:
            share, note = Fraction(1, drivers), f"; shared by {drivers}"
        if row["eligible"] is False:
            share, note = Fraction(0), NOT_ELIGIBLE
        elif (
            least is not None
            and row["drive_time"] is not None
            and row["drive_time"] < least.total_seconds() * 1_000_000
        ):
            share, note = Fraction(0), "; drove too little"
        found.append((name, share, note))
    return found

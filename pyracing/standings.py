"""Championship tables: points of the season, what counts of them, who is ahead of whom and who can still win."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from pyracing.decisions import PointsDeduction
from pyracing.errors import RulesError
from pyracing.frames import given_columns, nearest
from pyracing.presets import rules as read_rules
from pyracing.rows import table_of_rows
from pyracing.rules import Rules, Standing
from pyracing.scoring import (
    ANY_GROUP,
    COMPETITOR,
    Of,
    Race,
    Score,
    bonuses_of,
    holds_for_session,
    race_scale,
    race_scores,
    read_calendar,
    read_results,
    table_for,
)
from pyracing.table import Field, Table


class Season(NamedTuple):
    """Everything that the points of one championship are made of."""

    rules: Rules
    of: Of
    by: str | None
    standing: Standing
    races: list[Race]
    rounds: list[int]


class Line(NamedTuple):
    """One competitor's line of the table. `total` is what counts, `scored` all points; `best` the tie-break."""

    competitor: str
    total: Fraction
    scored: Fraction
    deducted: Fraction
    excluded: bool
    rounds: int
    places: Counter[int]
    best: tuple[int, ...]


def season_of(results: Any, rules: str | Path | Rules, of: Of, by: str | None) -> Season:
    """The season as races. Without `by`, classes are apart where the rules rank within classes and the results have
    them."""
    made = read_rules(rules)
    if of not in COMPETITOR:
        raise ValueError(f"of={of!r}: expected one of {', '.join(COMPETITOR)}")
    standing: Standing | None = getattr(made.standings, of)
    if standing is None:
        raise RulesError(f"{made.origin}: standings.{of}: the rules hold no championship of {of}")
    if by is None and made.points.positions == "class" and has_classes(results):
        by = "class"
    races = read_results(results, made, by, of)
    rounds = sorted({race.round for race in races if race.event not in standing.excluded_events})
    return Season(made, of, by, standing, races, rounds)


def has_classes(results: Any) -> bool:
    return "class" in given_columns(results, ["class"])


def season_scores(season: Season) -> list[Score]:
    return [
        score
        for race in season.races
        for score in race_scores(season.rules, season.standing, race, season.of, season.by)
    ]


# ---- What counts -----------------------------------------------------------------------------------------------------


def counted(results: dict[tuple[int, str], Fraction], season: Season) -> set[tuple[int, str]]:
    """Keys of the results that count: the best ones of each part of the season, the earlier of equal ones."""
    standing = season.standing
    if not standing.split:
        return set(best_of(results, results, standing.best))
    kept: set[tuple[int, str]] = set()
    begin = 0
    for length, best in standing.split:
        inside = set(season.rounds[begin : begin + length])
        kept.update(best_of(results, (key for key in results if key[0] in inside), best))
        begin += length
    if begin < len(season.rounds):
        raise RulesError(
            f"{season.rules.origin}: standings.{season.of}.split is for {begin} rounds and the season has "
            f"{len(season.rounds)}"
        )
    return kept


def best_of(
    results: dict[tuple[int, str], Fraction], keys: Iterable[tuple[int, str]], best: int
) -> list[tuple[int, str]]:
    ordered = sorted(keys, key=lambda key: (-results[key], key))
    return ordered[:best] if best else ordered


def result_key(season: Season, score: Score) -> tuple[int, str]:
    return (score.round, score.session if season.standing.result == "session" else "")


class Frame(NamedTuple):
    """What tie-breaks are measured in: places down to the last one, and the latest round."""

    last_place: int
    latest: int


def frame_of(scores: Iterable[Score]) -> Frame:
    known = [(score.place or 0, score.round) for score in scores]
    return Frame(max((place for place, _ in known), default=0), max((number for _, number in known), default=0))


def lines_of(
    season: Season, scores: Iterable[Score], deductions: Sequence[PointsDeduction], frame: Frame
) -> list[Line]:
    """The table of one group, the leader first; who is equal stands in the order of names."""
    of_each: dict[str, list[Score]] = {}
    for score in scores:
        of_each.setdefault(score.competitor, []).append(score)
    lines = []
    for name, own in of_each.items():
        results: dict[tuple[int, str], Fraction] = {}
        for score in own:
            key = result_key(season, score)
            results[key] = results.get(key, Fraction(0)) + score.points
        held = [deduction for deduction in deductions if deduction.competitor == name]
        deducted = sum((deduction.exact() for deduction in held), Fraction(0))
        total = sum((results[key] for key in counted(results, season)), Fraction(0)) - deducted
        scored = sum(results.values(), Fraction(0))
        excluded = any(deduction.points is None for deduction in held)
        rounds = len({score.round for score in own})
        best = tie_break(season, own, frame)
        lines.append(Line(name, total, scored, deducted, excluded, rounds, places_of(own), best))
    return sorted(lines, key=lambda line: (*rank(line), line.competitor))


def rank(line: Line) -> tuple[bool, Fraction, tuple[int, ...]]:
    return line.excluded, -line.total, line.best


def places_of(scores: Iterable[Score]) -> Counter[int]:
    """How often a competitor was first, second, ... in a race."""
    return Counter(score.place for score in scores if score.place is not None and is_race(score))


def is_race(score: Score) -> bool:
    return holds_for_session(("race",), score.session)


def tie_break(season: Season, scores: Sequence[Score], frame: Frame) -> tuple[int, ...]:
    """What parts competitors with equal points, the smaller the better."""
    parted: list[int] = []
    for way in season.rules.standings.tie_break:
        if way == "latest":
            latest = [score.place for score in scores if score.round == frame.latest and is_race(score)]
            parted.append(min((place for place in latest if place is not None), default=frame.last_place + 1))
        else:
            held = places_of(score for score in scores if way == "places" or score.points > 0)
            parted += [-held[place] for place in range(1, frame.last_place + 1)]
    return tuple(parted)


def positions(lines: Sequence[Line]) -> list[int | None]:
    """Positions in the table: equal ones for who is equal, none for who is excluded."""
    found: list[int | None] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if line.excluded:
            found.append(None)
        elif before is not None and rank(before) == rank(line):
            found.append(found[-1])
        else:
            found.append(index + 1)
    return found


def check_deductions(deductions: Iterable[PointsDeduction], scores: Iterable[Score]) -> None:
    names = sorted({score.competitor for score in scores})
    for deduction in deductions:
        if deduction.competitor not in names:
            raise RulesError(
                f"points_deduction: nobody is called {deduction.competitor!r}{nearest(deduction.competitor, names)}"
            )


def grouped(scores: Iterable[Score]) -> Iterator[tuple[str, list[Score]]]:
    groups: dict[str, list[Score]] = {}
    for score in scores:
        groups.setdefault(score.group, []).append(score)
    yield from sorted(groups.items())


# ---- Tables ----------------------------------------------------------------------------------------------------------


def head(season: Season) -> list[Field]:
    return [Field(season.by, "text", False)] if season.by is not None else []


def with_group(season: Season, group: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (group, *row) if season.by is not None else row


def scores(results: Any, rules: str | Path | Rules, *, of: Of = "drivers", by: str | None = None) -> Table:
    """Every point of a season and what it was given for.

    results : as for `standings`.
    Table   : a row a competitor, car and session, and one a bonus: round, event, session, the column of `by` if any,
        the competitor, car, place (the one that scores; null for a bonus), points, points_exact (`25`, `1/7`), counted
        (the result is not dropped), reason.
    """
    season = season_of(results, rules, of, by)
    rows = []
    for group, found in grouped(season_scores(season)):
        own: dict[str, dict[tuple[int, str], Fraction]] = {}
        for score in found:
            totals = own.setdefault(score.competitor, {})
            totals[result_key(season, score)] = totals.get(result_key(season, score), Fraction(0)) + score.points
        kept = {name: counted(totals, season) for name, totals in own.items()}
        for score in found:
            row = (
                score.competitor,
                score.car,
                score.place,
                float(score.points),
                str(score.points),
                result_key(season, score) in kept[score.competitor],
                score.reason,
            )
            rows.append((score.round, score.event or None, score.session, *with_group(season, group, row)))
    fields = [
        Field("round", "int32", False),
        Field("event", "text", True),
        Field("session", "text", False),
        *head(season),
        Field(COMPETITOR[of], "text", False),
        Field("car", "text", True),
        Field("place", "int32", True),
        Field("points", "float64", False),
        Field("points_exact", "text", False),
        Field("counted", "bool", False),
        Field("reason", "text", False),
    ]
    return table_of_rows(fields, rows)


def standings(
    results: Any,
    rules: str | Path | Rules,
    *,
    of: Of = "drivers",
    by: str | None = None,
    deductions: Sequence[PointsDeduction] = (),
) -> Table:
    """The championship table of a season, or of a part of it.

    results : any table (a pyracing Table, polars, pandas, an Arrow stream, a mapping of arrays) with a row a car, or a
        row a driver of a car. Columns:
        round               whole number; not needed for a single event
        position            overall, or class_position within the class; absent: not ranked
        driver or drivers   several in one text parted by ` / `; team, manufacturer, car for championships of these
        and where they matter: event, session (`race` where absent, `race 2`, `sprint`, `qualifying`, `stage 1`,
        `hour 6`), class, status (absent: classified), laps, eligible (false: scores nothing), hours (scheduled
        length), distance_share (of the distance, of a shortened race), leader_laps, green_laps, stopped (not resumed),
        drive_time, points_table (name in the rules, outweighs the choice by session, event and hours), pole,
        fastest_lap or best_lap, laps_led, and a true-or-false column for any other bonus of the rules.
    rules : name of a preset, path of a file, or Rules.
    of : drivers, teams, manufacturers or cars.
    by : a column whose values have a championship each, renumbered among themselves; without it the classes have where
        the rules say so.
    deductions : what `pyracing.points_deduction` makes.
    Table : a row a competitor: the column of `by` if any, position (equal where nothing parts equal points, null for
        who is excluded), the competitor, points, points_exact (as a fraction), gap (to the leader), scored (before
        dropped results and deductions), dropped, deducted, rounds, wins, podiums.
    Raises RulesError where the rules lack what the results need, ValueError for results that cannot be read.
    """
    season = season_of(results, rules, of, by)
    found = season_scores(season)
    check_deductions(deductions, found)
    rows = []
    for group, own in grouped(found):
        lines = lines_of(season, own, deductions, frame_of(own))
        for position, line in zip(positions(lines), lines, strict=True):
            dropped = line.scored - line.total - line.deducted
            podiums = sum(line.places[place] for place in (1, 2, 3))
            row = (
                position,
                line.competitor,
                float(line.total),
                str(line.total),
                float(lines[0].total - line.total),
                float(line.scored),
                float(dropped),
                float(line.deducted),
                line.rounds,
                line.places[1],
                podiums,
            )
            rows.append(with_group(season, group, row))
    fields = [
        *head(season),
        Field("position", "int32", True),
        Field(COMPETITOR[of], "text", False),
        Field("points", "float64", False),
        Field("points_exact", "text", False),
        *(Field(name, "float64", False) for name in ("gap", "scored", "dropped", "deducted")),
        *(Field(name, "int32", False) for name in ("rounds", "wins", "podiums")),
    ]
    return table_of_rows(fields, rows)


# ---- Progress of the title -------------------------------------------------------------------------------------------


def title_progress(
    results: Any,
    rules: str | Path | Rules,
    *,
    of: Of = "drivers",
    by: str | None = None,
    remaining: Any = None,
    deductions: Sequence[PointsDeduction] = (),
) -> Table:
    """The table after each round, what everybody can still reach, and who is out.

    results, rules, of, by, deductions : as for `standings`; deductions hold from the first round on.
    remaining : the races to come, any table with `round` and, where they matter, event, session, hours, points_table.
        Rounds of the results are to come in the tables of the rounds before them, at full distance.
    Table : a row a round and competitor: after (the round), event, the column of `by` if any, position, the competitor,
        points, gap, available (most points that the races to come can add, dropped results considered), reachable, out
        (cannot pass the present leader even if he scores no more: fewer points, or equal points and a worse countback),
        champion (the leader once all others are out, and whoever might still join).
    """
    season = season_of(results, rules, of, by)
    season, coming = with_calendar(season, remaining)
    found = season_scores(season)
    check_deductions(deductions, found)
    events = {race.round: race.event for race in season.races}
    rows = []
    for group, own in grouped(found):
        for after in sorted({score.round for score in found}):
            to_come = [
                race for race in (*season.races, *coming) if race.group in (group, ANY_GROUP) and race.round > after
            ]
            standing_now = [score for score in own if score.round <= after]
            for row in title_rows(season, standing_now, to_come, deductions):
                rows.append((after, events[after] or None, *with_group(season, group, row)))
    fields = [
        Field("after", "int32", False),
        Field("event", "text", True),
        *head(season),
        Field("position", "int32", True),
        Field(COMPETITOR[of], "text", False),
        *(Field(name, "float64", False) for name in ("points", "gap", "available", "reachable")),
        *(Field(name, "bool", False) for name in ("out", "champion")),
    ]
    return table_of_rows(fields, rows)


def with_calendar(season: Season, remaining: Any) -> tuple[Season, list[Race]]:
    """The season with the rounds to come, and their races."""
    if remaining is None:
        return season, []
    excluded = season.standing.excluded_events
    coming = [race for race in read_calendar(remaining, ANY_GROUP) if race.event not in excluded]
    for race in coming:
        if race.round in season.rounds:
            raise ValueError(f"round {race.round} is among the results and among the remaining races")
    return season._replace(rounds=sorted({*season.rounds, *(race.round for race in coming)})), coming


def title_rows(
    season: Season, scores: Sequence[Score], coming: Sequence[Race], deductions: Sequence[PointsDeduction]
) -> list[tuple[Any, ...]]:
    """The table after a round with what can still be reached."""
    cars = Counter((score.competitor, score.round, score.session) for score in scores if score.place is not None)
    most_cars: Counter[str] = Counter()
    for (name, _, _), count in cars.items():
        most_cars[name] = max(most_cars[name], count)
    lines = lines_of(season, scores, deductions, frame_of(scores))
    own = {line.competitor: [score for score in scores if score.competitor == line.competitor] for line in lines}
    wins = {line.competitor: best_case(season, line.competitor, most_cars[line.competitor], coming) for line in lines}
    last = frame_of([*scores, *(score for scores in wins.values() for score in scores)])
    leader = lines_of(season, own[lines[0].competitor], deductions, last)[0]
    rows = []
    for position, line in zip(positions(lines), lines, strict=True):
        best = lines_of(season, own[line.competitor] + wins[line.competitor], deductions, last)[0]
        out = line is not lines[0] and rank(best) > rank(leader)
        rows.append(
            (
                position,
                line.competitor,
                float(line.total),
                float(leader.total - line.total),
                float(best.total - line.total),
                float(best.total),
                out,
            )
        )
    newcomer = lines_of(season, best_case(season, "", 1, coming), (), last)
    won = (
        not leader.excluded and all(row[-1] for row in rows[1:]) and all(rank(line) > rank(leader) for line in newcomer)
    )
    return [(*row, won and index == 0) for index, row in enumerate(rows)]


def best_case(season: Season, name: str, cars: int, coming: Sequence[Race]) -> list[Score]:
    """What a competitor scores who wins every race to come with all bonuses; a team fills the places behind, too."""
    standing = season.standing
    cars = 1 if season.of in ("drivers", "cars") else min(max(cars, 1), standing.cars or max(cars, 1))
    scores = []
    for race in coming:
        if race.event in standing.excluded_events:
            continue
        full = race._replace(
            rows=[], said={**race.said, "distance_share": None, "leader_laps": None, "green_laps": None}
        )
        points, _, _ = race_scale(season.rules, standing, table_for(season.rules, standing, race), full)
        bonus = sum((one.points for one in bonuses_of(season.rules, race, season.of)), Fraction(0))
        for place in range(1, cars + 1):
            scores.append(
                Score(race.round, race.event, race.session, race.group, name, None, place, points.at(place, 1), "")
            )
        scores.append(Score(race.round, race.event, race.session, race.group, name, None, None, bonus, ""))
    return scores

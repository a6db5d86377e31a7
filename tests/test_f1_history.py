"""Formula 1 from 1950 on: places, fastest laps and the presets' rules against the points and tables as published.

The points column of the results is an oracle only. What the rules cannot derive from places is listed here with its
reason. Published season totals are facts of the official tables; of seasons in which no result is dropped the published
points of the races are the oracle.
"""

import csv
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import pyracing as pr

DUMP = Path(__file__).parents[2] / "shared" / "data" / "f1" / "ergast_dump"
pytestmark = pytest.mark.skipif(not DUMP.is_dir(), reason="the results since 1950 are not here")

YEARS = range(1950, 2026)

# Holders of the fastest lap by round, 1950-59; `/` parts holders of the same time. France 1953: Ascari did the same time,
# the point was credited to Fangio alone.
FASTEST = {
    1950: "farina fangio parsons farina farina fangio fangio",
    1951: "fangio wallard fangio fangio farina fangio farina fangio",
    1952: "taruffi vukovich ascari ascari ascari ascari ascari ascari/gonzalez",
    1953: "ascari vukovich villoresi gonzalez fangio ascari/gonzalez ascari ascari fangio",
    1954: "gonzalez mcgrath fangio herrmann ascari/behra/fangio/gonzalez/hawthorn/marimon/moss kling fangio gonzalez ascari",
    1955: "fangio fangio vukovich fangio mieres moss moss",
    1956: "fangio fangio paul_russo moss fangio moss fangio moss",
    1957: "moss fangio rathmann musso moss fangio moss brooks",
    1958: "fangio hawthorn moss bettenhausen hawthorn hawthorn hawthorn moss hawthorn phil_hill moss",
    1959: "jack_brabham thomson moss moss moss/mclaren brooks moss phil_hill trintignant",
}
FASTEST_MISSING = {(2024, "Monaco Grand Prix"): "hamilton"}  # the results have no fastest lap for this race

# Share of the distance, for races that were stopped, and laps of the leader before results were counted back.
SHORTENED = {
    (1975, "Spanish Grand Prix"): (29, 75),
    (1975, "British Grand Prix"): (56, 67),
    (1975, "Austrian Grand Prix"): (29, 54),
    (1978, "Italian Grand Prix"): (40, 52),
    (1984, "Monaco Grand Prix"): (31, 76),
    (1991, "Australian Grand Prix"): (14, 81),
    (2003, "Brazilian Grand Prix"): (54, 71),
    (2009, "Malaysian Grand Prix"): (31, 56),
    (2014, "Japanese Grand Prix"): (44, 53),
    (2021, "Belgian Grand Prix"): (1, 44),
    (2022, "Monaco Grand Prix"): (64, 78),
    (2022, "Japanese Grand Prix"): (28, 53),
}
LEADER_LAPS = {(2021, "Belgian Grand Prix"): 3}  # behind the safety car; the result is that after the first
NOT_STOPPED = {(2022, "Japanese Grand Prix")}  # resumed, and ran to its time limit

# Who could not score, and why no parameter says so.
NOT_ELIGIBLE = {
    (1956, "Monaco Grand Prix"): {("fangio", "20")},  # scored with the better of his two cars only
    (1957, "British Grand Prix"): {("collins", "16")},  # drove too little of the race for a share
    (1958, "German Grand Prix"): {("mclaren", "20")},  # Formula 2 car
    (1963, "French Grand Prix"): {("hill", "2")},  # push start
    (1967, "German Grand Prix"): {("oliver", "24"), ("rees", "22")},  # Formula 2 cars
    (1984, "Italian Grand Prix"): {("gartner", "30"), ("berger", "31")},  # second cars of teams entered with one
    (1987, "Australian Grand Prix"): {("dalmas", "29")},  # the same
}
SHARE_VOID = {(1957, "British Grand Prix", "collins")}  # so the other driver of the car has its points alone


def table(name: str) -> list[dict[str, str]]:
    with open(DUMP / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def dump() -> dict[int, list[dict[str, Any]]]:
    """Results by year with names in place of numbers."""
    races = {row["raceId"]: row for row in table("races.csv")}
    drivers = {row["driverId"]: row["driverRef"] for row in table("drivers.csv")}
    makes = {row["constructorId"]: row["constructorRef"] for row in table("constructors.csv")}
    years = defaultdict(list)
    for session, name in (("race", "results.csv"), ("sprint", "sprint_results.csv")):
        for row in table(name):
            race = races[row["raceId"]]
            years[int(race["year"])].append({
                "round": int(race["round"]), "event": race["name"], "session": session, "car": row["number"],
                "driver": drivers[row["driverId"]], "manufacturer": makes[row["constructorId"]],
                "text": row["positionText"], "laps": int(row["laps"]), "rank": row["rank"], "points": row["points"],
            })
    return years


STATUS = {"R": "retired", "D": "disqualified", "E": "disqualified", "N": "not_classified", "W": "not_started", "F": "not_started"}


def season(year: int) -> dict[str, list[Any]]:
    """A season's results as an analyst would have them: without points."""
    columns = defaultdict(list)
    for row in dump()[year]:
        race = (year, row["event"])
        if (*race, row["driver"]) in SHARE_VOID:
            continue
        placed = row["text"].isdigit()
        laps, distance = SHORTENED.get(race, (1, 1))
        if year in FASTEST:
            fastest = row["driver"] in FASTEST[year].split()[row["round"] - 1].split("/")
        else:
            fastest = row["rank"] == "1" or FASTEST_MISSING.get(race) == row["driver"]
        values = {
            **{key: row[key] for key in ("round", "event", "session", "car", "driver", "manufacturer", "laps")},
            "position": int(row["text"]) if placed else None,
            "status": "classified" if placed else STATUS[row["text"]],
            "fastest_lap": fastest and row["session"] == "race",
            "eligible": (row["driver"], row["car"]) not in NOT_ELIGIBLE.get(race, ()),
            "distance_share": laps / distance if row["session"] == "race" else 1.0,
            "leader_laps": LEADER_LAPS.get(race),
            "stopped": race not in NOT_STOPPED,
        }
        for key, value in values.items():
            columns[key].append(value)
    if year == 1954:
        only_once(columns)
    return dict(columns)


def only_once(columns: dict[str, list[Any]]) -> None:
    """A driver of several cars has one fastest lap."""
    seen = set()
    for index, fastest in enumerate(columns["fastest_lap"]):
        key = columns["round"][index], columns["driver"][index]
        columns["fastest_lap"][index] = fastest and key not in seen
        seen |= {key} if fastest else set()


def published(points: str) -> Fraction:
    """The dump rounds to two decimals what was split in thirds and sevenths."""
    whole = Fraction(points)
    return next((Fraction(whole).limit_denominator(part) for part in (1, 2, 3, 7)
                 if abs(whole.limit_denominator(part) - whole) < Fraction(6, 1000)), whole)


@pytest.mark.parametrize("year", YEARS)
def test_points_of_every_race(year: int) -> None:
    """1,149 races and the sprints: points of every driver."""
    found: Counter[tuple[int, str, str]] = Counter()
    scores = pr.scores(season(year), f"f1-{year}")
    for number, session, driver, points in zip(
        scores["round"], scores["session"], scores["driver"], scores["points_exact"], strict=True
    ):
        found[int(number), session, driver] += Fraction(points)
    expected: Counter[tuple[int, str, str]] = Counter()
    for row in dump()[year]:
        expected[row["round"], row["session"], row["driver"]] += Fraction(row["points"])
    wrong = {key: (found[key], points) for key, points in expected.items() if abs(found[key] - points) > Fraction(1, 100)}
    assert not wrong
    assert not set(found) - set(expected)

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

# Holders of the fastest lap by round, 1950-59; `/` parts holders of the same time. France 1953: Ascari did the same
# time, the point was credited to Fangio alone.
FASTEST = {
    1950: "farina fangio parsons farina farina fangio fangio",
    1951: "fangio wallard fangio fangio farina fangio farina fangio",
    1952: "taruffi vukovich ascari ascari ascari ascari ascari ascari/gonzalez",
    1953: "ascari vukovich villoresi gonzalez fangio ascari/gonzalez ascari ascari fangio",
    1954: "gonzalez mcgrath fangio herrmann ascari/behra/fangio/gonzalez/hawthorn/marimon/moss kling fangio gonzalez "
    "ascari",
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
            years[int(race["year"])].append(
                {
                    "round": int(race["round"]),
                    "event": race["name"],
                    "session": session,
                    "car": row["number"],
                    "driver": drivers[row["driverId"]],
                    "manufacturer": makes[row["constructorId"]],
                    "text": row["positionText"],
                    "laps": int(row["laps"]),
                    "rank": row["rank"],
                    "points": row["points"],
                }
            )
    return years


STATUS = {
    "R": "retired",
    "D": "disqualified",
    "E": "disqualified",
    "N": "not_classified",
    "W": "not_started",
    "F": "not_started",
}


@cache
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
    only_once(columns)
    return dict(columns)


def only_once(columns: dict[str, list[Any]]) -> None:
    """A driver of several cars has one fastest lap."""
    seen = set()
    for index, fastest in enumerate(columns["fastest_lap"]):
        key = columns["round"][index], columns["driver"][index]
        fastest = fastest and columns["eligible"][index] and key not in seen
        columns["fastest_lap"][index] = fastest
        seen |= {key} if fastest else set()


# What the dump's points column has otherwise than the published tables.
DUMP_POINTS_WRONG = {
    (1954, 5, "race", "moss"): Fraction(1, 7),  # fastest laps of retired drivers are left out
    (1954, 5, "race", "behra"): Fraction(1, 7),
    (1954, 5, "race", "ascari"): Fraction(1, 7),
    (1956, 2, "race", "fangio"): Fraction(4),  # has both cars
}


@cache
def published(year: int) -> dict[tuple[int, str, str], Fraction]:
    """Points of (round, session, driver) as published; the dump rounds to two decimals."""
    points: defaultdict[tuple[int, str, str], Fraction] = defaultdict(Fraction)
    for row in dump()[year]:
        points[row["round"], row["session"], row["driver"]] += Fraction(row["points"])
    points.update({key[1:]: value for key, value in DUMP_POINTS_WRONG.items() if key[0] == year})
    return points


def close(left: Fraction, right: Fraction, cent: int = 1) -> bool:
    return abs(left - right) <= Fraction(cent, 100)


@pytest.mark.parametrize("year", YEARS)
def test_points_of_every_race(year: int) -> None:
    """1,149 races and the sprints: points of every driver."""
    found: Counter[tuple[int, str, str]] = Counter()
    scores = pr.scores(season(year), f"f1-{year}")
    for number, session, driver, points in zip(
        scores["round"], scores["session"], scores["driver"], scores["points_exact"], strict=True
    ):
        found[int(number), session, driver] += Fraction(points)
    wrong = {key: (found[key], points) for key, points in published(year).items() if not close(found[key], points)}
    assert not wrong
    assert not set(found) - set(published(year))


# Published totals of drivers who dropped points; nobody else did.
DROPPED = {
    1950: "fagioli 24", 1951: "fangio 31 ascari 25 gonzalez 24 farina 19 villoresi 15", 1952: "ascari 36 farina 24",
    1953: "ascari 34.5 fangio 28 farina 26 hawthorn 19 gonzalez 13.5", 1954: "fangio 42 gonzalez 25.14",
    1955: "fangio 40", 1956: "fangio 30 moss 27", 1957: "fangio 40", 1958: "hawthorn 42", 1959: "jack_brabham 31",
    1960: "mclaren 34", 1961: "phil_hill 34", 1962: "hill 42 mclaren 27", 1963: "clark 54 ginther 29", 1964: "hill 39",
    1965: "hill 40 stewart 33", 1966: "jack_brabham 42 rindt 22", 1967: "jack_brabham 46",
    1979: "scheckter 51 gilles_villeneuve 47 jones 40 regazzoni 29 depailler 20 reutemann 20",
    1980: "jones 67 reutemann 42", 1985: "prost 73", 1986: "prost 72 mansell 70", 1987: "piquet 73",
    1988: "senna 90 prost 87", 1989: "prost 76", 1990: "prost 71 piquet 43",
}  # fmt: skip


def pairs(text: str) -> dict[str, Fraction]:
    words = text.split()
    return {name: Fraction(points) for name, points in zip(words[::2], words[1::2], strict=True)}


def totals(table: Any, column: str) -> dict[str, Fraction]:
    return {name: Fraction(points) for name, points in zip(table[column], table["points_exact"], strict=True)}


@pytest.mark.parametrize("year", YEARS)
def test_season_totals(year: int) -> None:
    """Every driver of every season, dropped results left out."""
    expected: defaultdict[str, Fraction] = defaultdict(Fraction)
    for (_, _, driver), points in published(year).items():
        expected[driver] += points
    expected.update(pairs(DROPPED.get(year, "")))
    found = totals(pr.standings(season(year), f"f1-{year}"), "driver")
    assert found.keys() == expected.keys()
    assert not {name: (found[name], points) for name, points in expected.items() if not close(found[name], points, 3)}


CHAMPIONS = """farina fangio ascari ascari fangio fangio fangio fangio hawthorn jack_brabham jack_brabham phil_hill hill
clark
    surtees clark jack_brabham hulme hill stewart rindt stewart emerson_fittipaldi stewart emerson_fittipaldi lauda hunt
    lauda mario_andretti scheckter jones piquet keke_rosberg piquet lauda prost prost piquet senna prost senna senna
    mansell prost michael_schumacher michael_schumacher damon_hill villeneuve hakkinen hakkinen michael_schumacher
    michael_schumacher michael_schumacher michael_schumacher michael_schumacher alonso alonso raikkonen hamilton button
    vettel vettel vettel vettel hamilton hamilton rosberg hamilton hamilton hamilton hamilton max_verstappen
    max_verstappen max_verstappen max_verstappen""".split()


@pytest.mark.parametrize(("year", "champion"), list(zip(range(1950, 2025), CHAMPIONS, strict=True)))
def test_champion(year: int, champion: str) -> None:
    assert pr.standings(season(year), f"f1-{year}")["driver"][0] == champion


# Positions that several drivers with points share in the published tables, `position x drivers`.
SHARED = {
    1950: "9x4 14x4 20x3", 1951: "12x3 15x2 17x3", 1952: "13x3 16x6", 1953: "13x2 15x3 18x2",
    1954: "8x3 13x2 19x4 23x2", 1955: "13x2 15x2 19x2 23x2", 1956: "7x2 12x3 17x2 19x6 25x2",
    1957: "12x2 14x3 18x2 20x3", 1958: "11x2 18x3", 1959: "13x2 15x2 17x3", 1960: "12x3 15x3 19x4 24x4",
    1961: "13x2 15x2", 1962: "18x2", 1963: "15x3", 1964: "8x2 12x2 16x3 19x4", 1965: "14x2", 1966: "12x2 14x2 17x4",
    1967: "12x2 16x3 19x3", 1968: "13x2 23x2", 1969: "14x2 16x3", 1970: "5x2 15x2 19x3 22x4", 1971: "12x2 19x2",
    1972: "12x2 16x2 20x2", 1973: "19x3", 1974: "18x3", 1975: "19x2", 1976: "19x2", 1977: "17x2 19x3", 1978: "19x3",
    1979: "15x2 19x2", 1980: "11x2 20x2", 1981: "18x4", 1982: "15x2 17x2 22x3", 1983: "17x2 19x2", 1984: "16x2",
    1985: "17x3", 1986: "13x2 15x2 18x2", 1987: "19x3", 1988: "16x2", 1989: "11x3 16x3 21x2 23x2 26x4",
    1990: "10x2 16x2", 1991: "13x2 15x3 18x6", 1992: "15x2 17x3", 1993: "13x2 17x2 20x3", 1994: "19x2 24x2", 1995: "",
    1996: "",
}  # fmt: skip


@pytest.mark.parametrize("year", SHARED)
def test_shared_positions(year: int) -> None:
    """Until 1994 who was equal in all scoring places shared a position; since then lower places part them."""
    found = pr.standings(season(year), f"f1-{year}")
    held = Counter(position for position, points in zip(found["position"], found["points"], strict=True) if points)
    assert " ".join(f"{int(position)}x{count}" for position, count in sorted(held.items()) if count > 1) == SHARED[year]


COUNTBACK = {  # equal points, in the order of the published table
    1997: "coulthard alesi", 2001: "villeneuve heidfeld trulli", 2007: "hamilton alonso", 2008: "raikkonen kubica",
    2009: "massa kovalainen", 2014: "kevin_magnussen raikkonen",
}  # fmt: skip


@pytest.mark.parametrize("year", COUNTBACK)
def test_countback(year: int) -> None:
    found = pr.standings(season(year), f"f1-{year}")
    order = [name for name in found["driver"] if name in COUNTBACK[year].split()]
    assert order == COUNTBACK[year].split()
    assert len({totals(found, "driver")[name] for name in order}) == 1


# The round after which nobody could pass the champion any more, known from each season; of the years that went to the
# last race a few.
DECIDED = {
    1952: 6, 1954: 7, 1957: 6, 1963: 7, 1964: 10, 1965: 7, 1966: 7, 1969: 8, 1971: 8, 1972: 10, 1973: 13, 1974: 15,
    1975: 13, 1976: 16, 1977: 15, 1979: 13, 1980: 13, 1985: 14, 1986: 16, 1987: 15, 1988: 15, 1989: 15, 1990: 15,
    1991: 15, 1992: 11, 1993: 14, 1995: 15, 2000: 16, 2001: 13, 2002: 11, 2004: 14, 2005: 17, 2007: 17, 2008: 18,
    2009: 16, 2010: 19, 2011: 15, 2013: 16, 2015: 16, 2016: 21, 2017: 18, 2018: 19, 2019: 19, 2020: 14, 2021: 22,
    2022: 18, 2023: 17, 2024: 22,
}  # fmt: skip


@pytest.mark.parametrize("year", DECIDED)
def test_when_the_title_was_decided(year: int) -> None:
    champions = [(row.after, row.driver) for row in pr.title_progress(season(year), f"f1-{year}") if row.champion]
    assert champions[0] == (DECIDED[year], CHAMPIONS[year - 1950])


# Published totals of makes while only the best car of each counted.
MAKES = {
    1958: "vanwall 48 ferrari 40 cooper 31 brm 18 maserati 6 team_lotus 3",
    1959: "cooper-climax 40 ferrari 32 brm 18 team_lotus 5",
    1960: "cooper-climax 48 team_lotus 34 ferrari 26 brm 8 cooper-maserati 3 cooper-castellotti 3 porsche 1",
    1961: "ferrari 40 lotus-climax 32 porsche 22 cooper-climax 14 brm 7",
    1962: "brm 42 lotus-climax 36 cooper-climax 29 lola 19 porsche 18 ferrari 18 brabham 6 lotus-brm 1",
    1963: "lotus-climax 54 brm 36 brabham 28 ferrari 26 cooper-climax 25 brp 6 porsche 5 lotus-brm 4",
    1964: "ferrari 45 brm 42 lotus-climax 37 brabham-climax 30 cooper-climax 16 brabham-brm 7 brp 5 lotus-brm 3",
    1965: "lotus-climax 54 brm 45 brabham-climax 27 ferrari 26 cooper-climax 14 honda 11 brabham-brm 5 lotus-brm 2",
    1966: "brabham-repco 42 ferrari 31 cooper-maserati 30 brm 22 lotus-brm 13 lotus-climax 8 eagle-climax 4 honda 3 "
    "mclaren-ford 2 brabham-brm 1 mclaren-seren 1 brabham-climax 1",
    1967: "brabham-repco 63 lotus-ford 44 cooper-maserati 28 honda 20 ferrari 20 brm 17 eagle-weslake 13 "
    "cooper-climax 6 lotus-brm 6 mclaren-brm 3 brabham-climax 2",
    1968: "lotus-ford 62 mclaren-ford 49 matra-ford 45 ferrari 32 brm 28 honda 14 cooper-brm 14 brabham-repco 10 "
    "matra 8 mclaren-brm 3",
    1969: "matra-ford 66 brabham-ford 49 lotus-ford 47 mclaren-ford 38 ferrari 7 brm 7",
    1970: "team_lotus 59 ferrari 52 march 48 brabham 35 mclaren-ford 35 brm 23 matra 23 surtees 3",
    1971: "tyrrell 73 brm 36 ferrari 33 march-ford 33 lotus-ford 21 mclaren 10 matra 9 surtees 8 brabham 5",
    1972: "team_lotus 61 tyrrell 51 mclaren 47 ferrari 33 surtees 18 march 15 brm 14 matra 12 brabham 7",
    1973: "team_lotus 92 tyrrell 82 mclaren 58 brabham 22 march 14 ferrari 12 brm 12 shadow 9 surtees 7 "
    "iso_marlboro 2 tecno 1",
    1974: "mclaren 73 ferrari 65 tyrrell 52 team_lotus 42 brabham 35 hesketh 15 brm 10 shadow 7 march 6 iso_marlboro 4 "
    "surtees 3 lola 1",
    1975: "ferrari 72.5 brabham 54 mclaren 53 hesketh 33 tyrrell 25 shadow-ford 9.5 team_lotus 9 march 7.5 williams 6 "
    "parnelli 5 hill 3 penske 2 ensign 1",
    1976: "ferrari 83 mclaren 74 tyrrell 71 team_lotus 29 penske 20 ligier 20 march 19 shadow 10 brabham-alfa_romeo 9 "
    "surtees 7 fittipaldi 3 ensign 2 parnelli 1",
    1977: "ferrari 95 team_lotus 62 mclaren 60 wolf 55 brabham 27 tyrrell 27 shadow 23 ligier 18 fittipaldi 11 "
    "ensign 10 surtees 6 penske 1",
    1978: "team_lotus 86 ferrari 58 brabham 53 tyrrell 38 wolf 24 ligier 19 fittipaldi 17 mclaren 15 williams 11 "
    "arrows 11 shadow 6 renault 3 surtees 1 ensign 1",
}  # fmt: skip


@pytest.mark.parametrize("year", MAKES)
def test_makes_with_their_best_car(year: int) -> None:
    """A make of chassis with a make of engine, split seasons and dropped results included."""
    found = totals(pr.standings(season(year), f"f1-{year}", of="manufacturers"), "manufacturer")
    assert {name: points for name, points in found.items() if points} == pairs(MAKES[year])


# What the FIA decided about makes' points. Where a make raced with two engines in a season the dump names the chassis
# only, and its total here is that of both: Brabham 1982, Lotus and Williams 1983, Arrows 1984, Tyrrell 1985.
DEDUCTIONS = {
    1995: [("benetton", 10, "fuel of Brazil"), ("williams", 6, "fuel of Brazil")],
    2000: [("mclaren", 10, "seal missing in Austria")],
    2007: [("mclaren", None, "confidential data of a rival")],
    2018: [("force_india", 59, "points of the entry before its sale")],
    2020: [("racing_point", 15, "brake ducts")],
}
PUBLISHED_AFTER = {
    1995: "benetton 137 williams 112", 2000: "mclaren 152", 2007: "mclaren 0", 2018: "force_india 52",
    2020: "racing_point 195",
}  # fmt: skip


@pytest.mark.parametrize("year", range(1979, 2026))
def test_makes_with_all_cars(year: int) -> None:
    expected: defaultdict[str, Fraction] = defaultdict(Fraction)
    for row in dump()[year]:
        expected[row["manufacturer"]] += Fraction(row["points"])
    expected.update(pairs(PUBLISHED_AFTER.get(year, "")))
    deductions = [pr.points_deduction(*each) for each in DEDUCTIONS.get(year, ())]
    found = pr.standings(season(year), f"f1-{year}", of="manufacturers", deductions=deductions)
    if year == 2007:
        position = dict(zip(found["manufacturer"], found["position"], strict=True))
        assert position["ferrari"] == 1 and absent(position["mclaren"])
        del expected["mclaren"]
    assert all(close(totals(found, "manufacturer")[name], points, 3) for name, points in expected.items())


def absent(value: Any) -> bool:
    return value is None or value != value


def test_no_championship_of_makes_before_1958() -> None:
    with pytest.raises(pr.RulesError, match=r"f1.toml: standings.manufacturers"):
        pr.standings(season(1957), "f1-1957", of="manufacturers")


# Rows that the 90 % rule does not explain, as (driver, laps, laps of the winner). Of two the published classification
# is an exception, too; the others are published as the rule has them, and the dump has another status or other laps.
EXCEPTIONS = {(1995, "San Marino Grand Prix"): {("diniz", 56, 63), ("moreno", 56, 63)}}
DUMP_STATUS_WRONG = {
    (1985, "European Grand Prix"): {("surer", 62, 75)},
    (1986, "Belgian Grand Prix"): {("palmer", 37, 43)},
    (1986, "Italian Grand Prix"): {("caffi", 45, 51)},
    (1989, "Brazilian Grand Prix"): {("patrese", 51, 61)},
    (1991, "United States Grand Prix"): {("hakkinen", 59, 81)},
    (1995, "Hungarian Grand Prix"): {("irvine", 70, 77)},
    (1998, "Hungarian Grand Prix"): {("wurz", 69, 77)},
    (2001, "Australian Grand Prix"): {("button", 52, 58)},
    (2001, "Belgian Grand Prix"): {("marques", 31, 36)},
    (2003, "Australian Grand Prix"): {("fisichella", 52, 58), ("pizzonia", 52, 58)},
    (2010, "Japanese Grand Prix"): {("rosberg", 47, 53)},
    (2012, "Canadian Grand Prix"): {("glock", 56, 70)},
    (2013, "Spanish Grand Prix"): {("vergne", 52, 66), ("garde", 21, 66), ("grosjean", 8, 66)},
    (2015, "Japanese Grand Prix"): {("nasr", 49, 53)},
    (2018, "Azerbaijan Grand Prix"): {("bottas", 48, 51)},
    (2018, "Monaco Grand Prix"): {("leclerc", 70, 78), ("brendon_hartley", 70, 78)},
    (2018, "British Grand Prix"): {("max_verstappen", 46, 52)},
    (2019, "Bahrain Grand Prix"): {("hulkenberg", 53, 57), ("ricciardo", 53, 57), ("sainz", 53, 57)},
    (2019, "French Grand Prix"): {("grosjean", 44, 53)},
    (2021, "Azerbaijan Grand Prix"): {("russell", 48, 51), ("max_verstappen", 45, 51)},
    (2023, "Monaco Grand Prix"): {("kevin_magnussen", 70, 78)},
    (2023, "Hungarian Grand Prix"): {("sargeant", 67, 70)},
}


def test_ninety_percent() -> None:
    """Classified is who has the floor of 90 % of the winner's laps, since 1985."""
    unexplained: defaultdict[tuple[int, str], set[tuple[str, int, int]]] = defaultdict(set)
    at_the_edge = 0
    for year in range(1985, 2026):
        rule = pr.rules(f"f1-{year}").min_distance
        rows = [row for row in dump()[year] if row["session"] == "race"]
        winner = {row["round"]: row["laps"] for row in rows if row["text"] == "1"}
        for row in rows:
            if row["text"] in ("D", "E", "W", "F"):
                continue
            laps = winner[row["round"]]
            classified = row["text"].isdigit()
            if rule.reached(row["laps"], laps) != classified:
                unexplained[year, row["event"]].add((row["driver"], row["laps"], laps))
            elif classified and row["laps"] < Fraction(9, 10) * laps:
                at_the_edge += 1
    assert unexplained == EXCEPTIONS | DUMP_STATUS_WRONG
    assert at_the_edge >= 50  # classified with less than 90 % and not less than its floor

"""Points and tables of a season: published results, worked examples, and properties of any season."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyracing as pr

Rows = list[dict[str, Any]]


def results(rows: Rows) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def exact(table: Any, column: str = "driver") -> dict[str, Fraction]:
    return {name: Fraction(points) for name, points in zip(table[column], table["points_exact"], strict=True)}


def one_race(*order: str, **columns: Sequence[Any]) -> dict[str, Any]:
    """A race with these drivers at places 1, 2, ...; `columns` are longer or shorter lists of further values."""
    return {"driver": order, "position": list(range(1, len(order) + 1)), **columns}


# ---- FIA WEC ----

HOURS = {
    1: 10,
    2: 6,
    3: 6,
    4: 24,
    5: 6,
    6: 6,
    7: 6,
    8: 8,
}  # Qatar, Imola, Spa, Le Mans, Sao Paulo, Austin, Fuji, Bahrain
CREWS_2024 = {  # place in the class by round, + for the pole, - for no place; total as published
    "6": ("Estre / Lotterer / Vanthoor", "1 2 2 4+ 2 6 1 10", 152),
    "50": ("Fuoco / Molina / Nielsen", "6 4+ 3 1 6 3 9 11", 115),
    "7": ("Kobayashi / de Vries", "5 1 7 2 4+ 2 - -", 113),
    "8": ("Buemi / Hartley / Hirakawa", "8 5 6 5 1 15 10 1+", 109),
}


def wec_2024() -> Rows:
    return [
        {
            "round": number, "hours": HOURS[number], "class": "HYPERCAR", "car": car, "drivers": drivers,
            "class_position": None if place == "-" else int(place.rstrip("+")),
            "status": "retired" if place == "-" else "classified", "pole": place.endswith("+"),
        }
        for car, (drivers, places, _) in CREWS_2024.items()
        for number, place in enumerate(places.split(), 1)
    ]  # fmt: skip


def test_wec_2024() -> None:
    table = pr.standings(results(wec_2024()), "wec-2024")
    expected = {name: total for drivers, _, total in CREWS_2024.values() for name in drivers.split(" / ")}
    assert exact(table) == expected
    assert [int(position) for position in table["position"]] == [1, 1, 1, 4, 4, 4, 7, 7, 9, 9, 9]
    assert set(table["class"]) == {"HYPERCAR"}


def test_wec_2024_reasons() -> None:
    scores = pr.scores(results(wec_2024()), "wec-2024")
    own = [row for row in scores if row.driver == "Estre"]
    assert [row.points for row in own] == [38, 18, 18, 24, 1, 18, 8, 25, 2]
    assert [row.reason for row in own if row.round in (1, 4)] == ["eight_hours", "twenty_four_hours", "pole"]


def test_wec_makes_after_qatar_2024() -> None:
    """As published after the race: private cars leave the order of the makes, second cars of a make do not; the pole of
    the second Porsche counts."""
    makes = ["Porsche", None, "Porsche", "Cadillac", None, "Toyota", "Ferrari", "Alpine"]
    race = {
        "car": list("abcdefgh"), "class": ["HYPERCAR"] * 8, "manufacturer": makes, "position": range(1, 9),
        "hours": [10] * 8, "pole": [False, False, True, *[False] * 5],
    }  # fmt: skip
    table = pr.standings(race, "wec-2024", of="manufacturers")
    assert exact(table, "manufacturer") == {"Porsche": 39, "Cadillac": 23, "Toyota": 18, "Ferrari": 15, "Alpine": 12}


def test_half_points_at_fuji_2013() -> None:
    """16 laps behind the safety car: 12.5 for the win. From 2014 on there would have been none."""
    race = one_race(
        "first", "second", laps=[16, 16], distance_share=[0.1] * 2, green_laps=[0] * 2, hours=[6, 6], pole=[False] * 2
    )
    assert exact(pr.standings(race, "wec-2013")) == {"first": Fraction(25, 2), "second": 9}
    assert exact(pr.standings(race, "wec-2014")) == {"first": 0, "second": 0}


@pytest.mark.parametrize(
    ("season", "hours", "event", "points"),
    [
        ("wec-2018", 8, "1000 Miles of Sebring", [32, 23, 19, 15, 13, 10, 8, 5, 3, 2, 1]),
        ("wec-2018", 24, "24 Hours of Le Mans", [38, 27, 23, 18, 15, 12, 9, 6, 3, 2, 1]),
        ("wec-2019", 8, "8 Hours of Bahrain", [38, 27, 23, 18, 15, 12, 9, 6, 3, 2, 1]),
        ("wec-2019", 24, "24 Hours of Le Mans", [50, 36, 30, 24, 20, 16, 12, 8, 4, 2, 1]),
        ("wec-2019", 4, "4 Hours of Shanghai", [25, 18, 15, 12, 10, 8, 6, 4, 2, 1, Fraction(1, 2)]),
        ("wec-2024", 8, "8 Hours of Bahrain", [38, 27, 23, 18, 15, 12, 9, 6, 3, 2, 0]),
        ("gtwc_endurance", 6, "1000 km of Paul Ricard", [33, 24, 19, 15, 12, 9, 6, 4, 2, 1, 0]),
        ("gtwc_sprint", 1, "Zandvoort", [*map(Fraction, "16.5 12 9.5 7.5 6 4.5 3 2 1 0.5 0".split())]),
        ("gtwc_sprint-2016", 1, "Zandvoort", [25, 18, 15, 12, 10, 8, 6, 4, 2, 1, 0]),
    ],
)  # fmt: skip
def test_points_by_length(season: str, hours: float, event: str, points: list[Fraction]) -> None:
    drivers = [f"driver {place:02}" for place in range(1, 12)]
    race = one_race(*drivers, hours=[hours] * 11, event=[event] * 11, pole=[False] * 11)
    assert list(exact(pr.standings(race, season)).values()) == points


# ---- Other series ----


def test_nls_shifts_the_scale_of_a_small_class() -> None:
    """With fewer than seven starters the winner gets what is left of the scale; six hours count a quarter more,
    rounded."""
    four = one_race("a", "b", "c", "d", hours=[4] * 4)
    assert list(exact(pr.standings(four, "nls")).values()) == [6, 4, 3, 2]
    seven = one_race(*"abcdefgh", hours=[6] * 8, status=["classified"] * 7 + ["not_started"])
    assert list(exact(pr.standings(seven, "nls")).values()) == [19, 14, 10, 8, 5, 4, 3, 0]
    eight = one_race(*"abcdefgh", hours=[4] * 8)
    assert list(exact(pr.standings(eight, "nls")).values()) == [15, 11, 8, 6, 4, 3, 2, 1]


def test_nls_drops_the_worst_result() -> None:
    rows = [
        {"round": number, "driver": name, "position": place, "hours": 4}
        for number in range(1, 9)
        for place, name in enumerate("abcdefgh" if number > 1 else "hgfedcba", 1)
    ]
    table = pr.standings(results(rows), "nls")
    assert exact(table)["a"] == 7 * 15 and exact(table)["h"] == 15 + 6 * 1
    assert dict(zip(table["driver"], table["dropped"], strict=True))["a"] == 1


def test_imsa_ranks_makes_by_their_best_car() -> None:
    """A first and second, B third: B scores as second. Qualifying is worth a tenth, and every starter scores."""
    rows = [
        {
            "round": 1,
            "session": session,
            "class": "GTP",
            "car": str(place),
            "manufacturer": make,
            "position": place,
            "driver": f"driver {place}",
            "status": status,
        }
        for session in ("qualifying", "race")
        for place, make, status in zip((1, 2, 3, 4), "AABC", [*["classified"] * 3, "retired"], strict=True)
    ]
    assert exact(pr.standings(results(rows), "imsa", of="manufacturers"), "manufacturer") == {
        "A": 385,
        "B": 352,
        "C": 330,
    }
    assert list(exact(pr.standings(results(rows), "imsa")).values()) == [385, 352, 330, 308]


def test_imsa_endurance_cup() -> None:
    rows = [
        {"round": 1, "session": f"hour {hour}", "driver": name, "position": place}
        for hour in (6, 12, 18, 24)
        for place, name in enumerate("abcde" if hour < 24 else "bacde", 1)
    ]
    assert exact(pr.standings(results(rows), "imsa_endurance_cup")) == {"a": 19, "b": 17, "c": 12, "d": 8, "e": 8}


def test_guests_leave_the_order_of_the_cup() -> None:
    """Carrera Cup at Spa 2017: the Benelux driver in second place is invisible, those behind move up."""
    race = one_race("Andlauer", "Derdaele", "Latorre", "Beltoise", session=["race 1"] * 4,
                    eligible=[True, False, True, True], pole=[True, False, False, False],
                    best_lap=["2:24.1", "2:23.998", "2:24.1", "2:25"])  # fmt: skip
    # the fastest lap of the guest earns nothing, the point is split between the next best, who are equal
    table = pr.standings(race, "carrera_cup_france")
    half = Fraction(1, 2)
    assert exact(table) == {"Andlauer": 21 + half, "Latorre": 18 + half, "Beltoise": 16, "Derdaele": 0}


def test_indianapolis() -> None:
    """Double points for the race until 2022, points for qualifying, laps led."""
    names = ["a", "b", "c"]
    rows = [
        {"round": 1, "event": "Indianapolis 500", "session": "qualifying", "driver": name, "position": place}
        for place, name in enumerate(names, 1)
    ]
    rows += [
        {
            "round": 1,
            "event": "Indianapolis 500",
            "session": "race",
            "driver": name,
            "position": place,
            "laps_led": led,
            "pole": name == "a",
            "status": status,
        }
        for place, (name, led, status) in enumerate(
            zip("cba", (10, 150, 40), ["classified"] * 2 + ["retired"], strict=True), 1
        )
    ]
    columns = results(rows)
    assert exact(pr.standings(columns, "indycar-2021")) == {"c": 100 + 1 + 7, "b": 80 + 1 + 2 + 8, "a": 70 + 1 + 1 + 9}
    assert exact(pr.standings(columns, "indycar-2023")) == {
        "c": 50 + 1 + 10,
        "b": 40 + 1 + 2 + 11,
        "a": 35 + 1 + 1 + 12,
    }


def test_stages() -> None:
    rows = [
        {"round": 1, "session": session, "driver": name, "position": place}
        for session, order in (("stage 1", "ba"), ("stage 2", "ab"), ("race", "ab"))
        for place, name in enumerate(order, 1)
    ]
    assert exact(pr.standings(results(rows), "nascar-2024")) == {"a": 40 + 9 + 10, "b": 35 + 10 + 9}
    with pytest.raises(pr.RulesError, match=r"nascar\.toml: points\.bonuses\.fastest_lap needs a column 'best_lap'"):
        pr.standings(results(rows), "nascar-2025")


def test_fastest_lap_outside_the_top_ten() -> None:
    """Formula E gives the point to the best of the top ten, Formula 1 to nobody."""
    names = [f"driver {place:02}" for place in range(1, 12)]
    laps = [100.0 + place for place in range(10)] + [99.0]
    race = one_race(*names, best_lap=laps, pole=[False] * 11, group_lap=[False] * 11)
    assert exact(pr.standings(race, "formula_e-2019"))["driver 01"] == 26
    assert exact(pr.standings(race, "f1-2024"))["driver 01"] == 25
    assert sum(exact(pr.standings(race, "f1-2024")).values()) == 101


# ---- Parameters ----


def test_a_dead_heat_shares_the_points_of_its_places() -> None:
    race = {"driver": ["a", "b", "c", "d", "e"], "position": [1, 2, 3, 3, 5]}
    assert exact(pr.standings(race, "f1-2025")) == {
        "a": 25,
        "b": 18,
        "c": Fraction(27, 2),
        "d": Fraction(27, 2),
        "e": 10,
    }


def test_sevenths() -> None:
    """Seven drivers with the fastest lap of the British race of 1954."""
    race = one_race(*"abcdefgh", fastest_lap=[True] * 7 + [False])
    table = pr.standings(race, "f1-1954")
    assert exact(table)["g"] == Fraction(1, 7) and "57/7" in list(table["points_exact"])
    assert sum(exact(table).values()) == 8 + 6 + 4 + 3 + 2 + 1


@pytest.mark.parametrize(
    ("share", "green", "points"),
    [
        (0.2, 5, [6, 4, 3, 2, 1, 0]), (0.4, 5, [13, 10, 8, 6, 5, 4]), (0.74, 5, [19, 14, 12, 10, 8, 6]),
        (0.75, 5, [25, 18, 15, 12, 10, 8]), (0.4, 1, [0] * 6),
    ],
)  # fmt: skip
def test_shortened_races(share: float, green: int, points: list[int]) -> None:
    race = one_race(*"abcdef", distance_share=[share] * 6, green_laps=[green] * 6, laps=[20] * 6)
    assert list(exact(pr.standings(race, "f1-2025")).values()) == points
    sprint = {**race, "session": ["sprint"] * 6}
    assert sum(exact(pr.standings(sprint, "f1-2025")).values()) == (0 if share < 0.5 or green < 2 else 33)


def test_too_little_driven() -> None:
    rows = [
        {"class": "LMGT3", "car": "92", "driver": name, "position": 1, "hours": 6, "drive_time": time, "pole": False}
        for name, time in (("bronze", "2:00:00"), ("gold", "0:59:59.999"), ("silver", "1:00:00"))
    ]
    assert exact(pr.standings(results(rows), "wec")) == {"bronze": 25, "silver": 25, "gold": 0}
    reasons = {row.driver: row.reason for row in pr.scores(results(rows), "wec")}
    assert reasons["gold"] == "six_hours; drove too little"


def test_deductions() -> None:
    race = one_race("a", "b", "c", fastest_lap=[False] * 3)
    held = [
        pr.points_deduction("a", 10, "fuel"),
        pr.points_deduction("c", -1.5),
        pr.points_deduction("b", None, "excluded"),
    ]
    table = pr.standings(race, "f1-2024", deductions=held)
    assert list(table["driver"]) == ["c", "a", "b"] and exact(table) == {"c": Fraction(33, 2), "a": 15, "b": 18}
    assert list(table.valid("position")) == [True, True, False]
    with pytest.raises(pr.RulesError, match=r"nobody is called 'd'"):
        pr.standings(race, "f1-2024", deductions=[pr.points_deduction("d", 1)])


def test_best_cars_of_a_team() -> None:
    """Three cars of team A, of which two count; renumbered, the third makes room for B."""
    race = {"car": list("1234"), "team": list("AAAB"), "position": [1, 2, 3, 4]}
    rules = pr.rules("gt4_europe").replace(
        points={"bonuses": {"pole": {"points": 0}}}, standings={"teams": {"cars": 2}}
    )
    assert exact(pr.standings(race, rules, of="teams"), "team") == {"A": 43, "B": 12}
    renumbered = rules.replace(standings={"teams": {"rerank": True}})
    assert exact(pr.standings(race, renumbered, of="teams"), "team") == {"A": 43, "B": 15}
    everything = rules.replace(standings={"teams": {"cars": 0}})
    assert exact(pr.standings(race, everything, of="teams"), "team") == {"A": 58, "B": 12}


def test_by_any_column() -> None:
    """A championship for each value of a column, renumbered; who has no value is in none."""
    race = one_race("a", "b", "c", "d", rating=["Am", "Pro", None, "Am"])
    rules = pr.rules("gt4_europe").replace(points={"bonuses": {"pole": {"points": 0}}})
    table = pr.standings(race, rules, by="rating")
    assert [tuple(row)[:4] for row in table] == [("Am", 1, "a", 25), ("Am", 2, "d", 18), ("Pro", 1, "b", 25)]


def test_latest_result_parts_equal_points() -> None:
    rows = [
        {"round": number, "driver": name, "position": place, "pole": False, "laps_led": 0}
        for number, order in ((1, "ab"), (2, "ba"))
        for place, name in enumerate(order, 1)
    ]
    assert list(pr.standings(results(rows), "indycar")["driver"]) == ["b", "a"]
    shared = pr.rules("indycar").replace(standings={"tie_break": []})
    assert [int(position) for position in pr.standings(results(rows), shared)["position"]] == [1, 1]


# ---- Results that cannot be read ----


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"position": [1]}, ValueError, "no column 'driver' or 'drivers'"),
        (
            {"driver": ["a"], "positon": [1]},
            ValueError,
            "no column 'position' or 'class_position'; near it are 'positon'",
        ),
        ({"driver": ["a"], "position": ["first"]}, ValueError, "column 'position' of the results"),
        ({"driver": ["a"], "position": [1], "status": ["ret"]}, ValueError, "column 'status' of the results has 'ret'"),
        ({"driver": ["a", "b"], "position": [1, 1], "event": ["x", "y"]}, ValueError, "need a column 'round'"),
        (
            {"driver": ["a", "b"], "position": [1, 2], "hours": [4, 6]},
            ValueError,
            "column 'hours' of the results has 4.0 and 6.0",
        ),
        (
            {"driver": ["a"], "position": [1]},
            pr.RulesError,
            r"wec\.toml: points\.tables: which of .* depends on the length",
        ),
        (
            {"driver": ["a"], "position": [1], "hours": [12]},
            pr.RulesError,
            r"none holds for the session 'race' .* of 12 hours",
        ),
        (
            {"driver": ["a"], "position": [1], "session": ["qualy"]},
            pr.RulesError,
            r"none holds for the session 'qualy'",
        ),
        (
            {"driver": ["a"], "position": [1], "points_table": ["six"]},
            pr.RulesError,
            r"points\.tables\.six: there is no such",
        ),
        (
            {"driver": ["a"], "position": [1], "hours": [6]},
            pr.RulesError,
            r"wec\.toml: points\.bonuses\.pole needs a column 'pole'",
        ),
    ],
)
def test_results_that_cannot_be_read(columns: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        pr.standings(columns, "wec")


def test_a_points_table_that_is_too_short() -> None:
    rules = pr.rules({"points": {"tables": {"race": {"points": [3, 2, 1]}}}, "standings": {"drivers": {}}})
    with pytest.raises(
        pr.RulesError, match=r"rules: points\.tables\.race\.points has points for 3 places and a car is in place 4"
    ):
        pr.standings(one_race(*"abcd"), rules)
    assert list(exact(pr.standings(one_race(*"abc"), rules)).values()) == [3, 2, 1]


def test_a_championship_that_is_not_held() -> None:
    with pytest.raises(pr.RulesError, match=r"f1\.toml: standings\.teams: the rules hold no championship of teams"):
        pr.standings(one_race("a"), "f1", of="teams")
    with pytest.raises(ValueError, match="of='pilots'"):
        pr.standings(one_race("a"), "f1", of="pilots")  # type: ignore[arg-type]


def test_frames_of_other_libraries() -> None:
    columns = results(wec_2024())
    expected = pr.standings(columns, "wec-2024")
    polars = pytest.importorskip("polars")
    pandas = pytest.importorskip("pandas")
    assert pr.standings(polars.DataFrame(columns), "wec-2024") == expected
    assert pr.standings(pandas.DataFrame(columns), "wec-2024") == expected
    assert (
        pr.standings(
            {name: np.array(values) for name, values in columns.items() if name != "class_position"}
            | {"class_position": columns["class_position"]},
            "wec-2024",
        )
        == expected
    )


# ---- Progress of the title ----


def test_title_progress() -> None:
    rows = [
        {"round": number, "driver": name, "position": place}
        for number, order in ((1, "abc"), (2, "acb"), (3, "bca"))
        for place, name in enumerate(order, 1)
    ]
    table = pr.title_progress(results(rows), "f1-2025")
    after = {(row.after, row.driver): row for row in table}
    assert not any(row.out for row in table if row.after == 1)
    assert (after[2, "b"].points, after[2, "b"].reachable, after[2, "b"].out) == (33, 58, False)
    assert [after[3, name].out for name in "abc"] == [False, True, True]
    assert after[3, "a"].champion and not after[2, "a"].champion
    longer = pr.title_progress(results(rows), "f1-2025", remaining={"round": [4, 5], "session": ["race", "sprint"]})
    last = {row.driver: row for row in longer if row.after == 3}
    assert (last["c"].available, last["c"].out) == (33, False)
    with pytest.raises(ValueError, match="round 3 is among the results"):
        pr.title_progress(results(rows), "f1-2025", remaining={"round": [3]})


def test_equal_points_are_out_by_countback() -> None:
    """b can still reach the points of a, who has two wins; with one more win b would have one."""
    rows = [
        {"round": number, "driver": name, "position": place}
        for number, order in ((1, "ab"), (2, "ab"))
        for place, name in enumerate(order, 1)
    ]
    rules = pr.rules({"points": {"tables": {"race": {"points": [2, 1], "beyond": 0}}}, "standings": {"drivers": {}}})
    coming = {"round": [3]}
    out = {row.driver: row.out for row in pr.title_progress(results(rows), rules, remaining=coming) if row.after == 2}
    assert out == {"a": False, "b": True}
    shared = rules.replace(standings={"tie_break": []})
    out = {row.driver: row.out for row in pr.title_progress(results(rows), shared, remaining=coming) if row.after == 2}
    assert out == {"a": False, "b": False}


# ---- Any season ----

NAMES = "abcdefgh"


@st.composite
def seasons(draw: st.DrawFn) -> Rows:
    """Races of some of eight cars, some of them unplaced, some outside the championship, with dead heats."""
    rows: Rows = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        starters = draw(st.permutations(NAMES))[: draw(st.integers(1, 8))]
        place = 0
        for index, name in enumerate(starters, 1):
            heat = place > 0 and draw(st.integers(0, 9)) == 0
            place = place if heat else index
            placed = draw(st.integers(0, 9)) > 0
            rows.append(
                {
                    "round": number,
                    "car": name,
                    "driver": name,
                    "team": draw(st.sampled_from("XYZ")),
                    "position": place if placed else None,
                    "status": "classified" if placed else "retired",
                    "eligible": draw(st.integers(0, 9)) > 0,
                    "fastest_lap": draw(st.booleans()),
                }
            )
    return rows


RULES = pr.rules({
    "points": {"positions": "overall", "pass_down": True, "bonuses": {"fastest_lap": {"points": 1}},
               "tables": {"race": {"points": [9, 6, 4, 3, 2, 1], "beyond": 0}}},
    "standings": {"drivers": {"best": 3}, "teams": {"cars": 1}},
})  # fmt: skip


def slow_totals(rows: Rows) -> dict[str, Fraction]:
    """Drivers' totals by RULES in the plainest way."""
    scale = [9, 6, 4, 3, 2, 1] + [0] * 20
    by_round: defaultdict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        by_round[row["round"]][row["car"]] = row
    points: defaultdict[int, defaultdict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for number, cars in by_round.items():
        inside = [row for row in cars.values() if row["eligible"]]
        fastest = [row for row in inside if row["fastest_lap"]]
        for row in inside:
            if row["position"] is not None:
                guests = [
                    one for one in cars.values() if not one["eligible"] and (one["position"] or 99) < row["position"]
                ]
                place = row["position"] - len(guests)
                equal = [one for one in inside if one["position"] == row["position"]]
                points[number][row["car"]] += Fraction(sum(scale[place - 1 : place - 1 + len(equal)]), len(equal))
            if row in fastest:
                points[number][row["car"]] += Fraction(1, len(fastest))
    results = defaultdict(list)
    for row in rows:
        results[row["driver"]].append(points[row["round"]][row["car"]])
    return {name: sum(sorted(own)[-3:], Fraction(0)) for name, own in results.items()}


@given(seasons())
def test_standings_equal_the_slow_ones(rows: Rows) -> None:
    table = pr.standings(results(rows), RULES)
    assert exact(table) == slow_totals(rows)
    assert list(table["points"]) == sorted(table["points"], reverse=True)


@given(seasons(), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: Rows, random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert pr.standings(results(shuffled), RULES) == pr.standings(results(rows), RULES)
    assert pr.standings(results(shuffled), RULES, of="teams") == pr.standings(results(rows), RULES, of="teams")
    assert pr.scores(results(shuffled), RULES) == pr.scores(results(rows), RULES)
    assert pr.title_progress(results(shuffled), RULES) == pr.title_progress(results(rows), RULES)


@given(seasons(), st.integers(1, 9), st.booleans())
def test_an_invisible_entry_changes_nobody_elses_points(rows: Rows, place: int, fastest: bool) -> None:
    """A guest at any place of the first race: who was there or behind moves down a place and scores as before."""
    moved = [dict(row) for row in rows]
    for row in moved:
        if row["round"] == 1 and row["position"] is not None and row["position"] >= place:
            row["position"] += 1
    guest = {"round": 1, "car": "guest", "driver": "guest", "team": "G", "position": place, "status": "classified",
             "eligible": False, "fastest_lap": fastest}  # fmt: skip
    for of, column in (("drivers", "driver"), ("teams", "team")):
        before = exact(pr.standings(results(rows), RULES, of=of), column)  # type: ignore[arg-type]
        after = exact(pr.standings(results([*moved, guest]), RULES, of=of), column)  # type: ignore[arg-type]
        assert {name: points for name, points in after.items() if name not in ("guest", "G")} == before


@given(seasons())
def test_scores_add_up_to_the_table(rows: Rows) -> None:
    totals: defaultdict[str, Fraction] = defaultdict(Fraction)
    for score in pr.scores(results(rows), RULES):
        totals[score.driver] += Fraction(score.points_exact) * score.counted
    assert totals == exact(pr.standings(results(rows), RULES))


@given(seasons())
def test_who_is_out_stays_out(rows: Rows) -> None:
    """Nobody who was out wins, and a champion remains one."""
    progress = list(pr.title_progress(results(rows), RULES))
    final = pr.standings(results(rows), RULES)
    first = [name for name, position in zip(final["driver"], final["position"], strict=True) if position == 1]
    assert not {row.driver for row in progress if row.out} & set(first)
    assert all(first == [row.driver] for row in progress if row.champion)

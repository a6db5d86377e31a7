"""Presets, rules of one's own, what they refuse, and decisions as files."""

import dataclasses
import pickle
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyracing as pr
from pyracing.decisions import KINDS, Decision, check_decisions, decisions_from
from pyracing.parameters import Part, Unknown, leaves
from pyracing.presets import load_preset, preset_names
from pyracing.rules import rounded

NAMES = """wec lemans24h lemans24h-2016 elms alms lemans_cup imsa gtwc_endurance gtwc_sprint gt4_europe spa24h n24 nls
    ultimate_cup carrera_cup_france carrera_cup grcup f1 f1-1950 f1-1967 f1-1988 f1-2025 formula_e nascar
    indycar""".split()


# ---- Presets ----


@pytest.mark.parametrize("name", NAMES)
def test_preset(name: str) -> None:
    rules = pr.rules(name)
    assert rules.championship
    year = int(name[-4:]) if name[-4:].isdigit() else None
    if year is not None:
        assert rules.first_year is not None
        assert rules.first_year <= year <= (rules.last_year or year)


@pytest.mark.parametrize("name", preset_names())
def test_every_value_has_a_source(name: str) -> None:
    for era in load_preset(name, ()):
        for key, value in leaves(era.stated):
            mark, source = era.sources[key]
            assert mark in tuple("VSPM?") and source, f"{era.name}: {key}"
            assert (value == "?") == (mark == "?")


@pytest.mark.parametrize("name", preset_names())
def test_eras_follow_each_other(name: str) -> None:
    eras = load_preset(name, ())
    for era, later in zip(eras, eras[1:], strict=False):
        assert era.last_year is not None and later.first_year == era.last_year + 1
        assert pr.rules(name, year=era.last_year).name == era.name != later.name
    assert pr.rules(name) == pr.rules(eras[-1].name)


def test_eras_of_le_mans() -> None:
    before, after = pr.rules("lemans24h-2016"), pr.rules("lemans24h-2017")
    assert before.last_lap.limits == ((timedelta(minutes=6), 0),)
    assert after.last_lap.limits[3] == (timedelta(minutes=10), 4)
    assert before.min_distance == after.min_distance == pr.rules("wec").min_distance


def test_series() -> None:
    table = pr.series()
    assert table.columns == ("name", "championship", "first_year", "last_year", "key", "value", "mark", "source")
    assert len(table) == sum(len(list(leaves(era.stated))) for name in preset_names() for era in load_preset(name, ()))
    assert set(table["mark"]) == {"V", "S", "P", "M", "?"}
    assert {name for name in NAMES if "-" not in name} <= {name.split("-")[0] for name in table["name"]}


def test_series_of_one_era() -> None:
    table = pr.series("f1-1967")
    rows = dict(zip(table["key"], table["value"], strict=True))
    assert rows["points.tables.race.points"] == "[9, 6, 4, 3, 2, 1]"  # stated in 1961
    assert rows["standings.drivers.split"] == "[[6, 5], [5, 4]]"
    assert rows["min_distance.share"] == "?"
    assert set(table["name"]) == {"f1-1967"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wce", r"no preset is called 'wce'; near it are 'wec'"),
        ("f1-1900", r"f1\.toml: no rules for 1900; they begin in 1950"),
        ("gtwc-endurance", r"near it are 'gtwc_endurance'"),
        ("missing.toml", r"missing\.toml: cannot be read"),
    ],
)
def test_no_such_preset(name: str, message: str) -> None:
    with pytest.raises(pr.RulesError, match=message):
        pr.rules(name)


# ---- What rules mean ----


@pytest.mark.parametrize(
    ("laps", "winner", "reached"),
    [
        (242, 348, False),  # Le Mans 2013 #33
        (238, 387, False),  # 2020 #88
        (247, 355, False),  # 2011 #44
        (266, 381, False),  # 2008 #55: 69.8 %, although it has the floor of 70 %
        (244, 342, True),  # 2023 #38
        (280, 397, True),  # 2010 #85
        (267, 380, True),  # 2006 #19
        (7, 10, True),
    ],
)
def test_seventy_percent_of_the_overall_winner(laps: int, winner: int, reached: bool) -> None:
    assert pr.rules("lemans24h").min_distance.reached(laps, winner) is reached


def test_rounding() -> None:
    assert [rounded(Fraction(points) * Fraction("1.25"), "nearest") for points in (15, 11, 8, 6, 4, 3, 2)] == [
        19, 14, 10, 8, 5, 4, 3,
    ]  # fmt: skip
    assert rounded(Fraction("37.5"), "ceil") == 38 and rounded(Fraction("37.5"), "floor") == 37
    assert rounded(Fraction("37.5"), "exact") == Fraction(75, 2)


def test_a_penalty_longer_than_a_lap() -> None:
    """Bahrain 2024 #51: 4'55" became 2 laps and 1'10.890"."""
    penalties = pr.rules("wec").penalties.at("8 Hours of Bahrain 2024")
    assert penalties.convert(timedelta(minutes=4, seconds=55)) == (2, timedelta(minutes=1, seconds=10.890))
    assert 2 * (timedelta(minutes=2) + penalties.stop_go_loss) == timedelta(minutes=4, seconds=55)
    assert penalties.drive_through == timedelta(seconds=30)
    assert pr.rules("f1").penalties.convert(timedelta(minutes=5)) == (0, timedelta(minutes=5))


@pytest.mark.parametrize(
    ("name", "use", "message"),
    [
        ("wec", lambda rules: rules.penalties.reference_lap, r"wec\.toml: penalties\.reference_lap is not known"),
        (
            "wec",
            lambda rules: rules.penalties.convert(timedelta(300)),
            r"wec\.toml: penalties\.reference_lap is not known",
        ),
        ("f1-1967", lambda rules: rules.min_distance.reached(1, 2), r"f1\.toml: min_distance\.share is not known"),
        ("carrera_cup_france", lambda rules: rules.flag_required, r"replace\(flag_required=\.\.\.\)"),
        ("grcup", lambda rules: rules.points.tables[0].points, r"'tables': {'race': {'points': \.\.\.}}"),
    ],
)
def test_an_unknown_value_asks_for_itself(name: str, use: Any, message: str) -> None:
    rules = pr.rules(name)
    with pytest.raises(pr.RulesError, match=message):
        use(rules)
    assert "?" in repr(vars(rules)) and rules == pr.rules(name) and hash(rules) == hash(pr.rules(name))


def unknown_keys(value: Any) -> list[str]:
    """Keys of all unknown values below a part."""
    if isinstance(value, Unknown):
        return [value.key]
    if isinstance(value, Part):
        return [key for item in vars(value).values() for key in unknown_keys(item)]
    return [key for item in value for key in unknown_keys(item)] if isinstance(value, tuple) else []


@pytest.mark.parametrize("name", preset_names())
def test_unknown_values_are_those_marked_unknown(name: str) -> None:
    rules = pr.rules(name)
    assert sorted(unknown_keys(rules)) == sorted(key for key, source in rules.sources.items() if source.mark == "?")


# ---- Changing rules ----


def test_replace() -> None:
    rules = pr.rules("wec")
    assert rules.replace(min_distance=0.75).min_distance.share == Fraction(3, 4)
    assert rules.replace(min_distance=0.75).min_distance.rounding == "exact"
    changed = rules.replace(penalties={"reference_lap": "1:52.055"}, points={"bonuses": {"pole": {"points": 2}}})
    assert changed.penalties.reference_lap == timedelta(seconds=112.055)
    assert changed.penalties.drive_through == timedelta(seconds=30)
    assert changed.points.tables == rules.points.tables
    assert changed.points.bonuses[0].points == 2
    assert changed != rules and rules == pr.rules("wec")
    assert "penalties.reference_lap" not in changed.sources and "penalties.drive_through" in changed.sources
    assert rules.replace(points=pr.rules("f1-1990").points).points.tables[-1].points == (9, 6, 4, 3, 2, 1)


def test_rules_are_values() -> None:
    rules = pr.rules("gtwc_sprint")
    again = pickle.loads(pickle.dumps(rules))
    assert again == rules and hash(again) == hash(rules) and again.sources == rules.sources
    with pytest.raises(dataclasses.FrozenInstanceError):
        rules.flag_required = True  # type: ignore[misc]
    assert pr.rules(rules) is rules
    assert pr.rules({"min_distance": 0.7}).min_distance.share == Fraction(7, 10)


# ---- Files of one's own ----


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        championship = "Club cup"
        extends = "wec"
        first_year = 2020
        min_distance = 0.5
        [points.bonuses.most_places_gained]
        points = 1
        [sources]
        min_distance = { mark = "S", source = "our regulations" }
        [[era]]
        first_year = 2024
        points.tables.six_hours.points = [10, 5]
        """,
    )
    old, new = pr.rules(path, year=2021), pr.rules(str(path))
    assert old.min_distance.share == new.min_distance.share == Fraction(1, 2)
    assert (
        old.sources["min_distance.share"].mark == "S"
        and old.sources["points.bonuses.most_places_gained.points"].mark == ""
    )
    assert old.points.tables == pr.rules("wec").points.tables
    assert new.points.tables[0].points == (10, 5) and new.points.tables[0].beyond == 0
    assert (old.last_year, new.first_year, new.last_year) == (2023, 2024, None)


def test_extends_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("flag_required = true\n")
    assert pr.rules(write(tmp_path, 'extends = "base.toml"\n')).flag_required


BAD = {
    "min_distance.shares = 0.7": r"min_distance\.shares is no parameter; near it are 'share'",
    "min_distanse = 0.7": r"min_distanse is no parameter; near it are 'min_distance'",
    'min_distance.share = "seventy"': r"min_distance\.share is 'seventy': expected a number",
    "min_distance = 1.7": r"min_distance\.share is 17/10: it lies between 0 and 1",
    "min_distance = nan": r"nan is not a number",
    "min_distance = 1e999999999": r"1e999999999 is not a number",
    "min_distance.share = true": r"min_distance\.share is True: expected a number",
    "flag_required = 1": r"flag_required is 1: expected true or false",
    "min_distance = [0.7]": r"min_distance\.share is \[0\.7\]: expected a number",
    'end_of_race.flag = "leeder"': r"end_of_race\.flag is 'leeder': expected one of leader, time; near it are 'leader'",
    'end_of_race.duration = "six hours"': r"end_of_race\.duration is 'six hours': expected a duration",
    'end_of_race = "6h"': r"end_of_race is '6h': expected a table",
    'end_of_race = { by = "time", time_limit = "2h" }': r"end_of_race\.time_limit is for a race by laps",
    "grid.drivers = -1": r"grid\.drivers is -1: expected 0 or more",
    "end_of_race.laps = 4294967296": r"end_of_race\.laps is 4294967296: expected 0 or more",
    'penalties.drive_through = "-5s"': r"penalties\.drive_through is '-5s': expected a duration",
    "grid.drivers = 1.5": r"grid\.drivers is 1\.5: expected a whole number",
    "grid.parts.q2 = {}": r"grid\.parts\.q2\.cars is missing",
    "grid.parts = [1]": r"grid\.parts is \[1\]: expected a table of tables",
    "grid.parts.q2 = 5": r"grid\.parts\.q2 is 5: expected a table",
    'last_lap.limits = [["6m"]]': r"last_lap\.limits\[0\] is \['6m'\]: expected a list of 2",
    'last_lap.limits = [["7m", 0], ["6m", 1]]': r"last_lap\.limits do not rise",
    'statuses = ["classified"]': r"statuses is \['classified'\]: it lists each",
    "points.tables.race = { beyond = 0 }": r"points\.tables\.race\.points is empty",
    'points.tables.race.points = [25, "18"]': r"points\.tables\.race\.points\[1\] is '18': expected a number",
    "points.tables.race.points = [18, 25]": r"points\.tables\.race\.points rise",
    'points.tables.race = { points = [1], of = "other" }': r"points\.tables\.race\.of contradicts points",
    'points.tables.race = { of = "rase" }': r"points\.tables\.race\.of is 'rase': .* near it are 'race'",
    "points.tables.race = { points = [1], hours = [4, 6, 8] }": r"race\.hours is \[4, 6, 8\]: expected a list of 2",
    "points.shortened.steps = [{ below = 0.5 }]": r"points\.shortened\.steps\[0\]\.factor or points",
    "standings.drivers = { best = 5, split = [[6, 5]] }": r"standings\.drivers\.split contradicts best",
    'sources.min_distance = { mark = "V", source = "x" }': r"sources\.min_distance: no value is stated there",
    'min_distance = 0.7\nsources.min_distance = { mark = "X", source = "x" }': r"sources\.min_distance\.mark is 'X'",
    'min_distance = 0.7\nsources.min_distance = "V"': r"sources\.min_distance: expected \{ mark",
    'min_distance = 0.7\nsources.min_distance = { mark = "?", source = "x" }': r"share is 0\.7 but .* '\?'",
    'extends = "wce"': r"extends: no preset is called 'wce'",
    'extends = "mine.toml"': r"extends: leads back to itself",
    'first_year = "1950"': r"first_year is '1950': expected a year",
    "[[era]]\nflag_required = true": r"first_year: the file and each era begin in a year",
    "first_year = 2020\n[[era]]\nfirst_year = 2020": r"first_year: the file and each era begin in a year",
    'first_year = 2020\n[[era]]\nfirst_year = 2021\nextends = "wec"': r"era\.extends: belongs to the head",
    "first_year = 2020\n[[era]]\nfirst_year = 2021\nflag_required = 1": r"era 2021: flag_required is 1",
    "era = 5": r"era: expected tables headed",
    "flag_required true": r"line 1, column 15",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_files(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(pr.RulesError, match=BAD[text]) as caught:
        pr.rules(path)
    assert "mine.toml" in str(caught.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(pr.RulesError, match=r"mine\.toml: .*utf-8"):
        pr.rules(path)


# ---- Decisions ----

REASONS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CARS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
COUNTS = st.integers(1, 10**6)
SECONDS = st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1000)
DECISIONS = st.one_of(
    st.builds(pr.time_penalty, CARS, SECONDS, REASONS),
    st.builds(pr.lap_penalty, CARS, COUNTS, SECONDS, REASONS),
    st.builds(pr.stop_go, CARS, SECONDS, REASONS, st.none() | COUNTS),
    st.builds(pr.drive_through, CARS, REASONS, st.none() | COUNTS),
    st.builds(pr.delete_lap, CARS, COUNTS, REASONS),
    st.builds(pr.place, CARS, COUNTS, REASONS),
    st.builds(pr.grid_drop, CARS, COUNTS, REASONS),
    *(
        st.builds(make, CARS, REASONS)
        for make in (pr.delete_times, pr.rear_of_class, pr.disqualify, pr.retire, pr.pit_lane_start)
    ),
)


@pytest.mark.parametrize("suffix", [".toml", ".json", ".csv"])
def test_decisions_come_back_from_files(tmp_path_factory: pytest.TempPathFactory, suffix: str) -> None:
    path = tmp_path_factory.mktemp("decisions") / f"stewards{suffix}"

    @given(st.lists(DECISIONS, max_size=5))
    def come_back(decisions: list[Decision]) -> None:
        pr.write_decisions(decisions, path)
        assert pr.read_decisions(path) == decisions_from(str(path)) == tuple(decisions)

    come_back()


def test_decisions_are_values() -> None:
    decision = pr.time_penalty("7", timedelta(seconds=5), "track limits")
    assert decision == pr.time_penalty("7", 5, "track limits") and decision.seconds == 5
    for long in ("1:10.890", 70.89, np.float64(70.89), np.timedelta64(70_890, "ms"), timedelta(seconds=70.89)):
        assert pr.lap_penalty("7", np.int64(2), long) == pr.lap_penalty("7", 2, 70.89)
    assert {decision: 1}[pickle.loads(pickle.dumps(decision))] == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        decision.car = "8"  # type: ignore[misc]
    assert set(KINDS) == {
        "time_penalty", "lap_penalty", "drive_through", "stop_go", "delete_lap", "delete_times", "rear_of_class",
        "disqualify", "retire", "place", "grid_drop", "pit_lane_start",
    }  # fmt: skip


def test_one_decision_and_rows_of_a_file() -> None:
    assert decisions_from(pr.place("8", 3)) == (pr.place("8", 3),)
    assert decisions_from([{"kind": "place", "car": 8, "position": 3}]) == (pr.place("8", 3),)
    with pytest.raises(pr.RulesError, match="decisions 1: position is missing"):
        decisions_from([{"kind": "place", "car": 8}])


def test_decisions_from_a_table() -> None:
    table = {
        "kind": ["time_penalty", "place"], "car": np.array([7, 8]), "seconds": [5.5, np.nan], "position": [None, 3],
        "reason": ["x", None], "note": ["of no meaning", "here"],
    }  # fmt: skip
    assert decisions_from(table) == (pr.time_penalty("7", 5.5, "x"), pr.place("8", 3))


def test_decisions_that_were_found_are_written(tmp_path: Path) -> None:
    before = {"position": [1, 2], "car": ["7", "8"], "class": ["A", "A"], "laps": [9, 9], "total_time": [900.0, 901.0]}
    after = {**before, "car": ["8", "7"], "total_time": [901.0, 905.0]}
    found = pr.decisions_between(before, after)
    for name in ("found.toml", "found.csv", "found.json"):
        pr.write_decisions(found, tmp_path / name)
        (penalty,) = pr.read_decisions(tmp_path / name)
        assert (penalty.kind, penalty.car, penalty.seconds) == ("time_penalty", "7", 5)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '[{"kind": "time_penalty", "car": 7, "seconds": 5}]', None),
        ("a.csv", "kind,car,seconds\ntime_penalty,7,5\n", None),
        ("a.csv", "kind;car;seconds\r\ntime_penalty;7;0:05.000\r\n", None),
        (
            "a.json",
            '[{"kind": "time_penaltie", "car": "7"}]',
            r"a\.json: decision 1: kind is 'time_penaltie'.*'time_penalty'",
        ),
        ("a.json", '[{"kind": "time_penalty", "car": "7"}]', r"a\.json: decision 1: seconds is missing"),
        (
            "a.json",
            '[{"kind": "retire", "car": "7", "laps": 2}]',
            r"a\.json: decision 1: laps: a retire has no such value",
        ),
        ("a.json", '[{"kind": "place", "car": "7", "position": 0}]', r"a\.json: decision 1: place: position is 0"),
        ("a.json", '{"kind": "retire"}', r"a\.json: expected a list"),
        ("a.json", "[", r"a\.json: "),
        ("a.toml", 'decisions = "none"', r"a\.toml: decisions: expected tables headed \[\[decision\]\]"),
        (
            "a.csv",
            "kind,car,seconds\ntime_penalty,7,five\n",
            r"a\.csv: decision 1: time_penalty: seconds is 'five': expected 0 or more seconds",
        ),
        ("a.csv", "car,penalty\n7,5\n", r"a\.csv: there is no column 'kind'; there are car, penalty"),
        ("a.csv", "kind,car\nretire,7,5\n", r"a\.csv: decision 1: it has more values than there are columns"),
        ("a.txt", "", r"a\.txt: decisions are read from"),
    ],
)
def test_decision_files(tmp_path: Path, name: str, text: str, message: str | None) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    if message is None:
        assert pr.read_decisions(path) == (pr.time_penalty("7", 5),)
        return
    with pytest.raises(pr.RulesError, match=message):
        pr.read_decisions(path)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), 1e30, "five", "-5s", True, None])
def test_no_seconds(value: Any) -> None:
    with pytest.raises(pr.RulesError, match="time_penalty: seconds is"):
        pr.time_penalty("7", value)


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True, None, 2**32])
def test_no_laps(value: Any) -> None:
    with pytest.raises(pr.RulesError, match="lap_penalty: laps is"):
        pr.lap_penalty("7", value)


def test_decisions_that_cannot_hold() -> None:
    cars = ["7", "8", "63"]
    check_decisions([pr.disqualify("7"), pr.disqualify("7", "again"), pr.time_penalty("7", 5), pr.place("8", 1)], cars)
    with pytest.raises(pr.RulesError, match=r"time_penalty: there is no car '36'; there are '7', '8', '63'"):
        check_decisions([pr.time_penalty("36", 5)], cars)
    with pytest.raises(pr.RulesError, match=r"car '7': place and place contradict"):
        check_decisions([pr.place("7", 1), pr.place("7", 2)], cars)
    with pytest.raises(pr.RulesError, match=r"car '7': disqualify and rear_of_class contradict"):
        check_decisions([pr.disqualify("7"), pr.rear_of_class("7")], cars)
    with pytest.raises(pr.RulesError, match=r"position 2 is given to the cars '7' and '8'"):
        check_decisions([pr.place("7", 2), pr.place("8", 2)], cars)
    with pytest.raises(TypeError, match="time_penalty"):
        decisions_from(["disqualify 7"])


def test_decisions_in_a_file_are_named_with_it(race: pr.Session, tmp_path: Path) -> None:
    path = tmp_path / "stewards.toml"
    path.write_text('[[decision]]\nkind = "disqualify"\ncar = "77"\n')
    for ask in (lambda: race.classification(decisions=path), lambda: pr.grid(race, {"grid": {}}, path)):
        with pytest.raises(pr.RulesError, match=r"stewards\.toml: disqualify: there is no car '77'"):
            ask()
    path.write_text('[[decision]]\nkind = "place"\ncar = "7"\nposition = "first"\n')
    with pytest.raises(pr.RulesError, match=r"stewards\.toml: decision 1: position is 'first'"):
        race.classification(decisions=path)


def test_a_preset_is_made_once_and_never_changes() -> None:
    wec = pr.rules("wec")
    before = pickle.dumps(wec)
    assert pr.rules("wec") is wec and pr.rules("wec", 2024) == pr.rules("wec-2024")
    assert wec.replace(min_distance=0.5).min_distance.share != wec.min_distance.share
    with pytest.raises(dataclasses.FrozenInstanceError):
        wec.min_distance.share = Fraction(0)  # type: ignore[misc]
    with pytest.raises(TypeError):
        wec.sources["grid"] = None  # type: ignore[index]
    assert pickle.dumps(pr.rules("wec")) == before
    for name in NAMES:
        assert not {type(value) for value in values_of(pr.rules(name))} & {list, dict, set}, "nothing can be changed"


def values_of(value: Any) -> Iterator[Any]:
    yield value
    inner = vars(value).values() if isinstance(value, Part) else value if isinstance(value, tuple) else ()
    for one in inner:
        yield from values_of(one)

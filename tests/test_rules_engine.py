"""Classifications under rules, after the decisions of the stewards: worked examples and published results."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pyracing as pr
import slow_rules
from answers import columns, rows
from lap_files import CORPUS
from race_files import race_file, seconds
from test_classification import RACE, race

published = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")

# ---- Decisions ----


def test_a_time_penalty_never_moves_a_car_behind_cars_laps_down():
    table = race().classification(decisions=[pr.time_penalty("1", 600, "track limits")])
    assert columns(table, "car", "position", "laps", "total_time", "penalty_time", "decisions")[:3] == [
        ("3", 1, 4, seconds("6:15"), 0, None),
        ("1", 2, 4, seconds("16:11"), seconds("600"), "+10:00: track limits"),
        ("4", 3, 3, seconds("5:08"), 0, None),
    ]


def test_laps_are_deducted_and_time_is_added():
    table = race().classification(decisions=[pr.lap_penalty("1", 1, 5.5, "refuelling"), pr.time_penalty("1", 1)])
    assert columns(table, "car", "laps", "total_time", "penalty_laps", "penalty_time", "decisions")[:4] == [
        ("3", 4, seconds("6:15"), 0, 0, None),
        ("4", 3, seconds("5:08"), 0, 0, None),
        ("2", 3, seconds("5:10"), 0, 0, None),
        ("1", 3, seconds("6:17.5"), 1, seconds("6.5"), "1 lap +5.500 s: refuelling; +1 s"),
    ]


def test_penalties_that_were_not_served():
    """Le Mans: a drive-through is 30 s. A stop-go is the stop and what the pit lane costs at that event."""
    rules = pr.rules("wec").replace(penalties={"stop_go_loss": 27.5, "reference_lap": 300})
    decisions = [pr.drive_through("1"), pr.stop_go("3", 120, "unsafe release")]
    table = race().classification(rules=rules, decisions=decisions)
    assert columns(table, "car", "penalty_time", "penalty_laps", "decisions")[:2] == [
        ("1", seconds("30"), 0, "drive-through +30 s"),
        ("3", seconds("147.5"), 0, "stop-go +2:27.500: unsafe release"),
    ]
    with pytest.raises(pr.RulesError, match="drive_through of car '1' was not served: penalties.drive_through"):
        race().classification(decisions=[pr.drive_through("1")])
    with pytest.raises(pr.RulesError, match=r"^wec\.toml: stop_go of car '3'.*penalties.stop_go_loss is needed"):
        race().classification(rules="wec", decisions=[pr.stop_go("3", 120)])


def test_bahrain_2024():
    """Two stops of two minutes became 4'55", which is two laps of 1:52.055 and 1'10.890."""
    text = "\n".join(f"{car} | Ann {' '.join(['1:52'] * 20)} 1:5{car[-1]}" for car in ("51", "2", "3"))
    session = race(text, name="8 Hours of Bahrain 2024")
    table = session.classification(rules="wec", decisions=[pr.stop_go("51", 120), pr.stop_go("51", 120)])
    assert columns(table, "car", "laps", "gap_laps", "penalty_laps", "penalty_time", "decisions")[-1] == (
        "51", 19, 2, 2, seconds("70.890"), "stop-go 1 lap +35.445 s; stop-go 1 lap +35.445 s"
    )  # fmt: skip
    assert columns(session.classification(rules="wec", decisions=[pr.time_penalty("51", 295)]), "decisions")[-1] == (
        "2 laps +1:10.890",
    )


def test_the_reference_lap_is_needed_for_a_penalty_longer_than_a_lap():
    table = race().classification(rules="wec", decisions=[pr.time_penalty("1", 87)])
    assert columns(table, "car", "penalty_time")[1] == ("1", seconds("87"))
    with pytest.raises(pr.RulesError, match="is longer than a lap: penalties.reference_lap is needed"):
        race().classification(rules="wec", decisions=[pr.time_penalty("1", 88)])
    both = [pr.delete_lap("5", 3), pr.time_penalty("5", 88)]  # which it drove all the same
    for decisions in (both, both[::-1]):
        with pytest.raises(pr.RulesError, match="is longer than a lap"):
            race().classification(rules="wec", decisions=decisions)


def test_deleted_laps_and_lap_times():
    """The best lap is the next best one; the lap itself counts. Where the timekeeper marks bests, quicker laps than the
    marked one stay deleted."""
    decisions = [pr.delete_lap("1", 2, "track limits"), pr.delete_times("3")]
    table = race().classification(decisions=decisions)
    assert columns(table, "car", "laps", "best_lap", "best_lap_number", "decisions")[:2] == [
        ("1", 4, seconds("90"), 3, "lap 2 deleted: track limits"),
        ("3", 4, None, None, "lap times deleted"),
    ]
    marked = race("1 | Ann 1:40 1:30* 1:28 1:29.5* 1:31")
    assert columns(marked.classification(decisions=[pr.delete_lap("1", 4)]), "best_lap_number") == [(2,)]
    quicker = [pr.delete_lap("1", 2), pr.delete_lap("1", 4)]
    assert columns(marked.classification(decisions=quicker), "best_lap") == [(seconds("91"),)]
    with pytest.raises(pr.RulesError, match="delete_lap of car '1' is for a lap that it did not run"):
        race().classification(decisions=[pr.delete_lap("1", 9)])


def test_nobody_is_behind_by_less_than_nothing():
    """Published results show no negative time, but laps: -10 Laps between two groups of statuses."""
    session = race("1 | Ann 1:40 1:30 1:31\n2 | Bo 1:45 1:32 1:33\n3 | Cy 1:50 1:34 1:35\n4 | Di 2:10 2:12")
    names = ("car", "position", "gap", "gap_laps", "interval", "interval_laps")
    assert columns(session.classification(decisions=[pr.disqualify("1")]), *names) == [
        ("2", 1, 0, 0, None, None),
        ("3", 2, seconds("9"), 0, seconds("9"), 0),
        ("4", 3, None, 1, None, 1),
        ("1", None, None, 0, None, -1),
    ]
    assert columns(session.classification(decisions=[pr.place("1", 2)]), *names)[:3] == [
        ("2", 1, 0, 0, None, None),
        ("1", 2, None, 0, None, 0),
        ("3", 3, seconds("9"), 0, seconds("18"), 0),
    ]


def test_decisions_in_qualifying():
    text = "1 | Ann 1:40 1:30 1:31\n2 | Bo 1:45 1:32 1:33\n3 | Cy 1:50 1:34 1:35"
    session = race(text, kind="qualifying")
    order = [pr.delete_lap("1", 2), pr.delete_lap("1", 3), pr.disqualify("2")]
    assert columns(session.classification(decisions=order), "car", "position", "status", "best_lap", "gap") == [
        ("3", 1, "classified", seconds("94"), 0),
        ("1", None, "not_classified", None, None),
        ("2", None, "disqualified", seconds("92"), None),
    ]
    assert columns(session.classification(rules="imsa", decisions=[pr.delete_lap("1", 2)]), "car") == [
        ("1",), ("2",), ("3",)
    ]  # fmt: skip
    assert columns(session.classification(decisions=[pr.rear_of_class("1")]), "car") == [("2",), ("3",), ("1",)]
    with pytest.raises(pr.RulesError, match="time_penalty of car '1' has no meaning in a session that is no race"):
        session.classification(decisions=[pr.time_penalty("1", 5)])


def test_a_place_by_decision():
    assert columns(race().classification(decisions=[pr.place("1", 3)]), "car", "position", "decisions")[:4] == [
        ("3", 1, None), ("4", 2, None), ("1", 3, "position 3"), ("2", 4, None)
    ]  # fmt: skip
    both = [pr.place("1", 4), pr.place("3", 3), pr.disqualify("5")]
    assert columns(race().classification(decisions=both), "car", "position") == [
        ("4", 1), ("2", 2), ("3", 3), ("1", 4), ("5", None)
    ]  # fmt: skip
    book = pr.rules({"flag_required": True, "guests_keep_place": False})
    guests = {"rules": book, "attributes": {"car": ["3"], "guest": [True]}}
    assert columns(race().classification(decisions=[pr.place("1", 2)], **guests), "car", "position")[:4] == [
        ("3", None), ("4", 1), ("1", 2), ("2", 3)
    ]  # fmt: skip


def test_decisions_that_cannot_be(tmp_path):
    with pytest.raises(pr.RulesError, match="there is no car '6'"):
        race().classification(decisions=[pr.disqualify("6")])
    with pytest.raises(pr.RulesError, match="contradict each other"):
        race().classification(decisions=[pr.disqualify("1"), pr.rear_of_class("1")])
    pr.write_decisions([pr.time_penalty("1", 5, "track limits")], tmp_path / "decided.toml")
    table = race().classification(decisions=tmp_path / "decided.toml")
    assert columns(table, "decisions")[1] == ("+5 s: track limits",)
    with pytest.raises(ValueError, match="decisions: column 'kind' is missing"):
        race()._core.ask("classification", decisions=race().entries._core)


def test_dead_heats():
    """Two third places are followed by the fifth; else who crossed first on the road is ahead."""
    text = "1 P2 | Ann 60 60\n2 P2 | Bo 60 61\n3 GT | Cy 61 61\n4 P2 | Di 61 61\n5 P2 | Ed 61 62\n6 GT | Flo 60 62"
    shared = pr.rules({"dead_heat": "shared"})
    assert columns(race(text).classification(rules=shared), "car", "position", "class_position") == [
        ("1", 1, 1), ("2", 2, 2), ("6", 3, 1), ("3", 3, 1), ("4", 3, 3), ("5", 6, 4)
    ]  # fmt: skip
    assert columns(race(text).classification(rules={}), "car", "position")[2:5] == [("6", 3), ("3", 4), ("4", 5)]
    penalised = race(text).classification(rules={}, decisions=[pr.time_penalty("2", 1)])
    assert columns(penalised, "car")[1:5] == [("2",), ("6",), ("3",), ("4",)], "121 s on the road, 122 with the penalty"


@pytest.mark.parametrize("moved", [pr.rear_of_class("2"), pr.place("2", 3)])
def test_a_car_that_was_moved_shares_no_place(moved):
    field = race("1 P2 | Ann 60 60\n2 P2 | Bo 60 62\n3 P2 | Cy 61 61")
    shared = pr.rules({"dead_heat": "shared"})
    assert columns(field.classification(rules=shared), "car", "position") == [("1", 1), ("2", 2), ("3", 2)]
    found = field.classification(rules=shared, decisions=[moved])
    assert columns(found, "car", "position") == [("1", 1), ("3", 2), ("2", 3)]


# ---- The end of the race ----

# Crossings: A 100, 190, 280, 370; B 102, 200, 297; C 95 and no more; D 110, 215, 320, 425. No flag is published.
FIELD = {
    "A": ("P2", [100, 90, 90, 90]),
    "B": ("GT", [102, 98, 97]),
    "C": ("P2", [95]),
    "D": ("GT", [110, 105, 105, 105]),
}
AFTER_TWO_LAPS = [("A", 2, 190), ("B", 2, 200), ("D", 2, 215), "C"]
AFTER_THREE_LAPS = [("A", 3, 280), ("B", 3, 297), ("D", 3, 320), "C"]


def field(cars: dict[str, tuple[str, list[float]]] = FIELD, **columns_given) -> pr.Session:
    rows = [(car, class_name, time) for car, (class_name, times) in cars.items() for time in times]
    car, class_name, times = zip(*rows, strict=True)
    return pr.from_laps({"car": car, "class": class_name, "lap_time": times, **columns_given}, kind="race")


def outcome(rules, session: pr.Session | None = None) -> list[tuple]:
    """Who is classified with how many laps after how many seconds, then the others' names."""
    table = (field() if session is None else session).classification(rules=pr.rules(rules))
    return [
        (car, laps, time / 1_000_000) if status == "classified" else car
        for car, status, laps, time in columns(table, "car", "status", "laps", "total_time")
    ]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        # Nobody has completed lap 2 at 185; A does so first, at 190. At 195 it is lap 3 that ends the race.
        ({"duration": 185}, AFTER_TWO_LAPS),
        ({"duration": 190}, AFTER_TWO_LAPS),
        ({"duration": 195}, AFTER_THREE_LAPS),
        ({"duration": 195, "flag": "time"}, [("A", 3, 280), ("B", 2, 200), ("D", 2, 215), "C"]),
        ({"by": "laps", "laps": 3}, AFTER_THREE_LAPS),
        # At 150 the leader is in lap 2: the race ends with that one, or the next.
        ({"by": "laps", "laps": 9, "time_limit": 150}, AFTER_THREE_LAPS),
        ({"by": "laps", "laps": 9, "time_limit": 150, "time_limit_laps": 0}, AFTER_TWO_LAPS),
        ({"by": "laps", "laps": 2, "time_limit": 150}, AFTER_TWO_LAPS),
        # The GTs go home early: B leads them and ends its second lap at 200.
        (
            {"duration": 300, "class_durations": {"GT": {"duration": 150}}},
            [("A", 4, 370), ("B", 2, 200), ("D", 2, 215), "C"],
        ),
        # A class whose time is longer than the race ends with all others.
        ({"duration": 195, "class_durations": {"GT": {"duration": 300}}}, AFTER_THREE_LAPS),
    ],
)  # fmt: skip
def test_where_the_race_ends(end, expected):
    assert outcome({"flag_required": True, "end_of_race": end}) == expected


def test_a_time_limit_that_counts_suspensions():
    """Race time stood still for 1000 s between 200 and 300. After 1350 s with these the leader was in lap 4, after 1100
    s the race was stopped in lap 3; it ends one lap later."""
    elapsed = [100, 200, 300, 400, 500, 600]
    clock = [14 * 3600 + time + (1000 if time >= 300 else 0) for time in elapsed]
    cars = {"car": ["1"] * 6, "lap_time": [100] * 6, "elapsed": elapsed, "clock": clock}
    session = pr.from_laps(cars, kind="race", start="14:00")
    assert [row["duration"].total_seconds() for row in session.info["suspensions"]] == [1000]
    for limit, expected in ((1350, 5), (1100, 4), (1301, 5), (1250, 4), (150, 3)):
        end = {"by": "laps", "laps": 20, "time_limit": "2h", "time_limit_with_suspensions": limit}
        assert outcome({"end_of_race": end}, session) == [("1", expected, 100.0 * expected)], limit


def test_a_flag_that_fell_late():
    """Lap 4 was one too many; who took the flag a lap earlier did take it."""
    session, rules = race(), {"flag_required": True, "end_of_race": {"duration": 200}}
    assert outcome(rules, session)[0] == ("1", 3, 280)
    assert outcome({**rules, "end_of_race": {"duration": 200, "late_flag": "shown"}}, session)[0] == ("1", 4, 371)
    assert outcome(rules, pr.read(race_file(RACE), kind="race", duration=10**4))[0] == ("1", 4, 371), "as published"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [(280, AFTER_TWO_LAPS), (281, AFTER_THREE_LAPS), (999, [("A", 4, 370), ("D", 4, 425), "B", "C"])],
)
@pytest.mark.parametrize("end", [{"by": "laps", "laps": 4}, {"duration": 300}, {"duration": 300, "late_flag": "shown"}])
def test_a_flag_that_was_shown_early(end, shown, expected):
    """Canada 2018: shown as the leader ended the last lap but one, so that the lap before was the last. The leader has
    crossed at 280 when the flag is shown later; shown after the end it was not early."""
    rules = {"flag_required": True, "end_of_race": {**end, "early_flag": shown}}
    flags = [None] * 3 + ["chequered"] + [None] * 7 + ["chequered"]
    assert outcome(rules) == outcome(rules, field(flag=flags)) == expected


def test_a_flag_before_the_first_lap_is_no_end():
    with pytest.raises(pr.RulesError, match="early_flag is before the leader completed a lap"):
        outcome({"end_of_race": {"early_flag": 90}})
    assert codes(field(), pr.rules({"end_of_race": {"early_flag": 280}})) == [
        ("note", "flag_worked_out", None, None), ("note", "lap_after_end", "A", 3), ("note", "lap_after_end", "B", 3),
        ("note", "lap_after_end", "D", 3),
    ]  # fmt: skip


STOPPED = [
    ("penultimate_lap", 290, AFTER_TWO_LAPS),
    ("leader_last_crossing", 290, [("A", 3, 280), ("B", 2, 200), ("D", 2, 215), "C"]),
    ("class_penultimate_crossing", 290, [("A", 2, 190), ("B", 1, 102), ("D", 1, 110), "C"]),
    ("last_lap_of_all", 290, AFTER_TWO_LAPS),
    ("last_lap_of_all", 330, AFTER_THREE_LAPS),
]


@pytest.mark.parametrize(("result", "signal", "expected"), STOPPED)
def test_a_race_that_is_stopped(result, signal, expected):
    """The leader is in lap 4. C has been out since lap 1."""
    rules = {"flag_required": True, "red_flag": {"result": result, "signal": signal}}
    assert outcome(rules) == expected


def test_who_crossed_with_the_leader_is_still_running():
    """B ended lap 2 at the instant at which A did, and lap 3 never: it is the last lap that not all completed."""
    cars = {**FIELD, "B": ("GT", [102, 88])}
    rules = {"flag_required": True, "red_flag": {"result": "last_lap_of_all", "signal": 330}}
    assert outcome(rules, field(cars)) == [("A", 2, 190), ("B", 2, 190), ("D", 2, 215), "C"]


def test_a_class_without_two_laps_when_the_race_was_stopped():
    cars = {**FIELD, "C": ("P3", [95])}
    rules = {"flag_required": True, "red_flag": {"result": "class_penultimate_crossing", "signal": 290}}
    assert outcome(rules, field(cars)) == [("A", 2, 190), ("B", 1, 102), ("D", 1, 110), "C"]
    with pytest.raises(pr.RulesError, match="stopped before its leader had completed two laps"):
        outcome({"red_flag": {**rules["red_flag"], "signal": 150}}, field(cars))


@pytest.mark.parametrize(("result", "signal", "expected"), [row for row in STOPPED if row[1] == 290])
def test_the_flags_of_the_crossings_show_that_it_was_stopped(result, signal, expected):
    session = race("""
        A P2 | Ann 1:40 1:30 1:30 1:30!RF
        B GT | Bo 1:42 1:38 1:37!RF
        C P2 | Cy 1:35!GF
        D GT | Di 1:50 1:45 1:45!RF 1:45!RF
    """)
    assert outcome({"flag_required": True, "red_flag": {"result": result}}, session) == expected
    with pytest.raises(pr.RulesError, match=r"^wec\.toml: red_flag.result is needed: the race was stopped"):
        session.classification(rules="wec")
    assert outcome({"flag_required": True, "end_of_race": {"duration": 10**4}}, race(RACE))[0] == ("1", 4, 371)
    assert columns(session.check(rules="wec"), "severity", "code")[-1] == ("error", "rules_not_applicable")


def test_a_red_flag_after_which_the_race_went_on_ends_nothing():
    session = race("1 | Ann 1:40 30:00!RF 1:30!GF\n2 | Bo 1:41 30:00!RF 1:30!GF")
    assert outcome("wec", session) == [("1", 3, 1990), ("2", 3, 1991)]


def test_laps_behind_the_flag_are_no_best_laps():
    late = field({"A": ("P2", [100, 90, 80]), "B": ("P2", [101, 91, 79])})
    table = late.classification(rules=pr.rules({"end_of_race": {"duration": 150}}))
    assert columns(table, "car", "laps", "best_lap") == [("A", 2, seconds("90")), ("B", 2, seconds("91"))]


# ---- Who is classified ----

HALF_TO_NEAREST = {"min_distance": {"share": 0.5, "rounding": "nearest"}}


@pytest.mark.parametrize(
    ("rules", "winner", "laps", "status"),
    [
        ("wec", 381, 266, "not_classified"),  # Le Mans 2008 #55: 69.8 %, though the floor of 266.7 is reached
        ("wec", 342, 244, "classified"),  # Le Mans 2023 #38
        ("n24", 100, 50, "classified"),
        ("n24", 101, 50, "not_classified"),
        ("f1-2024", 57, 51, "classified"),  # the floor of 51.3
        ("f1-2024", 57, 50, "not_classified"),
        ("imsa", 423, 22, "classified"),
        (HALF_TO_NEAREST, 3, 1, "not_classified"),  # of 1.5 laps, which are 2
        (HALF_TO_NEAREST, 3, 2, "classified"),
    ],
)
def test_distance(rules, winner, laps, status):
    book = pr.rules(rules).replace(flag_required=False, end_of_race={"duration": None})
    table = field({"1": ("P", [1] * winner), "2": ("P", [1] * laps)}).classification(rules=book)
    assert columns(table, "car", "position", "status")[1] == ("2", 2 if status == "classified" else None, status)


def test_distance_of_the_overall_or_the_class_winner():
    """Le Mans 2020 #88: 61.5 % of the overall winner, 70.2 % of its class. It is the same for the class seen alone."""
    session = field({"7": ("LMP1", [1] * 387), "90": ("GT", [1] * 339), "88": ("GT", [1] * 238)})
    for seen in (session, session.select(classes="GT"), session.until("-1s").select(cars="88")):
        assert columns(seen.classification(rules="wec"), "car", "status")[-1] == ("88", "not_classified")
    of_class = pr.rules("wec").replace(min_distance={"base": "class_winner"})
    assert columns(session.classification(rules=of_class), "car", "status")[-1] == ("88", "classified")


@pytest.mark.parametrize(
    ("year", "last", "laps", "status"),
    [
        (2016, "6m", 20, "classified"),
        (2016, "6m0.001s", 20, "not_classified"),
        (2023, "6m", 20, "classified"),
        (2023, "6m0.001s", 19, "classified"),
        (2023, "7m30s", 18, "classified"),
        (2023, "9m", 16, "classified"),
        (2023, "10m1s", 12, "classified"),
        (2023, "16m", 20, "not_classified"),
    ],
)
def test_the_last_lap_at_le_mans(year, last, laps, status):
    """The flag falls with the end of lap 20 of car 1."""
    times = [200.0] * 19
    session = field({"1": ("P", [*times, 200.0]), "5": ("P", [*times, seconds_of(last)])})
    rules = pr.rules("lemans24h", year).replace(end_of_race={"duration": 3900}, min_distance=0.5)
    row = rows(session.classification(rules=rules))[1]
    assert (row["car"], row["laps"], row["status"]) == ("5", laps, status)
    assert (row["penalty_laps"], row["total_time"]) == (20 - laps, round((3800 + seconds_of(last)) * 1e6))
    assert (row["decisions"] is None) == (laps == 20 and status == "classified")


def seconds_of(text: str) -> float:
    minutes, _, rest = text.partition("m")
    return int(minutes) * 60 + float(rest.removesuffix("s") or 0)


def test_the_last_lap_is_measured_from_the_pit_exit():
    times = [200.0] * 4
    cars = {"1": ("P", times), "5": ("P", [*times[:3], 3000.0])}
    rules = pr.rules("lemans24h", 2016).replace(end_of_race={"duration": 790}, min_distance=0)
    for in_pit_lane, status in ((2700, "classified"), (2600, "not_classified")):
        session = field(cars, pit_lane_time=[None] * 7 + [in_pit_lane])
        assert columns(session.classification(rules=rules), "car", "status")[1] == ("5", status)


def test_retired():
    """A decision says that a car did not take the flag; after 90 % of a Grand Prix that does not matter."""
    session = field({"1": ("", [90] * 10), "2": ("", [91] * 9), "3": ("", [92] * 8)})
    retired = [pr.retire("2", "engine"), pr.retire("3")]
    assert columns(session.classification(decisions=retired), "car", "status", "decisions") == [
        ("1", "classified", None), ("2", "retired", "retired: engine"), ("3", "retired", "retired")
    ]  # fmt: skip
    assert columns(session.classification(rules="f1-2024", decisions=retired), "car", "status") == [
        ("1", "classified"), ("2", "classified"), ("3", "retired")
    ]  # fmt: skip
    assert codes(session, "f1-2024", retired) == [("note", "decision_without_effect", "2", None)]
    assert codes(session, None, retired) == [("warning", "flag_not_known", None, None)]


def test_who_retires_keeps_his_place_where_every_starter_is_ranked():
    """In IMSA a car that stops keeps the position that its laps give it, ahead of slower cars that take the flag."""
    session = field({"1": ("", [90] * 10), "2": ("", [91] * 7), "3": ("", [130] * 6)})
    table = session.classification(rules="imsa", decisions=[pr.retire("2", "engine")])
    assert columns(table, "car", "position", "status", "laps", "decisions") == [
        ("1", 1, "classified", 10, None), ("2", 2, "classified", 7, "retired: engine"), ("3", 3, "classified", 6, None)
    ]  # fmt: skip
    assert codes(session, "imsa", [pr.retire("2")]) == [("note", "decision_without_effect", "2", None)]


def test_statuses_in_their_order_of_publication():
    decisions = [pr.disqualify("1"), pr.retire("2"), pr.disqualify("3")]
    rules = pr.rules({"statuses": ["classified", "disqualified", "retired", "not_started", "not_classified"],
                      "flag_required": True})  # fmt: skip
    assert columns(race().classification(rules=rules, decisions=decisions), "car", "status", "position") == [
        ("4", "classified", 1), ("1", "disqualified", None), ("3", "disqualified", None), ("2", "retired", None),
        ("5", "not_classified", None),
    ]  # fmt: skip


# ---- One field, several classifications ----


def test_each_class_with_positions_and_gaps_of_its_own():
    names = ("ranking", "car", "position", "class_position", "gap", "gap_laps", "interval")
    assert columns(race().classification(by="class"), *names) == [
        ("P2", "1", 1, 1, 0, 0, None),
        ("P2", "3", 2, 2, seconds("4"), 0, seconds("4")),
        ("P2", "5", None, None, None, 1, None),
        ("GT", "4", 1, 1, 0, 0, None),
        ("GT", "2", 2, 2, seconds("2"), 0, seconds("2")),
    ]
    assert columns(race().classification(by="GT"), "car", "position") == [("4", 1), ("2", 2)]
    assert columns(race().classification(by="team"), "ranking", "position")[:2] == [("Team 1", 1), ("Team 3", 1)]
    with pytest.raises(ValueError, match="by='GP'"):
        race().classification(by="GP")


def test_places_gained(tmp_path):
    """Car 5 started first and is not classified; nobody knows where car 2 started; car 9 was on the grid only."""
    grid = {"car": ["5", "3", "1", "4", "9"], "position": [1, 2, 3, 4, 5]}
    assert columns(race().classification(grid=grid), "car", "position", "grid", "gained") == [
        ("1", 1, 3, 2), ("3", 2, 2, 0), ("4", 3, 4, 1), ("2", 4, None, None), ("5", None, 1, None)
    ]  # fmt: skip
    assert columns(race().classification(grid=grid, by="P2"), "car", "position", "grid", "gained") == [
        ("1", 1, 3, 2), ("3", 2, 2, 0), ("5", None, 1, None)
    ]  # fmt: skip
    qualifying = pr.from_laps(
        {"car": ["5", "3", "1", "4", "9"], "lap_time": [60, 61, 62, 63, 64], "improvement": ["car_best"] * 5},
        kind="qualifying",
    )
    published = pr.from_laps(qualifying.laps, kind="qualifying", results=grid | {"car": ["1", "3", "5", "4", "9"]})
    (tmp_path / "grid.csv").write_text("position;car\n1;5\n2;3\n3;1\n4;4\n5;9\n")
    for given in (qualifying, tmp_path / "grid.csv", str(tmp_path / "grid.csv")):
        assert race().classification(grid=given) == race().classification(grid=grid)
    assert race().classification(grid=published) == race().classification(grid=published.results)
    (tmp_path / "grid.csv").write_text("position,car\nfirst,5\n")
    with pytest.raises(ValueError, match="column 'position' of the grid has 'first' at row 0, not a whole number"):
        race().classification(grid=tmp_path / "grid.csv")
    with pytest.raises(FileNotFoundError):
        race().classification(grid="nowhere.csv")
    with pytest.raises(ValueError, match="the grid has no column 'position'"):
        race().classification(grid={"car": ["1"]})


# ---- What could not be applied ----


def codes(session: pr.Session, rules, decisions=()) -> list[tuple]:
    """What `check` says beyond the doubts about the files."""
    listed = columns(session.check(rules=rules, decisions=decisions), "severity", "code", "car", "lap")
    return listed[len(session.check()) :]


def test_doubts_about_rules():
    assert codes(race(), None, [pr.time_penalty("1", 5)]) == [] == codes(race(), "imsa")
    assert codes(field(), "wec") == [("warning", "flag_not_known", None, None)]
    assert codes(field(), "imsa") == []
    assert codes(field(), pr.rules("imsa").replace(end_of_race={"duration": "1h"})) == [
        ("warning", "race_too_short", None, None)
    ]
    assert codes(field(), pr.rules("wec").replace(end_of_race={"duration": 195})) == [
        ("note", "flag_worked_out", None, None), ("note", "lap_after_end", "A", 4), ("note", "lap_after_end", "D", 4)
    ]  # fmt: skip
    ends = {"P2": {"duration": "1h"}, "GT3": {"duration": "1h"}}
    assert codes(race(), pr.rules("imsa").replace(end_of_race={"class_durations": ends})) == [
        ("note", "class_not_there", None, None)
    ]
    assert codes(race(), "imsa", [pr.disqualify("1"), pr.rear_of_class("5")]) == []
    assert codes(race(), "wec", [pr.rear_of_class("5")]) == [("warning", "decision_without_effect", "5", None)]
    assert codes(race(), "wec", [pr.drive_through("1"), pr.stop_go("1", 10)]) == [
        ("error", "rules_not_applicable", None, None)
    ]


def test_doubts_about_the_last_lap():
    """The race time of the finish is not known, nor how long the last lap took."""
    laps = {"car": ["1", "1", "2", "2"], "lap": [1, 2, 1, 2], "lap_time": [90, 91, 92, None]}
    session = pr.from_laps(laps, kind="race")
    assert codes(session, pr.rules("lemans24h").replace(end_of_race={"duration": None})) == [
        ("warning", "flag_not_known", None, None),
        ("warning", "finish_without_time", "2", 2),
        ("warning", "last_lap_without_time", "2", 2),
    ]


@published
def test_watkins_glen_2022():
    """Nine cars to the rear of their classes, for drive time: each right behind the last car of its class."""
    laps = next((CORPUS / "imsa/2022").glob("11-watkins*/*race-laps.csv"))
    session = pr.read(laps, laps.with_name(laps.name.replace("-laps", "-results")))
    moved = [pr.rear_of_class(car, "drive time") for car in ("36", "25", "32", "57", "42", "1", "99", "59", "12")]
    table = session.classification(rules="imsa-2022", decisions=moved)
    assert columns(table, "car", "position", "class_position", "laps", "total_time") == columns(
        session.results, "car", "position", "class_position", "laps", "total_time"
    )
    assert {row["car"] for row in rows(table) if row["decisions"] == "rear of class: drive time"} == {
        decision.car for decision in moved
    }


@published
@pytest.mark.parametrize(
    ("files", "rules", "duration"),
    [("wec/2025/cota_6h.csv", "wec", "6h"), ("imsa/2021/*weathertech-240*/*race-laps.csv", "imsa-2021", "2h40m")],
)
def test_race_time_runs_on_while_the_race_is_stopped(files, rules, duration):
    """Both were stopped, for 43 and 52 minutes, and ended on time: so the flag that is worked out from the duration is
    the one that the files show."""
    published = pr.read(next(CORPUS.glob(files)), kind="race")
    laps = published.laps.to_pandas().drop(columns="flag")
    named = ("car", "position", "laps", "total_time")
    worked_out = pr.from_laps(laps, kind="race", duration=duration).classification(rules=rules)
    shown = published.classification(rules=rules)
    assert columns(worked_out, *named)[:10] == columns(shown, *named)[:10]


# ---- Against a classification worked out step by step ----

SHARES = [Fraction(0), Fraction(1, 2), Fraction(7, 10), Fraction(3, 4), Fraction(9, 10), Fraction(1)]
CARS = ("01", "1", "10", "2", "7", "77")


@st.composite
def fields(draw) -> list[slow_rules.Car]:
    """Few lap times, so that cars are level often; a car may have none."""
    names = draw(st.lists(st.sampled_from(CARS), min_size=1, unique=True))
    laps = st.lists(st.sampled_from([60, 61, 62, 90, 200]), max_size=7)
    cars = [slow_rules.Car(name, draw(st.sampled_from(["GT", "P2"])), draw(laps)) for name in names]
    assume(any(car.lap_times for car in cars))
    return cars


@st.composite
def rule_books(draw) -> slow_rules.Rules:
    by_laps = draw(st.booleans())
    return slow_rules.Rules(
        duration=None if by_laps else draw(st.none() | st.integers(1, 500)),
        race_laps=draw(st.integers(0, 7)) if by_laps else 0,
        flag=draw(st.sampled_from(["leader", "time"])),
        flag_required=draw(st.booleans()),
        share=draw(st.sampled_from(SHARES)),
        base=draw(st.sampled_from(["overall_winner", "class_winner"])),
        rounding=draw(st.sampled_from(["exact", "floor", "ceil", "nearest"])),
        limits=draw(st.sampled_from([(), ((61, 0),), ((60, 0), (90, 2))])),
        beyond=draw(st.sampled_from(["not_classified", "disqualified"])),
        shared=draw(st.booleans()),
    )


@st.composite
def decisions_for(draw, cars: list[slow_rules.Car]) -> list[tuple]:
    """What contradicts itself is an error of its own: a car is moved or disqualified once, and no two to one place."""
    names = st.sampled_from([car.name for car in cars])
    given = draw(
        st.lists(
            st.tuples(st.just("time_penalty"), names, st.sampled_from([1, 2, 30, 500]))
            | st.tuples(st.just("lap_penalty"), names, st.integers(1, 3), st.sampled_from([0, 1]))
            | st.tuples(st.just("retire"), names),
            max_size=3,
        )
    )
    for name in draw(st.lists(names, max_size=3, unique=True)):
        kinds = [("rear_of_class", name), ("disqualify", name), ("place", name, len(given) + 1)]
        given.append(draw(st.sampled_from(kinds)))
    return given


def session_of(cars: list[slow_rules.Car]) -> pr.Session:
    rows = [(car.name, car.class_name, time) for car in cars for time in car.lap_times]
    names, classes, times = zip(*rows, strict=True)
    entries = {"car": [car.name for car in cars], "class": [car.class_name for car in cars]}
    return pr.from_laps({"car": names, "class": classes, "lap_time": times}, entries=entries, kind="race")


def rules_of(book: slow_rules.Rules) -> pr.Rules:
    end = {"by": "laps", "laps": book.race_laps} if book.race_laps else {"by": "time", "duration": book.duration}
    return pr.rules({
        "end_of_race": {**end, "flag": book.flag},
        "flag_required": book.flag_required,
        "min_distance": {"share": book.share, "base": book.base, "rounding": book.rounding},
        "last_lap": {"limits": [list(limit) for limit in book.limits], "beyond": book.beyond},
        "dead_heat": "shared" if book.shared else "crossing_order",
    })  # fmt: skip


def own_decisions(decisions: list[tuple]) -> list:
    return [getattr(pr, kind)(*rest) for kind, *rest in decisions]


def answer(cars: list[slow_rules.Car], book: slow_rules.Rules, decisions: list[tuple]) -> list[tuple]:
    table = session_of(cars).classification(rules=rules_of(book), decisions=own_decisions(decisions))
    return [
        (*row, None if time is None else time // 1_000_000)
        for *row, time in columns(table, "car", "position", "class_position", "status", "laps", "total_time")
    ]


@settings(max_examples=60)
@given(st.data(), fields(), rule_books())
def test_the_rule_book_step_by_step(data, cars, book):
    decisions = data.draw(decisions_for(cars))
    assert answer(cars, book, decisions) == slow_rules.classification(cars, book, decisions)


@settings(max_examples=25)
@given(st.data(), fields(), rule_books())
def test_the_order_of_rows_and_of_most_decisions_does_not_matter(data, cars, book):
    """Only who is moved to the rear later stands further behind."""
    decisions = data.draw(decisions_for(cars))
    others = [decision for decision in decisions if decision[0] != "rear_of_class"]
    rears = [decision for decision in decisions if decision[0] == "rear_of_class"]
    assert answer(data.draw(st.permutations(cars)), book, data.draw(st.permutations(others)) + rears) == answer(
        cars, book, decisions
    )


@settings(max_examples=25)
@given(st.data(), fields(), rule_books())
def test_a_penalty_never_improves_its_car(data, cars, book):
    """However many positions there are: last is who has none."""
    car = data.draw(st.sampled_from(cars)).name
    penalty = data.draw(
        st.sampled_from([("time_penalty", car, 1), ("time_penalty", car, 60), ("lap_penalty", car, 1, 0),
                         ("rear_of_class", car), ("disqualify", car), ("retire", car)])
    )  # fmt: skip

    def position(decisions: list[tuple]) -> int:
        return next(row[1] for row in answer(cars, book, decisions) if row[0] == car) or len(cars) + 1

    before = data.draw(decisions_for(cars))
    assume(not any(name == car and kind in ("rear_of_class", "place", "disqualify") for kind, name, *_ in before))
    assume(not any(kind == "place" for kind, *_ in before))
    assert position([*before, penalty]) >= position(before)


@settings(max_examples=25)
@given(fields(), rule_books(), st.data())
def test_invisible_entries_that_lose_their_place_change_no_position(cars, book, data):
    """A race by laps or to its end: where a clock ends the race, a car more on the road may end it earlier."""
    book.duration, book.race_laps = None, 0
    guest = slow_rules.Car("99", data.draw(st.sampled_from(["GT", "P2", "Guest"])), data.draw(
        st.lists(st.sampled_from([50, 60, 61]), min_size=1, max_size=9)
    ))  # fmt: skip
    rules = rules_of(book).replace(guests_keep_place=False)
    attributes = {"car": [car.name for car in [*cars, guest]], "guest": [car is guest for car in [*cars, guest]]}
    alone = session_of(cars).classification(rules=rules)
    together = session_of([*cars, guest]).classification(rules=rules, attributes=attributes)
    names = ("car", "position", "class_position", "status", "laps", "gap", "interval")
    assert [row for row in columns(together, *names) if row[0] != "99"] == columns(alone, *names)
    assert [row[:3] for row in columns(together, *names) if row[0] == "99"] == [("99", None, None)]

"""Visits to the pit lane: pairing of crossings and times, kinds and losses."""

from collections import Counter
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyracing as pr
import slow_visits
from answers import columns, rows
from lap_files import CORPUS, corpus_laps
from pyracing.decisions import Decision
from pyracing.simulate import Event
from race_files import race_file, seconds


def visits(text: str, *names: str, kind: str = "race") -> list[tuple]:
    return columns(pr.read(race_file(text), kind=kind).pit_stops(), *names)


def test_a_row_in_full():
    stops = rows(pr.read(race_file("7 GT3 | Ann 1:40 1:31B!FCY | Bo 2:20/45 1:30"), kind="race").pit_stops())
    assert stops == [{
        "car": "7", "class": "GT3", "visit": 1, "lap": 2, "elapsed": seconds("3:11"), "pit_lane_time": seconds("45"),
        "kind": "pit_stop", "driver_before": "Ann", "driver_after": "Bo", "driver_change": True, "flag": "fcy",
        "loss": None, "service": None, "fuel_only_below": None, "flag_state": "mixed", "rivals": None, "naive": None,
    }]  # fmt: skip


# ---- Pairing ----

LAPS = ("lap", "pit_lane_time", "driver_change")


def test_the_time_stands_on_the_out_lap():
    assert visits("7 | Ann 1:40 1:31B | Ann 2:20/45 1:30 1:31B | Bo 2:30/50", *LAPS) == [
        (2, seconds("45"), False), (5, seconds("50"), True)
    ]  # fmt: skip


def test_in_and_out_on_laps_running():
    """The lap between is out-lap of one visit and in-lap of the next."""
    assert visits("7 | Ann 1:40 1:31B | Bo 2:20B/45 | Ann 2:30/50 1:30", *LAPS) == [
        (2, seconds("45"), True), (3, seconds("50"), True)
    ]  # fmt: skip


def test_pit_lane_that_ends_before_the_line():
    """Crossing and time on one row, and no time on the next, are one visit."""
    assert visits("7 | Ann 1:40 1:31 4:20B/2:45 1:35 1:30", *LAPS) == [(3, seconds("2:45"), False)]


def test_a_stop_within_a_lap_before_another_stop():
    assert visits("7 | Ann 1:40 1:31 4:20B/2:45 | Bo 2:20/50 1:30", "visit", *LAPS) == [
        (1, 3, seconds("2:45"), False), (2, 3, seconds("50"), True)
    ]  # fmt: skip


def test_start_from_the_pit_lane():
    assert visits(
        "7 | Ann 1:40/15 1:31B | Ann 2:20/45", "lap", "elapsed", "flag", "driver_before", "driver_after", "kind"
    ) == [
        (None, None, None, None, "Ann", "pass_through"),
        (2, seconds("3:11"), "green", "Ann", "Ann", "pit_stop"),
    ]


def test_pushed_across_the_line():
    """The time of 5:50 reaches back beyond the lap of 5:00: one visit with two crossings."""
    assert visits("7 | Ann 1:40 1:31B 5:00B 2:10/5:50 1:30", *LAPS) == [(2, seconds("5:50"), False)]
    laps = pr.read(race_file("7 | Ann 1:40 1:31B 5:00B 2:10/5:50 1:30"), kind="race").lap_details()
    ends = [(False, False), (True, False), (True, True), (False, True), (False, False)]
    assert columns(laps, "in_lap", "out_lap") == ends
    for time in ("4:50", "5:00"):
        text = f"7 | Ann 1:40 1:31B 5:00B 2:10/{time} 1:30"
        assert visits(text, *LAPS) == [(2, None, False), (3, seconds(time), False)]


def test_a_lap_that_is_missing_joins_no_visits():
    data = race_file("7 | Ann 1:40 1:31B 1:30 2:00B 2:10/5:50 1:30", leave_out=(("7", 3),))
    stops = pr.read(data, kind="race").pit_stops()
    assert columns(stops, *LAPS) == [(2, None, False), (4, seconds("5:50"), False)]


def test_never_came_out():
    assert visits("7 | Ann 1:40 1:31B", "lap", "pit_lane_time", "kind", "driver_after", "driver_change", "loss") == [
        (2, None, "unfinished", None, None, None)
    ]


def test_a_missing_out_lap():
    """The time on lap 4 is of another visit than the crossing of lap 2: lap 3 is missing."""
    data = race_file("7 | Ann 1:40 1:31B | Bo 2:20B/45 | Ann 2:30/50 1:30", leave_out=(("7", 3),))
    assert columns(pr.read(data, kind="race").pit_stops(), *LAPS) == [(2, None, False), (None, seconds("50"), None)]


lap = st.tuples(st.integers(50, 200), st.booleans(), st.none() | st.integers(1, 400))


@given(st.lists(st.lists(lap, min_size=1, max_size=9), min_size=1, max_size=3), st.sets(st.integers(2, 9), max_size=2))
def test_pairing_is_that_of_the_slow_reading(cars, left_out):
    """And every crossing and every time is in one visit."""
    text = "\n".join(
        f"{car} | Ann "
        + " ".join(f"{time}{'B' * crossing}{'' if pit is None else f'/{pit}'}" for time, crossing, pit in laps)
        for car, laps in enumerate(cars, 1)
    )
    session = pr.read(race_file(text, leave_out=tuple(("1", number) for number in left_out)), kind="race")
    laps = slow_visits.by_car(rows(session.laps))
    expected = [slow_visits.shown(visit, own) for own in laps.values() for visit in slow_visits.find_of_car(own)]
    assert columns(session.pit_stops(), "car", "lap", "pit_lane_time") == expected
    times = [lap["pit_lane_time"] for own in laps.values() for lap in own if lap["pit_lane_time"] is not None]
    assert sorted(time for _, _, time in expected if time is not None) == sorted(times)


# ---- Kinds ----


def field_of(*special: str, stop: int = 60, cars: int = 12) -> str:
    """Cars 10, 11, ... that stop for 60, 61, ... s on lap 3, and others."""
    usual = [f"{10 + i} P2 | Ann 1:40 1:30 1:35B | Ann 2:30/{stop + i} 1:30 1:30" for i in range(cars)]
    return "\n".join([*usual, *special])


def kinds_of(car: str, text: str, kind: str = "race") -> list[str]:
    return [what for number, what in visits(text, "car", "kind", kind=kind) if number == car]


@pytest.mark.parametrize(
    ("laps", "expected"),
    [
        ("1:35B 2:00/30 1:30", "drive_through"),
        ("1:35B!FCY 2:00/30!FCY 1:30", "pass_through"),
        ("1:35B 4:40/3:10 1:30", "pit_stop"),
        ("1:35B 4:50/3:20 1:30", "garage"),
        ("1:35B!RF 2:30/60 1:30", "red_flag"),
        ("1:35B", "unfinished"),
    ],
)
def test_kinds(laps, expected):
    """The median visit of the class is 66 s with a thirteenth that is longer, so the garage begins at 198 s."""
    assert kinds_of("99", field_of(f"99 P2 | Ann 1:40 {laps}")) == [expected]


@pytest.mark.parametrize(("time", "expected"), [("33", "drive_through"), ("33.001", "pit_stop")])
def test_a_transit_takes_a_tenth_more_than_the_shortest_visit_at_most(time, expected):
    text = field_of("98 P2 | Ann 1:40 1:35B 2:00/30 1:30", f"99 P2 | Ann 1:40 1:35B 2:00/{time} 1:30")
    assert kinds_of("99", text) == [expected]


@pytest.mark.parametrize(("others", "expected"), [(9, "drive_through"), (8, "pit_stop")])
def test_of_few_visits_the_shortest_may_be_a_stop(others, expected):
    """Ten with a time are enough to tell."""
    assert kinds_of("99", field_of("99 P2 | Ann 1:40 1:35B 2:00/30 1:30", cars=others)) == [expected]


def test_a_slip_of_the_timekeeper_is_no_transit_to_measure_others_by():
    """5 s are less than a fifth of the median of 62 s."""
    text = field_of("98 P2 | Ann 1:40 1:35B 2:00/5 1:30", "99 P2 | Ann 1:40 1:35B 2:00/30 1:30")
    assert kinds_of("99", text) == ["drive_through"]


@pytest.mark.parametrize(
    ("starts", "longer", "expected"),
    [
        ([100] * 5, 0, ["pass_through"] * 5),
        ([100] * 4, 0, ["pit_stop"] * 4),
        ([100] * 6, 2, ["pass_through"] * 6),  # three in four
        ([100] * 6, 3, ["pit_stop"] * 6),
        ([100, 110, 115, 120, 130], 0, ["pass_through"] * 5),
        ([100, 110, 115, 120, 130.001], 0, ["pit_stop", *["pass_through"] * 3, "pit_stop"]),
    ],
)
def test_a_procession_behind_the_safety_car(starts, longer, expected):
    """Visits of 36 s, a fifth more than the shortest, of cars that come in within 30 s of each other."""
    short = [f"{50 + i} P2 | Ann {start} 1:35B!SF 2:06/36!SF 1:30" for i, start in enumerate(starts)]
    long = [f"{70 + i} P2 | Ann 1:40 1:35B!SF 2:35/65!SF 1:30" for i in range(longer)]
    text = field_of("40 P2 | Ann 1:40 1:35B 2:00/30 1:30", *short, *long)
    assert [kind for car, kind in visits(text, "car", "kind") if car.startswith("5")] == expected


# ---- Penalties that decisions say were served ----

# A drive-through of 30 s, a stop of 60 s on lap 3 as all have, a stop-go, and one that takes as long as a splash.
SERVED = field_of(
    "90 P2 | Ann 1:40 1:35B 2:00/30 1:30",
    "91 P2 | Ann 1:40 1:30 1:35B 2:30/60 1:30 1:35B 2:12/42 1:30",
    "92 P2 | Ann 1:40 1:35B 2:12/42 1:30 1:30 1:35B | Bo 2:12/42 1:30",
)  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (pr.stop_go("91", 10), ["pit_stop", "stop_go"]),
        (pr.stop_go("91", 10, lap=2), ["pit_stop", "stop_go"]),
        (pr.stop_go("91", 10, lap=6), ["pit_stop", "stop_go"]),
        (pr.stop_go("91", 10, lap=7), ["pit_stop", "pit_stop"]),
        (pr.stop_go("91", 30), ["stop_go", "pit_stop"]),
        (pr.stop_go("91", 20), ["pit_stop", "pit_stop"]),
        (pr.stop_go("91", 20, lap=6), ["pit_stop", "stop_go"]),
        (pr.stop_go("91", 50, lap=1), ["pit_stop", "pit_stop"]),
        (pr.drive_through("91", lap=1), ["pit_stop", "pit_stop"]),
        (pr.time_penalty("91", 10), ["pit_stop", "pit_stop"]),
    ],
)
def test_the_visit_that_served_a_penalty(decision, expected):
    """42 s are a transit of 30 s, a stop of 10 s and 2 s to brake and to start; 60 s are a stop of 30 s. With a lap a
    shorter transit is believed: 22 s beside a stop of 20 s."""
    session = pr.read(race_file(SERVED), kind="race")
    assert kinds_of("91", SERVED) == ["pit_stop", "pit_stop"]
    found = columns(session.pit_stops(decisions=[decision]), "car", "kind")
    assert [kind for car, kind in found if car == "91"] == expected
    others = [pair for pair in found if pair[0] != "91"]
    assert others == [pair for pair in columns(session.pit_stops(), "car", "kind") if pair[0] != "91"]


@pytest.mark.parametrize(("lap", "kind"), [(2, "stop_go"), (1, "pit_stop")])
def test_a_penalty_is_served_within_ten_laps(lap, kind):
    text = field_of("90 P2 | Ann 1:40 1:35B 2:00/30 1:30", f"93 P2 | Ann 1:40 {'1:30 ' * 10} 1:35B 2:12/42 1:30")
    stops = pr.read(race_file(text), kind="race").pit_stops(decisions=[pr.stop_go("93", 10, lap=lap)])
    assert ("93", 12, kind) in columns(stops, "car", "lap", "kind")


def test_a_visit_serves_one_penalty_and_no_driver_change():
    session = pr.read(race_file(SERVED), kind="race")

    def kinds(car: str, *decisions: Decision) -> list[str]:
        return [kind for one, kind in columns(session.pit_stops(decisions=decisions), "car", "kind") if one == car]

    assert kinds("92", pr.stop_go("92", 10)) == ["stop_go", "pit_stop"]
    assert kinds("92", pr.stop_go("92", 10), pr.stop_go("92", 10)) == ["stop_go", "pit_stop"]
    assert kinds("90", pr.stop_go("90", 1), pr.drive_through("90")) == ["stop_go"]
    few = race_file("7 P2 | Ann 1:40 1:35B 2:20/50 1:30")
    by_lap = [pr.read(few, kind="race").pit_stops(decisions=[pr.stop_go("7", 10, lap=lap)]) for lap in (1, 2)]
    assert [columns(stops, "kind") for stops in by_lap] == [[("pit_stop",)], [("stop_go",)]]


def test_what_else_knows_of_a_served_penalty():
    """It opens a stint but none on other tyres, costs nothing as a stop, and no time after the race."""
    session = pr.read(race_file(SERVED), kind="race")
    served = [pr.stop_go("91", 10, lap=5)]
    own = session.select(cars="91")
    opened = columns(own.stints(decisions=served), "first_lap", "opened_by")
    assert opened == [(1, "start"), (4, "pit_stop"), (7, "stop_go")]
    assert columns(own.stints(by="tyre", decisions=served), "first_lap") == [(1,), (4,)]
    assert columns(own.stints(by="tyre"), "first_lap") == [(1,), (4,), (7,)]
    assert columns(own.pit_loss(decisions=served), "stops") == [(1,)] and columns(own.pit_loss(), "stops") == [(2,)]
    plain, told = session.classification(), session.classification(decisions=served)
    assert columns(told, "car", "total_time", "penalty_time") == columns(plain, "car", "total_time", "penalty_time")
    assert dict(columns(told, "car", "decisions"))["91"] == "stop-go served, lap 5"
    unserved = session.classification(rules=pr.rules("f1"), decisions=[pr.stop_go("91", 10)])
    assert dict(columns(unserved, "car", "penalty_time"))["91"] == seconds("30")


def test_check_says_where_no_visit_served_a_penalty():
    session = pr.read(race_file(SERVED), kind="race")
    for decision, found in (
        (pr.stop_go("91", 10, lap=6), []), (pr.stop_go("91", 10, lap=7), [("91", 7)]),
        (pr.drive_through("91", lap=2), [("91", 2)]), (pr.delete_lap("91", 2), []),
    ):  # fmt: skip
        doubts = rows(session.check(decisions=[decision]))
        told = [(row["car"], row["lap"]) for row in doubts if row["code"] == "served_penalty_not_found"]
        assert told == found, decision


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
def test_served_penalties_as_slowly_found():
    """Decisions at random, of a race where the shortest visit is a transit."""
    session = pr.read(CORPUS / "wec/2025/spa_6h.csv")
    stops, draw, named = rows(session.pit_stops()), Random(1), 0
    transit = min(stop["pit_lane_time"] for stop in stops if stop["kind"] in ("drive_through", "pass_through"))
    for _ in range(100):
        decisions = [
            make(draw.choice(session.cars), lap=draw.choice([None, draw.randint(1, 140)]))
            for make in (
                pr.drive_through, *(partial(pr.stop_go, seconds=draw.choice([1, 5, 10, 20, 30, 45])) for _ in range(5))
            )
        ]  # fmt: skip
        expected = slow_visits.served(stops, decisions, transit)
        assert columns(session.pit_stops(decisions=decisions), "kind") == [(kind,) for kind in expected]
        named += expected != [stop["kind"] for stop in stops]
    assert named > 30


def test_truth_of_served_penalties():
    """Every stop-go of a simulated race is found by its decision, with its lap and without, and no other visit."""
    plain = pr.simulate(7, hours=3, cars=14, incidents=False)
    cars = [entry.car for entry in plain.truth.entries]
    events = [Event("stop_go", f"{20 + 10 * i}m", car=car, duration=10 + 5 * (i % 5)) for i, car in enumerate(cars[:8])]
    events += [Event("drive_through", "50m", car=car) for car in cars[8:11]]
    race = pr.simulate(7, hours=3, cars=14, incidents=False, events=events)
    served = {(stop.car, stop.lap): stop.kind for stop in race.truth.stops if stop.kind in ("stop_go", "drive_through")}
    assert Counter(served.values()) == {"stop_go": 8, "drive_through": 3}
    length = {event.car: event.duration for event in events}
    for with_lap in (True, False):
        decisions = [
            pr.stop_go(car, length[car], lap=lap - 2 if with_lap else None) if kind == "stop_go"
            else pr.drive_through(car, lap=lap - 2 if with_lap else None)
            for (car, lap), kind in served.items()
        ]  # fmt: skip
        stops = columns(race.session.pit_stops(decisions=decisions), "car", "lap", "kind")
        found = {(car, lap): kind for car, lap, kind in stops if kind in ("stop_go", "drive_through")}
        assert found == served


def test_a_transit_in_practice_is_no_penalty():
    assert kinds_of("99", field_of("99 P2 | Ann 1:40 1:35B 2:00/30 1:30"), kind="practice") == ["pass_through"]


def test_few_visits_tell_no_transit():
    """Of nine the shortest may be a stop; the garage is judged all the same."""
    text = field_of("99 P2 | Ann 1:40 1:35B 2:00/30 1:30", "98 P2 | Ann 1:40 1:35B 9:00/8:00 1:30", cars=7)
    assert kinds_of("99", text) == ["pit_stop"] and kinds_of("98", text) == ["garage"]


def test_a_slip_of_the_timekeeper_is_not_the_transit():
    text = field_of("98 P2 | Ann 1:40 1:35B 2:00/0.2 1:30", "99 P2 | Ann 1:40 1:35B 2:00/30 1:30")
    assert kinds_of("99", text) == ["drive_through"]


def test_classes_are_judged_apart():
    """Three minutes are a garage visit for prototypes, not for cars that take two minutes."""
    slow = [f"{70 + i} GT | Ann 1:50 1:40 1:45B | Ann 3:40/{120 + i} 1:40 1:40" for i in range(3)]
    text = field_of(*slow, "98 GT | Ann 1:50 1:45B 5:00/3:20 1:40", "99 P2 | Ann 1:40 1:35B 4:50/3:20 1:30")
    assert kinds_of("98", text) == ["pit_stop"] and kinds_of("99", text) == ["garage"]


def test_a_visit_without_time_is_judged_by_its_laps():
    """1:35 and 5:00 are 3:35 beyond two laps of 1:30, over three times 65 s; 1:35 and 2:40 are not."""
    text = field_of("98 P2 | Ann 1:40 1:30 1:35B 5:00 1:30", "99 P2 | Ann 1:40 1:30 1:35B 2:40 1:30")
    assert kinds_of("98", text) == ["garage"] and kinds_of("99", text) == ["pit_stop"]


def test_red_flag_without_a_code():
    """Most cars have a lap of 40 minutes begun within a minute; one of them stopped again after it."""
    lines = [f"{10 + i} P2 | Ann 1:4{i % 10} 1:30 1:30 40:00B/38:00!FCY 2:30!FCY 1:30" for i in range(7)]
    lines += [f"{20 + i} P2 | Ann 1:4{i % 10} 1:30 1:30 1:30B 40:00/38:30!FCY 1:30" for i in range(3)]
    lines += ["30 P2 | Ann 1:40 1:30 1:30 40:00B/38:00!FCY 2:30/50!FCY 1:30"]
    lines += ["40 P2 | Ann 1:40 1:30 1:35B 2:30/55"]
    text = "\n".join(lines)
    assert kinds_of("10", text) == ["red_flag"] and kinds_of("20", text) == ["red_flag"]
    assert kinds_of("30", text) == ["red_flag", "pit_stop"]
    assert kinds_of("40", text) == ["pit_stop"]


def test_a_repair_after_the_red_flag_is_a_garage_visit():
    """The field waits on the track for 40 minutes; then one car comes in for half an hour, another for its stop."""
    lines = [
        f"{10 + i} P2 | Ann 1:4{i} 1:30 1:35B | Ann 2:30/6{i} 1:30 40:00!FCY 3:00!FCY 1:30 1:30 1:30" for i in range(9)
    ]
    lines += ["30 P2 | Ann 1:40 1:30 1:30 1:30 1:30 40:00B!FCY 33:00/30:00 1:30"]
    lines += ["31 P2 | Ann 1:40 1:30 1:30 1:30 1:30 40:00B!FCY 30:00/30:00 1:30"]
    lines += ["40 P2 | Ann 1:40 1:30 1:30 1:30 1:30 40:00B!FCY 4:00/65!FCY 1:30"]
    text = "\n".join(lines)
    assert kinds_of("30", text) == kinds_of("31", text) == ["garage"] and kinds_of("40", text) == ["pit_stop"]


# ---- Loss ----


def test_loss_under_green_and_under_caution():
    """Six rivals drive 1:30, then 2:30 under caution. Car 99 stops twice for 1:00 and loses 1:10, then 0:20."""
    rivals = [f"{10 + i} P2 | Ann 1:4{i} 1:30 1:30 1:30 1:30 2:30!FCY 2:30!FCY 2:30!FCY 1:30 1:30" for i in range(6)]
    other_class = [f"{50 + i} GT | Ann 1:40 1:50 1:50 1:50 1:50 3:30!FCY 3:30!FCY 3:00!FCY" for i in range(9)]
    own = "99 P2 | Ann 1:40 1:30 1:35B | Ann 2:35/60 1:30 2:35B!FCY | Ann 2:45/60!FCY 1:30 1:30"
    session = pr.read(race_file("\n".join([own, *rivals, *other_class])), kind="race")
    assert columns(session.pit_stops(), "car", "lap", "loss") == [
        ("99", 3, seconds("1:10")),
        ("99", 6, seconds("0:20")),
    ]
    alone = pr.read(race_file("\n".join([own, *rivals[:2], *other_class])), kind="race")
    assert columns(alone.pit_stops(), "loss") == [(None,), (None,)]
    practice = pr.read(race_file("\n".join([own, *rivals, *other_class])), kind="practice")
    assert columns(practice.pit_stops(), "loss") == [(None,), (None,)]
    assert columns(session.select(cars="99").pit_stops(), "loss") == [(seconds("1:10"),), (seconds("0:20"),)]


# ---- Selections ----


def test_a_selection_shows_the_visits_of_its_in_laps():
    """A visit does not fall apart where the driver changes, and is judged by the field."""
    session = pr.read(race_file(field_of("99 P2 | Ann 1:40 1:35B | Bo 2:00/30 1:30 1:35B | Ann 2:30/65")), kind="race")
    names = ("car", "visit", "lap", "pit_lane_time", "driver_after", "kind")
    assert columns(session.select(drivers="Bo").pit_stops(), *names) == [("99", 2, 5, seconds("65"), "Ann", "pit_stop")]
    assert columns(session.select(cars="99", laps=(1, 3)).pit_stops(), *names) == [
        ("99", 1, 2, seconds("30"), "Bo", "drive_through")
    ]


# ---- Published files ----


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize("path", corpus_laps(), ids=lambda path: str(path.relative_to(CORPUS)))
def test_published_files(path):
    session = pr.read(path)
    race = session.info["kind"] in ("race", None)
    laps, stops = rows(session.laps), rows(session.pit_stops())
    cars = slow_visits.by_car(laps)
    slow = slow_visits.find(laps)
    slow_visits.classify(slow, laps, race)
    ends = slow_visits.ends_of(slow, cars)
    assert [(stop["car"], stop["lap"], stop["pit_lane_time"], stop["kind"], stop["loss"]) for stop in stops] == [
        (
            *slow_visits.shown(visit, cars[visit.car]),
            visit.kind,
            slow_visits.loss(visit, cars, ends) if race else None,
        )
        for visit in slow
    ]
    published = Counter((lap["car"], lap["pit_lane_time"]) for lap in laps if lap["pit_lane_time"] is not None)
    assert (
        Counter((stop["car"], stop["pit_lane_time"]) for stop in stops if stop["pit_lane_time"] is not None)
        == published
    )
    crossings = [
        (visit.car, i) for visit in slow if visit.came is not None
        for i in range(visit.came, visit.came + 1 if visit.went is None else visit.went)
    ]  # fmt: skip
    in_pit = [(car, i) for car, own in cars.items() for i, lap in enumerate(own) if lap["in_pit"]]
    assert sorted(crossings) == sorted(in_pit)


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "stopped"),
    [
        ("imsa/2021/13-weathertech-240---wgi/202107021810-race-laps.csv", 29),
        ("imsa/2022/11-watkins-glen-international/202206261040-race-laps.csv", 40),
    ],
)
def test_red_flags_that_no_flag_tells(name, stopped):
    """The number of cars that ANALYTICS counts for these stoppages."""
    kinds = columns(pr.read(CORPUS / name).pit_stops(), "car", "kind")
    assert len({car for car, kind in kinds if kind == "red_flag"}) == stopped


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
def test_the_field_led_through_the_pit_lane():
    """Austin 2025, lap 17: twelve cars of one class behind the safety car, none of which stopped."""
    stops = rows(pr.read(CORPUS / "wec/2025/cota_6h.csv").pit_stops())
    passes = [stop for stop in stops if stop["kind"] == "pass_through"]
    assert {(stop["class"], stop["lap"], stop["flag"]) for stop in passes} == {("HYPERCAR", 17, "safety_car")}
    assert len(passes) == 12

"""Visits to the pit lane: pairing of crossings and times, kinds and losses."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyracing as pr
import slow_visits
from answers import columns, rows
from lap_files import CORPUS, corpus_laps
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
    assert visits("7 | Ann 1:40 1:31B 5:00B 2:10/4:50 1:30", *LAPS) == [(2, None, False), (3, seconds("4:50"), False)]


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
    lines += ["40 P2 | Ann 1:40 1:30 1:30 1:30 1:30 40:00B!FCY 4:00/65!FCY 1:30"]
    text = "\n".join(lines)
    assert kinds_of("30", text) == ["garage"] and kinds_of("40", text) == ["pit_stop"]


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

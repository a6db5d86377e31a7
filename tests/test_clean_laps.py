"""clean_laps: every reason on a worked example, the slow answer on odd and real sessions."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
import slow_questions as slow
from answers import columns, rows
from lap_files import car_laps, corpus_laps, lap_file
from slow_cautions import with_flags_told

GREEN = [100.0] * 12


def reasons(session, **options) -> dict:
    return {(car, lap): reason for car, lap, reason in columns(session.clean_laps(**options), "car", "lap", "reason")}


def test_a_lap_is_clean_or_has_a_reason():
    table = pr.read(lap_file(car_laps("7", [*GREEN, {"time": 130, "pit": True}]))).clean_laps()
    assert list(table.columns) == ["car", "class", "lap", "clean", "reason"]
    for clean, reason in columns(table, "clean", "reason"):
        assert clean == (reason is None)
    assert [row["lap"] for row in rows(table) if not row["clean"]] == [1, 13]


@pytest.mark.parametrize(
    ("lap", "reason"),
    [
        ({"time": 100}, None),
        ({"time": 107}, None),  # 7 % above the median is still clean
        ({"time": 107.001}, "slow"),
        ({"time": 90}, None),
        ({"time": 100, "flag": "FF"}, None),  # the last lap is a lap
        ({"time": 100, "flag": ""}, None),
        ({"time": 100, "flag": "FCY"}, "neutralised"),
        ({"time": 100, "flag": "SF"}, "neutralised"),
        ({"time": 100, "flag": "RF"}, "neutralised"),
        ({"time": 100, "pit": True}, "in_lap"),
        ({"time": 100, "pit": True, "flag": "FCY"}, "in_lap"),  # the first reason that applies
        ({"time": None}, "missing_time"),
    ],
)
def test_one_lap_among_green_ones(lap, reason):
    race = pr.read(lap_file(car_laps("7", [*GREEN, lap]), car_laps("8", GREEN)))
    got = reasons(race)
    assert got.pop(("7", 13)) == reason
    assert got.pop(("7", 1)) == got.pop(("8", 1)) == "first_lap"
    assert set(got.values()) == {None}


def test_the_lap_after_a_neutralisation_and_the_lap_out_of_the_pits():
    stop = [{"time": 120, "pit": True}, {"time": 150, "pit_time": 60}]
    laps = [*GREEN, {"time": 180, "flag": "SF"}, 140, 100, *stop, 100]
    got = reasons(pr.read(lap_file(car_laps("7", laps))))
    expected = ["neutralised", "after_neutralisation", None, "in_lap", "out_lap", None]
    assert [got["7", lap] for lap in range(13, 19)] == expected


@pytest.mark.parametrize(("lap", "reason"), [(6, "after_neutralisation"), (7, None)])
def test_behind_a_missing_lap_nobody_is_just_after_a_neutralisation(lap, reason):
    flags = ["green"] * 4 + ["fcy", "green"]
    race = pr.from_laps({"car": ["7"] * 6, "lap": [1, 2, 3, 4, 5, lap], "lap_time": [100] * 6, "flag": flags})
    assert reasons(race)["7", lap] == reason


def test_a_missing_sector_where_sectors_are_published():
    lap = {"sectors": [30.0, 30.0, 40.0]}
    race = pr.read(lap_file(car_laps("7", [lap] * 5 + [{"sectors": [30.0, None, 40.0], "time": 100}])))
    assert reasons(race)["7", 6] == "missing_sector"
    assert set(reasons(pr.read(lap_file(car_laps("7", GREEN)))).values()) == {"first_lap", None}


def test_each_class_has_its_own_median():
    race = pr.read(lap_file(car_laps("7", GREEN), car_laps("8", [*[120.0] * 8, 129], **{"class": "LM"})))
    assert [lap for lap, reason in reasons(race).items() if reason == "slow"] == [("8", 9)]


def test_an_anomaly_of_the_whole_field_has_its_own_reason():
    """A downpour without a flag: all cars on their ninth lap; later one car alone loses as much."""
    cars = [car_laps(str(car), [*[100.0] * 8, 150, 100, 100, 100, 150 if car == 3 else 100]) for car in range(5)]
    got = Counter((lap, reason) for (_, lap), reason in reasons(pr.read(lap_file(*cars))).items() if reason)
    assert got == {(1, "first_lap"): 5, (9, "field_anomaly"): 5, (13, "slow"): 1}
    got = Counter(reasons(pr.read(lap_file(*cars)), anomaly=1.6).values())
    assert got["field_anomaly"] == 0 and got["slow"] == 6


def test_the_share_above_the_median_is_a_parameter():
    race = pr.read(lap_file(car_laps("7", [*GREEN, 104])))
    assert reasons(race)["7", 13] is None
    assert reasons(race, slow=0.03)["7", 13] == "slow"


@pytest.mark.parametrize("options", [{"slow": -0.1}, {"slow": float("nan")}, {"anomaly": 0}, {"anomaly": float("inf")}])
def test_a_parameter_out_of_range(options):
    with pytest.raises(ValueError):
        pr.read(lap_file(car_laps("7", GREEN))).clean_laps(**options)


def weather_file(*readings: tuple[float, int]) -> bytes:
    """Rain (1, 0, -1: no sensor) at seconds after 14:00:00 local time, which is 13:00:00 UTC."""
    lines = ["TIME_UTC_SECONDS;TIME_UTC_STR;AIR_TEMP;TRACK_TEMP;HUMIDITY;PRESSURE;WIND_SPEED;WIND_DIRECTION;RAIN;"]
    for after, rain in readings:
        time = datetime(2024, 10, 12, 13, tzinfo=UTC) + timedelta(seconds=after)
        text = f"{time:%m/%d/%Y} {time.hour - 12}:{time:%M:%S} PM"
        lines.append(f"{time.timestamp():.0f};{text};20.0;25.0;50;990.0;1.0;90;{rain};")
    return "\r\n".join([*lines, ""]).encode()


def test_rain_at_the_crossing():
    """Laps end at 14:01:40, 14:03:20, ...; rain is read at 14:07:00 and no more at 14:10:00, as lap 6 ends."""
    weather = weather_file((60, 0), (420, 1), (600, 0), (1500, 0))
    race = pr.read(lap_file(car_laps("7", GREEN)), weather, utc_offset="1h")
    assert [lap for (_, lap), reason in reasons(race).items() if reason == "wet"] == [5]


@pytest.mark.parametrize(("after", "last"), [(30, 850), (30, 50 * 60), (30, 300)])
def test_weather_is_local_by_a_zone_that_clocks_go_by(after, last):
    """Readings begin with the race, and end with it, long after a race that was broken off, or early."""
    race = pr.read(lap_file(car_laps("7", GREEN)), weather_file((after, 0), (last, 0)))
    assert race.info["utc_offset"] == timedelta(hours=1)


def test_a_selection_is_judged_by_the_field():
    """Alone, the slow half of a car's laps would be their own median."""
    race = pr.read(lap_file(car_laps("7", GREEN), car_laps("8", [100, *[110.0] * 5])))
    assert set(reasons(race.select(cars="8")).values()) == {"first_lap", "slow"}
    assert reasons(race.select(cars="7")) == {lap: reason for lap, reason in reasons(race).items() if lap[0] == "7"}


# ---- Against a slow answer ----


@st.composite
def odd_sessions(draw) -> bytes:
    def lap() -> dict:
        time = draw(st.sampled_from([2, 2, 2, 3, 9, None]))
        return {
            "time": time,
            "sectors": [draw(st.sampled_from([1, 1, 1, None])) for _ in range(3)],
            "pit": draw(st.integers(0, 6)) == 0,
            "pit_time": draw(st.sampled_from([None, None, None, None, 1])),
            "flag": draw(st.sampled_from(["GF", "GF", "GF", "", "FCY", "FF", "SF"])),
        }

    names = st.sampled_from(["GT", "LM", ""])
    return lap_file(
        *(
            car_laps(str(number), [lap() for _ in range(draw(st.integers(1, 8)))], **{"class": draw(names)})
            for number in range(draw(st.integers(1, 4)))
        )
    )


def check_reasons(session, **options) -> Counter:
    """In-laps and out-laps are those of lap_details, whose visits have tests of their own."""
    laps = with_flags_told(session)
    marks = columns(session.lap_details(), "in_lap", "out_lap")
    weather = [reading for reading in columns(session.weather, "clock", "rain") if reading[0] is not None]
    expected = slow.clean_reasons(laps, marks, weather, **options)
    table = session.clean_laps(**options)
    got = columns(table, "reason")
    assert [reason for (reason,) in got] == expected
    assert columns(table, "car", "class", "lap") == [(lap["car"], lap["class"], lap["lap"]) for lap in laps]
    if not options:
        assert columns(session.lap_details(), "clean", "reason") == columns(table, "clean", "reason")
    return Counter(expected)


readings = st.lists(st.tuples(st.integers(0, 20), st.sampled_from([0, 1, -1])), min_size=1, max_size=3)


@settings(deadline=None)
@given(odd_sessions(), st.sampled_from([{}, {"slow": 0.0, "anomaly": 1.0}, {"slow": 0.6, "anomaly": 2.0}]))
def test_odd_sessions_equal_the_slow_answer(data, options):
    check_reasons(pr.read(data, kind="race"), **options)


@settings(deadline=None)
@given(odd_sessions(), readings)
def test_odd_weather_equals_the_slow_answer(data, rain):
    check_reasons(pr.read(data, weather_file(*sorted(rain)), kind="race", utc_offset="1h"))


CORPUS = corpus_laps()


@pytest.mark.skipif(not CORPUS, reason="the corpus of real files is not here")
def test_real_sessions_equal_the_slow_answer():
    total: Counter = Counter()
    for path in CORPUS[::2]:
        total += check_reasons(pr.read(path))
    assert set(total) >= {None, "first_lap", "in_lap", "out_lap", "neutralised", "after_neutralisation", "slow"}

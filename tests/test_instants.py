"""Instants as people say them: race time, from the end, a share, a lap of the leader, a time of day."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

import pyracing as pr
from answers import rows
from lap_files import SECOND, car_laps, lap_file
from pyracing.simulate import Event, simulate
from pyracing.times import race_time

# The leader's laps end at 100, 200, 290, the last crossing is at 310. The race starts at 14:00:00.
CARS = (car_laps("1", [100, 100, 110]), car_laps("2", [101, 100, 89]))


def race(**options) -> pr.Session:
    return pr.read(lap_file(*CARS), **{"kind": "race"} | options)


def ask(session: pr.Session, at=None, **given) -> float:
    return race_time(session._core, at, **given) / SECOND


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (0, 0),
        (90.5, 90.5),
        ("1:30", 90),
        (datetime.timedelta(minutes=2), 120),
        (np.timedelta64(310, "s"), 310),
        ("-90s", 200),
        (-90, 200),
        ("-4m50s", 0),
        ("0%", 0),
        ("50%", 145),
        ("12.5 %", 36.25),
        ("100%", 290),
        ("lap 1", 100),
        ("lap 2", 200),
        ("lap 3", 290),
    ],
)
def test_race_time(at, expected):
    assert ask(race(), at) == expected
    assert ask(race().select(cars="1"), at) == expected, "an instant is one of the whole race"


@pytest.mark.parametrize("clock", ["14:03", "14:03:00", datetime.time(14, 3), 14.05 * 3600, "14h3m"])
def test_time_of_day(clock):
    assert ask(race(), clock=clock) == 180


def test_time_of_day_after_midnight_and_a_day_later():
    """A race of 24 h from 16:00: the clock shows 16:00 again at its end, not at its start."""
    night = pr.from_laps({"car": ["1"] * 25, "lap_time": [3600.0] * 25}, kind="race", start="16:00")
    assert ask(night, clock="02:30") == 10.5 * 3600
    assert ask(night, clock="16:00") == 24 * 3600
    assert ask(night, clock="40h") == 24 * 3600
    with pytest.raises(ValueError, match="^18:00:00 on day 2 is outside .* from 16:00:00 to 17:00:00 on day 2; give"):
        ask(night, clock="42h")
    with pytest.raises(ValueError, match="^5:00:00 on day 3 is outside"):
        ask(night, clock="53h")


def test_the_clock_runs_while_the_race_is_stopped():
    """A stop of ten minutes after 200 s: `elapsed` goes on with the restart."""
    cars = [car_laps(str(car), [100 + car, 100, 100, 100]) for car in range(5)]
    data = lap_file(*cars).decode().split("\r\n")
    for number, line in enumerate(data[1:-1], 1):
        fields = line.split(";")
        if int(fields[2]) > 2:
            hours, minutes, seconds = fields[11].split(":")
            fields[11] = f"{hours}:{int(minutes) + 10:02d}:{seconds}"
            data[number] = ";".join(fields)
    session = pr.read("\r\n".join(data).encode(), kind="race")
    assert len(session.info["suspensions"]) == 1
    assert ask(session, clock="14:02:30") == 150
    assert 204 < ask(session, clock="14:08:20") < 300, "stopped: after the second crossings, before the third"
    assert ask(session, clock="14:08:20") == pytest.approx(ask(session, clock="14:14:59"))
    assert ask(session, clock="14:15:10") == 310


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": 311}, "0:05:11 is outside the session.*0:05:10"),
        ({"at": "25h"}, "outside the session"),
        ({"at": "-5m"}, "-0:00:10 is outside"),
        ({"at": "101%"}, "101 % is no part"),
        ({"at": "lap 4"}, "no lap 4 of the leader; give a lap from 1 to 3"),
        ({"at": "lap 0"}, "no lap 0"),
        ({"at": "lap four"}, "'lap four' is no duration"),
        ({"at": "half"}, "'half' is no duration"),
        ({"at": 1e12}, "no session is as long"),
        ({"clock": "13:00"}, "^13:00:00 is outside the session, which ran from 14:00:00 to 14:05:10; give"),
        ({"clock": "25:00"}, "no time of day"),
        ({}, "either as race time"),
        ({"at": "1m", "clock": "14:01"}, "either as race time"),
    ],
)
def test_bad_instants(given, message):
    with pytest.raises(ValueError, match=message):
        race_time(race()._core, **given)


def test_a_lap_whose_leader_is_not_known():
    cars = [[lap | {"elapsed": None} if lap["lap"] == 2 else lap for lap in laps] for laps in CARS]
    session = pr.read(lap_file(*(drop_times(laps) for laps in cars)), kind="race")
    with pytest.raises(ValueError, match="who ended lap 2 first is not known"):
        race_time(session._core, "lap 2")


def drop_times(laps: list[dict]) -> list[dict]:
    return [lap | {"time": None} if lap["lap"] > 1 else lap for lap in laps]


def test_other_sessions_have_times_but_no_leader():
    practice = race(kind="practice")
    assert ask(practice, "-10s") == 300 and ask(practice, "50%") == 155
    with pytest.raises(ValueError, match="laps of the leader are not known"):
        ask(practice, "lap 1")


def test_sessions_without_times():
    results = b"POSITION;NUMBER;STATUS;LAPS;TOTAL_TIME\n1;1;Classified;5;7:44.000\n"
    with pytest.raises(ValueError, match="no lap of the session has a race time"):
        ask(pr.read(results, kind="race"), 0)
    timeless = pr.from_laps({"car": ["1", "1"], "lap_time": [90.0, 91.0]}, kind="race")
    with pytest.raises(ValueError, match="start is not known"):
        ask(timeless, clock="16:00")


def test_a_stopped_race_stands_still():
    """Red flag for half an hour, `elapsed` stopped: whatever the clock shows meanwhile, nobody has moved."""
    event = Event("red_flag", "50m", duration="30m", elapsed_stops=True)
    session = simulate(5, 2, cars=10, incidents=False, events=[event]).session
    (stop,) = session.info["suspensions"]
    last = max(row["clock"] for row in rows(session.laps) if row["clock"]) // SECOND
    ended = f"{last // 3600}:{last // 60 % 60:02d}:{last % 60:02d}"
    with pytest.raises(ValueError, match=f"^23:00:00 is outside the session, which ran from 13:00:00 to {ended};"):
        session.until(clock="23:00")
    resumed = int(stop["clock"] / np.timedelta64(1, "us"))
    length = int(stop["duration"] / np.timedelta64(1, "us"))
    orders = [session.order(clock=np.timedelta64(resumed - back, "us")) for back in (1, length // 2, length - SECOND)]
    assert orders[0] == orders[1] == orders[2] != session.order(clock=np.timedelta64(resumed, "us"))
    last_before = max(row["elapsed"] for row in rows(session.laps) if row["clock"] and row["clock"] < resumed)
    assert orders[0] == session.order(at=np.timedelta64(last_before, "us"))

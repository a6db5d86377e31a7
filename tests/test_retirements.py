"""retirements: the cars that did not reach the end, and where they stopped."""

from __future__ import annotations

import pytest

import pyracing as pr
from answers import columns, rows, values
from lap_files import SECOND, corpus_laps
from race_files import race_file

# Car 1 wins at 500; car 2 is lapped and takes the flag; car 3 stops in the pit lane, 4 on the road under yellow; car 5
# runs until the last lap; car 6 never ends a lap.
RACE = """
    1 A | Ann 1:40 1:40 1:40 1:40 1:40
    2 A | Bo 2:10 2:10 2:10 2:10
    3 B | Cy 1:50 | Di 1:55B!GF
    4 B | Ed 1:45 1:50!FCY
    5 A | Eve 1:41 1:41 1:41 1:41!GF
"""
RESULTS = b"""POSITION;NUMBER;STATUS;LAPS;TEAM;CLASS
1;1;Classified;5;T;A\n2;2;Classified;4;T;A\n;5;Disqualified;4;T;A\n;3;Retired;2;T;B\n4;4;Not classified;2;T;B
;6;Not started;0;T;B
"""
OUT = ("car", "last_lap", "elapsed", "in_pit", "flag", "driver", "reason", "leader_lap", "status")


def race(*results: bytes, **options) -> pr.Session:
    return pr.read(race_file(RACE), *results, **{"kind": "race"} | options)


def test_a_worked_race():
    got = columns(race().retirements(), *OUT)
    assert [(*row[:2], row[2] / SECOND, *row[3:]) for row in got] == [
        ("4", 2, 215, False, "fcy", "Ed", "on_track", 2, None),
        ("3", 2, 225, True, "green", "Di", "pit_lane", 2, None),
        ("5", 4, 404, False, "green", "Eve", "on_track", 4, None),
    ]


def test_what_the_published_result_says():
    """It names who is disqualified; it does not make a finisher of a car that stopped, nor the other way round."""
    got = columns(race(RESULTS).retirements(), "car", "reason", "status")
    assert got == [
        ("4", "on_track", "not_classified"), ("3", "pit_lane", "retired"), ("5", "disqualified", "disqualified"),
    ]  # fmt: skip


def test_without_flags_the_winner_shows_who_finished():
    """Car 2 crosses at 520, after the winner."""
    data = race_file(RACE).replace(b";FF;", b";;").replace(b";GF;", b";;").replace(b";FCY;", b";;")
    assert values(pr.read(data, kind="race").retirements(), "car") == ["4", "3", "5"]


def test_selections():
    whole = rows(race().retirements())
    assert rows(race().select(classes="B").retirements()) == [row for row in whole if row["class"] == "B"]
    assert values(race().select(laps=(1, 2)).retirements(), "car") == ["4", "3"]
    assert values(race().select(laps=(1, 1)).retirements(), "car") == []


def test_as_if_the_flag_had_fallen_earlier():
    """At 6:40 for the leader; car 5 finishes at 6:44."""
    early = race().until(at="6:39").retirements()
    assert values(early, "car") == ["4", "3"]


def test_sessions_that_are_no_race():
    with pytest.raises(ValueError, match="no race .practice."):
        race(kind="practice").retirements()


RACES = [path for path in corpus_laps() if "race" in path.name.lower() or "wec" in path.parts]


@pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_flags_and_times_tell_the_same(path):
    """Who was not flagged is who did not cross after the winner: two readings of one race."""
    session = pr.read(path, kind="race")
    laps = {row[0]: row[1:] for row in columns(session.laps, "car", "lap", "elapsed", "in_pit")}  # the last of each car
    end = values(session.classification(), "total_time")[0]
    expected = sorted((elapsed, car, lap, pit) for car, (lap, elapsed, pit) in laps.items() if elapsed < end)
    retired = columns(session.retirements(), "elapsed", "car", "last_lap", "in_pit")
    assert sorted(retired) == expected
    assert [row[0] for row in retired] == [row[0] for row in expected]

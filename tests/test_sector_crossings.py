"""crossings(of="sectors") against worked laps, a slow answer and the crossings of the line."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
import slow_questions as slow
from answers import columns, rows
from lap_files import SECOND, car_laps, corpus_laps, lap_file
from slow_order import Race, intervals


def laps_of(*sectors: tuple) -> list[dict]:
    return [{"sectors": list(times)} for times in sectors]


# Car 2 passes car 1 in sectors 1 and 3 of lap 2 and loses the place in sector 2; car 3 is lapped in lap 3.
RACE = [
    car_laps("1", laps_of((30, 40, 30), (31, 38, 33), (30, 40, 30))),
    car_laps("2", laps_of((31, 40, 30), (29.5, 40, 30), (30, 40, 30))),
    car_laps("3", laps_of((60, 60, 60), (60, 60, 60)), **{"class": "LM"}),
]


def read(*cars: list[dict], kind: str = "race") -> pr.Session:
    return pr.read(lap_file(*cars), kind=kind)


def sectors_of(race: pr.Session, *names: str) -> dict:
    """By car, lap and sector."""
    return {row[:3]: row[3:] for row in columns(race.crossings(of="sectors"), "car", "lap", "sector", *names)}


def test_sectors_of_a_worked_race():
    race = read(*RACE)
    table = race.crossings(of="sectors")
    got = columns(table, "car", "lap", "sector", "elapsed", "position", "gap", "interval", "in_pit", "flag")
    assert [(*row[:3], None if row[3] is None else row[3] / SECOND, row[4], *row[5:]) for row in got[9:18]] == [
        ("1", 2, 1, 131, 2, SECOND // 2, SECOND // 2, None, None),
        ("1", 2, 2, 169, 1, 0, None, None, None),
        ("2", 2, 2, 170.5, 2, 3 * SECOND // 2, 3 * SECOND // 2, None, None),
        ("3", 1, 3, 180, 3, 80 * SECOND, 79 * SECOND, False, "green"),
        ("2", 2, 3, 200.5, 1, 0, None, False, "green"),
        ("1", 2, 3, 202, 2, 3 * SECOND // 2, 3 * SECOND // 2, False, "green"),
        ("2", 3, 1, 230.5, 1, 0, None, None, None),
        ("1", 3, 1, 232, 2, 3 * SECOND // 2, 3 * SECOND // 2, None, None),
        ("3", 2, 1, 240, 3, 219 * SECOND // 2, 109 * SECOND, None, None),
    ]
    assert table.columns == race.crossings().columns and len(table) == 3 * len(race.laps)


def test_laps_behind_are_counted_where_the_car_is():
    """Car 3 ends sector 1 of lap 2 at 240: the leader has been there once more, at 230.5."""
    laps = sectors_of(read(*RACE), "gap_laps", "interval_laps", "class_position", "class_gap_laps", "class_gap")
    assert laps["3", 1, 1] == (0, 0, 1, 0, 0) and laps["3", 1, 2] == (0, 0, 1, 0, 0)
    assert laps["3", 1, 3] == (0, 0, 1, 0, 0) and laps["3", 2, 1] == (1, 1, 1, 0, 0)
    assert laps["3", 2, 2] == (1, 1, 1, 0, 0) and laps["1", 2, 3] == (0, 0, 2, 0, 3 * SECOND // 2)


def test_a_missed_timing_loop_leaves_out_its_own_end_alone():
    """The loop at the end of sector 2 misses car 1, that of sector 1 car 2: only what no sum gives has no row."""
    race = read(
        car_laps("1", [{"sectors": [30, None, None], "time": 100}, {"sectors": [30, 40, 30]}]),
        car_laps("2", [{"sectors": [None, None, 29], "time": 101}, {"sectors": [30, None, 30], "time": 100}]),
        car_laps("3", laps_of((32, 39.5, 31), (33, 40, 30))),
    )
    got = sectors_of(race, "elapsed", "position")
    assert {key: (time / SECOND, position) for key, (time, position) in got.items() if key[1] == 1} == {
        ("1", 1, 1): (30, None),  # car 2 may have been there before
        ("3", 1, 1): (32, None),
        ("3", 1, 2): (71.5, None),  # and so may car 1
        ("2", 1, 2): (72, None),
        ("1", 1, 3): (100, 1),
        ("2", 1, 3): (101, 2),
        ("3", 1, 3): (102.5, 3),
    }
    assert sum(lap == 2 for _, lap, _ in got) == 9, "both sides of a sector tell how long it took"
    assert all(position is not None for (_, lap, _), (_, position) in got.items() if lap == 2)


def test_a_car_without_the_end_counts_as_passed_with_its_next_one():
    race = read(
        car_laps("1", [{"sectors": [None, None, 30], "time": 100}]),
        car_laps("2", laps_of((40, 40, 40))),
        car_laps("3", laps_of((80, 40, 40))),
    )
    got = {key[::2]: position for key, (position,) in sectors_of(race, "position").items()}
    assert got["2", 1] is None and got["3", 1] == 3, "at 80, car 1 has ended sector 2"


def test_sectors_that_do_not_add_up_are_counted_back_from_the_line():
    """Only within the lap: the sectors of lap 2 are longer than the lap, and one of lap 3 took no time."""
    race = read(car_laps("1", [
        {"sectors": [30, 40, 31], "time": 100}, {"sectors": [60, 60, 60], "time": 100},
        {"sectors": [30, 0, 30], "time": 100},
    ]))  # fmt: skip
    ends = {key[1:]: time / SECOND for key, (time,) in sectors_of(race, "elapsed").items()}
    assert ends == {
        (1, 1): 29, (1, 2): 69, (1, 3): 100, (2, 2): 140, (2, 3): 200, (3, 1): 230, (3, 2): 270, (3, 3): 300,
    }  # fmt: skip


def test_at_the_same_instant_the_car_that_was_ahead_at_the_line_stays_ahead():
    race = read(car_laps("1", laps_of((30, 40, 30), (30, 40, 30))), car_laps("2", laps_of((31, 40, 30), (29, 40, 30))))
    on_lap_2 = {key: position for key, (position,) in sectors_of(race, "position").items() if key[1] == 2}
    assert on_lap_2 == {(car, 2, sector): int(car) for car in "12" for sector in (1, 2, 3)}


def test_lenses():
    race = read(*RACE)
    whole = rows(race.crossings(of="sectors"))
    chosen = race.select(classes="LM").crossings(of="sectors")
    assert rows(chosen) == [row for row in whole if row["class"] == "LM"]
    inside = race.between(150, 250)
    assert rows(inside.crossings(of="sectors")) == [row for row in whole if (row["car"], row["lap"]) in laps_in(inside)]
    until = rows(race.until(150).crossings(of="sectors"))
    until_the_flag = [row for row in until if row["elapsed"] < 200.5 * SECOND]
    assert until_the_flag == whole[: len(until_the_flag)] and len(until_the_flag) == 13
    assert [(row["car"], row["lap"], row["sector"]) for row in until if row["sector"] == 3][3:] == [
        ("2", 2, 3), ("1", 2, 3), ("3", 2, 3),
    ]  # fmt: skip


def laps_in(race: pr.Session) -> set:
    return set(columns(race.laps, "car", "lap"))


def test_at_the_line_the_sector_is_the_last():
    race = read(*RACE)
    assert set(columns(race.crossings(), "sector")) == {(3,)}
    no_sectors = read(car_laps("1", [100, 100]))
    assert columns(no_sectors.crossings(), "sector") == [(None,), (None,)]


def test_what_cannot_be_asked():
    with pytest.raises(ValueError, match="no lap of the session has a sector time.*of='line'"):
        read(car_laps("1", [100, 100])).crossings(of="sectors")
    with pytest.raises(ValueError, match="sectors"):
        read(*RACE).crossings(of="sector")  # type: ignore[arg-type]
    far = pr.from_laps({
        "car": ["1"], "lap": [800_000_000], "elapsed": [100.0], "sector_1": [10.0], "sector_2": [20.0],
        "sector_3": [70.0],
    }, kind="race")  # fmt: skip
    with pytest.raises(ValueError, match="lap 800000000 is too high"):
        far.crossings(of="sectors")
    assert len(far.crossings()) == 1


def test_practice_has_no_order_on_the_road():
    practice = read(*RACE, kind="practice")
    assert {position for (position,) in sectors_of(practice, "position").values()} == {None}


# ---- Against the slow answer ----


@st.composite
def odd_races(draw: st.DrawFn) -> bytes:
    """Ties, missing laps, times that run backwards, missed loops, sectors that do not add up."""
    cars = []
    for number in range(draw(st.integers(1, 4))):
        lap, elapsed, laps = draw(st.integers(1, 2)), 0, []
        for _ in range(draw(st.integers(1, 5))):
            sectors = [draw(st.sampled_from([1, 2, 2, 2, 3, 4, 0, None])) for _ in range(3)]
            time = sum(sector or 2 for sector in sectors) + draw(st.sampled_from([0, 0, 0, 0, -2, 5]))
            elapsed += time if draw(st.integers(0, 14)) else -1
            known = draw(st.integers(0, 9)) > 0 and elapsed >= 0
            timed = draw(st.integers(0, 9)) > 0
            laps.append({
                "lap": lap, "time": max(time, 1) if timed else None, "elapsed": elapsed if known else None,
                "sectors": sectors,
            })  # fmt: skip
            lap += draw(st.sampled_from([1, 1, 1, 1, 2, 40]))
        cars.append(car_laps(str(number), laps, **{"class": draw(st.sampled_from(["A", "B", ""]))}))
    return lap_file(*cars)


@settings(deadline=None)
@given(odd_races())
def test_odd_races_equal_the_slow_answer(data):
    race = pr.read(data, kind="race")
    if any(lap[f"sector_{k}"] is not None for lap in rows(race.laps) for k in (1, 2, 3)):
        check_sectors(race)


def check_sectors(race: pr.Session) -> None:
    ends = slow.sector_ends(rows(race.laps))
    classes: dict = defaultdict(list)
    cars = slow.by_car(ends)
    for numbers in cars.values():
        classes[ends[numbers[0]]["class"]].append(numbers)
    classes.pop(None, None)
    overall = slow.places(ends, cars.values(), 3)
    in_class = {number: place for group in classes.values() for number, place in slow.places(ends, group, 3).items()}
    behind = intervals(Race(ends), overall, 3)
    names = (
        "car", "sector", "elapsed", "interval", "interval_laps", "position", "gap", "gap_laps",
        "class_position", "class_gap", "class_gap_laps",
    )  # fmt: skip
    got = columns(race.crossings(of="sectors"), *names)
    assert got == [
        (ends[n]["car"], ends[n]["sector"], ends[n]["elapsed"], *behind[n], *overall[n], *in_class.get(n, (None,) * 3))
        for n in slow.crossings(ends)
    ]
    check_line(race)


def check_line(race: pr.Session) -> None:
    """The ends of the last sectors are the crossings of the line; what these do not know, sectors may tell."""
    at_line = [row for row in rows(race.crossings(of="sectors")) if row["sector"] == 3]
    for row, line in zip(at_line, rows(race.crossings()), strict=True):
        assert {name: row[name] for name, value in line.items() if value is not None} == {
            name: value for name, value in line.items() if value is not None
        }


def test_a_simulated_race_equals_the_slow_answer():
    race = pr.simulate(seed=12, minutes=30).session
    check_sectors(race)
    at_end: dict = defaultdict(list)
    for lap, sector, position in columns(race.crossings(of="sectors"), "lap", "sector", "position"):
        at_end[lap, sector].append(position)
    assert len(at_end) > 30
    for positions in at_end.values():
        assert positions == list(range(1, len(positions) + 1))


RACES = [path for path in corpus_laps("wec", "imsa", "grcup") if "race" in path.name.lower() or "wec" in path.parts]
corpus = pytest.mark.skipif(not RACES, reason="the corpus of real files is not here")


@corpus
@pytest.mark.parametrize("path", RACES[::12], ids=lambda path: "/".join(path.parts[-2:]))
def test_real_races_equal_the_slow_answer(path):
    check_sectors(pr.read(path, kind="race"))


@corpus
@pytest.mark.parametrize("path", RACES, ids=lambda path: "/".join(path.parts[-2:]))
def test_positions_at_every_end_are_a_permutation(path):
    """Of the cars whose time there is known; where one is not, from its next one on no position is given twice."""
    race = pr.read(path, kind="race")
    at_end = defaultdict(list)
    for lap, sector, position in columns(race.crossings(of="sectors"), "lap", "sector", "position"):
        at_end[lap, sector].append(position)
    cars = defaultdict(int)
    for (lap,) in columns(race.laps, "lap"):
        cars[lap] += 1
    for (lap, _), positions in at_end.items():
        known = [position for position in positions if position is not None]
        assert len(set(known)) == len(known) and set(known) <= set(range(1, cars[lap] + 1))
        if len(positions) == cars[lap]:
            assert sorted(known) == list(range(1, cars[lap] + 1))
    check_line(race)

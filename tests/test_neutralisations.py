"""Neutralisations and time by flag: worked examples, a slow reading of the published files, and simulated truth."""

from datetime import timedelta
from itertools import groupby

import pytest

import pyracing as pr
from answers import columns, rows
from lap_files import CORPUS, corpus_laps
from pyracing.simulate import Event
from race_files import race_file, seconds

CORPUS_HERE = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")


def race(text: str) -> pr.Session:
    return pr.read(race_file(text), kind="race")


# Car 1 leads; a collision in its lap 2, two laps behind the safety car, and the restart as it begins lap 5.
COLLISION = """
1 A | Ann 1:40 1:30!SF 2:30!SF 2:30 1:30 1:30
2 A | Bo 1:41 1:34!SF 2:28!SF 2:29 1:31 1:31
3 A | Cy 1:42 1:38!SF 2:27!SF 2:28 1:32 1:32
"""


def test_a_collision_in_lap_2_and_two_laps_behind_the_safety_car():
    period = rows(race(COLLISION).neutralisations())
    assert period == [{
        "kind": "safety_car", "start": seconds("3:10"), "end": seconds("8:10"), "duration": seconds("5:00"),
        "first_lap": 2, "last_lap": 4, "crossings": 6, "inferred": False, "evidence": "flag safety_car at 6 crossings",
        "start_after": seconds("1:42"), "end_after": seconds("5:47"), "suspended": 0, "bunched": True,
        "leader_laps": 2, "share_of_time": pytest.approx(300 / 670), "share_of_laps": pytest.approx(6 / 18),
    }]  # fmt: skip


def test_time_by_flag():
    """The race ends with the first chequered crossing, at 11:10."""
    assert columns(race(COLLISION).flag_times(), "flag", "periods", "time", "laps", "leader_laps") == [
        ("green", 2, seconds("6:10"), 12, 4),
        ("safety_car", 1, seconds("5:00"), 6, 2),
    ]


def test_one_kind_after_the_other_and_a_flag_under_caution():
    text = """
    1 A | Ann 1:40!FCY 1:30!SF 2:30!
    2 A | Bo 1:41!FCY 1:34!SF 2:28!FCY
    3 A | Cy 1:45!FCY 1:31!SF 2:35
    """
    names = ("kind", "start_after", "start", "end_after", "end", "first_lap", "last_lap", "crossings")
    assert columns(race(text).neutralisations(), *names) == [
        ("fcy", 0, seconds("1:40"), seconds("1:45"), seconds("3:10"), 1, 2, 3),
        ("safety_car", seconds("1:45"), seconds("3:10"), seconds("3:16"), seconds("5:43"), 2, 3, 3),
        ("fcy", seconds("3:16"), seconds("5:43"), seconds("5:43"), seconds("5:51"), 3, 3, 1),
    ]


def test_a_race_that_ends_behind_the_safety_car():
    """Ann is shown the flag at 5:40; Bo, a lap down, comes by behind the safety car once more."""
    session = race("1 A | Ann 1:40 1:30!SF 2:30\n2 A | Bo 1:41 1:34!SF 2:28!SF 2:29")
    periods = columns(session.neutralisations(), "kind", "start", "end")
    assert periods == [("safety_car", seconds("3:10"), seconds("8:12"))]


def test_what_fcy_means_depends_on_the_series():
    session = race(COLLISION.replace("SF", "FCY"))
    assert columns(session.neutralisations(), "bunched") == [(None,)]
    assert columns(session.neutralisations(rules="wec"), "bunched") == [(False,)]
    assert columns(session.neutralisations(rules=pr.rules("imsa")), "bunched") == [(True,)]
    assert columns(race(COLLISION.replace("SF", "C60")).neutralisations(), "bunched") == [(False,)]
    with pytest.raises(ValueError, match="imsa"):
        session.neutralisations(rules="imsaa")


def test_a_selection_knows_the_periods_of_the_field():
    session = race(COLLISION)
    assert session.select(cars="3", laps=(5, 6)).neutralisations() == session.neutralisations()


def test_a_session_without_flags_has_none():
    assert len(race(COLLISION.replace("!SF", "!")).neutralisations()) == 0
    assert columns(race(COLLISION.replace("!SF", "!")).flag_times(), "flag", "time") == [("green", seconds("11:10"))]


def test_a_red_flag_without_a_code_divides_the_caution():
    """Seven of ten cars are on a lap of 40 minutes begun within 7 s; the others had retired before."""
    lines = [f"{10 + i} P2 | Ann 1:4{i} 1:30 1:40!FCY 40:00!FCY 2:3{i}!FCY 1:30" for i in range(7)]
    lines += [f"{20 + i} P2 | Ann 1:4{i} 1:30" for i in range(3)]
    names = ("kind", "start_after", "start", "end", "crossings", "inferred")
    session = race("\n".join(lines))
    assert columns(session.neutralisations(), *names) == [
        ("fcy", seconds("3:16"), seconds("4:50"), seconds("4:50"), 1, False),
        ("red", None, seconds("4:50"), seconds("44:50"), 7, True),
        ("fcy", seconds("4:56"), seconds("44:50"), seconds("48:50"), 14, False),
    ]
    assert "7 of 7 running cars on a lap over 8 x" in session.neutralisations()["evidence"][1]
    told = race("\n".join(lines).replace("40:00!FCY", "40:00!RF"))
    assert columns(told.neutralisations(), "kind", "inferred", "end") == [
        ("fcy", False, seconds("44:50")),
        ("red", False, seconds("47:20")),
        ("fcy", False, seconds("48:50")),
    ]


@pytest.mark.parametrize(
    "events",
    [
        [Event("fcy", "20m", duration="4m"), Event("safety_car", "40m", duration="8m")],
        [Event("red_flag", "50m", duration="20m"), Event("safety_car", "95m", duration="6m")],
        [Event("red_flag", "50m", duration="20m", in_pit=True)],
        [Event("red_flag", "50m", duration="30m", elapsed_stops=True), Event("fcy", "95m", duration="4m")],
    ],
)
def test_what_really_happened(events):
    race = pr.simulate(11, hours=2, cars=40, incidents=False, events=events)
    told = race.truth.neutralisations
    found = race.session.neutralisations()
    assert [kind for (kind,) in columns(found, "kind")] == [period.kind for period in told]
    for period, row in zip(told, rows(found), strict=True):
        start, end = (value // timedelta(microseconds=1) for value in (period.start, period.end))
        assert row["start_after"] <= start <= row["start"] and row["end_after"] <= end <= row["end"]
        assert row["inferred"] is False
        lost = [length // timedelta(microseconds=1) for at, length in race.truth.suspensions if period.kind == "red"]
        assert row["suspended"] == sum(lost)


def test_a_red_flag_in_a_series_without_its_code(tmp_path):
    """As written for IMSA, all that is known is that the field stopped together."""
    race = pr.simulate(
        11, hours=2, cars=40, incidents=False, events=[Event("red_flag", "50m", duration="25m", in_pit=True)]
    )
    race.write(tmp_path, dialect="imsa")
    found = rows(pr.read(tmp_path).neutralisations())
    red = race.truth.neutralisations[0]
    assert [row["kind"] for row in found if row["inferred"]] == ["red"]
    row = next(row for row in found if row["inferred"])
    lap = seconds("3:30")  # behind the safety car
    assert abs(row["start"] - red.start // timedelta(microseconds=1)) < lap
    assert 0 <= row["end"] - red.end // timedelta(microseconds=1) < lap


# ---- Published files ----


def slow_periods(laps: list[dict]) -> list[tuple]:
    """Runs of one flag among all crossings in order of time: kind, start_after, start, end_after, end, crossings."""
    shown = sorted((lap["elapsed"], lap["flag"]) for lap in laps if lap["flag"] is not None)
    runs = [(flag, [time for time, _ in run]) for flag, run in groupby(shown, key=lambda reading: reading[1])]
    periods = []
    for number, (flag, times) in enumerate(runs):
        if flag not in ("green", "chequered"):
            after = runs[number - 1][1][-1] if number else 0
            end = runs[number + 1][1][0] if number + 1 < len(runs) else times[-1]
            periods.append((flag, after, times[0], times[-1], end, len(times)))
    return periods


# When the first of the long laps began, in minutes, and how many there were; ANALYTICS has those of IMSA.
RED = {
    "formula-e/R08_tokyo.csv": (21.1, 19),
    "imsa/2021/13-weathertech-240---wgi/202107021810-race-laps.csv": (60.7, 29),
    "imsa/2022/11-watkins-glen-international/202206261040-race-laps.csv": (271.6, 40),
}


@CORPUS_HERE
@pytest.mark.parametrize("path", corpus_laps(), ids=lambda path: str(path.relative_to(CORPUS)))
def test_published_files(path):
    session = pr.read(path)
    laps, found = rows(session.laps), rows(session.neutralisations())
    names = ("kind", "start_after", "start", "end_after", "end", "crossings")
    red = RED.get(str(path.relative_to(CORPUS)))
    if not session.info["flags_published"]:
        assert all(row["inferred"] for row in found)
        found = [row for row in found if row["kind"] == "red"]
    if red is None:
        assert [tuple(row[name] for name in names) for row in found] == slow_periods(laps)
        assert not any(row["inferred"] for row in found)
    else:
        (stoppage,) = [row for row in found if row["inferred"]]
        assert stoppage["kind"] == "red" and (round(stoppage["start"] / 60e6, 1), stoppage["crossings"]) == red
        outside = [row for row in found if row is not stoppage]
        assert all(row["end"] <= stoppage["start"] or row["start"] >= stoppage["end"] for row in outside)
    if session.info["kind"] == "race":
        leader = {}
        for lap in laps:
            leader[lap["lap"]] = min(lap["elapsed"], leader.get(lap["lap"], lap["elapsed"]))
        for row in found:
            for time, number in ((row["start"], row["first_lap"]), (row["end"], row["last_lap"])):
                driven = sum(end < time or (end == time and row["inferred"]) for end in leader.values())
                assert number == min(driven + 1, len(leader)) or (row["kind"], time) == ("fcy", row["end"])
    totals = rows(session.flag_times())
    assert sum(row["laps"] for row in totals) == len(session.crossings())
    periods = len(session.neutralisations())
    assert sum(row["periods"] for row in totals if row["flag"] != "green") == periods


@CORPUS_HERE
def test_share_of_laps_under_caution_in_imsa():
    """ANALYTICS counts 15.4 % of the laps of 2021-25 under FCY; here are the races of 2021-22."""
    caution = every = 0
    for path in sorted((CORPUS / "imsa").glob("202[12]/*/*race-laps.csv")):
        session = pr.read(path)
        caution += sum(flag == "fcy" for (flag,) in columns(session.laps, "flag"))
        under = [row for row in rows(session.flag_times()) if row["flag"] != "green"]
        every += sum(row["laps"] for row in under)
    assert every == caution > 0

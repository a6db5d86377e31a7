"""Cautions and slow zones that no flag shows: made fields, simulated truth, and published files without their flags."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest

import pyracing as pr
from answers import columns, rows
from lap_files import CORPUS, corpus_laps
from pyracing.report.facts import Facts
from pyracing.report.headlines import caution_sentence
from pyracing.report.tables import neutralisation_grids
from pyracing.simulate import Event
from race_files import race_file, seconds
from slow_cautions import cautions, kind_of

CORPUS_HERE = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
NAMES = ("kind", "start", "end", "inferred", "bunched")

# ---- A field made by hand: 24 cars of two classes, 4 s apart, three sectors of half a minute ----

SECTORS = {"GT": (30.0, 42.0, 33.0), "LMP": (28.0, 38.0, 30.0)}
Pace = Callable[[float, int, int], float]


def field(pace: Pace, *, minutes: float = 90, whole_laps: bool = False) -> pr.Session:
    """`pace`: by how much a sector takes longer that is begun at a time (minutes), of a sector (1 to 3), by a car."""
    laps: dict[str, list] = {name: [] for name in ("car", "class", "lap", "lap_time", "elapsed")}
    laps |= {} if whole_laps else {f"sector_{number}": [] for number in (1, 2, 3)}
    for car in range(24):
        name, time, lap = ("GT", "LMP")[car % 2], 4.0 * car, 0
        while time < minutes * 60:
            lap += 1
            times = []
            for sector, usual in enumerate(SECTORS[name], 1):
                jitter = 1 + (car * 7 + lap * 13 + sector * 5) % 11 / 1000
                times.append(round(usual * jitter * pace(time / 60, sector, car), 3))
                time += times[-1]
            row = (str(car), name, lap, round(sum(times), 3), time, *([] if whole_laps else times))
            for column, value in zip(laps.values(), row, strict=True):
                column.append(value)
    times = {"lap_time", "elapsed", "sector_1", "sector_2", "sector_3"}
    return pr.from_laps(
        {
            name: np.round(np.array(column) * 1e6).astype("timedelta64[us]")
            if name in times
            else np.array(column)
            for name, column in laps.items()
        },
        kind="race",
    )


def told(session: pr.Session) -> list[tuple[str, float, float]]:
    """Kinds, and when they began and ended, in minutes."""
    return [(kind, start / 60e6, end / 60e6) for kind, start, end, *_ in columns(session.neutralisations(), *NAMES)]


def test_a_slow_zone_in_the_second_sector():
    session = field(lambda minute, sector, car: 1.6 if sector == 2 and 30 <= minute < 42 else 1.0)
    (period,) = rows(session.neutralisations())
    assert (period["kind"], period["inferred"], period["bunched"]) == ("slow_zone", True, False)
    assert abs(period["start"] / 60e6 - 30) < 1 and abs(period["end"] / 60e6 - 42) < 1
    assert period["evidence"] == "sector 2 of 24 cars took 1.60 x the median of their class, the rest 1.00 x"
    assert (period["start_after"], period["end_after"]) == (None, None)
    assert [flag for (flag,) in columns(session.flag_times(), "flag")] == ["green", "slow_zone"]


def test_a_slow_zone_over_two_sectors():
    (period,) = rows(field(lambda m, sector, car: 1.5 if sector != 2 and 20 <= m < 30 else 1.0).neutralisations())
    assert period["kind"] == "slow_zone"
    assert period["evidence"] == "sectors 1 and 3 of 24 cars took 1.50 x the median of their class, the rest 1.00 x"


def test_a_slow_zone_that_becomes_a_full_course_yellow():
    session = field(lambda m, sector, car: 1.9 if 30 <= m < 36 else 1.6 if sector == 3 and 20 <= m < 30 else 1.0)
    (zone, first, between), (fcy, start, end) = told(session)
    assert (zone, fcy) == ("slow_zone", "fcy")
    assert abs(first - 20) < 1 and abs(between - 30) < 1 and abs(start - 30) < 1 and abs(end - 36) < 1


def test_a_full_course_yellow_holds_the_gaps():
    (period,) = rows(field(lambda m, sector, car: 2.0 if 40 <= m < 46 else 1.0).neutralisations())
    assert (period["kind"], period["bunched"]) == ("fcy", False)
    assert abs(period["start"] / 60e6 - 40) < 1 and abs(period["end"] / 60e6 - 46) < 1
    assert period["evidence"].startswith("all sectors of 24 cars took ")
    assert period["evidence"].endswith(": the gaps held")


def test_files_of_whole_laps():
    """A caution shows in laps too, a slow zone does not: nobody can say where a lap was slow."""
    session = field(lambda m, sector, car: 2.0 if 40 <= m < 52 else 1.0, whole_laps=True)
    (period,) = rows(session.neutralisations())
    assert abs(period["start"] / 60e6 - 40) < 2 and abs(period["end"] / 60e6 - 52) < 2
    assert period["evidence"].startswith("laps of 24 cars took ")
    zone = field(lambda m, sector, car: 1.6 if sector == 2 and 40 <= m < 52 else 1.0, whole_laps=True)
    assert told(zone) == []


def laps_of(lap_times: dict[int, list[float]], apart: float) -> pr.Session:
    """Whole laps of cars that start so many seconds apart."""
    elapsed = [np.cumsum(times) + apart * car for car, times in lap_times.items()]
    return pr.from_laps(
        {
            "car": np.repeat([str(car) for car in lap_times], [len(times) for times in elapsed]),
            "lap": np.concatenate([np.arange(1, len(times) + 1) for times in elapsed]),
            "lap_time": np.round(np.concatenate(list(lap_times.values())) * 1e6).astype("timedelta64[us]"),
            "elapsed": np.round(np.concatenate(elapsed) * 1e6).astype("timedelta64[us]"),
        },
        kind="race",
    )


@pytest.mark.parametrize("apart, told_as", [(1.3, ("fcy", False)), (1.0, ("safety_car", None))])
def test_a_pack_has_no_gaps_to_hold(apart, told_as):
    """30 cars of 100 s a lap, strung out in the first of four laps of 200 s: to 3 s apart, whatever it was before."""
    session = laps_of(
        {car: [100.0] * 12 + [200.0 + (3 - apart) * car] + [200.0] * 3 + [100.0] * 12 for car in range(30)}, apart
    )
    ((kind, bunched),) = columns(session.neutralisations(), "kind", "bunched")
    assert (kind, bunched) == told_as
    assert answer(session) == slow_answer(session)


def test_a_pack_on_an_oval():
    """30 cars half a second apart, 20 s a lap; behind the pace car 66 s, so that nobody drives by for longer than a
    lap was before."""
    session = laps_of({car: [20.0] * 100 + [66.0] * 12 + [20.0] * 100 for car in range(30)}, 0.5)
    ((start, end, bunched),) = columns(session.neutralisations(), "start", "end", "bunched")
    assert abs(start / 1e6 - 2000) < 40 and abs(end / 1e6 - (2000 + 12 * 66)) < 40 and bunched is None
    assert answer(session) == slow_answer(session)


def test_too_few_cars_tell_of_no_caution_for_long():
    """Behind the pace car all but five stop for good; the five race on, for longer than a caution is taken to last."""
    slow = [20.0] * 60 + [66.0] * 6
    session = laps_of({car: slow + [20.0] * 60 if car < 5 else slow for car in range(30)}, 0.5)
    ((_, start, end),) = told(session)
    assert abs(start - 20) < 1 and abs(end - (20 + 6.6 + 3 / 3)) < 1
    assert answer(session) == slow_answer(session)


def test_green_laps_within_a_caution_are_a_part_of_it():
    """The field catches up with the safety car for a minute."""
    ((_, start, end),) = told(field(lambda m, sector, car: 1.7 if 30 <= m < 38 or 39 <= m < 50 else 1.0))
    assert abs(start - 30) < 1 and abs(end - 50) < 1
    two = told(field(lambda m, sector, car: 1.7 if 30 <= m < 38 or 45 <= m < 50 else 1.0))
    assert [round(start) for _, start, _ in two] == [30, 45]


@pytest.mark.parametrize(
    "pace",
    [
        pytest.param(lambda m, sector, car: 1.0, id="nothing"),
        pytest.param(lambda m, sector, car: 2.5 if m < 3 else 1.0, id="start"),
        pytest.param(lambda m, sector, car: 3.0 if car in (3, 4) and 20 <= m < 50 else 1.0, id="two slow cars"),
        pytest.param(lambda m, sector, car: 1.5 if car % 2 and 20 <= m < 40 else 1.0, id="one class"),
        pytest.param(lambda m, sector, car: 1.08 if sector == 2 and 20 <= m < 40 else 1.0, id="yellow in a sector"),
        pytest.param(lambda m, sector, car: 1.06 if m > 30 else 1.0, id="night"),
        pytest.param(lambda m, sector, car: 1.3 if 30 <= m < 70 else 1.0, id="rain at once"),
        pytest.param(lambda m, sector, car: 1.2 if 30 <= m < 33 else 1.0, id="three minutes at 1.2"),
        pytest.param(
            lambda m, sector, car: 1 + 0.5 * min(max((m - 20) / 3, 0), 1, max((75 - m) / 20, 0)), id="heavy rain"
        ),
        pytest.param(lambda m, sector, car: 2.0 if 30 <= m < 30.5 else 1.0, id="half a minute"),
    ],
)
def test_what_is_no_caution(pace):
    assert told(field(pace)) == []


def test_a_caution_in_the_rain():
    """The track is wet from minute 20 to the end, cars 1.25 x as slow; under caution they are slower still."""
    session = field(lambda m, sector, car: 2.2 if 40 <= m < 47 else 1.25 if m >= 20 else 1.0, minutes=120)
    ((kind, start, end),) = told(session)
    assert kind == "fcy" and abs(start - 40) < 2 and abs(end - 47) < 2


def test_sessions_that_are_no_race_have_none():
    session = field(lambda m, sector, car: 2.0 if 40 <= m < 46 else 1.0)
    table = {name: session.laps[name] for name in ("car", "lap", "lap_time", "elapsed")}
    assert len(pr.from_laps(table, kind="practice").neutralisations()) == 0


# ---- Simulated truth ----


def without_flags(session: pr.Session) -> pr.Session:
    return pr.from_laps({name: session.laps[name] for name in session.laps.columns if name != "flag"}, kind="race")


def test_a_safety_car_and_a_full_course_yellow_in_files_without_flags():
    race = pr.simulate(
        12, hours=2, cars=24, incidents=False,
        events=[Event("safety_car", "60m", duration="12m"), Event("fcy", "95m", duration="5m")],
    )  # fmt: skip
    found = rows(without_flags(race.session).neutralisations())
    assert [(row["kind"], row["bunched"], row["inferred"]) for row in found] == [
        ("safety_car", True, True),
        ("fcy", False, True),
    ]
    for period, row in zip(race.truth.neutralisations, found, strict=True):
        start, end = (value // timedelta(microseconds=1) for value in (period.start, period.end))
        assert abs(row["start"] - start) < seconds("1:30") and abs(row["end"] - end) < seconds("1:30")
        assert (row["start_after"], row["end_after"]) == (None, None)


@pytest.mark.parametrize("shown", [set(), {"chequered"}])
def test_a_column_of_flags_that_shows_none(shown):
    """Left blank, or but for the end."""
    race = pr.simulate(12, hours=2, cars=24, incidents=False, events=[Event("safety_car", "60m", duration="12m")])
    laps = {name: race.session.laps[name] for name in race.session.laps.columns}
    laps["flag"] = np.array([flag if flag in shown else None for flag in laps["flag"].tolist()], dtype=object)
    session = pr.from_laps(laps, kind="race")
    assert session.info["flags_published"] is False
    assert session.laps["flag"].tolist().count("chequered") == (len(shown) and 24)
    assert columns(session.neutralisations(), "kind", "inferred") == [("safety_car", True)]
    assert pr.from_laps(session.laps, entries=session.entries, kind="race") == session


def test_a_red_flag_takes_what_it_divides():
    """The field is slow before the red flag and behind the safety car after it, and stands still between."""
    race = pr.simulate(
        11, hours=2, cars=40, incidents=False,
        events=[Event("safety_car", "40m", duration="9m"), Event("red_flag", "52m", duration="25m", in_pit=True)],
    )  # fmt: skip
    found = rows(without_flags(race.session).neutralisations())
    assert "red" in [row["kind"] for row in found]
    assert all(before["end"] <= after["start"] for before, after in pairwise(found))


@pytest.mark.parametrize("seed", range(12, 15))
def test_quiet_races_and_rain(seed):
    race = pr.simulate(seed, hours=2, cars=40, incidents=False, events=[Event("rain", "50m", duration="40m")])
    assert len(without_flags(race.session).neutralisations()) == 0


# ---- Against the slow answer, and the published flags ----


def slow_answer(session: pr.Session, **given: bool) -> list[tuple]:
    """All that is told by pace."""
    laps = rows(session.lap_details())
    known = [(row["start"], row["end"]) for row in rows(session.neutralisations(**given)) if not by_pace(row)]
    last = max(lap["elapsed"] for lap in laps if lap["elapsed"] is not None)
    return [
        (*(("slow_zone", False) if kind == "slow_zone" else kind_of(laps, start, end)), start, min(end, last), slow)
        for kind, start, end, slow in cautions(laps, known)
    ]


def by_pace(row: dict) -> bool:
    return row["inferred"] and row["kind"] != "red"


def answer(session: pr.Session, **given: bool) -> list[tuple]:
    found = [row for row in rows(session.neutralisations(**given)) if by_pace(row)]
    return [tuple(row[name] for name in ("kind", "bunched", "start", "end", "crossings")) for row in found]


@pytest.mark.parametrize("seed", range(21, 25))
def test_random_races(seed):
    session = without_flags(pr.simulate(seed, hours=2, cars=18).session)
    assert answer(session) == slow_answer(session)
    whole = {name: session.laps[name] for name in ("car", "class", "lap", "lap_time", "elapsed", "in_pit")}
    laps_only = pr.from_laps(whole, kind="race")
    assert answer(laps_only) == slow_answer(laps_only)


@pytest.mark.parametrize("seed", range(12))
def test_random_paces(seed):
    """Spells of any length in any sectors, slow, very slow or wet, on top of each other."""
    chance = Random(seed)
    spells = [
        (start, start + chance.choice([0.5, 2, 5, 12, 25]), chance.sample([1, 2, 3], chance.randint(1, 3)), factor)
        for start, factor in ((chance.uniform(2, 85), chance.choice([1.12, 1.25, 1.4, 1.7, 2.2])) for _ in range(9))
    ]

    def pace(minute: float, sector: int, car: int) -> float:
        there = [factor for start, end, sectors, factor in spells if start <= minute < end and sector in sectors]
        return max(there, default=1.0) + car % 5 / 100

    for whole_laps in (False, True):
        session = field(pace, whole_laps=whole_laps)
        assert answer(session) == slow_answer(session)


def stripped(path) -> pr.Session:
    return pr.read(path.read_bytes().replace(b"FLAG_AT_FL", b"FLAG_UNSAID"), kind="race")


SLOWLY_READ = (
    "spa_6h__23", "R08_tokyo", "le_mans_24h", "cota_6h", "202107021810", "202207031505", "202204091405", "202207161510",
    "grcup/indianapolis",
)  # fmt: skip


@CORPUS_HERE
@pytest.mark.parametrize(
    "path",
    [path for path in corpus_laps() if any(name in str(path) for name in SLOWLY_READ)],
    ids=lambda path: str(path.relative_to(CORPUS)),
)
def test_published_races_without_their_flags(path):
    """And with them, between what they show."""
    session, published = stripped(path), pr.read(path)
    assert answer(session) == slow_answer(session)
    if published.info["flags_published"]:
        assert answer(published, by_pace=True) == slow_answer(published, by_pace=True)


def total(spans: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def shared(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    both = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return [(start, end) for start, end in both if start < end]


def races_in(folder: str) -> list:
    return [path for path in corpus_laps(folder) if pr.read(path).info["kind"] == "race"]


@CORPUS_HERE
@pytest.mark.parametrize("folder, recall, precision", [("imsa", 0.92, 0.97), ("wec", 0.91, 0.84)])
def test_time_under_caution_against_the_published_flags(folder, recall, precision):
    """Of the time under caution that flags show, and of that found by pace, so much is the other as well. In the WEC
    the field is slow for minutes before the flag of the safety car: crossings are published as green till then."""
    published = found = both = zones = 0
    for path in races_in(folder):
        session = pr.read(path)
        if not session.info["flags_published"]:
            continue
        flags = [(start, end) for _, start, end, *_ in columns(session.neutralisations(), *NAMES)]
        pace = columns(stripped(path).neutralisations(), *NAMES)
        spans = [(start, end) for kind, start, end, *_ in pace if kind != "slow_zone"]
        published, found, both = published + total(flags), found + total(spans), both + total(shared(flags, spans))
        zones += sum(kind == "slow_zone" for kind, *_ in pace) if "le_mans" not in path.name else 0
    assert both >= recall * published
    assert both >= precision * found
    assert zones == 0  # neither series has any on these circuits


@CORPUS_HERE
def test_kinds_against_the_published_flags():
    """In IMSA the field is gathered under fcy, in the WEC under safety_car alone."""
    right = wrong = 0
    for path in races_in("imsa") + races_in("wec"):
        flags = columns(pr.read(path).neutralisations(), *NAMES)
        for found, start, end, _, bunched in columns(stripped(path).neutralisations(), *NAMES):
            kinds = {kind for kind, a, b, inferred, _ in flags if a < end and b > start and not inferred}
            if found != "slow_zone" and bunched is not None and len(kinds) == 1 and kinds <= {"fcy", "safety_car"}:
                gathered = path.is_relative_to(CORPUS / "imsa") or kinds == {"safety_car"}
                right, wrong = right + (bunched == gathered), wrong + (bunched != gathered)
    assert right >= 65 and wrong == 0


@CORPUS_HERE
@pytest.mark.parametrize("path", corpus_laps(), ids=lambda path: str(path.relative_to(CORPUS)))
def test_what_published_flags_do_not_show(path):
    """Slow zones at Le Mans alone, the first after two hours in the first sector. Before ten safety cars of the WEC,
    and nowhere else, the field had slowed down with its gaps held, while crossings were published as green."""
    session = pr.read(path)
    published, told = (rows(session.neutralisations(by_pace=asked)) for asked in (False, True))
    found = [row for row in told if by_pace(row)]
    if not session.info["flags_published"] or session.info["kind"] != "race":
        assert told == published
        return
    assert [row for row in told if not by_pace(row)] == published
    zones = [row for row in found if row["kind"] == "slow_zone"]
    if "le_mans" in path.name:
        assert len(zones) >= 9 and zones[0]["evidence"].startswith("sector 1 of 6")
        assert 130 < zones[0]["start"] / 60e6 < 134 and 145 < zones[0]["end"] / 60e6 < 150
    else:
        assert zones == []
    safety_cars = {row["start"] for row in published if row["kind"] == "safety_car"}
    assert all(row["kind"] == "fcy" and row["end"] in safety_cars for row in found if row not in zones)
    assert len(found) - len(zones) == BEFORE_SAFETY_CARS.get(path.name, 0)


BEFORE_SAFETY_CARS = {"bahrain_8h.csv": 2, "fuji_6h.csv": 2, "cota_6h.csv": 2, "qatar_1812km.csv": 2, "spa_6h.csv": 2}


# ---- Who tells of them ----


def test_how_a_report_and_a_chart_tell_of_them():
    session = field(lambda m, sector, car: 2.0 if 60 <= m < 66 else 1.6 if sector == 2 and 30 <= m < 42 else 1.0)
    sentence = caution_sentence(Facts(session))
    assert "(1 in a slow zone and 1 under full-course yellow)" in sentence
    assert sentence.endswith("the files show no flags, so this is an estimate from the pace of the field.")
    shown = pr.charts.race_trace(session).to_json()
    assert ",Slow zone,SZ," in shown and ",Full-course yellow,FCY," in shown


def test_a_report_tells_of_cautions_that_the_flags_leave_out():
    """A full-course yellow whose laps are flagged green beside a safety car that is shown."""
    events = [Event("fcy", "30m", duration="8m"), Event("safety_car", "60m", duration="12m")]
    race = pr.simulate(12, hours=2, cars=24, incidents=False, events=events)
    laps = {name: race.session.laps[name] for name in race.session.laps.columns}
    laps["flag"] = np.array(["green" if flag == "fcy" else flag for flag in laps["flag"].tolist()], dtype=object)
    shown, estimated = neutralisation_grids(Facts(pr.from_laps(laps, kind="race")))
    assert [row[0] for row in shown.rows] == ["Safety car"]
    assert estimated.caption == "Cautions that no flag shows"
    assert [row[0] for row in estimated.rows] == ["Full-course yellow"]
    assert "of 24 cars took" in estimated.rows[0][-1]


def test_laps_under_them_are_not_green_nor_clean():
    session = field(lambda m, sector, car: 2.0 if 60 <= m < 66 else 1.6 if sector == 2 and 30 <= m < 42 else 1.0)
    reasons, last = {}, {}
    for car, end, reason in columns(session.lap_details(), "car", "elapsed", "reason"):
        reasons.setdefault(reason, []).append(end / 60e6)
        assert (reason == "after_neutralisation") == (last.get(car) == "neutralised" != reason)
        last[car] = reason
    periods = [(start, end) for _, start, end in told(session)]
    assert all(any(start <= end < last for start, last in periods) for end in reasons["neutralised"])
    ended = sum(start <= end < last for ends in reasons.values() for end in ends for start, last in periods)
    assert len(reasons["neutralised"]) == ended > 150 and len(reasons["after_neutralisation"]) == 2 * 24
    assert all(28 < end < 31 or 58 < end < 61 for end in reasons.get("slow", ())), "laps that ended as it began"
    assert set(reasons) <= {None, "first_lap", "neutralised", "after_neutralisation", "slow"}
    green = sum(row["green_laps"] for row in rows(session.stints()))
    assert green == len(session) - ended
    assert max(row["mean"] for row in rows(session.stints())) < seconds("1:48")


def test_a_lap_through_an_inferred_red_flag_is_not_green():
    """Nine cars stand for forty minutes from the end of lap 3 on; no flag shows it."""
    lines = [f"{10 + i} P2 | Ann 1:4{i}! 1:30! 1:31! 40:00! 1:3{i}! 1:30! 1:30!" for i in range(9)]
    session = pr.read(race_file("\n".join(lines)), kind="race")
    assert [kind for kind, *_ in told(session)] == ["red"]
    assert set(columns(session.stints(), "green_laps")) == {(5,)}
    reasons = {(lap, reason) for lap, reason in columns(session.clean_laps(), "lap", "reason") if reason}
    assert reasons == {(1, "first_lap"), (3, "neutralised"), (4, "neutralised"), (5, "after_neutralisation")}

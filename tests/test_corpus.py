"""Every session of the published files: official results against the classification, and the identities of stints."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

import pyracing as pr
from answers import columns, rows

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
IMSA, GR_CUP, WEC = DATA / "imsa", DATA / "grcup", DATA / "wec"
PORSCHE = DATA / "porsche_cup" / "2025_pccj_fuji" / "202509271120-race-201-results.csv"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the corpus of published files is not here")

# What the stewards decided after the flag: seconds added to the time of a car, by the official result that has them.
PENALTIES = {
    "imsa/2021/12-6h---watkins-glen-international/202106271040-race-results.csv": {"48": 35},
    "imsa/2021/22-road-atlanta/202111131210-race-results.csv": {"52": 37},
    "imsa/2022/08-mid-ohio-sports-car-course/202205151410-race-results.csv": {"74": 29},
    "imsa/2022/15-lime-rock-park/202207161510-race-results.csv": {"79": 23},
    "imsa/2022/19-road-atlanta/202210011210-race-results.csv": {"5": 97},
    "grcup/VIR/Race 1/03_Provisional Results_Race 1_Anonymized.CSV": {"51": 30},
    "grcup/VIR/Race 1/05_Provisional Results by Class_Race 1_Anonymized.CSV": {"51": 30},
    "grcup/VIR/Race 1/05_Results by Class GR Cup Race 1 Official_Anonymized.CSV": {
        "51": 30, "89": 30, "98": 30, "113": 30,
    },
    "grcup/VIR/Race 2/03_Provisional Results_Race 2_Anonymized.CSV": {"2": 5},
    "grcup/VIR/Race 2/03_Results GR Cup Race 2 Official_Anonymized.CSV": {"2": 5, "7": 30, "80": 30},
    "grcup/VIR/Race 2/05_Provisional Results by Class_Race 2_Anonymized.CSV": {"2": 5},
    "grcup/indianapolis/Race 1/03_GR Cup Race 1 Official Results.CSV": {"22": 5, "8": 68, "72": 68},
    "grcup/indianapolis/Race 1/03_Provisional Results_Race 1.CSV": {"22": 5, "8": 68},
    "grcup/indianapolis/Race 1/05_GR Cup Race 1 Official Results by Class.CSV": {"22": 5, "8": 68, "72": 68},
    "grcup/indianapolis/Race 1/05_Provisional Results by Class_Race 1.CSV": {"22": 5, "8": 68},
    "grcup/indianapolis/Race 2/03_GR Cup Race 2 Official Results.CSV": {"22": 5, "03": 68, "5": 68},
    "grcup/indianapolis/Race 2/03_Provisional Results_Race 2.CSV": {"22": 5, "03": 68, "5": 68},
    "grcup/indianapolis/Race 2/05_GR Cup Race 2 Official Results by Class.CSV": {"22": 5, "03": 68, "5": 68},
    "grcup/indianapolis/Race 2/05_Provisionals Results by Class_Race 2.CSV": {"22": 5, "03": 68, "5": 68},
    "wec/2025/official/cota_6h__202509071330-race-hour-6-results.csv":
        {"5": 5, "36": 5, "54": 5, "88": 10, "15": 45, "31": 45, "61": 45, "78": 45},
    "porsche_cup/2025_pccj_fuji/202509271120-race-201-results.csv": {"7": 5, "16": 5, "78": 5},
}  # fmt: skip
# Cars moved to the rear of their class without a change of time.
MOVED = {
    "imsa/2022/11-watkins-glen-international/202206261040-race-results.csv":
        {"1", "12", "25", "32", "36", "42", "57", "59", "99"},
    "imsa/2022/19-road-atlanta/202210011210-race-results.csv": {"62"},
}  # fmt: skip
# Times deleted by the stewards: the car has a mark in its laps and no official best lap.
DELETED = {
    ("imsa/2021/13-weathertech-240---wgi/202107011740-qualifying---gtd-position-results.csv", "19"),
    ("imsa/2021/17-weathertech-raceway-laguna-seca/202109111305-qualifying---gtd-position-results.csv", "23"),
    ("imsa/2021/17-weathertech-raceway-laguna-seca/202109111330-qualifying---gtd-points-gtlm-results.csv", "23"),
}


def published() -> dict[Path, tuple[Path, ...]]:
    """Result file -> the other files of its session, laps first."""
    sessions = {}
    for result in sorted(IMSA.rglob("*-results.csv")):
        others = [result.with_name(result.name.replace("-results", ending)) for ending in ("-laps", "-weather")]
        sessions[result] = tuple(path for path in others if path.exists())
    for result in sorted([*GR_CUP.glob("*/*/03_*"), *GR_CUP.glob("*/*/05_*")]):
        sessions[result] = (*result.parent.glob("23_*"), *result.parent.glob("26_*"))
    for result in sorted((WEC / "2025" / "official").glob("*.csv")):
        sessions[result] = (WEC / "2025" / (result.name.partition("__")[0] + ".csv"),)
    if PORSCHE.exists():
        sessions[PORSCHE] = (PORSCHE.with_name("202509271120-race-201-laps_rebuilt.csv"),)
    return sessions


SESSIONS = {result: others for result, others in published().items() if any("lap" in o.name or "23_" in o.name
            or o.parent.parent == WEC for o in others)}  # fmt: skip
LAP_FILES = sorted(
    {others[0] for others in SESSIONS.values()} | set(WEC.glob("*/*.csv")) | set(DATA.glob("formula-e/*.csv"))
)


def of_corpus(paths) -> list:
    return [pytest.param(path, id=path.relative_to(DATA).as_posix()) for path in paths]


@pytest.mark.parametrize("result", of_corpus(SESSIONS))
def test_official_result(result):
    name = result.relative_to(DATA).as_posix()
    session = pr.read(result, *SESSIONS[result])
    official = rows(session.results)
    laps = Counter(session.laps["car"].tolist())
    for row in official:
        assert row["laps"] == laps[row["car"]], row["car"]
    assert {row["car"] for row in official} >= set(laps)
    best = {row["car"]: row for row in rows(session.fastest_laps())}
    for row in official:
        car = row["car"]
        if row["best_lap"] is not None and row["best_lap_number"] is not None:
            assert (best[car]["lap_time"], best[car]["lap"]) == (row["best_lap"], row["best_lap_number"]), car
        elif (name, car) in DELETED:
            assert best[car]["lap_time"] is not None
    assert session.info["kind"] in ("race", "qualifying", "practice", "test")
    if session.info["kind"] == "race":
        check_race(name, session, official)


def check_race(name: str, session: pr.Session, official: list[dict]) -> None:
    """Times differ by the listed penalties and nothing else; with them the order is the official one."""
    classification = {row["car"]: row for row in rows(session.classification())}
    added = {
        row["car"]: (row["total_time"] - classification[row["car"]]["total_time"]) / 1_000_000
        for row in official
        if row["total_time"] is not None and row["total_time"] != classification[row["car"]]["total_time"]
    }
    assert added == PENALTIES.get(name, {})
    finished = [row for row in official if classification.get(row["car"], {}).get("position") is not None]
    moved = MOVED.get(name, set())
    expected = [row["car"] for row in finished if row["position"] is not None and row["car"] not in moved]
    found = sorted(
        (row for row in finished if row["position"] is not None and row["car"] not in moved),
        key=lambda row: (
            -classification[row["car"]]["laps"],
            classification[row["car"]]["total_time"] + added.get(row["car"], 0) * 1_000_000,
        ),
    )
    assert [row["car"] for row in found] == expected
    if not added and not moved:
        places = sorted(finished, key=lambda row: classification[row["car"]]["position"])
        assert [row["car"] for row in places] == expected
        for row in finished:
            mine = classification[row["car"]]
            if row["gap_laps"] is None and row["gap"] is not None:
                assert mine["gap"] == row["gap"], row["car"]


@pytest.mark.parametrize("path", of_corpus(LAP_FILES))
def test_identities_of_stints(path):
    """Laps of stints are the laps, driver stints are driver changes and cars, each pit time is in one visit."""
    session = pr.read(path)
    car, driver = session.laps["car"], session.laps["driver_number"]
    same_car = car[1:] == car[:-1]
    lap_counts = Counter(car.tolist())
    for axis in ("pit", "driver"):
        stints = session.stints(by=axis)
        found: Counter[str] = Counter()
        for name, count in columns(stints, "car", "laps"):
            found[name] += count
        assert found == lap_counts, axis
        for one in rows(stints):
            assert one["laps"] == one["last_lap"] - one["first_lap"] + 1
    changes = int(np.count_nonzero(same_car & (driver[1:] != driver[:-1])))
    assert len(session.stints(by="driver")) == changes + len(lap_counts)
    visits = session.pit_stops()
    published = Counter(pair for pair in columns(session.laps, "car", "pit_lane_time") if pair[1] is not None)
    assert Counter(pair for pair in columns(visits, "car", "pit_lane_time") if pair[1] is not None) == published
    in_pit = Counter(name for name, there in columns(session.laps, "car", "in_pit") if there)
    for name, count in Counter(visits["car"].tolist()).items():
        times = sum(number for (other, _), number in published.items() if other == name)
        assert times <= count <= in_pit[name] + times
    assert set(visits["car"].tolist()) >= set(in_pit)


@pytest.mark.parametrize(
    ("race", "hours"),
    [
        ("2021/14-lime-rock-park/202107171510-race", -4),
        ("2021/17-weathertech-raceway-laguna-seca/202109121310-race", -7),
        ("2022/01-roar-before-the-24/202201231405-race", -5),
        ("2022/11-watkins-glen-international/202206261040-race", -4),
    ],
)
def test_local_time_of_the_weather(race, hours):
    """Summer and winter time of the East, summer time of the West. Lime Rock 2021 was broken off 45 minutes early."""
    files = sorted((IMSA / race).parent.glob(f"{Path(race).name}-[lw]*.csv"))
    if len(files) != 2:
        pytest.skip("laps and weather of this race are not here")
    assert pr.read(*files).info["utc_offset"] == timedelta(hours=hours)


def test_pit_crossings_and_pit_times_of_23_races():
    """`B` less the `B` of last laps is close to the number of pit times, not equal: 10 of the 23 races differ."""
    races = sorted(path for path in LAP_FILES if path.name.endswith("race-laps.csv") and IMSA in path.parents)
    if len(races) != 23:
        pytest.skip("not all of the IMSA races of 2021 and 2022 are here")
    differences = []
    for path in races:
        laps = pr.read(path).laps
        car, in_pit = laps["car"], laps["in_pit"]
        last = np.append(car[1:] != car[:-1], True)
        times = int(np.count_nonzero(~np.isnat(laps["pit_lane_time"])))
        differences.append(int(np.count_nonzero(in_pit & ~last)) - times)
    assert sum(difference != 0 for difference in differences) == 10
    assert (min(differences), max(differences)) == (-10, 2)

"""Official results of whole seasons from the laps, and the decisions that lie between them.

Each test reads laps alone, classifies them under the rules, asks `decisions_between` what the stewards did, and
classifies again with that. The decisions are listed here: they are all that is given beside laps and rules.
"""

from __future__ import annotations

import csv
import json

import pytest

import pyracing as pr
from answers import columns
from lap_files import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")

RESULT = ("car", "position", "class_position", "status", "laps", "total_time")


def found_between(provisional: pr.Table, official) -> list[tuple]:
    """The decisions found, without their reasons."""
    table = pr.decisions_between(provisional, official)
    return [tuple(value for value in row[:-1] if value is not None) for row in table]


# ---- IMSA ------------------------------------------------------------------------------------------------------------

IMSA = {
    "2021/12-6h---watkins-glen-international": [("time_penalty", "48", 35.0)],
    "2021/22-road-atlanta": [("time_penalty", "52", 37.0)],
    "2022/08-mid-ohio-sports-car-course": [("time_penalty", "74", 29.0)],
    "2022/11-watkins-glen-international": [
        ("rear_of_class", car) for car in ("25", "32", "57", "42", "1", "99", "59", "12", "36")
    ],
    "2022/15-lime-rock-park": [("time_penalty", "79", 23.0)],
    "2022/19-road-atlanta": [("rear_of_class", "62"), ("time_penalty", "5", 97.0)],
}  # in the other seventeen races of these seasons nothing was decided
IMSA_RACES = sorted(
    path.relative_to(CORPUS / "imsa").as_posix() for path in (CORPUS / "imsa").glob("202[12]/*/*race-laps.csv")
)


@pytest.mark.parametrize("name", IMSA_RACES)
def test_imsa(name: str):
    path = CORPUS / "imsa" / name
    laps = pr.read(path)
    official = pr.read(path, path.with_name(path.name.replace("-laps", "-results"))).results
    rules = f"imsa-{name[:4]}"
    decisions = pr.decisions_between(laps.classification(rules=rules), official)
    assert [tuple(value for value in row[:-1] if value is not None) for row in decisions] == IMSA.get(
        name.rpartition("/")[0], []
    )
    started = {row.car for row in laps.entries}
    expected = [row for row in columns(official, *RESULT) if row[0] in started]
    assert columns(laps.classification(rules=rules, decisions=decisions), *RESULT) == expected


# ---- GR Cup ----------------------------------------------------------------------------------------------------------

GRCUP = {
    ("indianapolis", 1): [("time_penalty", "72", 68.0)],
    ("indianapolis", 2): [],
    ("barber", 1): [],
    ("barber", 2): [],
    ("VIR", 1): [("time_penalty", "113", 30.0), ("time_penalty", "98", 30.0), ("time_penalty", "89", 30.0)],
    ("VIR", 2): [("time_penalty", "7", 30.0), ("time_penalty", "80", 30.0)],
}
GRCUP_FROM_LAPS = {
    ("indianapolis", 1): [("time_penalty", "22", 5.0), ("time_penalty", "8", 68.0), ("time_penalty", "72", 68.0)],
    ("indianapolis", 2): [("time_penalty", "22", 5.0), ("time_penalty", "03", 68.0), ("time_penalty", "5", 68.0)],
    ("VIR", 1): [
        ("time_penalty", "113", 30.0), ("time_penalty", "51", 30.0), ("time_penalty", "98", 30.0),
        ("time_penalty", "89", 30.0),
    ],
    # Cars 21 and 31 have no lap; the official result has them as classified after no laps.
    ("VIR", 2): [
        ("time_penalty", "2", 5.0), ("time_penalty", "7", 30.0), ("time_penalty", "80", 30.0),
        ("unexplained", "21"), ("unexplained", "31"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("place", "number"), GRCUP)
def test_gr_cup(place: str, number: int):
    """The provisional result holds the penalties given before it was published."""
    race = pr.read(CORPUS / "grcup" / place / f"Race {number}", session=f"Race {number}")
    assert found_between(race.provisional, race.results) == GRCUP[place, number]
    plain = race.classification(rules="grcup")
    assert found_between(plain, race.results) == GRCUP_FROM_LAPS.get((place, number), [])
    decisions = pr.decisions_between(plain, race.results)
    shown = ("car", "laps", "total_time")
    decided = race.classification(rules="grcup", decisions=decisions)
    assert columns(decided, *shown) == columns(race.results, *shown)


# ---- WEC -------------------------------------------------------------------------------------------------------------

WEC = {
    "qatar_1812km": [("retire", car) for car in ("007", "77", "61", "81", "87")],
    "spa_6h": [("retire", car) for car in ("20", "94", "95", "87", "31", "99")],
    "cota_6h": [
        ("time_penalty", "5", 5.0), ("time_penalty", "15", 45.0), ("time_penalty", "36", 5.0),
        ("time_penalty", "54", 5.0), ("time_penalty", "88", 10.0), ("time_penalty", "31", 45.0),
        ("time_penalty", "78", 45.0), ("time_penalty", "61", 45.0), ("retire", "85"), ("retire", "009"),
        ("retire", "007"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WEC)
def test_wec_2025(name: str):
    """Positions are those of classified cars; the publication also numbers the others."""
    path = CORPUS / "wec" / "2025" / f"{name}.csv"
    (results,) = (path.parent / "official").glob(f"{name}__*.csv")
    official = pr.read(path, results).results
    laps = pr.read(path)
    decisions = pr.decisions_between(laps.classification(rules="wec"), official)
    assert found_between(laps.classification(rules="wec"), official) == WEC[name]
    decided = laps.classification(rules="wec", decisions=decisions)
    shown = ("car", "status", "laps", "total_time")
    assert columns(decided, *shown) == columns(official, *shown)
    classified = decided["status"] == "classified"
    assert columns(decided[classified], *RESULT) == columns(official[: int(classified.sum())], *RESULT)


# ---- Le Mans ---------------------------------------------------------------------------------------------------------


def test_le_mans_2019():
    """From lap times alone, with the four notes of the stewards; retirements are then given as decisions."""
    with (CORPUS / "lemans" / "lemans_final_classification.csv").open(encoding="utf-8") as file:
        final = [row for row in csv.DictReader(file) if row["year"] == "2019"]
    with (CORPUS / "lemans" / "lemans_laps_2019.csv").open(encoding="utf-8") as file:
        laps = [(row["car"], int(row["car_lap"]), row["lap_time_s"]) for row in csv.DictReader(file)]
    entries = {"car": [row["car"] for row in final], "class": [row["class"] for row in final]}
    race = pr.from_laps(
        dict(zip(("car", "lap", "lap_time"), zip(*laps, strict=True), strict=True)),
        entries=entries,
        kind="race",
        duration="24h",
    )
    notes = [
        pr.lap_penalty("54", 4, 3 * 60 + 8.820, "decision 113"), pr.time_penalty("57", 98.901, "decision 114"),
        pr.disqualify("68", "decision 121"), pr.disqualify("85", "decision 123"),
    ]  # fmt: skip
    official = {
        **entries,
        "status": [row["status"] for row in final],
        "laps": [int(row["laps"]) for row in final],
        "total_time": [row["total_time_s"] for row in final],
    }
    found = found_between(race.classification(rules="lemans24h-2019", decisions=notes), official)
    assert {kind for kind, _ in found} == {"retire"} and len(found) == 11
    retired = [pr.retire(car) for _, car in found]
    decided = race.classification(rules="lemans24h-2019", decisions=[*notes, *retired])
    assert list(decided["car"]) == entries["car"]
    assert found_between(decided, official) == []  # laps and total time to the millisecond, statuses and order
    assert [row.position for row in decided] == [*range(1, 48), *[None] * 14]


# ---- Formula 1 -------------------------------------------------------------------------------------------------------

F1 = {
    "2024_10": [("time_penalty", "27", 5.0), ("time_penalty", "22", 5.0)],
    "2025_10": [("time_penalty", "4", 5.0), ("retire", "30"), ("retire", "23")],
    "2025_11": [("time_penalty", "43", 5.0), ("retire", "23")],
    "2025_22": [
        ("time_penalty", "12", 5.0), ("retire", "23"), ("retire", "5"), ("disqualify", "4"), ("disqualify", "81")
    ],
    "2026_1": [("retire", car) for car in ("18", "14", "77", "6")],
}  # fmt: skip
F1_STATUS = {20: "DSQ", 30: "DNS"}


@pytest.mark.parametrize("name", F1)
def test_formula_1(name: str):
    """The FIA's classifications from lap times. Canada 2025: a car that retired after 90 % is classified. The lap times
    of Monaco 2024 (2024_8) end 17 laps before the race did."""
    times = [
        (str(entry["foreign_keys"]["car_number"]), lap["number"], lap["time"]["milliseconds"] / 1000)
        for entry in json.loads((CORPUS / "f1" / f"{name}_race_lap_times.json").read_text())
        for lap in entry["objects"]
        if lap.get("time")
    ]
    race = pr.from_laps(dict(zip(("car", "lap", "lap_time"), zip(*times, strict=True), strict=True)), kind="race")
    rows = [
        (str(entry["foreign_keys"]["car_number"]), entry["objects"][0])
        for entry in json.loads((CORPUS / "f1" / f"{name}_race_classification.json").read_text())
    ]
    rows = sorted((row for row in rows if row[0] in race.cars), key=lambda row: row[1]["position"])
    official = {
        "car": [car for car, _ in rows],
        "status": [
            F1_STATUS.get(row["status"], "classified" if row["is_classified"] else "RET") for _, row in rows
        ],
        "laps": [row.get("laps_completed") for _, row in rows],
        "total_time": [row["time"]["milliseconds"] / 1000 if row.get("time") else None for _, row in rows],
    }
    rules = f"f1-{name[:4]}"
    decisions = pr.decisions_between(race.classification(rules=rules), official)
    assert found_between(race.classification(rules=rules), official) == F1[name]
    decided = race.classification(rules=rules, decisions=decisions)
    assert list(decided["car"]) == official["car"]
    assert found_between(decided, official) == []

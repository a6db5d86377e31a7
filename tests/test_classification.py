"""Who finished where: worked examples, and the published results of whole series."""

from pathlib import Path

import pytest

import pyracing as pr
from answers import columns, rows
from lap_files import CORPUS
from race_files import race_file, seconds

published = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
ORDER = ("car", "position", "class_position", "status", "laps")

RACE = """
    1 P2 | Ann 1:40 1:30 1:30 1:31
    2 GT | Bo 1:45 1:40 1:45
    3 P2 | Cy 1:40 1:30 1:32 1:33
    4 GT | Di 1:44 1:40 1:44
    5 P2 | Ed 1:39 1:29 1:28!
"""


def race(text: str = RACE, **options) -> pr.Session:
    return pr.read(race_file(text), **{"kind": "race", **options})


def test_laps_then_time():
    assert columns(race().classification(), *ORDER, "total_time") == [
        ("1", 1, 1, "classified", 4, seconds("6:11")),
        ("3", 2, 2, "classified", 4, seconds("6:15")),
        ("4", 3, 1, "classified", 3, seconds("5:08")),
        ("2", 4, 2, "classified", 3, seconds("5:10")),
        ("5", None, None, "not_classified", 3, seconds("4:36")),
    ]


def test_gaps_and_intervals():
    assert columns(race().classification(), "car", "gap", "gap_laps", "interval", "interval_laps") == [
        ("1", 0, 0, None, None),
        ("3", seconds("4"), 0, seconds("4"), 0),
        ("4", None, 1, None, 1),
        ("2", None, 1, seconds("2"), 0),
        ("5", None, 1, None, 0),  # not classified, and quicker than car 2
    ]


def test_entry_and_what_is_not_decided():
    row = rows(race().classification())[0]
    assert (row["class"], row["team"], row["drivers"]) == ("P2", "Team 1", "Ann")
    assert (row["penalty_time"], row["penalty_laps"], row["decisions"]) == (0, 0, None)
    assert list(row) == [
        "car", "class", "position", "class_position", "team", "drivers", "status", "laps", "total_time", "gap",
        "gap_laps", "interval", "interval_laps", "best_lap", "best_lap_number", "penalty_time", "penalty_laps",
        "decisions",
    ]  # fmt: skip


def test_without_a_chequered_flag_every_starter_is_classified():
    flagless = "\n".join(line + "!GF" * (line[-1:].isdigit()) for line in RACE.splitlines())
    assert columns(race(flagless).classification(), "car", "status") == [(car, "classified") for car in "13542"]


def test_the_last_lap_as_well_timed():
    """Equal laps and total time: who completed the lap before first stands before; then the car as text."""
    table = race("7 | Ann 1:40 1:31 1:29\n8 | Bo 1:41 1:29 1:30\n10 | Cy 1:40 1:31 1:29").classification()
    assert columns(table, "car", "gap") == [("8", 0), ("10", 0), ("7", 0)]


def test_best_lap_is_the_last_mark():
    """A quicker lap without a mark was deleted; without any mark in the session the quickest flying lap counts."""
    text = "1 | Ann 1:40 1:30* 1:28 1:29.5* 1:31\n2 | Bo 1:40 1:30 1:29 1:31"
    assert columns(race(text).classification(), "car", "best_lap", "best_lap_number") == [
        ("2", None, None), ("1", seconds("1:29.5"), 4)
    ][::-1]  # fmt: skip
    assert columns(race(text.replace("*", "")).classification(), "best_lap", "best_lap_number") == [
        (seconds("1:28"), 3), (seconds("1:29"), 3)
    ]  # fmt: skip


def test_a_missing_row_takes_no_lap_away():
    """A car is on the lap that its last row counts, whatever rows are missing before."""
    session = pr.read(race_file(RACE, leave_out=(("1", 2),)), kind="race")
    assert columns(session.classification(), "car", "laps", "gap")[:2] == [("1", 4, 0), ("3", 4, seconds("4"))]


def test_practice_is_decided_by_the_best_lap():
    """Cars 3 and 4 are as quick, car 4 was first; cars without a lap that counts follow as text."""
    text = """
        10 P2 | Ann 1:50B
        2 P2 | Bo 1:50 1:30 1:29
        3 GT | Cy 1:50 1:40 1:38
        4 GT | Di 1:45 1:38 1:39
        5 GT | Ed 1:45 1:44B
    """
    for kind in ("practice", "qualifying", "test"):
        table = race(text, kind=kind).classification()
        assert columns(table, *ORDER, "total_time", "gap", "gap_laps", "interval") == [
            ("2", 1, 1, "classified", 3, None, 0, None, None),
            ("4", 2, 1, "classified", 3, None, seconds("9"), None, seconds("9")),
            ("3", 3, 2, "classified", 3, None, seconds("9"), None, 0),
            ("10", None, None, "not_classified", 1, None, None, None, None),
            ("5", None, None, "not_classified", 2, None, None, None, None),
        ]


RESULTS = b"""POSITION;NUMBER;STATUS;LAPS;TOTAL_TIME;GAP_FIRST;GAP_PREVIOUS;FL_LAPNUM;FL_TIME;FL_KPH;TEAM;CLASS
1;1;Classified;4;6:11.000;-;-;2;1:30.000;;Team 1;P2
2;3;Classified;4;6:15.000;+4.000;+4.000;2;1:30.000;;Team 3;P2
3;4;Classified;3;5:08.000;1 Lap;1 Lap;2;1:40.000;;Team 4;GT
4;2;Classified;3;5:10.000;1 Lap;+2.000;2;1:40.000;;Team 2;GT
;5;Retired;3;4:36.000;1 Lap;;2;1:29.000;;Team 5;P2
;6;Not started;0;;;;;;;Team 6;P2
"""


def test_the_published_result_tells_retired_cars_and_those_that_never_started():
    table = pr.read(race_file(RACE), RESULTS, kind="race").classification()
    assert columns(table, *ORDER, "gap_laps", "interval_laps", "total_time")[4:] == [
        ("5", None, None, "retired", 3, 1, 0, seconds("4:36")),
        ("6", None, None, "not_started", 0, 4, 3, None),
    ]


def test_a_class_seen_alone():
    """Positions are those among the cars selected; the flag is looked for in the whole field."""
    assert columns(race().select(classes="GT").classification(), *ORDER, "gap") == [
        ("4", 1, 1, "classified", 3, 0), ("2", 2, 2, "classified", 3, seconds("2"))
    ]  # fmt: skip
    assert columns(race().select(cars="5").classification(), *ORDER) == [("5", None, None, "not_classified", 3)]


def test_refusals():
    for narrowed in (race().select(drivers="Ann"), race().select(laps=(1, 2)), race().select(flags="green")):
        with pytest.raises(ValueError, match="narrowed"):
            narrowed.classification()
        with pytest.raises(ValueError, match="narrowed"):
            narrowed.select(cars="1").classification()
    with pytest.raises(ValueError, match="no laps"):
        pr.read(RESULTS, kind="race").classification()


# ---- Published results ----


def races() -> list[tuple[Path, Path]]:
    """Laps and result of the races of IMSA 2021-22, WEC 2025 and the GR Cup."""
    pairs = [
        (path, path.with_name(path.name.replace("-laps", "-results")))
        for path in CORPUS.glob("imsa/*/*/*race-laps.csv")
    ]
    for path in (CORPUS / "wec/2025").glob("*.csv"):
        pairs += [(path, result) for result in (CORPUS / "wec/2025/official").glob(f"{path.stem}__*")]
    for folder in CORPUS.glob("grcup/*/Race *"):
        laps = next(path for path in folder.iterdir() if path.name.startswith("23_"))
        results = sorted(path for path in folder.iterdir() if path.name.startswith("03_"))
        pairs += [(laps, path) for path in results if "Official" in path.name or len(results) == 1][:1]
    return sorted(pairs)


def name_of(pair: tuple[Path, Path]) -> str:
    return str(pair[0].relative_to(CORPUS))


# What the stewards decided after these races: seconds added to a total time.
ADDED = {
    "grcup/VIR/Race 1": {"51": 30},
    "grcup/VIR/Race 2": {"2": 5, "7": 30, "80": 30},
    "grcup/indianapolis/Race 1": {"22": 5, "8": 68, "72": 68},
    "grcup/indianapolis/Race 2": {"03": 68, "22": 5, "5": 68},
    "imsa/2021/12-6h---watkins-glen-international": {"48": 35},
    "imsa/2021/22-road-atlanta": {"52": 37},
    "imsa/2022/08-mid-ohio-sports-car-course": {"74": 29},
    "imsa/2022/15-lime-rock-park": {"79": 23},
    "imsa/2022/19-road-atlanta": {"5": 97},
    "wec/2025/cota_6h.csv": {"5": 5, "15": 45, "36": 5, "54": 5, "31": 45, "88": 10, "78": 45, "61": 45},
}
# Cars moved to another place without a change of laps or time: to the rear of their class, or of all.
MOVED = {
    "imsa/2022/11-watkins-glen-international": {"1", "12", "25", "32", "36", "42", "57", "59", "99"},
    "imsa/2022/19-road-atlanta": {"62"},
    "wec/2025/spa_6h.csv": {"83"},
}


@published
@pytest.mark.parametrize("pair", races(), ids=name_of)
def test_published_results(pair):
    """Laps, total time and best lap of every car, and the order, all but for what the stewards decided."""
    session = pr.read(*pair)
    own, official = rows(session.classification()), {row["car"]: row for row in rows(session.results)}
    assert {row["car"] for row in own} == set(official)
    seconds_added = {}
    for row in own:
        result = official[row["car"]]
        assert (row["laps"], row["best_lap"]) == (result["laps"], result["best_lap"])
        if row["laps"] and row["total_time"] != result["total_time"]:
            seconds_added[row["car"]] = (result["total_time"] - row["total_time"]) / 1_000_000
    event = (
        name_of(pair) if name_of(pair) in ADDED or name_of(pair) in MOVED else str(pair[0].parent.relative_to(CORPUS))
    )
    assert seconds_added == ADDED.get(event, {})
    moved = MOVED.get(event, set())
    ran = [car for car, row in official.items() if row["laps"] and row["status"] == "classified" and car not in moved]
    by_laps = sorted(own, key=lambda row: (-row["laps"], official[row["car"]]["total_time"] or 0))
    assert [row["car"] for row in by_laps if row["car"] in ran] == ran
    if not seconds_added:
        assert [row["car"] for row in own if row["status"] == "classified" and row["car"] in ran] == [
            car for car in ran if {row["car"]: row["status"] for row in own}[car] == "classified"
        ]


@published
@pytest.mark.parametrize(("name", "too_slow"), [("qatar_1812km", {"60"}), ("spa_6h", set()), ("cota_6h", set())])
def test_statuses_of_the_wec(name, too_slow):
    """Who took the flag and who did not; who retired says the result. The rules ask for 70 % of the distance too."""
    laps, result = next(pair for pair in races() if pair[0].stem == name)
    session = pr.read(laps, result)
    official = dict(columns(session.results, "car", "status"))
    table = rows(session.classification())
    assert {row["car"] for row in table if row["status"] != official[row["car"]]} == too_slow
    assert {
        row["car"] for row in table if row["status"] == "classified" and row["laps"] < 0.7 * table[0]["laps"]
    } == too_slow


@published
def test_practice_as_published():
    """The order of those with a time, and their gaps, but for cars whose times were deleted afterwards."""
    deleted = {
        "202107011740-qualifying---gtd-position": {"19"},
        "202109111305-qualifying---gtd-position": {"23"},
        "202109111330-qualifying---gtd-points-gtlm": {"23"},
    }
    checked = 0
    for path in sorted(CORPUS.glob("imsa/*/*/*-laps.csv")):
        results = path.with_name(path.name.replace("-laps", "-results"))
        if "race-laps" in path.name or not results.exists() or not results.read_bytes()[3:].startswith(b"POS,"):
            continue
        session = pr.read(path, results)
        out = deleted.get(path.name.removesuffix("-laps.csv"), set())
        official = [
            row for row in columns(session.results, "car", "best_lap", "best_lap_number", "gap") if row[1] is not None
        ]
        own = [
            row
            for row in columns(session.classification(), "car", "best_lap", "best_lap_number", "gap")
            if row[1] is not None
        ]
        assert [row[:3] for row in own if row[0] not in out] == [row[:3] for row in official], path
        if not out:
            assert [row[3] for row in own[1:]] == [row[3] for row in official[1:]], path
        checked += 1
    assert checked > 100

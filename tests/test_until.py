"""The race as if the flag had fallen at an instant: the lens, and the table of all full hours."""

from __future__ import annotations

import pickle
from statistics import median

import numpy as np
import pytest

import pyracing as pr
from answers import columns, rows
from lap_files import CORPUS
from race_files import race_file, seconds
from slow_questions import counted

published = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")

# Race times of the crossings: car 1 at 100, 190, 280, 370; car 2 at 102, 200, 390 (stops), car 3 at 95, 185 (retires),
# car 4 at 110, 215, 320, 425. Car 5 is half an hour in the garage.
RACE = """
    1 P2 | Ann 1:40 1:30 1:30 1:30
    2 GT | Bo 1:42 1:38B | Bob 3:10/90
    3 P2 | Cy 1:35 1:30!
    4 GT | Di 1:50 1:45 1:45 1:45
    5 GT | Ed 1:45 1:40B 30:00/1700 1:40
"""


FLAG_REQUIRED = pr.rules({"flag_required": True})


def small(text: str = RACE, **options) -> pr.Session:
    return pr.read(race_file(text), **{"kind": "race", "start": "14:00", **options})


def laps_of(session: pr.Session) -> dict[str, int]:
    return dict(columns(session.entries, "car", "laps"))


def test_the_leader_then_every_car_crosses_once_more():
    """At 186 s car 1 leads: it ends its second lap at 190, the third one at 280. Car 3 had ended two by then."""
    cut = small().until(186)
    assert laps_of(cut) == {"1": 3, "2": 3, "3": 2, "4": 3, "5": 2}
    assert columns(cut.classification(), "car", "position", "status", "laps", "total_time") == [
        ("1", 1, "classified", 3, seconds("280")),
        ("4", 2, "classified", 3, seconds("320")),
        ("2", 3, "classified", 3, seconds("390")),
        ("5", 4, "classified", 2, seconds("205")),
        ("3", None, "not_classified", 2, seconds("185")),
    ]
    assert columns(cut.classification(rules=FLAG_REQUIRED), "car", "status")[3:] == [
        ("3", "not_classified"), ("5", "not_classified"),
    ]  # fmt: skip
    everybody = pr.rules({"flag_required": False})
    assert {status for (status,) in columns(cut.classification(rules=everybody), "status")} == {"classified"}
    assert columns(cut.entries, "car", "running") == [("1", True), ("2", True), ("3", False), ("4", True), ("5", True)]
    assert columns(cut.classification(decisions=[pr.retire("5")]), "status")[3:] == [("not_classified",), ("retired",)]
    assert columns(cut.retirements(), "car") == [("3",)]


def test_the_flag_is_the_leaders():
    """At 150 s nobody has ended lap 2; car 3 does so first, at 185, and finishes there. From then on cars 1 (190), 2
    (200), 4 (215) and 5 (205) finish."""
    cut = small().until("2:30")
    assert columns(cut.classification(), "car", "laps", "total_time") == [
        ("3", 2, seconds("185")), ("1", 2, seconds("190")), ("2", 2, seconds("200")), ("5", 2, seconds("205")),
        ("4", 2, seconds("215")),
    ]  # fmt: skip
    assert columns(cut.laps, "car", "lap", "flag") == [
        (car, lap, "chequered" if lap == 2 else "green") for car in "12345" for lap in (1, 2)
    ]
    assert cut.info["duration"].total_seconds() == 150


def test_a_lap_to_the_flag_that_takes_too_long():
    """Car 5 comes out of its garage half an hour later; the rules may give it that long."""
    assert laps_of(small().until("lap 3"))["5"] == 2
    patient = pr.rules({"last_lap": {"limits": [["10m", 0], ["40m", 1]]}})
    cut = small().until("lap 3", rules=patient)
    assert laps_of(cut)["5"] == 3
    row = next(row for row in rows(cut.classification(rules=patient)) if row["car"] == "5")
    assert (row["laps"], row["penalty_laps"], row["decisions"]) == (3, 0, None), "the pit lane is not of the last lap"


def test_instants_of_every_kind():
    """Car 5 is alone at the end, with its fourth lap at 2105 s; car 1 was the first to end it, at 370."""
    assert small().until("-90s") == small().until(280) == small().until("lap 3") == small().until(clock="14:04:40")
    assert small().until("50%") == small().until(185)


def test_what_else_is_until_then(simulation):
    whole = simulation.session
    cut = whole.until("1h")
    assert len(cut.results) == len(cut.provisional) == 0 < len(whole.results)
    last = max(clock for (clock,) in columns(cut.laps, "clock"))
    assert [row for row in rows(whole.weather) if row["clock"] <= last] == rows(cut.weather)
    assert len(whole.weather) > len(cut.weather) > 50
    assert rows(cut.crew) == rows(whole.crew)
    assert cut.info["files"] == whole.info["files"]


def test_sections_go_with_their_laps():
    data = b"NUMBER;LAP_NUMBER;LAP_TIME;ELAPSED;A_time;A_elapsed\n1;1;90;90;30;30\n1;2;91;181;31;31\n1;3;91;272;32;32\n"
    assert columns(pr.read(data, kind="race").until(100).sections, "lap", "time") == [(1, 30_000_000), (2, 31_000_000)]


def test_until_the_end_is_the_race(race):
    assert race.until("100%") == race
    assert race.until(race.info["duration"] or "2h") == race
    assert race.until("-0.001s").results == race.results


def test_lenses_compose(race):
    for instant in ("30m", "1h10m"):
        early, late = race.until(instant).select(classes="LMGT3"), race.select(classes="LMGT3").until(instant)
        assert early == late
        assert early.classification() == late.classification()
        assert early.crossings() == late.crossings(), "the field of both ends at that instant"
    driver = race.drivers[0]
    assert race.select(drivers=driver).until("1h") == race.until("1h").select(drivers=driver)
    assert race.until("1h30m").until("1h") == race.until("1h")


def test_pickles(race):
    for cut in (race.until("1h"), race.select(cars=race.cars[:3]).until("1h"), race.until("1h").select(laps=(1, 9))):
        again = pickle.loads(pickle.dumps(cut))
        assert again == cut and again.laps == cut.laps
        assert again.crossings() == cut.crossings()


# ---- Told slowly ----


def slow_cut(laps: list[dict], at: int) -> tuple[dict, dict, dict, set]:
    """By car: the laps that stay, whether it takes that flag, whether it is running, and the numbers of its laps that
    are marked. The laps have times and race times without gaps."""
    cars = {car: [lap for lap in laps if lap["car"] == car] for car in sorted({lap["car"] for lap in laps})}
    medians = {car: median(lap["lap_time"] for lap in own) for car, own in cars.items()}
    led, leader, flag = 0, "", None
    for lap in sorted(laps, key=lambda lap: (lap["elapsed"], -lap["lap"])):
        if flag is None and lap["lap"] > led:
            led = lap["lap"]
            if lap["elapsed"] >= at:
                leader, flag, stretch = lap["car"], lap["elapsed"], max(1, lap["lap_time"] / medians[lap["car"]])
    counts = {id(lap) for lap, own in zip(laps, counted(laps), strict=True) if "lap" in own}
    kept, took, running, best = {}, {}, {}, {}
    for car, own in cars.items():
        done = [lap for lap in own if flag is None or lap["elapsed"] < flag]
        coming = own[len(done) : len(done) + 1]
        took[car] = bool(coming) and (car == leader or coming[0]["lap_time"] <= 2 * medians[car] * stretch)
        running[car] = bool(coming)
        kept[car] = done + (coming if took[car] else [])
        quick = [lap for lap in kept[car] if id(lap) in counts]
        best[car] = min(quick, key=lambda lap: (lap["lap_time"], not lap["improvement"], lap["elapsed"]), default=None)
    return kept, took, running, {(car, lap["lap"]) for car, lap in best.items() if lap is not None}


@published
@pytest.mark.parametrize("name", ["wec/2024/le_mans_24h.csv", "wec/2025/cota_6h.csv"])
def test_what_stays_told_slowly(name):
    """Behind the safety car at night, too: the flag, who runs on, and the best laps so far as they would be marked."""
    session = pr.read(CORPUS / name)
    laps = rows(session.laps)
    for share in (0.02, 0.25, 0.5, 0.8):
        at = int(share * max(lap["elapsed"] for lap in laps))
        cut = session.until(at / 1e6)
        kept, took, running, marked = slow_cut(laps, at)
        own = rows(cut.laps)
        assert [(lap["car"], lap["lap"]) for lap in own] == [(car, lap["lap"]) for car in kept for lap in kept[car]]
        assert {lap["car"] for lap in own if lap["flag"] == "chequered"} == {car for car in took if took[car]}
        assert dict(columns(cut.entries, "car", "running")) == running
        assert {(lap["car"], lap["lap"]) for lap in own if lap["improvement"]} == marked
        quickest = min(own, key=lambda lap: (not lap["improvement"], lap["lap_time"]))
        assert [lap["car"] for lap in own if lap["improvement"] == "session_best"] == [quickest["car"]]
        classified = {car for car, status in columns(cut.classification(), "car", "status") if status == "classified"}
        assert classified == {car for car in running if running[car] and kept[car]}
    hours = rows(session.hourly())
    assert all(row["best_lap"] for row in hours if row["laps"] > 2)


def test_the_limit_is_stretched_by_the_leaders_lap():
    """Behind a safety car the leader's lap of 200 s is twice as long as its others: 400 s are within four times the
    median of 110 s, 500 s are not; a car alone so slow has no more than twice its median."""
    race = """
        1 P2 | Ann 1:40 1:40 3:20 1:40 1:40
        2 GT | Bo 1:50 1:50 6:40 1:50 1:50
        3 GT | Cy 1:50 1:50 8:20 1:50 1:50
    """
    behind_the_safety_car = small(race).until(201)
    assert laps_of(behind_the_safety_car) == {"1": 3, "2": 3, "3": 2}
    assert columns(behind_the_safety_car.classification(), "car", "status") == [(car, "classified") for car in "123"]
    assert laps_of(small(race.replace("3:20", "1:40")).until(201)) == {"1": 3, "2": 2, "3": 2}
    limits = pr.rules({"last_lap": {"limits": [["2m", 0]]}})
    assert laps_of(small(race).until(201, rules=limits)) == {"1": 3, "2": 2, "3": 2}, "the leader always finishes"
    for limit, laps in (("6:39.999", 2), ("6:40", 3)):
        limits = pr.rules({"last_lap": {"limits": [[limit, 0]]}})
        assert laps_of(small(race).until(201, rules=limits)) == {"1": 3, "2": laps, "3": 2}


def test_a_lapped_car_that_crosses_with_the_leader_is_not_the_leader():
    """Bo ends lap 2 at the instant at which the flag falls for Ann, after 4:10, five times his median."""
    race = "1 P2 | Ann 1:40 1:40 1:40 1:40\n2 GT | Bo 0:50 4:10 0:50 0:50"
    assert laps_of(small(race).until(201)) == {"1": 3, "2": 1}


def test_a_lap_to_the_flag_that_was_shown_takes_no_too_long():
    """Cy came to the flag of the race itself, after 8:20."""
    race = "1 P2 | Ann 1:40 1:40 1:40 1:40\n3 GT | Cy 1:50 1:50 8:20!FF"
    assert laps_of(small(race).until(201)) == {"1": 3, "3": 3}
    assert laps_of(small(race.replace("!FF", "!GF")).until(201)) == {"1": 3, "3": 2}


def test_the_best_laps_of_a_car_are_those_that_count_in_the_whole_race():
    """The quickest lap is deleted without a word: the mark stands on a slower one."""
    race = small("1 | Ann 1:45 1:32 1:30 1:35 1:31\n2 | Bo 1:46 1:40 1:39 1:41 1:42")
    laps = {name: race.laps[name] for name in ("car", "lap", "lap_time", "elapsed")}
    marked = {("1", 5): "session_best", ("2", 3): "car_best"}
    made = [marked.get(one) for one in columns(race.laps, "car", "lap")]
    whole = pr.from_laps({**laps, "improvement": np.array(made, dtype=object)}, kind="race")
    cut = whole.until(300)
    assert [one for one in columns(cut.laps, "car", "lap", "improvement") if one[2]] == [
        ("1", 2, "session_best"), ("2", 3, "car_best"),
    ]  # fmt: skip
    assert columns(cut.fastest_laps(), "car", "lap") == [("1", 2), ("2", 3)]
    assert cut.select(cars="2") == whole.select(cars="2").until(300)
    assert whole.until(100).until(100) == whole.until(400).until(100)
    assert {mark for (mark,) in columns(race.until(300).laps, "improvement")} == {None}, "not where nothing is marked"


def test_the_best_lap_of_all_so_far_is_marked_as_such():
    """Car 2 was the quickest already before the lap that is cut off."""
    marks = [None, "car_best", None, None, None, "session_best", None, "session_best"]
    times = [100, 95, 96, 97, 101, 94, 96.5, 90]
    race = pr.from_laps({"car": [*"11112222"], "lap_time": times, "improvement": marks}, kind="race")
    laps = columns(race.until(200).laps, "car", "lap", "improvement")
    assert laps == [
        ("1", 1, None), ("1", 2, "car_best"), ("1", 3, None), ("2", 1, None), ("2", 2, "session_best"), ("2", 3, None),
    ]  # fmt: skip


def test_practice_ends_for_every_car_with_its_next_crossing():
    cut = small(kind="practice").until(186)
    assert laps_of(cut) == {"1": 2, "2": 2, "3": 2, "4": 2, "5": 2}


def test_instants_outside(race):
    for at in ("-1000h", 10**6, "12h"):
        with pytest.raises(ValueError, match="outside the session"):
            race.until(at)
    with pytest.raises(ValueError, match="outside the session"):
        race._core.until(-1)
    with pytest.raises(ValueError, match="no lap 9999"):
        race.until("lap 9999")
    with pytest.raises(ValueError, match="at='16h', or as time of day"):
        race.until()


# ---- Hours ----


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hours_as_the_simulator_knows_them(seed):
    """Laps and time of every car as if the flag had fallen at each hour, from its own state; who is classified took the
    flag, or crosses again later where the rules do not ask for more, and stands in the order of laps and time."""
    simulation = pr.simulate(seed=seed, hours=6, cars=30)
    table = rows(simulation.session.hourly())
    strict = {(row["hour"], row["car"]): row["status"] for row in rows(simulation.session.hourly(rules=FLAG_REQUIRED))}
    assert {row["hour"] for row in table} == set(simulation.truth.if_flagged) == set(range(1, 7))
    stopped = 0
    for hour, truth in simulation.truth.if_flagged.items():
        own = {row["car"]: row for row in table if row["hour"] == hour}
        for standing in truth:
            row = own[standing.car]
            total = standing.total_time and round(standing.total_time.total_seconds() * 1e6)
            assert (row["laps"], row["total_time"]) == (standing.laps, total), (hour, standing)
            assert (row["status"] == "classified") == standing.running, (hour, standing)
            took_flag = strict[hour, standing.car] == "classified"
            assert took_flag == (standing.where in ("track", "pit_lane")), (hour, standing)
            stopped += not took_flag
        running = [standing.car for standing in truth if own[standing.car]["status"] == "classified"]
        assert [row["car"] for row in own.values() if row["status"] == "classified"] == running
    assert stopped > 6


def without_retirements(table: list[dict]) -> list[dict]:
    """The published result knows who had retired, the hours do not."""
    return [{**row, "status": row["status"].replace("retired", "not_classified")} for row in table]


@published
@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("wec/2024/le_mans_24h.csv", None),
        ("wec/2024/le_mans_24h.csv", "lemans24h"),
        ("wec/2025/cota_6h.csv", "wec"),
        ("imsa/2021/12-6h---watkins-glen-international", "imsa"),
    ],
)
def test_an_hour_is_the_race_until_then(name, rules):
    path = CORPUS / name
    session = pr.read(path if path.suffix else next(path.glob("*race-laps.csv")))
    table = rows(session.hourly(rules=rules))
    for hour in sorted({row["hour"] for row in table}):
        cut = rows(session.until(f"{hour}h", rules=rules).classification(rules=rules))
        assert [{"hour": hour, **row} for row in without_retirements(cut)] == [
            row for row in table if row["hour"] == hour
        ]


def test_hours_of_a_class(race):
    own = columns(race.select(classes="LMGT3").hourly(), "hour", "car", "position", "gap")
    assert [(hour, car) for hour, car, *_ in own] == [
        (row["hour"], row["car"]) for row in rows(race.hourly()) if row["class"] == "LMGT3"
    ]
    assert [position for hour, _, position, _ in own if hour == 1 and position] == list(range(1, len(own) // 2 + 1))
    assert own[0][3] == 0


def test_hours_of_what_is_no_race(race):
    with pytest.raises(ValueError, match="no race"):
        small(kind="practice").hourly()
    with pytest.raises(ValueError, match="narrowed"):
        race.select(laps=(1, 5)).hourly()
    assert len(small("1 | Ann 1:40 1:30").hourly()) == 0

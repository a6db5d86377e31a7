"""What stops cost: worked examples, the published table of IMSA, intervals, and simulated truth."""

import random
from collections import defaultdict
from datetime import timedelta
from statistics import median

import pytest

import pyracing as pr
import slow_visits
from answers import columns, rows
from lap_files import CORPUS
from pyracing.simulate import Event
from race_files import race_file, seconds

CORPUS_HERE = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")


def race(*lines: str) -> pr.Session:
    return pr.read(race_file("\n".join(lines)), kind="race")


# Six rivals drive 1:30, and 2:30 under caution; cars 8 and 9 stop once under green and once under caution.
RIVALS = [f"{20 + i} P2 | Ann 1:4{i} 1:30 1:30 1:30 1:30 2:30!FCY 2:30!FCY 2:30!FCY 1:30 1:30" for i in range(6)]
STOPS = [
    f"8 P2 | Bo 1:40 1:30 1:35B | Cy 2:3{second}/60 1:30 2:35B!FCY | Cy 2:45/60!FCY 1:30 1:30" for second in (5, 9)
]
STOPS[1] = STOPS[1].replace("8 P2", "9 P2", 1)


def test_a_row_for_each_flag():
    """1:35 + 2:35 and 2:39 are 1:10 and 1:14 over two laps of 1:30; under caution 2:35 + 2:45 are 0:20 over 2:30."""
    losses = rows(race(*STOPS, *RIVALS).pit_loss())
    assert [(row["class"], row["flag"], row["stops"], row["median"], row["measured"]) for row in losses] == [
        ("P2", "green", 2, seconds("1:12"), 2),
        ("P2", "fcy", 2, seconds("0:20"), 2),
    ]
    assert [row["green_lap"] for row in losses] == [seconds("1:30")] * 2
    assert [row["green_laps"] for row in losses] == [pytest.approx(0.8), pytest.approx(20 / 90)]
    assert [(row["low"], row["high"], row["naive"]) for row in losses] == [(None, None, None)] * 2
    assert [(row["car"], row["driver"], row["team"]) for row in losses] == [(None, None, None)] * 2


def test_groups():
    session = race(*STOPS, *RIVALS)
    assert columns(session.pit_loss(by="car"), "car", "class", "flag", "median") == [
        ("8", "P2", "green", seconds("1:10")), ("8", "P2", "fcy", seconds("0:20")),
        ("9", "P2", "green", seconds("1:14")), ("9", "P2", "fcy", seconds("0:20")),
    ]  # fmt: skip
    assert columns(session.pit_loss(by="driver"), "car", "driver", "flag", "stops") == [
        ("8", "Bo", "green", 1), ("8", "Cy", "fcy", 1), ("9", "Bo", "green", 1), ("9", "Cy", "fcy", 1),
    ]  # fmt: skip
    assert columns(session.pit_loss(by="overall"), "flag", "stops") == [("green", 2), ("fcy", 2)]
    assert columns(session.select(cars="9").pit_loss(), "flag", "stops", "median") == [
        ("green", 1, seconds("1:14")),
        ("fcy", 1, seconds("0:20")),
    ]
    assert [name for (name,) in columns(session.pit_loss(by="team"), "team")] == ["Team 8"] * 2 + ["Team 9"] * 2


def test_the_published_measures_know_who_was_counted():
    """Ten green flying laps, a crossing in the pit lane with none beside it, and at most 300 s."""
    rivals = [f"{20 + i} P2 | Ann 1:4{i}" + " 1:30" * 24 for i in range(6)]
    own = "8 P2 | Bo 1:40" + " 1:31" * 6 + " 1:35B 2:35/{} 1:31" + " 1:31" * 4
    assert columns(race(own.format(60), *rivals).pit_stops(), "naive", "rivals") == [(seconds("1:08"), seconds("1:10"))]
    assert columns(race(own.format(301), *rivals).pit_stops(), "naive", "rivals") == [(None, None)]
    few = own.format(60).replace(" 1:31" * 6, " 1:31" * 5)
    assert columns(race(few, *rivals).pit_stops(), "naive", "rivals") == [(None, None)]
    twice = own.format(60).replace("2:35/60 1:31", "2:35B/60 2:40/62")
    assert columns(race(twice, *rivals).pit_stops(), "naive") == [(None,), (None,)]
    by_rivals = race(own.format(60), *rivals).pit_loss(method="rivals")
    assert columns(by_rivals, "stops", "measured", "median", "naive") == [(1, 1, seconds("1:10"), seconds("1:08"))]
    assert columns(race(few, *rivals).pit_loss(method="rivals"), "stops") == []
    assert columns(race(few, *rivals).pit_loss(), "stops") == [(1,)]


def test_without_flags_and_in_practice():
    text = "\n".join([*STOPS, *RIVALS]).replace("!FCY", "!")
    assert columns(race(text).pit_loss(), "flag", "stops") == [(None, 2), ("green", 2)]
    in_pit = [False, False, True, False, False]
    bare = pr.from_laps({"car": ["1"] * 5, "lap_time": [90.0, 90, 95, 150, 90], "in_pit": in_pit})
    assert columns(bare.pit_loss(), "flag", "stops", "measured", "median") == [(None, 1, 0, None)]
    practice = pr.read(race_file("\n".join([*STOPS, *RIVALS])), kind="practice")
    assert {measured for (measured,) in columns(practice.pit_loss(), "measured")} == {0}


@pytest.mark.parametrize("count", [6, 7, 20, 41])
def test_the_interval_is_that_of_resampling(count):
    """Cars that lose 1, 4, 9, ... s: 4000 resamples of them leave 2.5 % of their medians on either side of it."""
    lines = [f"{100 + i} P2 | Bo 1:40 1:30 1:35B 2:{25 + i * i / 100:05.2f}/60 1:30 1:30" for i in range(count)]
    rivals = [f"{20 + i} P2 | Ann 1:4{i} 1:30 1:30 1:30 1:30 1:30" for i in range(6)]
    session = race(*lines, *rivals)
    losses = sorted(loss for (loss,) in columns(session.pit_stops(), "loss"))
    (row,) = rows(session.pit_loss())
    assert row["measured"] == count and row["median"] == median(losses)
    draw = random.Random(count)
    medians = sorted(median(draw.choices(losses, k=count)) for _ in range(4000))
    for end, share in ((row["low"], 0.025), (row["high"], 0.975)):
        drawn = min(losses, key=lambda loss: abs(loss - medians[round(share * 3999)]))
        assert abs(losses.index(end) - losses.index(drawn)) <= 1
    assert row["low"] < row["median"] < row["high"]


def test_truth_of_a_simulated_race():
    """What a stop under green really cost its car, and the losses measured against its rivals."""
    race = pr.simulate(4, hours=4, cars=36, incidents=False, events=[Event("safety_car", "2h", duration="10m")])
    told = {(stop.car, stop.visit): stop.loss for stop in race.truth.stops if stop.kind == "pit_stop" and stop.loss}
    found = {(row["car"], row["visit"]): row["loss"] for row in rows(race.session.pit_stops())}
    off = sorted(found[key] / 1e6 - loss.total_seconds() for key, loss in told.items() if found[key] is not None)
    assert len(off) > 60 and abs(median(off)) < 1.0
    greens = {row["class"]: row for row in rows(race.session.pit_loss()) if row["flag"] == "green"}
    behind = {row["class"]: row for row in rows(race.session.pit_loss()) if row["flag"] == "safety_car"}
    for name, row in greens.items():
        assert row["low"] <= row["median"] <= row["high"]
        assert name not in behind or behind[name]["naive"] is None or behind[name]["naive"] > 1.5 * row["naive"]


def crowd(seed: int, cars: int, each: int) -> list[dict]:
    """So many cars of two classes that stop again and again, some of them for hours: laps by car."""
    draw = random.Random(seed)
    laps = []
    for car in range(cars):
        elapsed, inside = 0, False
        for lap in range(1, each + 1):
            came_out, inside = inside, lap > 1 and draw.random() < 0.4
            time = draw.choice([90, 90, 91, 92.5, 95, draw.uniform(90, 99)]) + came_out * draw.choice([40, 60, 7200])
            elapsed += round(time * 1e6)
            laps.append({
                "car": f"{car:03}", "class": "AB"[car % 3 == 0], "lap": lap, "lap_time": round(time * 1e6),
                "elapsed": elapsed, "in_pit": inside,
            })  # fmt: skip
    return laps


@pytest.mark.parametrize(("seed", "cars", "each"), [(1, 90, 8), (2, 200, 5), (3, 7, 90)])
def test_losses_in_a_crowd(seed, cars, each):
    """Where many cars stop together each stop has very many rivals."""
    laps = crowd(seed, cars, each)
    table = {name: [lap[name] for lap in laps] for name in laps[0]}
    table |= {name: [timedelta(microseconds=time) for time in table[name]] for name in ("lap_time", "elapsed")}
    session = pr.from_laps(table, kind="race")
    published = rows(session.laps)
    own, found = slow_visits.by_car(published), slow_visits.find(published)
    ends = slow_visits.ends_of(found, own)
    for visit, stop in zip(found, rows(session.pit_stops()), strict=True):
        visit.kind = stop["kind"]
        assert stop["loss"] == slow_visits.loss(visit, own, ends)


# ---- Published figures ----

# ANALYTICS section 5: stops, naive, rivals, stops with rivals; of the mixed ones no naive figure is published.
IMSA_2021_22 = {
    ("DPi", "green"): (467, 65.6, 65.3, 448), ("DPi", "fcy"): (234, 199.9, 27.5, 128),
    ("DPi", "mixed"): (70, None, 70.8, 49),
    ("LMP2", "green"): (368, 73.6, 73.4, 325), ("LMP2", "fcy"): (168, 175.5, 38.0, 80),
    ("LMP2", "mixed"): (64, None, 13.3, 50),
    ("LMP3", "green"): (283, 80.9, 80.1, 267), ("LMP3", "fcy"): (246, 165.2, 55.6, 190),
    ("LMP3", "mixed"): (53, None, 45.4, 51),
    ("GTLM", "green"): (107, 70.3, 72.0, 76), ("GTLM", "fcy"): (84, 183.2, 39.9, 21),
    ("GTLM", "mixed"): (12, None, 81.7, 9),
    ("GTD PRO", "green"): (196, 73.5, 73.1, 194), ("GTD PRO", "fcy"): (131, 183.7, 33.7, 83),
    ("GTD PRO", "mixed"): (20, None, 38.4, 16),
    ("GTD", "green"): (687, 73.6, 73.3, 686), ("GTD", "fcy"): (427, 174.2, 35.3, 382),
    ("GTD", "mixed"): (106, None, 57.2, 106),
}  # fmt: skip


@CORPUS_HERE
def test_the_pit_loss_table_of_imsa():
    naive, rivals = defaultdict(list), defaultdict(list)
    paths = sorted((CORPUS / "imsa").glob("202[12]/*/*race-laps.csv"))
    for path in paths:
        session = pr.read(path, kind="race")
        counted = [row for row in rows(session.pit_stops()) if row["naive"] is not None]
        for row in counted:
            state = row["flag_state"] if row["flag_state"] in ("green", "fcy") else "mixed"
            key = row["class"].replace("GTDPRO", "GTD PRO"), state
            naive[key].append(row["naive"])
            if row["rivals"] is not None:
                rivals[key].append(row["rivals"])
        summed = rows(session.pit_loss(method="rivals"))
        assert sum(row["stops"] for row in summed) == len(counted)
        for row in summed:
            own = [stop for stop in counted if (stop["class"], stop["flag_state"]) == (row["class"], row["flag"])]
            known = [stop["rivals"] for stop in own if stop["rivals"] is not None]
            assert (row["stops"], row["measured"]) == (len(own), len(known))
            assert row["median"] == (int(median(known)) if known else None)
            assert row["naive"] == int(median(stop["naive"] for stop in own))
    assert len(paths) == 23
    for key, (stops, common, against, measured) in IMSA_2021_22.items():
        assert (len(naive[key]), len(rivals[key])) == (stops, measured), key
        assert round(median(rivals[key]) / 1e6, 1) == against, key
        assert common is None or round(median(naive[key]) / 1e6, 1) == common, key

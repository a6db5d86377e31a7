"""Three weekends as analysts told them, each line from one question or two.

The laps of these races were never published: simulated ones have the facts of the accounts by their scripts. What is
asked is answered from the files alone; what is expected is the script, or what the simulator knows and no file says.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

import answers
import pyracing as pr
from lap_files import car_laps, lap_file
from pyracing.simulate import Event, Practice, RaceClass, Simulation, simulate

HOUR = 3_600_000_000
MINUTE = 60_000_000


def us(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)


def own(table: pr.Table, **wanted: object) -> list[dict]:
    """The rows with these values."""
    return [row for row in answers.rows(table) if all(row[name] == value for name, value in wanted.items())]


def one(table: pr.Table, **wanted: object) -> dict:
    (row,) = own(table, **wanted)
    return row


# ---- 1. Four hours, nearly thirty prototypes, a repair of 25 minutes ----

NP02 = RaceClass(
    114.0, 19, ("Silver", "Bronze", "Gold"), ("72",), spread=0.55, stint_laps=31, tyre_wear=0.05, fuel_effect=0.02,
    refuel_time=60.0, tyre_time=0.0, driver_change_time=45.0, top_speed=265.0,
)  # fmt: skip
EVO = RaceClass(120.0, 9, ("Silver", "Bronze"), spread=0.6, stint_laps=31, top_speed=250.0)
QUALIFYING = ("Qualifying 1", "Qualifying 2", "Qualifying 3")


@pytest.fixture(scope="module")
def four_hours() -> Simulation:
    sessions = [Practice(f"Free Practice {day}") for day in (1, 2)]
    sessions += [Practice(name, 15, True, driver) for driver, name in enumerate(QUALIFYING, 1)]
    return simulate(
        9, 4, {"NP02": NP02, "EVO": EVO}, practices=sessions, incidents=False, lap_length=5.84,
        faster={("72", 1): 0.6, ("72", 2): -1.0, ("72", 3): 0.35}, drivers={"72": (1, 2, 2, 3), "30": (1, 2, 2, 3)},
        events=[Event("safety_car", "55m", duration="10m"), Event("repair", "1h25m", "72", duration="24m")],
    )  # fmt: skip


def test_practice_pace_from_friday_to_saturday(four_hours):
    """Both days in the ten best of the class, and quicker on the second."""
    best = []
    for day in (1, 2):
        row = one(four_hours.sessions[f"Free Practice {day}"].classification(), car="72")
        assert row["class"] == "NP02" and row["class_position"] <= 10
        best.append(row["best_lap"])
    assert best[1] < best[0]
    told = [next(r for r in four_hours.truth.practices[f"Free Practice {day}"] if r.car == "72") for day in (1, 2)]
    assert best == [us(result.best_lap) for result in told]


def test_three_qualifying_sessions_of_one_driver_each(four_hours):
    crew = [driver.name for driver in four_hours.truth.drivers if driver.car == "72"]
    places = []
    for name, driver in zip(QUALIFYING, crew, strict=True):
        session = four_hours.sessions[name]
        assert session.info["kind"] == "qualifying" and set(session.select(cars="72").laps["driver"]) == {driver}
        places.append(one(session.classification(), car="72")["class_position"])
    assert places == [6, 18, 5]


def test_the_grid_is_the_mean_of_the_drivers(four_hours):
    """Sixth and fifth and yet 14th; the second-best lap of all is no place on the first row."""
    sessions = [four_hours.sessions[name] for name in QUALIFYING]
    grid = pr.grid(sessions, rules="ultimate_cup")
    told = {}
    for name in QUALIFYING:
        for result in four_hours.truth.practices[name]:
            told.setdefault(result.car, []).append(us(result.best_lap))
    order = [row for row in answers.rows(grid) if row["class"] == "NP02"]
    assert [row["car"] for row in order] == sorted((row["car"] for row in order), key=lambda car: np.mean(told[car]))
    assert all(abs(row["time"] - np.mean(told[row["car"]])) <= 500 for row in answers.rows(grid))
    row = one(grid, car="72")
    assert [row[f"class_position_{driver}"] for driver in (1, 2, 3)] == [6, 18, 5]
    assert (row["class_position"], row["start"]) == (14, "grid")
    fastest = [row["car"] for row in answers.rows(pr.combine(*sessions))][:2]
    assert fastest == sorted(told, key=lambda car: min(told[car]))[:2]
    assert fastest != [row["car"] for row in order[:2]]


def test_practices_side_by_side(four_hours):
    both = pr.combine(*(four_hours.sessions[f"Free Practice {day}"] for day in (1, 2)))
    row = one(both, car="72")
    assert row["session"] == "Free Practice 2" and row["best_lap"] == row["time_2"] < row["time_1"]
    assert (row["position_1"], row["position_2"]) == (3, 3)


def test_the_repair_stands_out_of_the_stops(four_hours):
    visits = own(four_hours.session.pit_stops(), car="72")
    (garage,) = [visit for visit in visits if visit["kind"] == "garage"]
    assert 24 * MINUTE < garage["pit_lane_time"] < 26 * MINUTE
    assert garage["elapsed"] > 85 * MINUTE
    told = next(stop for stop in four_hours.truth.stops if stop.car == "72" and stop.kind == "garage")
    assert (garage["lap"], garage["pit_lane_time"]) == (told.lap, us(told.pit_lane_time))
    assert abs(garage["loss"] - us(told.loss)) < 20_000_000


def test_the_last_driver_is_in_the_car_with_an_hour_to_go(four_hours):
    stints = own(four_hours.session.stints(by="driver"), car="72")
    crew = [driver.name for driver in four_hours.truth.drivers if driver.car == "72"]
    assert [stint["driver"] for stint in stints] == crew
    assert stints[-1]["start"] < 3 * HOUR < stints[-1]["end"]
    assert one(four_hours.session.order(at="3h"), car="72")["driver"] == crew[-1]


def test_the_last_hour_a_few_tenths_off_the_winner(four_hours):
    """Who is in the two cars at the time, by their green laps; within three standard errors of the truth."""
    race = four_hours.session
    winner = answers.rows(race.classification(by="NP02"))[0]["car"]
    assert winner == four_hours.truth.provisional[0].car == "30"
    hour = race.between("-1h", None)
    assert min(row["elapsed"] for row in own(hour.laps, car="72")) > 3 * HOUR
    ours, theirs = (own(hour.stints(by="driver"), car=car)[-1] for car in ("72", winner))
    pace = {(driver.car, driver.name): us(driver.pace) for driver in four_hours.truth.drivers}
    told = pace["72", ours["driver"]] - pace[winner, theirs["driver"]]
    found = ours["mean"] - theirs["mean"]
    error = sum(stint["deviation"] ** 2 / stint["green_laps"] for stint in (ours, theirs)) ** 0.5
    assert 0 < found < 1_000_000 and abs(found - told) < 3 * error
    assert ours["green_laps"] > 20 and theirs["green_laps"] > 20


def test_who_stopped_under_the_safety_car(four_hours):
    visits = own(four_hours.session.pit_stops(), kind="pit_stop", flag="safety_car")
    told = {s.car for s in four_hours.truth.stops if s.kind == "pit_stop" and s.flag == "safety_car"}
    assert {visit["car"] for visit in visits} == told
    assert "72" in told and 10 < len(told) < 28


def test_the_safety_car_comes_in_the_window_of_the_first_stops(four_hours):
    """The window is from the first to the last of the cars' first stops: some stopped before, some after it."""
    race = four_hours.session
    (period,) = answers.rows(race.neutralisations())
    (told,) = four_hours.truth.neutralisations
    assert period["kind"] == told.kind == "safety_car"
    assert period["start_after"] < us(told.start) <= period["start"]
    assert period["end_after"] < us(told.end) <= period["end"]
    stops = own(race.pit_stops(), kind="pit_stop")
    first = {}
    for stop in stops:
        first.setdefault(stop["car"], stop["elapsed"])
    assert min(first.values()) < period["end"] < max(first.values())


def test_a_comeback_in_the_first_stint(four_hours):
    """From 14th on the grid, on track and through the others' stops."""
    assert four_hours.truth.grid.index("72") == 13
    laps = own(four_hours.session.lap_details(), car="72")
    stint = [lap for lap in laps if lap["stint"] == 1]
    at = {crossing.lap: crossing.class_position for crossing in four_hours.truth.crossings if crossing.car == "72"}
    assert [lap["class_position"] for lap in stint] == [at[lap["lap"]] for lap in stint]
    assert stint[0]["class_position"] == 13 and stint[-2]["class_position"] == 5


# ---- 2. A class of the 24 hours, lost by four minutes ----

LMP2 = RaceClass(
    214.0, 10, ("Silver", "Gold", "Platinum"), spread=0.6, stint_laps=11, driver_stints=3, tyre_stints=2,
    top_speed=320.0,
)  # fmt: skip
AM = RaceClass(
    236.0, 23, ("Bronze", "Silver", "Gold"), ("79",), spread=0.8, stint_laps=14, tyre_wear=0.12, fuel_effect=0.05,
    top_speed=290.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def day_and_night() -> Simulation:
    return simulate(
        11, 24, {"LMP2": LMP2, "LMGTE Am": AM}, incidents=False, crews={"79": ("Gold", "Silver", "Bronze")},
        faster={"79": 0.75}, lap_length=13.626, pit_lane_time=45.0, events=[
            Event("safety_car", "9h", duration="25m"), Event("fcy", "13h10m", duration="7m"),
            Event("repair", "17h20m", "79", duration="4m"), Event("fcy", "19h", duration="5m"),
            Event("error", "21h30m", "79", duration="100s"),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def am(day_and_night) -> pr.Session:
    return day_and_night.session.select(classes="LMGTE Am")


def test_the_gold_driver_takes_the_first_stint(day_and_night):
    first = own(day_and_night.session.stints(by="driver"), car="79")[0]
    ratings = {row["driver"]: row["rating"] for row in own(day_and_night.attributes, car="79")}
    assert ratings[first["driver"]] == "Gold" and first["stint"] == 1
    assert first["end"] > HOUR


def test_the_repair_against_a_normal_stop(am):
    """Four minutes of standing, beside a fill that is not a full one."""
    stops = own(am.pit_stops(), car="79")
    (repair,) = [stop for stop in stops if stop["kind"] == "garage"]
    normal = np.median([stop["pit_lane_time"] for stop in stops if stop["kind"] == "pit_stop"])
    assert abs(repair["pit_lane_time"] - normal - 4 * MINUTE) < 30_000_000
    losses = [stop["loss"] for stop in stops if stop["kind"] == "pit_stop" and stop["loss"] is not None]
    assert abs(repair["loss"] - np.median(losses) - 4 * MINUTE) < 30_000_000


def test_the_class_lead_by_the_hour(day_and_night, am):
    """Leading after one hour, and still after sixteen: told three ways, and as the simulator knows."""
    hourly = {(row["hour"], row["car"]): row for row in answers.rows(am.hourly())}
    truth, cars = day_and_night.truth.if_flagged, set(am.cars)
    ahead = {hour: next(s.car for s in standings if s.car in cars) for hour, standings in truth.items()}
    assert {hour: car for (hour, car), row in hourly.items() if row["class_position"] == 1} == ahead
    assert [hour for hour in ahead if ahead[hour] == "79"] == list(range(1, 17))
    for hour in (1, 16):
        result = answers.rows(day_and_night.session.until(f"{hour}h").classification(by="LMGTE Am"))
        assert (result[0]["car"], result[0]["position"]) == ("79", 1)
        assert one(day_and_night.session.order(at=f"{hour}h", by="LMGTE Am"), car="79")["position"] == 1
        at = next(s for s in truth[hour] if s.car == "79")
        assert (result[0]["laps"], result[0]["total_time"]) == (at.laps, us(at.total_time))


def led(leading: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """Spells of the leaders of laps: car, first and last lap."""
    found: list[tuple[str, int, int]] = []
    for car, lap in leading:
        if found and found[-1][0] == car and found[-1][2] == lap - 1:
            found[-1] = (car, found[-1][1], lap)
        else:
            found.append((car, lap, lap))
    return found


def test_spells_in_the_lead_of_the_class(day_and_night, am):
    cars, crossings = set(am.cars), day_and_night.truth.crossings
    told = led([(c.car, c.lap) for c in crossings if c.class_position == 1 and c.car in cars])
    spells = answers.columns(am.leaders(by="class"), "car", "first_lap", "last_lap")
    assert spells == told
    assert told[0][0] == "79" and max(last for car, _, last in told if car == "79") > 255


def test_four_minutes_cost_the_lead_and_a_lap(day_and_night, am):
    """The gap to the class leader before the repair and after it; the car does not lead the class again."""
    gaps = {row["lap"]: row for row in own(am.gaps(to="class_leader"), car="79")}
    (lap,) = [stop["lap"] for stop in own(am.pit_stops(), car="79") if stop["kind"] == "garage"]
    assert gaps[lap]["reference"] == "79" and gaps[lap]["gap"] == 0
    assert gaps[lap + 1]["gap"] > 3.9 * MINUTE and gaps[lap + 1]["reference"] != "79"
    later = [gaps[number] for number in gaps if number > lap]
    assert all(row["reference"] != "79" for row in later)
    assert sum(row["gap_laps"] for row in later) > 0
    in_class = {(c.car, c.lap): c.elapsed for c in day_and_night.truth.crossings}
    for row in later:
        assert row["gap"] == us(in_class["79", row["lap"]] - in_class[row["reference"], row["lap"]])


def test_the_gap_jumps_on_a_lap_of_the_bronze_driver(day_and_night, am):
    gaps = {row["lap"]: row["gap"] for row in own(am.gaps(to="class_leader"), car="79")}
    laps = [row for row in own(am.lap_details(), car="79") if row["reason"] == "slow" and row["lap"] > 300]
    jump = max(laps, key=lambda row: gaps[row["lap"]] - gaps[row["lap"] - 1])
    assert 80_000_000 < gaps[jump["lap"]] - gaps[jump["lap"] - 1] < 120_000_000
    assert jump["elapsed"] > 21.5 * HOUR
    ratings = {row["driver"]: row["rating"] for row in own(day_and_night.attributes, car="79")}
    assert ratings[jump["driver"]] == "Bronze"
    result = one(day_and_night.session.classification(by="class"), car="79")
    assert result["class_position"] == 4 == {r.car: r.class_position for r in day_and_night.truth.provisional}["79"]


# ---- 3. A one-make cup of 38 cars, two races ----

CUP = RaceClass(
    144.5, 38, ("Silver",), tuple(str(number) for number in range(1, 39)), spread=0.45, stint_laps=40, tyre_wear=0.05,
    fuel_effect=0.02, top_speed=275.0,
)  # fmt: skip
QUICK = {"1": 2.2, "30": 1.55, "3": 1.3, "4": 1.15, "22": 1.1, "33": 1.1}
BENELUX = tuple(str(number) for number in range(26, 33))
CLASS_B = tuple(str(number) for number in range(8, 21))


def cup_grid() -> list[str]:
    """The four quickest in front, 22 and 33 in those places."""
    others = [car for car in CUP.numbers if car not in QUICK]
    return ["1", "30", "3", "4", *others[:17], "22", *others[17:27], "33", *others[27:]]


@pytest.fixture(scope="module")
def cup() -> tuple[Simulation, Simulation]:
    said = {
        car: {"championship": "Benelux" if car in BENELUX else "France", "category": "B" if car in CLASS_B else "A"}
        for car in CUP.numbers
    }
    common = dict(minutes=30, classes={"Cup": CUP}, incidents=False, faster=QUICK, lap_length=7.004, attributes=said)
    return simulate(
        7, **common, grid=cup_grid(), decisions=[pr.time_penalty("1", 5, "position on the grid")]
    ), simulate(
        7, **common, round_number=4, events=[
            Event("retire", "3m30s", "17", reason="collision"), Event("retire", "3m31s", "25", reason="collision"),
            Event("safety_car", "4m20s", duration="4m30s"), Event("retire", "-45s", "9", reason="engine"),
        ],
    )  # fmt: skip


def test_the_winner_wins_in_spite_of_five_seconds(cup):
    """The provisional result and the official one, and what was decided between them."""
    first, _ = cup
    provisional, official = (answers.rows(table) for table in (first.session.provisional, first.session.results))
    assert provisional[0]["car"] == official[0]["car"] == "1"
    assert official[0]["total_time"] - provisional[0]["total_time"] == 5_000_000
    assert provisional[1]["gap"] - official[1]["gap"] == 5_000_000 and official[1]["gap"] > 0


def test_the_leader_is_further_ahead_every_lap_but_for_the_penalty(cup):
    """The gap to the car behind at each lap of the leader, with the five seconds and without."""
    race = cup[0].session
    behind = [row for row in answers.rows(race.crossings()) if row["position"] == 2]
    leading = [row for row in answers.rows(race.crossings()) if row["position"] == 1]
    assert {row["car"] for row in leading} == {"1"}
    gaps = [row["interval"] for row in behind]
    told = [us(c.elapsed) for c in cup[0].truth.crossings if c.position == 2]
    assert [row["elapsed"] for row in behind] == told
    assert gaps == [at - lead["elapsed"] for at, lead in zip(told, leading, strict=True)]
    assert gaps[-1] > 5_000_000 > gaps[0] and np.polyfit(range(len(gaps)), gaps, 1)[0] > 0


def test_guests_move_nobody_down(cup):
    """The second of the field is Benelux: the French podium is the first, the third and the fourth."""
    race, said = cup[0].session, cup[0].attributes[["car", "championship", "category"]]
    field = [row["car"] for row in answers.rows(race.classification())]
    assert field[:4] == ["1", "30", "3", "4"] and field[:4] == [r.car for r in cup[0].truth.provisional][:4]
    french = answers.rows(race.select(attributes=said, championship="France").classification())
    assert [(row["position"], row["car"]) for row in french[:3]] == [(1, "1"), (2, "3"), (3, "4")]
    assert [row["car"] for row in french] == [car for car in field if car not in BENELUX]
    rankings = answers.rows(race.classification(by="championship", attributes=said))
    for name in ("France", "Benelux"):
        ranked = [row for row in rankings if row["ranking"] == name]
        assert [row["car"] for row in ranked] == [car for car in field if (car in BENELUX) == (name == "Benelux")]
        assert [row["position"] for row in ranked] == list(range(1, len(ranked) + 1))
    in_b = answers.rows(race.select(attributes=said, category="B").classification())
    assert [row["car"] for row in in_b] == [car for car in field if car in CLASS_B]


def test_from_33rd_to_6th(cup):
    race = cup[0].session
    places = {row["car"]: row["position"] for row in own(race.lap_details(), lap=1)}
    finish = {row["car"]: row["position"] for row in answers.rows(race.classification())}
    grid = {car: place for place, car in enumerate(cup_grid(), 1)}
    assert [(grid[car], finish[car]) for car in ("22", "33")] == [(22, 5), (33, 6)]
    assert all(finish[car] < places[car] <= grid[car] for car in ("22", "33"))


def test_two_laps_behind_the_safety_car(cup):
    _, race = cup
    (period,) = own(race.session.neutralisations(), kind="safety_car")
    assert (period["first_lap"], period["leader_laps"]) == (2, 2)
    (told,) = race.truth.neutralisations
    retired = {retirement.car: retirement for retirement in race.truth.retirements}
    assert retired["17"].reason == "collision" and retired["17"].elapsed < told.start


def places_at(race: Simulation, instant: timedelta) -> list[str]:
    """Cars by the laps completed until then, then by who completed them first."""
    last = {}
    for crossing in race.truth.crossings:
        if crossing.elapsed <= instant:
            last[crossing.car] = (-crossing.lap, crossing.elapsed)
    return sorted(last, key=last.get)


def test_one_retirement_in_the_last_lap(cup):
    _, race = cup
    rows = answers.rows(race.session.retirements())
    assert [(row["car"], row["last_lap"]) for row in rows] == [("17", 1), ("25", 1), ("9", 11)]
    laps = race.truth.official[0].laps
    assert rows[-1]["last_lap"] == laps - 1 and rows[-1]["reason"] == "on_track"
    assert rows[-1]["elapsed"] == us(next(r for r in race.truth.retirements if r.car == "9").elapsed)


def test_side_by_side_on_the_last_lap():
    """Places change and change back, which the line alone does not tell."""
    sectors = {
        "5": [(44, 60, 40), (44, 60, 40), (44.3, 59.9, 40.1)],
        "8": [(44.1, 60, 40.1), (44, 60, 40), (43.9, 60.4, 39.9)],
    }
    cars = [car_laps(car, [{"sectors": list(lap)} for lap in laps]) for car, laps in sectors.items()]
    race = pr.read(lap_file(*cars))
    assert [row["car"] for row in own(race.crossings(), position=1)] == ["5", "5", "5"]
    last_lap = own(race.crossings(of="sectors"), lap=3)
    assert [(row["sector"], row["car"], row["interval"]) for row in last_lap if row["position"] == 2] == [
        (1, "5", 200_000), (2, "8", 300_000), (3, "8", 100_000),
    ]  # fmt: skip


def test_class_b_at_half_distance(cup):
    race = cup[1].session
    half = cup[1].truth.official[0].total_time / 2
    order = answers.rows(race.order(at="50%"))
    there = [row["car"] for row in order if row["position"] is not None]
    assert there == places_at(cup[1], half)
    in_b = [row["car"] for row in answers.rows(race.select(cars=CLASS_B).order(at="50%")) if row["laps"]]
    assert in_b == [car for car in there if car in CLASS_B]


def test_the_restart_and_the_laps_after(cup):
    """Two seconds hold the first four, the lead changes hands and comes back."""
    race = cup[1].session
    after = one(race.neutralisations(), kind="safety_car")["last_lap"]
    restart = answers.rows(race.order(lap=int(after)))
    assert restart[0]["gap"] == 0 and 0 < restart[1]["gap"] < 2_000_000
    leading = [crossing.car for crossing in cup[1].truth.crossings if crossing.position == 1]
    assert [answers.rows(race.order(lap=lap))[0]["car"] for lap in range(1, len(leading) + 1)] == leading
    assert leading[4:8] == ["1", "30", "30", "1"]
    spells = answers.columns(race.leaders(), "car", "first_lap", "last_lap")
    assert spells == led(list(zip(leading, range(1, len(leading) + 1), strict=True)))
    assert [car for car, *_ in spells] == ["1", "30", "1"]


def test_class_b_after_two_races(cup):
    """Points of the cup, counted anew in class B, with one for the fastest lap of it."""
    scale = [20, 18, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4, 3]
    points = dict.fromkeys(CLASS_B, 0)
    rows = []
    for number, race in enumerate(cup, 1):
        result = answers.rows(race.session.classification(decisions=race.truth.decisions))
        told = [r for r in race.truth.official if r.car in CLASS_B]
        scoring = [r.car for r in told if r.car in race.truth.flagged]
        for car, scored in zip(scoring, scale, strict=False):
            points[car] += scored
        points[min((r.best_lap, r.car) for r in told if r.best_lap)[1]] += 1
        for row in result:
            own_row = {name: row[name] for name in ("car", "position", "status", "best_lap")}
            group = "B" if row["car"] in CLASS_B else "A"
            rows.append({**own_row, "driver": f"driver of {row['car']}", "category": group, "round": number})
    table = {name: [row[name] for row in rows] for name in rows[0]} | {"pole": [False] * len(rows)}
    table["best_lap"] = np.array(
        ["NaT" if value is None else int(value) for value in table["best_lap"]], dtype="timedelta64[us]"
    )
    standings = own(pr.standings(table, "carrera_cup_france", by="category"), category="B")
    assert {row["driver"]: row["points"] for row in standings} == {f"driver of {car}": p for car, p in points.items()}
    assert standings[0]["points"] > standings[1]["points"]


def test_what_the_stewards_did_explains_the_official_result(cup):
    race = cup[0].session
    decided = pr.decisions_between(race.provisional, race.results)
    assert [(row["kind"], row["car"], row["seconds"]) for row in answers.rows(decided)] == [("time_penalty", "1", 5.0)]
    for decisions in (decided, cup[0].truth.decisions):
        result = answers.rows(race.classification(decisions=decisions))
        assert [(row["car"], row["total_time"]) for row in result] == [
            (told.car, us(told.total_time)) for told in cup[0].truth.official
        ]
        assert [row["penalty_time"] for row in result[:2]] == [5_000_000, 0]


def test_the_grid_against_the_finish(cup):
    grid = {"car": cup_grid(), "position": list(range(1, 39))}
    rows = {row["car"]: row for row in answers.rows(cup[0].session.classification(grid=grid))}
    assert [(rows[car]["grid"], rows[car]["position"], rows[car]["gained"]) for car in ("22", "33", "1")] == [
        (22, 5, 17), (33, 6, 27), (1, 1, 0),
    ]  # fmt: skip
    assert sum(row["gained"] for row in rows.values()) == 0


def test_the_fastest_lap_and_how_it_came_to_be(cup):
    race = cup[0].session
    fastest = answers.rows(race.fastest_laps())[0]
    told = min((result.best_lap, result.car) for result in cup[0].truth.official)
    assert (fastest["lap_time"], fastest["car"]) == (us(told[0]), told[1])
    records = answers.rows(race.lap_records())
    assert records[-1]["lap_time"] == fastest["lap_time"]
    assert [row["lap_time"] for row in records] == sorted((row["lap_time"] for row in records), reverse=True)


def test_the_same_car_over_the_rounds(cup, tmp_path):
    for year, race in zip((2021, 2022), cup, strict=True):
        race.write(tmp_path / f"{year}-spa")
    season = pr.read_season(tmp_path, progress=False)
    assert len(season) == 2 and len(season.failures) == 0
    for car in ("33", "17"):
        found = [(row["round"], row["status"], row["laps"]) for row in own(season.results, car=car)]
        told = [next(r for r in race.truth.official if r.car == car) for race in cup]
        assert found == [(number, result.status, result.laps) for number, result in enumerate(told, 1)]
    assert [row["position"] for row in own(season.results, car="33")] == [6, 3]

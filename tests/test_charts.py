"""The charts: what is in them is what the questions say, and they can be saved without a browser and a network."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import subprocess
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import race_files

import pyracing as pr
from pyracing.charts import colours, library, style
from pyracing.charts.library import converter
from pyracing.charts.save import page_parts, specification, static_spec, static_svg

charts = pr.charts

ALL = {
    "race_trace": lambda session: charts.race_trace(session),
    "lap_chart": lambda session: charts.lap_chart(session, by="class"),
    "hourly": lambda session: charts.hourly(session),
    "lap_times": lambda session: charts.lap_times(session),
    "pace": lambda session: charts.pace(session, fewest=1),
    "raising_average": lambda session: charts.raising_average(session),
    "sectors": lambda session: charts.sectors(session),
    "stints": lambda session: charts.stints(session),
    "drive_time": lambda session: charts.drive_time(session),
    "pit_stops": lambda session: charts.pit_stops(session),
    "weather": lambda session: charts.weather(session),
    "trace_over_weather": lambda session: charts.weather(session, under=charts.race_trace(session)),
}


@pytest.fixture(scope="module")
def small() -> pr.Session:
    """Six cars of three classes in little more than an hour, with weather and ratings."""
    files = pr.simulate(seed=5, minutes=63, cars=6).files("imsa")
    return pr.read(*map(io.BytesIO, files.values()), name="small")


@pytest.fixture(scope="module")
def made(small) -> dict[str, Any]:
    """Every chart of it."""
    return {name: make(small) for name, make in ALL.items()}


def datasets(chart) -> list[list[dict[str, str]]]:
    """The rows of each piece of data of a chart."""
    return [list(csv.DictReader(io.StringIO(text))) for text in specification(chart)["datasets"].values()]


def rows_with(chart, *names: str) -> list[dict[str, str]]:
    found = [rows for rows in datasets(chart) if rows and set(names) <= set(rows[0])]
    assert len(found) == 1
    return found[0]


def layers(node) -> list[dict]:
    """Every part of a specification that draws something."""
    if isinstance(node, list):
        return [layer for part in node for layer in layers(part)]
    if not isinstance(node, dict):
        return []
    own = [node] if "mark" in node else []
    return own + [layer for key in ("layer", "vconcat", "hconcat", "spec") for layer in layers(node.get(key))]


def milliseconds(value: np.timedelta64) -> int:
    return int(value // np.timedelta64(1, "ms"))


def svg_texts(text: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", text)


# ---- What is drawn ----


@pytest.mark.parametrize("name", ALL)
def test_the_chart_is_valid_and_the_same_twice(name, made, small):
    first, second = json.dumps(made[name].to_dict(validate=True)), json.dumps(specification(ALL[name](small)))
    assert first == second
    assert not re.search(r'"(view|param)_\d+"', first)  # names that the library would count up


def test_the_race_trace_shows_every_crossing(small):
    rows = rows_with(charts.race_trace(small, farthest=None), "gap", "lap")
    first: dict[int, int] = {}
    for lap in sorted(small.laps, key=lambda lap: lap.elapsed):
        first.setdefault(lap.lap, milliseconds(np.timedelta64(lap.elapsed)))
    expected = {
        (lap.car, lap.lap): milliseconds(np.timedelta64(lap.elapsed)) - first[lap.lap] for lap in small.laps
    }
    assert {(row["car"], int(row["lap"])): int(row["gap"]) for row in rows} == expected


def test_the_time_under_a_red_flag_is_no_part_of_a_gap():
    """The race stands from 5:00, when the leader ends its lap 3, which the other car does meanwhile, to 1:06:40."""
    laps = {"car": ["7"] * 6 + ["8"] * 5, "lap_time": [100.0, 100, 100, 3700, 100, 100, 120, 120, 3720, 120, 120]}
    laps["flag"] = ["green", "green", "red"] + ["green"] * 5 + ["red", "green", "green"]
    race = pr.from_laps(laps, kind="race")
    (stop,) = race.neutralisations()
    assert (stop.kind, stop.start.total_seconds(), stop.end.total_seconds()) == ("red", 300, 4000)
    gaps = {
        (row["car"], int(row["lap"])): int(row["gap"])
        for row in rows_with(charts.race_trace(race, farthest=None), "gap", "lap")
    }
    assert [gaps["8", lap] for lap in (1, 2, 3, 4)] == [20_000, 40_000, 0, 80_000]


def test_gaps_beyond_the_axis_break_the_line_and_are_counted(small):
    chart = charts.race_trace(small, farthest="30s")
    rows = rows_with(chart, "gap", "lap")
    every = rows_with(charts.race_trace(small, farthest=None), "gap", "lap")
    hidden = sum(abs(int(row["gap"])) > 30_000 for row in every)
    assert 0 < hidden == sum(row["gap"] == "" for row in rows) and len(rows) == len(every)
    assert f"{hidden:,} crossings further away are not shown" in specification(chart)["title"]["subtitle"]
    with pytest.raises(ValueError, match="farthest"):
        charts.race_trace(small.select(classes="LMGT3"), farthest="0.001s")


def test_lap_times_are_those_of_the_laps_with_clean_ones_in_front(small):
    chart = charts.lap_times(small, slowest=None)
    rows = rows_with(chart, "lap_time", "clean")
    assert {(row["car"], int(row["lap"])): int(row["lap_time"]) for row in rows} == {
        (lap.car, lap.lap): milliseconds(np.timedelta64(lap.lap_time)) for lap in small.laps
    }
    reasons = {(row.car, row.lap): row.reason for row in small.clean_laps()}
    assert all((row["reason"].replace(" ", "_") or None) == reasons[row["car"], int(row["lap"])] for row in rows)
    drawn = [layer for layer in layers(specification(chart)) if layer["mark"]["type"] == "circle"]
    order = ["!datum.clean" in json.dumps(layer) for layer in drawn]
    assert order == sorted(order, reverse=True) and 0 < sum(order) < len(order)


def test_stints_have_a_bar_each_and_every_visit_a_mark(race):
    chart = charts.stints(race)
    bars = rows_with(chart, "stint", "kind")
    assert Counter(row["car"] for row in bars) == Counter(race.stints()["car"].tolist())
    crew = {}
    for row in race.crew:
        crew.setdefault(row.car, []).append(row.driver)
    seats = ("1st", "2nd", "3rd", "4th")
    assert all(row["kind"] == seats[crew[row["car"]].index(row["driver"])] for row in bars)
    marks = rows_with(chart, "visit_kind")
    assert Counter(row["car"] for row in marks) == Counter(race.pit_stops()["car"].tolist())
    ordered = [layer for layer in layers(specification(chart)) if layer["mark"]["type"] == "bar"]
    rows = [name for name in ordered[0]["encoding"]["y"]["scale"]["domain"] if not name.startswith("\u2063")]
    class_of = dict(zip(race.cars, race.entries["class"].tolist(), strict=True))
    own = {name: [car for car in rows if class_of[car] == name] for name in race.classes}
    assert rows == [car for name in dict.fromkeys(class_of[car] for car in rows) for car in own[name]]
    placed = race.classification()["car"].tolist()
    assert own == {name: [car for car in placed if class_of[car] == name] for name in race.classes}


def test_a_visit_that_served_a_penalty_is_shown_as_one(race):
    stop = next(row for row in race.pit_stops() if row.kind == "pit_stop" and not row.driver_change)
    shortest = race.pit_stops()["pit_lane_time"]
    shortest = shortest[~np.isnat(shortest)].min()
    length = (np.timedelta64(stop.pit_lane_time) - shortest) / np.timedelta64(1, "s")
    served = [pr.stop_go(stop.car, length, lap=stop.lap)]
    for chart, among in ((charts.stints, "visit_kind"), (charts.pit_stops, "kind")):
        assert "Stop and go" not in chart(race).to_json()
        shown = chart(race, decisions=served)
        assert "Stop and go" in shown.to_json()
        (row,) = [row for row in rows_with(shown, "visit", among) if (row["car"], int(row["visit"])) == stop[:3:2]]
        assert row[among] in ("Stop and go", "#c46a9f")


def test_a_driver_is_named_in_the_longest_stint_of_each_turn(race):
    rows = rows_with(charts.stints(race), "name", "end")
    turns: list[tuple[str, str, int, int]] = []
    driver = None
    for row in race.stints():
        span = milliseconds(np.timedelta64(row.start)), milliseconds(np.timedelta64(row.end))
        if turns and (row.car, row.driver) == driver:
            first = turns[-1]
            turns[-1] = (row.car, row.driver, *max(span, first[2:], key=lambda each: each[1] - each[0]))
        else:
            turns.append((row.car, row.driver, *span))
        driver = row.car, row.driver
    assert len(turns) < len(race.stints())
    assert Counter((row["car"], int(row["start"]), int(row["end"])) for row in rows) == Counter(
        (car, start, end) for car, _, start, end in turns
    )


def test_neutralisations_are_bands_with_their_names(race):
    periods = race.neutralisations()
    rows = rows_with(charts.lap_times(race), "lasted", "label")
    assert [int(row["start"]) for row in rows] == [milliseconds(start) for start in periods["start"]]
    assert [int(row["end"]) for row in rows] == [milliseconds(end) for end in periods["end"]]
    names = {"fcy": "Full-course yellow", "safety_car": "Safety car", "red": "Red flag", "slow_zone": "Slow zone"}
    assert [row["kind"] for row in rows] == [names[kind] for kind in periods["kind"].tolist()]
    assert set(names.values()) & set(svg_texts(static_svg(charts.lap_times(race)))) == {row["kind"] for row in rows}


# ---- How it reads ----


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (118_765, {}, "1:58.765"),
        (57_783, {}, "57.783"),
        (21_685_310, {}, "6:01:25.310"),
        (0, {}, "0.000"),
        (-62_500, {"sign": True}, "-1:02.500"),
        (62_500, {"sign": True}, "+1:02.500"),
        (59_999.96, {}, "1:00.000"),
        (37_123.4, {"decimals": 4}, "37.1234"),
        (59_600, {"decimals": 0}, "1:00"),
        (3_599_999.9, {}, "1:00:00.000"),
    ],
)
def test_times_read_as_timekeepers_print_them(value, options, text):
    spec = {
        "data": {"values": [{"value": value}]},
        "transform": [{"calculate": style.time_text("datum.value", **options), "as": "text"}],
        "mark": "text",
        "encoding": {"text": {"field": "text", "type": "nominal"}},
    }
    assert svg_texts(converter("vegalite_to_svg")(spec)) == [text]


def test_axes_are_in_minutes_and_hours(small):
    texts = svg_texts(static_svg(charts.lap_times(small)))
    assert {"0:00", "0:15", "0:30"} <= set(texts)  # race time in hours and minutes
    times = [text for text in texts if re.fullmatch(r"[12]:\d\d", text)]
    assert len(times) >= 3 and times in (sorted(times), sorted(times, reverse=True))


def test_a_chart_says_what_it_shows(made, small):
    for chart in made.values():
        spec = specification(chart)
        assert spec["title"]["text"] and small.info["name"] in spec["title"]["subtitle"]
        assert len(spec["description"]) > 20


# ---- Colours ----


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    light, dark = sorted((float(linear(colour) @ (0.2126, 0.7152, 0.0722)) + 0.05 for colour in (one, other)))[::-1]
    return light / dark


# Machado, Oliveira and Fernandes, 2009: protanopia, deuteranopia, tritanopia.
BLINDNESS = (
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB under D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb.clip(0, 1)
    parts = np.cbrt(xyz / (0.9505, 1.0, 1.089))
    return np.array([116 * parts[1] - 16, 500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2])])


def test_classes_differ_for_every_kind_of_colour_vision():
    for matrix in (np.eye(3), *map(np.array, BLINDNESS)):
        seen = [lab(matrix @ linear(colour)) for colour in colours.PALETTE[:5]]
        apart = [np.linalg.norm(one - other) for place, one in enumerate(seen) for other in seen[:place]]
        assert min(apart) > 15  # two patches of 2.3 can just be told apart


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_cars_can_be_seen_on_white_and_on_black(count):
    for place in range(count):
        for car in range(23):
            colour = colours.car_colour(place, count, car, 23)
            assert re.fullmatch("#[0-9a-f]{6}", colour)
            assert contrast(colour, "#ffffff") > 1.9 and contrast(colour, "#16181c") > 2.5


def test_a_car_has_one_colour_wherever_it_is(race):
    every = {car.number: car.colour for car in colours.cars_of(race)}
    assert len(set(every.values())) == len(every) == len(race.cars)
    part = race.select(classes=race.classes[1]).select(laps=(2, 20))
    assert {car.number: car.colour for car in colours.cars_of(part)} == {
        number: every[number] for number in part.cars
    }
    for make in ("car", "class", "manufacturer"):
        spec = specification(charts.race_trace(race, colours=make))
        scales = [layer["encoding"]["color"]["scale"] for layer in layers(spec) if layer["mark"]["type"] == "line"]
        given = {car: colour for scale in scales for car, colour in zip(scale["domain"], scale["range"], strict=True)}
        assert given == {car.number: car.colour for car in colours.cars_of(race, make)}
    assert {car.class_name: car.colour for car in colours.cars_of(race, "class")} == colours.class_colours(race)
    with pytest.raises(ValueError, match="'car', 'class' or 'manufacturer'"):
        charts.race_trace(race, colours="team")


# ---- What the reader does ----


def test_a_legend_for_each_class_picks_cars(race):
    spec = specification(charts.race_trace(race))
    lines = [layer for layer in layers(spec) if layer["mark"]["type"] == "line"]
    legends = [layer["encoding"]["color"]["legend"]["title"] for layer in lines]
    assert legends == list(colours.class_colours(race))
    picking = [part for part in spec["params"] if part["name"].startswith("picked")]
    assert [part["bind"] for part in picking] == ["legend"] * len(legends)
    assert all(part["select"]["fields"] == ["car"] for part in picking)
    assert [part["bind"] for part in spec["params"] if part["name"] == "zoom"] == ["scales"]


# ---- Files ----


FORMATS = {".html": b"<!doctype html>", ".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def save_in_all_formats(chart, folder: Path) -> None:
    for ending in FORMATS:
        path = folder / f"chart{ending}"
        pr.save_chart(chart, path, scale=0.5)
        assert path.read_bytes().startswith(FORMATS[ending])


@pytest.mark.parametrize("name", ALL)
def test_every_chart_is_saved(name, made, tmp_path):
    save_in_all_formats(made[name], tmp_path)


def test_the_same_chart_is_the_same_file(made, tmp_path):
    for ending in (".svg", ".html"):
        one, other = (tmp_path / f"{turn}{ending}" for turn in (1, 2))
        pr.save_chart(made["race_trace"], one)
        pr.save_chart(made["race_trace"], other)
        assert one.read_bytes() == other.read_bytes()


def test_another_ending_is_refused(small, tmp_path):
    with pytest.raises(ValueError, match=r"\.html, \.png, \.svg or \.pdf"):
        pr.save_chart(charts.stints(small), tmp_path / "chart.gif")


def test_pictures_leave_out_what_answers_to_the_mouse(small):
    live, still = specification(charts.race_trace(small)), static_spec(charts.race_trace(small))
    assert any(layer.get("name", "").startswith("hover") for layer in layers(live))
    assert not any(layer.get("name", "").startswith("hover") for layer in layers(still))
    text = json.dumps({key: part for key, part in still.items() if key != "datasets"})
    assert "tooltip" not in text and '"scales"' not in text and '"clip"' not in text


def test_charts_of_a_page_share_the_script_and_the_data(small):
    several = [charts.lap_times(small), charts.lap_times(small, colours="class"), charts.stints(small)]
    figures, script = page_parts(several)
    data = json.loads(re.search(r'id="pyracing-data">(.*?)</script>', script, re.S)[1])
    expected = {name for chart in several for name in specification(chart)["datasets"]}
    assert set(data) == expected and len(expected) < sum(len(specification(chart)["datasets"]) for chart in several)
    assert len(figures) == 3 and not any("datasets" in figure for figure in figures)
    assert script.count("vegaEmbed=") == 1
    assert page_parts(several) == (figures, script)


def test_the_library_is_made_once_for_all_programs_of_a_user(tmp_path, monkeypatch):
    made = []

    def make() -> str:
        made.append("vega")
        return "vega()"

    monkeypatch.setattr(library, "converter", lambda name: functools.partial(lambda vl_version: make(), vl_version="6"))
    fresh = library.bundle.__wrapped__
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "new" / "folder"))
    assert [fresh(), fresh()] == ["vega()"] * 2 and len(made) == 1
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))  # where nothing can be kept
    assert [fresh(), fresh()] == ["vega()"] * 2 and len(made) == 3


def test_text_of_the_data_stays_text(tmp_path):
    evil = '</script><script>alert("1")</script>,"'
    laps = {"car": ["1", "1"], "lap": [1, 2], "lap_time": [90.0, 91.0], "team": [evil] * 2, "driver": [evil] * 2}
    session = pr.from_laps(laps, kind="race", name=evil)
    chart = charts.stints(session)
    assert rows_with(chart, "stint", "driver")[0]["driver"] == evil
    pr.save_chart(chart, tmp_path / "chart.html")
    assert "<script>alert" not in (tmp_path / "chart.html").read_text()


# ---- What is not there ----


def test_importing_pyracing_brings_no_chart_library():
    code = (
        "import sys, pyracing; print('altair' in sys.modules, 'charts' in dir(pyracing));"
        "sys.modules['altair'] = None\n"
        "try: pyracing.charts\nexcept ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == "False True"
    assert "pip install 'pyracing-timing[report]'" in second


def test_the_module_has_no_other_attributes():
    with pytest.raises(AttributeError, match="no attribute 'chart'"):
        _ = pr.chart


def bare(**columns) -> pr.Session:
    return pr.from_laps(columns, kind="race")


SESSIONS = {
    "single lap": lambda: bare(car=["1"], lap=[1], lap_time=[90.0]),
    "no classes, sectors, flags or stops": lambda: bare(
        car=["1"] * 3 + ["2"] * 3, lap=[1, 2, 3] * 2, lap_time=[90.0, 91, 92, 91, 91, 91]
    ),
    "practice": lambda: pr.from_laps({"car": ["1"] * 3, "lap": [1, 2, 3], "lap_time": [90.0, 91, 92]}, kind="practice"),
    "one driver, one stop": lambda: pr.read(race_files.race_file("1 GT3 | Ann 1:40 1:31B 2:00/0:40 1:30")),
}


@pytest.mark.parametrize("which", SESSIONS)
def test_what_a_session_lacks_makes_a_smaller_chart_or_says_so(which):
    session = SESSIONS[which]()
    drawn = []
    for name, make in ALL.items():
        try:
            drawn.append((name, make(session)))
        except ValueError as error:
            assert "session" in str(error) and len(str(error)) > 30
            assert "altair" not in traceback.extract_tb(error.__traceback__)[-1].filename
    assert {"lap_times", "stints"} <= {name for name, _ in drawn}
    for _, chart in drawn[:: len(SESSIONS)]:
        assert static_svg(chart).startswith("<svg")


def test_le_mans_is_drawn(le_mans):
    for name in ("race_trace", "lap_times"):
        assert len(json.dumps(specification(ALL[name](le_mans)))) < 1_000_000


# ---- Numbers of single charts ----


def test_positions_are_those_of_the_lap_chart(small, made):
    rows = rows_with(made["lap_chart"], "position", "place")
    table = small.lap_chart(by="class")
    assert [(row["car"], int(row["leader_lap"]), int(row["position"])) for row in rows] == [
        (row.car, row.leader_lap, row.position) for row in table if row.position is not None
    ]
    places = {}
    for row, name in zip(rows, [row.class_ for row in table if row.position is not None], strict=True):
        places.setdefault(name, set()).add(int(row["place"]))
    ranges = sorted((min(own), max(own)) for own in places.values())
    assert all(before[1] < after[0] for before, after in zip(ranges, ranges[1:], strict=False))  # none over another


def test_hours_are_those_of_the_hourly_classification(small, made):
    rows = rows_with(made["hourly"], "class_position", "place")
    placed = {row.car for row in small.hourly() if row.class_position is not None}
    assert [(row["car"], row["class_position"]) for row in rows] == [
        (row.car, str(row.class_position or "")) for row in small.hourly() if row.car in placed
    ]


def test_pace_is_that_of_the_clean_laps(small, made):
    times: dict[tuple[str, str], list[int]] = {}
    for lap in small.lap_details():
        if lap.clean:
            times.setdefault((lap.car, lap.driver), []).append(milliseconds(np.timedelta64(lap.lap_time)))
    rows = [row for each in datasets(made["pace"]) if each and "median" in each[0] for row in each]
    assert {(row["car"], row["driver"]): int(row["laps"]) for row in rows} == {
        key: len(own) for key, own in times.items()
    }
    for row in rows:
        own = times[row["car"], row["driver"]]
        assert float(row["median"]) == pytest.approx(np.median(own), abs=0.001) and int(row["best"]) == min(own)
    per_class = [[float(row["median"]) for row in each] for each in datasets(made["pace"]) if "median" in each[0]]
    assert all(own == sorted(own) for own in per_class)


def test_the_raising_average_ends_at_the_mean(small, made):
    last = {row["car"]: row for row in rows_with(made["raising_average"], "best", "mean")}
    for car, row in last.items():
        own = [lap.lap_time / np.timedelta64(1, "ms") for lap in small.lap_details() if lap.car == car and lap.clean]
        assert int(row["best"]) == len(own) and float(row["mean"]) == pytest.approx(np.mean(own), abs=0.001)


def test_sectors_add_up_to_the_gap_of_the_ideal_laps(small, made):
    ideal = {row.car: (row.class_, row.ideal) for row in small.ideal_laps()}
    for rows in datasets(made["sectors"]):
        for row in (row for row in rows if row.get("sector") == "Sector 3"):
            name = ideal[row["car"]][0]
            best = [min(lap) for lap in zip(*sector_bests(small, name), strict=True)]
            mine = ideal[row["car"]][1] - sum(best, np.timedelta64(0, "us"))
            assert float(row["end"]) == pytest.approx(mine / np.timedelta64(1, "ms"))


def sector_bests(session: pr.Session, name: str) -> list[tuple]:
    return [(row.sector_1, row.sector_2, row.sector_3) for row in session.ideal_laps() if row.class_ == name]


def test_bars_of_pit_stops_stand_one_behind_the_other(race):
    rows = rows_with(charts.pit_stops(race), "begin", "end")
    visits = {(row.car, row.visit): row for row in race.pit_stops()}
    reached: dict[str, int] = {}
    for row in rows:
        visit = visits[row["car"], int(row["visit"])]
        assert int(row["begin"]) == reached.get(row["car"], 0)
        assert int(row["end"]) - int(row["begin"]) == milliseconds(np.timedelta64(visit.pit_lane_time))
        reached[row["car"]] = int(row["end"])
        assert visit.kind not in ("garage", "red_flag", "unfinished")
    with pytest.raises(ValueError, match="'time' or 'loss'"):
        charts.pit_stops(race, of="gain")


def test_the_weather_stands_at_its_race_time(race):
    rows = rows_with(charts.weather(race), "air_temperature", "elapsed")
    clocks = [milliseconds(clock) for clock in race.weather["clock"]]
    first = min(race.laps, key=lambda lap: lap.elapsed)
    start = milliseconds(np.timedelta64(first.clock)) - milliseconds(np.timedelta64(first.elapsed))
    end = max(milliseconds(np.timedelta64(lap.elapsed)) for lap in race.laps)
    inside = [clock - start for clock in clocks if start <= clock <= start + end]
    assert [int(row["elapsed"]) for row in rows] == pytest.approx(inside, abs=1)


def test_drive_time_has_a_bar_a_driver(small, made):
    rows = [row for each in datasets(made["drive_time"]) if each and "share" in each[0] for row in each]
    assert {(row["car"], row["driver"]): int(row["time"]) for row in rows} == {
        (row.car, row.driver): milliseconds(np.timedelta64(row.time)) for row in small.drive_time()
    }


def test_drive_time_says_who_drove_too_little_or_too_much(small):
    limits = {"everybody": {"minimum": "25m", "maximum": "63m30s"}}
    rules = pr.rules("imsa").replace(drive_time={"scaled": False, "limits": limits})
    chart = charts.drive_time(small, rules=rules)
    rows = [row for each in datasets(chart) if each and "verdict" in each[0] for row in each]
    expected = {True: ": too little", False: ": too much"}
    assert {row["verdict"] for row in rows} == {"", *expected.values()}
    for row in rows:
        time = float(row["time"]) / 60_000
        assert row["verdict"] == ("" if 25 <= time <= 63.5 else expected[time < 25])


def test_standings_are_those_after_each_round(tmp_path):
    results = {
        "round": [1, 1, 1, 2, 2, 2],
        "event": ["Fuji"] * 3 + ["Monza"] * 3,
        "driver": ["Ann", "Bo", "Cy", "Bo", "Ann", "Cy"],
        "position": [1, 2, 3] * 2,
        "class_position": [1, 2, 3] * 2,
        "class": ["HYPERCAR"] * 6,
        "hours": [6] * 6,
        "pole": [False] * 6,
    }
    rules = pr.rules("wec")
    chart = charts.standings(results, rules, top=1)
    save_in_all_formats(chart, tmp_path)
    table = pr.title_progress(results, rules)
    rows = rows_with(chart, "after", "points")
    assert [(int(row["after"]), row["driver"], float(row["points"])) for row in rows] == [
        (row.after, row.driver, row.points) for row in table
    ]
    assert {row["colour"] for row in rows} == {table[np.asarray(table["after"]) == 2]["driver"][0], "others"}
    with pytest.raises(ValueError, match="at least one"):
        charts.standings(results, rules, top=0)


def test_a_notebook_needs_no_network_and_chooses_its_renderer(made):
    import altair

    assert "pyracing" in altair.renderers.names() and altair.renderers.active != "pyracing"
    with altair.renderers.enable("pyracing"):
        shown = made["stints"]._repr_mimebundle_()
    content = shown["text/html"]
    assert content.startswith("<iframe") and "pyracing-chart" in content and "cdn." not in content.split("srcdoc")[0]

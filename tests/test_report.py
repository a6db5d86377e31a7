"""Reports: what they say is what plain counting finds, whatever the session holds and lacks."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import lap_files
import pytest
from answers import rows
from race_files import race_file
from report_pages import Page

import pyracing as pr
from pyracing.report.facts import Facts
from pyracing.report.page import page_of, rendered, report_title, still
from pyracing.report.pictures import Picture

RACE = """
    7 GT3 | Ann 1:40 1:30 1:30* 1:31B | Bo 2:20/45 1:30 1:30 1:31
    8 GT3 | Cid 1:41 1:31 1:31 1:30*  1:31B | Dee 2:21/44 1:31 1:32
    9 GT4 | Eve 1:50 1:44 1:43* 1:45 1:46B | Fay 9:10/7:30 1:44
    5 GT4 | Gus 1:52 1:45 1:42* 1:46 1:44 1:44B | Hal 2:30/40
"""


def told(session: pr.Session, folder: Path, **given: object) -> Page:
    return Page(pr.report(session, folder / "report.html", **given).read_text(encoding="utf-8"))


def published(text: str = RACE, **given: object) -> pr.Session:
    return pr.read(race_file(text), kind="race", name="Three hours", **given)


def seconds(text: str) -> float:
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def page(race: pr.Session, folder: Path) -> Page:
    return told(race, folder)


# ---- What it says ----


def test_a_race_that_can_be_followed_by_hand(folder: Path) -> None:
    """Car 7 drives 6:11 and 6:51, car 8 7:44 and 5:24; car 9 ends 6:39 after car 5."""
    page = told(published(), folder)
    assert page.headings[0] == (1, "Three hours · Race")
    assert page.figures["Winner"] == "Car 7"
    assert page.figures["Margin"].replace("\N{NO-BREAK SPACE}", " ") == "6.000 s"
    assert page.figures["Distance"] == "8 laps"
    assert page.figures["Fastest lap"] == "1:30.000"
    assert "Car 7 of Team 7 (GT3; Ann, Bo) won: 8 laps in 13:02.000, 6.000 s ahead of car 8" in page.words
    assert [row["Car"] for row in page.tables["GT3"]] == ["7", "8"]
    assert [(row["Car"], row["Overall"], row["Gap"]) for row in page.tables["GT4"]] == [
        ("5", "3", ""),
        ("9", "4", "+6:39.000"),
    ]


def test_who_led_by_the_hour(folder: Path) -> None:
    """Car 7 leads for three laps, then car 8: at 1:20:15 it is 15 s ahead."""
    session = published("""
        7 GT3 | Ann 20:00 20:00 20:00 20:30 20:30 20:30 20:30
        8 GT3 | Bo 20:05 20:05 20:05 20:00 20:00 20:00 20:00
    """)
    page = told(session, folder)
    assert "By the hour, car 7 led after hour 1 and car 8 after hour 2." in page.words
    assert "The lead changed once between 2 cars; car 8 led most, 4 of 7 laps." in page.words
    assert page.figures["Lead changes"] == "1"
    assert [row["GT3"] for row in page.tables["The car in the lead at each full hour"]] == ["7", "8"]


def test_the_order_is_the_published_one(race: pr.Session, page: Page) -> None:
    """Counted from the rows of the official result alone."""
    official = rows(race.results)
    for name in race.classes:
        cars = [row["car"] for row in official if row["class"] == name]
        assert [row["Car"] for row in page.tables[name]] == cars
        winner = next(row for row in official if row["class"] == name)
        lines = {row["Car"]: row for row in page.tables[name]}
        for row in official:
            if row["class"] != name:
                continue
            line = lines[row["car"]]
            assert int(line["Laps"]) == row["laps"]
            assert seconds(line["Time"]) == pytest.approx(row["total_time"] / 1e6)
            if row["status"] == "disqualified":
                assert line["Gap"] == ""
            elif row["laps"] == winner["laps"] and row["total_time"] > winner["total_time"]:
                assert seconds(line["Gap"].lstrip("+")) == pytest.approx(
                    (row["total_time"] - winner["total_time"]) / 1e6
                )
            elif row["laps"] < winner["laps"]:
                behind = round(winner["laps"] - row["laps"])
                assert line["Gap"] == f"+{behind} lap{'s' if behind > 1 else ''}"


def test_stints_and_visits_are_counted(race: pr.Session, page: Page) -> None:
    visits = Counter(row["car"] for row in rows(race.pit_stops()) if row["kind"] != "pass_through")
    stints = Counter(row["Car"] for name in race.classes for row in page.tables[f"Stints: {name}"])
    for car in race.cars:
        assert visits[car] <= stints[car] <= visits[car] + 1
    laps: Counter[str] = Counter()
    for name in race.classes:
        for row in page.tables[f"Stints: {name}"]:
            laps[row["Car"]] += int(row["Laps"])
    assert laps == Counter(race.laps["car"].tolist())
    for name in race.classes:
        for row in page.tables[f"Pit lane: {name}"]:
            own = [visit for visit in rows(race.pit_stops()) if visit["car"] == row["Car"]]
            spent = sum(visit["pit_lane_time"] or 0 for visit in own)
            assert seconds(row["In the pit lane"]) == pytest.approx(spent / 1e6)
            assert row["Stops"] in (str(sum(visit["kind"] == "pit_stop" for visit in own)), "")


def test_pace_is_that_of_the_clean_laps(race: pr.Session, page: Page) -> None:
    times: dict[tuple[str, str], list[int]] = {}
    for lap, clean in zip(rows(race.laps), rows(race.clean_laps()), strict=True):
        if clean["clean"]:
            times.setdefault((lap["driver"], lap["car"]), []).append(lap["lap_time"])
    shown = {
        (row["Driver"], row["Car"]): row for name in race.classes for row in page.tables[f"Pace by driver: {name}"]
    }
    assert shown.keys() == times.keys()
    for key, row in shown.items():
        own = sorted(times[key])
        middle = (own[(len(own) - 1) // 2] + own[len(own) // 2]) / 2
        assert (int(row["Clean"]), seconds(row["Best"])) == (len(own), pytest.approx(own[0] / 1e6))
        assert seconds(row["Median"]) == pytest.approx(middle / 1e6, abs=0.0006)


def test_decisions_and_what_they_changed(folder: Path) -> None:
    page = told(published(), folder, decisions=[pr.time_penalty("7", 30, "track limits")])
    assert page.figures["Winner"] == "Car 8"
    assert "Car 7: 30 s added (track limits); 1st by the laps, 2nd in the end." in page.words
    assert "The order changed in GT3." in page.words
    assert [(row["Car"], row["By laps"]) for row in page.tables["GT3"]] == [("8", "2"), ("7", "1")]


def test_decisions_that_were_served_in_the_pit_lane(folder: Path) -> None:
    """So few visits do not tell how long a transit is: the one on that very lap served it."""
    session = published(RACE.replace("| Dee", "| Cid"))
    plain, page = (told(session, folder, decisions=given) for given in ((), [pr.stop_go("8", 10, lap=5)]))
    for shown, stops, stop_go in ((plain, "1", ""), (page, "", "1")):
        row = next(row for row in shown.tables["Pit lane: GT3"] if row["Car"] == "8")
        assert (row["Stops"], row.get("Stop-and-go", "")) == (stops, stop_go)


def test_a_penalty_that_was_served_is_not_called_unserved(folder: Path) -> None:
    """Which visit served it cannot be told where the car came in before only: a doubt, and the order stays."""
    given = [pr.drive_through("7", lap=6), pr.retire("5", "engine"), pr.delete_lap("7", 3, "track limits")]
    text = pr.report(published(), folder / "served.html", rules="wec", decisions=given).read_text(encoding="utf-8")
    page = Page(text)
    assert "Car 7: drive-through, served from lap 6 on and the time of lap 3 deleted (track limits); it" in page.words
    assert "Car 5: retired (engine); 3rd by the laps, retired in the end." in page.words
    assert "with the decisions that were given. Rules: FIA World Endurance Championship." in text
    assert "Served penalty not found" in [row["Doubt"] for row in page.tables["Doubts about the data"]]


def test_the_files_and_their_hashes(race: pr.Session, page: Page) -> None:
    listed = {row["File"]: row["SHA-256"] for row in page.tables["The files that were read"]}
    assert listed == {file["name"].rpartition("/")[2]: file["sha256"] for file in race.info["files"]}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in listed.values())


def test_rules_come_with_their_sources(folder: Path) -> None:
    rows_shown = told(published(), folder, rules="wec").tables["Rules: FIA World Endurance Championship"]
    known = {row.key: row for row in pr.series("wec")}
    values = {row["Rule"]: row["Value"] for row in rows_shown}
    assert (values["penalties.drive through"], values["red flag.result"]) == ("30 s", "?")
    share = next(row for row in rows_shown if row["Rule"] == "min distance.share")
    assert share["Value"] == known["min_distance.share"].value == "0.7"
    assert share["Source"] == (known["min_distance.share"].source or "")


def test_who_drove_too_little_stands_among_the_headlines(folder: Path) -> None:
    """Ann drives 6:11, Bo 6:51 less 45 s in the pit lane, 6:06."""
    limits = {"everybody": {"minimum": "6m10s"}}
    rules = pr.rules("imsa").replace(drive_time={"scaled": False, "limits": limits})
    page = told(published(RACE.split("8 GT3")[0]), folder, rules=rules)
    assert "Drive time" in [text for level, text in page.headings if level == 3]
    assert "Car 7: Bo drove 0:06:06, 0:00:04 short of the minimum of 0:06:10." in page.items
    assert not [text for text in page.items if text.startswith("Car 7: Ann")]
    assert "chart-drive_time" in [attributes.get("id") for tag, attributes in page.tags if tag == "figure"]


def test_a_bound_that_the_rules_leave_open_is_said(folder: Path) -> None:
    path = pr.report(published(RACE.split("8 GT3")[0]), folder / "open.html", rules="alms")
    text = path.read_text(encoding="utf-8")
    assert "because the rules leave a bound open: alms.toml: drive_time.limits" in text
    page = Page(text)
    times = [row["Time"] for row in page.tables["Drive time: GT3"]]
    assert times == ["6:11\N{NO-BREAK SPACE}min", "6:06\N{NO-BREAK SPACE}min"]
    assert "chart-drive_time" not in [attributes.get("id") for tag, attributes in page.tags]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("le_mans_24h.csv", "Le Mans 24h · Race"),
        ("Six Hours of Fuji.csv", "Six Hours of Fuji · Race"),
        ("data/race 2.csv", "Race 2"),
    ],
)
def test_the_title_is_what_the_names_of_the_files_say(path: str, title: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(race_file(RACE))
    assert report_title(Facts(pr.read(file, kind="race"))) == title


def test_a_race_that_is_called_race_has_the_title_of_its_event(tmp_path: Path) -> None:
    folder = tmp_path / "2022" / "11-watkins-glen"
    folder.mkdir(parents=True)
    (folder / "202206261040-race-laps.csv").write_bytes(race_file(RACE))
    (folder / "202206251040-practice-laps.csv").write_bytes(race_file(RACE))
    assert report_title(Facts(pr.read(folder, session="race"))) == "Watkins Glen 2022 · Race"


def test_doubts_are_listed(folder: Path) -> None:
    laps = lap_files.car_laps("7", [{"time": 90.0}, {"time": 91.0}, {"time": 92.0}])
    data = lap_files.lap_file(laps).replace(b";3;1:32.000", b";3;1:xx.000")
    session = pr.read(data, kind="race")
    assert len(session.check()) > 0
    shown = told(session, folder).tables["Doubts about the data"]
    assert [row["What"] for row in shown] == [row["message"] for row in rows(session.check())]


# ---- How it is made ----


def test_user_text_stays_text(folder: Path) -> None:
    text = RACE.replace("Ann", "</script><img/src=x>").replace("GT3", "<b>GT3</b>")
    page = told(published(text), folder)
    tags = [tag for tag, _ in page.tags]
    assert "b" not in tags and "img" not in tags
    assert "<b>GT3</b>" in page.tables
    assert "</script><img/src=x>" in page.words


def test_same_input_same_bytes(tmp_path: Path) -> None:
    """In a process whose sets and dictionaries are in another order."""
    path = tmp_path / "laps.csv"
    path.write_bytes(race_file(RACE))
    here = pr.report(pr.read(path), tmp_path / "here.html").read_bytes()
    program = "import pyracing as pr; pr.report(pr.read('laps.csv'), 'there.html')"
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, env=environment, timeout=300)
    assert (tmp_path / "there.html").read_bytes() == here


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "href", "srcset", "data", "action"):
            given = attributes.get(name) or "#"
            assert given.startswith(("#", "data:")), (tag, given)
    assert not [tag for tag, _ in page.tags if tag in ("link", "iframe", "object", "embed", "base")]


def test_headings_are_in_order_and_tables_have_heads(page: Page) -> None:
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    scopes = [attributes.get("scope") for tag, attributes in page.tags if tag == "th"]
    assert set(scopes) == {"row", "col"}
    assert [tag for tag, _ in page.tags].count("caption") == [tag for tag, _ in page.tags].count("table")


def test_on_paper_a_chart_of_several_classes_is_an_image_a_class() -> None:
    """All of them together may be longer than a page, and what is beyond it is lost."""
    race = pr.simulate(seed=3, minutes=60, cars=9).session
    for name, parts in (("pace", sorted(f"Bars. {each}" for each in race.classes)), ("race_trace", ["Bars."])):
        images = still(Picture(name, "Title", "Bars.", getattr(pr.charts, name)(race)))
        assert sorted(re.findall('alt="([^"]*)"', images)) == parts


def test_pdf_is_the_same_every_time(tmp_path: Path) -> None:
    small = SMALL["one lap"]()
    first, second = (pr.report(small, tmp_path / name).read_bytes() for name in ("1.pdf", "2.pdf"))
    assert first.startswith(b"%PDF-") and first == second


def test_another_ending_is_refused(race: pr.Session, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.html or \.pdf, not as 'report.docx'"):
        pr.report(race, tmp_path / "report.docx")
    with pytest.raises(pr.RulesError, match="wec"):
        pr.report(race, tmp_path / "report.html", rules="wek")


# ---- Small sessions ----

ONE_LAP = {"car": ["7"], "lap_time": [90.0]}
SMALL = {
    "one lap": lambda: pr.from_laps(ONE_LAP),
    "lap times alone": lambda: pr.from_laps({"car": ["7"] * 4 + ["8"] * 3, "lap_time": [95.0, 90, 91, 90, 96, 92, 93]}),
    "no car with a time": lambda: pr.from_laps({"car": ["7", "8"], "lap": [1, 1], "lap_time": [float("nan")] * 2}),
    "no stop": lambda: published("7 GT3 | Ann 1:40 1:30 1:30\n8 GT3 | Bo 1:41 1:32 1:30"),
    "no class": lambda: published("7 | Ann 1:40 1:30B | Bo 2:10/40 1:30\n8 | Cid 1:41 1:32 1:30 1:30"),
    "no flag": lambda: published("7 GT3 | Ann 1:40! 1:30! 1:31!\n8 GT3 | Bo 1:42! 1:31! 1:31!"),
    "no driver": lambda: published("7 GT3 | - 1:40 1:30\n8 GT3 | - 1:42 1:31"),
    "one car": lambda: published("7 GT3 | Ann 1:40 1:30 1:31"),
    "practice": lambda: pr.read(race_file(RACE), kind="practice"),
    "a class": lambda: published().select(classes="GT4"),
    "a driver": lambda: published().select(drivers="Ann"),
    "green laps": lambda: published().select(flags="green"),
    "one lap of all": lambda: published().select(laps=3),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_small_session_makes_a_smaller_report(name: str, tmp_path: Path) -> None:
    session = SMALL[name]()
    page = told(session, tmp_path)
    assert page.headings[0][0] == 1
    assert ("Decisions" in [text for _, text in page.headings]) is False
    cars = {cell for table in page.tables.values() for row in table for key, cell in row.items() if key == "Car"}
    assert cars <= set(session.cars)
    assert "nan" not in page.words.lower() and "none" not in page.words.lower().split()


def test_a_result_without_laps(simulation: pr.Simulation, tmp_path: Path) -> None:
    data = next(data for name, data in simulation.files().items() if "Official" in name)
    session = pr.read(data)
    page = told(session, tmp_path)
    official = rows(session.results)
    assert page.figures["Winner"] == f"Car {official[0]['car']}"
    assert sum(len(page.tables[name]) for name in session.classes) == len(official)


# ---- Published files ----

EVERY_FILE = "PYRACING_EVERY_FILE" in os.environ  # with charts, which takes many minutes


def readable(paths: list[Path]) -> Iterator[pr.Session]:
    for path in paths:
        try:
            yield pr.read(path)
        except pr.ReadError:
            continue


def test_every_published_file_that_can_be_read_has_a_report(data: Path, tmp_path: Path) -> None:
    """Its words and tables, and its charts where all files are asked for; else of every tenth file."""
    paths = sorted(path for path in data.rglob("*") if path.is_file())
    for session in readable(paths if EVERY_FILE else paths[::10]):
        if EVERY_FILE:
            page = told(session, tmp_path)
        else:
            facts = Facts(session)
            page = Page(rendered(page_of(facts, {}, {}), {}, "", paper=False))
        assert page.headings[0][0] == 1
        cars = [row["Car"] for rows_shown in page.tables.values() for row in rows_shown if "Place" in row]
        assert len(cars) == len(set(cars)) and set(cars) <= set(session.cars)


def test_le_mans(le_mans: pr.Session, tmp_path: Path) -> None:
    """The 24 hours of 2024 as the world knows them, in less than 6 MB."""
    path = pr.report(le_mans, tmp_path / "report.html")
    assert path.stat().st_size < 6_000_000
    page = Page(path.read_text(encoding="utf-8"))
    assert (page.figures["Winner"], page.figures["Distance"]) == ("Car 50", "311 laps")
    assert page.figures["Margin"].startswith("14.221")
    winners = {name: page.tables[name][0]["Car"] for name in le_mans.classes}
    assert winners == {"HYPERCAR": "50", "LMP2": "22", "LMGT3": "91"}


def test_what_the_stewards_of_watkins_glen_did(data: Path, tmp_path: Path) -> None:
    """Nine cars were moved to the rear of their class after the six hours of 2022."""
    race = pr.read(data / "imsa" / "2022" / "11-watkins-glen-international", session="race")
    page = told(race, tmp_path, rules="imsa")
    moved = set(re.findall(r"Car (\w+): moved to the rear of its class", page.words))
    assert moved == {"1", "12", "25", "32", "36", "42", "57", "59", "99"}
    assert "GTD: car 57 was first by the laps, car 27 won." in page.words

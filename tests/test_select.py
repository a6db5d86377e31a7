"""The lens `select`: what it keeps, what it knows of the field, what it refuses."""

import pickle

import pytest

import pyracing as pr
from answers import columns, rows, values
from lap_files import CORPUS
from race_files import race_file

RACE = """
    1 P2 | Ann 1:40 1:30 1:31!FCY | Bo 1:32 1:31
    12 P2 | Cy 1:40 1:30 1:32!FCY 1:33 1:34
    3 GT | Di 1:44 1:40 1:44!SF | Ed 1:45
"""
RESULTS = b"""POSITION;NUMBER;STATUS;LAPS;TOTAL_TIME;GAP_FIRST;TEAM;CLASS;GROUP;DRIVER_FIRSTNAME;DRIVER_SECONDNAME
1;1;Classified;5;7:44.000;-;Team 1;P2;Pro;Ann;
2;12;Classified;5;7:49.000;+5.000;Team 12;P2;Am;Cy;
3;3;Classified;4;6:53.000;1 Lap;Team 3;GT;Am;Di;
;4;Not started;0;;;Team 4;GT;Am;Flo;
"""


def race() -> pr.Session:
    return pr.read(race_file(RACE), RESULTS, kind="race")


def kept(session: pr.Session) -> list[tuple]:
    return columns(session.laps, "car", "lap")


@pytest.mark.parametrize(
    ("wanted", "keeps"),
    [
        ({}, lambda lap: True),
        ({"cars": "12"}, lambda lap: lap["car"] == "12"),
        ({"cars": ["3", "1"]}, lambda lap: lap["car"] in "13"),
        ({"classes": "P2"}, lambda lap: lap["class"] == "P2"),
        ({"groups": "Am"}, lambda lap: lap["car"] != "1"),
        ({"drivers": ["Bo", "Di"]}, lambda lap: lap["driver"] in ("Bo", "Di")),
        ({"flags": ["fcy", "safety_car"]}, lambda lap: lap["flag"] in ("fcy", "safety_car")),
        ({"flags": "red"}, lambda lap: False),
        ({"laps": (2, 3)}, lambda lap: lap["lap"] in (2, 3)),
        ({"laps": slice(5, None)}, lambda lap: lap["lap"] >= 5),
        ({"classes": "P2", "drivers": "Ann", "laps": (2, 9)}, lambda lap: lap["driver"] == "Ann" and lap["lap"] > 1),
        ({"cars": "3", "classes": "P2"}, lambda lap: False),
    ],
)
def test_keeps_what_matches_everything(wanted, keeps):
    session = race()
    assert rows(session.select(**wanted).laps) == [lap for lap in rows(session.laps) if keeps(lap)]


def test_parts_of_a_selection():
    session = race().select(classes="GT")
    assert columns(session.entries, "car", "laps") == [("3", 4), ("4", 0)]
    assert columns(session.results, "car", "position") == [("3", 3), ("4", None)]
    assert values(session.crew, "car") == ["3", "3", "4"]
    assert (session.cars, session.classes) == (("3", "4"), ("GT",))
    assert session.info["narrowed"] is False and session.info["files"] == race().info["files"]


def test_parts_of_a_narrowed_selection():
    """Cars without a lap kept are left out; the entries count the laps kept."""
    session = race().select(laps=slice(4, None))
    assert columns(session.entries, "car", "laps") == [("1", 2), ("12", 2), ("3", 1)]
    assert columns(session.select(drivers=["Bo", "Ed"]).entries, "car", "laps") == [("1", 2), ("3", 1)]
    assert columns(race().select(drivers="Bo").crew, "car", "driver") == [("1", "Bo")]
    assert session.info["narrowed"] is True and session.select(cars="1").info["narrowed"] is True


def test_a_driver_of_a_crew_who_drove_no_lap_is_there_without_laps():
    session = race()
    part = session.select(drivers="Flo")
    assert (len(part), part.cars, part.drivers) == (0, ("4",), ("Flo",))
    assert columns(part.entries, "car", "laps", "drivers") == [("4", 0, "Flo")]
    assert len(part.fastest_laps()) == len(part.stints(by="driver")) == len(part.pit_stops()) == 0
    assert columns(session.select(drivers=["Flo", "Bo"]).entries, "car", "laps") == [("1", 2), ("4", 0)]
    assert session.select(drivers="Flo", laps=1).cars == session.select(drivers="Flo", cars="1").cars == ()
    assert [len(session.select(drivers=driver)) for driver in session.drivers] == [3, 2, 5, 3, 1, 0]
    assert pickle.loads(pickle.dumps(part)) == part


def test_sections_go_with_their_laps():
    data = b"NUMBER;LAP_NUMBER;LAP_TIME;A_time;A_elapsed\n1;1;90;30;30\n1;2;91;31;31\n2;1;92;32;32\n"
    session = pr.read(data).select(laps=(1, 1))
    assert columns(session.sections, "car", "lap", "time") == [("1", 1, 30_000_000), ("2", 1, 32_000_000)]


def test_a_selection_of_a_selection():
    session = race()
    assert session.select(classes="P2").select(cars="12") == session.select(cars="12")
    assert kept(session.select(classes="P2", drivers="Bo")) == kept(session.select(classes="P2").select(drivers="Bo"))


def test_the_field_stays_known():
    """Second of the class in the race, though alone here."""
    details = race().select(cars="12").lap_details()
    assert columns(details, "lap", "position", "class_position")[-1] == (5, 2, 2)


def test_the_session_itself_does_not_change():
    session = race()
    before = pickle.dumps(session)
    session.select(laps=(1, 1), drivers="Ann")
    assert pickle.dumps(session) == before


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"cars": "2"}, "no car '2'.*'12'"),
        ({"classes": "gt"}, "no class 'gt'.*'GT'"),
        ({"drivers": "An"}, "no driver 'An'.*'Ann'"),
        ({"groups": "Silver"}, "no group 'Silver'"),
        ({"flags": "gren"}, "no flag 'gren'.*'green'"),
        ({"cars": ["1", "x"]}, "no car 'x'"),
        ({"cars": ""}, "no car ''"),
        ({"laps": (3, 2)}, "3"),
    ],
)
def test_unknown_names(wanted, message):
    with pytest.raises(ValueError, match=message):
        race().select(**wanted)


@pytest.mark.parametrize("laps", ["3", "12", 2.5, (1, 2, 3), (1, "2"), {1, 2}])
def test_what_is_no_range_of_laps(laps):
    with pytest.raises(TypeError, match=r"give a lap, a pair \(first, last\), a range or a slice"):
        race().select(laps=laps)


def test_laps_beyond_all_numbers():
    assert race().select(laps=slice(4, 2**40)).laps == race().select(laps=slice(4, None)).laps
    assert len(race().select(laps=2**40)) == 0


def test_a_name_that_was_selected_away_is_unknown():
    with pytest.raises(ValueError, match="no car '3'"):
        race().select(classes="P2").select(cars="3")


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize(
    "name", ["grcup/indianapolis/Race 1/23_AnalysisEnduranceWithSections_Race 1.CSV", "wec/2025/cota_6h.csv"]
)
def test_published_files(name):
    """Every class and every driver by itself; together they are the session again."""
    session = pr.read(CORPUS / name)
    laps = rows(session.laps)
    for class_name in session.classes:
        assert rows(session.select(classes=class_name).laps) == [lap for lap in laps if lap["class"] == class_name]
    stints = rows(session.stints(by="driver"))
    for driver in session.drivers:
        part = session.select(drivers=driver)
        assert rows(part.laps) == [lap for lap in laps if lap["driver"] == driver]
        assert rows(part.stints(by="driver")) == [stint for stint in stints if stint["driver"] == driver]
    assert sum(len(session.select(flags=flag)) for flag in {lap["flag"] for lap in laps}) == len(laps)
    for stop in rows(session.pit_stops())[::25]:
        assert stop in rows(session.select(cars=stop["car"]).pit_stops())

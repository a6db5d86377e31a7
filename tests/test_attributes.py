"""Attributes of cars and drivers from tables and files: groups of a classification, and what `select` keeps."""

import polars as pl
import pytest

import pyracing as pr
from answers import columns
from pyracing.attributes import members
from race_files import race_file

RACE = """
    1 Cup | Ann 1:40 1:30 1:31
    2 Cup | Bo 1:40 1:31 1:31
    3 Cup | Cy 1:41 1:31 1:31
    4 GT | Di 1:50 1:40 1:41 | Ed 1:42
    5 GT | Flo 1:51 1:41 1:41 | Gus 1:42
"""
HEAD = "POSITION;NUMBER;STATUS;LAPS;TOTAL_TIME;GAP_FIRST;TEAM;CLASS;VEHICLE;TIRES" + "".join(
    f";DRIVER{number}_FIRSTNAME;DRIVER{number}_SECONDNAME;DRIVER{number}_LICENSE;DRIVER{number}_COUNTRY"
    for number in (1, 2)
)
RESULTS = f"""{HEAD}
1;4;Classified;4;6:53.000;-;Red;GT;Type A;M;Di;;Gold;FRA;Ed;;Bronze;FRA
2;5;Classified;4;6:55.000;+2.000;Blue;GT;Type B;P;Flo;;Silver;ITA;Gus;;Gold;FRA
3;1;Classified;3;4:41.000;1 Lap;Red;Cup;Type C;M;Ann;;Bronze;FRA;;;;
4;2;Classified;3;4:42.000;+1.000;Blue;Cup;Type C;M;Bo;;;BEL;;;;
5;3;Classified;3;4:43.000;+1.000;Red;Cup;Type C;M;Cy;;Gold;FRA;;;;
""".encode()


@pytest.fixture(scope="module")
def race() -> pr.Session:
    return pr.read(race_file(RACE), RESULTS, kind="race")


TROPHIES = {
    "car": ["1", "2", "3", "77"],
    "trophy": ["A", "B", None, "B"],
    "championship": ["France", "Benelux", "France", "France"],
    "rookie": [False, True, True, True],
    "number_of_starts": [3, 4, 4, 5],
}


def groups(race: pr.Session, by: str, attributes=None) -> list[tuple]:
    return columns(members(race, by, attributes), "car", "group")


def test_a_column_makes_groups_and_a_value_is_one_alone(race: pr.Session):
    assert groups(race, "trophy", TROPHIES) == [("1", "A"), ("2", "B")]
    assert groups(race, "B", TROPHIES) == [("2", "B")]
    assert groups(race, "rookie", TROPHIES) == [("2", "rookie"), ("3", "rookie")]
    assert groups(race, "number_of_starts", TROPHIES) == [("1", "3"), ("2", "4"), ("3", "4")]


def test_columns_of_the_files(race: pr.Session):
    assert groups(race, "class") == [("1", "Cup"), ("2", "Cup"), ("3", "Cup"), ("4", "GT"), ("5", "GT")]
    assert groups(race, "GT") == [("4", "GT"), ("5", "GT")]
    assert groups(race, "vehicle")[0] == ("4", "Type A")
    assert groups(race, "P") == [("5", "P")]


def test_a_car_has_what_all_its_drivers_have_and_its_lowest_rating(race: pr.Session):
    assert groups(race, "country") == [("2", "BEL"), ("1", "FRA"), ("3", "FRA"), ("4", "FRA")]
    assert groups(race, "rating") == [("1", "Bronze"), ("4", "Bronze"), ("3", "Gold"), ("5", "Silver")]
    women = {"driver": ["ann", " di ", "ED", "Flo", "Nobody"], "women": [True, True, True, True, True]}
    assert groups(race, "women", women) == [("1", "women"), ("4", "women")]


def test_ratings_of_ones_own_outweigh_those_of_the_files(race: pr.Session):
    mine = pl.DataFrame({"driver": ["Bo", "Di", "Ed"], "rating": ["Silver", "Platinum", "Silver"]})
    assert groups(race, "rating", mine) == [("2", "Silver"), ("4", "Silver")]


def test_a_driver_of_a_certain_car(race: pr.Session):
    both = {"car": ["1", "2"], "driver": ["Ann", "Ann"], "trophy": ["A", "B"]}
    assert groups(race, "trophy", both) == [("1", "A")]


def test_guests(race: pr.Session):
    table = members(race, "championship", {**TROPHIES, "guest": [False, True, False, False]})
    assert columns(table, "car", "group", "invisible") == [
        ("2", "Benelux", True), ("1", "France", False), ("3", "France", False)
    ]  # fmt: skip


def test_from_a_file(race: pr.Session, tmp_path):
    path = tmp_path / "trophies.csv"
    path.write_text("\ufeffcar;trophy;Rookie;note\n1; A ;yes;true story\n2;B;;yes\n3;;no;\n", encoding="utf-8")
    assert groups(race, "trophy", path) == [("1", "A"), ("2", "B")]
    assert groups(race, "Rookie", str(path)) == [("1", "Rookie")]
    assert groups(race, "note", path) == [("1", "true story"), ("2", "yes")]
    path.write_text("car,trophy\n1,A,B\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"trophies\.csv: row 2 has 3 cells and the first row 2"):
        members(race, "trophy", path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"trophies\.csv: it is empty"):
        members(race, "trophy", path)
    path.write_text("car,cup,cup\n1,A,B\n", encoding="utf-8")
    with pytest.raises(ValueError, match="two columns are called 'cup'"):
        members(race, "cup", path)
    for content in ("car,cup\n1,Zürich\n".encode("latin-1"), b'car,cup\n1,"A\n'):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"trophies\.csv: .*; save it as CSV in UTF-8"):
            members(race, "cup", path)


def test_names_that_are_not_there(race: pr.Session):
    with pytest.raises(ValueError, match="by='trohpy' is no group; near it are 'trophy'"):
        members(race, "trohpy", TROPHIES)
    with pytest.raises(ValueError, match="by='Bronce' is no group; near it are 'Bronze'"):
        members(race, "Bronce")
    with pytest.raises(ValueError, match="by='B' is a value of 'trophy' and 'group_letter'"):
        members(race, "B", {**TROPHIES, "group_letter": ["B", "B", None, None]})
    with pytest.raises(ValueError, match="the attributes have no column 'car' or 'driver'; near it are 'drivers'"):
        members(race, "trophy", {"drivers": ["Ann"], "trophy": ["A"]})
    with pytest.raises(ValueError, match="the attributes have 'A' and 'B' for car '1'"):
        members(race, "trophy", {"car": ["1", "1"], "trophy": ["A", "B"]})
    with pytest.raises(ValueError, match="column 'weight' of the attributes has 1.5 at row 0, not a whole number"):
        members(race, "trophy", {"car": ["1"], "weight": [1.5]})


# ---- The lens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"car": ["01", "02"], "cup": "AB"}, "column 'car' of the attributes ('01', '02') names no car of the session"),
        ({"car": ["01"], "cup": "A"}, "; near it are '1'"),
        ({"driver": list("ABCDEF"), "cup": "AAAAAA"}, "'driver' of the attributes ('A', 'B', 'C', 'D', 'E', ...)"),
        ({"driver": ["Ana"], "cup": "A"}, "names no driver of the session; near it are 'Ann'"),
        ({"car": ["1", "9"], "cup": [None, "B"]}, "column 'cup' of the attributes has no value for a car of the"),
        ({"driver": ["Di", "Flo"], "cup": "AB"}, "no value for a driver of the session that all drivers of a"),
        ({"car": [], "cup": []}, "column 'car' of the attributes (empty) names no car of the session"),
    ],
)
def test_attributes_of_no_car(race: pr.Session, attributes, words):
    given = {name: list(values) for name, values in attributes.items()}
    for question in (race.classification, race.order):
        with pytest.raises(ValueError) as caught:
            question(by="cup", attributes=given)
        assert str(caught.value).startswith("by='cup' makes no group: ")
        assert words in str(caught.value)


def test_guests_of_another_round(race: pr.Session):
    guests = race.classification(attributes={"car": ["99"], "guest": [True]})
    assert guests == race.classification()


def test_select_by_attributes(race: pr.Session):
    assert race.select(attributes=TROPHIES, trophy="B").cars == ("2",)
    assert race.select(attributes=TROPHIES, rookie=True).cars == ("2", "3")
    assert race.select(attributes=TROPHIES, championship=["France", "Benelux"], rookie=False).cars == ("1",)
    assert race.select(attributes=TROPHIES).cars == ("1", "2", "3")
    assert race.select(vehicle="Type C", cars=["1", "4"]).cars == ("1",)
    assert [row.car for row in race.select(attributes=TROPHIES, rookie=True).classification()] == ["2", "3"]


def test_select_by_what_drivers_are(race: pr.Session):
    assert set(race.select(rating="Gold").laps["driver"]) == {"Cy", "Di", "Gus"}
    assert set(race.select(country="FRA", rating=["Gold", "Bronze"]).laps["driver"]) == {"Ann", "Cy", "Di", "Ed", "Gus"}
    assert set(race.select(attributes={"driver": ["di", "bo"]}).laps["driver"]) == {"Di", "Bo"}
    assert set(race.select(attributes={"driver": ["di", "bo"]}, classes="GT").laps["driver"]) == {"Di"}


def test_select_what_is_not_there(race: pr.Session):
    with pytest.raises(ValueError, match="nothing is selected by 'clases'; near it are 'classes', 'class'"):
        race.select(clases="GT")
    with pytest.raises(ValueError, match="trophy='C': no such value; there are 'A', 'B'"):
        race.select(attributes=TROPHIES, trophy="C")
    with pytest.raises(ValueError, match=r"in the attributes: column 'driver' of the attributes \('Nobody'\) names no"):
        race.select(attributes={"driver": ["Nobody"]})
    with pytest.raises(ValueError, match="no car is among the cars and has these attributes"):
        race.select(cars="1", attributes=TROPHIES, trophy="B")

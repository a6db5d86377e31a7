"""Several files of one session: laps that stand in two of them, and results given twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import pyracing as pr
from lap_files import CORPUS, car_laps, lap_file
from pyracing.simulate import RaceClass

Rows = list[list[dict]]
SECTIONS = {"IM1": (20, 20), "FL": (40, 60)}


def field() -> Rows:
    """Two cars, each with laps of a pace of its own."""
    return [
        car_laps("007", [60, {"time": 61, "pit": True}, {"time": 95, "pit_time": 30}]),
        car_laps("7", [62.5, 63, {"time": 62, "flag": "FF"}]),
    ]


def without(data: bytes, *columns: str) -> bytes:
    """The file as it would be published without these columns."""
    table = [line.split(";") for line in data.decode().splitlines()]
    kept = [place for place, name in enumerate(table[0]) if name.strip() not in columns]
    return "\r\n".join([";".join(row[place] for place in kept) for row in table] + [""]).encode()


def with_sections(cars: Rows) -> bytes:
    given = [[{**lap, "sections": SECTIONS} for lap in car] for car in cars]
    return lap_file(*given, sections=tuple(SECTIONS))


def codes(session: pr.Session) -> Counter[str]:
    return Counter(session.check()["code"].tolist())


def assert_every_row_is_accounted_for(session: pr.Session) -> None:
    files = session.info["files"]
    assert sum(file["rows"] for file in files) == len(session) + sum(file["rows_listed"] for file in files)


# ---- Laps ----


@pytest.mark.parametrize("plain_first", [True, False])
def test_a_plain_file_and_its_twin_with_sections_are_one_session(plain_first: bool) -> None:
    plain, sections = lap_file(*field()), with_sections(field())
    session = pr.read(*((plain, sections) if plain_first else (sections, plain)))
    assert session.laps.to_pandas().equals(pr.read(plain).laps.to_pandas())
    assert session.sections.to_pandas().equals(pr.read(sections).sections.to_pandas())
    assert len(session.sections) == 12
    assert session.cars == ("007", "7")
    assert_every_row_is_accounted_for(session)
    assert [row["rows_listed"] for row in session.info["files"]] == [0, 6]
    notes = [row for row in session.check() if row.code == "laps_joined"]
    assert [(row.severity, row.message.split()[0]) for row in notes] == [("note", "6")]
    assert not {"files_differ", "duplicate_row", "number_shared"} & set(codes(session))


@pytest.mark.parametrize(
    "columns",
    [("FLAG_AT_FL",), ("CROSSING_FINISH_LINE_IN_PIT", "PIT_TIME"), ("DRIVER_NAME", "TEAM", "CLASS"), ("ELAPSED",),
     ("HOUR",), ("LAP_TIME",), ("LAP_IMPROVEMENT", "DRIVER_NUMBER")],
)  # fmt: skip
@pytest.mark.parametrize("whole_first", [True, False])
def test_a_column_that_only_one_file_has_is_taken_from_it(columns: tuple[str, ...], whole_first: bool) -> None:
    whole = lap_file(*field())
    part = without(whole, *columns)
    session = pr.read(*((whole, part) if whole_first else (part, whole)), name="x")
    assert session.laps.to_pandas().equals(pr.read(whole).laps.to_pandas())
    assert "files_differ" not in codes(session)


def test_a_value_that_differs_is_a_doubt_and_the_first_file_holds() -> None:
    cars = field()
    cars[1][1] = {**cars[1][1], "driver": "Bo TWO", "pit": True}
    session = pr.read(lap_file(*field()), lap_file(*cars))
    assert session.laps.to_pandas().equals(pr.read(lap_file(*field())).laps.to_pandas())
    doubts = [row for row in session.check() if row.code == "files_differ"]
    assert [(row.car, row.lap, row.column, row.line, row.file) for row in doubts] == [
        ("7", 2, "driver", 6, "source 2"),
        ("7", 2, "in_pit", 6, "source 2"),
    ]
    assert "line 6 of 'source 1'" in doubts[0].message


def test_laps_that_only_one_file_has_are_kept() -> None:
    cars = field()
    session = pr.read(lap_file(cars[0], cars[1][:2]), lap_file(cars[0][1:], cars[1]))
    assert session.laps.to_pandas().equals(pr.read(lap_file(*cars)).laps.to_pandas())
    assert_every_row_is_accounted_for(session)


def test_three_files_are_joined_as_two_are() -> None:
    whole = lap_file(*field())
    session = pr.read(without(whole, "FLAG_AT_FL", "CLASS"), without(whole, "FLAG_AT_FL"), with_sections(field()))
    assert session.laps.to_pandas().equals(pr.read(whole).laps.to_pandas())
    assert [row["rows_listed"] for row in session.info["files"]] == [0, 6, 6]
    assert len(session.sections) == 12


def test_two_cars_of_one_number_in_both_files_stay_two() -> None:
    cars = [car_laps("3", [60, 61, 62]), car_laps("3", [70, 71, 72], driver="Bo TWO")]
    session = pr.read(lap_file(*cars), with_sections(cars))
    assert session.laps.to_pandas().equals(pr.read(lap_file(*cars)).laps.to_pandas())
    assert session.cars == ("3", "3 (2)")
    assert len(session.sections) == 12
    assert_every_row_is_accounted_for(session)


def test_cars_that_only_share_a_number_are_not_joined() -> None:
    """A file a class, each with a car 3: no lap of the one was driven by the other."""
    prototype = car_laps("3", [60, 61, 62], **{"class": "P"})
    session = pr.read(lap_file(prototype), lap_file(car_laps("3", [70, 71, 72, 73], **{"class": "GT"})))
    assert list(zip(session.entries["car"], session.entries["class"], session.entries["laps"], strict=True)) == [
        ("3", "P", 3),
        ("3 (2)", "GT", 4),
    ]
    assert codes(session)["number_shared"] == 1 and codes(session)["laps_joined"] == 0


def test_what_is_not_published_is_told_file_by_file() -> None:
    """One file without elapsed, one without lap times: each is completed from its own."""
    session = pr.read(
        without(lap_file(field()[0]), "ELAPSED"), without(lap_file(field()[1]), "LAP_TIME"), start="14:00"
    )
    whole = pr.read(lap_file(*field()))
    for name in ("lap_time", "elapsed", "clock"):
        assert session.laps[name].tolist() == whole.laps[name].tolist()
    found = {row["code"] for row in session.info["assumptions"]}
    assert {"elapsed_summed", "lap_time_subtracted"} <= found


def test_a_file_without_elapsed_beside_one_with_it() -> None:
    session = pr.read(lap_file(field()[0]), without(lap_file(field()[1]), "ELAPSED"))
    assert session.laps["elapsed"].tolist() == pr.read(lap_file(*field())).laps["elapsed"].tolist()


# ---- Results ----

HEADER = (
    "POSITION;NUMBER;STATUS;LAPS;TOTAL_TIME;GAP_FIRST;GAP_PREVIOUS;FL_LAPNUM;FL_TIME;FL_KPH;TEAM;CLASS;GROUP;"
    "VEHICLE\r\n"
)


def result(total: str = "3:36.000", **changes: Any) -> str:
    second = {"NUMBER": "7", "LAPS": "3", **changes}
    return (
        HEADER + f"1;007;Classified;3;{total};-;-;1;1:00.000;180.0;Team;GT;;Make\r\n"
        f"2;{second['NUMBER']};Classified;{second['LAPS']};3:07.500;-;-;3;1:02.000;175.0;Team;GT;;Make\r\n"
    )


def test_the_same_result_twice_is_one_result() -> None:
    session = pr.read(lap_file(*field()), result().encode(), result().encode())
    assert session.cars == ("007", "7") == tuple(session.results["car"])
    assert codes(session)["result_repeated"] == 1
    assert [row["rows_listed"] for row in session.info["files"]] == [0, 2, 0]


def test_results_that_do_not_contradict_complete_each_other() -> None:
    lean = "\r\n".join(";".join(line.split(";")[:4]) for line in result().splitlines()) + "\r\n"
    for sources in ((result(), lean), (lean, result())):
        session = pr.read(*(source.encode() for source in sources))
        assert [row.total_time for row in session.results] == [timedelta(seconds=216), timedelta(seconds=187.5)]
        assert codes(session)["result_repeated"] == 1


@pytest.mark.parametrize(
    ("other", "where"),
    [(result("3:41.000"), "first in car 007"), (result(LAPS=2), "first in car 7"), (result(NUMBER=8), "first in car 8"),
     (result().rsplit("2;7", 1)[0], "in their cars")],
)  # fmt: skip
def test_official_results_that_contradict_are_refused(tmp_path: Any, other: str, where: str) -> None:
    (tmp_path / "03_Results A.csv").write_text(result(), newline="")
    (tmp_path / "03_Results B.csv").write_text(other, newline="")
    with pytest.raises(pr.ReadError, match=f"'03_Results A' are both official.*{where}.*'provisional'") as caught:
        pr.read(tmp_path / "03_Results A.csv", tmp_path / "03_Results B.csv")
    assert caught.value.path == str(tmp_path / "03_Results B.csv")
    (tmp_path / "03_Provisional A.csv").write_text(result(), newline="")
    session = pr.read(tmp_path / "03_Provisional A.csv", tmp_path / "03_Results B.csv")
    assert len(session.provisional) == 2 and "result_repeated" not in codes(session)


@pytest.mark.parametrize("by_class_first", [True, False])
def test_a_result_whose_positions_begin_again_is_one_by_class(by_class_first: bool) -> None:
    """The WEC publishes both in one layout; they do not contradict each other."""
    by_class = result().replace("2;7;", "1;7;").encode()
    sources = (by_class, result().encode()) if by_class_first else (result().encode(), by_class)
    session = pr.read(*sources)
    assert session.results["position"].tolist() == [1, 2]
    assert session.results["class_position"].tolist() == [1, 1]
    assert codes(session)["class_result_joined"] == 1
    assert pr.read(by_class).results["position"].tolist() == [1, 1]


def test_a_result_joined_with_itself_in_one_file_makes_no_second_cars() -> None:
    for joined in (result() + result(), result() + result().removeprefix(HEADER)):
        session = pr.read(lap_file(*field()), joined.encode())
        assert session.cars == ("007", "7") == tuple(session.results["car"])
        assert codes(session)["duplicate_row"] == 2
        assert session.info["files"][1]["rows_listed"] == 2


def test_results_of_two_classes_joined_in_one_file_are_one_result() -> None:
    rows = result().splitlines(keepends=True)
    joined = rows[0] + rows[1] + rows[0] + rows[2]
    assert tuple(pr.read(joined.encode()).results["car"]) == ("007", "7")


def test_contradicting_results_joined_in_one_file_are_refused() -> None:
    with pytest.raises(pr.ReadError, match="contradict.*split the file at its second header") as caught:
        pr.read((result() + result(LAPS=2)).encode())
    assert caught.value.line == 6


def test_two_cars_under_one_number_of_a_result_stay_two() -> None:
    session = pr.read(result(NUMBER="007").encode())
    assert tuple(session.results["car"]) == ("007", "007 (2)")


# ---- Results of another race ----


def race_and_result(seed: int) -> tuple[bytes, bytes]:
    """The laps and the result of a simulated race, as published."""
    with TemporaryDirectory() as folder:
        cup = RaceClass(100.0, 8, ("Silver",), tuple("12345678"))
        pr.simulate(seed, minutes=20, classes={"Cup": cup}, incidents=False).write(folder)
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    laps = next(data for data in files.values() if b"LAP_NUMBER" in data[:300])
    result = next(data for name, data in files.items() if "result" in name.lower() and "rovisional" not in name)
    return laps, result


def test_a_result_of_another_race_of_the_same_cars() -> None:
    laps, result = race_and_result(3)
    other_laps, other_result = race_and_result(4)
    assert len(pr.read(laps, result).results) == len(pr.read(other_laps, other_result).results) == 8
    assert pr.read(laps).cars == pr.read(other_laps).cars
    with pytest.raises(pr.ReadError, match="^source 2: best laps and total times of this result are not among the laps"):
        pr.read(laps, other_result)


@pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")
def test_published_results_of_another_race() -> None:
    """The same cars at another circuit, and at the same one a day later."""
    cup = CORPUS / "grcup" / "indianapolis"
    races = [
        (*sorted(cup.glob(f"Race {number}/23_*")), *sorted(cup.glob(f"Race {number}/03_GR*"))) for number in (1, 2)
    ]
    cota = next((CORPUS / "wec/2025/official").glob("cota_6h__*"))
    for laps, result in ((CORPUS / "wec/2025/spa_6h.csv", cota), (races[0][0], races[1][1])):
        with pytest.raises(pr.ReadError, match="are not among the laps"):
            pr.read(laps, result)
    assert all(len(pr.read(*race).results) == len(pr.read(race[0]).cars) for race in races)

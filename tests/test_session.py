"""Session: its tables and questions, the lens `select`, pickles, equality, info."""

import datetime
import hashlib
import inspect
import pickle
import re
import typing

import numpy as np
import pytest

import pyracing as pr
from pyracing import _core

PROPERTIES = {
    "laps": "car class group team manufacturer driver driver_number lap "
    "lap_time sector_1 sector_2 sector_3 elapsed clock in_pit "
    "pit_lane_time flag average_speed top_speed improvement deleted",
    "sections": "car lap section time elapsed",
    "entries": "car class group team manufacturer vehicle tyre_make drivers driver_count laps running",
    "crew": "car driver driver_number rating country",
    "results": "position class_position car class status laps "
    "total_time gap gap_laps interval interval_laps best_lap best_lap_number",
    "weather": "clock air_temperature track_temperature humidity pressure wind_speed wind_direction rain",
}
QUESTIONS = {
    "check": "severity code file line column car lap message",
    "classification": "car class position class_position team drivers status "
    "laps total_time gap gap_laps interval interval_laps "
    "best_lap best_lap_number penalty_time penalty_laps decisions",
    "lap_details": PROPERTIES["laps"]
    + " stint stint_lap driver_stint position class_position gap gap_laps class_gap in_lap out_lap clean reason",
    "crossings": "car class lap elapsed position class_position gap "
    "gap_laps interval interval_laps class_gap class_gap_laps in_pit flag",
    "hourly": "hour car class position class_position team drivers status laps total_time gap gap_laps interval "
    "interval_laps best_lap best_lap_number penalty_time penalty_laps decisions",
    "stints": "car class stint driver first_lap last_lap laps start "
    "end duration green_laps in_lap out_lap mean best deviation opened_by",
    "pit_stops": "car class visit lap elapsed pit_lane_time kind driver_before driver_after driver_change flag loss",
    "clean_laps": "car class lap clean reason",
    "fastest_laps": "car class driver lap lap_time elapsed average_speed",
    "lap_records": "car class driver lap lap_time elapsed average_speed",
    "ideal_laps": "car class driver ideal best difference sector_1 sector_2 sector_3",
    "best_sectors": "car class sector time driver lap elapsed",
    "top_speeds": "car class driver lap top_speed elapsed",
    "neutralisations": "kind start end duration first_lap last_lap crossings inferred evidence",
    "order": "car class position class_position laps elapsed gap gap_laps interval interval_laps",
    "gaps": "car class lap elapsed gap gap_laps",
    "retirements": "car class last_lap elapsed in_pit flag driver reason",
    "leaders": "car class driver first_lap last_lap laps start end duration",
    "laps_led": "car class driver laps time spells",
    "lap_chart": "car class leader_lap position",
    "flag_times": "flag periods time share_of_time laps share_of_laps leader_laps",
    "undercuts": "class ahead behind lap_ahead lap_behind before after gained",
    "drive_time": "car class driver rating time share stints longest longest_in_window minimum maximum ok reason",
    "pit_loss": "car class driver flag stops median low high naive green_laps",
}
ASKED = sorted(_core.questions())
# Options of the core that the method makes of arguments of its own, and these; columns that it shows only when asked.
OWN_ARGUMENTS = {
    "neutralisations": ({"fcy_bunches"}, {"rules": None}),
    "order": ({"members"}, {"lap": None, "clock": None, "by": None, "attributes": None}),
    "gaps": ({"to"}, {"to": "leader"}),
    **dict.fromkeys(("pit_stops", "stints", "pit_loss", "undercuts"), ({"decisions"}, {"decisions": ()})),
    "classification": (
        {name for name, *_ in _core.questions()["classification"]["options"]},
        {"rules": None, "decisions": (), "by": None, "grid": None, "attributes": None, "drive_time": None},
    ),
}
OWN_ARGUMENTS["drive_time"] = ({name for name, *_ in _core.questions()["drive_time"]["options"]}, {"rules": None})
OWN_ARGUMENTS["check"] = (OWN_ARGUMENTS["classification"][0], {"rules": None, "decisions": ()})
OWN_ARGUMENTS["hourly"] = (OWN_ARGUMENTS["classification"][0], {"rules": None})
WHEN_ASKED = {"classification": {"ranking", "grid", "gained"}}


def method(question: str):
    return getattr(pr.Session, question)


# ---- Tables and questions ----


@pytest.mark.parametrize("name", PROPERTIES)
def test_tables_have_the_columns_of_the_contract(race, name):
    columns = PROPERTIES[name].split()
    assert list(getattr(race, name).columns[: len(columns)]) == columns


@pytest.mark.parametrize("name", QUESTIONS)
def test_answers_have_the_columns_of_the_contract(race, name):
    columns = QUESTIONS[name].split()
    assert list(getattr(race, name)().columns[: len(columns)]) == columns


@pytest.mark.parametrize("question", ASKED)
def test_every_question_of_the_core_is_asked_as_it_declares(race, question):
    declared = _core.questions()[question]
    if isinstance(inspect.getattr_static(pr.Session, question), property):
        assert not declared["options"]
        answer = getattr(race, question)
    else:
        parameters = list(inspect.signature(method(question)).parameters.values())[1:]
        assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
        made, own = OWN_ARGUMENTS.get(question, ((), {}))
        given = [option for option in declared["options"] if option[0] not in made]
        options = {name: default for name, _, _, default in given}
        assert {parameter.name: parameter.default for parameter in parameters} == options | own
        hints = typing.get_type_hints(method(question))
        for name, type, choices, default in given:
            assert type != "choice" or typing.get_args(hints[name]) == choices
            assert getattr(race, question)(**{name: default}) == getattr(race, question)()
        answer = getattr(race, question)()
    shown = [field for field in declared["columns"] if field[0] not in WHEN_ASKED.get(question, ())]
    assert list(answer.schema) == shown


@pytest.mark.parametrize("name", [*PROPERTIES, *QUESTIONS])
def test_docstrings_name_every_column(race, name):
    member = inspect.getattr_static(pr.Session, name)
    text = " ".join(inspect.getdoc(member).split())
    for said, meant in (
        ("the columns of `laps`", pr.Session.laps),
        ("in the columns of `results`", pr.Session.results),
        ("columns as `fastest_laps()`", pr.Session.fastest_laps),
        ("the columns of `classification()`", pr.Session.classification),
    ):
        text += inspect.getdoc(meant) if said in text else ""
    table = getattr(race, name) if isinstance(member, property) else getattr(race, name)()
    assert set(table.columns) <= set(re.findall(r"\w+", text))


def test_options_are_checked(race):
    with pytest.raises(ValueError, match="by='lap' is not known; choose one of 'pit', 'driver'"):
        race.stints(by="lap")
    with pytest.raises(ValueError):
        race.clean_laps(slow=-1)
    with pytest.raises(TypeError):
        race.clean_laps(slow="much")
    with pytest.raises(TypeError):
        race.stints("driver")
    with pytest.raises(TypeError, match="by"):
        race.stints(by=1)


def test_names_of_a_session(race, simulation):
    truth = simulation.truth
    assert race.cars == tuple(sorted(entry.car for entry in truth.entries))
    assert race.classes == ("HYPERCAR", "LMGT3", "LMP2")
    assert len(race.drivers) == len({driver.name for driver in truth.drivers})
    assert len(race) == len(race.laps) > 0 and race


def test_sessions_come_from_readers_only():
    with pytest.raises(TypeError, match=r"pyracing\.read"):
        pr.Session()
    with pytest.raises(TypeError, match="unhashable"):
        hash(pr.simulate(minutes=5, cars=2).session)


# ---- The lens ----


def test_select_keeps_what_matches_everything(race):
    laps = race.laps
    car, name = laps["car"], race.crew["driver"][0]
    for given, kept in [
        ({"cars": "7"}, car == "7"),
        ({"cars": ["7", "007"]}, (car == "7") | (car == "007")),
        ({"cars": np.array(["7"])}, car == "7"),
        ({"classes": "LMP2", "laps": (2, 9)}, (laps["class"] == "LMP2") & (laps["lap"] >= 2) & (laps["lap"] <= 9)),
        ({"drivers": name}, laps["driver"] == name),
        ({"groups": "H"}, laps["group"] == "H"),
        ({"flags": ["green", "chequered"]}, (laps["flag"] == "green") | (laps["flag"] == "chequered")),
    ]:
        assert kept.any() and not kept.all()
        assert race.select(**given).laps == laps[kept], given
    assert race.select() == race


@pytest.mark.parametrize(
    "laps, kept",
    [
        (3, {3}),
        (np.int64(3), {3}),
        ((3, 5), {3, 4, 5}),
        (range(3, 5), {3, 4}),
        (slice(3, 5), {3, 4}),
        (slice(None, 3), {1, 2}),
    ],
)
def test_select_laps(race, laps, kept):
    assert set(race.select(laps=laps).laps["lap"].tolist()) == kept


def test_select_laps_to_the_end(race):
    assert race.select(laps=slice(40, None)).laps == race.laps[race.laps["lap"] >= 40]


@pytest.mark.parametrize(
    "laps", [0, -1, (5, 3), (0, 0), range(3, 3), range(1, 9, 2), slice(1, 9, 2), slice(5, 0), (-2, 3)]
)
def test_select_laps_that_are_none(race, laps):
    with pytest.raises(ValueError, match="laps="):
        race.select(laps=laps)


def test_select_names_that_are_none(race):
    with pytest.raises(ValueError, match="LMP2"):
        race.select(classes="LMP22")
    with pytest.raises(ValueError, match="cars is empty"):
        race.select(cars=[])
    with pytest.raises(TypeError, match="cars='7'"):
        race.select(cars=7)
    with pytest.raises(TypeError, match="None"):
        race.select(drivers=["x", None])


def test_a_selection_is_a_session_that_knows_its_field(race):
    selected = race.select(classes="LMGT3")
    assert selected.classes == ("LMGT3",) and set(selected.cars) < set(race.cars)
    assert set(selected.drivers) < set(race.drivers)
    whole = race.clean_laps()
    assert selected.clean_laps() == whole[whole["class"] == "LMGT3"]
    assert selected.select(cars=selected.cars[0]) == race.select(cars=selected.cars[0])
    assert selected.classification()["class_position"].tolist() == selected.classification()["position"].tolist()
    with pytest.raises(ValueError, match="narrow"):
        race.select(laps=(1, 5)).classification()


# ---- Pickles and equality ----


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(race, protocol):
    copy = pickle.loads(pickle.dumps(race, protocol=protocol))
    assert copy == race and copy is not race
    assert copy.lap_details() == race.lap_details() and copy.check() == race.check() and copy.info == race.info


@pytest.mark.parametrize("time", [2**63 - 1, -(2**63) + 1, 36 * 10**12 + 1])
@pytest.mark.parametrize(
    ("part", "name"),
    [("laps", "clock"), ("results", "gap"), ("provisional", "total_time"),
     ("suspensions", "duration"), ("facts", "start")],
)  # fmt: skip
def test_a_pickle_with_a_time_that_no_session_has_is_refused(race, part, name, time):
    """As questions could not count with it."""
    parts = {part: race._core.part(part) for part in ("laps", "entries", part)}
    columns = [list(column) for column in parts[part].column_data()]
    rows = max(1, parts[part].row_count)
    for column in columns:
        if column[1] == "duration":
            wrong = column[0].endswith(name)
            column[3] = np.full(rows, time if wrong else 0)
    parts[part] = _core.Table.from_columns([tuple(column) for column in columns], rows)
    with pytest.raises(ValueError, match=rf"{name}' of the {part} has a time beyond 10,000 hours"):
        _core.Session.from_parts(parts)


def test_a_pickled_selection_still_knows_its_field(race):
    drivers = race.select(classes="LMGT3").laps["driver"]
    selected = race.select(classes="LMGT3").select(drivers=[drivers[0], drivers[-1]])
    copy = pickle.loads(pickle.dumps(selected))
    assert copy == selected and copy.clean_laps() == selected.clean_laps() and copy.stints() == selected.stints()


def test_equality_is_of_content(race, simulation):
    again = pr.read(*named(simulation), name="Race")
    assert again == race and not again != race
    assert race != race.select(cars="7") and race != "race" and race.__eq__(3) is NotImplemented


def named(simulation):
    import io

    for name, data in simulation.files().items():
        file = io.BytesIO(data)
        file.name = name
        yield file


# ---- Info ----


def test_info(race, simulation):
    info = race.info
    assert (info["name"], info["kind"]) == ("Race", "race")
    assert info["format"] == "al_kamel_laps, al_kamel_results, al_kamel_weather"
    assert info["start"] == datetime.timedelta(hours=13)
    files = simulation.files()
    assert [file["name"] for file in info["files"]] == list(files)
    for file, data in zip(info["files"], files.values(), strict=True):
        assert file["size"] == len(data) and file["sha256"] == hashlib.sha256(data).hexdigest()
        assert file["rows_listed"] == 0 and file["separator"] == ";"
    assert info["files"][0]["rows"] == len(race)
    assert {assumption["code"] for assumption in info["assumptions"]} >= {"utc_offset"}
    info["name"] = "changed"
    assert race.info["name"] == "Race"


def test_hashes_of_files_are_of_the_bytes_that_were_read(tmp_path, simulation):
    laps, *_ = simulation.write(tmp_path)
    data = laps.read_bytes()
    session = pr.read(laps)
    assert session.info["files"][0]["sha256"] == hashlib.sha256(data).hexdigest()
    changed, gone = pr.read(laps), pickle.loads(pickle.dumps(pr.read(laps)))
    laps.write_bytes(data.replace(b"7", b"8"))
    assert changed.info["files"][0]["sha256"] is None
    laps.unlink()
    assert gone.info["files"][0]["sha256"] is None
    assert session.info["files"][0]["sha256"] == hashlib.sha256(data).hexdigest()


def test_info_of_own_laps():
    info = pr.from_laps({"car": ["7"], "lap_time": [90.0]}, name="mine", kind="practice", start="09:30").info
    assert (info["name"], info["kind"], info["start"]) == ("mine", "practice", datetime.timedelta(hours=9, minutes=30))
    assert info["files"] == [] and info["format"] is None


# ---- Published files ----


def test_le_mans(le_mans):
    """The order, laps, gaps and best laps of the published result, as known from FORMATS: winner 50 with 311 laps."""
    result = le_mans.classification()
    first, second = result[0], result[1]
    assert (first.car, first.laps, first.total_time) == (
        "50",
        311,
        datetime.timedelta(hours=24, minutes=1, seconds=55, milliseconds=856),
    )
    assert (second.car, second.gap) == ("7", datetime.timedelta(seconds=14, milliseconds=221))
    assert len(result) == 62 and len(le_mans) == 15_593
    assert sum(le_mans.stints()["laps"].tolist()) == sum(le_mans.stints(by="driver")["laps"].tolist()) == len(le_mans)

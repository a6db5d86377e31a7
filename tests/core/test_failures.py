"""What cannot be read fails with its exact place; what may fail for want of memory leaves nothing behind."""

import mmap
import os

import pytest

import lap_files
import slow_reader
from harness import NO_TIME, PARTS, Failure
from made_files import ANONYMOUS, IMSA, PUBLISHED, WEC
from test_read_laps import published_rows

HERE = b"@HERE@"
HEADER = b"NUMBER;LAP_NUMBER;LAP_TIME\n"
ROW = b"7;1;1:00.000\n"
HTML = b"<!DOCTYPE html>\n<html><body>Not found</body></html>\n"
PNG = b"\x89PNG\r\n\x1a\n" + HERE + b"\0\0\0\rIHDR\0\0"

RACE_RESULTS = ANONYMOUS.file([
    ["POSITION", "NUMBER", "STATUS", "LAPS", "TOTAL_TIME", "GAP_FIRST", "GAP_PREVIOUS", "FL_LAPNUM", "FL_TIME",
     "FL_KPH", "TEAM", "CLASS", "VEHICLE", "TIRES", "DRIVER1_FIRSTNAME", "DRIVER1_SECONDNAME", "DRIVER1_LICENSE",
     "DRIVER1_COUNTRY", "DRIVER2_FIRSTNAME", "DRIVER2_SECONDNAME", "DRIVER2_LICENSE", "DRIVER2_COUNTRY"],
    ["1", "00", "Classified", "40", "1:06:40.000", "-", "-", "7", "1:40.000", "165.1", "Blue", "GT3", "Car", "M", "Ann",
     "van der ONE", "Gold", "GBR", "Bo", "TWO", "Bronze", "FRA"],
    ["2.0", "01", "Retired", "39", "1:05:39.000", "1 Lap", "-1 Laps", "0", "", "", "Red", "P2", "Car", "M", "",
     "MOTOKI"],
])  # fmt: skip
PRACTICE_RESULTS = IMSA.file([
    ["POS", "NUMBER", "LAP", "TIME", "GAP_FIRST", "GAP_PREVIOUS", "KPH", " LAPS", "TEAM", "CLASS"],
    ["1", "00", "5", "1:29.580", "-", "-", "219.9", "6", "Blue", "GT3"],
    ["2", "01", "0", "", "+4.983", "", "", "3", "Red", "P2"],
])  # fmt: skip
CLASS_RESULTS = WEC.file([
    ["CLASS_TYPE", "POS", "PIC", "NUMBER", "TEAM", "VEHICLE", "DRIVER", "LAPS", "ELAPSED", "GAP_FIRST", "GAP_PREVIOUS",
     "BEST_LAP_NUM", "BEST_LAP_TIME", "BEST_LAP_KPH"],
    ["GT3", "1", "1", "00", "Blue", "Car", "Ann ONE", "26", "46:41.553", "", "", "7", "1:39.748", "141.7"],
    ["P2", "2", "1", "01", "Red", "Car", "Bo TWO", "25", "46:41.723", "1 Laps", "+1'10.170", "0", "", ""],
])  # fmt: skip
BEST_LAPS = WEC.file([
    ["NUMBER", "TEAM", "VEHICLE", "CLASS", "FIRSTNAME", "SECONDNAME", "TOTAL_DRIVER_LAPS", "BESTLAP_1",
     "BESTLAP_1_LAPNUM", "BESTLAP_2", "BESTLAP_2_LAPNUM", "AVERAGE"],
    ["00", "Blue", "Car", "GT3", "Ann", "ONE", "26", "1:40.305", "4", "1:40.324", "9", "1:40.314"],
])  # fmt: skip
WEATHER = IMSA.file([
    ["TIME_UTC_SECONDS", "TIME_UTC_STR", "AIR_TEMP", "TRACK_TEMP", "HUMIDITY", "PRESSURE", "WIND_SPEED",
     "WIND_DIRECTION", "RAIN"],
    ["1728749467", "10/12/2024 4:11:07 PM", "74.10002", "80.00006", "47", "29.3701059182", "3.9", "263", "-1"],
    ["1728749527", "12-Oct-24 16:12:07", "74.2", "80", "48", "29.37", "0.6", "290", "1"],
])  # fmt: skip
FILES = {
    "laps": WEC.file(published_rows()),
    "race results": RACE_RESULTS,
    "practice results": PRACTICE_RESULTS,
    "class results": CLASS_RESULTS,
    "best laps": BEST_LAPS,
    "weather": WEATHER,
}


# ---- Places ----


@pytest.mark.parametrize(
    ("data", "status", "line", "column"),
    [
        (HERE, "unknown_format", 1, 1),
        (b"\xef\xbb\xbf" + HERE, "unknown_format", 1, 1),
        (HERE + b"\n \n\n", "unknown_format", 1, 1),
        (HERE + HTML, "unknown_format", 1, 1),
        (HERE + b"\n\n" + HTML, "unknown_format", 1, 1),
        (HERE + b"a;b;c\n1;2;3\n", "unknown_format", 1, 1),
        (HERE + b'{"laps": [1, 2]}', "unknown_format", 1, 1),
        (b"\n\r\n" + HERE + b"a;b;c\n1;2;3\n", "unknown_format", 3, 1),
        (b"\xef\xbb\xbf" + HERE + b"a;b;c\n", "unknown_format", 1, 1),
        (PNG, "unknown_format", 3, 1),
        (HEADER + ROW + HERE + b"NUMBER;LAP_TIME;LAP_NUMBER\n7;1:00.000;2\n", "unreadable", 3, 1),
        (HEADER + ROW + HERE + b"POSITION;NUMBER;STATUS;LAPS\n1;55;Classified;26\n", "unreadable", 3, 1),
        (HEADER + ROW + HERE + b"x" * (1 << 21) + b"\n", "unreadable", 3, 1),
        (b"\xef\xbb\xbf" + HEADER + ROW + HERE + b"7;2;" + b"9" * (1 << 21), "unreadable", 3, 1),
        (HEADER + HERE + b'"' + b"x\n" * (1 << 20), "unreadable", 2, 1),
        (HERE + b"N" * (1 << 21), "unreadable", 1, 1),
    ],
)  # fmt: skip
def test_a_failure_names_its_place(core, data, status, line, column):
    offset = data.index(HERE)
    with pytest.raises(Failure) as caught, core.nothing_leaks():
        core.read_parts(data.replace(HERE, b""))
    assert caught.value.place == (status, 0, line, column, offset), caught.value
    assert len(caught.value.message) > 20


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_places_in_utf_16_are_places_of_the_source(core, encoding):
    text = "\ufeff" + (HEADER + ROW).decode() + "é日🏁;1;1:00.000\n" + "NUMBER;LAP_TIME;LAP_NUMBER\n"
    with pytest.raises(Failure) as caught:
        core.read_parts(text.encode(encoding))
    offset = len(text[: text.index("NUMBER;LAP_TIME;")].encode(encoding))
    assert caught.value.place == ("unreadable", 0, 4, 1, offset), caught.value


def test_the_second_source_is_named(core):
    with pytest.raises(Failure) as caught, core.nothing_leaks(), core.read({"a": FILES["laps"], "b": HTML}):
        pass
    assert caught.value.place == ("unknown_format", 1, 1, 1, 0)


@pytest.mark.parametrize("name", FILES)
def test_another_format_that_is_forced(core, name):
    for number in range(1, 6):
        format = core.ffi.string(core.lib.pyr_format_name(number)).decode()
        try:
            parts = core.read_parts(FILES[name], format=format)
        except Failure as failure:
            assert failure.status == "unknown_format"
        else:
            assert parts["files"]["format"] == [format]


def test_arguments_that_are_none(core):
    for given in ({"format": "al_kamel"}, {"format": ""}, {"kind": 4}):
        with pytest.raises(Failure) as caught, core.nothing_leaks(), core.read({"a": FILES["laps"]}, **given):
            pass
        assert caught.value.status == "argument"
    with pytest.raises(Failure) as caught, core.nothing_leaks(), core.read({}):
        pass
    assert caught.value.status == "argument"


@pytest.mark.parametrize("name", FILES)
def test_a_header_alone(core, name):
    """A session that has not begun, or a failure in words; never a crash."""
    data = FILES[name]
    header = data[: data.index(b"\n") + 1]
    for cut in (header, header.rstrip(b"\r\n")):
        try:
            parts = core.read_parts(cut)
        except Failure as failure:
            assert failure.status == "unreadable" and failure.line in (1, 2)
        else:
            assert parts["laps"]["car"] == [] and parts["files"]["rows"] == [0]


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_at_every_byte(core, name):
    """Rows that are complete are read as in the whole file; rows in = rows kept + rows listed."""
    data = FILES[name][:2600]
    for end in range(len(data)):
        try:
            parts = core.read_parts(data[:end])
        except Failure as failure:
            assert failure.status in ("unknown_format", "unreadable")
            assert 0 <= failure.offset <= end
            continue
        rows = parts["files"]["rows"][0] - parts["files"]["rows_listed"][0]
        assert parts["files"]["rows"][0] == len(slow_reader.records(data[:end]).rows)
        if name == "laps":
            assert rows == len(parts["laps"]["car"])
        elif name.endswith("results"):
            assert rows == len(parts["results"]["car"])


@pytest.mark.skipif("PYRACING_HUGE" not in os.environ, reason="set PYRACING_HUGE=1 for lines of a gigabyte")
@pytest.mark.parametrize("start", [b"", HEADER, HEADER + ROW])
def test_a_line_of_a_gigabyte(core, start):
    size = (1 << 30) + len(start)
    with mmap.mmap(-1, size) as memory:
        memory.write(start)
        for _ in range(1 << 10):
            memory.write(b"x" * (1 << 20))
        view = core.ffi.from_buffer(memory)
        source = core.ffi.new("pyr_source *", {"data": core.ffi.cast("char *", view), "size": size})
        out, error = core.ffi.new("pyr_session **"), core.ffi.new("pyr_error *")
        core.counting.peak = 0
        status = core.lib.pyr_read(core.allocator, source, 1, core.ffi.NULL, out, error)
        assert status in (core.lib.PYR_ERROR_UNREADABLE, core.lib.PYR_ERROR_UNKNOWN_FORMAT)
        assert error.offset == len(start) and error.line == start.count(b"\n") + 1
        assert core.counting.peak < 64 << 20, "memory grows with the line"
        core.ffi.release(view)


# ---- Memory ----


def release_session(core):
    return core.lib.pyr_session_release


@pytest.mark.parametrize("name", FILES)
def test_reading_when_any_allocation_fails(core, name):
    files = {"one.csv": FILES[name]}
    with core.sources(files) as array:
        core.fail_every_allocation(
            lambda: core.call(core.lib.pyr_read, core.allocator, array, 1, core.ffi.NULL, out="pyr_session *"),
            release_session(core),
        )


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_decoding_when_any_allocation_fails(core, encoding):
    data = ANONYMOUS.file(published_rows(cars=2, laps=3, team="Müller")).decode().encode(encoding)
    with core.sources({"one.csv": data}) as array:
        core.fail_every_allocation(
            lambda: core.call(core.lib.pyr_read, core.allocator, array, 1, core.ffi.NULL, out="pyr_session *"),
            release_session(core),
        )


def odd_file() -> bytes:
    """Quotes, doubts, duplicates, two cars of one number, ragged rows, a second header, unknown columns."""
    rows = published_rows(cars=3, laps=5)
    for row in rows[6:11]:
        row[0] = "00"
    rows[3][3], rows[4][20], rows[5][19] = "never", "??", 'Ann "Fox" ONE'
    rows += [rows[12], rows[0], rows[13], rows[14][:9], [*rows[15], "more"], []]
    rows[0] = [*PUBLISHED[:-1], "POWER"]
    rows[-5] = rows[0]
    return ANONYMOUS.file(rows)


def test_an_odd_file_when_any_allocation_fails(core):
    with core.sources({"one.csv": odd_file()}) as array:
        core.fail_every_allocation(
            lambda: core.call(core.lib.pyr_read, core.allocator, array, 1, core.ffi.NULL, out="pyr_session *"),
            release_session(core),
        )


def joined_sources() -> dict[str, bytes]:
    return {
        "race-laps.csv": FILES["laps"], "Official Results.csv": RACE_RESULTS,
        "Provisional Results.csv": RACE_RESULTS.replace(b"1:06:40", b"1:06:45"), "weather.csv": WEATHER,
    }  # fmt: skip


def twins() -> dict[str, bytes]:
    """The same laps in three files, one odd and one of other cars under the same numbers; a result given twice."""
    others = ANONYMOUS.file(published_rows()).replace(b"1:40.000", b"1:50.000")
    return {"one.csv": odd_file(), "two.csv": ANONYMOUS.file(published_rows(cars=3, laps=5)), "three.csv": others,
            "Results.csv": RACE_RESULTS, "Results again.csv": RACE_RESULTS}  # fmt: skip


@pytest.mark.parametrize("files", [joined_sources(), twins()], ids=["one of each", "twins"])
def test_joining_sources_when_any_allocation_fails(core, files):
    with core.sources(files) as array:
        core.fail_every_allocation(
            lambda: core.call(core.lib.pyr_read, core.allocator, array, len(files), core.ffi.NULL, out="pyr_session *"),
            release_session(core),
        )


@pytest.fixture
def session(core):
    with core.nothing_leaks(), core.read(joined_sources()) as session:
        yield session


def test_a_session_from_its_parts(core, session):
    parts = core.ffi.new("pyr_table *[]", [core.lib.pyr_session_part_view(session, i) for i in range(len(PARTS))])
    again = core.call(core.lib.pyr_session_from_parts, core.allocator, parts, out="pyr_session *")
    assert core.lib.pyr_session_equal(session, again)
    assert core.parts(again) == core.parts(session)
    core.lib.pyr_session_release(again)
    core.fail_every_allocation(
        lambda: core.call(core.lib.pyr_session_from_parts, core.allocator, parts, out="pyr_session *"),
        release_session(core),
    )


OWN_PARTS = ("laps", "entries", "crew", "results", "provisional", "weather")


def test_a_session_from_its_tables(core, session):
    sections = core.call(core.lib.pyr_sections, session, core.ffi.NULL, out="pyr_table *")
    views = {part: core.lib.pyr_session_part_view(session, PARTS.index(part)) for part in OWN_PARTS}
    tables = core.ffi.new("pyr_table *[]", [{**views, "sections": sections}.get(part, core.ffi.NULL) for part in PARTS])
    options = core.ffi.new("pyr_read_options *", core.lib.pyr_read_options_default())
    facts = core.parts(session)["facts"]
    options.kind, options.utc_offset = core.lib.PYR_RACE, facts["utc_offset"][0]
    name, _alive = core.text(facts["name"][0])
    options.name = name

    def attempt():
        return core.call(core.lib.pyr_session_from_laps, core.allocator, tables, options, out="pyr_session *")

    again = attempt()
    assert core.lib.pyr_session_equal(session, again)
    core.lib.pyr_session_release(again)
    core.fail_every_allocation(attempt, release_session(core))
    core.lib.pyr_table_release(sections)


def test_selecting_when_any_allocation_fails(core, session):
    for field, word in {"cars": "00", "classes": "GT3", "drivers": "Driver 0", "flags": "green"}.items():
        text, _alive = core.text(word)
        array = core.ffi.new("pyr_text[]", [text])
        count = {"cars": "car", "classes": "class", "drivers": "driver", "flags": "flag"}[field] + "_count"
        options = core.ffi.new("pyr_select_options *", {field: array, count: 1, "first_lap": 2, "last_lap": 30})
        core.fail_every_allocation(
            lambda options=options: core.call(core.lib.pyr_session_select, session, options, out="pyr_session *"),
            release_session(core),
        )


def test_an_instant_when_any_allocation_fails(core):
    instant = core.ffi.new("pyr_instant *", {"kind": core.lib.PYR_AT_LAP, "lap": 1})
    time, number = core.ffi.new("int64_t *"), 0
    while True:
        number += 1
        with core.nothing_leaks(), core.read(joined_sources()) as fresh:
            core.counting.requests, core.counting.fail_at = 0, number
            try:
                core.call(core.lib.pyr_race_time, fresh, instant, time)
            except Failure as failure:
                assert failure.status == "memory" and time[0] == 0
                continue
            finally:
                core.counting.fail_at = 0
        assert time[0] > 0 and core.counting.requests < number
        break


def test_an_early_flag_when_any_allocation_fails(core, session):
    """Of the whole session and of a part of it, whose field is cut too."""
    text, _alive = core.text("00")
    cars = core.ffi.new("pyr_text[]", [text])  # cffi frees what nothing refers to
    chosen = core.ffi.new("pyr_select_options *", {"cars": cars, "car_count": 1})
    selected = core.call(core.lib.pyr_session_select, session, chosen, out="pyr_session *")
    options = core.ffi.new("pyr_until_options *", {"at": 100 * 10**6, "longest": NO_TIME})
    for whole in (session, selected):
        core.fail_every_allocation(
            lambda whole=whole: core.call(core.lib.pyr_session_until, whole, options, out="pyr_session *"),
            release_session(core),
        )
    core.lib.pyr_session_release(selected)


def slow_race() -> bytes:
    """Ten cars; a slow zone in sector 2 for four laps, later four laps slow all around."""
    cars = []
    for car in range(10):
        slow = [(1.0, 1.6 if 6 <= lap <= 9 else 1.0, 1.0) if lap < 14 or lap > 17 else (2.0,) * 3 for lap in range(24)]
        laps = [{"sectors": [(30 + car / 100) * factor for factor in factors]} for factors in slow]
        cars.append(lap_files.car_laps(str(car), [{"sectors": [20.0 + 3 * car] * 3}, *laps[1:]]))
    return lap_files.lap_file(*cars).replace(b"FLAG_AT_FL", b"POWER")


def test_a_race_without_flags_when_any_allocation_fails(core):
    """Its cautions are looked for in the pace of the field. The timeline stays with the session: it is made first."""
    with core.read({"race-laps.csv": slow_race()}) as session:

        def ask():
            return core.call(core.lib.pyr_neutralisations, session, core.ffi.NULL, out="pyr_table *")

        table = ask()
        assert core.lib.pyr_table_row_count(table) == 2
        core.lib.pyr_table_release(table)
        core.fail_every_allocation(ask, core.lib.pyr_table_release)


def questions(core) -> list:
    count = core.ffi.new("int32_t *")
    array = core.lib.pyr_questions_view(count)
    return [array[i] for i in range(count[0])]


def test_every_question_when_any_allocation_fails(core, session):
    """The timeline is built by the first question that needs it, so each is asked of a fresh session."""
    assert len(questions(core)) >= 10
    asked = [(question, question.options_default) for question in questions(core)]
    of_sectors = core.ffi.new("pyr_crossings_options *", {"of": core.lib.PYR_CROSSINGS_OF_SECTORS})
    asked += [(question, of_sectors) for question, _ in asked if core.ffi.string(question.name) == b"crossings"]
    for question, options in asked:
        with core.read(joined_sources()) as fresh:

            def attempt(question=question, options=options, fresh=fresh):
                return core.call(question.ask, fresh, options, out="pyr_table *")

            try:
                core.lib.pyr_table_release(attempt())
            except Failure as failure:
                assert failure.status == "refused", core.ffi.string(question.name)
                continue
        before = (core.counting.blocks, core.counting.bytes)
        number = 0
        while True:
            number += 1
            with core.read(joined_sources()) as fresh:
                core.counting.requests, core.counting.fail_at = 0, number
                try:
                    answer = core.call(question.ask, fresh, options, out="pyr_table *")
                except Failure as failure:
                    assert failure.status == "memory", (core.ffi.string(question.name), failure)
                    answer = core.ffi.NULL
                finally:
                    core.counting.fail_at = 0
                requests = core.counting.requests
                core.lib.pyr_table_release(answer)
            assert (core.counting.blocks, core.counting.bytes) == before, core.ffi.string(question.name)
            if answer != core.ffi.NULL:
                assert requests < number, f"{core.ffi.string(question.name)}: request {requests} failed silently"
                break


def test_answers_are_what_their_schemas_say(core, session):
    names = [core.ffi.string(question.name).decode() for question in questions(core)]
    assert names == sorted(names)
    for question in questions(core):
        text, _alive = core.text(core.ffi.string(question.name))
        assert core.lib.pyr_find_question(text) == question
        try:
            answer = core.call(question.ask, session, question.options_default, out="pyr_table *")
        except Failure as failure:
            assert failure.status == "refused"
            continue
        columns = [core.lib.pyr_table_column_view(answer, i) for i in range(core.lib.pyr_table_column_count(answer))]
        schema = [question.schema[i] for i in range(question.column_count)]
        assert [(core.ffi.string(c.name), c.type, c.nullable) for c in columns] == [
            (core.ffi.string(f.name), f.type, f.nullable) for f in schema
        ], question.name
        core.table(answer)
        core.lib.pyr_table_release(answer)


def test_a_question_nobody_asks(core):
    for name in ("", "stint", "stintss", "x" * 1000):
        text, _alive = core.text(name)
        assert core.lib.pyr_find_question(text) == core.ffi.NULL

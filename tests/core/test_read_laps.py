"""Lap files of every dialect: the core and the slow reading say the same, in values and in what is listed."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import slow_reader
from harness import Failure
from made_files import ANONYMOUS, IMSA, PUBLISHED, WEC, Dialect, hour, lap_files, odd

NOT_KEPT = {"row_not_kept", "duplicate_row"}


def check(core, data: bytes, **given_options) -> dict:
    """The core reads `data` as the slow reader does. Returns the parts, none where both refuse it."""
    try:
        slow = slow_reader.read_laps(data)
    except slow_reader.Unreadable as refused:
        with pytest.raises(Failure, match=refused.what) as failed:
            core.read_parts(data, format="al_kamel_laps", **given_options)
        assert failed.value.line == refused.line
        return {}
    parts = core.read_parts(data, format="al_kamel_laps", **given_options)
    assert parts["laps"] == slow.columns
    assert parts["sections"] == slow.sections
    assert parts["files"]["rows"] == [slow.rows]
    assert parts["files"]["rows_listed"] == [len(slow.listed)]
    assert slow.rows == len(slow) + len(slow.listed)
    doubts = parts["doubts"]
    listed = [line for line, code in zip(doubts["line"], doubts["code"], strict=True) if code in NOT_KEPT]
    assert sorted(listed) == sorted(slow.listed)
    assert parts["facts"]["start"] == [slow.start % slow_reader.DAY if slow.start is not None else None]
    return parts


def published_rows(cars: int = 3, laps: int = 40, team: str = "Team") -> list[list[str]]:
    """Rows as published without hypothesis: a header and `laps` laps of each car."""
    rows = [PUBLISHED]
    for car in range(cars):
        elapsed = 0
        for lap in range(1, laps + 1):
            elapsed += 100_000_000 + car * 1_000_000
            row = {
                "NUMBER": f"0{car}", "DRIVER_NUMBER": "1", "LAP_NUMBER": str(lap), "LAP_TIME": "1:40.000",
                "LAP_IMPROVEMENT": "0", "KPH": "165.1", "ELAPSED": f"{elapsed // 1_000_000}.000",
                "HOUR": hour(86_300_000_000 + elapsed), "TEAM": team, "FLAG_AT_FL": "GF",
                "DRIVER_NAME": f"Driver {car}",
            }  # fmt: skip
            rows.append([row.get(name.strip(), "") for name in PUBLISHED])
    return rows


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(lap_files())
def test_any_lap_file_equals_the_slow_reading(core, data):
    check(core, data)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(lap_files(), st.integers(0, 10**6))
def test_a_file_cut_short_anywhere_after_its_header(core, data, place):
    header = data.index(b"\n" if b"\n" in data else b"\r") + 1
    check(core, data[: header + place % (len(data) - header + 1)])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(lap_files(), st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=6))
def test_bytes_changed_anywhere_after_the_header(core, data, changes):
    header = data.index(b"\n" if b"\n" in data else b"\r") + 1
    changed = bytearray(data)
    for place, byte in changes:
        changed[header + place % (len(data) - header)] = byte
    check(core, bytes(changed))


@pytest.mark.parametrize("dialect", [WEC, IMSA, ANONYMOUS, Dialect(newline="\r"), Dialect(quotes="all")])
def test_rows_at_every_place_of_a_block_border(core, dialect):
    """Blocks of 16, 64, 16,384 and 32,768 bytes: a row is moved over their borders byte by byte."""
    rows = published_rows(laps=100 if dialect.quotes == "needed" else 60)
    row_length = len(dialect.line(rows[1])) + 2
    team = PUBLISHED.index("TEAM")
    for shift in range(0, row_length, 1 if dialect is WEC else 7):
        rows[1][team] = "x" * shift
        check(core, dialect.file(rows))


@pytest.mark.parametrize("length", [15, 16, 17, 63, 64, 65, 127, 128, 16383, 16384, 16385, 32768, 70000, 1_000_000])
@pytest.mark.parametrize("kind", ["plain", "quoted", "doubled quotes", "line breaks"])
def test_long_fields(core, length, kind):
    team = {"plain": "x", "quoted": ";", "doubled quotes": '"', "line breaks": "\n"}[kind] * (length // 2) + "y" * 20
    check(core, WEC.file(published_rows(cars=1, laps=3, team=team)))


def test_the_same_file_in_every_dialect_is_the_same_session(core):
    rows = published_rows()
    expected = check(core, WEC.file(rows))["laps"]
    for separator in ";,\t|":
        for newline in ("\n", "\r\n", "\r", "\r\r\n"):
            for quotes in ("needed", "all"):
                dialect = Dialect(separator, newline, mark=quotes == "all", trailing=newline == "\n", quotes=quotes)
                assert check(core, dialect.file(rows))["laps"] == expected


def test_columns_in_another_order_are_found_by_name(core):
    rows = published_rows()
    expected = check(core, WEC.file(rows))["laps"]
    assert check(core, WEC.file([row[::-1] for row in rows]))["laps"] == expected


def test_a_column_nobody_knows_is_kept_out_and_named(core):
    rows = [[*row[:3], "POWER" if row is PUBLISHED else "300 kW", *row[3:]] for row in published_rows()]
    rows[0] = [*PUBLISHED[:3], "POWER", *PUBLISHED[3:]]
    doubts = check(core, WEC.file(rows))["doubts"]
    assert ("unknown_column", "POWER") in zip(doubts["code"], doubts["column"], strict=True)


def test_the_second_of_two_columns_of_one_name_is_not_kept_and_says_why(core):
    rows = published_rows(cars=1, laps=2)
    doubled = [[*row, row[3] if row is rows[0] else "1:00.000"] for row in rows]
    parts = check(core, WEC.file(doubled))
    assert parts["laps"] == check(core, WEC.file(rows))["laps"]
    assert ("column_repeated", "LAP_TIME") in zip(parts["doubts"]["code"], parts["doubts"]["column"], strict=True)


def test_that_no_crossing_in_the_pit_lane_is_published_is_an_assumption(core):
    rows, place = published_rows(), PUBLISHED.index(" CROSSING_FINISH_LINE_IN_PIT")
    without = [[*row[:place], *row[place + 1 :]] for row in rows]
    assert "in_pit_not_published" not in check(core, WEC.file(rows))["assumptions"]["code"]
    assert "in_pit_not_published" in check(core, WEC.file(without))["assumptions"]["code"]


@pytest.mark.parametrize("header", [PUBLISHED, ["POSITION", "NUMBER", "LAPS"], ["TIME_UTC_SECONDS", "AIR_TEMP"]])
def test_a_header_without_rows_is_told(core, header):
    parts = core.read_parts(WEC.file([header]))
    assert list(zip(parts["doubts"]["severity"], parts["doubts"]["code"], strict=True)) == [("warning", "no_rows")]
    assert "no_rows" not in check(core, WEC.file(published_rows(cars=1, laps=1)))["doubts"]["code"]


@pytest.mark.parametrize("above", ["sep=;\n", "24 Heures, Race Analysis\n", "\nRace\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-be"])
def test_lines_above_the_header_are_told_with_the_place_of_the_header(core, above, encoding):
    text = above + ANONYMOUS.file(published_rows()).decode()
    with pytest.raises(Failure, match="delete the lines above it") as failed:
        core.read_parts(text.encode(encoding))
    place = (failed.value.status, failed.value.line, failed.value.column, failed.value.offset)
    assert place == ("unknown_format", above.count("\n") + 1, 1, len(above.encode(encoding)))


def test_a_row_without_car_or_lap_is_listed(core):
    rows = published_rows(cars=1, laps=4)
    rows[2][PUBLISHED.index("NUMBER")] = " "
    rows[3][PUBLISHED.index(" LAP_NUMBER")] = "three"
    parts = check(core, WEC.file(rows))
    assert parts["laps"]["lap"] == [1, 4]
    assert parts["files"]["rows_listed"] == [2]
    doubts = parts["doubts"]
    assert {3, 4} <= {line for line, code in zip(doubts["line"], doubts["code"], strict=True) if code == "row_not_kept"}


@pytest.mark.parametrize("odd", [250, 251, 252, 1000])
def test_doubts_of_one_kind_are_listed_up_to_a_limit_and_counted_beyond(core, odd):
    """Flags that are not known, and rows without a car, of `odd` rows each; a doubt of another kind stays as it is."""
    rows = published_rows(cars=2, laps=odd)
    for row in rows[1 : odd + 1]:
        row[PUBLISHED.index("FLAG_AT_FL")] = "ZZ"
    for row in rows[odd + 1 :]:
        row[0] = ""
    rows[odd][PUBLISHED.index("TOP_SPEED")] = "fast"
    parts = core.read_parts(WEC.file(rows))
    assert parts["files"]["rows"] == [2 * odd] and parts["files"]["rows_listed"] == [odd]
    doubts = parts["doubts"]
    kinds = list(zip(doubts["code"], doubts["column"], strict=True))
    for kind, first_line in ((("field_not_read", "FLAG_AT_FL"), 2), (("row_not_kept", None), odd + 2)):
        places = [place for place, found in enumerate(kinds) if found == kind]
        assert len(places) == min(odd, 251)
        assert [doubts["line"][place] for place in places] == list(range(first_line, first_line + len(places)))
        last = doubts["message"][places[-1]]
        assert last.startswith(f"{odd - 250} more") == (odd > 251)
    assert kinds.count(("field_not_read", "TOP_SPEED")) == 1


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [(" LAP_TIME", "1:62.000", "lap_time"), (" KPH", "fast", "average_speed"), ("TOP_SPEED", "1.2.3", "top_speed"),
     (" S2", "-1.000", "sector_2"), ("PIT_TIME", "??", "pit_lane_time"), ("FLAG_AT_FL", "PURPLE", "flag"),
     (" LAP_IMPROVEMENT", "9", "improvement"), (" HOUR", "late", "clock"), (" DRIVER_NUMBER", "one", "driver_number"),
     ("FL_time", "soon", None)],
)  # fmt: skip
def test_a_doubtful_field_is_absent_and_listed_and_its_row_is_kept(core, column, value, name):
    rows = published_rows(cars=2, laps=3)
    rows[5][PUBLISHED.index(column)] = value
    parts = check(core, WEC.file(rows))
    if name is not None:
        assert parts["laps"][name][4] is None
    doubts = list(zip(parts["doubts"]["line"], parts["doubts"]["column"], parts["doubts"]["severity"], strict=True))
    assert (6, column.strip(), "warning") in doubts
    assert parts["files"]["rows_listed"] == [0]


CELLS = st.tuples(st.integers(1, 6), st.sampled_from(PUBLISHED), odd.filter(lambda text: "\n" not in text))


@settings(deadline=None)
@given(st.lists(CELLS, max_size=8))
@example([(2, " S1", "-1.000"), (2, "S1_LARGE", "-1.000")])  # told once, of the sector
@example([(2, " S2", "36000001"), (2, "S2_SECONDS", "36000001")])
def test_a_row_is_told_the_same_of_with_quotes_and_without(core, cells):
    """A quote sends a row to the plain lane."""
    rows = published_rows(cars=2, laps=3)
    for row, column, value in cells:
        rows[row][PUBLISHED.index(column)] = value
    swift, plain = (core.read_parts(replace(WEC, quotes=quotes).file(rows)) for quotes in ("needed", "all"))
    swift["files"] = plain["files"] = {}
    assert swift == plain


def test_two_cars_under_one_number(core):
    """Anonymised files dropped leading zeros, so that `03` and `3` became one."""
    rows = published_rows(cars=2, laps=3)
    for row in rows[1:]:
        row[0] = "3"
    for order in (rows, [rows[0], *rows[4:], *rows[1:4]]):
        parts = check(core, WEC.file(order))
        assert parts["laps"]["car"] == ["3"] * 3 + ["3 (2)"] * 3
        assert parts["entries"]["car"] == ["3", "3 (2)"]
        doubts = parts["doubts"]
        assert "warning" in [doubts["severity"][i] for i, car in enumerate(doubts["car"]) if car in ("3", "3 (2)")]


def test_rows_in_another_order_are_one_car(core):
    rows = published_rows(cars=2, laps=9)
    expected = check(core, WEC.file(rows))["laps"]
    shuffled = [rows[0], *sorted(rows[1:], key=lambda row: row[::-1]), *[]]
    assert check(core, WEC.file(shuffled))["laps"] == expected
    assert check(core, WEC.file([rows[0], *rows[:0:-1]]))["laps"] == expected


def test_the_clock_is_unwrapped_at_midnight(core):
    rows = [["NUMBER", "LAP_NUMBER", "LAP_TIME", "ELAPSED", "HOUR"]]
    for lap in range(1, 31):
        elapsed = lap * 3600
        rows.append(["7", str(lap), "1:00:00.000", f"{lap}:00:00.000", f"{(elapsed // 3600 + 16) % 24:02d}:00:26.602"])
    parts = check(core, WEC.file(rows))
    assert parts["laps"]["clock"] == [(16 + lap) * 3_600_000_000 + 26_602_000 for lap in range(1, 31)]
    assert parts["facts"]["start"] == [16 * 3_600_000_000 + 26_602_000]


def test_files_of_the_same_cars_joined_at_a_repeated_header(core):
    first, second = published_rows(cars=2, laps=3), published_rows(cars=4, laps=3)
    joined = WEC.file(first) + WEC.file([second[0], *second[7:]])
    parts = check(core, joined)
    assert parts["laps"] == check(core, WEC.file(second))["laps"]
    assert "header_repeated" in parts["doubts"]["code"]


@pytest.mark.parametrize("trailing", [True, False])
def test_line_ends_that_were_converted_twice_are_line_ends(core, trailing):
    rows = published_rows()
    parts, expected = check(core, Dialect(newline="\r\r\n", trailing=trailing).file(rows)), check(core, WEC.file(rows))
    assert parts["laps"] == expected["laps"]
    assert parts["doubts"]["message"] == expected["doubts"]["message"]


@pytest.mark.parametrize("car", ["7", '"7"'])
def test_a_carriage_return_within_a_line_is_a_character(core, car):
    parts = core.read_parts(f"NUMBER;LAP_NUMBER;;LAP_TIME\n{car};1;\r;1:40.000\n".encode())
    assert ("value_without_column", 2) in zip(parts["doubts"]["code"], parts["doubts"]["line"], strict=True)


def test_a_file_that_ends_inside_quotes_loses_the_field_it_ends_in(core):
    team = PUBLISHED.index("TEAM")
    rows = [[*row[:team], *row[team + 1 :], "Blue; Racing"] for row in published_rows(cars=1, laps=3)]
    rows[0][-1] = "TEAM"
    dialect = Dialect(trailing=False, quotes="all")
    whole, data = check(core, dialect.file(rows))["laps"], dialect.file(rows)
    parts = check(core, data[: data.rindex(b" Racing")])
    assert parts["laps"] == {**whole, "team": ["Blue; Racing", "Blue; Racing", None]}
    places = list(zip(parts["doubts"]["code"], parts["doubts"]["line"], parts["doubts"]["severity"], strict=True))
    assert ("file_cut_short", 4, "error") in places


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_quote_that_takes_the_lines_behind_it_is_told_with_its_place(core, encoding):
    """Closed by the end of its line it would be one odd name; never closed it would be all the laps behind it."""
    lines = ANONYMOUS.file(published_rows(team="Müller")).decode().split("\n")
    lines[4] = lines[4].replace("Müller", '"Müller')
    text = "\n".join(lines)
    with pytest.raises(Failure, match="a quote opens here") as failed:
        core.read_parts(text.encode(encoding))
    assert (failed.value.status, failed.value.line) == ("unreadable", 5)
    assert failed.value.column == len(lines[4].partition('"')[0].encode()) + 1
    assert failed.value.offset == len(text.partition('"')[0].encode(encoding))


@pytest.mark.parametrize(("first", "second"), [(WEC, IMSA), (IMSA, WEC), (ANONYMOUS, Dialect("\t"))])
def test_a_table_of_another_separator_is_another_table(core, first, second):
    before = first.file(published_rows())
    with pytest.raises(Failure, match="another table begins at this line") as failed:
        core.read_parts(before + second.file(published_rows()))
    assert (failed.value.line, failed.value.column, failed.value.offset) == (before.count(b"\n") + 1, 1, len(before))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_two_sessions_in_one_file_are_told_where_the_second_begins(core, encoding):
    rows, hour_column = published_rows(team="Müller"), PUBLISHED.index(" HOUR")
    later = [[*row[:hour_column], "1" + row[hour_column][1:], *row[hour_column + 1 :]] for row in rows[1:]]
    before = ANONYMOUS.file(rows) + ANONYMOUS.file(rows[:1])
    text = (before + ANONYMOUS.file([rows[0], *later])[len(ANONYMOUS.file(rows[:1])) :]).decode()
    with pytest.raises(Failure, match="two sessions") as failed:
        core.read_parts(text.encode(encoding))
    place = len(before.decode().encode(encoding))
    assert (failed.value.line, failed.value.column, failed.value.offset) == (before.count(b"\n") + 1, 1, place)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_files_joined_at_a_header_that_is_not_ascii(core, encoding):
    rows = [[*row, "Größe" if row is PUBLISHED else "1"] for row in published_rows(cars=2, laps=3)]
    halves = ANONYMOUS.file(rows[:4]).decode(), ANONYMOUS.file([rows[0], *rows[4:]]).decode()
    parts = check(core, halves[0].encode("cp1252") + halves[1].encode(encoding))
    assert parts["laps"] == check(core, ANONYMOUS.file(rows))["laps"]
    assert "header_repeated" in parts["doubts"]["code"]


@pytest.mark.parametrize("first", [" DRIVER_NUMBER", ""])
def test_files_joined_at_a_header_that_begins_with_a_blank_or_a_column_without_a_name(core, first):
    rows = [[first if row is PUBLISHED else "", *row] for row in published_rows(cars=2, laps=3)]
    halves = IMSA.file(rows[:4]), replace(IMSA, mark=False).file([rows[0], *rows[4:]])
    parts = check(core, b"".join(halves))
    assert parts["laps"] == check(core, IMSA.file(rows))["laps"]
    assert "header_repeated" in parts["doubts"]["code"]


def test_a_file_joined_with_itself_lists_every_row_of_the_second(core):
    rows = published_rows(cars=2, laps=3)
    parts = check(core, WEC.file(rows) + WEC.file(rows))
    assert parts["laps"] == check(core, WEC.file(rows))["laps"]
    assert parts["files"]["rows"] == [12] and parts["files"]["rows_listed"] == [6]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [True, False])
def test_utf_16_is_read_as_utf_8(core, encoding, mark):
    rows = published_rows(team="Müller 日本 🏁")
    text = ANONYMOUS.file(rows).decode()
    data = ("\ufeff" if mark else "").encode(encoding) + text.encode(encoding)
    parts = core.read_parts(data)
    assert parts["laps"] == check(core, text.encode())["laps"]
    assert parts["files"]["encoding"] == [encoding]


def test_latin_1_is_read_and_noted(core):
    rows = published_rows(team="Müller – Ñandú")
    text = ANONYMOUS.file(rows).decode()
    parts = check(core, text.encode("cp1252"))
    assert parts["laps"]["team"][0] == "Müller – Ñandú"
    assert "note" in parts["doubts"]["severity"]


def test_decimal_commas_are_read(core):
    rows = published_rows()
    expected = check(core, WEC.file(rows))["laps"]
    commas = [rows[0]]
    commas += [[value.replace(".", ",") if "Driver" not in value else value for value in row] for row in rows[1:]]
    assert check(core, WEC.file(commas))["laps"] == expected
    assert check(core, IMSA.file(commas))["laps"] == expected


def test_a_spreadsheet_wrote_the_file_again(core):
    """Quotes everywhere, whole numbers with a decimal point, hours before every time."""
    rows = published_rows()
    expected = check(core, WEC.file(rows))["laps"]
    number, time = PUBLISHED.index(" DRIVER_NUMBER"), PUBLISHED.index(" LAP_TIME")
    for row in rows[1:]:
        row[number], row[time] = row[number] + ".0", "00:0" + row[time]
    assert check(core, Dialect(separator=",", mark=False, quotes="all", trailing=False).file(rows))["laps"] == expected


@example(b"")
@example(b'"')  # a quote that nothing follows is no row
@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_after_a_header(core, tail):
    check(core, b"NUMBER;LAP_NUMBER;LAP_TIME\n7;1;1:00.000\n" + tail.replace(b"\0", b"0"))


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_a_session_or_a_failure(core, data):
    try:
        core.read_parts(data)
    except Failure as failure:
        assert failure.status in ("unknown_format", "unreadable", "argument")
        assert -1 <= failure.offset <= len(data)


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_a_guard_on_either_side_of_the_bytes(core, data):
    """No byte before or behind the source is read."""
    file = data.draw(lap_files())
    results = []
    for at_start in (False, True):
        with core.read({"a": file}, at_start=at_start) as session:
            results.append(core.parts(session))
    assert results[0] == results[1]


def test_a_quoted_return_in_a_row_that_is_too_long_is_a_character(core):
    rows = published_rows(cars=1, laps=6, team="Team\rRacing")
    rows[2] = [*rows[2], "more"]
    parts = check(core, ANONYMOUS.file(rows))
    assert parts["laps"]["team"] == ["Team\rRacing"] * 6


@pytest.mark.parametrize("newline", [b"\r", b"\n\r"])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_line_ends_of_several_kinds_are_told_with_their_place(core, newline, before):
    """Rows behind a CR would be taken for fields of the row or header before it, or for cars that begin with CR."""
    lines = ANONYMOUS.file(published_rows(cars=1, laps=6)).split(b"\n")
    data = b"".join(line + b"\n" for line in lines[:before]) + newline.join(lines[before:-1]) + b"\n"
    with pytest.raises(Failure, match="a carriage return stands here alone") as failed:
        core.read_parts(data)
    place = data.index(b"\r")
    assert (failed.value.line, failed.value.offset) == (data.count(b"\n", 0, place) + 1, place)

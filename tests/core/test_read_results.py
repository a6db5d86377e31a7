"""Results and weather of every dialect: the core and the slow reading say the same."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import slow_reader
from harness import Failure
from made_files import ANONYMOUS, IMSA, WEC, dialects, odd_table
from test_read_laps import NOT_KEPT

gaps = st.sampled_from(["", "-", "+2.948", "+1:00.581", "1 Lap", "14 Laps", "1 Laps", "-100 Laps", "8.625", "1'10.896"])
times = st.sampled_from(["", "6:01'25.310", "39'37.017", "6:10:17.401", "46:41.553", "2'03.443", "59.999"])
numbers = st.sampled_from(["00", "007", "3", "03", "9", "77", "é5"])
people = st.sampled_from(["", "Ann", "van der ONE", " MOTOKI", "Müller", "日本"])
RACE = ["POSITION", "NUMBER", "STATUS", "LAPS", "TOTAL_TIME", "GAP_FIRST", "GAP_PREVIOUS", "FL_LAPNUM", "FL_TIME",
        "FL_KPH", "TEAM", "CLASS", "GROUP", "VEHICLE", "TIRES"]  # fmt: skip
IMSA_DRIVERS = [f"DRIVER{number}_{what}" for number in (1, 2, 3, 4, 5, 6)
                for what in ("FIRSTNAME", "SECONDNAME", "LICENSE", "HOMETOWN", "COUNTRY")]  # fmt: skip
LAYOUTS = {
    "imsa": [*RACE, *IMSA_DRIVERS],
    "sro": [*RACE, "DRIVER_FIRSTNAME", "DRIVER_SECONDNAME", "DRIVER_LICENSE", "DRIVER_COUNTRY"],
    "wec": [*RACE, "DRIVER_1", "DRIVER_2", "DRIVER_3", "DRIVER_4", "DRIVER_5"],
    "practice": ["POS", "NUMBER", "LAP", "TIME", "GAP_FIRST", "GAP_PREVIOUS", "KPH", " LAPS", "TEAM", "CLASS",
                 *IMSA_DRIVERS],
    "class": ["CLASS_TYPE", "POS", "PIC", "NUMBER", "TEAM", "VEHICLE", "DRIVER", "LAPS", "ELAPSED", "GAP_FIRST",
              "GAP_PREVIOUS", "BEST_LAP_NUM", "BEST_LAP_TIME", "BEST_LAP_KPH"],
}  # fmt: skip


@st.composite
def result_files(draw) -> bytes:
    layout = LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))]
    table = []
    for place, number in enumerate(draw(st.lists(numbers, min_size=1, max_size=6, unique=True)), 1):
        row = {
            "POSITION": draw(st.sampled_from([str(place), f"{place}.0", ""])), "POS": str(place), "PIC": str(place),
            "NUMBER": number, "STATUS": draw(st.sampled_from([*slow_reader.STATUSES, ""])), "CLASS": "GT3",
            "CLASS_TYPE": draw(st.sampled_from(["Am", "Pro"])), "LAPS": str(draw(st.integers(0, 400))),
            "TOTAL_TIME": draw(times), "ELAPSED": draw(times), "GAP_FIRST": draw(gaps), "GAP_PREVIOUS": draw(gaps),
            "FL_LAPNUM": str(draw(st.integers(0, 9))), "BEST_LAP_NUM": "7", "LAP": "5", "FL_TIME": draw(times),
            "TIME": draw(times), "BEST_LAP_TIME": draw(times), "TEAM": draw(people), "DRIVER": draw(people),
        }  # fmt: skip
        for name in layout:
            if name.endswith(("NAME", "LICENSE", "COUNTRY")) or name.startswith("DRIVER_"):
                row.setdefault(name, draw(people))
        fields = [row.get(name.strip(), "") for name in layout]
        if layout is LAYOUTS["imsa"] and draw(st.booleans()):
            fields = fields[: -5 * draw(st.integers(1, 5))]
        table.append(fields)
    if draw(st.booleans()):
        table = draw(odd_table(table))
    return draw(dialects).file([layout, *table])


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(result_files())
def test_any_result_equals_the_slow_reading(core, data):
    slow = slow_reader.read_results(data)
    parts = core.read_parts(data)
    assert parts["results"] == slow.columns
    assert parts["files"]["rows"] == [slow.rows] and parts["files"]["rows_listed"] == [len(slow.listed)]
    doubts = parts["doubts"]
    listed = [line for line, code in zip(doubts["line"], doubts["code"], strict=True) if code in NOT_KEPT]
    assert sorted(listed) == sorted(slow.listed)
    crew = parts["crew"]
    keys = ("car", "driver", "driver_number", "rating", "country")
    found = list(zip(*(crew[key] for key in keys), strict=True))
    assert found == sorted(slow.crew, key=lambda row: (row[0].encode(), row[2]))


WEATHER = ["TIME_UTC_SECONDS", "TIME_UTC_STR", "AIR_TEMP", "TRACK_TEMP", "HUMIDITY", "PRESSURE", "WIND_SPEED",
           "WIND_DIRECTION", "RAIN"]  # fmt: skip


@st.composite
def weather_files(draw) -> bytes:
    inches, fahrenheit = draw(st.booleans()), draw(st.booleans())
    time = draw(st.integers(0, 2**31))
    table = []
    for _ in range(draw(st.integers(1, 8))):
        time += draw(st.integers(0, 4000))
        celsius = draw(st.integers(10, 40))
        table.append([
            str(time), "10/12/2024 4:11:07 PM", f"{celsius * 1.8 + 32 if inches or fahrenheit else celsius:.5f}",
            f"{draw(st.integers(0, 99))}.00006", str(draw(st.integers(0, 100))),
            f"{draw(st.integers(28_000, 31_000)) / 1000}" if inches else f"{draw(st.integers(9000, 10500)) / 10}",
            f"{draw(st.integers(0, 200)) / 10}", str(draw(st.integers(0, 359))),
            draw(st.sampled_from(["0", "1", "-1"])),
        ])  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        table = draw(st.permutations(table))
    return draw(dialects).file([WEATHER, *table])


def test_weather_joined_with_itself_is_kept_once(core):
    rows = [WEATHER] + [[str(1728752400 + 60 * i), "", "20", "30", "40", "1001", "3", "180", "0"] for i in range(5)]
    once, twice = core.read_parts(WEC.file(rows)), core.read_parts(WEC.file(rows) + WEC.file(rows))
    assert twice["weather"] == once["weather"] and len(once["weather"]["clock"]) == 5
    assert twice["files"]["rows"] == [10] and twice["files"]["rows_listed"] == [5]
    listed = zip(twice["doubts"]["code"], twice["doubts"]["line"], strict=True)
    assert [line for code, line in listed if code == "duplicate_row"] == [8, 9, 10, 11, 12]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_weather_of_two_sessions_is_told_where_the_second_begins(core, encoding):
    def row(time: int) -> list[str]:
        return [str(time), "", "20", "30", "40", "1001", "3", "180", "0"]

    first, later = 1728752400, 1728752400 + 60 + 86400 + 1
    text = ANONYMOUS.file([WEATHER, row(first), row(first + 60), row(later), row(later + 60)]).decode()
    with pytest.raises(Failure, match="the weather of two sessions") as failed:
        core.read_parts(text.encode(encoding))
    assert (failed.value.status, failed.value.line, failed.value.column) == ("mismatch", 4, 1)
    assert failed.value.offset == len(text.partition(str(later))[0].encode(encoding))
    for times in ([first, first + 60, later - 1, later], [first, first + 60, later], [first, later, later + 60]):
        assert len(core.read_parts(ANONYMOUS.file([WEATHER, *map(row, times)]))["weather"]["clock"]) == len(times)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(weather_files())
def test_any_weather_equals_the_slow_reading(core, data):
    slow = slow_reader.read_weather(data)
    parts = core.read_parts(data)
    weather = parts["weather"]
    assert parts["files"]["rows"] == [slow.rows] and parts["files"]["rows_listed"] == [len(slow.listed)]
    for name in slow_reader.WEATHER_COLUMNS[1:-1]:
        for found, expected in zip(weather[name], slow.columns[name], strict=True):
            assert found == expected or math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12), name
    assert weather["rain"] == slow.columns["rain"]


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [("AIR_TEMP", "warm", "air_temperature"), ("HUMIDITY", "4 7", "humidity"), ("RAIN", "-1", "rain"),
     ("WIND_SPEED", "", "wind_speed")],
)  # fmt: skip
def test_a_doubtful_measurement_is_absent_and_its_row_is_kept(core, column, value, name):
    row = ["1728749467", "", "74.1", "80", "47", "29.37", "3.9", "263", "0"]
    row[WEATHER.index(column)] = value
    parts = core.read_parts(IMSA.file([WEATHER, row]))
    assert parts["weather"][name] == [None]
    doubtful = value not in ("", "-1")
    assert (["field_not_read"] * doubtful) == [code for code in parts["doubts"]["code"] if code == "field_not_read"]


@pytest.mark.parametrize("more", [0, 1])
def test_rows_of_weather_longer_than_the_header_are_told(core, more):
    """As where decimal commas stand in a file that commas separate."""
    row = ["1728749467", "", "74.1", "80", "47", "29.37", "3.9", "263", "0"]
    parts = core.read_parts(IMSA.file([WEATHER, row, row + ["1"] * more]))
    told = zip(parts["doubts"]["code"], parts["doubts"]["line"], strict=True)
    assert [line for code, line in told if code == "field_count"] == [3] * more


def test_units_are_recognised_and_stated(core):
    row = ["1728749467", "", "50", "86", "47", "30", "10", "263", "0"]
    parts = core.read_parts(IMSA.file([WEATHER, row]))
    weather = parts["weather"]
    assert weather["air_temperature"] == pytest.approx([10]) and weather["track_temperature"] == pytest.approx([30])
    assert weather["pressure"] == pytest.approx([1015.916]) and weather["wind_speed"] == pytest.approx([4.4704])
    assert parts["assumptions"]["message"]
    row[2:4], row[5] = ["10", "30"], "1015.9"
    weather = core.read_parts(IMSA.file([WEATHER, row]))["weather"]
    assert weather["air_temperature"] == [10] and weather["pressure"] == [1015.9]
    assert weather["wind_speed"] == pytest.approx([10 / 3.6])


@given(result_files() | weather_files(), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_bytes_changed_anywhere_are_a_session_or_a_failure(core, data, changes):
    changed = bytearray(data)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    try:
        parts = core.read_parts(bytes(changed))
    except Failure as failure:
        assert failure.status in ("unknown_format", "unreadable", "mismatch")
        return
    if parts["files"]["format"] == ["al_kamel_results"]:
        assert parts["files"]["rows"][0] == len(parts["results"]["car"]) + parts["files"]["rows_listed"][0]


def test_a_date_beyond_four_digits_of_a_year_is_none(core):
    """Such a reading is listed: its microseconds would be beyond 64 bits."""
    readings = ["20", "30", "40", "1001", "3", "180", "0"]
    rows = [["", f"5/9/{year} 11:00:00 AM", *readings] for year in (9999, 10000, 650000)]
    parts = core.read_parts(IMSA.file([WEATHER, *rows]))
    assert len(parts["weather"]["clock"]) == 1
    assert parts["files"]["rows_listed"] == [2]

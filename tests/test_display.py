"""How tables and sessions look."""

import html.parser
import re

import pytest
from test_table import made

from pyracing.display import text_of

CLASSIFIED = {
    "car": ("text", ["50", "007", "46"]),
    "position": ("int32", [1, 2, None]),
    "class_position": ("int32", [1, 1, None]),
    "team": ("text", ["Ferrari AF Corse", "Åkesson & <Söhne>", None]),
    "laps": ("int32", [311, 310, 4]),
    "total_time": ("duration", [86_515_856_000, 86_530_077_000, 931_502_000]),
    "gap": ("duration", [0, None, None]),
    "gap_laps": ("int32", [0, 1, 307]),
    "interval": ("duration", [None, None, None]),
    "interval_laps": ("int32", [None, 1, 306]),
    "best_lap": ("duration", [118_765_000, 57_783_000, None]),
    "driver_change": ("bool", [True, False, False]),
    "top_speed": ("float64", [344.5, 340.0, None]),
}


def test_a_classification_reads_like_one():
    assert text_of(made(**CLASSIFIED), 200).splitlines() == [
        "                  class                                                                         driver    top",
        "car  position  position  team               laps    total time        gap   interval  best lap  change  speed",
        "---  --------  --------  -----------------  ----  ------------  ---------  ---------  --------  ------  -----",
        "50          1         1  Ferrari AF Corse    311  24:01:55.856          -             1:58.765  yes     344.5",
        "007         2         1  Åkesson & <Söhne>   310  24:02:10.077     +1 lap     +1 lap    57.783          340.0",
        "46                                             4     15:31.502  +307 laps  +306 laps",
        "3 rows",
    ]


def test_gaps_at_a_crossing_show_time_and_laps():
    table = made(gap=("duration", [0, 1_234_000, 61_000_000, -5_000_000]), gap_laps=("int32", [0, 0, 2, -1]))
    assert [line.strip() for line in text_of(table).splitlines()[2:6]] == [
        "-",
        "+1.234",
        "+1:01.000 (+2 laps)",
        "-5.000 (-1 lap)",
    ]


def test_gaps_that_are_no_times_are_numbers():
    assert text_of(made(gap=("float64", [0.0, 12.5]), laps=("int64", [10**12, 1]))).splitlines() == [
        " gap           laps",
        "----  -------------",
        " 0.0  1000000000000",
        "12.5              1",
        "2 rows",
    ]


def shown(type: str, *values) -> list[str]:
    return [line.strip() for line in text_of(made(column=(type, list(values)))).splitlines()[2:-1]]


@pytest.mark.parametrize(
    "type, values, expected",
    [
        ("duration", [1_000_500, 1_000_499], ["1.001", "1.000"]),
        ("duration", [63_123_400, 1_000_000], ["1:03.1234", "1.0000"]),
        ("duration", [None, -1_000_000], ["", "-1.000"]),
        ("bool", [True, False], ["yes", ""]),
        ("bool", [True, False, None], ["yes", "no", ""]),
        ("float64", [1.0, 2.0, None], ["1", "2", ""]),
        ("float64", [0.123456, float("nan")], ["0.123", ""]),
        ("float64", [1e-9, 1e-6], ["1e-09", "1e-06"]),
        ("float64", [float("inf"), 1.5], ["inf", "1.5"]),
        ("int64", [2**53 + 1, None, -3], ["9007199254740993", "", "-3"]),
        (
            "text",
            ["\x1b[31mred", "two\nlines", "\u202eright to left"],
            ["\ufffd[31mred", "two\ufffdlines", "\ufffdright to left"],
        ),
    ],
)
def test_values(type, values, expected):
    assert shown(type, *values) == expected


def test_wide_characters_are_aligned():
    lines = text_of(
        made(driver=("text", ["小林 可夢偉", "Kévin", "Ke\u0301vin"]), lap=("int32", [1, 2, 3]))
    ).splitlines()
    assert lines[2:5] == ["小林 可夢偉    1", "Kévin          2", "Ke\u0301vin          3"]


def test_long_tables_are_cut_in_the_middle():
    assert len(text_of(made(lap=("int32", list(range(80))))).splitlines()) == 2 + 80 + 1
    lines = text_of(made(lap=("int32", list(range(12_345))))).splitlines()
    assert lines[2].strip() == "0" and lines[-2].strip() == "12344" and lines[-1] == "12,345 rows"
    assert lines[22] == "… 12,315 rows …" and len(lines) == 2 + 20 + 1 + 10 + 1


@pytest.mark.parametrize("room", [20, 40, 60, 80, 100, 140, 1000])
def test_tables_fit_the_terminal_and_name_what_is_left_out(race, room):
    for table in (race.classification(), race.laps, race.lap_details(), race.stints(), race.pit_stops(), race.entries):
        text = text_of(table, room)
        lines = text.splitlines()
        assert all(len(line) <= room for line in lines)
        notes = " ".join(text.split()).rpartition(" rows")[2].replace("nothing in ", "").replace("no room for ", "")
        left_out = [name for note in notes.split("; ") if note for name in note.split(", ")]
        heads = lines[: next(number for number, line in enumerate(lines) if set(line) <= set("- "))]
        words = {word for head in heads for word in head.split()}
        for name in table.columns:
            partner = name.removesuffix("_laps")
            joined = name != partner and partner in ("gap", "interval", "class_gap")
            assert joined or (name in left_out) or set(name.split("_")) <= words
        assert len(set(left_out)) == len(left_out) and set(left_out) <= set(table.columns)


def test_columns_that_say_nothing_are_not_said_to_lack_room():
    table = made(car=("text", ["7"]), team=("text", ["Blue Heron Motorsport"]), flag=("text", [None]), laps=("int32", [1]))
    assert text_of(table, 30).splitlines()[-1] == "1 row; nothing in flag"
    assert " ".join(text_of(table, 25).split()).endswith("1 row; nothing in flag; no room for laps")
    assert text_of(table[:0], 80).splitlines() == ["car  team  flag  laps", "---  ----  ----  ----", "0 rows"]


def test_the_width_is_that_of_the_terminal(race, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, repr(race.classification()).splitlines())) <= 60
    assert repr(race.classification()) == str(race.classification()) == text_of(race.classification(), 60)


def test_tables_without_rows_and_columns():
    assert text_of(made(car=("text", []), lap=("int32", []))).splitlines() == ["car  lap", "---  ---", "0 rows"]
    assert text_of(made(car=("text", ["7"]))[[]]) == "1 row without columns"


class Cells(html.parser.HTMLParser):
    """Checks that what is opened is closed; collects cells with their tag and scope."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[tuple[str, str | None, str]] = []
        self.feed(source)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append((tag, dict(attrs).get("scope"), ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            tag, scope, text = self.cells[-1]
            self.cells[-1] = (tag, scope, text + data)


def test_notebooks():
    cells = Cells(made(**CLASSIFIED)._repr_html_()).cells
    heads = [text for tag, scope, text in cells if scope == "col"]
    assert heads == [name for name in CLASSIFIED if not name.endswith("l_laps") and name != "gap_laps"]
    assert [text for tag, scope, text in cells if scope == "row"] == ["50", "007", "46"]
    assert (
        ("td", None, "Åkesson & <Söhne>") in cells
        and ("td", None, "+1 lap") in cells
        and ("td", None, "1:58.765") in cells
    )


def test_notebooks_cut_long_tables():
    cells = Cells(made(lap=("int32", list(range(12_345))))._repr_html_()).cells
    assert len(cells) == 1 + 20 + 1 + 10 and cells[21][2] == "… 12,315 rows …"


# ---- Sessions ----


def test_a_session_says_what_it_is(race):
    text = repr(race)
    lines = {line[:10].strip(): line[10:] for line in text.splitlines()[1:]}
    assert text.startswith("Race · race\n")
    assert lines["cars"] == "12 (HYPERCAR 4, LMGT3 5, LMP2 3)"
    assert lines["laps"] == f"{len(race.laps):,}" and lines["drivers"] == str(len(race.drivers))
    assert lines["also"].startswith("published result and provisional result") and lines["start"] == "13:00:00"
    assert re.search(r"laps +\d+ \(a selection\)", repr(race.select(laps=(1, 5))))


def test_a_session_in_a_notebook(race):
    cells = Cells(race._repr_html_()).cells
    assert [text for tag, scope, text in cells if scope == "row"][:2] == ["start", "cars"]

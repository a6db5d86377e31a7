"""Timing files made up by hypothesis: every dialect, and every oddity that users send."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

PUBLISHED = [
    "NUMBER", " DRIVER_NUMBER", " LAP_NUMBER", " LAP_TIME", " LAP_IMPROVEMENT", " CROSSING_FINISH_LINE_IN_PIT", " S1",
    " S1_IMPROVEMENT", " S2", " S2_IMPROVEMENT", " S3", " S3_IMPROVEMENT", " KPH", " ELAPSED", " HOUR", "S1_LARGE",
    "S2_LARGE", "S3_LARGE", "TOP_SPEED", "DRIVER_NAME", "PIT_TIME", "CLASS", "GROUP", "TEAM", "MANUFACTURER",
    "FLAG_AT_FL", "S1_SECONDS", "S2_SECONDS", "S3_SECONDS", "IM1a_time", "IM1a_elapsed", "INT-1_time",
    "INT-1_elapsed", "FL_time", "FL_elapsed",
]  # fmt: skip
NEEDED = ["NUMBER", " LAP_NUMBER", " LAP_TIME"]
UNKNOWN = ["POWER", "FANBOOST", "x", "Größe", "LAP_NUMBER_2", "lap_time"]


@dataclass(frozen=True)
class Dialect:
    separator: str = ";"
    newline: str = "\r\n"
    mark: bool = True
    trailing: bool = True
    last_newline: bool = True
    quotes: str = "needed"  # or "all"

    def field(self, value: str) -> str:
        if self.newline == "\r":  # an LF anywhere would be the line end
            value = value.replace("\n", "\r")
        quoted = self.quotes == "all" or any(mark in value for mark in (self.separator, '"', "\r", "\n"))
        return '"' + value.replace('"', '""') + '"' if quoted else value

    def line(self, fields: list[str]) -> str:
        return self.separator.join(map(self.field, fields)) + self.separator * self.trailing

    def file(self, rows: list[list[str]]) -> bytes:
        text = self.newline.join(map(self.line, rows)) + self.newline * self.last_newline
        return b"\xef\xbb\xbf" * self.mark + text.encode()


WEC = Dialect()
IMSA = Dialect(separator=",", newline="\n")
ANONYMOUS = Dialect(newline="\n", mark=False, trailing=False)

dialects = st.sampled_from([WEC, IMSA, ANONYMOUS]) | st.builds(
    Dialect,
    separator=st.sampled_from(";,\t|"),
    newline=st.sampled_from(["\r\n", "\n", "\r", "\r\r\n"]),
    mark=st.booleans(),
    trailing=st.booleans(),
    last_newline=st.booleans(),
    quotes=st.sampled_from(["needed", "all"]),
)

cars = st.sampled_from(["7", "007", "009", "10", "99", "021", "3", "03", "#8", "A1", "é5"])
names = st.sampled_from(
    ["Ann ONE", "Bo TWO", " MOTOKI", "Legends ", "WeatherTech  Racing", "Müller", "日本", 'the "Fox"']
)
odd = st.sampled_from(
    ["", " ", "abc", "-1", "0", "1:60.000", "1:2:3:4", "99:59:59.999", "1.5.2", "-2.5", "--", "NaN", "1e5", "B ", " b",
     "\t7\t", "12,5", "٣", "1:05.1234567", "9" * 25, "GF ", "SC?", "2.0", "x" * 70, "é" * 9, '"', "a\nb", "1\r2",
     "\x01"]
)  # fmt: skip


def duration(microseconds: int, large: bool = False) -> str:
    milliseconds = microseconds // 1000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"
    if minutes or large:
        return f"{minutes}:{seconds:02d}.{milliseconds:03d}"
    return f"{seconds}.{milliseconds:03d}"


def hour(microseconds: int) -> str:
    seconds = microseconds // 1_000_000
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{microseconds // 1000 % 1000:03d}"


@st.composite
def car_laps(draw, car: str, start: int) -> list[dict[str, str]]:
    """Laps of one car as a timekeeper would publish them."""
    lap_count = draw(st.integers(1, 6))
    driver, team, group = draw(names), draw(names), draw(st.sampled_from(["", "H", "P/A"]))
    rows = []
    elapsed = 0
    for lap in range(1, lap_count + 1):
        sectors = [draw(st.integers(1, 5_000_000)) * 1000 for _ in range(3)]
        elapsed += sum(sectors)
        row = {
            "NUMBER": car, "DRIVER_NUMBER": str(draw(st.integers(1, 4))), "LAP_NUMBER": str(lap),
            "LAP_TIME": duration(sum(sectors)), "LAP_IMPROVEMENT": draw(st.sampled_from("0000234")),
            "CROSSING_FINISH_LINE_IN_PIT": draw(st.sampled_from(["", "", "B"])),
            "KPH": f"{draw(st.integers(0, 3000)) / 10:.1f}",
            "ELAPSED": duration(elapsed), "HOUR": hour(start + elapsed),
            "TOP_SPEED": draw(st.sampled_from(["", "293.5", "88.0"])), "DRIVER_NAME": driver,
            "PIT_TIME": draw(st.sampled_from(["", "0:01:12.345", "12:00:00.001"])), "CLASS": "LMGT3", "GROUP": group,
            "TEAM": team, "MANUFACTURER": "Make",
            "FLAG_AT_FL": draw(st.sampled_from(["GF", "FCY", "SF", "RF", "FF", ""])),
        }  # fmt: skip
        for number, sector in enumerate(sectors, 1):
            row |= {f"S{number}": duration(sector), f"S{number}_IMPROVEMENT": "0",
                    f"S{number}_LARGE": duration(sector, large=True),
                    f"S{number}_SECONDS": f"{sector // 1_000_000}.{sector // 1000 % 1000:03d}"}  # fmt: skip
        for section in ("IM1a", "INT-1", "FL"):
            row |= {section + "_time": "22.57", section + "_elapsed": duration(elapsed)}
        rows.append(row)
    return rows


@st.composite
def lap_files(draw, oddities: bool = True) -> bytes:
    """A lap file: columns of all variants in any order, some unknown; odd fields and rows of another length."""
    dialect = draw(dialects)
    start = draw(st.integers(0, 86_399_999)) * 1000
    numbers = draw(st.lists(cars, min_size=1, max_size=4, unique=True))
    rows = [row for number in sorted(numbers) for row in draw(car_laps(number, start))]
    kept = [name for name in PUBLISHED if name in NEEDED or draw(st.integers(0, 9)) > 0]
    for name in draw(st.lists(st.sampled_from(UNKNOWN), max_size=2, unique=True)):
        kept.insert(draw(st.integers(0, len(kept))), name)
    if draw(st.booleans()):
        kept = draw(st.permutations(kept))
    table = [[row.get(name.strip(), "?") for name in kept] for row in rows]
    if oddities:
        table = draw(odd_table(table))
    if draw(st.integers(0, 4)) == 0:
        table = draw(st.permutations(table))
    return dialect.file([kept, *table])


@st.composite
def odd_table(draw, table: list[list[str]]) -> list[list[str]]:
    for _ in range(draw(st.integers(0, 4))):
        row = draw(st.integers(0, len(table) - 1))
        what = draw(st.integers(0, 9))
        if what < 6:
            field = draw(st.integers(0, len(table[row]) - 1)) if table[row] else 0
            table[row][field : field + 1] = [draw(odd)]
        elif what == 6:
            table[row] = table[row][: draw(st.integers(0, len(table[row])))]
        elif what == 7:
            table[row] = [*table[row], draw(odd)]
        elif what == 8:
            table.insert(row, [])
        else:
            table.insert(draw(st.integers(0, len(table))), list(table[row]))
    return table


__all__ = ["ANONYMOUS", "IMSA", "WEC", "Dialect", "lap_files", "replace"]

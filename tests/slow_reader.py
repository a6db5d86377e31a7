"""A slow reading of published timing files with Python's csv module: the oracle of the reader's tests.

Written from the description of the formats, not from the C code, and kept plain: one row at a time, integers and
decimals, no cleverness. Durations are microseconds, absent values are None.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

csv.field_size_limit(1 << 30)

DAY = 86_400_000_000
QUARTER_HOUR = 900_000_000

LAP_TEXTS = {
    "class": "CLASS",
    "group": "GROUP",
    "team": "TEAM",
    "manufacturer": "MANUFACTURER",
    "driver": "DRIVER_NAME",
}
LAP_DURATIONS = {
    "lap_time": "LAP_TIME",
    "sector_1": "S1",
    "sector_2": "S2",
    "sector_3": "S3",
    "elapsed": "ELAPSED",
    "pit_lane_time": "PIT_TIME",
}
FLAGS = {"GF": "green", "FCY": "fcy", "SF": "safety_car", "RF": "red", "FF": "chequered"}
IMPROVEMENTS = {"2": "car_best", "3": "session_best", "4": "session_best"}
STATUSES = {
    "Classified": "classified",
    "Not classified": "not_classified",
    "Retired": "retired",
    "Disqualified": "disqualified",
    "Not started": "not_started",
}


@dataclass
class Reading:
    """Columns of equal length, and what else a file says."""

    columns: dict[str, list]
    rows: int  # data rows of the file
    listed: list[int] = field(default_factory=list)  # lines of rows that are in no table
    sections: dict[str, list] = field(default_factory=dict)
    start: int | None = None
    crew: list[tuple] = field(default_factory=list)  # car, driver, rating, country

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


# ---- Text ----


def decode(data: bytes) -> str:
    """The bytes of the file in UTF-8, one character a byte: fields are turned into text one by one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode().decode("latin-1")
    return data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def field_text(field: str) -> str:
    """UTF-8, else Windows-1252, whose five unused bytes are control characters of that number."""
    data = field.replace(LONE_CR, "\r").encode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


def separator_of(header: str) -> str:
    return max(";,\t|", key=header.count)


@dataclass
class Records:
    names: list[str]  # of the columns, without blanks around them
    rows: list[tuple[int, list[str]]]  # line and fields of every data row

    def __post_init__(self) -> None:
        self.places = {name: index for index, name in reversed(list(enumerate(self.names)))}

    def column(self, name: str) -> int | None:
        """The first column of that name."""
        return self.places.get(name)


class Unreadable(ValueError):
    """A quote takes the lines behind it up to the end of the file, or a CR stands alone where a line should end."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line, self.what = line, what


LONE_CR = "\u0100"  # stands for it while the csv module reads, which takes CR for a line end


def records(data: bytes) -> Records:
    """Rows that are not blank. A header that stands again is no row; a row cut short loses its last field. Raises
    Unreadable.

    Lines end with LF, CRLF or CR CR LF, in a file without LF with CR. A CR elsewhere is a character, unless it begins a
    row, or stands without quotes in a row that is longer than the header.
    """
    text = decode(data)
    text = re.sub(r"\r(?!\r?\n|\r?\Z)", LONE_CR, text) if "\n" in text else text.replace("\r", "\n")
    lines = re.findall(r"[^\n]*\n|[^\n]+$", text)  # str.splitlines knows more line ends
    separator = separator_of(next((line for line in lines if line.strip(" \t\r\n")), ""))
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    for fields in reader:
        if len(fields) > 1 or fields and fields[0].strip(" \t"):
            record = "".join(lines[before : reader.line_num])
            longer = rows and len(fields) > len(rows[0][1]) and LONE_CR in without_quoted(record, separator)
            if rows and (longer or record.startswith(LONE_CR)):
                raise Unreadable(before + 1, "carriage return stands here alone")
            rows.append((before + 1, [field_text(value).strip(" \t") for value in fields]))
            last, ending = slice(before, reader.line_num), fields[-1]
        before = reader.line_num
    if not rows:
        return Records([], [])
    (_, names), *data_rows = rows
    if data_rows:
        record, fields = lines[last], data_rows[-1][1]
        inside = ends_inside_quotes(record, separator)
        if inside and ending.partition("\n")[2].strip(f" \t\n{LONE_CR}\r"):
            raise Unreadable(len(lines) - ending.removesuffix("\n").count("\n"), "is never closed")
        if inside or len(fields) < len(names) and not record[-1].endswith(("\r", "\n")):
            fields.pop()
    return Records(names, [(line, fields) for line, fields in data_rows if not is_header(fields, names)])


def without_quoted(record: str, separator: str) -> str:
    """The record with its quoted fields empty."""
    mark = re.escape(separator)
    return re.sub(rf'(^|{mark}) *"(?:[^"]|"")*(?:"[^{mark}]*|$)', r"\1", record)


def ends_inside_quotes(record: list[str], separator: str) -> bool:
    """A line more would belong to it."""
    longer = [*record[:-1], record[-1].rstrip("\r\n") + "\n", "x\n"]
    return len(list(csv.reader(longer, delimiter=separator, skipinitialspace=True))) == 1


def is_header(fields: list[str], names: list[str]) -> bool:
    return bool(fields) and [fields[0].removeprefix("\ufeff"), *fields[1:]] == names


def text_of(value: str | None) -> str | None:
    value = value.strip(" \t") if value is not None else ""
    return value or None


UNITS = {"us": 1, "ms": 10**3, "s": 10**6, "min": 6 * 10**7, "m": 6 * 10**7, "h": 36 * 10**8, "d": 864 * 10**8}
COLONS = re.compile(r"(?:(?:([0-9]+):)?([0-9]+)[:'])?([0-9]+)(?:[.,]([0-9]+))?", re.ASCII)
PIECE = r"([0-9]+)(?:[.,]([0-9]+))? *(us|ms|s|min|m|h|d) *"


@cache
def duration_of(value: str | None) -> int | None:
    """Microseconds of `[[h:]m:]s[.fraction]` or of numbers with ever smaller units, half up; a sign may stand in front.

    An apostrophe may stand for the last colon; parts after the first are below 60.
    """
    value = text_of(value) or ""
    body = value[1:] if value[:1] in ("+", "-") else value
    if len(body) > 300 or not body[:1].isdigit():
        return None
    if match := COLONS.fullmatch(body):
        hours, minutes, seconds, fraction = match.groups()
        if hours is not None and int(minutes) >= 60 or minutes is not None and int(seconds) >= 60:
            return None
        total = ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)) * 10**6 + part_of(fraction, 10**6)
    elif re.fullmatch(f"(?:{PIECE})+", body, re.ASCII):
        pieces = re.findall(PIECE, body, re.ASCII)
        sizes = [UNITS[unit] for _, _, unit in pieces]
        if sizes != sorted(set(sizes), reverse=True):
            return None
        total = sum(int(whole) * UNITS[unit] + part_of(fraction, UNITS[unit]) for whole, fraction, unit in pieces)
    else:
        return None
    if total >= 2**63:
        return None
    return -total if value.startswith("-") else total


def part_of(fraction: str | None, unit: int) -> int:
    """`0.fraction` of a unit in microseconds, rounded half up."""
    return int((Decimal("0." + (fraction or "0")) * unit).to_integral_value(ROUND_HALF_UP))


def integer_of(value: str | None) -> int | None:
    """Whole numbers; spreadsheets and data frames write `22.0`."""
    match = re.fullmatch(r"([+-]?[0-9]+)(?:[.,]0+)?", text_of(value) or "", re.ASCII)
    return int(match[1]) if match and abs(int(match[1])) < 2**31 else None


def number_of(value: str | None) -> float | None:
    value = text_of(value)
    if value is None or not re.fullmatch(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)", value, re.ASCII):
        return None
    return float(value.replace(",", "."))


# ---- Laps ----


def read_laps(data: bytes) -> Reading:
    table = records(data)
    sections = dict.fromkeys(match[1] for name in table.names if (match := re.fullmatch(r"(.+)_(time|elapsed)", name)))
    laps: list[dict] = []
    listed = []
    for line, fields in table.rows:

        def value(name: str, fields: list[str] = fields) -> str | None:
            index = table.column(name)
            return fields[index] if index is not None and index < len(fields) else None

        car, lap = text_of(value("NUMBER")), count_of(value("LAP_NUMBER"))
        if car is None or lap is None:
            listed.append(line)
            continue
        row: dict = {"line": line, "car": car, "lap": lap, "driver_number": count_of(value("DRIVER_NUMBER"))}
        row |= {name: text_of(value(column)) for name, column in LAP_TEXTS.items()}
        row |= {name: not_negative(duration_of(value(column))) for name, column in LAP_DURATIONS.items()}
        row["hour"] = not_negative(duration_of(value("HOUR")))
        row["in_pit"] = text_of(value("CROSSING_FINISH_LINE_IN_PIT")) == "B"
        row["flag"] = FLAGS.get(text_of(value("FLAG_AT_FL")) or "")
        row["improvement"] = IMPROVEMENTS.get(text_of(value("LAP_IMPROVEMENT")) or "")
        row["average_speed"] = number_of(value("KPH"))
        row["top_speed"] = number_of(value("TOP_SPEED"))
        row["deleted"] = None
        row["sections"] = {
            column: not_negative(duration_of(value(column)))
            for section in sections
            for column in (section + "_time", section + "_elapsed")
        }
        laps.append(row)
    laps, not_kept = separate_cars(laps)
    listed += not_kept
    laps.sort(key=lambda row: (row["car"].encode(), row["lap"]))
    if table.column("ELAPSED") is None:
        sum_lap_times(laps)
    start = unwrap_clock(laps)
    columns = {name: [row[name] for row in laps] for name in LAP_COLUMNS}
    pairs = {name: (f"{name}_time", f"{name}_elapsed") for name in sections}
    kept = [pair for pair in pairs.values() if any(row["sections"][end] is not None for row in laps for end in pair)]
    wide = {column: [row["sections"][column] for row in laps] for pair in kept for column in pair}
    return Reading(columns, len(table.rows), listed, wide, start)


LAP_COLUMNS = [
    "car", "class", "group", "team", "manufacturer", "driver", "driver_number", "lap", "lap_time", "sector_1",
    "sector_2", "sector_3", "elapsed", "clock", "in_pit", "pit_lane_time", "flag", "average_speed", "top_speed",
    "improvement", "deleted",
]  # fmt: skip


def count_of(value: str | None) -> int | None:
    number = integer_of(value)
    return number if number is not None and number >= 0 else None


def not_negative(microseconds: int | None) -> int | None:
    return microseconds if microseconds is None or microseconds >= 0 else None


def separate_cars(laps: list[dict]) -> tuple[list[dict], list[int]]:
    """The rows that are kept, and the lines of those that are not.

    A row that repeats another one of its car and lap in every column but the sections is not kept. Where a car still
    has a lap twice, two cars run under one number: laps that do not ascend begin the second, `3 (2)`, up to the ninth.
    """
    seen: dict[tuple, list[dict]] = {}
    kept, not_kept = [], []
    for row in laps:
        content = {name: value for name, value in row.items() if name not in ("line", "sections")}
        earlier = seen.setdefault((row["car"], row["lap"]), [])
        if content in earlier:
            not_kept.append(row["line"])
        else:
            earlier.append(content)
            kept.append(row)
    shared = {car for (car, _), rows in seen.items() if len(rows) > 1}
    last: dict[str, int] = {}
    count: Counter[str] = Counter()
    result = []
    for row in kept:
        number = row["car"]
        if number in shared:
            if number not in last or row["lap"] <= last[number]:
                count[number] += 1
            last[number] = row["lap"]
            if count[number] > 9:
                not_kept.append(row["line"])
                continue
            if count[number] > 1:
                row["car"] = f"{number} ({count[number]})"
        result.append(row)
    return result, not_kept


def sum_lap_times(laps: list[dict]) -> None:
    """`elapsed` of files without that column: the sum of a car's lap times, until a lap or a time is missing."""
    before: dict | None = None
    for row in laps:
        if before is None or before["car"] != row["car"]:
            row["elapsed"] = row["lap_time"] if row["lap"] == 1 else None
        elif before["elapsed"] is not None and row["lap_time"] is not None and row["lap"] == before["lap"] + 1:
            row["elapsed"] = before["elapsed"] + row["lap_time"]
        before = row


def unwrap_clock(laps: list[dict]) -> int | None:
    """Sets `clock` of every row, and returns the clock of the start: most cars' first lap says it."""
    firsts: dict[str, dict] = {}
    for row in laps:
        firsts.setdefault(row["car"], row)
    votes = [
        ((row["hour"] - row["elapsed"]) % DAY, row["elapsed"])
        for row in firsts.values()
        if row["hour"] is not None and row["elapsed"] is not None
    ]
    cars = Counter(start for start, _ in votes)
    start = max(votes, key=lambda vote: (cars[vote[0]], -vote[1], -vote[0]))[0] if votes else None
    before: dict[str, int] = {}
    for row in laps:
        hour, elapsed = row["hour"], row["elapsed"]
        clock = hour
        if hour is not None and elapsed is not None and start is not None:
            expected = start + elapsed
            clock = expected + (hour - expected + DAY // 2) % DAY - DAY // 2
        elif hour is not None and row["car"] in before:
            clock = before[row["car"]] + (hour - before[row["car"]]) % DAY  # a clock that falls has passed midnight
        if clock is not None:
            before[row["car"]] = clock
        row["clock"] = clock
    return start


# ---- Results ----

RESULT_COLUMNS = [
    "position", "class_position", "car", "class", "status", "laps", "total_time", "gap", "gap_laps", "interval",
    "interval_laps", "best_lap", "best_lap_number",
]  # fmt: skip
RESULT_NAMES = {
    "position": ("POSITION", "POS"),
    "class_position": ("PIC",),
    "car": ("NUMBER",),
    "class": ("CLASS", "CLASS_TYPE"),
    "status": ("STATUS",),
    "laps": ("LAPS",),
    "total_time": ("TOTAL_TIME", "ELAPSED"),
    "gap": ("GAP_FIRST",),
    "interval": ("GAP_PREVIOUS",),
    "best_lap": ("FL_TIME", "TIME", "BEST_LAP_TIME"),
    "best_lap_number": ("FL_LAPNUM", "LAP", "BEST_LAP_NUM"),
}


def gap_of(value: str | None) -> tuple[int | None, int | None]:
    """(time, laps): `+2.948`, `1'10.896`, `14 Laps`, `-100 Laps`; `-` and blank are neither."""
    value = text_of(value) or ""
    laps = re.fullmatch(r"([+-]?[0-9]+) [Ll]aps?", value, re.ASCII)
    return (None, int(laps[1])) if laps else (duration_of(value), None)


def read_results(data: bytes) -> Reading:
    """Results of races, practice, qualifying and by class, in published order."""
    table = records(data)
    columns: dict[str, list] = {name: [] for name in RESULT_COLUMNS}
    crew: list[tuple] = []
    listed = []
    seen: dict[str, list[dict]] = {}
    for line, fields in table.rows:

        def value(name: str, fields: list[str] = fields) -> str | None:
            for column in RESULT_NAMES.get(name, (name,)):
                index = table.column(column)
                if index is not None and index < len(fields):
                    return fields[index]
            return None

        car = text_of(value("car"))
        if car is None:
            listed.append(line)
            continue
        gap, gap_laps = gap_of(value("gap"))
        interval, interval_laps = gap_of(value("interval"))
        row = {
            "position": integer_of(value("position")),
            "class_position": integer_of(value("class_position")),
            "class": text_of(value("class")),
            "status": STATUSES.get(text_of(value("status")) or ""),
            "laps": integer_of(value("laps")),
            "total_time": duration_of(value("total_time")),
            "gap": gap,
            "gap_laps": gap_laps,
            "interval": interval,
            "interval_laps": interval_laps,
            "best_lap": duration_of(value("best_lap")),
            "best_lap_number": integer_of(value("best_lap_number")) or None,
        }
        if row in seen.setdefault(car, []):  # the same once more
            listed.append(line)
            continue
        seen[car].append(row)
        if len(seen[car]) > 1:  # as in laps: two cars under one number
            car = f"{car} ({len(seen[car])})"
        for name in RESULT_COLUMNS:
            columns[name].append({**row, "car": car}[name])
        crew += crew_of(car, value)
    if not any(columns["class_position"]):
        count_class_positions(columns)
    return Reading(columns, len(table.rows), listed, crew=crew)


def count_class_positions(columns: dict[str, list]) -> None:
    """Where the place in class is not published: counted, as far as no place before is missing."""
    expected = 1
    counts: Counter[str] = Counter()
    for row, (name, position) in enumerate(zip(columns["class"], columns["position"], strict=True)):
        if position is None:
            continue
        if position != expected:
            return
        expected += 1
        if name is not None:
            counts[name] += 1
            columns["class_position"][row] = counts[name]


def crew_of(car: str, value) -> list[tuple]:
    """(car, driver, driver_number, rating, country) of a result row, as the columns come; a name counts once."""
    crew: dict[str, list] = {}
    for number in range(1, 10):
        prefix = f"DRIVER{number}_"
        full = text_of(value(f"DRIVER_{number}"))
        rating = country = None
        if full is None:
            prefixes = [prefix, "DRIVER_"] if number == 1 else [prefix]
            for one in prefixes:
                parts = [text_of(value(one + "FIRSTNAME")), text_of(value(one + "SECONDNAME"))]
                full = full or " ".join(part for part in parts if part) or None
                rating = rating or text_of(value(one + "LICENSE"))
                country = country or text_of(value(one + "COUNTRY"))
        if full is None and number == 1:
            full = text_of(value("DRIVER"))
        if full is not None:
            known = crew.setdefault(full, [car, full, number, None, None])
            known[3:] = [rating or known[3], country or known[4]]
    return [tuple(one) for one in crew.values()]


# ---- Weather ----

WEATHER_COLUMNS = [
    "clock", "air_temperature", "track_temperature", "humidity", "pressure", "wind_speed", "wind_direction", "rain",
]  # fmt: skip
HECTOPASCALS_IN_INCH = Fraction("33.8638866667")


def read_weather(data: bytes) -> Reading:
    """Measurements in order of time; `time` is in seconds since 1970 UTC, units are those of the package.

    Units are not stated in the files. Air pressure tells them: about 30 is inches of mercury and miles an hour, about
    1000 hectopascals and kilometres an hour. Air that is above 45 degrees at its median, or beside inches, is in
    Fahrenheit.
    """
    table = records(data)
    columns: dict[str, list] = {name: [] for name in ["time", *WEATHER_COLUMNS[1:]]}
    listed = []
    taken = []
    for line, fields in table.rows:

        def value(name: str, fields: list[str] = fields) -> str | None:
            index = table.column(name)
            return fields[index] if index is not None and index < len(fields) else None

        time = text_of(value("TIME_UTC_SECONDS"))
        if time is None or not re.fullmatch("[0-9]{1,12}", time):
            listed.append(line)
            continue
        reading = (int(time), [number_of(value(name)) for name in (
            "AIR_TEMP", "TRACK_TEMP", "HUMIDITY", "PRESSURE", "WIND_SPEED", "WIND_DIRECTION")],
            {"1": True, "0": False}.get(text_of(value("RAIN")) or ""))  # fmt: skip
        taken.append((*reading, line))
    taken.sort(key=lambda one: one[0])
    inches = middle([row[1][3] for row in taken], 0.0) > 0 and middle([row[1][3] for row in taken], 0.0) < 100
    fahrenheit = inches or middle([row[1][0] for row in taken], 0.0) > 45
    before: list = []
    for *reading, line in taken:
        if reading == before:
            listed.append(line)
            continue
        before = reading
        time, (air, track, humidity, pressure, wind, direction), rain = reading
        columns["time"].append(time)
        columns["air_temperature"].append(celsius(air, fahrenheit))
        columns["track_temperature"].append(celsius(track, fahrenheit))
        columns["humidity"].append(humidity)
        columns["pressure"].append(pressure * float(HECTOPASCALS_IN_INCH) if inches and pressure else pressure)
        columns["wind_speed"].append(None if wind is None else wind * 0.44704 if inches else wind / 3.6)
        columns["wind_direction"].append(direction)
        columns["rain"].append(rain)
    return Reading(columns, len(table.rows), listed)


def middle(values: list, default: float) -> float:
    present = sorted(value for value in values if value is not None)
    return present[len(present) // 2] if present else default


def celsius(value: float | None, fahrenheit: bool) -> float | None:
    return (value - 32) / 1.8 if value is not None and fahrenheit else value


# ---- What a file is ----


def recognise(data: bytes) -> str | None:
    """The format of a file by its column names, or None."""
    known = set(records(data[:16384]).names)
    if {"NUMBER", "LAP_NUMBER"} <= known and {"LAP_TIME", "ELAPSED"} & known:
        return "laps"
    if {"POSITION", "NUMBER", "LAPS"} <= known or {"POS", "NUMBER", "LAP", "TIME"} <= known:
        return "results"
    if {"CLASS_TYPE", "POS", "NUMBER"} <= known:
        return "class_results"
    if {"NUMBER", "BESTLAP_1"} <= known:
        return "best_laps"
    if "TIME_UTC_SECONDS" in known:
        return "weather"
    return None

"""A race as the timekeepers publish it: laps, provisional and official result, weather."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from pyracing.decisions import Decision, RearOfClass
from pyracing.simulate import published
from pyracing.simulate.car import CHEQUERED, FCY, GREEN, RED, SAFETY_CAR, Car
from pyracing.simulate.marks import lap_times_of
from pyracing.simulate.outcome import Held
from pyracing.simulate.plan import MINUTE
from pyracing.simulate.stewards import STATUSES, Finish, by_best_lap, ranked
from pyracing.simulate.truth import Entry
from pyracing.simulate.weather import Reading

DAY = 86_400_000
LAP_COLUMNS = (
    "NUMBER", " DRIVER_NUMBER", " LAP_NUMBER", " LAP_TIME", " LAP_IMPROVEMENT", " CROSSING_FINISH_LINE_IN_PIT", " S1",
    " S1_IMPROVEMENT", " S2", " S2_IMPROVEMENT", " S3", " S3_IMPROVEMENT", " KPH", " ELAPSED", " HOUR", "S1_LARGE",
    "S2_LARGE", "S3_LARGE", "TOP_SPEED", "DRIVER_NAME", "PIT_TIME", "CLASS", "GROUP", "TEAM", "MANUFACTURER",
    "FLAG_AT_FL",
)  # fmt: skip
SECONDS_COLUMNS = ("S1_SECONDS", "S2_SECONDS", "S3_SECONDS")
SECTIONS = ("IM1a", "IM1", "IM2a", "IM2", "IM3a", "FL")
SPLITS = (62, 55, 40)  # per cent of each sector before its inner line
WEC_RESULT_COLUMNS = (
    "POSITION", "NUMBER", "TEAM", "DRIVER_1", "DRIVER_2", "DRIVER_3", "DRIVER_4", "VEHICLE", "TYRES", "CLASS", "GROUP",
    "DIVISION", "STATUS", "LAPS", "TOTAL_TIME", "GAP_FIRST", "GAP_PREVIOUS", "FL_LAPNUM", "FL_TIME", "FL_KPH",
    "DRIVER_5",
)  # fmt: skip
RESULT_COLUMNS = (
    "POSITION", "NUMBER", "STATUS", "LAPS", "TOTAL_TIME", "GAP_FIRST", "GAP_PREVIOUS", "FL_LAPNUM", "FL_TIME",
    "FL_KPH",
)  # fmt: skip
BEST_LAP_COLUMNS = ("POS", "NUMBER", "LAP", "TIME", "GAP_FIRST", "GAP_PREVIOUS", "KPH", " LAPS")
ENTRY_COLUMNS = ("TEAM", "CLASS", "GROUP", "DIVISION", "VEHICLE", "TIRES")
IMSA_ENTRY_COLUMNS = (
    "IMSA_CarId", "IMSA_TeamId", "IMSA_ClassId", "IMSA_CarTypeId", "IMSA_ManufacturerId", "IMSA_TireId",
    "IMSA_SponsorId", "IMSA_EventEntryId", "*Extra 9", "*Extra 10",
)  # fmt: skip
SRO_ENTRY_COLUMNS = (
    "ECM Participant Id", "ECM Team Id", "ECM Category Id", "ECM Car Id", "ECM Brand Id", "ECM Country Id", "*Extra 7",
    "*Extra 8", "*Extra 9", "Sort Key",
)  # fmt: skip
DRIVER_COLUMNS = ("FIRSTNAME", "SECONDNAME", "LICENSE", "HOMETOWN", "COUNTRY", "SHORTNAME")
IMSA_DRIVER_COLUMNS = ("IMSA_DriverId", "IMSA_DriverPlugId", "IMSA_DriverRatingLong", "*Extra 4", "*Extra 5")
SRO_DRIVER_COLUMNS = ("ECM Driver Id", "ECM Country Id", "*Extra 3", "*Extra 4", "*Extra 5")
CLASS_RESULT_COLUMNS = (
    "CLASS_TYPE", "POS", "PIC", "NUMBER", "TEAM", "VEHICLE", "DRIVER", "LAPS", "ELAPSED", "GAP_FIRST", "GAP_PREVIOUS",
    "BEST_LAP_NUM", "BEST_LAP_TIME", "BEST_LAP_KPH",
)  # fmt: skip
WEATHER_COLUMNS = (
    "TIME_UTC_SECONDS", "TIME_UTC_STR", "AIR_TEMP", "TRACK_TEMP", "HUMIDITY", "PRESSURE", "WIND_SPEED",
    "WIND_DIRECTION", "RAIN",
)  # fmt: skip
CREW_PLACES = 6  # in the results of IMSA and SRO
STATUS_WORDS = dict(
    zip(STATUSES, ("Classified", "Not classified", "Retired", "Disqualified", "Not started"), strict=True)
)
FLAG_WORDS = {GREEN: "GF", FCY: "FCY", SAFETY_CAR: "SF", RED: "RF", CHEQUERED: "FF"}
ONE_CODE = {GREEN: "GF", FCY: "FCY", SAFETY_CAR: "FCY", RED: "FCY", CHEQUERED: "FF"}


@dataclass(frozen=True)
class Dialect:
    """One way to publish.

    `statuses`: as in `stewards.ranked`. Of results: what stands after the minutes, before a gap in time, for one lap,
    for the gap of the first, and for the number of a best lap that there is not; further columns of an entry and of a
    driver, which stay blank.
    """

    separator: str = ";"
    line_end: str = "\r\n"
    flags: Mapping[int, str] = field(default_factory=lambda: FLAG_WORDS)
    top_speeds: bool = True
    seconds: bool = True
    sections: bool = False
    statuses: bool = False
    fahrenheit: bool = True
    inches: bool = False
    minutes: str = ":"
    sign: str = "+"
    one_lap: str = "Lap"
    no_gap: str = "-"
    no_lap: str = "0"
    entry_columns: Sequence[str] = ()
    driver_columns: Sequence[str] = ()


WEC, IMSA, SRO = "wec", "imsa", "sro"
RACE = "race"  # of the kinds of sessions
DIALECTS = {
    WEC: Dialect(statuses=True, minutes="'", sign="", one_lap="Laps", no_gap="", no_lap=""),
    IMSA: Dialect(
        ",", "\n", ONE_CODE, top_speeds=False, seconds=False, inches=True,
        entry_columns=IMSA_ENTRY_COLUMNS, driver_columns=IMSA_DRIVER_COLUMNS,
    ),
    SRO: Dialect(
        sections=True, fahrenheit=False, entry_columns=SRO_ENTRY_COLUMNS, driver_columns=SRO_DRIVER_COLUMNS
    ),
}  # fmt: skip


class Publisher:
    """Writes one session in one dialect."""

    def __init__(self, dialect: str, held: Held) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"dialect is one of {', '.join(DIALECTS)}, not {dialect!r}")
        self.name, self.dialect = dialect, DIALECTS[dialect]
        self.session, self.kind = held.name, held.kind
        self.cars = sorted(held.cars, key=lambda car: car.entry.car)
        self.stoppages, self.last = held.stoppages, held.last_line()
        self.drivers, self.finishes, self.decisions = held.crews, held.finishes, held.decisions
        self.weather, self.marks = held.weather, held.marks
        self.start, self.metres = held.start, held.metres

    def files(self) -> dict[str, Iterator[bytes]]:
        """What is published, by name, in pieces."""
        stewards, sections = self.decisions, "EnduranceWithSections" if self.dialect.sections else ""
        if self.name == IMSA:
            stem = f"{self.start:%Y%m%d%H%M}-{self.session.lower().replace(' ', '-')}"
            laps, weather, result = f"{stem}-laps.csv", f"{stem}-weather.csv", f"{stem}-results.csv"
            results = {f"{stem}-provisional-results.csv": self.result(()), result: self.result(stewards)}
        else:
            laps, weather = f"23_Analysis{sections}_{self.session}.CSV", f"26_Weather_{self.session}.CSV"
            result = f"03_Results_{self.session}.CSV"
            results = {
                f"03_Provisional Results_{self.session}.CSV": self.result(()),
                f"03_Official Results_{self.session}.CSV": self.result(stewards),
            }
        if self.kind != RACE:
            return {laps: self.laps(), result: self.best_lap_result(), weather: self.weather_file()}
        found = {laps: self.laps(), **results, weather: self.weather_file()}
        if self.name == SRO:
            found[f"05_Provisional Results by Class_{self.session}.CSV"] = self.class_result(())
            found[f"05_Official Results by Class_{self.session}.CSV"] = self.class_result(stewards)
            found[f"99_Best 10 Laps By Driver_{self.session}.CSV"] = self.best_laps()
        return found

    # ---- Rows ----

    def quoted(self, text: str) -> str:
        """Quoted where it must be."""
        if self.dialect.separator in text or '"' in text:
            return '"' + text.replace('"', '""') + '"'
        return text

    def line(self, fields: Sequence[str]) -> str:
        """Every line ends with a separator, as published."""
        return self.dialect.separator.join([*map(self.quoted, fields), self.dialect.line_end])

    def head(self, columns: Sequence[str]) -> bytes:
        return ("\ufeff" + self.line(columns)).encode()

    # ---- Laps ----

    def laps(self) -> Iterator[bytes]:
        columns = list(LAP_COLUMNS)
        if self.dialect.seconds:
            columns += SECONDS_COLUMNS
        if self.dialect.sections:
            columns += [f"{section}_{what}" for section in SECTIONS for what in ("time", "elapsed")]
        yield self.head(columns)
        for car in self.cars:
            yield "".join(self.lap_lines(car)).encode()

    def lap_lines(self, car: Car) -> Iterator[str]:
        dialect, marks, metres = self.dialect, self.marks, self.metres
        s, entry, log = dialect.separator, car.entry, car.log
        lap_time, large, hour_of = published.lap_time, published.large, published.with_hours
        start = (self.start - self.start.replace(hour=0, minute=0, second=0, microsecond=0)) // timedelta(
            milliseconds=1
        )
        names = [self.quoted(driver.name) for driver in self.drivers[entry.car]]
        tail = s.join(map(self.quoted, (entry.class_name, entry.group, entry.team, entry.manufacturer)))
        number = self.quoted(entry.car)
        sector_marks = marks.sectors
        rows = zip(
            log.sector_1, log.sector_2, log.sector_3, log.elapsed, log.pit_lane_time, log.driver, log.flag, log.in_pit,
            log.top_speed, strict=True,
        )  # fmt: skip
        for row, (one, two, three, elapsed, pit, driver, flag, in_pit, speed) in enumerate(rows):
            lap = one + two + three
            place = (entry.car, row)
            mark = 0 if marks.laps.get(entry.car) != row else 3 if marks.session_lap == place else 2
            hour = (start + elapsed + self.stopped_before(elapsed)) % DAY
            fields = (
                f"{number}{s}{driver}{s}{row + 1}{s}{lap_time(lap)}{s}{mark}{s}{'B' if in_pit else ''}"
                f"{s}{lap_time(one)}{s}{sector_marks[0].get(place, 0)}"
                f"{s}{lap_time(two)}{s}{sector_marks[1].get(place, 0)}"
                f"{s}{lap_time(three)}{s}{sector_marks[2].get(place, 0)}{s}{published.average_speed(metres, lap)}"
                f"{s}{lap_time(elapsed)}{s}{hour_of(hour, 2)}{s}{large(one)}{s}{large(two)}{s}{large(three)}"
                f"{s}{f'{speed // 10}.{speed % 10}' if row and dialect.top_speeds else ''}{s}{names[driver - 1]}"
                f"{s}{hour_of(pit) if pit >= 0 else ''}{s}{tail}{s}{dialect.flags[flag]}{s}"
            )
            if dialect.seconds:
                fields += f"{published.seconds(one)}{s}{published.seconds(two)}{s}{published.seconds(three)}{s}"
            if dialect.sections:
                fields += self.section_fields((one, two, three))
            yield fields + dialect.line_end

    def stopped_before(self, elapsed: int) -> int:
        """How long ELAPSED had stood still before a crossing."""
        return sum(length for since, length in self.stoppages if elapsed > since)

    def section_fields(self, sectors: Sequence[int]) -> str:
        """Each sector in two, and the lap's time at the end of each."""
        s, reached, text = self.dialect.separator, 0, ""
        for sector, split in zip(sectors, SPLITS, strict=True):
            for time in (sector * split // 100, sector - sector * split // 100):
                reached += time
                text += f"{published.lap_time(time)}{s}{published.lap_time(reached)}{s}"
        return text

    # ---- Results ----

    def result(self, decisions: Sequence[Decision]) -> Iterator[bytes]:
        """After these decisions."""
        dialect = self.dialect
        columns = [*WEC_RESULT_COLUMNS]
        if self.name != WEC:
            columns = [*RESULT_COLUMNS, *self.columns_of_entry()]
        yield self.head(columns)
        gaps = self.gaps(decisions)
        for position, (finish, status) in enumerate(ranked(self.finishes, decisions, dialect.statuses), 1):
            place = "" if status == "not_started" else str(position)
            distance = [str(finish.laps), self.total_time(finish), *gaps[finish.entry.car]]
            distance += self.best_lap_fields(finish)
            fields = self.wec_fields if self.name == WEC else self.fields
            yield self.line([place, *fields(finish.entry, STATUS_WORDS[status], distance)]).encode()

    def wec_fields(self, entry: Entry, status: str, distance: Sequence[str]) -> list[str]:
        crew = [*entry.drivers, *[""] * 5][:5]
        return [
            entry.car, entry.team, *crew[:4], entry.vehicle, entry.tyre_make, entry.class_name, entry.group, "", status,
            *distance, crew[4],
        ]  # fmt: skip

    def fields(self, entry: Entry, status: str, distance: Sequence[str]) -> list[str]:
        return [entry.car, status, *distance, *self.entry_fields(entry)]

    def columns_of_entry(self) -> list[str]:
        columns = [*ENTRY_COLUMNS, *self.dialect.entry_columns]
        for number in range(1, CREW_PLACES + 1):
            columns += [f"DRIVER{number}_{name}" for name in (*DRIVER_COLUMNS, *self.dialect.driver_columns)]
        return columns

    def entry_fields(self, entry: Entry) -> list[str]:
        fields = [entry.team, entry.class_name, entry.group, "", entry.vehicle, entry.tyre_make]
        fields += [""] * len(self.dialect.entry_columns)
        blank = [""] * len(self.dialect.driver_columns)
        for driver in self.drivers[entry.car]:
            fields += [
                driver.first_name,
                driver.second_name,
                driver.rating,
                driver.home_town,
                driver.country,
                "",
                *blank,
            ]
        places = CREW_PLACES - len(self.drivers[entry.car])
        return fields + [""] * (places * (len(DRIVER_COLUMNS) + len(blank)))

    def best_lap_result(self) -> Iterator[bytes]:
        """Of a practice, in the order of best laps."""
        yield self.head([*BEST_LAP_COLUMNS, *self.columns_of_entry()])
        finishes = [finish for finish, _ in by_best_lap(self.finishes)]
        for position, (finish, before) in enumerate(zip(finishes, [finishes[0], *finishes], strict=False), 1):
            best, entry = finish.best_lap, finish.entry
            fields = [str(position), entry.car, str(finish.best_lap_number or 0)]
            if best is None:
                fields += ["", "", "", ""]
            else:
                gaps = (published.gap(0, best - (other.best_lap or 0), "+") for other in (finishes[0], before))
                speed = published.average_speed(self.metres, best)
                fields += [published.lap_time(best), *(["-", "-"] if position == 1 else gaps), speed]
            yield self.line([*fields, str(finish.laps), *self.entry_fields(entry)]).encode()

    def gaps(self, decisions: Sequence[Decision]) -> dict[str, tuple[str, str]]:
        """To the first and to the car before, as they are until cars are moved to the rear of their class."""
        others = [decision for decision in decisions if not isinstance(decision, RearOfClass)]
        finishes = [finish for finish, _ in ranked(self.finishes, others, self.dialect.statuses)]
        first = finishes[0]
        found = {first.entry.car: (self.dialect.no_gap, self.dialect.no_gap)}
        for before, finish in pairwise(finishes):
            last = self.gap(finish, before) if finish.laps or before.laps else ""
            found[finish.entry.car] = (self.gap(finish, first), last) if finish.started else ("", "")
        return found

    def gap(self, finish: Finish, other: Finish) -> str:
        laps, time = other.laps - finish.laps, finish.total_time - other.total_time
        return published.gap(laps, time, self.dialect.sign, self.dialect.minutes, self.dialect.one_lap)

    def total_time(self, finish: Finish) -> str:
        return published.lap_time(finish.total_time, self.dialect.minutes) if finish.laps else ""

    def best_lap_fields(self, finish: Finish) -> list[str]:
        """Lap, time and speed of the best lap."""
        if finish.best_lap is None:
            return [self.dialect.no_lap, "", ""]
        speed = published.average_speed(self.metres, finish.best_lap)
        return [str(finish.best_lap_number), published.lap_time(finish.best_lap, self.dialect.minutes), speed]

    def class_result(self, decisions: Sequence[Decision]) -> Iterator[bytes]:
        """Each class by itself; drivers are named where every car has one."""
        named = all(len(finish.entry.drivers) == 1 for finish in self.finishes)
        yield self.head([column for column in CLASS_RESULT_COLUMNS if named or column != "DRIVER"])
        lines = [line for line in ranked(self.finishes, decisions, self.dialect.statuses) if line[0].started]
        places = {finish.entry.car: str(place) for place, (finish, _) in enumerate(lines, 1)}
        for name in dict.fromkeys(finish.entry.class_name for finish, _ in lines):
            own = [finish for finish, _ in lines if finish.entry.class_name == name]
            for place, finish in enumerate(own, 1):
                entry, before = finish.entry, (own[0], own[max(place - 2, 0)])
                fields = [name, places[entry.car], str(place), entry.car, entry.team, entry.vehicle]
                fields += entry.drivers if named else ()
                fields += [str(finish.laps), self.total_time(finish)]
                fields += ["" if place == 1 else self.class_gap(finish, other) for other in before]
                yield self.line([*fields, *self.best_lap_fields(finish)]).encode()

    def class_gap(self, finish: Finish, other: Finish) -> str:
        return published.gap(other.laps - finish.laps, finish.total_time - other.total_time, "+", "'", "Laps")

    def best_laps(self) -> Iterator[bytes]:
        """The ten best laps of each driver, the first lap of the race left out."""
        columns = ["NUMBER", "TEAM", "VEHICLE", "CLASS", "FIRSTNAME", "SECONDNAME", "TOTAL_DRIVER_LAPS"]
        columns += [f"BESTLAP_{i}{what}" for i in range(1, 11) for what in ("", "_LAPNUM")]
        yield self.head([*columns, "AVERAGE"])
        for car in self.cars:
            times = lap_times_of(car)
            for driver in self.drivers[car.entry.car]:
                rows = [row for row, number in enumerate(car.log.driver) if number == driver.number]
                best = sorted((times[row], row + 1) for row in rows if row)[:10]
                entry = car.entry
                fields = [
                    entry.car,
                    entry.team,
                    entry.vehicle,
                    entry.class_name,
                    driver.first_name,
                    driver.second_name,
                    str(len(rows)),
                ]
                for i in range(10):
                    fields += [published.lap_time(best[i][0]), str(best[i][1])] if i < len(best) else ["", "0"]
                average = (2 * sum(time for time, _ in best) + len(best)) // (2 * len(best)) if best else 0
                yield self.line([*fields, published.lap_time(average) if best else ""]).encode()

    # ---- Weather ----

    def weather_file(self) -> Iterator[bytes]:
        yield self.head(WEATHER_COLUMNS)
        utc = (self.start.replace(tzinfo=None) - datetime(1970, 1, 1)) // timedelta(seconds=1)
        utc -= (self.start.utcoffset() or timedelta(0)) // timedelta(seconds=1)
        for minute, reading in enumerate(self.weather[: self.last // MINUTE + 2]):
            at = datetime(1970, 1, 1) + timedelta(seconds=utc + minute * MINUTE // 1000)
            half = "AM" if at.hour < 12 else "PM"
            clock = f"{at.month}/{at.day}/{at.year} {(at.hour + 11) % 12 + 1}:{at.minute:02d}:{at.second:02d} {half}"
            fields = [
                str(utc + minute * MINUTE // 1000),
                clock,
                self.temperature(reading.air),
                self.temperature(reading.track),
            ]
            fields += [published.decimal(reading.humidity // 10, 2), *self.pressure_and_wind(reading)]
            yield self.line([*fields, str(reading.direction), str(int(reading.rain))]).encode()

    def temperature(self, thousandths: int) -> str:
        """Of a degree Celsius."""
        if self.dialect.fahrenheit:
            return published.decimal(thousandths * 18 + 320_000, 4)
        return published.decimal(thousandths, 3)

    def pressure_and_wind(self, reading: Reading) -> tuple[str, str]:
        """In inches of mercury and miles an hour, or hectopascal and km/h."""
        if self.dialect.inches:
            pressure = reading.pressure * 10**13 // 338_638_866_667
            return published.decimal(pressure, 6), published.decimal(reading.wind * 10**8 // 44_704_000, 3)
        return published.decimal(reading.pressure, 3), published.decimal(reading.wind * 36 // 10, 3)

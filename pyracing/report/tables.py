"""The tables of a report: what stands in which cell, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from pyracing.display import Shown, counted, printable, shown_columns
from pyracing.report.facts import Facts, Row
from pyracing.report.words import (
    capital,
    gap_text,
    lost_to,
    plain,
    span_text,
    time_text,
    unique,
)
from pyracing.table import Table, row_dicts
from pyracing.times import moment_text

MOST_DOUBTS = 100


class Heading(NamedTuple):
    text: str
    right: bool = False  # aligned so, as numbers are


class Grid(NamedTuple):
    """A table as text. The cell `row_heading` of each row says what the row is about; a second line of a cell says
    more. One that is `whole` has cells that a listing on paper would cut."""

    caption: str
    headings: list[Heading]
    rows: list[list[str]]
    row_heading: int = 0
    note: str = ""
    whole: bool = False


class Column(NamedTuple):
    """What a column of rows shows."""

    title: str
    cell: Callable[[Row], str]
    right: bool = False


def grid(caption: str, columns: Sequence[Column], rows: Iterable[Row], row_heading: str = "", note: str = "") -> Grid:
    """A table of rows, without the columns in which nothing stands."""
    texts = [[column.cell(row) for column in columns] for row in rows]
    kept = [place for place in range(len(columns)) if any(row[place] for row in texts)]
    titles = [columns[place].title for place in kept]
    return Grid(
        caption,
        [Heading(columns[place].title, columns[place].right) for place in kept],
        [[row[place] for place in kept] for row in texts],
        titles.index(row_heading) if row_heading in titles else 0,
        note,
    )


def grid_of(caption: str, table: Table, titles: dict[str, str], row_heading: str = "", note: str = "") -> Grid:
    """The columns of a question's answer that have a title here and say something."""
    shown = [column for column in shown_columns(table) if column.name in titles and any(column.cells)]
    names = [titles[column.name] for column in shown]
    return Grid(
        caption,
        [Heading(titles[column.name], column.right) for column in shown],
        [list(row) for row in zip(*map(cells, shown), strict=True)],
        names.index(row_heading) if row_heading in names else 0,
        note,
    )


def cells(column: Shown) -> list[str]:
    return [capital(plain(cell)) for cell in column.cells] if column.name in WORDS else column.cells


WORDS = ("opened_by", "flag", "kind", "severity", "reason", "code")  # columns of words such as `pit_stop`


def text(name: str) -> Callable[[Row], str]:
    return lambda row: "" if row.get(name) is None else printable(str(row[name]))


def word(name: str) -> Callable[[Row], str]:
    return lambda row: capital(plain(row.get(name)))


def time(name: str, sign: str = "") -> Callable[[Row], str]:
    return lambda row: "" if row.get(name) is None else time_text(row[name], sign)


def span(name: str) -> Callable[[Row], str]:
    return lambda row: "" if row.get(name) is None else span_text(row[name])


def moment(name: str) -> Callable[[Row], str]:
    return lambda row: "" if row.get(name) is None else moment_text(row[name])


# ---- Who finished where ----


def classification_grids(facts: Facts) -> list[Grid]:
    """A table a class, in the order of the field."""
    several = len(facts.finish_by_class) > 1
    laps = {row["car"]: row for row in facts.by_laps}

    def by_laps(row: Row) -> str:
        """The place that the laps alone give, where it is another."""
        own = laps.get(row["car"], {}).get("class_position")
        return str(own) if facts.order != "laps" and own is not None and own != row["class_position"] else ""

    best = Column("Best lap", time("best_lap"), True)
    race_columns = [
        Column(
            "Gap", lambda row: "" if row["status"] == "disqualified" else gap_text(lost_to(row["first"], row)), True
        ),
        Column("Time", time("total_time"), True),
        best,
    ]
    practice_columns = [best, Column("Gap", best_gap_cell, True)]
    columns = [
        Column("Place", text("class_position"), True),
        Column("Car", text("car")),
        Column("Team and drivers", team_cell),
        Column("Laps", text("laps"), True),
        *(race_columns if facts.is_race else practice_columns),
        Column("On lap", text("best_lap_number"), True),
        *([Column("Overall", text("position"), True)] if several else []),
        *([Column("By laps", by_laps, True), Column("Penalty", penalty_cell, True)] if facts.is_race else []),
        Column("Status", lambda row: "" if row["status"] == "classified" else capital(plain(row["status"]))),
    ]
    return [
        grid(printable(name or "All cars"), columns, [{**row, "first": rows[0]} for row in rows], "Car")
        for name, rows in facts.finish_by_class.items()
    ]


def team_cell(row: Row) -> str:
    """The team, and below it the drivers."""
    return "\n".join(part for part in (text("team")(row), text("drivers")(row)) if part)


def best_gap_cell(row: Row) -> str:
    """What the best lap is behind that of the first."""
    best, first = row["best_lap"], row["first"]["best_lap"]
    return time_text(best - first, "+") if best is not None and first is not None and best > first else ""


def penalty_cell(row: Row) -> str:
    parts = [counted(row["penalty_laps"], "lap")] if row.get("penalty_laps") else []
    if row.get("penalty_time"):
        parts.append(f"{time_text(row['penalty_time'])} s")
    return ", ".join(parts)


# ---- How it went ----


def hourly_grids(facts: Facts) -> list[Grid]:
    """Who led each class at the full hours."""
    leaders = {(row["hour"], row["class"]): row for row in facts.hourly if row["class_position"] == 1}
    classes = [name for name in facts.finish_by_class if any((hour, name) in leaders for hour, _ in leaders)]
    hours = unique(row["hour"] for row in facts.hourly)
    if not hours or not classes:
        return []

    def leader(name: str | None) -> Callable[[Row], str]:
        return lambda row: f"{leaders[row['hour'], name]['car']}" if (row["hour"], name) in leaders else ""

    columns = [
        Column("Hour", text("hour"), True),
        *(Column(printable(name or "Leader"), leader(name)) for name in classes),
    ]
    return [grid("The car in the lead at each full hour", columns, [{"hour": hour} for hour in hours])]


def leader_grids(facts: Facts) -> list[Grid]:
    """The laps that each car led: of the race, or of the race of its class where there are several."""
    teams = {row["car"]: row["team"] for row in facts.finish}
    columns = [
        Column("Car", text("car")),
        Column("Class", text("class")),
        Column("Team", lambda row: text("team")({"team": teams.get(row["car"])})),
        Column("Laps led", text("laps"), True),
        Column("Time led", span("time"), True),
        Column("Spells", text("spells"), True),
    ]
    classes = [*facts.finish_by_class]
    if len(classes) < 2:
        return [grid("Laps in the lead", columns, facts.laps_led)] if facts.laps_led else []
    rows = sorted(facts.class_laps_led, key=lambda row: classes.index(row["class"]) if row["class"] in classes else -1)
    return [grid("Laps in the lead of the class", columns, rows)] if rows else []


def neutralisation_grids(facts: Facts) -> list[Grid]:
    columns = [
        Column("Kind", word("kind")),
        Column("From", moment("start"), True),
        Column("To", moment("end"), True),
        Column("Duration", span("duration"), True),
        Column("First lap", text("first_lap"), True),
        Column("Last lap", text("last_lap"), True),
        Column("Estimate", lambda row: text("evidence")(row) if row.get("inferred") else ""),
    ]
    note = "In race time and laps of the leader."
    by_pace = f"{note} Estimates: the field was slow for so long, sector by sector, and the flags were green."
    return [
        grid(caption, columns, rows, note=said)
        for caption, rows, said in (
            ("Neutralisations", facts.neutralisations, note),
            ("Cautions that no flag shows", facts.told_by_pace, by_pace),
        )
        if rows
    ]


def retirement_grids(facts: Facts) -> list[Grid]:
    columns = [
        Column("Car", text("car")),
        Column("Class", text("class")),
        Column("Last lap", text("last_lap"), True),
        Column("At", moment("elapsed"), True),
        Column("Where", lambda row: "in the pit lane" if row["in_pit"] else "on track"),
        Column("Driver", text("driver")),
    ]
    return [grid("Cars that did not reach the end", columns, facts.retirements)] if facts.retirements else []


# ---- Stints and stops ----

STINT_TITLES = {
    "car": "Car", "stint": "Stint", "driver": "Driver", "first_lap": "From lap", "last_lap": "To lap", "laps": "Laps",
    "duration": "Time", "green_laps": "Green laps", "mean": "Mean", "best": "Best", "deviation": "Deviation",
    "opened_by": "Begun by",
}  # fmt: skip


def stint_grids(facts: Facts) -> list[Grid]:
    """The stints of every car, a table a class."""
    stints = facts.stints
    note = "Mean, best and deviation are of green flying laps."
    return [
        grid_of(f"Stints{of_text(name)}", of_class(stints, name), STINT_TITLES, "Car", note)
        for name in classes_of(facts, stints)
    ]


def classes_of(facts: Facts, table: Table) -> list[str | None]:
    """The classes of a table, in the order of the field."""
    there = set(table["class"].tolist())
    return [name for name in unique([*facts.finish_by_class, *sorted(there - {None})]) if name in there] + (
        [None] if None in there else []
    )


def of_text(name: str | None) -> str:
    return f": {printable(name)}" if name is not None else ""


def of_class(table: Table, name: str | None) -> Table:
    return table[table["class"] == name] if name is not None else table[~table.valid("class")]


def stop_grids(facts: Facts) -> list[Grid]:
    """What each car spent in the pit lane, a table a class."""
    own: dict[str, list[Row]] = {}
    for visit in facts.visits:
        own.setdefault(visit["car"], []).append(visit)
    columns = [
        Column("Car", text("car")),
        Column("Team", text("team")),
        Column("Stops", text("pit_stop"), True),
        Column("Driver changes", text("changes"), True),
        Column("Drive-throughs", text("drive_through"), True),
        Column("Stop-and-go", text("stop_go"), True),
        Column("Garage visits", text("garage"), True),
        Column("In the pit lane", time("total"), True),
        Column("Shortest stop", time("shortest"), True),
        Column("Median stop", time("median"), True),
        Column("Longest visit", time("longest"), True),
        Column("Loss", span("loss"), True),
    ]
    note = "Kinds of visit are estimates; loss is against cars of the class that stayed out, where it can be told."
    cars = facts.finish or [{"car": car, "team": None, "class": None} for car in facts.session.cars]
    found = []
    for name in unique(row["class"] for row in cars) or [None]:
        rows = [{**row, **stops_of(own[row["car"]])} for row in cars if row["class"] == name and row["car"] in own]
        if rows:
            found.append(grid(f"Pit lane{of_text(name)}", columns, rows, note=note))
    return found


def stops_of(visits: list[Row]) -> Row:
    """The visits of one car, counted and summed."""
    kinds = Counter(visit["kind"] for visit in visits)
    times = [visit["pit_lane_time"] for visit in visits if visit["pit_lane_time"] is not None]
    stops = sorted(
        visit["pit_lane_time"] for visit in visits if visit["kind"] == "pit_stop" and visit["pit_lane_time"] is not None
    )
    losses = [visit["loss"] for visit in visits if visit["loss"] is not None]
    return {
        **{kind: kinds[kind] or None for kind in ("pit_stop", "drive_through", "stop_go", "garage")},
        "changes": sum(bool(visit["driver_change"]) for visit in visits) or None,
        "total": sum(times, timedelta()) if times else None,
        "shortest": stops[0] if stops else None,
        "median": median(stops),
        "longest": max(times, default=None),
        "loss": sum(losses, timedelta()) if losses else None,
    }  # fmt: skip


def median(times: list[timedelta]) -> timedelta | None:
    """Of sorted times."""
    middle = len(times) // 2
    if not times:
        return None
    return times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2


def pit_loss_grids(facts: Facts) -> list[Grid]:
    columns = [
        Column("Class", text("class")),
        Column("Flag", word("flag")),
        Column("Stops", text("stops"), True),
        Column("Measured", text("measured"), True),
        Column("Median cost", time("median"), True),
        Column("Low", time("low"), True),
        Column("High", time("high"), True),
        Column("In green laps", lambda row: "" if row["green_laps"] is None else f"{row['green_laps']:.2f}", True),
    ]
    note = "Estimates, against cars of the class that stayed out. Low and high are the 95 % interval of the median."
    return [grid("What a stop cost", columns, facts.pit_loss, note=note)] if facts.pit_loss else []


def drive_time_grids(facts: Facts) -> list[Grid]:
    times = facts.drive_time
    if times is None:
        return []
    columns = [
        Column("Car", text("car")),
        Column("Driver", text("driver")),
        Column("Rating", text("rating")),
        Column("Time", span("time"), True),
        Column("Share", lambda row: "" if row["share"] is None else f"{row['share']:.0%}", True),
        Column("Stints", text("stints"), True),
        Column("Longest", span("longest"), True),
        Column("Most in a window", span("longest_in_window"), True),
        Column("Minimum", span("minimum"), True),
        Column("Maximum", span("maximum"), True),
        Column("Within bounds", lambda row: "" if row["ok"] is None else "yes" if row["ok"] else "no"),
        Column("Why not", text("reason")),
    ]
    note = "Time at the wheel without the pit lane; the window is of six hours, or that of the rules."
    return [
        grid(f"Drive time{of_text(name)}", columns, row_dicts(of_class(times, name)), "Driver", note)
        for name in classes_of(facts, times)
    ]


# ---- Pace ----


def pace_grids(facts: Facts) -> list[Grid]:
    """By class, by car, by driver."""
    times = [
        Column("Laps", text("laps"), True),
        Column("Clean", text("used"), True),
        Column("Median", time("median"), True),
        Column("Behind", time("behind", "+"), True),
        Column("Mean", time("mean"), True),
        Column("Best", time("best"), True),
    ]
    car, driver, name = Column("Car", text("car")), Column("Driver", text("driver")), Column("Class", text("class"))
    ratings = {(row["car"], row["driver"]): row for row in row_dicts(facts.session.crew)}
    rating = Column("Rating", lambda row: text("rating")(ratings.get((row["car"], row["driver"]), {})))
    note = "Behind: what the median is behind the first one's."
    classes = classes_of(facts, facts.session.entries)
    found = []
    if len(classes) > 1:
        found.append(grid("Pace by class", [name, *times], behind(facts.pace("class")), note=note))
    for title, columns, by in (("car", [car], ("car",)), ("driver", [driver, rating, car], ("driver", "car"))):
        rows = [row for row in facts.pace(*by, "class") if row[title] is not None]
        for each in classes:
            own = behind([row for row in rows if row["class"] == each])
            found.append(grid(f"Pace by {title}{of_text(each)}", [*columns, *times], own, title.capitalize(), note))
    return [one for one in found if one.rows]


def behind(rows: list[Row]) -> list[Row]:
    """With what each median is behind the first."""
    return [{**row, "behind": row["median"] - rows[0]["median"] or None} for row in rows]


# ---- How it was made ----


def doubt_grids(facts: Facts) -> list[Grid]:
    """The doubts about the data, the gravest first; many of one kind are counted."""
    doubts = facts.doubts
    if not len(doubts):
        return []
    grave = np.array([("error", "warning", "note").index(each) for each in doubts["severity"].tolist()])
    listed = doubts[np.argsort(grave, kind="stable")[:MOST_DOUBTS]]
    left = len(doubts) - len(listed)
    note = f"{counted(left, 'more doubt')} of the same files: pyracing check lists them." if left else ""
    rows = [{**dict(zip(doubts.columns, row, strict=True))} for row in listed]
    columns = [
        Column("Severity", word("severity")),
        Column("Doubt", word("code")),
        Column("Car", text("car")),
        Column("Lap", text("lap"), True),
        Column("What", text("message")),
        Column("File", lambda row: base_name(row["file"] or "")),
        Column("Line", text("line"), True),
    ]
    return [grid("Doubts about the data", columns, rows, note=note)]


def base_name(path: str) -> str:
    return printable(path.replace("\\", "/").rpartition("/")[2])


def file_grids(facts: Facts) -> list[Grid]:
    columns = [
        Column("File", lambda row: base_name(row["name"] or "")),
        Column("Format", lambda row: word("format")(row).replace("Al kamel", "Al Kamel")),
        Column("Bytes", lambda row: f"{row['size']:,}" if row.get("size") is not None else "", True),
        Column("Rows", text("rows"), True),
        Column("SHA-256", text("sha256")),
    ]
    return [grid("The files that were read", columns, facts.info["files"])]


def rules_grids(facts: Facts) -> list[Grid]:
    """The rules that the order goes by, with their sources."""
    if facts.rules is None:
        return []
    marks = {"V": "checked against results", "S": "regulation", "P": "press", "M": "remembered", "?": "unknown", "": ""}
    rows = [
        {"name": name.replace("_", " "), "value": value, "source": source.source, "mark": marks[source.mark]}
        for name, value, source in facts.rule_values
    ]
    columns = [
        Column("Rule", text("name")), Column("Value", text("value")), Column("Known from", text("mark")),
        Column("Source", text("source")),
    ]  # fmt: skip
    made = grid(f"Rules: {printable(facts.rules.championship or facts.rules.name)}", columns, rows)
    return [made._replace(whole=True)]

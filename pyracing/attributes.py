"""What is known of cars and drivers beyond the timing files: trophies, ratings, nationalities, registrations.

A table of attributes has a column `car` or `driver` (or both: a driver of that car) and any others. It may hold more
cars and drivers than the session, such as those of a season. A column of true and false is a group of its own name.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyracing.frames import Given, WrongValues, boolean, given_columns, nearest, present, text, unique
from pyracing.rows import listed, table_of_rows
from pyracing.table import Field, Table, row_dicts

if TYPE_CHECKING:
    from pyracing.session import Session

Value: TypeAlias = str | bool | None
Chosen: TypeAlias = str | bool | Iterable[str]

OF_CARS = ("class", "group", "team", "manufacturer", "vehicle", "tyre_make")
OF_DRIVERS = ("rating", "country")
KEYS = ("car", "driver")
LISTS = ("cars", "classes", "drivers", "groups", "laps", "flags", "attributes")  # what else Session.select takes
GUEST = "guest"
RATINGS = ("Platinum", "Gold", "Silver", "Bronze")
MOST_NAMED = 5
WORDS = {"true": True, "yes": True, "false": False, "no": False}
MEMBERS = (Field("car", "text", False), Field("group", "text", False), Field("invisible", "bool", False))


class Attribute(NamedTuple):
    """One column: its value for each car, and for each driver of a car where it is about drivers."""

    name: str
    of_cars: dict[str, Value]
    of_drivers: dict[tuple[str, str], Value] | None

    def values(self) -> list[str]:
        """The groups it makes: its values, or its own name where it is true or false."""
        own: Iterable[Value] = [*self.of_cars.values(), *(self.of_drivers or {}).values()]
        return sorted({self.name if value is True else value for value in own if value} - {""})


def members(session: Session, by: str | None, attributes: Any = None) -> Table:
    """Which car is in which group: car, group, invisible; a row a car that is in one, the groups as text in order.

    by : None for all cars, which are not grouped then. A column of the attributes, or of entries or crew (class, group,
        team, manufacturer, vehicle, tyre_make, rating, country): every group of it. Or a value in one of them, such as
        `Rookie` or `LMGT3`: that group alone.
    attributes : any table or the path of a CSV file, with `car` or `driver`; a true-or-false column `guest` marks
        entries that are invisible to the championship.

    What is known of drivers is true of a car where it is true of all its drivers: they share the value. Only a rating
    is that of the lowest-rated driver, as classes of amateurs have it; a driver without a rating leaves the car without
    one. Raises ValueError for a name that is no column and no value, with near ones, and for a column of the attributes
    that puts no car of the session into a group.
    """
    table = read_attributes(session, attributes)
    guests = table.pop(GUEST, None)
    invisible = guests.of_cars if guests is not None else {}
    if by is None:
        whole = [(car, invisible.get(car) is True) for car in session.cars]
        return table_of_rows([MEMBERS[0], MEMBERS[2]], whole)
    known = {**built_in(session), **table}
    chosen = known.get(by)
    found = chosen.of_cars if chosen is not None else only(by, list(table.values()), list(known.values()))
    name = chosen.name if chosen is not None else by
    rows = [(car, name if value is True else value) for car, value in found.items() if value]
    if by in table and not rows:
        raise ValueError(f"by='{by}' makes no group: {why_none(session, attributes, by)}")
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    return table_of_rows(MEMBERS, [(car, group, invisible.get(car) is True) for car, group in ordered])


def only(value: str, first: Sequence[Attribute], then: Sequence[Attribute]) -> dict[str, Value]:
    """The cars with a value in whatever column has it, those of the user's table before those of the files."""
    for columns in (first, then):
        holders = [column for column in columns if value in column.values()]
        if holders:
            groups = [{car for car, own in column.of_cars.items() if own == value} for column in holders]
            if any(group != groups[0] for group in groups):
                names = " and ".join(f"'{column.name}'" for column in holders)
                raise ValueError(f"by='{value}' is a value of {names}; give the column that is meant")
            return dict.fromkeys(groups[0], value)
    raise ValueError(f"by='{value}' is no group{nearest(value, names_of(then))}")


def why_none(session: Session, attributes: Any, by: str) -> str:
    """Why the attributes, or a column of them, say nothing about any car of the session."""
    columns = columns_of(attributes)
    key = "driver" if "driver" in columns else "car"
    there = session.drivers if key == "driver" else session.cars
    named = [name for name in dict.fromkeys(columns[key]) if isinstance(name, str)]
    if {folded(name) for name in named} & {folded(name) for name in there}:
        common = " that all drivers of a car share" if key == "driver" else ""
        return f"column '{by}' of the attributes has no value for a {key} of the session{common}"
    looked = ", ".join(repr(name) for name in named[:MOST_NAMED]) + (", ..." if len(named) > MOST_NAMED else "")
    near = nearest(named[0], there) if named else ""
    return f"column '{key}' of the attributes ({looked or 'empty'}) names no {key} of the session{near}"


def names_of(columns: Iterable[Attribute]) -> list[str]:
    return list(dict.fromkeys(name for column in columns for name in (column.name, *column.values())))


def selection(session: Session, attributes: Any, chosen: Mapping[str, Chosen]) -> dict[str, tuple[str, ...]]:
    """`cars` and `drivers` that have what is chosen: {"trophy": "Rookie"}, one or several values each. Without anything
    chosen, those that are in the attributes. A column about drivers keeps drivers, one about cars keeps cars."""
    table = read_attributes(session, attributes)
    known = {**built_in(session), **table}
    kept: dict[str, set[str]] = {}
    if not chosen:
        keep(kept, in_table(session, attributes))
    for name, wanted in chosen.items():
        if name not in known:
            raise ValueError(f"nothing is selected by '{name}'{nearest(name, [*known, *LISTS])}")
        keep(kept, having(known[name], wanted))
    for name, found in kept.items():
        if not found:
            what = ", ".join(f"{key}={value!r}" for key, value in chosen.items())
            said = f"has {what}" if what else f"is in the attributes: {why_none(session, attributes, '')}"
            raise ValueError(f"no {name[:-1]} of the session {said}")
    return {name: tuple(sorted(found)) for name, found in kept.items()}


def keep(kept: dict[str, set[str]], found: tuple[str, set[str]]) -> None:
    what, names = found
    kept[what] = kept[what] & names if what in kept else names


def having(attribute: Attribute, wanted: Chosen) -> tuple[str, set[str]]:
    values = [wanted] if isinstance(wanted, str | bool) else list(wanted)
    own = set(attribute.values())
    for value in values:
        if isinstance(value, str) and value not in own:
            raise ValueError(f"{attribute.name}={value!r}: no such value{nearest(value, attribute.values())}")
    if attribute.of_drivers is not None:
        return "drivers", {driver for (_, driver), value in attribute.of_drivers.items() if value in values}
    return "cars", {car for car, value in attribute.of_cars.items() if value in values}


def in_table(session: Session, attributes: Any) -> tuple[str, set[str]]:
    columns = columns_of(attributes)
    crew = crew_of(session)
    if "driver" in columns:
        wanted = {folded(name) for name in columns["driver"] if isinstance(name, str)}
        return "drivers", {driver for names in crew.values() for driver in names if folded(driver) in wanted}
    return "cars", set(crew) & set(columns["car"])


# ---- What the files say ----------------------------------------------------------------------------------------------


def crew_of(session: Session) -> dict[str, list[str]]:
    """The drivers of every car; a car without a known driver has none."""
    found: dict[str, list[str]] = {car: [] for car in session.cars}
    for row in session.crew:
        if row.driver is not None:
            found[row.car].append(row.driver)
    return found


def built_in(session: Session) -> dict[str, Attribute]:
    """The columns of entries and crew that make groups."""
    entries = row_dicts(session.entries)
    found = {name: Attribute(name, {row["car"]: row[name] for row in entries}, None) for name in OF_CARS}
    crew = [row for row in row_dicts(session.crew) if row["driver"] is not None]
    for name in OF_DRIVERS:
        found[name] = of_drivers(name, {(row["car"], row["driver"]): row[name] for row in crew}, crew_of(session))
    return found


def of_drivers(name: str, values: dict[tuple[str, str], Value], crew: Mapping[str, Sequence[str]]) -> Attribute:
    """A column about drivers, and what it says of their cars."""
    join = lowest_rating if name == "rating" else shared
    return Attribute(
        name, {car: join([values.get((car, driver)) for driver in names]) for car, names in crew.items()}, values
    )


def shared(values: Sequence[Value]) -> Value:
    return values[0] if values and all(value == values[0] for value in values) else None


def lowest_rating(values: Sequence[Value]) -> Value:
    if not values or any(value not in RATINGS for value in values):
        return shared(values)
    return max(values, key=lambda value: RATINGS.index(str(value)))


# ---- The user's table ------------------------------------------------------------------------------------------------


def read_attributes(session: Session, attributes: Any) -> dict[str, Attribute]:
    """The columns of a table of attributes, for the cars and drivers of the session."""
    if attributes is None:
        return {}
    columns = columns_of(attributes)
    crew = crew_of(session)
    cars, drivers = columns.pop("car", None), columns.pop("driver", None)
    if drivers is None:
        return {name: Attribute(name, by_car(cars or [], values, crew), None) for name, values in columns.items()}
    return {name: of_drivers(name, by_driver(cars, drivers, values, crew), crew) for name, values in columns.items()}


def by_car(cars: Sequence[Value], values: Sequence[Value], crew: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    said = one_each(zip(cars, values, strict=True), lambda car: f"car {car!r}")
    return {car: said.get(car) for car in crew}


def by_driver(
    cars: Sequence[Value] | None, drivers: Sequence[Value], values: Sequence[Value], crew: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], Value]:
    """Names are compared without regard to case and blanks."""
    keys = [(car, folded(driver)) for car, driver in zip(cars or [None] * len(drivers), drivers, strict=True)]
    said = one_each(zip(keys, values, strict=True), lambda key: f"driver {key[1]!r}")
    return {
        (car, driver): said.get((car if cars is not None else None, folded(driver)))
        for car, names in crew.items()
        for driver in names
    }


def folded(name: Any) -> str:
    return " ".join(str(name).casefold().split())


def one_each(pairs: Iterable[tuple[Any, Value]], shown: Callable[[Any], str]) -> dict[Any, Value]:
    said: dict[Any, Value] = {}
    for key, value in pairs:
        if key in said and said[key] != value:
            raise ValueError(f"the attributes have {said[key]!r} and {value!r} for {shown(key)}")
        said[key] = value
    return said


def columns_of(attributes: Any) -> dict[str, list[Value]]:
    """The columns as text or true and false, whole numbers as text."""
    if isinstance(attributes, str | os.PathLike):
        columns = read_csv(Path(attributes))
    else:
        columns = {name: values_of(name, column) for name, column in given_columns(attributes).items()}
    if not any(key in columns for key in KEYS):
        raise ValueError(f"the attributes have no column 'car' or 'driver'{nearest('driver', columns)}")
    return columns


def values_of(name: str, column: Given) -> list[Value]:
    try:
        values, _ = present(column)
        convert = boolean if values.dtype.kind == "b" and name not in KEYS else text
        return listed(convert(column))
    except WrongValues as error:
        raise ValueError(f"column '{name}' of the attributes {error}") from error


def read_csv(path: Path) -> dict[str, list[Value]]:
    """A CSV file with names in its first row; `true`, `false`, `yes` and `no` alone in a column are true and false."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.readline()
            file.seek(0)
            rows = list(csv.reader(file, delimiter=max(",;\t", key=sample.count), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: {error}; save it as CSV in UTF-8") from error
    if not rows:
        raise ValueError(f"{path}: it is empty; the first row names the columns, 'car' or 'driver' among them")
    first, *lines = [[cell.strip() for cell in row] for row in rows if row]
    names = unique(first)
    for number, line in enumerate(lines, 2):
        if len(line) != len(names):
            raise ValueError(f"{path}: row {number} has {len(line)} cells and the first row {len(names)}")
    return {name: worded(name, [line[place] for line in lines]) for place, name in enumerate(names)}


def worded(name: str, cells: Sequence[str]) -> list[Value]:
    if name not in KEYS and any(cells) and all(cell.lower() in WORDS for cell in cells if cell):
        return [WORDS[cell.lower()] if cell else None for cell in cells]
    return [cell or None for cell in cells]

"""The order on the grid: from the times of qualifying by the rules, then drops and starts from the pit lane."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from pyracing.decisions import (
    Decision,
    DeleteLap,
    DeleteTimes,
    Disqualify,
    GridDrop,
    PitLaneStart,
    Place,
    RearOfClass,
    Retire,
    check_decisions,
    decisions_from,
)
from pyracing.errors import RulesError
from pyracing.presets import rules as read_rules
from pyracing.qualifying import Car, Lap, as_sessions, places_in_class, places_of, read_cars
from pyracing.rows import table_of_rows
from pyracing.rules import Grid, GridPart, Rules, rounded
from pyracing.session import Session
from pyracing.table import Field, Table

BACK = 15  # more grid places than these, all added up: the back of the grid (F1 2025, Art. 42.3)
FOR_THE_GRID = (DeleteLap, DeleteTimes, Disqualify, GridDrop, PitLaneStart, Place, RearOfClass, Retire)


class Value(NamedTuple):
    """What a car is ranked by, the smaller the better. It is `complete` where no driver or lap is missing; `set_at`:
    session and instant since when it stood."""

    time: Fraction
    set_at: tuple[int, int]
    complete: bool


class Standing(NamedTuple):
    """A car after qualifying. `status`: qualified, no_time, not_qualified, disqualified or withdrawn."""

    car: Car
    status: str
    value: Value | None
    incomplete: bool  # a driver's time is missing, and the rules send the car to the pit lane for it


def grid(
    sessions: Session | Iterable[Session],
    rules: str | Path | Rules,
    decisions: Any = (),
    *,
    race: int = 1,
) -> Table:
    """The starting grid from one or several sessions of qualifying.

    sessions : in the order in which they were held. Where the rules know parts (Q2, Hyperpole), the last sessions in
        which a class has laps are its parts, and those before count together; else all of them count together.
    rules : name of a preset, path of a file, or Rules; `rules.grid` says how laps make an order.
    decisions : what changes the order, in one of the forms that `classification(decisions=)` takes: delete_lap and
        delete_times (before anything is ranked), grid_drop, rear_of_class (the back of the grid, or of its block of the
        class), pit_lane_start, disqualify (the back, behind cars without a time), retire (does not start, the others
        close up), place (a position given by the stewards).
    race : 1, or 2 for a second race whose grid the rules make otherwise (`second_race`): from the second session, from
        second-best laps, or from the result of the first race, which `sessions` then is.
    Table : a row a car in the order of the grid: position and class_position (null from the pit lane or without a
        start), car, class, team, drivers, qualified (place before reversal and drops), time (the lap, mean or sum of
        the last part that the car took part in), gap (to the best car of the same part), status (qualified, no_time,
        not_qualified, disqualified, withdrawn), start (grid, pit_lane, or null), decisions; and for each session 1, 2,
        ...: driver_1, time_1, position_1, class_position_1 (the best lap of the car there, and its place).

    Drops follow F1's algorithm (Art. 42.3 of 2025): places are added to the place in qualifying; of several that land
    on one the slower keeps it, the faster stand directly before it; others fill the free places in order, gaps close;
    more than 15 places are the back. Where classes are in blocks, each block by itself. A car without any time stands
    at the back, who tried a lap before who only left the pits; where a percentage is required it is not_qualified and
    not on the grid, like a car over it. Equal times: who set it first.
    Raises RulesError for decisions that are for no grid, contradict each other or name a car that is not there.
    """
    made = read_rules(rules)
    given = as_sessions(sessions)
    decided = decisions_from(decisions)
    check_kinds(decided)
    how, given = rules_of_race(made.grid, given, race)
    cars = read_cars(given, how.laps + (how.best == "second_best"), decided)
    check_decisions(decided, cars, decisions)
    if race == 2 and made.grid.second_race == "result":
        standings = [[Standing(car, "qualified", None, False) for car in finishers(given[0], made, cars)]]
    else:
        standings = [qualified(group, how) for group in groups_of(cars, how)]
    rows = grid_rows(standings, how, decided)
    return table_of_rows(fields(len(given)), with_sessions(rows, cars, len(given)))


def check_kinds(decisions: Iterable[Decision]) -> None:
    for decision in decisions:
        if not isinstance(decision, FOR_THE_GRID):
            known = ", ".join(kind.kind for kind in FOR_THE_GRID)
            raise RulesError(f"{decision.kind} of car {decision.car!r} is for a race; a grid takes {known}")


def rules_of_race(how: Grid, sessions: list[Session], race: int) -> tuple[Grid, list[Session]]:
    """What holds for the first or the second race, and the sessions that count for it."""
    if race not in (1, 2):
        raise ValueError(f"race={race!r}: expected 1 or 2")
    if how.second_race == "second_session":
        if len(sessions) < race:
            raise ValueError("race=2 needs two sessions: the second one makes the grid of the second race")
        return how, sessions[race - 1 : race]
    if race == 2 and how.second_race == "second_best":
        return Grid(**{**vars(how), "best": "second_best"}), sessions
    return how, sessions


def finishers(race: Session, rules: Rules, cars: Mapping[str, Car]) -> list[Car]:
    return [cars[row.car] for row in race.classification()]


# ---- Times -----------------------------------------------------------------------------------------------------------


def value_of(car: Car, sessions: Sequence[int], how: Grid) -> Value | None:
    """What a car counts with over some sessions; None without a time."""
    skipped = int(how.best == "second_best")
    counted = [laps[skipped : skipped + how.laps] for laps in car.bests(sessions).values()]
    full = sorted((mean(laps) for laps in counted if len(laps) == how.laps), key=lambda value: value[:2])
    if not full:
        return None
    if how.crew == "best":
        return full[0]
    needed = how.drivers or max(car.crew_size, len(car.crew), len(counted), 1)
    used = full[:needed]
    time = sum((value.time for value in used), Fraction(0)) / len(used)
    complete = len(used) == needed or how.missing == "other_drivers"
    return Value(time * needed if how.crew == "sum" else time, max(value.set_at for value in used), complete)


def mean(laps: Sequence[Lap]) -> Value:
    return Value(
        Fraction(sum(lap.time for lap in laps), len(laps)), max((lap.session, lap.elapsed) for lap in laps), True
    )


def rank(value: Value | None) -> tuple[Any, ...]:
    """Complete times first, then incomplete ones, then none."""
    return (2,) if value is None else (not value.complete, value.time, value.set_at)


def attempts(car: Car, sessions: Iterable[int]) -> int:
    """Who has no time: 0 tried a lap (after the one out of the pits), 1 left the pits, 2 did not."""
    return 2 - min(2, max((car.driven.get(session, 0) for session in sessions), default=0))


# ---- Order of qualifying ---------------------------------------------------------------------------------------------


def groups_of(cars: Mapping[str, Car], how: Grid) -> list[list[Car]]:
    """Cars that are ranked together: the field, or each class where they stand in blocks or have parts of their own."""
    if not how.class_blocks and not any(part.classes for part in how.parts):
        return [list(cars.values())]
    groups: dict[str | None, list[Car]] = {}
    for car in cars.values():
        groups.setdefault(car.class_name, []).append(car)
    return list(groups.values())


def levels_of(parts: Iterable[GridPart], class_name: str | None) -> list[GridPart]:
    """The parts of qualifying that are held for a class, one after the other."""
    return [part for part in parts if not part.classes or class_name in part.classes]


def qualified(cars: Sequence[Car], how: Grid) -> list[Standing]:
    """A group of cars in the order of qualifying; who is over the percentage last."""
    held = sorted({session for car in cars for session in car.driven if car.driven[session]})
    levels = levels_of(how.parts, cars[0].class_name)
    first_count = max(1, len(held) - len(levels))
    first, later = held[:first_count], held[first_count:]
    values = {car.number: value_of(car, first, how) for car in cars}
    order = sorted(cars, key=lambda car: (rank(values[car.number]), attempts(car, first), car.number))
    limit = slowest_allowed([values[car.number] for car in order], how)
    over = [car for car in order if limit is not None and is_over(values[car.number], limit)]
    inside = [car for car in order if car not in over]
    for part, session in zip(levels, later, strict=False):
        inside = after_part(inside, part, session, values, how)
    return [
        *(standing(car, values[car.number], how) for car in inside),
        *(Standing(car, "not_qualified", values[car.number], False) for car in over),
    ]


def is_over(value: Value | None, limit: Fraction) -> bool:
    return value is None or value.time > limit


def standing(car: Car, value: Value | None, how: Grid) -> Standing:
    short = (value is None or not value.complete) and how.crew != "best" and how.missing == "pit_lane"
    return Standing(car, "qualified" if value is not None else "no_time", value, short)


def after_part(
    order: Sequence[Car], part: GridPart, session: int, values: dict[str, Value | None], how: Grid
) -> list[Car]:
    """The order after a part: the cars that went on to it by their times there, those without one by what they tried
    and then as they were, then the others."""
    on = [car for place, car in enumerate(order) if place < part.cars or car.driven.get(session)]
    times = {car.number: value_of(car, [session], how) for car in on}
    values.update({number: value for number, value in times.items() if value is not None})
    on.sort(key=lambda car: (rank(times[car.number]), attempts(car, [session])))
    return [*on, *(car for car in order if car not in on)]


def slowest_allowed(values: Sequence[Value | None], how: Grid) -> Fraction | None:
    """The limit that the percentage sets, to the millisecond as it is published; `values` are in order."""
    known = [value.time for value in values if value is not None and value.complete]
    if not how.percentage or not known:
        return None
    front = known[: how.front] if how.percentage_of == "mean_of_front" else known[:1]
    limit = sum(front, Fraction(0)) / len(front) * how.percentage / 100
    return 1000 * rounded(limit / 1000, "nearest")


# ---- The grid --------------------------------------------------------------------------------------------------------


class Slot(NamedTuple):
    """A car on the grid, at its place in qualifying."""

    standing: Standing
    qualified: int | None
    best: Fraction | None  # of the cars it is compared with
    start: str | None


def grid_rows(groups: Sequence[Sequence[Standing]], how: Grid, decisions: Sequence[Decision]) -> list[tuple[Any, ...]]:
    """Rows in the order of the grid, the block of the fastest class first."""
    blocks = sorted(groups, key=lambda group: min((rank(one.value) for one in group), default=(2,)))
    grid_cars: list[Slot] = []
    others: list[Slot] = []
    before = 0
    for block in blocks:
        slots = block_slots(block, before, decisions)
        before += len(block)
        on_grid, aside = split(slots, decisions)
        grid_cars += dropped(reversed_front(on_grid, how.reverse), decisions)
        others += aside
    grid_cars = placed(grid_cars, others, decisions)
    others = [slot for slot in others if slot.standing.car not in [one.standing.car for one in grid_cars]]
    others.sort(key=lambda slot: slot.start is None)  # the pit lane first
    rows = [row_of(slot, place, decisions) for place, slot in enumerate(grid_cars, 1)]
    return rows + [row_of(slot, None, decisions) for slot in others]


def block_slots(block: Sequence[Standing], before: int, decisions: Iterable[Decision]) -> list[Slot]:
    """Cars of a block with their statuses by decision, those that lost their result behind the others."""
    out = {decision.car for decision in decisions if isinstance(decision, Disqualify)}
    gone = {decision.car for decision in decisions if isinstance(decision, Retire)}
    best = min((one.value.time for one in block if one.value is not None), default=None)
    slots = []
    for place, one in enumerate(block, before + 1):
        number = one.car.number
        status = "withdrawn" if number in gone else "disqualified" if number in out else one.status
        start = None if status in ("withdrawn", "not_qualified") else "pit_lane" if one.incomplete else "grid"
        ranked = place if status in ("qualified", "withdrawn") else None
        slots.append(Slot(one._replace(status=status), ranked, best, start))
    return slots


def split(slots: Iterable[Slot], decisions: Iterable[Decision]) -> tuple[list[Slot], list[Slot]]:
    """Who stands on the grid, and who starts from the pit lane or not at all."""
    pit_lane = {decision.car for decision in decisions if isinstance(decision, PitLaneStart)}
    started = [
        slot._replace(start="pit_lane")
        if slot.standing.car.number in pit_lane and slot.standing.status != "withdrawn"
        else slot
        for slot in slots
    ]
    return [slot for slot in started if slot.start == "grid"], [slot for slot in started if slot.start != "grid"]


def reversed_front(slots: list[Slot], count: int) -> list[Slot]:
    return slots[:count][::-1] + slots[count:]


def dropped(slots: Sequence[Slot], decisions: Iterable[Decision]) -> list[Slot]:
    """The order after drops of grid places."""
    places: dict[str, int] = {}
    for decision in decisions:
        if isinstance(decision, GridDrop):
            places[decision.car] = places.get(decision.car, 0) + decision.places
        elif isinstance(decision, RearOfClass):
            places[decision.car] = BACK + 1
    ranked = [slot for slot in slots if slot.standing.status == "qualified"]
    drop = {slot: places.get(slot.standing.car.number, 0) for slot in ranked}
    temporary = [(place + drop[slot], place, slot) for place, slot in enumerate(ranked, 1) if 0 < drop[slot] <= BACK]
    taken: dict[int, Slot] = {}
    free = len(slots) + BACK + 1
    for wanted, _, slot in sorted(temporary, key=lambda one: one[:2], reverse=True):
        free = min(wanted, free - 1)
        taken[free] = slot
    rest = iter([slot for slot in ranked if drop[slot] == 0])
    order = list(filled(taken, rest))
    back = [slot for slot in ranked if drop[slot] > BACK]
    last = sorted((slot for slot in slots if slot not in drop), key=lambda slot: slot.standing.status == "disqualified")
    return [*order, *back, *last]


def filled(taken: Mapping[int, Slot], rest: Iterator[Slot]) -> Iterator[Slot]:
    """Cars at the places they have taken, the rest in the free ones between; gaps close."""
    for place in range(1, max(taken, default=0) + 1):
        if place in taken:
            yield taken[place]
        else:
            yield from (slot for slot in [next(rest, None)] if slot is not None)
    yield from rest


def placed(slots: list[Slot], others: Sequence[Slot], decisions: Iterable[Decision]) -> list[Slot]:
    """Cars whose position the stewards gave, wherever they stood."""
    given = {decision.car: decision.position for decision in decisions if isinstance(decision, Place)}
    moved = [slot for slot in (*slots, *others) if slot.standing.car.number in given]
    found = [slot for slot in slots if slot not in moved]
    for slot in sorted(moved, key=lambda slot: given[slot.standing.car.number]):
        found.insert(given[slot.standing.car.number] - 1, slot._replace(start="grid"))
    return found


# ---- The table -------------------------------------------------------------------------------------------------------


def row_of(slot: Slot, place: int | None, decisions: Iterable[Decision]) -> tuple[Any, ...]:
    car, value = slot.standing.car, slot.standing.value
    time = None if value is None else round(value.time)
    gap = None if value is None or slot.best is None else round(value.time - slot.best)
    said = "; ".join(sentence(decision) for decision in decisions if decision.car == car.number) or None
    head = (place, car.number, car.class_name, car.team, car.drivers)
    return (*head, slot.qualified, time, gap, slot.standing.status, slot.start, said)


def sentence(decision: Decision) -> str:
    """As classifications have it: `5 places: gearbox`."""
    words = decision.kind.replace("_", " ")
    if isinstance(decision, GridDrop):
        words = f"{decision.places} {'place' if decision.places == 1 else 'places'}"
    elif isinstance(decision, Place):
        words = f"position {decision.position}"
    elif isinstance(decision, DeleteLap):
        words = f"lap {decision.lap} deleted"
    reason = getattr(decision, "reason", "")
    return f"{words}: {reason}" if reason else words


def with_sessions(rows: Sequence[tuple[Any, ...]], cars: Mapping[str, Car], count: int) -> list[tuple[Any, ...]]:
    """The rows with places in the class, and with what each car did in each session."""
    order = [cars[row[1]] for row in rows]
    classes = [car.class_name for car in order]
    seen: dict[str | None, int] = {}
    found = []
    bests = [[car.best(session) for car in order] for session in range(count)]
    places = [(places_of(laps), places_in_class(laps, classes)) for laps in bests]
    for index, (position, *rest) in enumerate(rows):
        if position is not None:
            seen[classes[index]] = seen.get(classes[index], 0) + 1
        row = [position, seen[classes[index]] if position is not None else None, *rest]
        for session in range(count):
            lap = bests[session][index]
            own = (None, None) if lap is None else (lap.driver or None, lap.time)
            row += [*own, places[session][0][index], places[session][1][index]]
        found.append(tuple(row))
    return found


def fields(count: int) -> list[Field]:
    found = [
        *(Field(name, "int32", True) for name in ("position", "class_position")),
        Field("car", "text", False),
        *(Field(name, "text", True) for name in ("class", "team", "drivers")),
        Field("qualified", "int32", True),
        *(Field(name, "duration", True) for name in ("time", "gap")),
        Field("status", "text", False),
        *(Field(name, "text", True) for name in ("start", "decisions")),
    ]
    for number in range(1, count + 1):
        found += [
            Field(f"driver_{number}", "text", True),
            Field(f"time_{number}", "duration", True),
            *(Field(f"{name}_{number}", "int32", True) for name in ("position", "class_position")),
        ]
    return found

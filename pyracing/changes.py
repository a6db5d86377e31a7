"""What the stewards did between two classifications of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from pyracing.decisions import UNEXPLAINED
from pyracing.frames import given_columns
from pyracing.rows import rows_of, table_of_rows
from pyracing.table import Field, Table
from pyracing.times import duration_texts

COLUMNS = {
    **dict.fromkeys(("car", "class", "status"), "text"),
    **dict.fromkeys(("position", "laps", "best_lap_number"), "int32"),
    **dict.fromkeys(("total_time", "best_lap"), "duration"),
}
FIELDS = (
    Field("kind", "text", False),
    Field("car", "text", False),
    Field("seconds", "float64", True),
    *(Field(name, "int32", True) for name in ("laps", "lap", "position", "places")),
    Field("reason", "text", False),
)
STATUSES = ("classified", "not_classified", "retired", "disqualified", "not_started")
WORDS = {
    "finished": "classified", "nc": "not_classified", "ret": "retired", "dnf": "retired", "dsq": "disqualified",
    "dq": "disqualified", "ex": "disqualified", "excluded": "disqualified", "dns": "not_started",
}  # fmt: skip
LATEST = 1 << 62  # microseconds; behind every known time

Line: TypeAlias = dict[str, Any]  # a car's row of a classification; None where a value is absent
Key: TypeAlias = tuple[int, ...]


class Change(NamedTuple):
    """A row of the answer: a decision, or a difference that none explains."""

    kind: str
    car: str
    reason: str
    values: Mapping[str, Any]


def decisions_between(provisional: Any, official: Any) -> Table:
    """What the stewards decided between two classifications of a session: the smallest set that explains the second, a
    place given counting for two taken.

    provisional, official : tables in published order with `car` and what they have of position, class, status, laps,
        total_time, best_lap, best_lap_number: `session.provisional`, `session.results`, a computed `classification()`
        or a table of one's own. A value that one of them lacks is not compared. Statuses may also be written as `RET`,
        `DNF`, `NC`, `DSQ`, `EX`, `DNS`.
    Table : a row a decision, in the order of the official result: kind, car, seconds, laps, lap, position, places,
        reason (what differs), as `classification(decisions=)` takes it.

    More time is a time_penalty, fewer laps a lap_penalty with the time added. A car that is `disqualified` or `retired`
    in the official result alone was disqualified or is to be taken as retired. A slower best lap is delete_lap of the
    one before (laps in between, if also deleted, are not known from results), none delete_times. Cars that stand behind
    the classified rest of their class, which is in order, went to its rear; a position that nothing else explains is a
    `place`.

    A row of the kind `unexplained` is a difference that no decision makes, such as time gained or a car that rules
    classify differently; it stands for itself and changes nothing where the table is given as decisions.
    Raises ValueError for tables without cars, or with one twice.
    """
    before, after = classified(provisional, "provisional"), classified(official, "official")
    common = [car for car in after if car in before]
    changes: dict[str, list[Change]] = {car: [] for car in (*after, *before)}
    best_laps = any(line["best_lap"] is not None for line in after.values())
    final = {}
    for car in changes:
        if car not in common:
            changes[car] += one_sided(before.get(car), after.get(car))
            continue
        changes[car] += own_changes(before[car], after[car], best_laps)
        final[car] = stated(before[car], after[car], best_laps)
    key = sort_key([*before.values(), *after.values()])
    start = resorted([car for car in before if car in common], before, final, key)
    for change in moves(start, common, final):
        changes[change.car].append(change)
    rows = [change for car in changes for change in changes[car]]
    return table_of_rows(FIELDS, [change_row(change) for change in rows])


def change_row(change: Change) -> tuple[Any, ...]:
    said = {"kind": change.kind, "car": change.car, "reason": change.reason, **change.values}
    return tuple(said.get(field.name) for field in FIELDS)


def unexplained(car: str, reason: str) -> Change:
    return Change(UNEXPLAINED, car, reason, {})


def classified(table: Any, what: str) -> dict[str, Line]:
    """Cars in published order: by position, then as they stand."""
    given = given_columns(table, COLUMNS)
    if "car" not in given:
        raise ValueError(f"the {what} classification has no column 'car'")
    lines = rows_of(given, COLUMNS, f"{what} classification")
    lines.sort(key=lambda line: (line["position"] is None, line["position"] or 0))
    cars: dict[str, Line] = {}
    for line in lines:
        if line["car"] is None or line["car"] in cars:
            raise ValueError(f"the {what} classification has {line['car'] or 'a row without a car'!r} twice")
        cars[line["car"]] = {**line, "status": status_of(line["status"])}
    if not cars:
        raise ValueError(f"the {what} classification has no cars")
    return cars


def status_of(word: str | None) -> str | None:
    """A status in the words of a publication: `Not classified`, `RET`, `DSQ`."""
    if word is None:
        return None
    plain = "_".join(word.lower().split())
    return WORDS.get(plain, plain)


def stated(before: Line, after: Line, best_laps: bool) -> Line:
    """The official row, with the provisional value where it has none."""
    return {
        name: before[name] if value is None and not (name == "best_lap" and best_laps) else value
        for name, value in after.items()
    }


# ---- What changed for a car ------------------------------------------------------------------------------------------


def own_changes(before: Line, after: Line, best_laps: bool) -> Iterator[Change]:
    """What differs in the two rows of one car. best_laps: the official result has them, so that none is a statement."""
    yield from status_changes(before, after)
    yield from distance_changes(before, after)
    yield from best_lap_changes(before, after, best_laps)


def one_sided(before: Line | None, after: Line | None) -> Iterator[Change]:
    """A car that one of the results lacks; who did not start is not missed."""
    line = before or after or {}
    if line["laps"] != 0 and line["status"] != "not_started":
        lacking = "provisional" if before is None else "official"
        yield unexplained(line["car"], f"is not in the {lacking} classification")


def status_changes(before: Line, after: Line) -> Iterator[Change]:
    old, new = before["status"], after["status"]
    if old == new or old is None or new is None:
        return
    kind = {"disqualified": "disqualify", "retired": "retire"}.get(new, UNEXPLAINED)
    yield Change(kind, after["car"], f"{old} -> {new}", {})


def distance_changes(before: Line, after: Line) -> Iterator[Change]:
    """Laps and time, as one penalty where laps are lost."""
    car = after["car"]
    lost = difference(after["laps"], before["laps"])
    added = difference(after["total_time"], before["total_time"])
    if lost > 0:
        yield unexplained(car, f"laps {before['laps']} -> {after['laps']}")
    elif lost < 0:
        values = {"laps": -lost, **({"seconds": added / 1e6} if added > 0 else {})}
        yield Change("lap_penalty", car, f"laps {before['laps']} -> {after['laps']}", values)
    elif added > 0:
        yield Change("time_penalty", car, step(before, after, "total_time"), {"seconds": added / 1e6})
    if added < 0:
        yield unexplained(car, step(before, after, "total_time"))


def best_lap_changes(before: Line, after: Line, best_laps: bool) -> Iterator[Change]:
    car, slower = after["car"], difference(after["best_lap"], before["best_lap"])
    text = step(before, after, "best_lap")
    if best_laps and after["best_lap"] is None and before["best_lap"] is not None:
        yield Change("delete_times", car, text, {})
    elif slower > 0 and before["best_lap_number"] is not None:
        yield Change("delete_lap", car, text, {"lap": before["best_lap_number"]})
    elif slower != 0:
        yield unexplained(car, text)


def difference(after: int | None, before: int | None) -> int:
    return 0 if after is None or before is None else after - before


def shown(line: Line, name: str) -> str:
    return "none" if line[name] is None else duration_texts(np.array([line[name]]))[0]


def step(before: Line, after: Line, name: str) -> str:
    """What a time was and is, in words."""
    return f"{name.replace('_', ' ')} {shown(before, name)} -> {shown(after, name)}"


# ---- What changed in the order ---------------------------------------------------------------------------------------


def sort_key(lines: Sequence[Line]) -> Callable[[Line], Key]:
    """The order of a race, or by best laps where no car has a time."""
    race = any(line["total_time"] is not None or line["laps"] is None for line in lines)

    def key(line: Line) -> Key:
        status = STATUSES.index(line["status"]) if line["status"] in STATUSES else 0
        if not race:
            return status, LATEST if line["best_lap"] is None else line["best_lap"]
        time = LATEST if line["total_time"] is None else line["total_time"]
        return status, -(line["laps"] or 0), time

    return key


def resorted(order: Sequence[str], before: Mapping[str, Line], final: Mapping[str, Line], key: Any) -> list[str]:
    """The order once the cars with other laps, times and statuses stand where these put them; who was ahead before is
    ahead of whom he is level with."""
    places = {car: (key(final[car]), place) for place, car in enumerate(order)}
    changed = {car for car in order if key(before[car]) != key(final[car])}
    found = [car for car in order if car not in changed]
    for car in sorted(changed, key=places.__getitem__):
        found.insert(next((at for at, other in enumerate(found) if places[other] > places[car]), len(found)), car)
    return found


def moves(start: Sequence[str], official: Sequence[str], lines: Mapping[str, Line]) -> Iterator[Change]:
    """Moves that turn the order of laps and times into the official one."""
    rear, kept = settled(start, official, lines)
    for position, car in enumerate(official, 1):
        if car not in kept and not ranked(lines[car]):
            yield unexplained(car, f"{lines[car]['status']}, and stands {position} in the official order")
        elif car not in kept:
            yield Change("place", car, "no penalty explains the position", {"position": position})
        elif car in rear:
            yield Change("rear_of_class", car, f"behind the rest of {lines[car]['class'] or 'the field'}", {})


def settled(
    start: Sequence[str], official: Sequence[str], lines: Mapping[str, Line]
) -> tuple[Sequence[str], set[str]]:
    """The cars at the rear of their class, and all that then need no place of their own. A car that stands elsewhere
    than at the rear gets a place instead; that may move the rear, so it is looked for again."""
    rear = rear_cars(start, official, lines)
    while True:
        kept = longest_kept(with_rear(start, rear, lines), official, lines)
        if all(car in kept for car in rear):
            return rear, kept
        rear = [car for car in rear if car in kept]


def ranked(line: Line) -> bool:
    return line["status"] in ("classified", None)


def rear_cars(start: Sequence[str], official: Sequence[str], lines: Mapping[str, Line]) -> list[str]:
    """Cars sent to the rear of their class, in the order of decision: in each class the end of the official order, so
    long that all moves together cost least, the longer of equal ones."""
    found = []
    classes: dict[str | None, list[str]] = {}
    for car in official:
        if ranked(lines[car]):
            classes.setdefault(lines[car]["class"], []).append(car)
    for cars in classes.values():
        costs = [len(cars) - length + cost_of(start, cars[:length], lines) for length in range(1, len(cars) + 1)]
        length = 1 + costs.index(min(costs))
        found += cars[length:]
    return found


def cost_of(start: Sequence[str], cars: Sequence[str], lines: Mapping[str, Line]) -> int:
    """What it costs to bring some cars into this order."""
    kept = longest_kept(start, cars, lines)
    return sum(cost for car, cost in move_costs(start, cars, lines).items() if car not in kept)


def with_rear(order: Sequence[str], rear: Sequence[str], lines: Mapping[str, Line]) -> list[str]:
    """The order with cars moved, one after the other, directly behind the last classified other one of their class,
    where they are not behind it already."""
    found = list(order)
    for car in rear:
        stood = found.index(car)
        found.remove(car)
        own = [
            place
            for place, other in enumerate(found)
            if lines[other]["class"] == lines[car]["class"] and ranked(lines[other])
        ]
        found.insert(max(stood, own[-1] + 1), car)
    return found


def longest_kept(order: Sequence[str], wanted: Sequence[str], lines: Mapping[str, Line]) -> set[str]:
    """The cars of `wanted` that stay as they stand in `order` so that the moves of the others cost least: a move down
    counts once, a move up, which stewards seldom grant, twice, one of a car that is not classified nothing."""
    cost = move_costs(order, wanted, lines)
    rank = {car: place for place, car in enumerate(car for car in order if car in cost)}
    best: list[tuple[int, int, int]] = []  # what keeping cars up to each saves, how many they are, the one before
    for place, car in enumerate(wanted):
        ahead = [(*best[other][:2], other) for other in range(place) if rank[wanted[other]] < rank[car]]
        saved, count, previous = max(ahead, default=(0, 0, -1))
        best.append((saved + cost[car], count + 1, previous))
    kept = set()
    place = max(range(len(best)), key=lambda place: best[place][:2], default=-1)
    while place >= 0:
        kept.add(wanted[place])
        place = best[place][2]
    return kept


def move_costs(order: Sequence[str], wanted: Sequence[str], lines: Mapping[str, Line]) -> dict[str, int]:
    places = {car: place for place, car in enumerate(wanted)}
    stand = [car for car in order if car in places]
    return {car: (1 + (place > places[car])) * ranked(lines[car]) for place, car in enumerate(stand)}

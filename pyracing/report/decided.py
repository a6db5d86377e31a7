"""The decisions of the stewards in words, and what they changed."""

from __future__ import annotations

from pyracing.display import counted, printable
from pyracing.report.facts import Facts, Row
from pyracing.report.words import SPACE, listed, ordinal, plain

MOST_TOLD = 16


def decided_sentences(facts: Facts) -> list[str]:
    """What was decided and what it did to each car; where a result was published, what tells it from the laps."""
    about: dict[str, list[Row]] = {}
    for row in facts.decided:
        about.setdefault(row["car"], []).append(row)
    told = [decision_sentence(car, rows, facts) for car, rows in about.items()]
    if len(told) > MOST_TOLD:
        left = counted(len(told) - MOST_TOLD, "more car")
        told[MOST_TOLD:] = [f"Decisions about {left}: the classification shows what they did."]
    told += winner_sentences(facts) if told else []
    if facts.order == "decisions":
        return [*told, order_sentence(facts.by_laps, facts.finish)]
    if facts.order != "published" or not facts.by_laps or not facts.is_race:
        return []
    if not told:
        return ["The published result is the order of the laps: nothing was decided that shows in it."]
    return ["The published result is not that of the laps alone. What explains it:", *told]


def decision_sentence(car: str, rows: list[Row], facts: Facts) -> str:
    """`Car 5: 30 s added (track limits); 3rd by the laps, 5th in the end.`: all that was decided about a car."""
    before, after = (place_of(car, order) for order in (facts.by_laps, facts.finish))
    moved = f"{before} by the laps, {after} in the end" if before != after else f"it stays {after}"
    given = facts.order == "decisions"
    measures = [
        measure(row) + (f" ({printable(row['reason'])})" if row.get("reason") and given else "") for row in rows
    ]
    return f"Car {printable(car)}: {listed(measures)}; {moved}."


def measure(row: Row) -> str:
    """What was decided."""
    seconds = f"{row['seconds']:g}{SPACE}s" if row.get("seconds") else ""
    match row["kind"]:
        case "time_penalty":
            return f"{seconds} added"
        case "lap_penalty":
            return listed([f"{counted(row['laps'], 'lap')} deducted", *([f"{seconds} added"] if seconds else [])])
        case "stop_go":
            return f"stop-go of {seconds}, {served(row)}"
        case "drive_through":
            return f"drive-through, {served(row)}"
        case "delete_lap":
            return f"the time of lap {row['lap']} deleted"
        case "delete_times":
            return "all lap times deleted"
        case "rear_of_class":
            return "moved to the rear of its class"
        case "disqualify":
            return "disqualified"
        case "retire":
            return "retired"
        case "pit_lane_start":
            return "start from the pit lane"
        case "place":
            return f"placed {ordinal(row['position'])}"
        case "grid_drop":
            return f"{counted(row['places'], 'place')} lost on the grid"
        case "unexplained":
            return printable(row["reason"])
    return plain(row["kind"])


def served(row: Row) -> str:
    """A decision that names a lap is one that was served, and adds nothing."""
    return "not served" if row.get("lap") is None else f"served from lap {row['lap']} on"


def place_of(car: str, order: list[Row]) -> str:
    row = next((row for row in order if row["car"] == car), None)
    if row is None:
        return "absent"
    return ordinal(row["position"]) if row["position"] is not None else plain(row["status"])


def winner_sentences(facts: Facts) -> list[str]:
    """Where another car won than the laps say."""
    first = {row["class"]: row["car"] for row in facts.by_laps if row["class_position"] == 1}
    return [
        f"{printable(name or 'The race')}: car {printable(first[name])} was first by the laps, car "
        f"{printable(rows[0]['car'])} won."
        for name, rows in facts.finish_by_class.items()
        if name in first and rows[0]["class_position"] == 1 and rows[0]["car"] != first[name]
    ]


def order_sentence(before: list[Row], after: list[Row]) -> str:
    """Which classes have another order."""

    def cars(order: list[Row], name: str | None) -> list[str]:
        return [row["car"] for row in order if row["class"] == name and row["position"] is not None]

    classes = dict.fromkeys(row["class"] for row in after)
    changed = [printable(name or "the field") for name in classes if cars(before, name) != cars(after, name)]
    if not changed:
        return "The order is the same with and without them."
    return f"The order changed in {listed(changed)}."

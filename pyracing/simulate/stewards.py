"""Classifications: what the laps say, and what the stewards make of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pyracing.decisions import Decision, Disqualify, LapPenalty, RearOfClass, TimePenalty
from pyracing.frames import nearest
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Entry, Result
from pyracing.times import to_microseconds

WORTH_DECIDING = 10  # laps
MIN_DISTANCE = 70  # per cent of the overall winner's laps
KNOWN = (TimePenalty, LapPenalty, RearOfClass, Disqualify)
STATUSES = ("classified", "not_classified", "retired", "disqualified", "not_started")


@dataclass(frozen=True)
class Finish:
    """How a car's race ended, in milliseconds. `running`: it had not retired, whether or not it took the flag."""

    entry: Entry
    laps: int
    total_time: int
    best_lap: int | None
    best_lap_number: int | None
    flagged: bool
    running: bool
    started: bool


def checked(decisions: Iterable[Decision], entries: Sequence[Entry]) -> list[Decision]:
    """Decisions that can be carried out on these cars."""
    found = list(decisions)
    cars = {entry.car: entry for entry in entries}
    for decision in found:
        if not isinstance(decision, KNOWN):
            raise ValueError(f"a race is simulated with {', '.join(kind.kind for kind in KNOWN)}, not {decision.kind}")
        if decision.car not in cars:
            raise ValueError(f"{decision.kind}: there is no car '{decision.car}'{nearest(decision.car, cars)}")
    return found


def by_distance(finish: Finish) -> tuple[int, int]:
    return -finish.laps, finish.total_time


def by_best_lap(finishes: Sequence[Finish]) -> list[tuple[Finish, str]]:
    """A practice, given in the order in which best laps were set: of equal ones the earlier is ahead. Who has no lap
    that counts is not classified."""
    ordered = sorted(finishes, key=lambda finish: (finish.best_lap is None, finish.best_lap or 0))
    return [(finish, "not_classified" if finish.best_lap is None else "classified") for finish in ordered]


def decided(finishes: Sequence[Finish], decisions: Sequence[Decision]) -> list[Finish]:
    """Laps and times after the decisions."""
    after = {finish.entry.car: finish for finish in finishes}
    for decision in decisions:
        finish = after[decision.car]
        if isinstance(decision, (TimePenalty, LapPenalty)):
            finish = replace(finish, total_time=finish.total_time + to_microseconds(decision.seconds) // 1000)
        if isinstance(decision, LapPenalty):
            finish = replace(finish, laps=max(0, finish.laps - decision.laps))
        after[decision.car] = finish
    return list(after.values())


def ranked(finishes: Sequence[Finish], decisions: Sequence[Decision], statuses: bool) -> list[tuple[Finish, str]]:
    """The published order with each car's status, after the decisions.

    `statuses`: as in the WEC, where a car must take the flag and complete 70 % of the winner's laps to be classified,
    and the status goes before the distance. Otherwise everybody who started is classified, as in the IMSA.
    """
    disqualified = {decision.car for decision in decisions if isinstance(decision, Disqualify)}
    last_in_class = [decision.car for decision in decisions if isinstance(decision, RearOfClass)]
    ordered = sorted(decided(finishes, decisions), key=by_distance)
    winner = max((f.laps for f in ordered if f.flagged and f.entry.car not in disqualified), default=0)

    def status(finish: Finish) -> str:
        if not finish.started:
            return "not_started"
        if finish.entry.car in disqualified:
            return "disqualified"
        if not statuses or (finish.flagged and finish.laps * 100 >= winner * MIN_DISTANCE):
            return "classified"
        return "not_classified" if finish.running else "retired"

    lines = sorted(((finish, status(finish)) for finish in ordered), key=lambda line: STATUSES.index(line[1]))
    for car in last_in_class:
        line = next(line for line in lines if line[0].entry.car == car)
        if line[1] != "classified":
            continue
        index = lines.index(line)
        del lines[index]
        rivals = [
            i
            for i, other in enumerate(lines)
            if other[1] == line[1] and other[0].entry.class_name == line[0].entry.class_name
        ]
        lines.insert(rivals[-1] + 1 if rivals else index, line)
    return lines


def results(lines: Sequence[tuple[Finish, str]]) -> tuple[Result, ...]:
    """The order as a classification, with positions."""
    places: dict[str, int] = {}
    found = []
    for position, (finish, status) in enumerate(lines, 1):
        entry = finish.entry
        classified = status == "classified"
        places[entry.class_name] = place = places.get(entry.class_name, 0) + 1
        found.append(
            Result(
                entry.car,
                entry.class_name,
                position if classified else None,
                place if classified else None,
                status,
                finish.laps,
                timedelta(milliseconds=finish.total_time) if finish.laps else None,
                None if finish.best_lap is None else timedelta(milliseconds=finish.best_lap),
                finish.best_lap_number,
            )
        )
    return tuple(found)


def chance_decisions(seed: int, finishes: Sequence[Finish]) -> list[Decision]:
    """What the stewards decide of a race when nobody says: a time penalty at the front, and a car in the midst of a
    class each moved to its rear, deprived of laps and disqualified. Of classes with four cars at the flag or more,
    which have done ten laps."""
    stream = Stream(seed, "stewards")
    flagged: dict[str, list[str]] = {}
    for finish in sorted(finishes, key=by_distance):
        if finish.flagged and finish.laps >= WORTH_DECIDING:
            flagged.setdefault(finish.entry.class_name, []).append(finish.entry.car)
    groups = [cars for cars in flagged.values() if len(cars) > 3]
    if not groups:
        return []
    penalty = stream.choose([5.0, 10.0, 30.0, 60.0])
    decisions: list[Decision] = [TimePenalty(stream.choose(groups[0][:4]), penalty, "contact")]
    laps = stream.between(1, 3)
    fates: tuple[Callable[[str], Decision], ...] = (
        lambda car: RearOfClass(car, "drive time not met"),
        lambda car: LapPenalty(car, laps, reason="last lap too slow"),
        lambda car: Disqualify(car, "not conforming at scrutineering"),
    )
    for i, fate in enumerate(fates):
        left = [
            car for car in groups[(i + 1) % len(groups)][1:-1] if all(car != decision.car for decision in decisions)
        ]
        if left:
            decisions.append(fate(stream.choose(left)))
    return decisions

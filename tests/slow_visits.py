"""Visits to the pit lane in slow, plain Python: pairing, kinds and losses as their definitions say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

CAUTION = ("fcy", "vsc", "code_60", "safety_car")
GREEN = ("green", "chequered", None)


@dataclass
class Visit:
    """Places in the car's list of laps; None: there is no such lap."""

    car: str
    came: int | None
    went: int | None
    timed: int | None
    kind: str = ""
    took: Fraction | int | None = None


def by_car(laps: list[dict]) -> dict[str, list[dict]]:
    cars: dict[str, list[dict]] = defaultdict(list)
    for lap in laps:
        cars[lap["car"]].append(lap)
    return cars


def find(laps: list[dict]) -> list[Visit]:
    """All visits, by car and then in the order of the laps."""
    return [visit for own in by_car(laps).values() for visit in find_of_car(own)]


def shown(visit: Visit, laps: list[dict]) -> tuple[str, int | None, int | None]:
    """Car, in-lap and pit lane time, as a table shows them."""
    lap = None if visit.came is None else laps[visit.came]["lap"]
    return visit.car, lap, None if visit.timed is None else laps[visit.timed]["pit_lane_time"]


def find_of_car(laps: list[dict]) -> list[Visit]:
    car, count = laps[0]["car"], len(laps)
    adjacent = [i > 0 and laps[i]["lap"] == laps[i - 1]["lap"] + 1 for i in range(count)] + [False]
    timed = [lap["pit_lane_time"] is not None for lap in laps] + [False]
    inside = [lap["in_pit"] for lap in laps]
    visits = []
    paired = set()
    for i in (i for i in range(count) if timed[i]):
        if adjacent[i] and inside[i - 1]:
            visits.append(Visit(car, i - 1, i, i))
        elif not adjacent[i]:
            visits.append(Visit(car, None, i, i))
        elif inside[i] and not timed[i + 1]:
            visits.append(Visit(car, i, i + 1 if i + 1 < count else None, i))
        else:
            visits.append(Visit(car, i, i, i))
            continue
        paired.add(visits[-1].came)
    visits += [
        Visit(car, i, i + 1 if i + 1 < count else None, None) for i in range(count) if inside[i] and i not in paired
    ]
    # A time that waits for no crossing comes before the crossing at the end of its lap.
    visits.sort(key=lambda visit: (visit.came, 1) if visit.came not in (None, visit.timed) else (visit.timed, 0))
    return join(visits, laps)


def join(visits: list[Visit], laps: list[dict]) -> list[Visit]:
    """A pit lane time that is longer than the laps since an earlier crossing in the pit lane covers that one too."""
    joined: list[Visit] = []
    for visit in visits:
        rest = laps[visit.timed]["pit_lane_time"] if visit.timed is not None and visit.came != visit.went else 0
        while joined and visit.came is not None and visit.timed != visit.came:
            before, lap = joined[-1], laps[visit.came]
            follows = (
                before.came == visit.came - 1 and lap["lap"] == laps[before.came]["lap"] + 1
                if before.came is not None
                else False
            )
            if before.timed is not None or not follows or not lap["lap_time"] or lap["lap_time"] >= rest:
                break
            rest -= lap["lap_time"]
            visit = Visit(visit.car, before.came, visit.went, visit.timed)
            joined.pop()
        joined.append(visit)
    return joined


# ---- Kinds ----


def median(values: list[int]) -> int | None:
    """Between two middle values their mean rounded down."""
    values = sorted(values)
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) // 2 if values else None


def ends_of(visits: list[Visit], cars: dict[str, list[dict]]) -> set[tuple[str, int]]:
    """In- and out-laps, by car and place."""
    ends = set()
    for visit in visits:
        first = visit.went if visit.came is None else visit.came
        last = visit.came if visit.went is None else visit.went
        ends |= {(visit.car, i) for i in range(first, last + 1)}
    return ends


def standstills(cars: dict[str, list[dict]], ends: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Laps on which the race stood still."""
    green = median([
        lap["lap_time"] for car, laps in cars.items() for i, lap in enumerate(laps)
        if lap["lap_time"] is not None and lap["flag"] in GREEN and (car, i) not in ends
    ])  # fmt: skip
    if green is None:
        return set()
    long = sorted(
        (lap["elapsed"] - lap["lap_time"], car, i) for car, laps in cars.items() for i, lap in enumerate(laps)
        if lap["lap_time"] is not None and lap["elapsed"] is not None and lap["lap_time"] // 8 > green
    )  # fmt: skip
    found = set()
    for start, *_ in long:
        together = [(car, i) for begun, car, i in long if start <= begun <= start + 3 * green]
        running = sum(laps[-1]["elapsed"] is not None and laps[-1]["elapsed"] >= start for laps in cars.values())
        all_cars = sum(laps[-1]["elapsed"] is not None for laps in cars.values())
        if len(together) > running // 2 and len(together) > all_cars // 4:
            found |= set(together)
    return found


def classify(visits: list[Visit], laps: list[dict], race: bool) -> None:
    """Sets kind and took."""
    cars = by_car(laps)
    ends = ends_of(visits, cars)
    stood = standstills(cars, ends) if race else set()
    for visit in visits:
        own = cars[visit.car]
        visit.took = own[visit.timed]["pit_lane_time"] if visit.timed is not None else estimate(visit, own, ends)
        visit.kind = "unfinished" if visit.went is None and visit.timed is None else ""
        for i in (visit.came, visit.went):
            half = (
                i is not None
                and (visit.car, i) in stood
                and (visit.took is None or visit.took > own[i]["lap_time"] // 2)
            )
            holds = (
                i == visit.came and visit.went not in (None, i) and visit.took is not None
                and own[visit.went]["lap_time"] is not None and own[visit.went]["lap_time"] >= visit.took
            )  # fmt: skip
            visit.kind = visit.kind or ("red_flag" if half and not holds else "")
        if visit.came is not None and own[visit.came]["flag"] == "red":
            visit.kind = visit.kind or "red_flag"
    finished = [
        v for v in visits if v.came is not None and v.went is not None and v.kind != "red_flag" and v.took is not None
    ]
    of_class: dict[str | None, list] = defaultdict(list)
    for visit in finished:
        of_class[cars[visit.car][0]["class"]].append(visit.took)
    usual = {name: median(times) for name, times in of_class.items()}
    timed = [v for v in finished if v.timed is not None]
    plausible = [v.took for v in timed if v.took > usual[cars[v.car][0]["class"]] // 5]
    shortest = min(plausible) if len(timed) >= 10 and plausible else None

    def is_short(visit: Visit, percent: int) -> bool:
        limit = usual.get(cars[visit.car][0]["class"])
        return (
            visit in timed
            and shortest is not None
            and visit.took <= shortest // 100 * percent
            and visit.took < limit // 3 * 2
        )

    for visit in (v for v in visits if not v.kind):
        limit = usual.get(cars[visit.car][0]["class"])
        caution = visit.came is not None and cars[visit.car][visit.came]["flag"] in CAUTION
        if visit.took is not None and limit is not None and visit.took // 3 > limit:
            visit.kind = "garage"
        elif visit.came is None:
            visit.kind = "pass_through"
        elif is_short(visit, 110):
            visit.kind = "drive_through" if race and not caution else "pass_through"
        else:
            visit.kind = "pit_stop"
    begun = {
        id(v): cars[v.car][v.came]["elapsed"]
        for v in visits
        if v.came is not None and cars[v.car][v.came]["flag"] in CAUTION
    }
    for visit in (v for v in visits if begun.get(id(v)) is not None and is_short(v, 135)):
        near = [
            v for v in visits if begun.get(id(v)) is not None and abs(begun[id(v)] - begun[id(visit)]) <= 30_000_000
        ]
        brief = sum(is_short(v, 135) for v in near)
        if brief >= 5 and 4 * brief >= 3 * len(near):
            visit.kind = "pass_through"


def estimate(visit: Visit, laps: list[dict], ends: set[tuple[str, int]]) -> int | None:
    """What the laps of a visit took beyond as many median green laps of the car."""
    if visit.came is None or visit.went is None:
        return None
    usual = median([
        lap["lap_time"] for i, lap in enumerate(laps)
        if lap["lap_time"] is not None and lap["flag"] in GREEN and (visit.car, i) not in ends
    ])  # fmt: skip
    times = [lap["lap_time"] for lap in laps[visit.came : visit.went + 1]]
    return None if usual is None or None in times else sum(times) - len(times) * usual


def loss(visit: Visit, cars: dict[str, list[dict]], ends: set[tuple[str, int]]) -> int | None:
    """The laps of a visit less as many median laps of the rivals."""
    own = cars[visit.car]
    if visit.came is None or visit.went is None or visit.kind == "red_flag":
        return None
    start, end = own[visit.came]["elapsed"] - own[visit.came]["lap_time"], own[visit.went]["elapsed"]
    rivals = [
        lap["lap_time"] for car, laps in cars.items() for i, lap in enumerate(laps)
        if lap["class"] == own[0]["class"] and (car, i) not in ends and start < lap["elapsed"] <= end
    ]  # fmt: skip
    count = visit.went - visit.came + 1
    usual = median(rivals)
    return (
        sum(lap["lap_time"] for lap in own[visit.came : visit.went + 1]) - count * usual if len(rivals) >= 6 else None
    )


def served(stops: list[dict], decisions: list, transit: int) -> list[str]:
    """The kinds of visits, rows of `pit_stops()`, when each decision in turn names the one that served it."""
    kinds = {}
    for decision in decisions:
        standing = round(getattr(decision, "seconds", 0) * 1e6)
        slack = transit // 10 + (5_000_000 if decision.kind == "stop_go" else 0)
        short = transit // 2 if decision.lap else 1_000_000
        fitting = [
            (abs(stop["pit_lane_time"] - transit - standing), i) for i, stop in enumerate(stops)
            if stop["car"] == decision.car and stop["kind"] in ("pit_stop", "drive_through", "pass_through")
            and i not in kinds and None not in (stop["lap"], stop["pit_lane_time"], stop["driver_after"])
            and not stop["driver_change"] and (not decision.lap or 0 <= stop["lap"] - decision.lap <= 10)
            and -short <= stop["pit_lane_time"] - transit - standing <= slack
        ]  # fmt: skip
        if fitting:
            kinds[min(fitting)[1]] = decision.kind
    return [kinds.get(i, stop["kind"]) for i, stop in enumerate(stops)]

"""Slow plain-Python answers to questions, from the rows of the lap table: oracles of the core's answers.

Written from the published definitions and kept plain: sets, sorting with keys, one car and one lap at a time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

NEVER = 2**63
GREEN = {None, "green", "chequered"}


def by_car(laps: list[dict]) -> dict[str, list[int]]:
    """The row numbers of each car."""
    cars: dict[str, list[int]] = defaultdict(list)
    for number, lap in enumerate(laps):
        cars[lap["car"]].append(number)
    return cars


# ---- Best laps and sectors ----


def counted(laps: list[dict]) -> list[set]:
    """What counts of each lap: sectors 1, 2, 3 and `lap`."""
    result: list[set] = [set() for _ in laps]

    def marked(number: int) -> bool:
        return laps[number]["improvement"] is not None and laps[number]["lap_time"] is not None

    published = any(map(marked, range(len(laps))))
    for numbers in by_car(laps).values():
        mark = max(filter(marked, numbers), default=None)
        for number, before in zip(numbers, [None, *numbers], strict=False):
            lap = laps[number]
            if lap["deleted"]:
                continue
            if mark is not None and lap["lap_time"] is not None and lap["lap_time"] < laps[mark]["lap_time"]:
                continue
            from_pits = lap["pit_lane_time"] is not None or (before is not None and laps[before]["in_pit"])
            flying = lap["lap"] > 1 and not from_pits
            sectors = {1} if flying else set()
            sectors |= {2} | (set() if lap["in_pit"] else {3})
            result[number] = {sector for sector in sectors if lap[f"sector_{sector}"] is not None}
            counts = flying and not lap["in_pit"] and (mark is not None or not published)
            if lap["lap_time"] is not None and (counts or number == mark):
                result[number].add("lap")
    return result


def set_at(laps: list[dict], number: int) -> tuple:
    elapsed = laps[number]["elapsed"]
    return (NEVER if elapsed is None else elapsed, number)


def best_first(laps: list[dict], numbers: Iterable[int]) -> list[int]:
    return sorted(
        numbers, key=lambda n: (laps[n]["lap_time"], laps[n]["improvement"] is None, *set_at(laps, n))
    )


def group_of(lap: dict, by: str) -> object:
    return (lap["car"], lap["driver"]) if by == "driver" else lap[by]


def fastest_laps(laps: list[dict], by: str = "car", most: int = 1) -> list[int]:
    """Rows of the laps, the fastest first."""
    counts = counted(laps)
    groups: dict = defaultdict(list)
    for number, lap in enumerate(laps):
        if "lap" in counts[number]:
            groups[group_of(lap, by)].append(number)
    return best_first(laps, [n for numbers in groups.values() for n in best_first(laps, numbers)[:most]])


def lap_records(laps: list[dict]) -> list[int]:
    counts = counted(laps)
    at_the_line = [n for n, lap in enumerate(laps) if "lap" in counts[n] and lap["elapsed"] is not None]
    records: list[int] = []
    for number in sorted(best_first(laps, at_the_line), key=lambda n: laps[n]["elapsed"]):
        if not records or laps[number]["lap_time"] < laps[records[-1]]["lap_time"]:
            records.append(number)
    return records


def ideal_laps(laps: list[dict], by: str = "car") -> dict:
    """By group: (ideal, best, sectors, laps with a sector)."""
    counts = counted(laps)
    groups: dict = defaultdict(list)
    for number, lap in enumerate(laps):
        groups[group_of(lap, by)].append(number)
    answer = {}
    for group, numbers in groups.items():
        sectors = [
            min((laps[n][f"sector_{sector}"] for n in numbers if sector in counts[n]), default=None)
            for sector in (1, 2, 3)
        ]
        best = min((laps[n]["lap_time"] for n in numbers if "lap" in counts[n]), default=None)
        used = sum(bool(counts[n] - {"lap"}) for n in numbers)
        if used or best is not None:
            answer[group] = (None if None in sectors else sum(sectors), best, sectors, used)
    return answer


def best_sectors(laps: list[dict]) -> list[tuple]:
    """(row, sector), by class, then sector."""
    counts = counted(laps)
    best: dict = {}
    for number, lap in enumerate(laps):
        for sector in counts[number] - {"lap"}:
            key = (lap["class"] is None, (lap["class"] or "").encode(), sector)
            candidate = (lap[f"sector_{sector}"], *set_at(laps, number))
            best[key] = min(best.get(key, candidate), candidate)
    return [(best[key][-1], key[-1]) for key in sorted(best)]


# ---- Order on the road ----


def lap_start(laps: list[dict], number: int) -> int | None:
    """When the lap of this row began."""
    lap, before = laps[number], laps[number - 1]
    follows = number > 0 and (before["car"], before["lap"]) == (lap["car"], lap["lap"] - 1)
    if follows and before["elapsed"] is not None:
        return before["elapsed"]
    known = lap["elapsed"] is not None and lap["lap_time"] is not None
    return lap["elapsed"] - lap["lap_time"] if known else None


def total(times: list) -> int | None:
    return None if None in times else sum(times)


def sector_ends(laps: list[dict]) -> list[dict]:
    """Three rows a lap, in the columns that the order on the road is found from; `lap` counts sectors."""
    rows = []
    for number, lap in enumerate(laps):
        sectors = [time if time is not None and time > 0 else None for time in (lap[f"sector_{k}"] for k in (1, 2, 3))]
        start, end = lap_start(laps, number), lap["elapsed"]
        same = number > 0 and laps[number - 1]["car"] == lap["car"]
        before = laps[number - 1]["elapsed"] if same else None
        for ended in (1, 2, 3):
            later = total([end, *(None if time is None else -time for time in sectors[ended:])])
            time = total([start, *sectors[:ended]]) if later is None and end is not None else later
            if ended < 3 and time is not None and (time >= end or (start is not None and time <= start)):
                time = None
            rows.append({
                "car": lap["car"], "class": lap["class"], "lap": 3 * lap["lap"] + ended - 1, "elapsed": time,
                "lap_before": NEVER if before is None else before, "of": number, "sector": ended,
            })  # fmt: skip
    return rows


def crossings(laps: list[dict]) -> list[int]:
    """Rows in the order of time. A lap whose elapsed does not exceed that of all earlier laps of its car is none."""
    result = []
    for numbers in by_car(laps).values():
        latest = -1
        for number in numbers:
            elapsed = laps[number]["elapsed"]
            if elapsed is not None and elapsed > latest:
                result.append(number)
                latest = elapsed

    def before(number: int) -> int:
        if "lap_before" in laps[number]:
            return laps[number]["lap_before"]
        same = number > 0 and laps[number - 1]["car"] == laps[number]["car"]
        elapsed = laps[number - 1]["elapsed"] if same else None
        return NEVER if elapsed is None else elapsed

    return sorted(result, key=lambda n: (laps[n]["elapsed"], -laps[n]["lap"], before(n), n))


def places(laps: list[dict], cars: Iterable[list[int]], per_lap: int = 1) -> dict[int, tuple]:
    """(position, gap, gap_laps) of every crossing among some cars, given by their rows: O(laps x cars).

    Between two crossings a car may have completed the laps between them, and after its last one those of its last rows,
    so at any instant it has completed at least and at most a number of laps.
    """
    cars = list(cars)
    order = crossings(laps)
    rank = {number: place for place, number in enumerate(order)}
    timed = {id(numbers): [n for n in numbers if n in rank] for numbers in cars}
    ranks = {key: [rank[n] for n in numbers] for key, numbers in timed.items()}

    def completed(numbers: list[int], now: int) -> tuple[int, int]:
        past = bisect_right(ranks[id(numbers)], now)
        known = timed[id(numbers)]
        least = laps[known[past - 1]]["lap"] if past else -1
        most = laps[known[past]]["lap"] - 1 if past < len(known) else laps[numbers[-1]]["lap"]
        return least, most

    answer = {}
    leaders: dict[int, int | None] = {}
    for number in order:
        own = next((numbers for numbers in cars if numbers[0] <= number <= numbers[-1]), None)
        if own is None:
            continue
        lap = laps[number]["lap"]
        others = [completed(numbers, rank[number]) for numbers in cars if numbers is not own]
        unsure = any(least < lap <= most for least, most in others)
        position = None if unsure else 1 + sum(least >= lap for least, _ in others)
        leader = leaders.setdefault(lap, number if position == 1 else None)
        gap = None if leader is None else laps[number]["elapsed"] - laps[leader]["elapsed"]
        least, most = (max([lap, *(bounds[end] for bounds in others)]) for end in (0, 1))
        behind = (least - lap) // per_lap
        answer[number] = (position, gap, behind if behind == (most - lap) // per_lap else None)
    return answer


# ---- Clean laps ----


def clean_reasons(
    laps: list[dict], marks: list[tuple], weather: list[tuple] = (), slow: float = 0.07, anomaly: float = 1.3
) -> list[str | None]:
    """`marks`: (in-lap, out-lap) of each lap; `weather`: (clock, rain) in the order of time."""
    own: list[str | None] = [None] * len(laps)
    for numbers in by_car(laps).values():
        for number, before in zip(numbers, [None, *numbers], strict=False):
            lap = laps[number]
            follows = before is not None and laps[before]["lap"] == lap["lap"] - 1
            readings = [rain for clock, rain in weather if lap["clock"] is not None and clock <= lap["clock"]]
            reasons = {
                "first_lap": lap["lap"] <= 1,
                "in_lap": marks[number][0],
                "out_lap": marks[number][1],
                "neutralised": lap["flag"] not in GREEN,
                "after_neutralisation": follows and laps[before]["flag"] not in GREEN,
                "deleted": bool(lap["deleted"]),
                "wet": bool(readings and readings[-1]),
                "missing_time": lap["lap_time"] is None,
            }
            own[number] = next((reason for reason, applies in reasons.items() if applies), None)
    times: dict = defaultdict(list)
    for lap, reason in zip(laps, own, strict=True):
        if reason is None:
            times[lap["class"]].append(lap["lap_time"])
    medians = {name: int(median(values)) for name, values in times.items()}
    judged = [n for n in crossings(laps) if own[n] is None]
    instants = [laps[n]["elapsed"] for n in judged]
    over = [0]
    for number in judged:
        over.append(over[-1] + (laps[number]["lap_time"] > anomaly * medians[laps[number]["class"]]))
    published = [s for s in ("sector_1", "sector_2", "sector_3") if any(lap[s] is not None for lap in laps)]

    def judge(lap: dict) -> str | None:
        if lap["lap_time"] <= (1 + slow) * medians[lap["class"]]:
            return "missing_sector" if any(lap[sector] is None for sector in published) else None
        if lap["elapsed"] is None or lap["lap_time"] == 0:
            return "slow"
        first, last = (bisect_right(instants, lap["elapsed"] - back) for back in (lap["lap_time"], 0))
        return "field_anomaly" if 2 * (over[last] - over[first]) > last - first else "slow"

    return [reason or judge(lap) for lap, reason in zip(laps, own, strict=True)]

"""Cautions told by the pace of the field alone, in slow, plain Python, as csrc/model/field_state.h and slow_spells.h
define them: every instant at which a drive begins or ends to count is looked at on its own."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from statistics import median_low, median_high

from answers import rows

RACING, HELD_UP, SLOW_ZONE, SLOW, VERY_SLOW = range(5)
FASTER = (Fraction(110, 100), Fraction(120, 100), Fraction(135, 100), Fraction(160, 100))


def median(values: list[int]) -> int:
    return (median_low(values) + median_high(values)) // 2


def parts(lap: dict, whole: bool) -> list[int | None]:
    return [lap["lap_time"]] if whole else [lap["sector_1"], lap["sector_2"], lap["sector_3"]]


def drives(laps: list[dict]) -> list[tuple[int, int, Fraction, int]]:
    """Middle, sector, pace and how many limits that is over, of every drive. `laps` are rows of lap_details()."""
    whole = not any(None not in parts(lap, False) for lap in laps)
    found = []
    for lap in laps:
        times = parts(lap, whole)
        if None in times or lap["elapsed"] is None or lap["lap"] <= 1:
            continue
        begin = lap["elapsed"] - sum(times)
        for sector, time in enumerate(times):
            in_lane = (sector == 0 and lap["out_lap"]) or (sector == len(times) - 1 and lap["in_lap"])
            if not in_lane:
                found.append((begin + time // 2, sector, time, lap["class"]))
            begin += time
    usual: dict[tuple, list[int]] = {}
    for _, sector, time, name in found:
        usual.setdefault((name, sector), []).append(time)
    medians = {key: median(times) for key, times in usual.items()}
    paced = [
        (middle, sector, Fraction(time, medians[name, sector]))
        for middle, sector, time, name in found
        if medians[name, sector]
    ]
    return sorted((*drive, sum(drive[2] > limit for limit in FASTER)) for drive in paced)


def median_lap(laps: list[dict]) -> int | None:
    on_road = [lap for lap in laps if lap["lap"] > 1 and lap["lap_time"] and not lap["in_lap"] and not lap["out_lap"]]
    return median([lap["lap_time"] for lap in on_road]) if on_road else None


def most_in_some_sector(part: list[int], every: list[int]) -> bool:
    return any(n >= 3 and 5 * k >= 4 * n for k, n in zip(part, every, strict=True))


def states(found: list[tuple], lap: int, sectors: int) -> list[tuple[int, int, int]]:
    """What the field did: state, from, to."""
    around = lap // 2 if sectors == 1 else lap // 4
    middles = {
        (sector, level): [drive[0] for drive in found if drive[1] == sector and drive[3] >= level]
        for sector in range(sectors)
        for level in range(len(FASTER) + 1)
    }

    def over(time: int, sector: int, level: int) -> int:
        of_level = middles[sector, level]
        return bisect_right(of_level, time + around) - bisect_right(of_level, time - around)

    def state(time: int, before: int, told: int) -> int:
        every = [over(time, sector, 0) for sector in range(sectors)]
        slow = [over(time, sector, 3) for sector in range(sectors)]
        unhindered = [every[sector] - over(time, sector, 2) for sector in range(sectors)]
        if sum(every) < 8:
            return before if time - told <= 3 * lap else RACING
        if most_in_some_sector(slow, every) and most_in_some_sector(unhindered, every):
            return SLOW_ZONE
        for level, name in ((4, VERY_SLOW), (3, SLOW), (1, HELD_UP)):
            if 2 * sum(over(time, sector, level) for sector in range(sectors)) > sum(every):
                return name
        return RACING

    instants = sorted({drive[0] - around for drive in found} | {drive[0] + around for drive in found})
    stretches: list[tuple[int, int, int]] = []
    now, told = RACING, 0
    for start, end in zip(instants, instants[1:] + instants[-1:], strict=True):
        now = state(start, now, told)
        told = start if sum(over(start, sector, 0) for sector in range(sectors)) >= 8 else told
        if stretches and stretches[-1][0] == now:
            stretches[-1] = (now, stretches[-1][1], end)
        else:
            stretches.append((now, start, end))
    return settled(stretches, lap // 4)


def settled(stretches: list[tuple[int, int, int]], shortest: int) -> list[tuple[int, int, int]]:
    """Racing for a moment between other states is being held up."""
    found: list[tuple[int, int, int]] = []
    for number, (state, start, end) in enumerate(stretches):
        if state == RACING and end - start < shortest and 0 < number < len(stretches) - 1:
            state = HELD_UP
        if found and found[-1][0] == state:
            start = found.pop()[1]
        found.append((state, start, end))
    return found


def cores(stretches: list[tuple[int, int, int]], lap: int) -> list[list[int]]:
    """Where the field was slow, or very slow in rain."""
    found: list[list[int]] = []
    run: list[tuple[int, int, int]] = []
    for stretch in [*stretches, (RACING, 0, 0)]:
        if stretch[0] != RACING:
            run.append(stretch)
            continue
        rain = any(state == HELD_UP and end - start >= 3 * lap for state, start, end in run)
        for state, start, end in run:
            if state >= (VERY_SLOW if rain else SLOW):
                if found and start - found[-1][1] < lap:
                    found[-1][1] = end
                else:
                    found.append([start, end])
        run = []
    return found


def widened(core: list[int], stretches: list[tuple[int, int, int]], lap: int) -> list[int]:
    reach = min(lap, core[1] - core[0])

    def belongs(state: int, start: int, end: int) -> bool:
        return state != RACING and not (state == SLOW_ZONE and end - start >= lap // 2 * 3)

    start, end = core
    for stretch in reversed(stretches):
        if stretch[2] == start and belongs(*stretch) and start > core[0] - reach:
            start = max(stretch[1], core[0] - reach)
    for stretch in stretches:
        if stretch[1] == end and belongs(*stretch) and end < core[1] + reach:
            end = min(stretch[2], core[1] + reach)
    return [start, end]


def cautions(laps: list[dict], stops: list[tuple[int, int]]) -> list[tuple[str, int, int, int]]:
    """`slow_zone` or `caution`, from, to, slow drives. `stops`: what is known already, such as red flags."""
    lap, found = median_lap(laps), drives(laps)
    if lap is None or not found:
        return []
    stretches = states(found, lap, 3 if any(sector for _, sector, _, _ in found) else 1)
    limits = [0, *(time for stop in stops for time in stop), max(stretches[-1][2], *(stop[1] for stop in stops), 0)]
    spells = [
        (*spell, slow_drives(found, *spell))
        for first, last in zip(limits[::2], limits[1::2], strict=True)
        for spell in spells_of([
            (state, max(start, first), min(end, last))
            for state, start, end in stretches
            if start < last and end > first
        ], lap)
        if spell[2] - spell[1] >= 90_000_000
    ]  # fmt: skip
    return [spell for spell in spells if spell[0] == "caution" or spell[3] >= 8]


def slow_drives(found: list[tuple], kind: str, start: int, end: int) -> int:
    """In all sectors, or in those of the slow zone."""
    meanwhile = [drive[1:] for drive in found if start <= drive[0] < end]
    paces = {number: sorted(pace for sector, pace, _ in meanwhile if sector == number) for number in range(3)}
    # the median in thousandths, as it is shown
    shown = {sector: median([-(-pace * 1000 // 1) for pace in of]) for sector, of in paces.items() if of}
    slow = {sector for sector, pace in shown.items() if pace > 1350} or {max(shown, key=shown.__getitem__, default=0)}
    return sum(over >= 3 for sector, _, over in meanwhile if kind == "caution" or sector in slow)


def spells_of(stretches: list[tuple[int, int, int]], lap: int) -> list[tuple[str, int, int]]:
    full: list[list[int]] = []
    for core in cores(stretches, lap):
        start, end = widened(core, stretches, lap)
        if full and start - full[-1][1] < lap:
            full[-1][1] = end
        else:
            full.append([start, end])
    spells = [("caution", start, end) for start, end in full]
    for state, start, end in stretches:
        if state == SLOW_ZONE and all(last <= start or first >= end for first, last in full):
            spells.append(("slow_zone", start, end))
    joined: list[tuple[str, int, int]] = []
    for spell in sorted(spells, key=lambda spell: spell[1]):
        if joined and joined[-1][0] == spell[0] == "slow_zone" and spell[1] - joined[-1][2] < lap // 2:
            joined[-1] = (*joined[-1][:2], spell[2])
        else:
            joined.append(spell)
    return joined


def road_gap(laps: list[dict], until: int, lap: int) -> int | None:
    """The median time between two crossings on the road in the two laps up to `until`."""
    times = sorted(
        row["elapsed"]
        for row in laps
        if row["elapsed"] is not None and not row["in_pit"] and until - 2 * lap < row["elapsed"] <= until
    )
    between = [after - before for before, after in zip(times, times[1:], strict=False)]
    return median(between) if len(between) >= 8 else None


def kind_of(laps: list[dict], start: int, end: int) -> tuple[str, bool | None]:
    """The kind of a caution and whether the field was gathered."""
    lap = median_lap(laps)
    assert lap is not None
    before, apart = road_gap(laps, start, lap), road_gap(laps, end, lap)
    if before is None or apart is None:
        return "safety_car", None
    if before > 1_100_000 and apart > 1_500_000 and apart >= Fraction(9, 10) * before:
        return "fcy", False
    return "safety_car", True if apart <= 2_000_000 and apart < Fraction(3, 4) * before else None


def with_flags_told(session) -> list[dict]:
    """The laps; in a race that shows no flags each with the kind of neutralisation that it ended in, or red where one
    was while it was under way. What neutralisations() says is tested by itself."""
    laps = rows(session.laps)
    if session.info["flags_published"] or session.info["kind"] != "race":
        return laps
    periods = rows(session.neutralisations())
    ends = {(lap["car"], lap["lap"]): lap["elapsed"] for lap in laps}
    for lap in laps:
        start, end = ends.get((lap["car"], lap["lap"] - 1)), lap["elapsed"]
        if start is None and None not in (end, lap["lap_time"]):
            start = end - lap["lap_time"]
        for period in periods:
            within = end is not None and period["start"] <= end < period["end"]
            through = (
                period["kind"] == "red" and None not in (start, end)
                and start < period["end"] and period["start"] <= end
            )  # fmt: skip
            lap["flag"] = period["kind"] if within or through else lap["flag"]
    return laps

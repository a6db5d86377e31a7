"""The story of a session in words, every number of it from the data."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from pyracing.display import counted, printable
from pyracing.report.decided import decided_sentences
from pyracing.report.facts import Facts, Row
from pyracing.report.words import (
    SPACE,
    capital,
    car_text,
    listed,
    lost_to,
    margin_text,
    ordinal,
    plain,
    span_text,
    time_text,
    unique,
)  # fmt: skip
from pyracing.times import moment_text

FEWEST_STOPS = 5  # whose median is told
MOST_MISSED = 12  # drivers out of bounds who are told


class Figure(NamedTuple):
    """A number that is read first: what it is, what it says, and a line below it."""

    name: str
    value: str
    note: str = ""


class Story(NamedTuple):
    title: str
    sentences: list[str]


def stories(facts: Facts) -> list[Story]:
    """What is to be told, the session as a whole first; without what the data do not say."""
    told = [Story("In short", in_short(facts))]
    classes = [name for name in facts.finish_by_class if name is not None]
    if len(classes) > 1:
        told += [Story(name, class_sentences(facts, name)) for name in classes]
    elif facts.is_run:
        told += [Story("How it went", class_sentences(facts, classes[0] if classes else None))]
    told.append(Story("Drive time", drive_time_sentences(facts)))
    told.append(Story("Decisions", decided_sentences(facts)))
    return [story for story in told if story.sentences]


def key_figures(facts: Facts) -> list[Figure]:
    """The numbers for the top of the page."""
    return [figure for figure in (race_figures(facts) if facts.is_race else practice_figures(facts)) if figure.value]


def race_figures(facts: Facts) -> list[Figure]:
    figures = []
    if facts.finish and facts.finish[0]["position"] == 1:
        winner = facts.finish[0]
        figures.append(Figure("Winner", f"Car {printable(winner['car'])}", printable(winner["team"] or "")))
        if len(facts.finish) > 1:
            second = facts.finish[1]
            figures.append(Figure("Margin", margin_text(lost_to(winner, second)), f"to car {printable(second['car'])}"))
        time = winner["total_time"]
        laps = counted(winner["laps"], "lap") if winner["laps"] else ""
        figures.append(Figure("Distance", laps, f"in {time_text(time)}" if time else ""))
    figures += [lead_figure(facts), caution_figure(facts), fastest_figure(facts)]
    reached = sum(row["status"] == "classified" for row in facts.finish)
    if facts.finish:
        figures.append(Figure("Classified", f"{reached} of {len(facts.finish)}", "cars"))
    return figures


def practice_figures(facts: Facts) -> list[Figure]:
    return [
        fastest_figure(facts),
        Figure("Cars", str(len(facts.session.cars) or "")),
        Figure("Laps", f"{len(facts.session):,}" if facts.has_laps else ""),
    ]


def lead_figure(facts: Facts) -> Figure:
    if not facts.leaders:
        return Figure("Lead changes", "")
    cars = unique(row["car"] for row in facts.leaders)
    return Figure("Lead changes", str(lead_changes(facts.leaders)), f"{counted(len(cars), 'car')} led")


def caution_figure(facts: Facts) -> Figure:
    if not facts.neutralisations:
        return Figure("Neutralisations", "")
    share = caution_share(facts)
    return Figure("Neutralisations", str(len(facts.neutralisations)), f"{share:.0%} of the time" if share else "")


def fastest_figure(facts: Facts) -> Figure:
    if not facts.bests:
        return Figure("Fastest lap", "")
    best = facts.bests[0]
    driver = f", {printable(best['driver'])}" if best["driver"] else ""
    return Figure("Fastest lap", time_text(best["lap_time"]), f"car {printable(best['car'])}{driver}")


# ---- The session as a whole ----


def in_short(facts: Facts) -> list[str]:
    if not facts.is_race:
        return practice_sentences(facts)
    sentences = [winner_sentence(facts), podium_sentence(facts.finish)] if facts.finish else []
    if not facts.finish and facts.has_laps:
        sentences.append(
            f"This is a selection of {counted(len(facts.session), 'lap')} by "
            f"{counted(len(facts.session.cars), 'car')}; it is not classified."
        )
    sentences += [lead_sentence(facts.leaders), caution_sentence(facts), fastest_sentence(facts), lost_sentence(facts)]
    return [sentence for sentence in sentences if sentence]


def practice_sentences(facts: Facts) -> list[str]:
    if not facts.bests:
        return winner_of_times(facts)
    first, *others = facts.bests
    ahead = ""
    if others:
        margin = time_text(others[0]["lap_time"] - first["lap_time"])
        ahead = f", {margin}{SPACE}s ahead of car {printable(others[0]['car'])}"
    sentences = [
        f"{capital(car_text(first, with_class=True))} was quickest: {time_text(first['lap_time'])}{by_driver(first)} "
        f"on lap {first['lap']}{ahead}."
    ]
    if len(facts.class_bests) > 1:
        bests = [
            f"{printable(row['class'])}: {time_text(row['lap_time'])} by car {printable(row['car'])}"
            for row in facts.class_bests
            if row["class"] is not None
        ]
        sentences.append(f"Best of each class: {'; '.join(bests)}.")
    sentences.append(f"{counted(len(facts.session.cars), 'car')} drove {counted(len(facts.session), 'lap')}.")
    return sentences


def winner_of_times(facts: Facts) -> list[str]:
    """Where only a result was published."""
    if not facts.finish:
        return []
    first = facts.finish[0]
    time = f" with {time_text(first['best_lap'])}" if first["best_lap"] is not None else ""
    return [f"{capital(car_text(first, with_class=True))} was first of {counted(len(facts.finish), 'car')}{time}."]


def by_driver(row: Row) -> str:
    return f" by {printable(row['driver'])}" if row["driver"] else ""


def winner_sentence(facts: Facts) -> str:
    winner = facts.finish[0]
    if winner["position"] != 1:
        return "No car is classified."
    time = f" in {time_text(winner['total_time'])}" if winner["total_time"] is not None else ""
    distance = f": {counted(winner['laps'], 'lap')}{time}" if winner["laps"] is not None else ""
    second = next((row for row in facts.finish if row["position"] == 2), None)
    return f"{capital(car_text(winner, with_class=True))} won{distance}{ahead_text(winner, second)}."


def ahead_text(winner: Row, second: Row | None) -> str:
    """`, 14.221 s ahead of car 7 of Toyota Gazoo Racing (...)`."""
    if second is None:
        return ""
    ahead = margin_text(lost_to(winner, second))
    return f", {ahead} ahead of {car_text(second)}" if ahead else f" ahead of {car_text(second)}"


def podium_sentence(finish: list[Row]) -> str:
    third = next((row for row in finish if row["position"] == 3), None)
    if third is None:
        return ""
    behind = margin_text(lost_to(finish[0], third))
    return f"Third was {car_text(third)}{f', {behind} behind' if behind else ''}."


def lead_changes(spells: list[Row]) -> int:
    return sum(before["car"] != after["car"] for before, after in pairwise(spells))


def lead_sentence(spells: list[Row]) -> str:
    """From the spells in the lead of a race or of a class."""
    if not spells:
        return ""
    laps: Counter[str] = Counter()
    for row in spells:
        laps[row["car"]] += row["laps"]
    total = sum(laps.values())
    if len(laps) == 1:
        return f"Car {printable(spells[0]['car'])} led from the first lap to the last."
    most, led = laps.most_common(1)[0]
    count = lead_changes(spells)
    changes = "once" if count == 1 else counted(count, "time")
    return (
        f"The lead changed {changes} between {len(laps)} cars; "
        f"car {printable(most)} led most, {led} of {counted(total, 'lap')}."
    )


def caution_share(facts: Facts) -> float:
    """The part of the race that was neutralised."""
    return sum(row["share_of_time"] or 0.0 for row in facts.neutralisations)


def caution_time(facts: Facts) -> timedelta:
    return sum((row["duration"] for row in facts.neutralisations if row["duration"] is not None), timedelta())


def caution_sentence(facts: Facts) -> str:
    periods = facts.neutralisations
    if not periods:
        return "The race was not neutralised." if facts.is_run and facts.info["flags_published"] else ""
    kinds = Counter(row["kind"] for row in periods)
    share = caution_share(facts)
    longest = max(periods, key=lambda row: row["duration"] or timedelta())
    text = (
        f"The race was neutralised {counted(len(periods), 'time')} "
        f"({listed([f'{count} {under_text(kind, count)}' for kind, count in kinds.most_common()])}), "
        f"{span_text(caution_time(facts))} in all"
    )
    text += f", {share:.0%} of the race" if share else ""
    if len(periods) > 1 and longest["duration"] is not None:
        text += f"; the longest, {span_text(longest['duration'])}, from {moment_text(longest['start'])} of the race"
    if not facts.info["flags_published"]:
        text += "; the files show no flags, so this is an estimate from the pace of the field"
    return f"{text}."


def under_text(kind: str, count: int) -> str:
    """`under safety car`, `in slow zones`."""
    return ("in a slow zone" if count == 1 else "in slow zones") if kind == "slow_zone" else f"under {plain(kind)}"


def fastest_sentence(facts: Facts) -> str:
    if not facts.bests:
        return ""
    best = facts.bests[0]
    return (
        f"The fastest lap was {time_text(best['lap_time'])}{by_driver(best)} in car {printable(best['car'])}, "
        f"lap {best['lap']}."
    )


def lost_sentence(facts: Facts) -> str:
    count = len(facts.retirements)
    if not count:
        return "Every car that started reached the end." if facts.is_run else ""
    started = sum(row["status"] != "not_started" for row in facts.finish)
    first = min(facts.retirements, key=lambda row: row["last_lap"])
    return (
        f"{count} of {counted(started, 'car')} that started did not reach the end; "
        f"the first was car {printable(first['car'])} after {counted(first['last_lap'], 'lap')}."
    )


def drive_time_sentences(facts: Facts) -> list[str]:
    """Who drove less or more than the rules allow."""
    told = [missed_sentence(row) for row in facts.missed_bounds]
    if len(told) > MOST_MISSED:
        told[MOST_MISSED:] = [f"{len(told) - MOST_MISSED} more drivers are out of bounds: the table has them."]
    return told


def missed_sentence(row: Row) -> str:
    """`Car 32: Ann Smith drove 1:17:03, 0:09:11 short of the minimum of 1:26:14.`"""
    who = f"Car {printable(row['car'])}: {printable(row['driver'] or 'a driver without a name')}"
    if not row["time"] and row["minimum"] is not None:
        return f"{who} did not drive; the minimum is {span_text(row['minimum'])}."
    return f"{who} {row['reason']}."


# ---- A class ----


def class_sentences(facts: Facts, name: str | None) -> list[str]:
    """How the class went; who won and led that of the overall winner is told with the session as a whole."""
    finish = facts.finish_by_class.get(name, [])
    told_already = bool(finish and finish[0]["position"] == 1)
    sentences = [] if told_already or not facts.is_race else [class_winner_sentence(finish)]
    sentences.append(hours_sentence(facts, name))
    if not told_already:
        sentences.append(lead_sentence([row for row in facts.class_leaders if row["class"] == name]))
    if facts.is_race:
        sentences += [climb_sentence(facts, finish), repair_sentence(facts, finish), stop_sentence(facts, name)]
    sentences.append(pace_sentence(facts, name))
    sentences.append(class_best_sentence(facts, name))
    return [sentence for sentence in sentences if sentence]


def class_winner_sentence(finish: list[Row]) -> str:
    classified = [row for row in finish if row["class_position"] is not None]
    if not classified:
        return "No car is classified."
    winner, second = classified[0], classified[1] if len(classified) > 1 else None
    overall = f", {ordinal(winner['position'])} overall" if winner["position"] else ""
    return f"{capital(car_text(winner))} won{overall}{ahead_text(winner, second)}."


def hours_sentence(facts: Facts, name: str | None) -> str:
    """`By the hour, car 6 led after hours 1-4, car 50 after hours 5-24.`"""
    leaders = [(row["hour"], row["car"]) for row in facts.hourly if row["class"] == name and row["class_position"] == 1]
    if len(leaders) < 2:
        return ""
    spells = []
    for car, group in groupby(leaders, key=lambda leader: leader[1]):
        hours = [hour for hour, _ in group]
        spells.append((car, f"hour {hours[0]}" if len(hours) == 1 else f"hours {hours[0]}–{hours[-1]}"))
    if len(spells) == 1:
        return f"Car {printable(spells[0][0])} led at every full hour."
    if len(spells) > 8:
        most, count = Counter(car for _, car in leaders).most_common(1)[0]
        return (
            f"At the full hours the class lead changed {len(spells) - 1} times; car {printable(most)} held it at "
            f"{count} of {len(leaders)}."
        )
    first, *others = spells
    told = [
        f"car {printable(first[0])} led after {first[1]}",
        *(f"car {printable(car)} after {at}" for car, at in others),
    ]
    return f"By the hour, {listed(told)}."


def climb_sentence(facts: Facts, finish: list[Row]) -> str:
    """Who gained most between the first lap and the end."""
    climbs = [
        (start - row["class_position"], start, row)
        for row in finish
        if row["class_position"] is not None and (start := facts.first_places.get(row["car"])) is not None
    ]
    gained, start, row = max(climbs, key=lambda climb: climb[0], default=(0, 0, {}))
    if gained < 3:
        return ""
    return (
        f"The widest climb: car {printable(row['car'])}, {ordinal(start)} after the first lap, "
        f"finished {ordinal(row['class_position'])}."
    )


def repair_sentence(facts: Facts, finish: list[Row]) -> str:
    """The repair that cost the best-placed car of those that had one."""
    longest: dict[str, Row] = {}
    for visit in facts.visits:
        if visit["kind"] == "garage" and visit["loss"] is not None:
            other = longest.get(visit["car"])
            if other is None or visit["loss"] > other["loss"]:
                longest[visit["car"]] = visit
    row = next((row for row in finish if row["class_position"] is not None and row["car"] in longest), None)
    if row is None:
        return ""
    visit = longest[row["car"]]
    stood = f", {time_text(visit['pit_lane_time'])} in the pit lane" if visit["pit_lane_time"] is not None else ""
    laps = row["total_time"] / row["laps"] if row["total_time"] and row["laps"] else None
    worth = f", about {visit['loss'] / laps:.1f} laps at its own average" if laps and visit["loss"] > laps else ""
    behind = margin_text(lost_to(finish[0], row)) if row is not finish[0] else ""
    end = f"finished {ordinal(row['class_position'])}" + (f", {behind} behind the class winner" if behind else "")
    return (
        f"Car {printable(row['car'])} was in the garage at the end of lap {visit['lap']}{stood}: it lost an estimated "
        f"{span_text(visit['loss'])} against its class{worth}, and {end}."
    )


def stop_sentence(facts: Facts, name: str | None) -> str:
    """What a stop cost by flag, of those that could be measured often enough."""
    told = [
        f"{margin_text(row['median'])} under {plain(row['flag'])} ({row['measured']} measured)"
        for row in facts.pit_loss
        if row["class"] == name and row["measured"] >= FEWEST_STOPS and row["flag"] not in (None, "mixed")
    ]
    return f"A stop cost an estimated median of {listed(told)}." if told else ""


def pace_sentence(facts: Facts, name: str | None) -> str:
    """The car with the best median of clean laps, of those with a fair number of them."""
    cars = [row for row in facts.pace("class", "car") if row["class"] == name] if name else facts.pace("car")
    most = max((row["used"] for row in cars), default=0)
    cars = [row for row in cars if row["used"] * 4 >= most]
    if len(cars) < 2:
        return ""
    best, second = cars[:2]
    return (
        f"The quickest by the median of clean laps was car {printable(best['car'])}: {time_text(best['median'])} over "
        f"{counted(best['used'], 'lap')}, {time_text(second['median'] - best['median'])}{SPACE}s a lap better than "
        f"car {printable(second['car'])}."
    )


def class_best_sentence(facts: Facts, name: str | None) -> str:
    best = next((row for row in facts.class_bests if row["class"] == name), None)
    if best is None or best["lap_time"] == facts.bests[0]["lap_time"]:
        return ""
    return (
        f"Fastest lap: {time_text(best['lap_time'])}{by_driver(best)}, car {printable(best['car'])}, lap {best['lap']}."
    )

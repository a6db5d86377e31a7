"""What holds for every classification, on random races with random decisions."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import pyracing as pr
from answers import columns
from pyracing.decisions import Decision
from random_races import races

RESULT = ("car", "position", "class_position", "status", "laps", "total_time", "decisions")


def classified(laps: dict, entries: dict, decisions: list[Decision], **options) -> list[tuple]:
    race = pr.from_laps(laps, entries=entries, kind="race")
    return columns(race.classification(decisions=decisions, **options), *RESULT)


@settings(max_examples=50)
@given(races(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(given_race: tuple, random):
    laps, entries, decisions = given_race
    order = list(range(len(laps["car"])))
    random.shuffle(order)
    mixed = {name: [values[row] for row in order] for name, values in laps.items()}
    assert classified(mixed, entries, decisions) == classified(laps, entries, decisions)


@settings(max_examples=50)
@given(races(), st.data())
def test_a_penalty_never_improves_its_car(given_race: tuple, data: st.DataObject):
    laps, entries, decisions = given_race
    placed = {decision.car for decision in decisions}
    free = [car for car in entries["car"] if car not in placed]
    decisions = [decision for decision in decisions if decision.kind != "place"]  # it fixes others' places
    if not free:
        return
    car = data.draw(st.sampled_from(free))
    penalty = data.draw(
        st.sampled_from([
            pr.time_penalty(car, 10), pr.time_penalty(car, 1000), pr.lap_penalty(car, 1), pr.rear_of_class(car),
            pr.disqualify(car), pr.retire(car),
        ])
    )  # fmt: skip
    before, after = (
        {row[0]: row[1:3] for row in classified(laps, entries, given_decisions)}[car]
        for given_decisions in (decisions, [*decisions, penalty])
    )
    for old, new in zip(before, after, strict=True):
        assert new is None or old is None or new >= old
        assert new is None or old is not None


@settings(max_examples=50)
@given(races(), st.sets(st.integers(0, 7)))
def test_guests_who_lose_their_place_change_nobody_elses_order(given_race: tuple, numbers: set[int]):
    """The others stand as they do without the guests; guests who keep their place change nothing at all."""
    laps, entries, decisions = given_race
    decisions = [decision for decision in decisions if decision.kind != "place"]
    said = {"car": entries["car"], "guest": [int(car) in numbers for car in entries["car"]]}
    rules = pr.rules({"guests_keep_place": True})
    plain = classified(laps, entries, decisions, rules=rules)
    assert classified(laps, entries, decisions, rules=rules, attributes=said) == plain
    apart = classified(laps, entries, decisions, rules=rules.replace(guests_keep_place=False), attributes=said)
    assert [row[0] for row in apart] == [row[0] for row in plain]
    guests = {car for car, guest in zip(*said.values(), strict=True) if guest}
    assert all(row[1] is None for row in apart if row[0] in guests)
    numbered = [row[1] for row in apart if row[0] not in guests and row[3] == "classified"]
    assert numbered == list(range(1, len(numbered) + 1))

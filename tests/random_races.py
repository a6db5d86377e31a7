"""Random small races with random decisions of the stewards."""

from __future__ import annotations

from hypothesis import strategies as st

import pyracing as pr
from pyracing.decisions import Decision


@st.composite
def races(draw: st.DrawFn) -> tuple[dict[str, list], dict[str, list], list[Decision]]:
    """Laps and entries of a few cars in two classes, and decisions of all kinds that move cars."""
    count = draw(st.integers(2, 8))
    classes = draw(st.lists(st.sampled_from("AB"), min_size=count, max_size=count))
    laps = [(str(car), lap) for car in range(count) for lap in range(1, draw(st.integers(3, 6)) + 1)]
    times = draw(st.lists(st.integers(80_000, 99_999), min_size=len(laps), max_size=len(laps)))
    table = {
        "car": [car for car, _ in laps],
        "lap": [lap for _, lap in laps],
        "lap_time": [time / 1000 for time in times],
    }
    entries = {"car": [str(car) for car in range(count)], "class": classes}
    numbers = draw(st.lists(st.integers(0, count - 1), unique=True, max_size=4))
    kinds = ("time_penalty", "lap_penalty", "disqualify", "retire", "rear_of_class", "place", "delete_lap")
    made = {
        "time_penalty": lambda car: pr.time_penalty(car, draw(st.integers(1, 300_000)) / 1000),
        "lap_penalty": lambda car: pr.lap_penalty(car, draw(st.integers(1, 2)), draw(st.integers(0, 9))),
        "place": lambda car: pr.place(car, draw(st.integers(1, count))),
        "delete_lap": lambda car: pr.delete_lap(car, 2),
    }
    chosen = [(str(car), draw(st.sampled_from(kinds))) for car in numbers]
    decisions = [made.get(kind, getattr(pr, kind))(car) for car, kind in chosen]
    positions = [decision.position for decision in decisions if decision.kind == "place"]
    return table, entries, decisions if len(set(positions)) == len(positions) else []

"""Official results of whole seasons, and the decisions that lie between them and the laps or a provisional result."""

from __future__ import annotations

from pathlib import Path

import pytest

import pyracing as pr
from lap_files import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the published files are not beside the checkout")

GRCUP = {
    ("indianapolis", 1): [("time_penalty", "72", 68.0)],
    ("indianapolis", 2): [],
    ("barber", 1): [],
    ("barber", 2): [],
    ("VIR", 1): [("time_penalty", "113", 30.0), ("time_penalty", "98", 30.0), ("time_penalty", "89", 30.0)],
    ("VIR", 2): [("time_penalty", "7", 30.0), ("time_penalty", "80", 30.0)],
}


def found_between(provisional: pr.Table, official: pr.Table) -> list[tuple]:
    """The decisions found, without their reasons."""
    table = pr.decisions_between(provisional, official)
    return [tuple(value for value in row[:-1] if value is not None) for row in table]


@pytest.mark.parametrize(("place", "number"), GRCUP)
def test_gr_cup_between_provisional_and_official(place: str, number: int):
    race = pr.read(CORPUS / "grcup" / place / f"Race {number}", session=f"Race {number}")
    assert found_between(race.provisional, race.results) == GRCUP[place, number]

"""Medians of ranges against sorted copies, before and after the values are laid out for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import NO_TIME, Failure

LEAST, MOST = -(2**63) + 1, 2**63 - 1
numbers = st.integers(0, 9) | st.sampled_from([LEAST, MOST, 0]) | st.integers(LEAST, MOST)


class Ranges:
    def __init__(self, core, values: list[int]) -> None:
        self.core, self.made = core, core.ffi.new("pyr_ranges *")
        self.values, self.found = core.ffi.new("int64_t[]", values), core.ffi.new("int64_t *")
        try:
            core.call(core.lib.pyr_ranges_new, core.allocator, self.values, len(values), self.made)
        except Failure:
            self.clear()
            raise

    def median(self, start: int, end: int) -> int:
        try:
            self.core.call(self.core.lib.pyr_range_median, self.made, start, end, self.found)
        except Failure:
            self.clear()
            raise
        return self.found[0]

    def lay_out(self) -> None:
        """Copies the values so often that it is worth it."""
        for _ in range(35):
            self.median(0, len(self.values))

    def clear(self) -> None:
        self.core.lib.pyr_ranges_clear(self.made)


ends = st.tuples(st.integers(0, 150), st.integers(0, 150))


@given(st.lists(numbers, min_size=1, max_size=150), st.lists(ends, min_size=1, max_size=9))
def test_medians_are_those_of_sorted_copies(core, values, asked):
    asked = [sorted(end % (len(values) + 1) for end in one) for one in asked]
    with core.nothing_leaks():
        ranges = Ranges(core, values)
        copied = [ranges.median(start, end) for start, end in asked]
        ranges.lay_out()
        laid_out = [ranges.median(start, end) for start, end in asked]
        ranges.clear()
    parts = [sorted(values[start:end]) for start, end in asked]
    expected = [
        (part[(len(part) - 1) // 2] + part[len(part) // 2]) // 2 if part else NO_TIME for part in parts
    ]  # fmt: skip
    assert copied == laid_out == expected


@pytest.mark.parametrize("count", [64, 65, 1000])
def test_when_any_allocation_fails(core, count):
    def attempt() -> Ranges:
        ranges = Ranges(core, list(range(count)))
        ranges.lay_out()
        return ranges

    assert core.fail_every_allocation(attempt, Ranges.clear) >= 5

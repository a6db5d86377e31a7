"""Random numbers that are the same on every platform and version of Python: integers only."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(value: int) -> int:
    """The finaliser of SplitMix64: every bit of 64 spreads over all of them."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


class Stream:
    """SplitMix64, started from the seed and the name of what it is for.

    Each purpose and each car draws from a stream of its own, so that a change of one thing (a repair left out, a car
    more) leaves what the others draw as it was.
    """

    __slots__ = ("state",)

    def __init__(self, seed: int, *names: object) -> None:
        state = 0
        for byte in "/".join(str(name) for name in (seed, *names)).encode():
            state = mix((state ^ byte) + GOLDEN & MASK)
        self.state = state

    def bits(self) -> int:
        """64 random bits."""
        self.state = state = (self.state + GOLDEN) & MASK
        value = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return value ^ (value >> 31)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + (self.bits() * (high - low + 1) >> 64)

    def normal(self, deviation: int) -> int:
        """Nearly normal about 0 and never beyond three deviations: the sum of three even draws."""
        bits = self.bits()
        total = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF)
        return (total - 98302) * deviation >> 15

    def choose(self, items: Sequence[Item]) -> Item:
        return items[self.between(0, len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        result = list(items)
        for i in range(len(result) - 1, 0, -1):
            j = self.between(0, i)
            result[i], result[j] = result[j], result[i]
        return result

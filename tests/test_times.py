"""Durations, times of day and offsets as people give them, and durations as timekeepers print them."""

import datetime
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyracing.times import clock_to_microseconds, decimals_of, duration_texts, offset_to_microseconds, to_microseconds

MINUTE = 60_000_000
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    "value, expected",
    [
        (90, 90_000_000),
        (np.int64(90), 90_000_000),
        (1.5, 1_500_000),
        (np.float32(0.25), 250_000),
        (Fraction(1, 8), 125_000),
        (-2, -2_000_000),
        ("25m", 25 * MINUTE),
        ("6h", 6 * HOUR),
        ("90s", 90_000_000),
        ("1:30", 90_000_000),
        ("1:02:03.5", HOUR + 2 * MINUTE + 3_500_000),
        (datetime.timedelta(days=1, microseconds=1), 24 * HOUR + 1),
        (datetime.timedelta(seconds=-1), -1_000_000),
        (np.timedelta64(6, "h"), 6 * HOUR),
        (np.timedelta64(1_500, "ns"), 2),
        (np.timedelta64(-2_600, "ns"), -3),
    ],
)
def test_durations(value, expected):
    assert to_microseconds(value) == expected


@pytest.mark.parametrize(
    "value", ["", "six hours", math.nan, math.inf, 1e13, np.timedelta64("NaT", "us"), np.timedelta64(1, "M")]
)
def test_what_is_no_duration(value):
    with pytest.raises(ValueError, match="duration"):
        to_microseconds(value)


@pytest.mark.parametrize("value", [None, True, b"6h", [6], datetime.time(6), 1j])
def test_wrong_types_name_the_argument(value):
    with pytest.raises(TypeError, match="utc_offset is of type"):
        offset_to_microseconds(value)


def test_times_of_day_are_hours_and_minutes_where_durations_are_minutes_and_seconds():
    assert clock_to_microseconds("14:00") == 14 * HOUR
    assert clock_to_microseconds("14:00:30.25") == 14 * HOUR + 30_250_000
    assert clock_to_microseconds(datetime.time(16, 1, 2, 3)) == 16 * HOUR + MINUTE + 2_000_003
    assert clock_to_microseconds("14h") == clock_to_microseconds(datetime.timedelta(hours=14)) == 14 * HOUR
    assert to_microseconds("14:00") == 14 * MINUTE


@pytest.mark.parametrize("value", ["24:00", "12:60", "12:00:60"])
def test_what_is_no_time_of_day(value):
    with pytest.raises(ValueError, match="time of day"):
        clock_to_microseconds(value)


def test_offsets():
    assert offset_to_microseconds("+02:00") == offset_to_microseconds("2h") == 2 * HOUR
    assert offset_to_microseconds("-0530") == -(5 * HOUR + 30 * MINUTE)
    with pytest.raises(ValueError, match="offset from UTC"):
        offset_to_microseconds("+15:00")


def printed(microseconds: int, decimals: int) -> str:
    """The same in exact fractions."""
    unit = Fraction(10) ** -decimals
    units = math.floor(Fraction(abs(microseconds), 1_000_000) / unit + Fraction(1, 2))
    seconds, fraction = divmod(units, 10**decimals)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        face = f"{hours}:{minutes:02}:{seconds:02}"
    else:
        face = f"{minutes}:{seconds:02}" if minutes else f"{seconds}"
    return f"{'-' if microseconds < 0 else ''}{face}.{fraction:0{decimals}}"


@given(st.lists(st.integers(-(10**15), 10**15)), st.sampled_from([3, 4, 6]))
def test_printed_durations(values, decimals):
    assert duration_texts(np.array(values, dtype=np.int64), decimals) == [printed(value, decimals) for value in values]


def test_printed_examples():
    values = np.array([57_783_000, 118_765_000, 21_685_310_000, 0, -1_234_000, 59_999_500])
    assert duration_texts(values) == ["57.783", "1:58.765", "6:01:25.310", "0.000", "-1.234", "1:00.000"]
    assert duration_texts(values[[0, 4]], sign="+") == ["+57.783", "-1.234"]


def test_decimals_are_those_that_the_values_have():
    assert decimals_of(np.array([], dtype=np.int64)) == 3
    assert decimals_of(np.array([1000, -2000])) == 3
    assert decimals_of(np.array([1000, 1100])) == 4
    assert decimals_of(np.array([1100, 1001])) == 6

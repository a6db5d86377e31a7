"""Times as people give them -> whole microseconds, and back to how timekeepers print them."""

from __future__ import annotations

import datetime
import math
import numbers
import re
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pyracing import _core

Duration: TypeAlias = float | str | datetime.timedelta | np.timedelta64
Clock: TypeAlias = Duration | datetime.time
Instant: TypeAlias = Duration  # of a session; text may also be '-1h', '50%' or 'lap 120'

MICROSECOND = datetime.timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d{1,6})?))?")
SHARE = re.compile(r"(\d+(?:\.\d+)?) ?%")
LAP = re.compile(r"lap (\d{1,9})")
OFFSET = re.compile(r"([+-]?)(\d{1,2}):?(\d{2})")


def to_microseconds(value: Duration, what: str = "duration") -> int:
    """A duration: seconds as a number, timedelta, timedelta64, or text such as '6h', '25m', '1:02:03.5'.

    Fractions of a microsecond are rounded, halves to even. Raises TypeError and ValueError, which name `what`.
    """
    if isinstance(value, str):
        try:
            return _core.parse_duration(value)
        except ValueError:
            raise ValueError(
                f"{what} '{value}' is no duration; give seconds or text such as '6h' or '1:02:03.5'"
            ) from None
    if isinstance(value, datetime.timedelta):
        return value // MICROSECOND
    if isinstance(value, np.timedelta64):
        if np.isnat(value) or np.datetime_data(value.dtype)[0] in ("generic", "M", "Y"):
            raise ValueError(f"{what} {value!r} is no duration")
        return round(float(value / np.timedelta64(1, "us")))
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{what} is of type {type(value).__name__}; give seconds, a timedelta, or text such as '6h'")
    if not math.isfinite(value) or abs(value) > 1e12:
        raise ValueError(f"{what} {value} seconds is no duration")
    return int(value) * SECOND if isinstance(value, numbers.Integral) else round(float(value) * SECOND)


def clock_to_microseconds(value: Clock, what: str = "start") -> int:
    """A time of day: '14:00', '14:00:30', datetime.time, or a duration since midnight."""
    if isinstance(value, datetime.time):
        return value.hour * HOUR + value.minute * MINUTE + value.second * SECOND + value.microsecond
    if isinstance(value, str) and (found := CLOCK.fullmatch(value.strip())):
        hours, minutes, seconds = found.groups()
        microseconds = round(float((seconds or "0").replace(",", ".")) * SECOND)
        if int(hours) > 23 or int(minutes) > 59 or microseconds >= MINUTE:
            raise ValueError(f"{what} '{value}' is no time of day")
        return int(hours) * HOUR + int(minutes) * MINUTE + microseconds
    return to_microseconds(value, what)


def offset_to_microseconds(value: Duration, what: str = "utc_offset") -> int:
    """Local time less UTC: '+02:00', '-0500', or a duration."""
    if isinstance(value, str) and (found := OFFSET.fullmatch(value.strip())):
        sign, hours, minutes = found.groups()
        if int(hours) > 14 or int(minutes) > 59:
            raise ValueError(f"{what} '{value}' is no offset from UTC")
        return (int(hours) * HOUR + int(minutes) * MINUTE) * (-1 if sign == "-" else 1)
    return to_microseconds(value, what)


# ---- Instants ----


def race_time(session: _core.Session, at: Instant | None = None, clock: Clock | None = None) -> int:
    """The race time of an instant of a session.

    `at`: a duration since the start; a negative one counts from the end, when the winner finished ('-1h'; in a session
    that is no race, from the last crossing); '50%': half of the time from the start to the end; 'lap 120': when the
    leader ended that lap. `clock`: a time of day, the first after the start. While the race was stopped and `elapsed`
    stood still, it is that of the stoppage.

    Raises ValueError for an instant outside the session or a lap that was never run, and where not exactly one of both
    is given.
    """
    if (at is None) == (clock is None):
        raise ValueError("give the instant either as race time, at='16h', or as time of day, clock='16:00'")
    if clock is not None:
        return session.race_time("clock", clock_to_microseconds(clock, "clock"))
    if isinstance(at, str) and (found := SHARE.fullmatch(at.strip())):
        return session.race_time("share", float(found[1]) / 100)
    if isinstance(at, str) and (found := LAP.fullmatch(at.strip())):
        return session.race_time("lap", int(found[1]))
    assert at is not None
    if isinstance(at, str) and at.strip().startswith("-"):
        return session.race_time("before_end", to_microseconds(at.strip()[1:], "instant"))
    time = to_microseconds(at, "instant")
    return session.race_time("before_end", -time) if time < 0 else session.race_time("time", time)


# ---- As text ----


def decimals_of(microseconds: npt.NDArray[np.int64]) -> int:
    """The decimals that say these times exactly: 3, or 4 as some timekeepers publish, or 6."""
    if not (microseconds % 1000).any():
        return 3
    return 6 if (microseconds % 100).any() else 4


def duration_texts(microseconds: npt.NDArray[np.int64], decimals: int = 3, sign: str = "") -> list[str]:
    """`57.783`, `1:58.765`, `6:01:25.310`; the last decimal is rounded half up. `sign` stands before positive ones."""
    unit = 10 ** (6 - decimals)
    rounded = (np.abs(microseconds) + unit // 2) // unit
    seconds, fractions = np.divmod(rounded, 10**decimals)
    signs = np.where(microseconds < 0, "-", sign).tolist()
    parts: Iterable[tuple[str, int, int]] = zip(signs, seconds.tolist(), fractions.tolist(), strict=True)
    return [f"{mark}{clock_face(whole)}.{fraction:0{decimals}d}" for mark, whole, fraction in parts]


def clock_face(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    if minutes == 0:
        return str(seconds)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def moment_text(time: datetime.timedelta) -> str:
    """An instant to the second: `3:04:05`."""
    seconds = round(time.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

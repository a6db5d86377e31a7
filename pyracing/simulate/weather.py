"""The weather of a race, minute by minute, and what it does to the track."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyracing.simulate.plan import MINUTE
from pyracing.simulate.stream import Stream

DAY = 1440  # minutes
WARMEST = 15 * 60  # minutes after midnight
TRACK_HEAT = 120  # a lap gets slower by so many millionths for each degree of the track
RUBBER = 3500  # millionths that a lap gets quicker by, most of it in the first hours
RUBBER_HALF = 150  # minutes until half of it
RAIN = 110_000  # millionths that a lap gets slower by in rain
RAIN_RAMP = 5  # minutes until the track is wet
DRYING = 12


@dataclass(frozen=True)
class Reading:
    """Thousandths of the unit, but for whole degrees of direction."""

    air: int
    track: int
    humidity: int
    pressure: int
    wind: int
    direction: int
    rain: bool


def readings(seed: int, minutes: int, start_minute: int, rain: Sequence[tuple[int, int]]) -> list[Reading]:
    """A reading a minute from the start. `start_minute`: of the day, in local time; `rain`: spells in milliseconds."""
    stream = Stream(seed, "weather")
    night, swing = stream.between(9_000, 18_000), stream.between(6_000, 12_000)
    pressure, wind, direction, drift = (
        stream.between(985_000, 1_020_000),
        stream.between(500, 4000),
        stream.between(0, 359),
        0,
    )
    result = []
    for minute in range(minutes):
        sun = warmth(start_minute + minute)
        raining = any(begin <= minute * MINUTE < end for begin, end in rain)
        drift = drift * 98 // 100 + stream.normal(60)
        air = night + swing * sun // 1000 + drift - 1500 * raining
        track = air + (3000 + 15_000 * sun // 1000 if not raining else 500) + stream.normal(80)
        humidity = min(100_000, max(20_000, 90_000 - 45 * sun + stream.normal(700) + 15_000 * raining))
        pressure += stream.normal(60)
        wind = max(0, wind + stream.normal(250) + (2200 - wind) // 20)
        direction = (direction + stream.normal(9)) % 360
        result.append(Reading(air, track, humidity, pressure, wind, direction, raining))
    return result


def warmth(minute: int) -> int:
    """How far the day's warmth has come, 0 to 1000: a parabola of eighteen hours about the warmest minute."""
    away = abs((minute - WARMEST + DAY // 2) % DAY - DAY // 2)
    return max(0, 1000 - 1000 * away * away // (540 * 540))


def track_state(weather: Sequence[Reading]) -> list[int]:
    """By how many millionths a lap is slower than at the start, minute by minute: heat, rubber and rain."""
    wet = 0
    result = []
    for minute, reading in enumerate(weather):
        wet = min(RAIN, wet + RAIN // RAIN_RAMP) if reading.rain else max(0, wet - RAIN // DRYING)
        heat = (reading.track - weather[0].track) * TRACK_HEAT // 1000
        result.append(heat - RUBBER * minute // (minute + RUBBER_HALF) + wet)
    return result

"""Durations of the pure core against plain Python."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import slow_reader
from harness import NO_TIME

@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("57.783", "57.783"),
        ("1:12.848", "72.848"),
        ("16:42.996", "1002.996"),
        ("1:01:35.747", "3695.747"),
        ("17:31:33.055", "63093.055"),
        ("6:01'25.310", "21685.310"),
        ("39'37.017", "2377.017"),
        ("+2.948", "2.948"),
        ("+1:00.581", "60.581"),
        ("-0.5", "-0.5"),
        ("12023.113", "12023.113"),
        ("22.5", "22.5"),
        ("1:30", "90"),
        ("25m", "1500"),
        ("6h", "21600"),
        ("90s", "90"),
        ("1h30m", "5400"),
        ("1:54,0291", "114.0291"),
        ("0.0000005", "0.000001"),
        ("0.0000004999999999", "0"),
        ("9223372036854.775807", "9223372036854.775807"),
    ],
)
def test_published_and_written_durations(core, text, seconds):
    assert core.parse_duration(text) == int(Decimal(seconds) * 10**6)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "+", "--1", "1:", ":1", "1:60", "1:61.5", "1:60:00", "1.5:30", "1:2:3:4", "1'2'3", "1'2:3", "abc",
     "1.", ".5", "1:30m", "1m1h", "1m1m", "1e3", "0x10", "1 2", "٣", "9223372036854.775808", "9" * 300, "1" + "0" * 400,
     "106751991.2d2", "nan", "inf", "1:-2", "1:+2", "1..2", "12.3.4", "1h30"],
)  # fmt: skip
def test_what_is_no_duration(core, text):
    assert core.parse_duration(text) is None


@given(st.text("0123456789:.,'+- hmsdu", max_size=24))
@example("0.123456789h")
@example("99999999.99999999d")
@example("1 h 30 min")
@example("\t1:02.5 ")
def test_any_text_equals_the_slow_answer(core, text):
    assert core.parse_duration(text) == slow_reader.duration_of(text)


@given(
    st.integers(0, 10**13), st.integers(0, 6), st.sampled_from(":'"), st.integers(1, 3), st.sampled_from(["", "-", "+"])
)
def test_a_written_duration_is_read_back(core, microseconds, digits, last, parts, sign):
    microseconds -= microseconds % 10 ** (6 - digits)
    seconds, fraction = divmod(microseconds, 10**6)
    text = f".{fraction:06d}"[: digits + 1] if digits else ""
    if parts == 1:
        text = f"{seconds}{text}"
    elif parts == 2:
        text = f"{seconds // 60}{last}{seconds % 60:02d}{text}"
    else:
        text = f"{seconds // 3600}:{seconds // 60 % 60:02d}{last}{seconds % 60:02d}{text}"
    assert core.parse_duration(sign + text) == (-microseconds if sign == "-" else microseconds)


@given(st.binary(max_size=40))
def test_any_bytes_are_answered(core, data):
    result = core.parse_duration(data)
    assert result is None or -(2**63) < result < 2**63
    assert result != NO_TIME

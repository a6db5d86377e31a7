"""Tables of the pure core: what goes in comes out, and nothing that is wrong comes in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Failure

INT32 = st.integers(-(2**31) + 1, 2**31 - 1)
INT64 = st.integers(-(2**63) + 1, 2**63 - 1)
VALUES = {
    "INT32": INT32,
    "INT64": INT64,
    "DURATION": INT64,
    "FLOAT64": st.floats(allow_nan=False),
    "BOOL": st.booleans(),
    "TEXT": st.text(max_size=5),
}


@st.composite
def columns(draw, rows=st.integers(0, 70)):
    count = draw(rows)
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5))
    result = {}
    for i, kind in enumerate(kinds):
        value = VALUES[kind] if draw(st.booleans()) else st.none() | VALUES[kind]
        result[f"column {i}"] = (kind, draw(st.lists(value, min_size=count, max_size=count)))
    return result


def values(given_columns):
    return {name: column for name, (_, column) in given_columns.items()}


@given(columns())
def test_what_goes_in_comes_out(core, given_columns):
    with core.nothing_leaks():
        table = core.new_table(given_columns)
        again = core.new_table(given_columns)
        assert core.table(table) == values(given_columns)
        assert core.lib.pyr_table_equal(table, again)
        core.lib.pyr_table_release(table)
        core.lib.pyr_table_release(again)


@given(columns(), st.data())
def test_rows_are_taken_in_the_order_asked(core, given_columns, data):
    rows = len(next(iter(given_columns.values()))[1])
    indices = data.draw(st.lists(st.integers(0, rows - 1), max_size=80)) if rows else []
    with core.nothing_leaks():
        table = core.new_table(given_columns)
        taken = core.call(core.lib.pyr_table_take, table, indices, len(indices), out="pyr_table *")
        core.lib.pyr_table_release(table)
        expected = {name: [column[i] for i in indices] for name, column in values(given_columns).items()}
        assert core.table(taken) == expected
        core.lib.pyr_table_release(taken)


@given(columns(st.integers(1, 20)), st.data())
def test_one_changed_value_makes_tables_differ(core, given_columns, data):
    name = data.draw(st.sampled_from(sorted(given_columns)))
    kind, column = given_columns[name]
    row = data.draw(st.integers(0, len(column) - 1))
    other = data.draw((st.none() | VALUES[kind]).filter(lambda value: value != column[row]))
    changed = given_columns | {name: (kind, [*column[:row], other, *column[row + 1 :]])}
    table, different = core.new_table(given_columns), core.new_table(changed)
    try:
        assert not core.lib.pyr_table_equal(table, different)
    finally:
        core.lib.pyr_table_release(table)
        core.lib.pyr_table_release(different)


def test_not_a_number_is_absent_and_equals_itself(core):
    with core.nothing_leaks():
        table = core.new_table({"speed": ("FLOAT64", [1.5, math.nan])}, nullable=True)
        again = core.new_table({"speed": ("FLOAT64", [1.5, None])})
        assert core.table(table) == {"speed": [1.5, None]}
        assert core.lib.pyr_table_equal(table, again)
        core.lib.pyr_table_release(table)
        core.lib.pyr_table_release(again)


def test_dictionaries_compare_by_content(core):
    """The same texts under other codes are the same column."""
    ffi = core.ffi
    with core.nothing_leaks():
        table = core.new_table({"car": ("TEXT", ["7", "8", "7"])})
        codes = ffi.new("int32_t[]", [1, 0, 1])
        other = core.new_table({"car": ("TEXT", ["8", "7", "8"])}, values=codes)
        assert core.table(other) == {"car": ["7", "8", "7"]}
        assert core.lib.pyr_table_equal(table, other)
        core.lib.pyr_table_release(table)
        core.lib.pyr_table_release(other)


def test_columns_are_found_by_name(core):
    table = core.new_table({"car": ("TEXT", ["7"]), "lap": ("INT32", [1])})
    try:
        for name, place in {"car": 0, "lap": 1, "ca": -1, "cars": -1, "": -1}.items():
            text, _alive = core.text(name)
            assert core.lib.pyr_table_find_column(table, text) == place
    finally:
        core.lib.pyr_table_release(table)


@pytest.mark.parametrize("index", [-1, 2, 2**31, -(2**63), 2**63 - 1])
def test_a_row_that_is_not_there(core, index):
    table = core.new_table({"car": ("TEXT", ["7", "8"])})
    try:
        with pytest.raises(Failure) as caught, core.nothing_leaks():
            core.call(core.lib.pyr_table_take, table, [0, index], 2, out="pyr_table *")
        assert caught.value.status == "argument"
    finally:
        core.lib.pyr_table_release(table)


def wrong_columns(core):
    """What a damaged pickle may hold: (what, type, values, changed fields)."""
    ffi = core.ffi
    text, number = ["a", "b"], [1, 2]
    cast = ffi.new
    names = [core.text(name) for name in ("", b"\xff", b"a\0b")]
    return names, {
        "values too short": ("INT32", number, {"values_size": 4}),
        "values too long": ("INT64", number, {"values_size": 24}),
        "no such type": ("INT32", number, {"type": 6}),
        "a type far beyond": ("INT32", number, {"type": 2**32 - 1}),
        "a bitmap too short": ("INT32", [1] * 9, {"validity": cast("uint8_t[]", [1, 1]), "validity_size": 1}),
        "absent though not nullable": ("INT32", [1, None], {"nullable": False}),
        "an empty name": ("INT32", number, {"name": names[0][0]}),
        "a name that is not UTF-8": ("INT32", number, {"name": names[1][0]}),
        "a zero byte in a name": ("INT32", number, {"name": names[2][0]}),
        "the sentinel as a value": ("INT32", [-(2**31), 1], {}),
        "the sentinel as a wide value": ("INT64", [-(2**63), 1], {}),
        "a code beyond the dictionary": ("TEXT", text, {"values": cast("int32_t[]", [0, 2])}),
        "a code below absent": ("TEXT", text, {"values": cast("int32_t[]", [0, -2])}),
        "no offsets": ("TEXT", text, {"offsets_size": 0}),
        "half an offset": ("TEXT", text, {"offsets_size": 11}),
        "offsets that fall": ("TEXT", text, {"offsets": cast("int32_t[]", [0, 2, 1])}),
        "offsets that do not begin at 0": ("TEXT", text, {"offsets": cast("int32_t[]", [1, 1, 2])}),
        "offsets beyond the bytes": ("TEXT", text, {"offsets": cast("int32_t[]", [0, 1, 3])}),
        "negative offsets": ("TEXT", text, {"offsets": cast("int32_t[]", [0, -1, 2])}),
        "a string twice": ("TEXT", text, {"bytes": cast("char[]", b"aa")}),
        "a string that is not UTF-8": ("TEXT", text, {"bytes": cast("char[]", b"a\xff")}),
        "an overlong form": ("TEXT", ["ab"], {"bytes": cast("char[]", b"\xc0\xaf")}),
        "a surrogate": ("TEXT", ["abc"], {"bytes": cast("char[]", b"\xed\xa0\x80")}),
    }


def test_wrong_columns_are_refused_by_name(core):
    _alive, wrong = wrong_columns(core)
    for what, (kind, column, changed) in wrong.items():
        with pytest.raises(Failure) as caught, core.nothing_leaks():
            core.lib.pyr_table_release(core.new_table({"x": (kind, column)}, **changed))
        assert caught.value.place == ("argument", -1, 0, 0, -1), what
        if "name" not in changed:
            assert "'x'" in caught.value.message, what


def test_a_name_twice_is_refused(core):
    array = core.ffi.new("pyr_column_data[]", 2)
    kept = [core.column_data("lap", "INT32", [1]) for _ in range(2)]
    for place, (data, _) in enumerate(kept):
        array[place] = data[0]
    with pytest.raises(Failure, match="lap") as caught, core.nothing_leaks():
        core.call(core.lib.pyr_table_from_columns, core.allocator, array, 2, 1, out="pyr_table *")
    assert caught.value.status == "argument"


@pytest.mark.parametrize(("columns_given", "rows"), [(0, -1), (-1, 0), (0, -(2**63)), (1, 2**62), (1, 2**63 - 1)])
def test_impossible_counts_are_refused(core, columns_given, rows):
    data, _alive = core.column_data("lap", "INT32", [1])
    with pytest.raises(Failure) as caught, core.nothing_leaks():
        core.call(core.lib.pyr_table_from_columns, core.allocator, data, columns_given, rows, out="pyr_table *")
    assert caught.value.status in ("argument", "memory")


def test_errors_may_be_ignored(core):
    """pyr_error is nullable everywhere."""
    data, _alive = core.column_data("lap", "INT32", [1], values_size=1)
    out = core.ffi.new("pyr_table **")
    null = core.ffi.NULL
    assert core.lib.pyr_table_from_columns(core.allocator, data, 1, 1, out, null) == core.lib.PYR_ERROR_ARGUMENT
    assert out[0] == null
    core.lib.pyr_table_release(null)
    core.lib.pyr_session_release(null)
    core.lib.pyr_buffer_release(null)


def test_every_allocation_may_fail(core):
    given_columns = {
        "car": ("TEXT", ["7", None, "é" * 40] * 30),
        "lap": ("INT32", [1, None, 3] * 30),
        "elapsed": ("DURATION", [1, None, 3] * 30),
        "speed": ("FLOAT64", [1.0, None, 3.0] * 30),
        "in_pit": ("BOOL", [True, None, False] * 30),
    }
    assert core.fail_every_allocation(lambda: core.new_table(given_columns), core.lib.pyr_table_release) >= 3
    table = core.new_table(given_columns)
    indices = list(range(0, 90, 7))
    core.fail_every_allocation(
        lambda: core.call(core.lib.pyr_table_take, table, indices, len(indices), out="pyr_table *"),
        core.lib.pyr_table_release,
    )
    core.lib.pyr_table_release(table)

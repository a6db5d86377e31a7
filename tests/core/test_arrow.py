"""Tables from and to Arrow streams, with pyarrow at the other end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Failure

pa = pytest.importorskip("pyarrow")


def import_batches(core, batches, schema, wanted=None):
    """A stream of pyarrow batches -> a pyr_table, released at the end -> its columns."""
    with core.nothing_leaks():
        table = import_table(core, batches, schema, wanted)
        columns = core.table(table)
        core.lib.pyr_table_release(table)
    return columns


def import_table(core, batches, schema, wanted=None):
    texts = [core.text(name) for name in wanted or ()]
    names = core.ffi.NULL if wanted is None else core.ffi.new("pyr_text[]", [text for text, _ in texts])
    stream = core.ffi.new("struct ArrowArrayStream *")
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    reader._export_to_c(int(core.ffi.cast("uintptr_t", stream)))
    try:
        return core.call(core.lib.pyr_arrow_import, core.allocator, stream, names, len(texts), out="pyr_table *")
    finally:
        stream.release(stream)


def import_array(core, array):
    batch = pa.record_batch([array], names=["column"])
    return import_batches(core, [batch], batch.schema)["column"]


def export_table(core, table):
    """A pyr_table -> a pyarrow table; the pyr_table is released before it is looked at."""
    stream = core.ffi.new("struct ArrowArrayStream *")
    error = core.ffi.new("pyr_error *")
    assert core.lib.pyr_arrow_stream(table, stream, error) == core.lib.PYR_OK
    core.lib.pyr_table_release(table)
    return pa.RecordBatchReader._import_from_c(int(core.ffi.cast("uintptr_t", stream))).read_all()


INTEGERS = {
    pa.int8(): (-(2**7), 2**7 - 1), pa.uint8(): (0, 2**8 - 1), pa.int16(): (-(2**15), 2**15 - 1),
    pa.uint16(): (0, 2**16 - 1), pa.int32(): (-(2**31) + 1, 2**31 - 1), pa.uint32(): (0, 2**32 - 1),
    pa.int64(): (-(2**63) + 1, 2**63 - 1), pa.uint64(): (0, 2**63 - 1),
}  # fmt: skip
TEXTS = [pa.string(), pa.large_string(), pa.string_view()]
MICROSECONDS = {"s": 10**6, "ms": 10**3, "us": 1}


@st.composite
def arrays(draw, types, values):
    """An Arrow array with absent values, cut out of a longer one."""
    kind = draw(st.sampled_from(types))
    whole = draw(st.lists(st.none() | values(kind), max_size=40))
    start = draw(st.integers(0, len(whole)))
    stop = draw(st.integers(start, len(whole)))
    return pa.array(whole, kind).slice(start, stop - start), whole[start:stop]


@given(arrays(list(INTEGERS), lambda kind: st.integers(*INTEGERS[kind])))
def test_integers_of_all_widths(core, given_array):
    array, expected = given_array
    assert import_array(core, array) == expected


@given(arrays([pa.float32(), pa.float64()], lambda kind: st.floats(width=32)))
def test_floats_with_nan_absent(core, given_array):
    array, expected = given_array
    assert import_array(core, array) == [None if value is None or value != value else value for value in expected]


@given(arrays([pa.bool_()], lambda kind: st.booleans()))
def test_booleans(core, given_array):
    array, expected = given_array
    assert import_array(core, array) == expected


@given(arrays(TEXTS, lambda kind: st.text(max_size=20)))
def test_texts_of_all_layouts(core, given_array):
    array, expected = given_array
    assert import_array(core, array) == expected


@given(arrays([pa.string()], lambda kind: st.text(max_size=20)), st.sampled_from([pa.int8(), pa.uint16(), pa.int64()]))
def test_dictionaries_of_text(core, given_array, codes):
    array, expected = given_array
    encoded = array.dictionary_encode()
    array = pa.DictionaryArray.from_arrays(encoded.indices.cast(codes), encoded.dictionary)
    assert import_array(core, array) == expected


def test_dictionary_slice_and_absent_string(core):
    dictionary = pa.array(["not here", "A", None, "B"]).slice(1)
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2, 0], pa.int8()), dictionary).slice(1)
    assert import_array(core, array) == [None, None, "B", "A"]


@given(st.sampled_from(sorted(MICROSECONDS)), st.lists(st.none() | st.integers(-(2**40), 2**40)))
def test_durations(core, unit, values):
    expected = [None if value is None else value * MICROSECONDS[unit] for value in values]
    assert import_array(core, pa.array(values, pa.int64()).cast(pa.duration(unit))) == expected


def test_nanoseconds_are_rounded_half_up(core):
    values = [1499, 1500, -1499, -1500, -1501, 0, None]
    assert import_array(core, pa.array(values, pa.int64()).cast(pa.duration("ns"))) == [1, 2, -1, -1, -2, 0, None]


@pytest.mark.parametrize("kind", [pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")])
def test_times_of_day_are_durations(core, kind):
    seconds = 16 * 3600 + 19
    factor = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    stored = pa.array([seconds * factor, None], pa.int32() if factor < 10**4 else pa.int64())
    assert import_array(core, stored.cast(kind)) == [seconds * 10**6, None]


def test_nothing_is_absent_floats(core):
    assert import_array(core, pa.nulls(3)) == [None] * 3


def test_batches_with_different_dictionaries_and_none_at_all(core):
    def batch(words, laps):
        return pa.record_batch({"car": pa.array(words).dictionary_encode(), "lap": pa.array(laps, pa.int32())})

    batches = [batch(["7", "8"], [1, 1]), batch([], []), batch(["8", None, "9"], [2, None, 3])]
    schema = pa.schema([("car", pa.dictionary(pa.int32(), pa.string())), ("lap", pa.int32())])
    assert import_batches(core, [one.cast(schema) for one in batches], schema) == {
        "car": ["7", "8", "8", None, "9"],
        "lap": [1, 1, 2, None, 3],
    }
    assert import_batches(core, [], schema) == {"car": [], "lap": []}


def test_a_slice_of_a_struct_moves_its_columns(core):
    whole = pa.StructArray.from_arrays([pa.array([1, 2, 3, 4]), pa.array(["a", "b", "c", "d"])], ["number", "text"])
    batch = pa.RecordBatch.from_struct_array(whole.slice(1, 2))
    assert import_batches(core, [batch], batch.schema) == {"number": [2, 3], "text": ["b", "c"]}


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (pa.array([1], pa.timestamp("us")), "column 'column' has the Arrow type 'tsu:'"),
        (pa.array([[1]]), "column 'column' has the Arrow type '+l'"),
        (pa.array([1.0], pa.float16()), "column 'column' has the Arrow type 'e'"),
        (pa.array([1]).dictionary_encode(), "column 'column' has the Arrow type"),
        (pa.array([b"x"]), "column 'column' has the Arrow type 'z'"),
        (pa.array([2**63], pa.uint64()), "column 'column' holds an integer that does not fit"),
        (pa.array([-(2**63)], pa.int64()), "column 'column' holds an integer that does not fit"),
        (pa.array([-(2**31)], pa.int32()), "column 'column' holds the smallest integer"),
        (pa.array([2**62], pa.int64()).cast(pa.duration("s")), "column 'column' holds a duration that does not fit"),
        (pa.DictionaryArray.from_arrays(pa.array([5]), pa.array(["a"]), safe=False), "a code outside its dictionary"),
        (pa.array([b"\xff"]).view(pa.string()), "a string that is not UTF-8"),
    ],
)
def test_what_is_not_read_names_its_column(core, array, message):
    with pytest.raises(Failure, match="argument") as caught:
        import_array(core, array)
    assert message in caught.value.message
    assert (core.counting.blocks, core.counting.wrong_sizes) == (0, 0)


def test_only_wanted_columns_are_read(core):
    when = pa.array([1, 2], pa.date32())
    batch = pa.record_batch({"lap": [1, 2], "tags": [["a"], []], "car": ["7", None], "when": when})
    expected = {"lap": [None, None], "tags": [None, None], "car": ["7", None], "when": [None, None]}
    assert import_batches(core, [batch], batch.schema, ["car", "driver"]) == expected
    assert import_batches(core, [batch], batch.schema, [])["car"] == [None, None]


def test_a_producer_that_fails(core):
    def batches():
        yield pa.record_batch({"lap": [1]})
        raise OSError("the disk is gone")

    with pytest.raises(Failure, match="the disk is gone"):
        import_batches(core, batches(), pa.schema([("lap", pa.int64())]))


def test_two_columns_of_one_name(core):
    batch = pa.record_batch([pa.array([1]), pa.array([2])], names=["lap", "lap"])
    with pytest.raises(Failure, match="'lap' is there twice"):
        import_batches(core, [batch], batch.schema)


def test_absent_values_where_the_schema_says_none(core):
    schema = pa.schema([pa.field("lap", pa.int32(), nullable=False)])
    batch = pa.RecordBatch.from_arrays([pa.array([1, None], pa.int32())], schema=schema)
    with pytest.raises(Failure, match="'lap' has absent values"):
        import_batches(core, [batch], schema)


EXPORTED = {
    "number": ("INT32", [1, None, 3]),
    "size": ("INT64", [2**40, -1, None]),
    "speed": ("FLOAT64", [208.1, None, -0.5]),
    "lap_time": ("DURATION", [118_765_000, None, -1]),
    "in_pit": ("BOOL", [True, None, False]),
    "driver": ("TEXT", ["Kévin", None, ""]),
}


def test_a_table_comes_out_as_it_is(core):
    with core.nothing_leaks():
        exported = export_table(core, core.new_table(EXPORTED))
        assert exported.column_names == list(EXPORTED)
        assert exported.schema.field("lap_time").type == pa.duration("us")
        assert exported.schema.field("driver").type == pa.dictionary(pa.int32(), pa.string())
        expected = {name: values for name, (_, values) in EXPORTED.items()}
        expected["lap_time"] = [timedelta(seconds=118, milliseconds=765), None, timedelta(microseconds=-1)]
        assert exported.to_pydict() == expected
        exported.validate(full=True)
        del exported


def test_one_column_outlives_the_rest(core):
    with core.nothing_leaks():
        exported = export_table(core, core.new_table(EXPORTED))
        column = exported.column("driver")
        del exported
        assert column.to_pylist() == ["Kévin", None, ""]
        del column


def test_a_table_without_rows_or_columns(core):
    with core.nothing_leaks():
        assert export_table(core, core.new_table({})).num_columns == 0
        assert export_table(core, core.new_table({"lap": ("INT32", [])})).to_pydict() == {"lap": []}


def test_a_table_comes_back_through_arrow(core):
    with core.nothing_leaks():
        table = core.new_table(EXPORTED)
        stream = core.ffi.new("struct ArrowArrayStream *")
        assert core.lib.pyr_arrow_stream(table, stream, core.ffi.NULL) == core.lib.PYR_OK
        again = core.call(core.lib.pyr_arrow_import, core.allocator, stream, core.ffi.NULL, 0, out="pyr_table *")
        stream.release(stream)
        assert core.lib.pyr_table_equal(table, again)
        core.lib.pyr_table_release(table)
        core.lib.pyr_table_release(again)


def test_every_allocation_of_an_import_may_fail(core):
    batch = pa.record_batch(
        {
            "car": pa.array(["7", "8", None] * 50).dictionary_encode(),
            "driver": [f"driver {i}" for i in range(150)],
            "lap": list(range(149)) + [None],
        }
    )
    requests = core.fail_every_allocation(
        lambda: import_table(core, [batch, batch], batch.schema), core.lib.pyr_table_release
    )
    assert requests > 10


def test_every_allocation_of_an_export_may_fail(core):
    table = core.new_table(EXPORTED)

    def attempt():
        stream = core.ffi.new("struct ArrowArrayStream *")
        error = core.ffi.new("pyr_error *")
        schema, array = core.ffi.new("struct ArrowSchema *"), core.ffi.new("struct ArrowArray *")
        if core.lib.pyr_arrow_stream(table, stream, error) != core.lib.PYR_OK:
            assert stream.release == core.ffi.NULL
            raise core.failure(error)
        try:
            failed = stream.get_schema(stream, schema) or stream.get_next(stream, array)
        finally:
            for exported in (schema, array, stream):
                if exported.release != core.ffi.NULL:
                    exported.release(exported)
        if failed:
            raise Failure("memory", -1, 0, 0, -1, "out of memory")
        return None

    assert core.fail_every_allocation(attempt, lambda result: None) == 3
    core.lib.pyr_table_release(table)

"""The binding gives back what it takes: references to its types, and memory, counted in a process of its own."""

import os
import subprocess
import sys

import pytest

BEGIN = """
import gc, pickle, sys
import numpy as np
import pyracing as pr
from pyracing import _core

files = pr.simulate(seed=1, hours=1, cars=8).files()
sources = list(files.items())
options = dict(format=None, kind=None, name=None, start=None, duration=None, utc_offset=None)
session = _core.read(sources, **options)
laps = session.part("laps")
data = laps.column_data()

def refused(error, work, *args, **named):
    try:
        work(*args, **named)
    except error:
        return
    raise AssertionError(f"{work} was to be refused")
"""
END = """
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def references():
    return [sys.getrefcount(kind) for kind in (_core.Table, _core.Session)]

def growth():
    gc.collect()
    memory, blocks = resident(), sys.getallocatedblocks()
    for _ in range(ROUNDS):
        work()
    gc.collect()
    return resident() - memory, sys.getallocatedblocks() - blocks

growth()
counts = references()
spells = [growth() for _ in range(3)]  # what is leaked grows in each; caches fill once
assert references() == counts, (references(), counts)
assert min(blocks for _, blocks in spells) < ROUNDS // 2, spells
assert min(memory for memory, _ in spells) < LARGEST_GROWTH, spells
"""
WORK = {
    "read": "_core.read(sources, **options)",
    "read what is no timing file": "refused(pr.UnknownFormat, _core.read, [('a', b'nonsense')], **options)",
    "read what does not belong together": "refused(pr.ReadError, _core.read, [*sources, ('b', b'<html>')], **options)",
    "read wrong arguments": "refused(TypeError, _core.read, [('a', 3)], **options)",
    "ask": "[session.ask(question) for question in _core.questions()]",
    "ask what there is not": "refused(ValueError, session.ask, 'nothing')",
    "ask with wrong options": (
        "refused(ValueError, session.ask, 'stints', by='x'); refused(TypeError, session.ask, 'stints', x=1); "
        "refused(TypeError, session.ask, 'stints', by=1); refused(ValueError, session.ask, 'clean_laps', slow=-1.0)"
    ),
    "select": "session.select(cars=('7', '007')).select(first_lap=2, last_lap=5)",
    "select what there is not": (
        "refused(ValueError, session.select, cars=('x',)); refused(TypeError, session.select, cars=(3,))"
    ),
    "parts": "_core.Session.from_parts({name: session.part(name) for name in ('laps', 'entries', 'crew')})",
    "wrong parts": (
        "refused(TypeError, _core.Session.from_parts, {'laps': 3}); refused(KeyError, session.part, 'x'); "
        "refused(ValueError, _core.Session.from_parts, {'laps': session.part('crew'), 'entries': laps})"
    ),
    "arrays": "[(laps.array(name), laps.valid(name)) for name, _, _ in laps.schema]",
    "fresh words": "fresh = session.part('laps'); (fresh.array('driver'), fresh.codes('driver'))",
    "arrays that outlive": "array = session.ask('crossings').array('elapsed'); array.sum()",
    "take and pick": "laps.take(np.arange(100)).pick(['car', 'lap'])",
    "wrong rows": (
        "refused((ValueError, IndexError), laps.take, np.array([1 << 40])); refused(KeyError, laps.pick, ['x']); "
        "refused(KeyError, laps.array, 'x'); refused(TypeError, laps.codes, 'lap')"
    ),
    "columns": "_core.Table.from_columns(data, laps.row_count)",
    "wrong columns": (
        "refused(ValueError, _core.Table.from_columns, data, 3); refused(TypeError, _core.Table.from_columns, [3], 3); "
        "refused(ValueError, _core.Table.from_columns, [*data[:3], ('x', 'date', True, b'', None, None, None)], 3); "
        "refused(TypeError, _core.Table.from_columns, [*data[:3], ('x', 'int32', True, 3, None, None, None)], 3)"
    ),
    "Arrow streams that nobody reads": "laps.__arrow_c_stream__(), laps.__arrow_c_schema__()",
    "Arrow streams that are read": "import polars; polars.DataFrame(laps)",
    "pickles": "pickle.loads(pickle.dumps(pr.Session._from_core(session)))",
    "equality": "laps == session.part('laps'), session == session.select(cars=('7',)), laps == 3",
    "own laps": "pr.from_laps({'car': ['7'] * 9, 'lap_time': np.arange(9) + 90.0})",
    "durations": (
        "_core.parse_duration('1:58.765'); refused(ValueError, _core.parse_duration, 'x'); _core.recognise(b'x')"
    ),
    "cycles": "table = pr.Table._from_core(session.part('crew')); [table, [table]].append(table['driver'])",
}


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
@pytest.mark.skipif("PYRACING_SANITIZE" in os.environ, reason="the sanitizer holds freed memory back")
@pytest.mark.parametrize("name", WORK)
def test_nothing_is_kept(name):
    body = WORK[name].replace("; ", "\n    ")
    code = f"{BEGIN}\nROUNDS, LARGEST_GROWTH = 250, 2 << 20\ndef work():\n    {body}\n{END}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

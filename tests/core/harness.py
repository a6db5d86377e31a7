"""The pure core as a cffi module of its own, with guarded buffers and an allocator that counts and fails.

Objects of this module and of `pyracing._core` never meet: each has its own copy of the core.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cffi

ROOT = Path(__file__).resolve().parents[2]
CSRC = ROOT / "csrc"
NO_TIME = -(2**63)
PARTS = [
    "laps", "sections", "entries", "crew", "results", "provisional", "weather", "doubts", "files", "suspensions",
    "assumptions", "facts",
]  # fmt: skip
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes"]

EXTRA_DECLARATIONS = """
typedef struct counting_allocator {
    pyr_allocator allocator;
    int64_t requests, fail_at, blocks, bytes, peak, wrong_sizes;
} counting_allocator;
counting_allocator *counting_new(void);
void counting_free(counting_allocator *counting);
typedef struct guarded {
    char *data;
    size_t size;
    ...;
} guarded;
bool guarded_new(const char *data, size_t size, bool at_start, guarded *out);
void guarded_free(guarded *guarded);
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    void (*release)(struct ArrowArrayStream *);
    ...;
};
struct ArrowSchema {
    const char *format;
    const char *name;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    ...;
};
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    ...;
};
pyr_status pyr_arrow_stream(pyr_table *table, struct ArrowArrayStream *out, pyr_error *error);
pyr_status pyr_arrow_import(const pyr_allocator *allocator, struct ArrowArrayStream *stream, const pyr_text *wanted,
                            int32_t wanted_count, pyr_table **out, pyr_error *error);
typedef struct pyr_ranges { ...; } pyr_ranges;
pyr_status pyr_ranges_new(const pyr_allocator *allocator, const int64_t *values, int64_t count, pyr_ranges *ranges,
                          pyr_error *error);
void pyr_ranges_clear(pyr_ranges *ranges);
pyr_status pyr_range_median(pyr_ranges *ranges, int64_t start, int64_t end, int64_t *median, pyr_error *error);
"""

SCAN_DECLARATIONS = """
typedef struct pyr_cuts {
    uint16_t *after, *ends;
    uint32_t count, line_count, quote;
    ...;
} pyr_cuts;
void pyr_cuts_init(pyr_cuts *cuts);
void pyr_scan_block(const char *block, uint32_t size, char separator, uint32_t fields, pyr_cuts *cuts);
"""


def bitmap(bits: list[bool]) -> list[int]:
    """Bytes of a bitmap, least significant bit first."""
    return [sum(bit << i for i, bit in enumerate(bits[start : start + 8])) for start in range(0, len(bits), 8)]


def core_sources() -> list[str]:
    return sorted(str(path) for path in CSRC.rglob("*.c") if CSRC / "python" not in path.parents)


def sanitizer_flags() -> list[str]:
    if os.environ.get("PYRACING_SANITIZE") != "1":
        return []
    return ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]


def build(folder: Path) -> Any:
    """Compiles the core and returns the cffi module (`ffi`, `lib`)."""
    compiler = os.environ.get("CC", "cc")
    declarations = subprocess.run(
        [compiler, "-E", "-P", "-DPYR_DECLARATIONS_ONLY", str(CSRC / "pyracing.h")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    ffi = cffi.FFI()
    ffi.cdef(declarations)
    ffi.cdef(EXTRA_DECLARATIONS + SCAN_DECLARATIONS)
    preamble = f'''
#include "base/arrow.h"
#include "base/ranges.h"
#include "text/scan.h"
#include "{Path(__file__).with_name("counting_allocator.c")}"
'''
    return compile_module(ffi, folder, "pyracing_core", preamble, core_sources())


def build_scanner(folder: Path) -> Any:
    """The cffi module of the scanner alone, as for a processor without SSE2."""
    ffi = cffi.FFI()
    ffi.cdef(SCAN_DECLARATIONS)
    sources = [str(CSRC / "text" / "scan.c")]
    return compile_module(ffi, folder, "pyracing_scanner", '#include "text/scan.h"', sources, ["-U__SSE2__"])


def compile_module(
    ffi: cffi.FFI, folder: Path, name: str, preamble: str, sources: list[str], flags: list[str] | None = None
) -> Any:
    ffi.set_source(
        name,
        preamble,
        sources=sources,
        include_dirs=[str(CSRC)],
        extra_compile_args=["-std=gnu11", "-O1", "-g", *sanitizer_flags(), *(flags or [])],
        extra_link_args=sanitizer_flags(),
    )
    path = ffi.compile(tmpdir=str(folder))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(eq=False)
class Failure(Exception):
    """A pyr_error as Python sees it."""

    status: str
    source: int
    line: int
    column: int
    offset: int
    message: str

    @property
    def place(self) -> tuple[str, int, int, int, int]:
        return self.status, self.source, self.line, self.column, self.offset

    def __str__(self) -> str:
        return f"{self.status} at {self.line}:{self.column} ({self.offset}): {self.message}"


class Core:
    """The functions of pyracing.h with Python values in and out. What it hands out is released by `close`."""

    def __init__(self, module: Any) -> None:
        self.ffi, self.lib = module.ffi, module.lib
        self.counting = self.lib.counting_new()
        self.allocator = self.ffi.addressof(self.counting.allocator)

    # ---- Failure ----

    def failure(self, error: Any) -> Failure:
        name = self.ffi.string(self.ffi.cast("pyr_status", error.status))
        message = self.ffi.string(error.message).decode()
        return Failure(
            name.removeprefix("PYR_ERROR_").lower(), error.source, error.line, error.column, error.offset, message
        )

    def call(self, function: Callable, *arguments: Any, out: str | None = None) -> Any:
        """Calls `function(arguments..., &out, &error)`; raises a failure after checking that nothing is half made."""
        error = self.ffi.new("pyr_error *")
        result = self.ffi.new(out + " *") if out else None
        if result is not None:
            result[0] = self.ffi.cast(out, 1)  # a failing function must put NULL here itself
            arguments = (*arguments, result)
        status = function(*arguments, error)
        if status != self.lib.PYR_OK:
            failure = self.failure(error)
            assert status == error.status, f"status {status} but {failure}"
            assert result is None or result[0] == self.ffi.NULL, f"half made: {failure}"
            assert failure.message and "\n" not in failure.message
            raise failure
        return result[0] if result is not None else None

    @contextmanager
    def nothing_leaks(self) -> Iterator[None]:
        blocks, size = self.counting.blocks, self.counting.bytes
        yield
        assert self.counting.wrong_sizes == 0
        assert (self.counting.blocks, self.counting.bytes) == (blocks, size)

    # ---- Values in ----

    def text(self, value: str | bytes) -> tuple[Any, Any]:
        """A pyr_text and what keeps its bytes alive."""
        data = value.encode() if isinstance(value, str) else value
        buffer = self.bytes(data)
        return self.ffi.new("pyr_text *", {"data": buffer, "length": len(data)})[0], buffer

    def bytes(self, data: bytes) -> Any:
        """Exactly these bytes: no zero after them."""
        buffer = self.ffi.new("char[]", len(data))
        self.ffi.memmove(buffer, data, len(data))
        return buffer

    @contextmanager
    def guarded(self, data: bytes, at_start: bool = False) -> Iterator[Any]:
        block = self.ffi.new("guarded *")
        assert self.lib.guarded_new(data, len(data), at_start, block)
        try:
            yield block
        finally:
            self.lib.guarded_free(block)

    def parse_duration(self, value: str | bytes) -> int | None:
        data = value.encode() if isinstance(value, str) else value
        result = self.ffi.new("int64_t *")
        with self.guarded(data) as block:
            text = self.ffi.new("pyr_text *", {"data": block.data, "length": len(data)})
            ok = self.lib.pyr_parse_duration(text[0], result)
        return int(result[0]) if ok else None

    def column_data(self, name: str, type_name: str, values: list, /, **changed: Any) -> tuple[Any, list]:
        """A pyr_column_data for values with None for absent, and what keeps it alive; `changed` overrides fields."""
        ffi, lib = self.ffi, self.lib
        rows = len(values)
        absent = [value is None for value in values]
        data = ffi.new("pyr_column_data *")
        data.name, alive = self.text(name)
        keep = [data, alive]
        data.type, data.nullable = getattr(lib, "PYR_" + type_name), any(absent)
        if type_name == "TEXT":
            words = list(dict.fromkeys(value for value in values if value is not None))
            encoded = [word.encode() for word in words]
            offsets = [sum(map(len, encoded[:i])) for i in range(len(words) + 1)]
            keep += [ffi.new("int32_t[]", offsets), self.bytes(b"".join(encoded))]
            data.offsets, data.offsets_size = keep[-2], 4 * len(offsets)
            data.bytes, data.bytes_size = keep[-1], offsets[-1]
            values = [-1 if value is None else words.index(value) for value in values]
        if type_name == "BOOL":
            keep.append(ffi.new("uint8_t[]", bitmap([bool(value) for value in values])))
            size = (rows + 7) // 8
        else:
            c_type, size = {"INT32": ("int32_t", 4), "TEXT": ("int32_t", 4), "FLOAT64": ("double", 8)}.get(
                type_name, ("int64_t", 8)
            )
            keep.append(ffi.new(c_type + "[]", [0 if value is None else value for value in values]))
            size *= rows
        data.values, data.values_size = keep[-1], size
        if any(absent):
            keep.append(ffi.new("uint8_t[]", bitmap([not one for one in absent])))
            data.validity, data.validity_size = keep[-1], (rows + 7) // 8
        for field, value in changed.items():
            setattr(data, field, value)
        return data, keep

    def new_table(self, columns: dict[str, tuple[str, list]], /, **changed: Any) -> Any:
        """A pyr_table of `name: (type, values)`; the caller releases it. `changed` overrides fields of every column."""
        items = [self.column_data(name, *column, **changed) for name, column in columns.items()]
        array = self.ffi.new("pyr_column_data[]", [item[0][0] for item in items] or 1)
        rows = len(next(iter(columns.values()))[1]) if columns else 0
        return self.call(
            self.lib.pyr_table_from_columns, self.allocator, array, len(items), rows, out="pyr_table *"
        )

    # ---- Values out ----

    def string(self, dictionary: Any, code: int) -> str | None:
        if code < 0:
            return None
        start, end = dictionary.offsets[code], dictionary.offsets[code + 1]
        return self.ffi.buffer(dictionary.bytes + start, end - start)[:].decode()

    def column(self, column: Any, rows: int) -> list:
        """The values of a column with None for absent; what stands beneath a cleared bit is checked too."""
        lib, ffi = self.lib, self.ffi
        types = {lib.PYR_INT32: "int32_t", lib.PYR_INT64: "int64_t", lib.PYR_DURATION: "int64_t",
                 lib.PYR_FLOAT64: "double", lib.PYR_TEXT: "int32_t"}  # fmt: skip
        if column.type == lib.PYR_BOOL:
            bits = ffi.buffer(ffi.cast("uint8_t *", column.values), (rows + 7) // 8)[:] if rows else b""
            values: list = [bool(bits[row >> 3] >> (row & 7) & 1) for row in range(rows)]
        else:
            values = ffi.unpack(ffi.cast(types[column.type] + " *", column.values), rows) if rows else []
        absent = [False] * rows
        if column.validity != ffi.NULL:
            bits = ffi.buffer(column.validity, (rows + 7) // 8)[:]
            absent = [not bits[row >> 3] >> (row & 7) & 1 for row in range(rows)]
        assert sum(absent) == column.absent_count
        beneath = {lib.PYR_DURATION: NO_TIME, lib.PYR_TEXT: -1, lib.PYR_BOOL: False}.get(column.type, 0)
        for value, missing in zip(values, absent, strict=True):
            if column.type == lib.PYR_FLOAT64:
                assert (value != value) == missing
            elif missing:
                assert value == beneath
            elif column.type in (lib.PYR_DURATION, lib.PYR_TEXT):
                assert value != beneath
        if column.type == lib.PYR_TEXT:
            words = [self.string(column.dictionary, code) for code in range(column.dictionary.count)]
            assert len(set(words)) == len(words), "a dictionary holds a string twice"
            values = [words[code] if code >= 0 else None for code in values]
        return [None if missing else value for value, missing in zip(values, absent, strict=True)]

    def table(self, table: Any) -> dict[str, list]:
        rows = self.lib.pyr_table_row_count(table)
        columns = (self.lib.pyr_table_column_view(table, i) for i in range(self.lib.pyr_table_column_count(table)))
        return {self.ffi.string(column.name).decode(): self.column(column, rows) for column in columns}

    # ---- Reading ----

    @contextmanager
    def sources(self, files: dict[str, bytes] | list[tuple[str, bytes]], at_start: bool = False) -> Iterator[Any]:
        items = list(files.items()) if isinstance(files, dict) else files
        with ExitStack() as stack:
            array = self.ffi.new("pyr_source[]", max(len(items), 1))
            alive = []
            for source, (name, data) in zip(array, items, strict=False):
                block = stack.enter_context(self.guarded(data, at_start))
                source.name, buffer = self.text(name)
                source.data, source.size = block.data, len(data)
                alive.append(buffer)
            yield array

    def options(self, **given: Any) -> tuple[Any, list]:
        """pyr_read_options and what keeps its texts alive."""
        options = self.ffi.new("pyr_read_options *", self.lib.pyr_read_options_default())
        alive: list = []
        for name, value in given.items():
            if name == "format":
                value = self.ffi.new("char[]", value.encode())
                alive.append(value)
            elif name == "name":
                value, buffer = self.text(value)
                alive.append(buffer)
            setattr(options, name, value)
        return options, alive

    @contextmanager
    def read(
        self, files: dict[str, bytes] | list[tuple[str, bytes]], at_start: bool = False, **given: Any
    ) -> Iterator[Any]:
        """The pyr_session of some files, released at the end; a failure is raised."""
        options, _alive = self.options(**given)
        with self.sources(files, at_start) as array:
            session = self.call(self.lib.pyr_read, self.allocator, array, len(files), options, out="pyr_session *")
        try:
            yield session
        finally:
            self.lib.pyr_session_release(session)

    def parts(self, session: Any) -> dict[str, dict[str, list]]:
        return {
            name: self.table(self.lib.pyr_session_part_view(session, index)) for index, name in enumerate(PARTS)
        }

    def read_parts(self, data: bytes, name: str = "file.csv", **given: Any) -> dict[str, dict[str, list]]:
        """All tables of a session of one file; leaks are an error, and so is any answer that depends on its place."""
        with self.nothing_leaks(), self.read({name: data}, **given) as session:
            return self.parts(session)

    # ---- Allocation failures ----

    def fail_every_allocation(
        self, attempt: Callable[[], Any], release: Callable[[Any], None], most: int = 5000
    ) -> int:
        """Runs `attempt` with the first, second, third ... request failing until it succeeds; says how many it took.

        Every failure must be PYR_ERROR_MEMORY, leave nothing behind and nothing half made (`call` checks that).
        """
        for number in range(1, most):
            blocks, size = self.counting.blocks, self.counting.bytes
            self.counting.requests, self.counting.fail_at = 0, number
            try:
                result = attempt()
            except Failure as failure:
                assert failure.status == "memory", failure
                assert self.counting.requests >= number
                assert (self.counting.blocks, self.counting.bytes) == (blocks, size), f"request {number} leaks"
                assert self.counting.wrong_sizes == 0
                continue
            finally:
                self.counting.fail_at = 0
            requests = self.counting.requests
            release(result)
            assert requests < number, f"request {requests} failed and nobody said so"
            assert (self.counting.blocks, self.counting.bytes) == (blocks, size)
            return number - 1
        raise AssertionError(f"still failing after {most} requests")


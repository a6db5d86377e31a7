"""What the user gives -> named bytes of one session -> the core. And the sessions of a folder, without their laps."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import time
from typing import IO, Any, NamedTuple, TypeAlias

from pyracing import _core
from pyracing.contents import (
    ARCHIVE_MAGICS,
    Content,
    content_of_bytes,
    download,
    explained,
    folder_contents,
    is_address,
    read_open_file,
    shown_path,
    unpack,
)
from pyracing.errors import UnknownFormat
from pyracing.grouping import Group, TimingFile, group_sessions, pick
from pyracing.own_tables import own_table
from pyracing.rows import table_of_rows
from pyracing.session import FileState, Hash, Session, UnhashedBytes
from pyracing.table import Field, Table
from pyracing.times import Duration, clock_to_microseconds, offset_to_microseconds, to_microseconds

Bytes: TypeAlias = bytes | bytearray | memoryview
Source: TypeAlias = str | os.PathLike[str] | Bytes | IO[bytes]
Clock: TypeAlias = Duration | time

UNKNOWN = "unknown"
SCAN_FIELDS = (
    Field("session", "text", False),
    Field("kind", "text", True),
    Field("format", "text", False),
    Field("files", "int32", False),
    Field("size", "int64", False),
    Field("left_out", "int32", False),
)
NAMES_SHOWN = 5


class NamedBytes(NamedTuple):
    """One file for the core, and its hash as Session keeps it."""

    name: str
    data: Bytes
    hash: Hash


def read(
    *sources: Source,
    session: str | None = None,
    format: str | None = None,
    kind: str | None = None,
    name: str | None = None,
    start: Clock | None = None,
    duration: Duration | None = None,
    utc_offset: Duration | None = None,
) -> Session:
    """Reads the published files of one session.

    Parameters
    ----------
    sources : one or several of: a path; an `http(s)` address; bytes; an open binary file or pipe; a `.gz` or `.zip`
        (recognised from its content) or a folder of such. Laps, results, a provisional result and weather of the same
        session are joined; sources that do not belong together are an error. A lap that stands in several files is one
        lap: each column is taken from the first file that says it, and `check()` lists where they differ.
    session : which session of a folder or an archive, by its name in `scan` or any part of it that fits one only.
    format : forces a format, such as 'al_kamel_laps'; by default it is recognised from the content.
    kind : 'race', 'qualifying', 'practice' or 'test', where the files do not say it or say it wrongly.
    name : name of the session; by default that of the first file, or the one that `scan` shows.
    start : time of day of the start: '14:00', datetime.time, or a duration since midnight.
    duration : scheduled duration, as `6h`, seconds or timedelta.
    utc_offset : local time less UTC: '+02:00' or a duration.

    Files of a folder or an archive that are no timing files are left out, and `check()` lists them.

    The SHA-256 in `info["files"]` is made when `info` is first asked: a plain file is read again for it, and the bytes
    given as `bytes` are kept until then. All else (bytearray, memoryview, open files, downloads, what archives hold)
    may change or would only be kept for it, and is hashed while it is read, which takes as long as reading it.

    Raises
    ------
    ReadError : a source cannot be read, several sessions are there, or the sources do not belong together.
    UnknownFormat : a content is no format that is read here.
    FileNotFoundError, PermissionError, ... : as Python's own.
    """
    if not sources:
        raise TypeError("read() needs a source: a path, an address, bytes, an open binary file, or a folder")
    given: list[NamedBytes] = []
    left_out: list[Content] = []
    picked = None
    with ExitStack() as stack:
        for number, source in enumerate(sources, 1):
            place, found = contents_of(source, number, stack)
            if isinstance(found, NamedBytes):
                given.append(found)
                continue
            if session is not None or len(found) != 1:
                found, others, picked = contents_of_session(found, session, place)
                left_out += others
                name = name or picked
            given += [loaded(content) for content in found]
    if session is not None and picked is None:
        raise ValueError("session= picks from a folder or an archive; leave it out where the files are given")
    core = _core.read(
        [(source.name, source.data) for source in given],
        format=format,
        kind=kind,
        name=name,
        left_out=[content.name for content in left_out],
        **times(start, duration, utc_offset),
    )
    return Session._from_core(core, [source.hash for source in given])


def from_laps(
    table: Any,
    *,
    columns: Mapping[str, str] | None = None,
    entries: Any = None,
    crew: Any = None,
    sections: Any = None,
    results: Any = None,
    provisional: Any = None,
    weather: Any = None,
    kind: str | None = None,
    name: str | None = None,
    start: Clock | None = None,
    duration: Duration | None = None,
    utc_offset: Duration | None = None,
) -> Session:
    """A session from laps of your own, and from what else you know of it.

    Parameters
    ----------
    table : a polars, pandas or pyarrow table, a DuckDB relation, anything with an Arrow stream, or a mapping of NumPy
        arrays or lists, as the other tables too. Its columns are those of `Session.laps`; enough is `car` with
        `lap_time` or `elapsed`. Durations may also be seconds (numbers) or text such as '1:58.765'; cars may be whole
        numbers; false in `deleted` is absent. Other columns are left out, and `check()` names them.
    columns : names of yours to names of ours, of the laps: {"LapTime": "lap_time"}.
    entries : what is known of the cars, in the columns of `Session.entries`, of which only `car` is needed. Class,
        group, team and manufacturer are those of the laps too, where the laps do not have that column; drivers are 'A /
        B / C'. Drivers and laps of a car are counted from the rest.
    crew : car and driver, with driver_number, rating and country where they are known. Who drove a lap belongs to the
        crew without it.
    sections : car, lap, section, and time or elapsed. A row whose lap is not among the laps is left out.
    results, provisional : the published result, the provisional one beside it: car, and what is known in the columns
        of `Session.results`, in published order. Cars without laps are entries too. Places in class are counted where
        no row has one.
    weather : clock, and readings in the columns and units of `Session.weather`; they are sorted by the clock.
    kind, name, start, duration, utc_offset : as in `read`.

    Tables that `read` gave make the same session again, where kind, name, duration and utc_offset are those of its
    `info`; those of a session that `until` made lack what tells who ran on.

    Raises ValueError, which names the column, for columns that are missing and for values that are no times, numbers or
    text as they should be, and ReadError where most cars of a result have no laps.
    """
    given = {
        "entries": entries, "crew": crew, "sections": sections, "results": results, "provisional": provisional,
        "weather": weather,
    }  # fmt: skip
    tables = {"laps": own_table(table, "laps", columns)}
    tables |= {what: own_table(one, what) for what, one in given.items() if one is not None}
    return Session._from_core(
        _core.session_from_laps(tables, kind=kind, name=name, **times(start, duration, utc_offset))
    )


def times(start: Clock | None, duration: Duration | None, utc_offset: Duration | None) -> dict[str, int | None]:
    return {
        "start": None if start is None else clock_to_microseconds(start),
        "duration": None if duration is None else to_microseconds(duration),
        "utc_offset": None if utc_offset is None else offset_to_microseconds(utc_offset),
    }


def scan(folder: str | os.PathLike[str]) -> Table:
    """The sessions below a folder or in an archive, told from the first kilobytes of each file.

    Columns: session (the name that `read(folder, session=...)` takes), kind (null where neither content nor name tells
    it), format (of its files), files, size (bytes as stored), left_out (files at the same place that are no timing
    files). A row is a session, in the order of the paths.
    """
    with ExitStack() as stack:
        place, found = contents_of(folder, 1, stack)
        contents = [content_of_bytes(place, found.data)] if isinstance(found, NamedBytes) else found
        files, others = recognised(contents, place)
    groups = group_sessions(files, base_name(place))
    left_out = beside(groups, [path_inside(place, content) for content in others])
    rows = (
        (group.name, group.kind, group.formats, len(group.files), sum(file.size for file in group.files), count)
        for group, count in zip(groups, left_out, strict=True)
    )
    return table_of_rows(SCAN_FIELDS, rows)


def beside(groups: Sequence[Group], paths: Sequence[str]) -> list[int]:
    """How many of the paths are nearest to each session: in its folder, or else in a folder above or below it."""
    counts = [0] * len(groups)
    homes: dict[str, int] = {}
    for number, group in enumerate(groups):
        for file in group.files:
            for folder in folders_above(file.path):
                homes.setdefault(folder, number)
    for path in paths:
        counts[next(homes[folder] for folder in folders_above(path) if folder in homes)] += 1
    return counts


def folders_above(path: str) -> list[str]:
    """The folders of a path from the innermost outwards; the last is the empty one."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def contents_of(source: Source, number: int, stack: ExitStack) -> tuple[str, NamedBytes | list[Content]]:
    """The name of a source in messages and its bytes, or the files in it; `number` names sources without a name."""
    place = f"source {number}"
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        place = shown_path(path)
        if is_address(path):
            return place, bytes_or_contents(place, download(path), stack)
        try:
            data, state = read_file(path)
        except IsADirectoryError:
            return place, [inner for content in folder_contents(path) for inner in unpack(content, stack)]
        except OSError as error:
            raise explained(error, path) from None
        return place, bytes_or_contents(place, data, stack, state)
    if isinstance(source, (bytes, bytearray, memoryview)):
        hash = UnhashedBytes(source) if type(source) is bytes else None
        return place, bytes_or_contents(place, source, stack, hash)
    if hasattr(source, "read"):
        title = getattr(source, "name", None)
        place = shown_path(title) if isinstance(title, str) else place
        return place, bytes_or_contents(place, read_open_file(source, place), stack)
    raise TypeError(
        f"{place} is of type {type(source).__name__}; give a path, an address, bytes or an open binary file (several "
        "sources one by one: read(*paths))"
    )


def bytes_or_contents(
    name: str, data: Bytes, stack: ExitStack, hash: Hash | None = None
) -> NamedBytes | list[Content]:
    """The bytes themselves or, where they are an archive, what is in it."""
    if bytes(memoryview(data).cast("B")[:4]).startswith(ARCHIVE_MAGICS):
        return unpack(content_of_bytes(name, data), stack)
    return NamedBytes(name, data, hash or hashlib.sha256(data).hexdigest())


def read_file(path: str) -> tuple[bytes, FileState | None]:
    """The bytes of a file, and its state unless it is a pipe or a device."""
    with io.FileIO(path) as file:
        status = os.fstat(file.fileno())
        data = file.readall()
    if not stat.S_ISREG(status.st_mode):
        return data, None
    return data, FileState(os.path.abspath(path), status.st_size, status.st_mtime_ns)


def contents_of_session(
    contents: Sequence[Content], session: str | None, place: str
) -> tuple[list[Content], list[Content], str]:
    """The files of the one session that is there or asked for, those that are no timing files, and its name."""
    files, others = recognised(contents, place)
    group = pick(group_sessions(files, base_name(place)), session, place)
    return [contents[file.number] for file in group.files], others, group.name


def path_inside(place: str, content: Content) -> str:
    """The path of a content below the folder or archive it came from, with `/` between folders."""
    inside = content.name.startswith(place) and content.name != place
    path = content.name[len(place) :] if inside else os.path.basename(content.name)
    return path.replace(os.sep, "/").strip("/")


def base_name(place: str) -> str:
    return os.path.basename(os.path.normpath(os.path.abspath(place)))


def loaded(content: Content) -> NamedBytes:
    data, state = (content.load(), None) if content.path is None else read_file(content.path)
    return NamedBytes(content.name, data, state or hashlib.sha256(data).hexdigest())


def recognised(contents: Sequence[Content], place: str) -> tuple[list[TimingFile], list[Content]]:
    """The timing files among contents, numbered as they stand there, and the others."""
    files: list[TimingFile] = []
    others: list[Content] = []
    for number, content in enumerate(contents):
        format, kind = _core.recognise(content.head())
        if format == UNKNOWN:
            others.append(content)
        else:
            files.append(TimingFile(path_inside(place, content), format, kind, content.size, number))
    if not files:
        names = ", ".join(repr(os.path.basename(content.name)) for content in others[:NAMES_SHOWN])
        more = f" and {len(others) - NAMES_SHOWN} more" if len(others) > NAMES_SHOWN else ""
        what = f"it holds no timing file, only {names}{more}" if others else "it is empty"
        raise UnknownFormat(
            f"{what}; give the lap analysis, results or weather as the timekeeper published them", place
        )
    return files, others

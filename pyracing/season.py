"""Many sessions at once: reading them with any executor, their results as one table, their laps in one file."""

from __future__ import annotations

import io
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pyracing.contents import Content
from pyracing.decisions import PointsDeduction
from pyracing.engine import result_of
from pyracing.frames import nearest
from pyracing.grouping import EXTENSIONS, Group, group_sessions, words
from pyracing.presets import rules as read_rules
from pyracing.rows import table_of_rows
from pyracing.rules import Rules
from pyracing.scoring import Of, holds_for_session
from pyracing.session import Session
from pyracing.sources import NamedBytes, Source, base_name, contents_of, read, recognised
from pyracing.standings import standings
from pyracing.table import Field, Table, row_dicts
from pyracing.times import HOUR, MICROSECOND, MINUTE

FIVE_MINUTES = 5 * MINUTE
QUALIFYING_RACE = re.compile(r"\bqualifying race\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ROUND = re.compile(r"^\d{1,2} (?=\D)")

SESSION_FIELDS = (
    Field("round", "int32", True),
    *(Field(name, "text", False) for name in ("event", "session")),
    Field("kind", "text", True),
    Field("cars", "int32", False),
    Field("laps", "int32", False),
)
FAILURE_FIELDS = tuple(Field(name, "text", False) for name in ("source", "session", "error", "message"))
RESULT_FIELDS = (
    Field("round", "int32", False),
    *(Field(name, "text", False) for name in ("event", "session")),
    *(Field(name, "int32", True) for name in ("position", "class_position")),
    Field("car", "text", False),
    *(Field(name, "text", True) for name in ("class", "team", "manufacturer", "drivers")),
    Field("status", "text", True),
    Field("laps", "int32", True),
    *(Field(name, "duration", True) for name in ("total_time", "best_lap")),
    Field("pole", "bool", False),
    Field("hours", "float64", True),
)


class Job(NamedTuple):
    """One session to read: paths, or names with bytes; `event` names what it is a part of."""

    source: str
    event: str
    name: str
    files: tuple[str | tuple[str, bytes], ...]


class Failure(NamedTuple):
    source: str
    session: str
    error: str
    message: str


class Member(NamedTuple):
    """A session of a season. `scored`: what results call it (`race`, `race 2`, `qualifying`), None: not scored."""

    round: int | None
    event: str
    scored: str | None
    session: Session


class Season:
    """Many sessions. Made by `read_season`.

    `season[3]` and `season["spa race"]` are sessions, iteration gives all of them in the order in which they were
    found, `len(season)` counts them; `season.sessions` lists them and `season.failures` what could not be read.
    """

    def __init__(self) -> None:
        raise TypeError("seasons are made by pyracing.read_season")

    _members: tuple[Member, ...]
    _failures: tuple[Failure, ...]

    @classmethod
    def _of(cls, members: Iterable[Member], failures: Iterable[Failure]) -> Season:
        season = object.__new__(cls)
        season._members = tuple(members)
        season._failures = tuple(failures)
        return season

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Session]:
        return (member.session for member in self._members)

    def __getitem__(self, key: int | str) -> Session:
        if not isinstance(key, str):
            return self._members[key].session
        names = [full_name(member) for member in self._members]
        found = [index for index, name in enumerate(names) if words(name) == words(key)] or [
            index for index, name in enumerate(names) if set(words(key).split()) <= set(words(name).split())
        ]
        if len(found) != 1:
            near = f"; it may be {', '.join(repr(names[index]) for index in found)}" if found else nearest(key, names)
            raise KeyError(f"no one session is called {key!r}{near}")
        return self._members[found[0]].session

    def __repr__(self) -> str:
        rounds = len({member.round for member in self._members} - {None})
        failed = f", {len(self._failures)} failed" if self._failures else ""
        return f"<Season of {len(self)} sessions in {rounds} rounds{failed}>"

    @property
    def sessions(self) -> Table:
        """A row a session: round (null without a race or qualifying), event, session, kind, cars, laps."""
        rows = [
            (member.round, member.event, session_name(member.session), facts(member.session)["kind"],
             len(member.session.entries), len(member.session))
            for member in self._members
        ]  # fmt: skip
        return table_of_rows(SESSION_FIELDS, rows)

    @property
    def failures(self) -> Table:
        """What could not be read: source, session, error (the exception's name), message."""
        return table_of_rows(FAILURE_FIELDS, self._failures)

    @property
    def results(self) -> Table:
        """A row a car in each race and qualifying session, as `pyracing.standings` takes it.

        round, event, session (race, race 2, qualifying, qualifying race), position, class_position, car, class, team,
        manufacturer, drivers, status, laps, total_time, best_lap, pole (of its class in the last qualifying before the
        race), hours (scheduled length or, where the files do not say it, the winner's time down to five minutes). The
        published result, or the classification where none is.
        """
        return season_results(self._members, None)

    def standings(
        self,
        rules: str | Path | Rules,
        *,
        of: Of = "drivers",
        by: str | None = None,
        deductions: Sequence[PointsDeduction] = (),
    ) -> Table:
        """The championship table, as `pyracing.standings(season.results, rules)` gives it; sessions without a
        published result are classified under the rules, and pole is overall where these rank overall. Where results
        are to be corrected first, or say more (guests, drive time), take `results` into a frame and add it there."""
        made = read_rules(rules)
        return standings(season_results(self._members, made), made, of=of, by=by, deductions=deductions)

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes the laps of all sessions to one Parquet file: the columns of `Session.laps` after round, event and
        session. A session at a time, so that a season needs no more memory than its largest one."""
        try:
            import pyarrow as arrow
            import pyarrow.parquet as parquet
        except ImportError:
            raise ImportError(
                "a season is written through pyarrow; install it, or pip install 'pyracing-timing[season]'"
            ) from None
        writer = None
        try:
            for member in self._members:
                laps = plain_text(arrow, member.session.laps.to_arrow())
                for name, value, type in (
                    ("session", session_name(member.session), arrow.string()),
                    ("event", member.event, arrow.string()),
                    ("round", member.round, arrow.int32()),
                ):
                    column = arrow.repeat(arrow.scalar(value, type), len(laps))
                    laps = laps.add_column(0, arrow.field(name, type), column)
                writer = writer or parquet.ParquetWriter(path, laps.schema)
                writer.write_table(laps)
        finally:
            if writer is not None:
                writer.close()


def plain_text(arrow: Any, table: Any) -> Any:
    """Text without dictionaries, which differ from session to session; Parquet makes its own."""
    fields = [
        arrow.field(field.name, arrow.string() if arrow.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(arrow.schema(fields))


# ---- Reading ---------------------------------------------------------------------------------------------------------


def read_season(
    sources: Source | Iterable[Source | Sequence[Source]], *, executor: Any = None, progress: bool = True
) -> Season:
    """Reads many sessions.

    sources : a folder or an archive with all of them, or several sources: folders, archives, single files, and tuples
        of the files of one session. Sessions of one folder, or of sibling folders that hold one session each, are an
        event, those of several years one each; events that hold a race or qualifying are numbered as rounds in the
        order in which they stand.
    executor : where the sessions are read: any executor in the style of `concurrent.futures` (threads, processes,
        Dask's `client.get_executor()`); without one they are read one after the other.
    progress : shows a bar on stderr where that is a terminal and tqdm is installed.

    A session that cannot be read is in `failures`, the rest is there. Raises as `read` does for a single source that
    is not there or holds no timing files.
    """
    single = isinstance(sources, str | os.PathLike | bytes) or hasattr(sources, "read")
    listed: list[Any] = [sources] if single else list(sources)  # type: ignore[arg-type]
    failures: list[Failure] = []
    jobs: list[Job] = []
    with ExitStack() as stack:
        for number, source in enumerate(listed, 1):
            try:
                jobs += jobs_of(source, number, stack)
            except (OSError, ValueError) as error:
                if single:
                    raise
                failures.append(failure(label(source, number), "", error))
    done = list(progress_shown(attempted(jobs, executor), len(jobs), progress))
    failures += [one for one in done if isinstance(one, Failure)]
    read_ones = [(job, one) for job, one in zip(jobs, done, strict=True) if isinstance(one, Session)]
    return Season._of(members_of(read_ones), failures)


def label(source: Any, number: int) -> str:
    return os.fspath(source) if isinstance(source, str | os.PathLike) else f"source {number}"


def failure(source: str, session: str, error: BaseException) -> Failure:
    return Failure(source, session, type(error).__name__, str(error))


def jobs_of(source: Any, number: int, stack: ExitStack) -> list[Job]:
    """The sessions of one source."""
    if isinstance(source, list | tuple):
        parts = [contents_of(one, number, stack) for one in source]
        name = EXTENSIONS.sub("", os.path.basename(parts[0][0]))
        return [Job(parts[0][0], name, name, tuple(file for part in parts for file in files_of(*part)))]
    place, found = contents_of(source, number, stack)
    if isinstance(found, NamedBytes):
        name = EXTENSIONS.sub("", os.path.basename(place))
        return [Job(place, name, name, tuple(files_of(place, found)))]
    files, _ = recognised(found, place)
    groups = group_sessions(files, base_name(place))
    events = events_of(groups, base_name(place))
    return [
        Job(place, event, group.name, tuple(file_of(found[file.number]) for file in group.files))
        for group, event in zip(groups, events, strict=True)
    ]


def files_of(place: str, found: NamedBytes | list[Content]) -> list[str | tuple[str, bytes]]:
    if isinstance(found, NamedBytes):
        return [place if os.path.isfile(place) else (found.name, bytes(found.data))]
    return [file_of(content) for content in found]


def file_of(content: Content) -> str | tuple[str, bytes]:
    """A plain file by its path, so that a worker reads it; what is packed by its bytes."""
    return content.path if content.path is not None else (content.name, bytes(content.load()))


def events_of(groups: Sequence[Group], place: str) -> list[str]:
    """The event of each session: the folder it shares with others, or else the one above its own (of several sessions,
    or where folders of other events are called alike: `race`), without the number of the round; `place` is the name of
    the outermost folder."""
    folders = [tuple(group.files[0].path.split("/")[:-1]) for group in groups]
    beside = Counter(folders)
    above = Counter(folder[:-1] for folder in folders if len(folder) > 1)
    called = Counter(folder[-1] for folder in beside if len(folder) > 1)
    events = []
    for group, folder in zip(groups, folders, strict=True):
        if len(folder) > 1 and beside[folder] == 1 and max(above[folder[:-1]], called[folder[-1]]) > 1:
            folder = folder[:-1]
        events.append(ROUND.sub("", words(folder[-1] if folder else EXTENSIONS.sub("", place))) or group.name)
    return events


def read_job(job: Job) -> Session | Failure:
    """Reads one session, in whatever process it is called."""
    sources: list[Any] = []
    for file in job.files:
        if isinstance(file, str):
            sources.append(file)
        else:
            source = io.BytesIO(file[1])
            source.name = file[0]
            sources.append(source)
    try:
        return read(*sources, name=job.name)
    except (OSError, ValueError, MemoryError) as error:
        return failure(job.source, job.name, error)


def attempted(jobs: Sequence[Job], executor: Any) -> Iterator[Session | Failure]:
    if executor is None:
        yield from map(read_job, jobs)
        return
    for job, future in [(job, executor.submit(read_job, job)) for job in jobs]:
        try:
            yield future.result()
        except Exception as error:  # a worker may die of anything
            yield failure(job.source, job.name, error)


def progress_shown(done: Iterator[Any], count: int, wanted: bool) -> Iterable[Any]:
    if wanted and sys.stderr.isatty():
        try:
            from tqdm import tqdm
        except ImportError:
            return done
        bar: Iterable[Any] = tqdm(done, total=count, unit="session", file=sys.stderr)
        return bar
    return done


# ---- Rounds and results ----------------------------------------------------------------------------------------------


def members_of(read_ones: Iterable[tuple[Job, Session]]) -> list[Member]:
    """Sessions with their rounds; several races of an event are `race`, `race 2`, ... A folder whose races differ by
    more than numbers in their names, such as `fuji 6h` and `spa 6h`, holds events of one session each."""
    read_list = list(read_ones)
    jobs = by_years([job for job, _ in read_list])
    listed = [(job, session, scored_as(session)) for job, (_, session) in zip(jobs, read_list, strict=True)]
    races: dict[tuple[str, str], set[str]] = {}
    for job, _, scored in listed:
        if scored == "race":
            races.setdefault((job.source, job.event), set()).add(re.sub(r"\d+", "", job.name))
    rounds: dict[tuple[str, str], int] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    members = []
    for job, session, scored in listed:
        event = job.name if len(races.get((job.source, job.event), ())) > 1 else job.event
        key = (job.source, event)
        if scored is not None:
            rounds.setdefault(key, len(rounds) + 1)
            seen[(*key, scored)] += 1
            scored = scored if seen[(*key, scored)] == 1 else f"{scored} {seen[(*key, scored)]}"
        members.append((key, scored, session))
    return [Member(rounds.get(key), key[1], scored, session) for key, scored, session in members]


def by_years(jobs: Sequence[Job]) -> list[Job]:
    """Events of several years that are called alike, with the year before their name."""
    years = [match[0] if (match := YEAR.search(words(job.name))) else "" for job in jobs]
    held: dict[tuple[str, str], set[str]] = {}
    for job, year in zip(jobs, years, strict=True):
        held.setdefault((job.source, job.event), set()).add(year)
    return [
        job._replace(event=f"{year} {job.event}") if year and len(held[job.source, job.event] - {""}) > 1 else job
        for job, year in zip(jobs, years, strict=True)
    ]


def scored_as(session: Session) -> str | None:
    said = facts(session)
    if said["kind"] == "race":
        return "qualifying race" if QUALIFYING_RACE.search(words(said["name"] or "")) else "race"
    return "qualifying" if said["kind"] == "qualifying" else None


def facts(session: Session) -> dict[str, Any]:
    return row_dicts(session._part("facts"))[0]


def session_name(session: Session) -> str:
    return facts(session)["name"] or ""


def full_name(member: Member) -> str:
    name = session_name(member.session)
    return name if set(words(member.event).split()) <= set(words(name).split()) else f"{member.event} {name}"


def season_results(members: Sequence[Member], rules: Rules | None) -> Table:
    """Races and qualifying sessions; `rules` classify those without a published result, say what a pole is, and leave
    out qualifying where it scores nothing."""
    overall = rules is not None and rules.points.positions == "overall"
    tables = () if rules is None else rules.points.tables
    rows: list[tuple[Any, ...]] = []
    for index, member in enumerate(members):
        if member.round is None or member.scored is None:
            continue
        holds = any(holds_for_session(table.sessions, member.scored) for table in tables)
        if rules is not None and member.scored.startswith("qualifying") and not holds:
            continue
        poles = poles_of(members[:index], member, "position" if overall else "class_position")
        entries = {row["car"]: row for row in row_dicts(member.session.entries)}
        result = result_of(member.session, rules)
        hours = hours_of(member.session, result)
        for row in row_dicts(result):
            entry = entries.get(row["car"], {})
            own = (row["position"], row["class_position"], row["car"], row["class"])
            who = tuple(entry.get(name) for name in ("team", "manufacturer", "drivers"))
            done = tuple(microseconds(row[name]) for name in ("status", "laps", "total_time", "best_lap"))
            rows.append((member.round, member.event, member.scored, *own, *who, *done, row["car"] in poles, hours))
    return table_of_rows(RESULT_FIELDS, rows)


def microseconds(value: Any) -> Any:
    """Durations as whole microseconds, everything else as it is."""
    return value // MICROSECOND if isinstance(value, timedelta) else value


def hours_of(session: Session, result: Table) -> float | None:
    scheduled = microseconds(facts(session)["duration"])
    if scheduled is None:
        times = [microseconds(row["total_time"]) for row in row_dicts(result) if row["position"] == 1]
        scheduled = times[0] - times[0] % FIVE_MINUTES if times and times[0] is not None else None
    return None if scheduled is None else scheduled / HOUR


def poles_of(before: Sequence[Member], race: Member, column: str) -> set[str]:
    """The cars on pole: first in the last qualifying session of the event that stands before the race."""
    if race.scored is None or not race.scored.startswith("race"):
        return set()
    held = [
        member
        for member in before
        if member.round == race.round and (member.scored or "").startswith("qualifying")
    ]
    if not held:
        return set()
    return {row["car"] for row in row_dicts(result_of(held[-1].session)) if row[column] == 1}

"""The command line: `pyracing demo | show | check | report | season | series`."""

from __future__ import annotations

import argparse
import difflib
import errno
import inspect
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import IO, Any, NoReturn, TextIO

import numpy as np

import pyracing as pr
from pyracing import completion
from pyracing.rows import table_of_rows
from pyracing.table import Field

FORMATS = ("table", "csv", "jsonl", "parquet", "arrow")
BROKEN_PIPE_STATUS = 141  # what a shell reports of a program that a broken pipe has ended
INTERRUPTED_STATUS = 130  # and of one that Ctrl-C has

DESCRIPTIONS = {
    "demo": """\
Simulates a race of six hours, writes it as a timekeeper publishes it, reads the files back, shows what can be asked and
writes a report.

example:
  pyracing demo my-race""",
    "show": """\
One table of a session: the answer to a question, or what the files say (laps, entries, crew, results, weather, check).
In jsonl a duration is a number of seconds, exact to the microsecond, and what is absent is null.

examples:
  pyracing show race-laps.csv race-results.csv --question stints --by driver --class LMGT3 -o stints.csv
  pyracing show race-laps.csv --until 6h --class LMGT3
  pyracing show race-laps.csv --rules wec --decisions decisions.csv --grid grid.csv""",
    "check": """\
Every doubt about the files: what could not be read, what contradicts itself, what is missing. The exit status is 1
where one of them is an error.

example:
  pyracing check season.zip --session race""",
    "report": """\
One session told on one page: who won and how, charts, pace, stints, pit visits, the doubts about the data. OUT ends
with .html, a page that asks the network for nothing, or with .pdf.

example:
  pyracing report race-laps.csv race-results.csv --name "Six hours of Spa" --rules wec -o report.html""",
    "season": """\
All sessions below a folder or in an archive, listed, or their laps written to one Parquet file with the columns round,
event and session. What cannot be read is said on standard error, and the exit status is 1.

example:
  pyracing season 2026 -o season.parquet""",
    "series": """\
The rules of championships that come with pyracing, by era, with their sources.

example:
  pyracing series --format csv""",
}


class UsageError(Exception):
    """The command line asks for what there is not."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, as all that is wrong is said."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}; {self.prog} --help tells what there is")


class CommandParser(Parser):
    """A command, which knows what its misspelt options may be."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        options, unknown = super().parse_known_args(args, namespace)
        for name in unknown:
            if name.startswith("-"):
                near = difflib.get_close_matches(name.partition("=")[0], self._option_string_actions)
                self.error(f"there is no option {name}" + (f"; near it are {', '.join(near)}" if near else ""))
        return options, unknown


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. The exit status is 1 for unreadable input and errors that `check` finds, 2 for wrong usage."""
    parser = make_parser()
    completion.complete(parser)
    try:
        options = parser.parse_args(list(joined(sys.argv[1:] if arguments is None else arguments)))
        status = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(status)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in the buffer has nowhere to go
        return BROKEN_PIPE_STATUS
    except UsageError as error:
        return complain(str(error), 2)
    except pr.ReadError as error:
        return complain(str(error), 1)
    except OSError as error:
        return complain(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)
    except MemoryError:
        return complain("there is not enough memory; read fewer files at a time", 1)
    except KeyboardInterrupt:
        return INTERRUPTED_STATUS


def joined(arguments: Sequence[str]) -> Iterator[str]:
    """`--until -1h` as `--until=-1h`: what begins with a dash would be taken for an option."""
    rest = iter(arguments)
    for argument in rest:
        value = next(rest, None) if argument in ("--until", "--at") else None
        yield argument if value is None else f"{argument}={value}"


def complain(message: str, status: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return status


def make_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="pyracing", description="Race timing files read, classified and analysed.")
    parser.add_argument("--version", action="version", version=f"pyracing {pr.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=CommandParser)

    added = add_command(commands, "demo", demo, "a simulated race, written as published files, read and analysed")
    added.add_argument("folder", nargs="?", default="pyracing-demo", metavar="DIR", help="default: %(default)s")

    added = add_command(commands, "show", show, "one table of a session")
    add_sources(added)
    asked_for = added.add_argument("--question", default="classification", help="default: %(default)s")
    completion.offer(asked_for, lambda _: questions())
    until = "the session as if the flag had fallen then: 6h, -1h (from the end), 50%%, lap 120"
    added.add_argument("--until", metavar="INSTANT", help=until)
    for name, names in (("class", "classes"), ("car", "cars"), ("driver", "drivers")):
        only = f"only this {name}; may be given several times"
        narrowing = added.add_argument(f"--{name}", action="append", dest=f"only_{name}", metavar="NAME", help=only)
        completion.offer(narrowing, completion.names_in_session(names))
    for name, users in question_options().items():
        spellings = dict.fromkeys((spelt(name), f"--{name}"))
        option = added.add_argument(
            *spellings, dest=f"option_{name}", type=plain_value, default=argparse.SUPPRESS, metavar="VALUE",
            help=f"of {', '.join(users)}",
        )  # fmt: skip
        if name == "rules":
            completion.offer(option, completion.presets)
    add_output(added)

    added = add_command(commands, "check", check, "every doubt about the files; exit status 1 where there is an error")
    add_sources(added)
    add_output(added)

    added = add_command(commands, "report", report, "one session told on one page")
    add_sources(added)
    added.add_argument("--name", metavar="TITLE", help="what the session is called; default: what the files say")
    added.add_argument("--rules", metavar="RULES", help="a preset, as `pyracing series` lists them, or a .toml file")
    added.add_argument("--decisions", metavar="FILE", help="of the stewards: .toml, .json or .csv")
    added.add_argument("-o", dest="output", metavar="OUT", default="report.html", help="default: %(default)s")

    added = add_command(commands, "season", season, "the sessions of a season, or their laps in one Parquet file")
    added.add_argument("sources", nargs="+", metavar="SOURCE", help="folder, archive or file")
    added.add_argument("-o", dest="output", metavar="OUT", help="Parquet file of all laps; default: lists the sessions")

    add_output(add_command(commands, "series", series, "the rules of championships that come with pyracing"))
    return parser


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=DESCRIPTIONS[name],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    return parser


def add_sources(parser: argparse.ArgumentParser) -> None:
    what = "file, folder, .zip, .gz or http(s) address; - is standard input"
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=what)
    which = parser.add_argument("--session", metavar="NAME", help="which session of a folder or an archive")
    completion.offer(which, completion.sessions)


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, help="default: what the ending of OUT says, else table")
    parser.add_argument("-o", dest="output", metavar="OUT", help="file to write; default: standard output")


# ---- Commands ----


def show(options: argparse.Namespace) -> int:
    session = read(options)
    given = {name.removeprefix("option_"): value for name, value in vars(options).items() if name.startswith("option_")}
    if options.until is not None:
        session = asked(session.until, options.until, rules=given.get("rules"))
        if "rules" not in questions().get(options.question, ()):
            given.pop("rules", None)
    narrowing = {"classes": options.only_class, "cars": options.only_car, "drivers": options.only_driver}
    if any(narrowing.values()):
        session = asked(session.select, **narrowing)
    write(answer(session, options.question, given), options)
    return 0


def check(options: argparse.Namespace) -> int:
    doubts = read(options).check()
    write(doubts, options)
    return int((doubts["severity"] == "error").any())


def report(options: argparse.Namespace) -> int:
    session = read(options, name=options.name)
    try:
        asked(pr.report, session, options.output, rules=options.rules, decisions=options.decisions or ())
    except ImportError as error:
        raise UsageError(str(error)) from error
    print(options.output)
    return 0


def season(options: argparse.Namespace) -> int:
    found = asked(pr.read_season, options.sources[0] if len(options.sources) == 1 else options.sources)
    if options.output is None:
        print(found.sessions)
    else:
        try:
            found.write_parquet(options.output)
        except ImportError as error:
            raise UsageError(str(error)) from error
    for failure in found.failures:
        complain(f"{failure.source}: {failure.session}: {failure.message}", 1)
    return int(len(found.failures) > 0)


def series(options: argparse.Namespace) -> int:
    write(pr.series(), options)
    return 0


def read(options: argparse.Namespace, **said: Any) -> pr.Session:
    if options.sources.count("-") > 1:
        raise UsageError("standard input can be read once; give - once")
    sources = [open_stream(sys.stdin, "<stdin>") if source == "-" else source for source in options.sources]
    session: pr.Session = asked(pr.read, *sources, session=options.session, **said)
    return session


def asked(question: Callable[..., Any], *positional: Any, **given: Any) -> Any:
    """The answer; what is wrong with the arguments becomes an error of usage."""
    try:
        return question(*positional, **given)
    except pr.ReadError:
        raise
    except (TypeError, ValueError) as error:
        raise UsageError(str(error)) from error


def spelt(name: str) -> str:
    """An option of a question on the command line."""
    return f"--{name.replace('_', '-')}"


def answer(session: pr.Session, question: str, given: dict[str, Any]) -> pr.Table:
    """What a session answers, by the name of its method or property."""
    known = questions()
    if question not in known:
        near = difflib.get_close_matches(question, known, n=3)
        raise UsageError(
            f"there is no question '{question}'; {'near it' if near else 'there'} are {', '.join(near or known)}"
        )
    for name in given:
        if name not in known[question]:
            takes = ", ".join(map(spelt, known[question])) or "no options"
            raise UsageError(f"{spelt(name)} is no option of the question '{question}', which takes {takes}")
    found = getattr(session, question)
    table: pr.Table = asked(found, **given) if callable(found) else found
    return table


def questions() -> dict[str, list[str]]:
    """The methods and properties of a session that give a table, and the options that they take."""
    found = {}
    for name, member in inspect.getmembers_static(pr.Session):
        function: Any = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and getattr(function, "__annotations__", {}).get("return") == "Table":
            found[name] = list(inspect.signature(function).parameters)[1:]
    return found


def question_options() -> dict[str, list[str]]:
    """The options of all questions, each with the questions that take it."""
    found: dict[str, list[str]] = {}
    for question, options in questions().items():
        for name in options:
            found.setdefault(name, []).append(question)
    return found


def plain_value(text: str) -> Any:
    """A number, true, false, or the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (bool, int, float)) else text


# ---- Output ----


def write(table: pr.Table, options: argparse.Namespace) -> None:
    """Writes a table in the format given, or the one that the ending of the output says."""
    ending = os.path.splitext(options.output or "")[1].removeprefix(".").lower()
    format = options.format or (ending if ending in FORMATS else "table")
    if options.output is not None:
        with open(options.output, "wb") as file:
            write_to(file, table, format)
        return
    target = open_stream(sys.stdout, "<stdout>")
    if format not in ("parquet", "arrow"):
        write_to(target, table, format)
    elif target.isatty():
        raise UsageError(f"{format} is not for a terminal; give -o OUT")
    else:
        made = io.BytesIO()  # a library that meets a broken pipe raises an error of its own
        write_to(made, table, format)
        rest = made.getbuffer()
        while rest:  # unbuffered output takes what the pipe has room for
            rest = rest[target.write(rest) :]


def open_stream(stream: TextIO | None, name: str) -> IO[bytes]:
    """The bytes of a standard stream, which a shell may have closed."""
    if stream is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), name)
    return stream.buffer


def write_to(target: IO[bytes], table: pr.Table, format: str) -> None:
    try:
        if format == "csv":
            table.write_csv(target)
        elif format == "jsonl":
            target.writelines(json_lines(table))
        elif format == "parquet":
            table.write_parquet(target)
        elif format == "arrow":
            write_arrow(target, table)
        else:
            target.write(f"{table}\n".encode())
    except ImportError as error:
        raise UsageError(str(error)) from error


def json_lines(table: pr.Table) -> Iterator[bytes]:
    encode = json.JSONEncoder(ensure_ascii=False, default=lambda duration: duration / timedelta(seconds=1)).encode
    for row in table:
        yield f"{encode(dict(zip(table.columns, row, strict=True)))}\n".encode()


def write_arrow(target: IO[bytes], table: pr.Table) -> None:
    """Arrow's file format, through polars or pyarrow."""
    try:
        frame = table.to_polars()
    except ImportError:
        try:
            import pyarrow
        except ImportError:
            message = "writing Arrow files needs polars or pyarrow; pip install 'pyracing-timing[season]'"
            raise ImportError(message) from None
        with pyarrow.ipc.new_file(target, table.to_arrow().schema) as writer:
            writer.write_table(table.to_arrow())
    else:
        frame.write_ipc(target)


# ---- The demonstration ----

PLACE_COLUMNS = ["class_position", "car", "class", "team", "laps", "total_time", "gap", "gap_laps", "best_lap"]
STINT_COLUMNS = ["stint", "driver", "first_lap", "last_lap", "duration", "green_laps", "mean", "best", "opened_by"]
PIT_FIELDS = (
    Field("class", "text", False),
    Field("pit_stops", "int32", False),
    Field("quickest", "duration", True),
    Field("median", "duration", True),
    Field("slowest", "duration", True),
    Field("drive_throughs", "int32", False),
    Field("garage_visits", "int32", False),
)


def demo(options: argparse.Namespace) -> int:
    """A simulated race from its files to the answers, on a screen or two."""
    paths = pr.simulate().write(options.folder)
    race = pr.read(*paths, name="a simulated race of six hours")
    classification = race.classification()
    winner = classification[0].car
    print(f"{race}\n")
    print(f"The first three of each class, as the laps have it:\n\n{first_three(classification)[PLACE_COLUMNS]}\n")
    print(f"The stints of the winner, car {winner}:\n\n{race.select(cars=winner).stints()[STINT_COLUMNS]}\n")
    print(f"In the pit lane:\n\n{pit_summary(race)}\n")
    print(f"Doubts about the files: {count_doubts(race.check())}\n")
    print(f"The files are in {options.folder}. Ask on:")
    print(f"  pyracing show {options.folder} --question lap_details -o laps.csv")
    print(demo_report(race, os.path.join(options.folder, "report.html")))
    return 0


def demo_report(race: pr.Session, path: str) -> str:
    """Writes the report of the demonstration, and says where it is or what it needs."""
    try:
        pr.report(race, path)
    except ImportError as error:
        return f"No report was written: {error}"
    return f"All of it on one page, for a browser: {path}"


def first_three(classification: pr.Table) -> pr.Table:
    return classification[classification.valid("class_position") & (classification["class_position"] <= 3)]


def pit_summary(race: pr.Session) -> pr.Table:
    """The visits of each class to the pit lane: how many, and how long the stops took from entry to exit."""
    visits = race.pit_stops()
    rows = []
    for name in race.classes:
        own = visits[visits["class"] == name]
        stops = own[(own["kind"] == "pit_stop") & own.valid("pit_lane_time")]["pit_lane_time"]
        spread = [None] * 3 if len(stops) == 0 else [np.min(stops), np.median(stops), np.max(stops)]
        counts = [int(np.sum(own["kind"] == kind)) for kind in ("pit_stop", "drive_through", "garage")]
        rows.append((name, counts[0], *[each and each.astype(np.int64) for each in spread], *counts[1:]))
    return table_of_rows(PIT_FIELDS, rows)


def count_doubts(doubts: pr.Table) -> str:
    counts = {severity: int(np.sum(doubts["severity"] == severity)) for severity in ("error", "warning", "note")}
    return (
        ", ".join(f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count)
        or "none"
    )

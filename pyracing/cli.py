"""The command line: `pyracing demo | show | check | series`."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

import pyracing as pr

FORMATS = ("table", "csv", "jsonl", "parquet", "arrow")
BROKEN_PIPE_STATUS = 141  # what a shell reports of a program that a broken pipe has ended

SHOW_HELP = """\
One table of a session: the answer to a question, or what the files say (laps, entries, crew, results, weather, check).
Options of the question are given by their names: --by driver. In jsonl a duration is a number of seconds, with every digit
of the microseconds it is kept in, and what is absent is null.

example:
  pyracing show race-laps.csv race-results.csv --question stints --by driver --class LMGT3 --format csv -o stints.csv"""
CHECK_HELP = """\
Every doubt about the files: what could not be read, what contradicts itself, what was taken for granted. The exit status is 1
where one of them is an error.

example:
  pyracing check 'season.zip' --session race"""
DEMO_HELP = """\
Simulates a race of six hours, writes it as the timekeeper would publish it, reads the files back and shows what can be asked.

example:
  pyracing demo my-race && pyracing show my-race --question pit_stops"""
SERIES_HELP = """\
The rules of championships that come with pyracing, by era, with their sources.

example:
  pyracing series --format csv"""


class UsageError(Exception):
    """The command line asks for what there is not."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. The exit status: 0, 1 for unreadable input and for errors that `check` finds, 2 for wrong usage."""
    parser = make_parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command is not show:
        options.parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        options.rest = rest
        status = options.command(options)
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


def complain(message: str, status: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return status


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pyracing", description="Race timing files: read, classified, analysed.")
    parser.add_argument("--version", action="version", version=f"pyracing {pr.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=summary, description=text, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
        )
        added.set_defaults(command=run, parser=added)
        return added

    demo_parser = command("demo", demo, "a simulated race, written as published files, read and analysed", DEMO_HELP)
    demo_parser.add_argument("folder", nargs="?", default="pyracing-demo", metavar="DIR", help="default: %(default)s")
    demo_parser.add_argument("--seed", type=int, default=1, help="another seed is another race; default: %(default)s")

    show_parser = command("show", show, "one table of a session", SHOW_HELP)
    add_sources(show_parser)
    show_parser.add_argument("--question", default="classification", help="default: %(default)s")
    for name in ("class", "car", "driver"):
        show_parser.add_argument(
            f"--{name}", action="append", default=[], metavar="NAME", dest=f"only_{name}", help=f"only this {name}; may be repeated"
        )
    add_output(show_parser)

    check_parser = command("check", check, "every doubt about the files; exit status 1 where there is an error", CHECK_HELP)
    add_sources(check_parser)
    add_output(check_parser)

    series_parser = command("series", series, "the rules of championships that come with pyracing", SERIES_HELP)
    add_output(series_parser)
    return parser


def add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="file, folder, .zip, .gz or http(s) address; - is standard input"
    )
    parser.add_argument("--session", metavar="NAME", help="which session of a folder or an archive")


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, help="default: table, or what the name of the output says")
    parser.add_argument("-o", "--output", metavar="OUT", help="file to write; default: standard output")


# ---- Commands ----


def show(options: argparse.Namespace) -> int:
    session = read(options)
    narrowing = {argument: names for argument, names in selected(options).items() if names}
    if narrowing:
        session = asked(session.select, narrowing)
    given = question_options(options.rest)
    answer = None if options.question.startswith("_") else getattr(session, options.question, None)
    if callable(answer):
        answer = asked(answer, given)
    elif given:
        raise UsageError(f"--question {options.question} has no option --{next(iter(given))}")
    if not isinstance(answer, pr.Table):
        near = difflib.get_close_matches(options.question, questions(), n=3) or questions()
        raise UsageError(f"--question {options.question}: no such question; there are {', '.join(near)}")
    write(answer, options)
    return 0


def check(options: argparse.Namespace) -> int:
    doubts = read(options).check()
    write(doubts, options)
    return int((doubts["severity"] == "error").any())


def series(options: argparse.Namespace) -> int:
    write(pr.series(), options)
    return 0


def read(options: argparse.Namespace) -> pr.Session:
    if options.sources.count("-") > 1:
        raise UsageError("standard input can be read once; give - once")
    sources = [sys.stdin.buffer if source == "-" else source for source in options.sources]
    if options.session is None:
        return pr.read(*sources)
    return asked(lambda session: pr.read(*sources, session=session), {"session": options.session})


def asked(question: Callable[..., Any], given: dict[str, Any]) -> Any:
    """The answer; what Python says of wrong arguments becomes an error of usage."""
    try:
        return question(**given)
    except pr.ReadError:
        raise
    except (TypeError, ValueError, KeyError) as error:
        raise UsageError(str(error.args[0] if isinstance(error, KeyError) and error.args else error)) from error


def selected(options: argparse.Namespace) -> dict[str, list[str]]:
    return {"classes": options.only_class, "cars": options.only_car, "drivers": options.only_driver}


def question_options(rest: Sequence[str]) -> dict[str, Any]:
    """`--by driver --within=3` -> by='driver', within=3."""
    given: dict[str, Any] = {}
    waiting = list(rest)
    while waiting:
        flag, separator, value = waiting.pop(0).partition("=")
        name = flag.removeprefix("--").replace("-", "_")
        if not flag.startswith("--") or not name.isidentifier():
            raise UsageError(f"'{flag}' is neither a source nor an option; options are given as --name value")
        if not separator:
            if not waiting:
                raise UsageError(f"{flag} wants a value")
            value = waiting.pop(0)
        given[name] = plain_value(value)
    return given


def plain_value(text: str) -> Any:
    """A number, true, false, or the text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def questions() -> list[str]:
    """What `--question` takes: every method and property of Session whose result is a Table."""
    found = []
    for name, member in inspect.getmembers_static(pr.Session):
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and getattr(function, "__annotations__", {}).get("return") in ("Table", pr.Table):
            found.append(name)
    return found


# ---- Output ----


def write(table: pr.Table, options: argparse.Namespace) -> None:
    """Writes a table as the options say: the format given, or the one that the name of the output has."""
    suffix = os.path.splitext(options.output or "")[1].removeprefix(".").lower()
    format = options.format or (suffix if suffix in FORMATS else "table")
    if options.output is None:
        if format in ("parquet", "arrow") and sys.stdout.isatty():
            raise UsageError(f"{format} is not for a terminal; give -o")
        write_to(table, format, sys.stdout.buffer)
    else:
        with open(options.output, "wb") as target:
            write_to(table, format, target)


def write_to(table: pr.Table, format: str, target: IO[bytes]) -> None:
    if format in ("parquet", "arrow"):
        write_columns(table, format, target)
    elif format == "csv":
        ...
    elif format == "jsonl":
        target.writelines(json_lines(table))
    else:
        target.write(f"{table}\n".encode())

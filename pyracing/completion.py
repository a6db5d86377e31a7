"""What the shell offers on the command line after a tab, through argcomplete.

eval "$(register-python-argcomplete pyracing)"     # in ~/.bashrc; zsh: autoload -U bashcompinit && bashcompinit first
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import pyracing as pr

Values: TypeAlias = Callable[[argparse.Namespace], Iterable[str]]  # of an option, after what is given before it


def complete(parser: argparse.ArgumentParser) -> None:
    """Where a shell asks for completions, prints them and ends the process; otherwise nothing."""
    if "_ARGCOMPLETE" in os.environ:
        try:
            import argcomplete
        except ImportError as error:
            raise ImportError("completion needs argcomplete; pip install 'pyracing-timing[completion]'") from error
        argcomplete.autocomplete(parser)


def offer(action: argparse.Action, values: Values) -> None:
    """Offers values for an option; none where the sources given before it cannot be read."""

    def completer(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
        try:
            return list(values(parsed_args))
        except (OSError, TypeError, ValueError):
            return []

    setattr(action, "completer", completer)  # noqa: B010  (the name argcomplete knows)


def presets(_: argparse.Namespace) -> list[str]:
    return sorted({preset.name for preset in pr.series()})


def sessions(given: argparse.Namespace) -> list[str]:
    return [session.session for session in pr.scan(given.sources[0])]


def names_in_session(kind: str) -> Values:
    """`classes`, `cars` or `drivers` of the session that the sources hold."""

    def values(given: argparse.Namespace) -> Iterable[str]:
        names: Iterable[str] = getattr(pr.read(*given.sources, session=given.session), kind)
        return names

    return values

"""How parameters are kept and made: frozen parts, from plain values as a TOML file or a keyword gives them.

The type of a parameter says what it takes; a value that it cannot take is named with its key.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from pyracing.errors import RulesError
from pyracing.frames import nearest
from pyracing.times import to_microseconds


class Unknown(NamedTuple):
    """Stands for a value that must be given before it can be used."""

    origin: str
    key: str

    def __repr__(self) -> str:
        return "?"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Part:
    """A group of parameters. Reading a parameter that is not known is a RulesError that names file and key."""

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            value = object.__getattribute__(self, name)
            if type(value) is Unknown:
                *tables, last = value.key.split(".")
                change = f"{{{last!r}: ...}}" if tables else "..."
                for table in reversed(tables[1:]):
                    change = f"{{{table!r}: {change}}}"
                raise RulesError(
                    f"{value.origin}: {value.key} is not known; give it in a file of your own or with "
                    f"rules.replace({(tables or [last])[0]}={change})"
                )
            return value

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        given = (f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({', '.join(given)})"

    def problem(self) -> tuple[str, str] | None:
        """A parameter that contradicts another, and what is wrong with it."""
        return None


P = TypeVar("P", bound=Part)
MOST = 2**31 - 1  # the core counts laps and places in 32 bits
SHORT = {"min_distance": "share"}  # a bare value stands for this key of the table


def merge(base: Mapping[str, Any], changes: Mapping[str, Any], short: Mapping[str, str] = SHORT) -> dict[str, Any]:
    """Tables merge key by key, anything else is replaced."""
    merged = {key: plain(value) for key, value in base.items()}
    for key, value in changes.items():
        value = plain(value)
        if key in short and not isinstance(value, Mapping | Unknown):
            value = {short[key]: value}
        old = merged.get(key)
        merged[key] = merge(old if isinstance(old, Mapping) else {}, value, {}) if isinstance(value, Mapping) else value
    return merged


def plain(value: Any) -> Any:
    """A part as the mapping it would be in a file."""
    if isinstance(value, Part):
        given = {key: item for key, item in vars(value).items() if key != "name"}
        return {key: plain(item) for key, item in given.items()}
    if isinstance(value, tuple) and value and isinstance(value[0], Part) and "name" in vars(value[0]):
        return {item.name: plain(item) for item in value}
    return value


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of nested tables."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


class Wrong(Exception):
    """A value that cannot be what its key needs: the rest of the sentence that begins with the key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key} {message}")


def expected(key: str, value: Any, what: str) -> Wrong:
    return Wrong(key, f"is {shown(value)}: expected {what}")


def shown(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return repr(value)


def duration(value: Any, key: str) -> timedelta:
    """Seconds as a number, text such as `6h` or `1:58.5`, or a timedelta."""
    try:
        microseconds = to_microseconds(value)
    except (TypeError, ValueError, OverflowError):
        raise expected(key, value, "a duration, such as '6h', '4h30m', '1:58.5' or a number of seconds") from None
    if microseconds < 0:
        raise expected(key, value, "a duration that is not negative")
    return timedelta(microseconds=microseconds)


def number(value: Any, key: str) -> Fraction:
    """Exactly what is written: 0.7 is seven tenths."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction | Decimal):
        raise expected(key, value, "a number")
    try:
        return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, OverflowError):
        raise expected(key, value, "a finite number") from None


def coerce(value: Any, hint: Any, key: str, origin: str) -> Any:
    """A plain value as what the parameter's type says."""
    if type(value) is Unknown:
        return value
    if isinstance(value, str) and value == "?":
        return Unknown(origin, key)
    if isinstance(hint, type) and issubclass(hint, Part):
        return make_part(hint, value, key, origin)
    if typing.get_origin(hint) is types.UnionType:
        return None if value is None else coerce(value, typing.get_args(hint)[0], key, origin)
    if typing.get_origin(hint) is Literal:
        if value not in typing.get_args(hint):
            words = [word for word in typing.get_args(hint) if word]
            raise expected(key, value, f"one of {', '.join(words)}{nearest(str(value), words)}")
        return value
    if typing.get_origin(hint) is tuple:
        return coerce_list(value, typing.get_args(hint), key, origin)
    if hint is Fraction:
        return number(value, key)
    if hint is timedelta:
        return duration(value, key)
    kinds = {bool: "true or false", int: "a whole number", str: "text"}
    if type(value) is not hint:
        raise expected(key, value, kinds[hint])
    if hint is int and not 0 <= value <= MOST:
        raise expected(key, value, f"0 or more, {MOST} at the most")
    return value


def coerce_list(value: Any, hints: tuple[Any, ...], key: str, origin: str) -> tuple[Any, ...]:
    item, repeated = hints[0], len(hints) == 2 and hints[1] is ...
    if not value and isinstance(value, list | tuple):
        return ()
    if repeated and isinstance(item, type) and issubclass(item, Part) and "name" in item.__annotations__:
        if not isinstance(value, Mapping):
            raise expected(key, value, "a table of tables")
        return tuple(
            make_part(item, {"name": name, **table}, f"{key}.{name}", origin)
            if isinstance(table, Mapping)
            else coerce(table, item, f"{key}.{name}", origin)
            for name, table in value.items()
        )
    if not isinstance(value, list | tuple):
        raise expected(key, value, "a list")
    if not repeated and len(value) != len(hints):
        raise expected(key, value, f"a list of {len(hints)}")
    return tuple(
        coerce(one, item if repeated else hints[index], f"{key}[{index}]", origin) for index, one in enumerate(value)
    )


@functools.cache
def type_hints(kind: type[Part]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def make_part(kind: type[P], value: Any, key: str, origin: str) -> P:
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise expected(key, value, "a table")
    prefix = f"{key}." if key else ""
    hints = type_hints(typing.cast(Any, kind))  # mypy takes a class whose instances hash for unhashable
    fields = {one.name: one for one in dataclasses.fields(kind) if one.metadata.get("given", True)}
    for name in value:
        if name not in fields:
            raise Wrong(f"{prefix}{name}", f"is no parameter{nearest(name, fields)}")
    for name, one in fields.items():
        if name not in value and one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            raise Wrong(f"{prefix}{name}", "is missing")
    made = kind(**{name: coerce(item, hints[name], f"{prefix}{name}", origin) for name, item in value.items()})
    known = not any(type(item) is Unknown for item in vars(made).values())
    if known and (problem := made.problem()):
        raise Wrong(f"{prefix}{problem[0]}", problem[1])
    return made

"""Presets: one TOML file a championship, its eras in the order of time.

A file states values in the tables of `Rules`; its head is its first era. Each `[[era]]` begins in its `first_year` and
says only what changes; the last one is in force until `last_year`, if there is one. `extends` names a preset or a file
whose values come first. `[sources]`, and `[era.sources]`, say for a key, or for a table and all below it, where the
value comes from: `"points.tables" = { mark = "S", source = "..." }`, with the marks of `pyracing.rules.Source`.
"""

from __future__ import annotations

import re
import tomllib
import typing
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pyracing.errors import RulesError
from pyracing.frames import nearest
from pyracing.parameters import Unknown, leaves, merge, shown
from pyracing.rows import table_of_rows
from pyracing.rules import Mark, Rules, Source, make_rules
from pyracing.table import Field, Table
from pyracing.times import MICROSECOND, duration_texts

SERIES = Path(__file__).with_name("series")
HEAD = ("name", "championship", "extends", "first_year", "last_year", "era", "sources")
WITH_YEAR = re.compile(r"(.+)-(\d{4})")


class Era(NamedTuple):
    """What a file says of one era: `stated` values, their sources, and what is in force with all that came before."""

    name: str
    championship: str
    first_year: int | None
    last_year: int | None
    stated: dict[str, Any]
    sources: dict[str, Source]
    values: dict[str, Any]
    all_sources: dict[str, Source]


def rules(name: str | Path | Rules | Mapping[str, Any], year: int | None = None) -> Rules:
    """The rules of a championship.

    name : a preset (`"wec"`; `"f1-1967"` for the rules of a year), the path of a TOML file, or a mapping such as
        tomllib gives; Rules are given back as they are.
    year : the season; without it the latest era.
    Raises RulesError, which names the file and the key, and near matches for an unknown name.
    """
    if isinstance(name, Rules):
        return name
    if isinstance(name, Mapping):
        return chosen(read_eras(name, "rules", "rules", ()), "rules", year)
    path = Path(name)
    if isinstance(name, Path) or path.suffix == ".toml" or len(path.parts) > 1:
        return chosen(load(path, ()), str(path), year)
    stem, said = preset_name(name)
    return preset(stem, said if year is None else year)


@cache
def preset(stem: str, year: int | None) -> Rules:
    """Made once: rules never change."""
    return chosen(load_preset(stem, ()), f"{stem}.toml", year)


def chosen(eras: list[Era], origin: str, year: int | None) -> Rules:
    era = era_of(eras, origin, year)
    return make_rules(era.values, origin, era.all_sources)


def era_of(eras: list[Era], origin: str, year: int | None) -> Era:
    if year is None:
        return eras[-1]
    found = [era for era in eras if (era.first_year or year) <= year <= (era.last_year or year)]
    if found:
        return found[0]
    begins, ends = eras[0].first_year, eras[-1].last_year
    raise RulesError(f"{origin}: no rules for {year}; they begin in {begins}{f' and end in {ends}' if ends else ''}")


def series(name: str | None = None) -> Table:
    """The presets: what each says, since when, and how sure it is.

    name : a preset as for `rules`: all values in force under it. Without a name every value of every preset, once,
        where it is stated; it holds in the eras after until one of them says otherwise.
    Table : name (as `rules` takes it), championship, first_year, last_year (null: still in force), key, value (as the
        file writes it, `?`: unknown), mark (V checked against official results, S regulation or organiser, P press, M
        remembered, ? unknown), source.
    """
    rows: list[tuple[Any, ...]] = []
    if name is None:
        for stem in preset_names():
            for era in load_preset(stem, ()):
                rows += era_rows(era, era.stated, era.sources)
    else:
        stem, said = preset_name(name)
        era = era_of(load_preset(stem, ()), f"{stem}.toml", said)
        rows += era_rows(era, {key: value for key, value in era.values.items() if key not in HEAD}, era.all_sources)
    nullable = ("first_year", "last_year", "mark", "source")
    names = ("name", "championship", "first_year", "last_year", "key", "value", "mark", "source")
    fields = [Field(each, "int32" if each.endswith("year") else "text", each in nullable) for each in names]
    return table_of_rows(fields, rows)


def era_rows(era: Era, values: Mapping[str, Any], sources: Mapping[str, Source]) -> list[tuple[Any, ...]]:
    head = (era.name, era.championship, era.first_year, era.last_year)
    return [
        (*head, key, toml_text(value), sources[key].mark or None, sources[key].source or None)
        for key, value in leaves(values)
    ]


def toml_text(value: Any) -> str:
    """A value as a file writes it or may write it, text without quotes."""
    if isinstance(value, Unknown):
        return "?"
    if isinstance(value, timedelta):
        text = duration_texts(np.array([value // MICROSECOND]))[0].removesuffix(".000")
        return text if ":" in text else f"{text} s"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml_text(item)}' for key, item in value.items())} }}"
    return str(value)


# ---- Files -----------------------------------------------------------------------------------------------------------


@cache
def preset_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in SERIES.glob("*.toml")))


def preset_name(name: str) -> tuple[str, int | None]:
    """A preset's file and the year in its name."""
    known = preset_names()
    if name in known:
        return name, None
    match = WITH_YEAR.fullmatch(name)
    if match and match[1] in known:
        return match[1], int(match[2])
    raise RulesError(f"no preset is called {name!r}{nearest(name, known)}")


@cache
def load_preset(stem: str, seen: tuple[str, ...]) -> list[Era]:
    content = SERIES.joinpath(f"{stem}.toml").read_bytes()
    return read_eras(parse(content, f"{stem}.toml"), f"{stem}.toml", stem, seen)


def load(path: Path, seen: tuple[str, ...]) -> list[Era]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RulesError(f"{path}: cannot be read: {error.strerror or error}") from None
    return read_eras(parse(content, str(path)), str(path), path.stem, seen, path.parent)


def exact(text: str) -> Fraction:
    """A decimal as it is written; TOML's nan, inf and powers beyond reason are refused."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise ValueError(f"{text} is not a number that rules can use")
    return Fraction(value)


def parse(content: bytes, origin: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=exact)
    except ValueError as error:
        raise RulesError(f"{origin}: {error}") from None


# ---- Eras ------------------------------------------------------------------------------------------------------------


def read_eras(
    content: Mapping[str, Any], origin: str, name: str, seen: tuple[str, ...], folder: Path | None = None
) -> list[Era]:
    """The eras of one file, each made into rules once, so that a mistake in any of them is found."""
    if origin in seen:
        raise RulesError(f"{origin}: extends: leads back to itself: {' -> '.join((*seen, origin))}")
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    if "extends" in content:
        parent = extended(text(content, "extends", origin), (*seen, origin), folder)
        values, sources = {key: parent.values[key] for key in parent.values if key not in HEAD}, parent.all_sources
    layers = era_layers(content, origin)
    years = [year(layer, "first_year", origin) for layer in layers]
    begins = [begin for begin in years if begin is not None]
    if len(layers) > 1 and (len(begins) < len(years) or begins != sorted(set(begins))):
        raise RulesError(f"{origin}: first_year: the file and each era begin in a year, later than the one before")
    championship = text(content, "championship", origin) if "championship" in content else ""
    last = year(content, "last_year", origin)
    eras = []
    for index, layer in enumerate(layers):
        first, until = years[index], begins[index + 1] - 1 if index + 1 < len(layers) else last
        stated = merge({}, {key: value for key, value in layer.items() if key not in HEAD})
        stated_sources = read_sources(layer, stated, origin)
        values = merge(values, stated)
        sources = {**sources, **stated_sources}
        era_name = name if index + 1 == len(layers) else f"{name}-{first}"
        head: dict[str, Any] = {"name": era_name, "championship": championship}
        head |= {key: value for key, value in (("first_year", first), ("last_year", until)) if value is not None}
        full = {**values, **head}
        make_rules(full, origin if index == 0 else f"{origin}: era {first}", sources)
        eras.append(Era(era_name, championship, first, until, stated, stated_sources, full, sources))
    return eras


def era_layers(content: Mapping[str, Any], origin: str) -> list[Mapping[str, Any]]:
    """The head of a file and its eras."""
    layers = content.get("era", [])
    if not isinstance(layers, list) or not all(isinstance(layer, Mapping) for layer in layers):
        raise RulesError(f"{origin}: era: expected tables headed [[era]]")
    for layer in layers:
        for key in HEAD:
            if key in layer and key not in ("first_year", "sources"):
                raise RulesError(f"{origin}: era.{key}: belongs to the head of the file")
    return [content, *layers]


def extended(name: str, seen: tuple[str, ...], folder: Path | None) -> Era:
    if name.endswith(".toml") and folder is not None:
        return era_of(load(folder / name, seen), name, None)
    try:
        stem, said = preset_name(name)
    except RulesError as error:
        raise RulesError(f"{seen[-1]}: extends: {error}") from None
    return era_of(load_preset(stem, seen), f"{stem}.toml", said)


def text(content: Mapping[str, Any], key: str, origin: str) -> str:
    value = content[key]
    if not isinstance(value, str):
        raise RulesError(f"{origin}: {key} is {value!r}: expected text")
    return value


def year(layer: Mapping[str, Any], key: str, origin: str) -> int | None:
    value = layer.get(key)
    if value is not None and (type(value) is not int or not 1890 <= value <= 2200):
        raise RulesError(f"{origin}: {key} is {value!r}: expected a year")
    return value


def read_sources(layer: Mapping[str, Any], stated: Mapping[str, Any], origin: str) -> dict[str, Source]:
    """The source of each stated value: of its own key, or of the nearest table above it that has one."""
    said = layer.get("sources", {})
    if not isinstance(said, Mapping):
        raise RulesError(f"{origin}: sources: expected a table")
    given = {key: read_source(value, f"sources.{key}", origin) for key, value in flat_sources(said)}
    used = set()
    found = {}
    for key, value in leaves(stated):
        parts = key.split(".")
        above = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
        source_key = next((one for one in above if one in given), None)
        source = given[source_key] if source_key is not None else Source("", "")
        if source_key is not None:
            used.add(source_key)
        if (value == "?") != (source.mark == "?") and source_key is not None:
            raise RulesError(
                f"{origin}: {key} is {shown(value)} but its source is marked {source.mark!r}: '?' goes with '?'"
            )
        found[key] = source
    for key in given:
        if key not in used:
            raise RulesError(f"{origin}: sources.{key}: no value is stated there{nearest(key, found)}")
    return found


def flat_sources(said: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Sources by dotted key, whether the file quotes the dots or not."""
    found: list[tuple[str, Any]] = []
    for key, value in said.items():
        if isinstance(value, Mapping) and "mark" not in value:
            found += flat_sources(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found


def read_source(value: Any, key: str, origin: str) -> Source:
    if not isinstance(value, Mapping) or set(value) != {"mark", "source"}:
        raise RulesError(f"{origin}: {key}: expected {{ mark = ..., source = ... }}")
    if value["mark"] not in typing.get_args(Mark) or not isinstance(value["source"], str):
        raise RulesError(f"{origin}: {key}.mark is {value['mark']!r}: expected V, S, P, M or ?, and a source as text")
    return Source(value["mark"], value["source"])

"""What others do with the same bytes: a lap file into columns of the same types, as fast as each can be told to.

Each function takes the bytes of a lap file and its separator. A peer that is not installed is left out by `peers`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

TEXTS = ["NUMBER", "CLASS", "GROUP", "TEAM", "MANUFACTURER", "DRIVER_NAME", "FLAG_AT_FL", "LAP_IMPROVEMENT"]
TEXTS += ["CROSSING_FINISH_LINE_IN_PIT"]
INTEGERS = ["DRIVER_NUMBER", "LAP_NUMBER"]
SPEEDS = ["KPH", "TOP_SPEED"]
DURATIONS = ["LAP_TIME", "S1", "S2", "S3", "ELAPSED", "HOUR", "PIT_TIME"]
Peer = Callable[[bytes, str], Any]


def newlines(data: bytes, separator: str) -> Any:
    """The limit: every byte is looked at once."""
    return data.count(b"\n")


def polars_typed(data: bytes, separator: str) -> Any:
    import polars as pl

    names = {name.strip(): name for name in data.split(b"\n", 1)[0].decode("utf-8-sig").strip("\r").split(separator)}
    kept = [name for name in [*TEXTS, *INTEGERS, *SPEEDS, *DURATIONS] if name in names]
    frame = pl.read_csv(data, separator=separator, columns=[names[name] for name in kept], infer_schema=False)
    frame = frame.rename({names[name]: name for name in kept})

    def duration(name: str) -> pl.Expr:
        text = pl.col(name)
        colons = text.str.count_matches(":", literal=True)
        padded = (
            pl.when(colons == 0).then(pl.concat_str(pl.lit("0:0:"), text))
            .when(colons == 1).then(pl.concat_str(pl.lit("0:"), text))
            .otherwise(text)
        )  # fmt: skip
        part = padded.str.split_exact(":", 2).struct
        whole = part[0].cast(pl.Int64) * 3_600_000_000 + part[1].cast(pl.Int64) * 60_000_000
        return (whole + (part[2].cast(pl.Float64) * 1e6).round().cast(pl.Int64)).cast(pl.Duration("us")).alias(name)

    types = [(TEXTS, pl.Categorical), (INTEGERS, pl.Int32), (SPEEDS, pl.Float64)]
    return frame.select(
        [pl.col(name).cast(kind) for group, kind in types for name in group if name in names]
        + [duration(name) for name in DURATIONS if name in names]
    )


def pandas_typed(data: bytes, separator: str) -> Any:
    import pandas as pd

    names = {name.strip(): name for name in data.split(b"\n", 1)[0].decode("utf-8-sig").strip("\r").split(separator)}
    kinds: dict[str, str] = dict.fromkeys(TEXTS, "category") | dict.fromkeys(INTEGERS, "Int32")
    kinds |= dict.fromkeys(SPEEDS, "float64") | dict.fromkeys(DURATIONS, "str")
    dtypes = {names[name]: kind for name, kind in kinds.items() if name in names}
    frame = pd.read_csv(
        io.BytesIO(data), sep=separator, usecols=list(dtypes), dtype=dtypes, encoding="utf-8-sig", engine="c"
    )
    frame.columns = frame.columns.str.strip()
    for name in DURATIONS:
        if name in frame:
            text = frame[name]
            colons = text.str.count(":")
            padded = text.where(colons == 2, "0:" + text).where(colons > 0, "0:0:" + text)
            frame[name] = pd.to_timedelta(padded).astype("timedelta64[us]")
    return frame


def pyarrow_untyped(data: bytes, separator: str) -> Any:
    import pyarrow.csv as pc

    return pc.read_csv(
        io.BytesIO(data),
        read_options=pc.ReadOptions(use_threads=False),
        parse_options=pc.ParseOptions(delimiter=separator),
    )


def endurancepy(data: bytes, separator: str) -> Any:
    """EndurancePy knows the semicolon only: it is given the file with semicolons (`as_endurancepy`)."""
    from endurancepy import read_analysis

    return read_analysis(data)


def endurancepy_positions(data: bytes, separator: str) -> Callable[[], Any] | None:
    """Its positions at every crossing, of its own laps, which it makes while it reads; None where it is not installed
    or does so no more. Gaps it does not have."""
    if find_spec("endurancepy") is None:
        return None
    from endurancepy.alkamel import analysis

    laps = analysis.read_analysis(as_endurancepy(data, separator))
    derive = getattr(analysis, "_derive_positions", None)
    return None if derive is None else lambda: derive(laps)


def as_endurancepy(data: bytes, separator: str) -> bytes:
    return data.replace(separator.encode(), b";") if b'"' not in data and b";" not in data else data


def peers() -> dict[str, Peer]:
    """By the name of the row that shows them; those that are installed."""
    offered: dict[str, tuple[str, Peer]] = {
        "polars, typed": ("polars", polars_typed),
        "pandas, typed": ("pandas", pandas_typed),
        "pyarrow, untyped": ("pyarrow", pyarrow_untyped),
        "EndurancePy": ("endurancepy", endurancepy),
    }
    for name, (module, _) in offered.items():
        if find_spec(module) is None:
            print(f"{name} is left out: pip install {module}")
    return {name: peer for name, (module, peer) in offered.items() if find_spec(module) is not None}

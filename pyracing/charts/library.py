"""vl-convert: the converters, and the chart library as one script."""

from __future__ import annotations

import functools
import os
import tempfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import altair as alt


def converter(name: str) -> functools.partial[Any]:
    """A function of vl-convert, for the version of Vega-Lite that Altair writes or else the newest one it has."""
    try:
        import vl_convert
    except ImportError:
        message = "saving charts needs vl-convert-python: pip install 'pyracing-timing[report]'"
        raise ImportError(message) from None
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    if version not in vl_convert.get_vegalite_versions():
        version = vl_convert.get_vegalite_versions()[-1]
    return functools.partial(getattr(vl_convert, name), vl_version=version)


@functools.cache
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script.

    vl-convert takes seconds to make it and it changes with the versions alone, so it is kept in the folder that the
    user has for such things ($XDG_CACHE_HOME, else ~/.cache), where that can be written.
    """
    make = converter("javascript_bundle")
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    versions = f"{make.keywords['vl_version']}-{metadata.version('vl-convert-python')}"
    kept = Path(folder) / "pyracing" / f"vega-lite-{versions}.js"
    with suppress(OSError, UnicodeDecodeError):
        return kept.read_text(encoding="utf-8")
    made: str = make()
    with suppress(OSError):
        keep(made, kept)
    return made


def keep(text: str, path: Path) -> None:
    """Writes a file that is there as a whole or not at all, whoever else writes it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError:
        os.unlink(part)
        raise

"""Session: what one session's files say, the lenses that narrow it and the questions it answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyracing import _core


class Session:
    """What the files of one session say. Made by `read` and `from_laps`; never changes."""

    __slots__ = ("_core", "_hashes", "_parts")

    _core: _core.Session
    _hashes: tuple[str | Path | None, ...]

    @classmethod
    def _from_core(cls, core: _core.Session, hashes: Sequence[str | Path | None] = ()) -> Session:
        """Wraps a session of the core.

        `hashes` has one item a source, in the order the sources were given to the core: the SHA-256 of its bytes in
        hexadecimal, or the path of the plain file that holds exactly these bytes (read again when `info` is first
        asked, and given as None if it has changed since), or None where neither is known. May be empty: no hashes.
        """
        session = object.__new__(cls)
        session._core = core
        session._hashes = tuple(hashes)
        session._parts = {}
        return session

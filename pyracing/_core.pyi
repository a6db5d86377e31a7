"""The extension module: the C core with Python's objects around it. Durations are whole microseconds here."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, TypedDict, final

import numpy as np
import numpy.typing as npt
from typing_extensions import Buffer, CapsuleType

_Field: TypeAlias = tuple[str, str, bool]  # name, type, nullable
# name, type, nullable, values, validity, offsets and bytes of the dictionary
_Data: TypeAlias = Buffer | npt.NDArray[Any]
_ColumnBuffers: TypeAlias = tuple[str, str, bool, _Data, _Data | None, _Data | None, _Data | None]
_Bytes: TypeAlias = npt.NDArray[np.uint8]
_ColumnViews: TypeAlias = tuple[str, str, bool, _Bytes, _Bytes | None, _Bytes | None, _Bytes | None]

class _Question(TypedDict):
    columns: tuple[_Field, ...]
    options: tuple[tuple[str, str, tuple[str, ...] | None, Any], ...]  # name, type, choices, default

@final
class Table:
    __hash__: ClassVar[None]  # type: ignore[assignment]
    @property
    def row_count(self) -> int: ...
    @property
    def schema(self) -> tuple[_Field, ...]: ...
    def array(self, name: str, /) -> npt.NDArray[Any]: ...
    def valid(self, name: str, /) -> npt.NDArray[np.bool_]: ...
    def codes(self, name: str, /) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]: ...
    def take(self, rows: npt.NDArray[np.int64], /) -> Table: ...
    def pick(self, names: Sequence[str], /) -> Table: ...
    def column_data(self) -> list[_ColumnViews]: ...
    @classmethod
    def from_columns(cls, columns: Sequence[_ColumnBuffers], row_count: int, /) -> Table: ...
    @classmethod
    def from_arrow(cls, stream: CapsuleType, columns: Sequence[str] | None, /) -> Table: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __arrow_c_schema__(self) -> CapsuleType: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> CapsuleType: ...

@final
class Session:
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def part(self, name: str, /) -> Table: ...
    def ask(self, question: str, /, **options: Any) -> Table: ...
    def race_time(self, kind: str, value: float, /) -> int: ...
    def select(
        self,
        *,
        cars: Sequence[str] = (),
        classes: Sequence[str] = (),
        drivers: Sequence[str] = (),
        groups: Sequence[str] = (),
        flags: Sequence[str] = (),
        first_lap: int = 0,
        last_lap: int = 0,
        after: int = 0,
        up_to: int = 0,
    ) -> Session: ...
    def until(self, at: int, longest: int | None = None) -> Session: ...
    @classmethod
    def from_parts(cls, parts: Mapping[str, Table], /) -> Session: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

def read(
    sources: Sequence[tuple[str, Buffer]],
    *,
    format: str | None = None,
    kind: str | None = None,
    name: str | None = None,
    start: int | None = None,
    duration: int | None = None,
    utc_offset: int | None = None,
    left_out: Sequence[str] = (),
) -> Session: ...
def session_from_laps(
    tables: dict[str, Table],
    *,
    kind: str | None = None,
    name: str | None = None,
    start: int | None = None,
    duration: int | None = None,
    utc_offset: int | None = None,
) -> Session: ...
def recognise(data: Buffer, /) -> tuple[str, str | None]: ...
def parse_duration(text: str, /) -> int: ...
def questions() -> dict[str, _Question]: ...

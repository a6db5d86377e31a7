"""Named bytes from whatever a user points at: paths, folders, archives, addresses, open files.

Archives are recognised by their first bytes. What they unpack to is bounded, so that a small hostile file cannot fill
the memory: 200 times the size of the archive, at least 256 MiB and at most 4 GiB, and archives in archives 4 deep.
"""

import difflib
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, Any, NamedTuple, cast

from pyracing.errors import ReadError, UnknownFormat

HEAD_SIZE = 16 * 1024  # enough to recognise a format by its header line, in UTF-16 too
CHUNK_SIZE = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
ARCHIVE_MAGICS = (GZIP_MAGIC, ZIP_MAGIC, EMPTY_ZIP_MAGIC)
SMALLEST_ALLOWANCE = 256 << 20
LARGEST_ALLOWANCE = 4 << 30
ALLOWED_RATIO = 200
DEEPEST_ARCHIVE = 4
TIME_OUT = 30.0  # seconds without an answer


class Allowance:
    """How many bytes the contents of one archive may still unpack to."""

    def __init__(self, name: str, packed_size: int) -> None:
        self.name = name
        self.whole = min(LARGEST_ALLOWANCE, max(SMALLEST_ALLOWANCE, ALLOWED_RATIO * packed_size))
        self.left = self.whole

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise ReadError(
                f"it holds more than {self.whole >> 20} MiB, which no timing file does; if it is to be trusted, save "
                "what is in it and give the files",
                self.name,
            )


class Content(NamedTuple):
    """Bytes with a name, read when asked. `size` is as stored, so packed for what a gzip file holds."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    path: str | None = None  # of the plain file with exactly these bytes
    allowance: Allowance | None = None

    def head(self, size: int = HEAD_SIZE) -> bytes:
        with damage_reported(self.name), self.open() as file:
            return file.read(size)

    def load(self) -> bytes | bytearray:
        with damage_reported(self.name), self.open() as file:
            if self.allowance is None:
                return file.read()
            return read_all(file, self.allowance)


def content_of_bytes(name: str, data: bytes | bytearray | memoryview) -> Content:
    return Content(name, len(data), partial(io.BytesIO, data))


def content_of_file(path: str, size: int) -> Content:
    return Content(shown_path(path), size, partial(io.FileIO, path), path)


def shown_path(path: str) -> str:
    """A path for messages and tables; bytes of it that are no UTF-8 become question marks."""
    return path.encode(errors="replace").decode()


def read_all(file: IO[bytes], allowance: Allowance) -> bytearray:
    data = bytearray()
    while chunk := file.read(CHUNK_SIZE):
        allowance.spend(len(chunk))
        data += chunk
    return data


@contextmanager
def damage_reported(name: str) -> Iterator[None]:
    """What the archive modules raise on damaged or unusual archives, as a ReadError."""
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ReadError(f"the archive is damaged ({error}); copy or download it again", name) from error
    except RuntimeError as error:  # a password, an unusual method of compression
        raise ReadError(
            f"the archive cannot be unpacked ({error}); unpack it yourself and give the files", name
        ) from error


# ---- Archives ----


def unpack(content: Content, stack: ExitStack) -> list[Content]:
    """The content itself or, where it is an archive, what is in it. Archives stay open until `stack` closes."""
    found: list[Content] = []
    waiting = [(content, 0)]
    while waiting:
        outer, depth = waiting.pop()
        magic = outer.head(4)
        if not magic.startswith(ARCHIVE_MAGICS):
            found.append(outer)
            continue
        if depth == DEEPEST_ARCHIVE:
            raise ReadError(f"archives in archives, more than {DEEPEST_ARCHIVE} deep; unpack them yourself", outer.name)
        inside = gzip_content(outer) if magic.startswith(GZIP_MAGIC) else zip_contents(outer, stack)
        waiting.extend((inner, depth + 1) for inner in reversed(inside))
    return found


def gzip_content(outer: Content) -> list[Content]:
    def open_unpacked() -> IO[bytes]:
        return cast(IO[bytes], GzipStream(outer.open()))

    name = outer.name.removesuffix(".gz")
    return [Content(name, outer.size, open_unpacked, None, outer.allowance or Allowance(outer.name, outer.size))]


class GzipStream(gzip.GzipFile):
    """A gzip file that closes what it reads from."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(fileobj=file, mode="rb")
        self.packed = file

    def close(self) -> None:
        try:
            super().close()
        finally:
            if hasattr(self, "packed"):
                self.packed.close()


def zip_contents(outer: Content, stack: ExitStack) -> list[Content]:
    allowance = outer.allowance or Allowance(outer.name, outer.size)
    with damage_reported(outer.name):
        file: IO[bytes] = outer.open() if outer.path is not None else io.BytesIO(outer.load())
        archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(file)))
    members = [member for member in archive.infolist() if not member.is_dir() and not is_hidden(member.filename)]
    if any(member.filename == "xl/workbook.xml" for member in members):
        raise UnknownFormat(
            "this is a workbook of a spreadsheet program; save the sheet as CSV and give that", outer.name
        )
    members.sort(key=lambda member: member.filename)
    return [
        Content(f"{outer.name}/{member.filename}", member.file_size, partial(archive.open, member), None, allowance)
        for member in members
    ]


def is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


# ---- Folders ----


def folder_contents(folder: str) -> list[Content]:
    """The plain files below a folder in the order of their paths; hidden files and links to folders are passed by."""
    found: list[tuple[list[str], Content]] = []
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if is_hidden(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file():
                    found.append((entry.path.split(os.sep), content_of_file(entry.path, entry.stat().st_size)))
    return [content for _, content in sorted(found, key=lambda pair: pair[0])]


def explained(error: OSError, path: str) -> Exception:
    """The error of opening a path: a missing file with near matches from its folder, a text that is no path."""
    if "\n" in path:
        return ValueError("a text with several lines is no path; give the content of a file as bytes: text.encode()")
    if not isinstance(error, FileNotFoundError):
        return error
    folder, base = os.path.split(path)
    try:
        near = difflib.get_close_matches(base, os.listdir(folder or "."), n=3)
    except OSError:
        near = []
    hint = f"; near it are {', '.join(repr(name) for name in near)}" if near else ""
    return FileNotFoundError(error.errno, f"{error.strerror}{hint}", path)


# ---- Addresses ----


def is_address(source: str) -> bool:
    return source[:8].lower().startswith(("http://", "https://"))


def download(address: str) -> bytearray:
    """The body of the answer; a gzip-encoded one as it came. At most 4 GiB, `TIME_OUT` seconds for each wait."""
    import http.client  # who reads no address need not wait for these
    import urllib.error
    import urllib.request

    headers = {"User-Agent": "pyracing", "Accept-Encoding": "gzip"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=TIME_OUT) as answer:
            encoding = answer.headers.get("Content-Encoding", "identity").lower()
            if encoding not in ("identity", "gzip", "x-gzip"):
                raise ReadError(
                    f"the server sent the encoding '{encoding}'; download the file and give its path", address
                )
            allowance = Allowance(address, LARGEST_ALLOWANCE)
            data = read_all(answer, allowance)
            announced = answer.headers.get("Content-Length", "")
            if announced.isdigit() and int(announced) != len(data):
                raise ReadError(f"the answer ended after {len(data)} of {announced} bytes; try again", address)
            return data
    except urllib.error.HTTPError as error:
        with error:
            reason = " ".join(str(error.reason).split())
            raise ReadError(
                f"the server answered {error.code} {reason}; open the address in a browser, or download the file "
                "and give its path",
                address,
            ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        reason = " ".join(str(getattr(error, "reason", None) or error).split())
        raise ReadError(f"no answer ({reason}); check the address and the connection", address) from error


# ---- Open files ----


def read_open_file(file: Any, name: str) -> bytes | bytearray:
    """What is left in an open binary file or pipe."""
    first = file.read()
    if isinstance(first, str):
        raise TypeError(f"{name} is open as text; open it with mode 'rb', because a text file has lost its encoding")
    if not isinstance(first, (bytes, bytearray)):
        raise TypeError(f"{name}.read() gave {type(first).__name__}, not bytes; give a binary file in blocking mode")
    if not first:
        return first
    more = file.read()
    if not more:
        return first
    data = bytearray(first)
    while more:
        data += more
        more = file.read()
    return data

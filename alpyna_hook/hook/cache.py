"""The cache of rewritten bytecode: a file of our own beside the interpreter's.

`__pycache__/mod.cpython-311.alpyna-<key>.bin`, or the same in the user's cache directory if that
folder cannot be written or is open to others.  The key covers the Python version, `-O`, the
version of ALPyNA and of the code that rewrites; the header holds size and digest of the source.
A file is replaced as a whole, and one that anybody else could have written is never read.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER, cache_from_source
from _imp import _fix_co_filename, source_hash  # type: ignore[attr-defined]

import alpyna_hook
from alpyna_hook.config import cache_folder
from alpyna_hook.guest import files
from alpyna_hook.log import log
from alpyna_hook.named import NamedTuple
from alpyna_hook.seam.records import SiteRecord, Table
from alpyna_hook.seam.source import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import CodeType
    from typing import Any


SUFFIX = ".bin"
_MAGIC = b"ALPyNA-code-5\n\0\0"  # 16 bytes; the number is that of the format


class Entry(NamedTuple):
    """A rewritten module as it is stored: code with markers in place of Sites."""

    code: CodeType
    table: Table
    accelerate: bool  # its pragma says so; else it was rewritten because its name was given
    options: dict[str, Any]
    skip_lines: tuple[int, ...]
    problems: tuple[tuple[int, str], ...] = ()  # pragmas that were not understood


class _Miss(Exception):
    """The text says why a file is not used."""


def digest(data: bytes | memoryview) -> bytes:
    """8 bytes, by which Python too tells sources from each other (PEP 552)."""
    return source_hash(0, data)


_found: list[str] = []
_REWRITING = ("hook", "capture", "cost", "ir", "operators", "seam")  # the folders of what decides what is stored


def _fingerprint() -> str:
    """Changes with the Python, its `-O`, our version, and our own files."""
    if not _found:
        parts = [MAGIC_NUMBER, str(sys.flags.optimize), alpyna_hook.__version__]
        root = os.path.dirname(alpyna_hook.__file__)
        for folder in _REWRITING:
            parts += files.stamps(os.path.join(root, folder))
        _found.append(digest(repr(parts).encode()).hex())
    return _found[0]


def beside(filename: str) -> str:
    """The place next to the interpreter's own file (it follows `sys.pycache_prefix`)."""
    plain = cache_from_source(filename, optimization="")
    return f"{os.path.splitext(plain)[0]}.alpyna-{_fingerprint()}{SUFFIX}"


def in_user_directory(filename: str) -> str:
    path = os.path.abspath(filename)
    place = digest(os.fsencode(path)).hex()
    name = os.path.splitext(os.path.basename(path))[0]
    return os.path.join(user_directory(), f"{name}-{place}.{sys.implementation.cache_tag}-{_fingerprint()}{SUFFIX}")


def user_directory() -> str:
    return os.path.join(cache_folder(), "bytecode")


def _places(filename: str, *, main: bool) -> Iterator[str]:
    """Python leaves no `__pycache__` for a main script, so neither do we; an implementation may have no bytecode files."""
    if not main and sys.implementation.cache_tag is not None:
        yield beside(filename)
    yield in_user_directory(filename)


def load(filename: str, source: bytes, *, main: bool = False) -> Entry | None:
    """The stored entry for exactly this source, or None; the log says why a file was passed over."""
    for path in _places(filename, main=main):
        try:
            entry = _decode(_read(path), source)
        except _Miss as miss:
            log(f"cache miss {path}: {miss}")
            continue
        log(f"cache hit {path}")
        _fix_co_filename(entry.code, filename)  # as Python does: the folder may have been moved
        return entry
    return None


def store(filename: str, source: bytes, entry: Entry, *, main: bool = False) -> None:
    """Keeps an entry in the first place that takes it, unless Python was told to write no bytecode."""
    if sys.dont_write_bytecode:
        return
    data = _encode(source, entry)
    for path in _places(filename, main=main):
        try:
            _write(path, data)
        except OSError as error:
            log(f"cache not written {path}: {error}")
            continue
        log(f"cache written {path}")
        return


# -------------------------------------------------------------------- format


def _encode(source: bytes, entry: Entry) -> bytes:
    table = entry.table
    payload = marshal.dumps((
        entry.code, [tuple(site) for site in table.sites], [tuple(item) for item in table.refused], table.functions,
        entry.accelerate, entry.options, tuple(entry.skip_lines), entry.problems,
    ))
    return _header(source) + digest(payload) + payload


def _header(source: bytes) -> bytes:
    """Size and digest of the source decide; its time is not asked, which a check-out changes and
    an edit within the clock's grain does not."""
    key = _fingerprint().encode()
    return _MAGIC + key + len(source).to_bytes(8, "little") + digest(source)


def _decode(data: bytes, source: bytes) -> Entry:
    header = _header(source)
    start = len(header) + 8
    checks = (
        (slice(0, 16), "another format"),
        (slice(16, 32), "another version or other options"),
        (slice(32, 40), "the source has another size"),
        (slice(40, 48), "the source has changed"),
    )
    if len(data) < start:
        raise _Miss("the file is cut short")
    for part, reason in checks:
        if data[part] != header[part]:
            raise _Miss(reason)
    payload = memoryview(data)[start:]
    if digest(payload) != data[len(header) : start]:
        raise _Miss("the file is damaged")
    code, sites, refused, functions, accelerate, options, skip_lines, problems = marshal.loads(payload)
    table = Table([SiteRecord(*site) for site in sites], [Refusal(*item) for item in refused], functions)
    return Entry(code, table, accelerate, options, skip_lines, problems)


# --------------------------------------------------------------------- files


def _read(path: str) -> bytes:
    """The bytes of a file that only this user (or root) can have written."""
    try:
        return files.read(path)
    except FileNotFoundError:
        raise _Miss("there is none") from None
    except OSError as error:
        raise _Miss(f"it cannot be opened: {error.strerror}" if error.strerror else str(error)) from None


def _write(path: str, data: bytes) -> None:
    """Whole or not at all, also with several processes at it.  Raises OSError."""
    folder = os.path.dirname(path)
    if os.path.basename(folder) == "__pycache__" and os.path.isdir(os.path.dirname(folder)):
        os.makedirs(folder, exist_ok=True)
    else:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    files.write(path, data)


# ------------------------------------------------------------------ upkeep


def user_files() -> list[Path]:
    """The files in the user's cache directory, for `alpyna cache`."""
    from pathlib import Path

    return sorted(Path(user_directory()).glob(f"*{SUFFIX}"))


def files_under(folder: Path) -> list[Path]:
    """The files beside the sources below a folder."""
    return sorted(folder.rglob(f"__pycache__/*.alpyna-*{SUFFIX}"))

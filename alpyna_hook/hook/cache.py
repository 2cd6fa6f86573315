"""The cache of rewritten bytecode: a file of our own beside the interpreter's.

`__pycache__/mod.cpython-311.alpyna-<key>.bin`, or the same in the user's cache directory if that
folder cannot be written or is open to others.  The key covers the Python version, `-O`, the
version of ALPyNA and of the code that rewrites; the header holds size and digest of the source.
A file is replaced as a whole, and one that anybody else could have written is never read.
"""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import alpyna_hook
from alpyna_hook.config import cache_directory
from alpyna_hook.guest import files
from alpyna_hook.log import log
from alpyna_hook.seam.site import SiteRecord, Table
from alpyna_hook.seam.source import Refusal


def _sha256() -> Callable[[bytes | memoryview], Any]:
    """By Python's own module: `hashlib` loads OpenSSL, which takes a tenth of the time that Python needs to start."""
    for name in ("_sha2", "_sha256", "hashlib"):  # since Python 3.12, before, and for a Python that is built without
        with contextlib.suppress(ImportError):
            return import_module(name).sha256  # type: ignore[no-any-return]
    raise ImportError("hashlib has no sha256")


SUFFIX = ".bin"
sha256 = _sha256()
_MAGIC = b"ALPyNA-code-3\n\0\0"  # 16 bytes; the number is that of the format


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


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    """Changes with the Python, its `-O`, our version, and our own files."""
    root = Path(alpyna_hook.__file__).parent
    parts = [importlib.util.MAGIC_NUMBER, str(sys.flags.optimize), alpyna_hook.__version__]
    for folder in ("", "hook", "capture"):
        for item in sorted(os.scandir(root / folder), key=lambda item: item.name):
            if item.name.endswith(".py"):
                info = item.stat()
                parts.append(f"{item.name} {info.st_size} {info.st_mtime_ns}")
    return str(sha256(repr(parts).encode()).hexdigest()[:16])


def beside(filename: str) -> Path:
    """The place next to the interpreter's own file (it follows `sys.pycache_prefix`)."""
    plain = importlib.util.cache_from_source(filename, optimization="")
    return Path(f"{os.path.splitext(plain)[0]}.alpyna-{_fingerprint()}{SUFFIX}")


def in_user_directory(filename: str) -> Path:
    path = os.path.abspath(filename)
    digest = sha256(os.fsencode(path)).hexdigest()[:16]
    name = os.path.splitext(os.path.basename(path))[0]
    return user_directory() / f"{name}-{digest}.{sys.implementation.cache_tag}-{_fingerprint()}{SUFFIX}"


def user_directory() -> Path:
    return cache_directory() / "bytecode"


def _places(filename: str, *, main: bool) -> Iterator[Path]:
    """Python leaves no `__pycache__` for a main script, so neither do we."""
    if not main:
        with contextlib.suppress(NotImplementedError):  # an implementation without bytecode files
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
    return bytes(_header(source) + sha256(payload).digest() + payload)


def _header(source: bytes) -> bytes:
    """Size and digest of the source decide; its time is not asked, which a check-out changes and
    an edit within the clock's grain does not."""
    key = _fingerprint().encode()
    return bytes(_MAGIC + key + len(source).to_bytes(8, "little") + sha256(source).digest())


def _decode(data: bytes, source: bytes) -> Entry:
    header = _header(source)
    start = len(header) + 32
    checks = (
        (slice(0, 16), "another format"),
        (slice(16, 32), "another version or other options"),
        (slice(32, 40), "the source has another size"),
        (slice(40, 72), "the source has changed"),
    )
    if len(data) < start:
        raise _Miss("the file is cut short")
    for part, reason in checks:
        if data[part] != header[part]:
            raise _Miss(reason)
    payload = memoryview(data)[start:]
    if sha256(payload).digest() != data[len(header) : start]:
        raise _Miss("the file is damaged")
    code, sites, refused, functions, accelerate, options, skip_lines, problems = marshal.loads(payload)
    table = Table([SiteRecord(*site) for site in sites], [Refusal(*item) for item in refused], functions)
    return Entry(code, table, accelerate, options, skip_lines, problems)


# --------------------------------------------------------------------- files


def _read(path: Path) -> bytes:
    """The bytes of a file that only this user (or root) can have written."""
    try:
        return files.read(path)
    except FileNotFoundError:
        raise _Miss("there is none") from None
    except OSError as error:
        raise _Miss(f"it cannot be opened: {error.strerror}" if error.strerror else str(error)) from None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, also with several processes at it.  Raises OSError."""
    if path.parent.name == "__pycache__":
        path.parent.mkdir(exist_ok=True)
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.check_folder(path.parent)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


# ------------------------------------------------------------------ upkeep


def user_files() -> list[Path]:
    """The files in the user's cache directory, for `alpyna cache`."""
    return sorted(user_directory().glob(f"*{SUFFIX}"))


def files_under(folder: Path) -> list[Path]:
    """The files beside the sources below a folder."""
    return sorted(folder.rglob(f"__pycache__/*.alpyna-*{SUFFIX}"))

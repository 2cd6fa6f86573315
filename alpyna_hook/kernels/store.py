"""Object code of kernels, kept in the user's cache directory from one run to the next.

A file is named after the digest of all that its code depends on: the kernel, the compiler, the processor, and how we write kernels
for it.  It begins with that digest and with one of the code.  Files are replaced as a whole; one that anybody else could
have written is never read, one that is damaged counts as not there, and one that cannot be written is done without.
When they come to more than a bound, those that were not used for the longest time go.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from typing import NamedTuple, Protocol

import alpyna_hook
from alpyna_hook.config import cache_folder
from alpyna_hook.guest import files
from alpyna_hook.log import log
from alpyna_hook.runtime.earlier import SUFFIX as NOTES

SUFFIX, PLANS = ".o", ".plan"
LIMIT = 2**28  # bytes of all files
_LEFT = 0.75  # of that, when some have gone
_MAGIC = b"ALPyNA-object-1\n"
_HEAD = len(_MAGIC) + 2 * sha256().digest_size
_WRITING = ("emit", "ir", "kernels")  # the folders of what makes code of a kernel's source
_BETWEEN = 64  # files that are written between two looks at their sum


class Key(NamedTuple):
    """What object code depends on.  compiler: whose, which version, at which level.  processor: triple, name and features."""

    kernel: str
    compiler: str
    processor: str
    hashed: str = ""  # the digest of the kernel, where the kernel itself is not at hand
    suffix: str = SUFFIX
    name: str = "kernel"

    @property
    def digest(self) -> bytes:
        kernel = self.hashed or digest_of(self.kernel)
        return sha256(repr((kernel, self.compiler, self.processor, _fingerprint())).encode("utf-8", "surrogatepass")).digest()


def digest_of(kernel: str) -> str:
    return sha256(kernel.encode("utf-8", "surrogatepass")).hexdigest()


class Named(Protocol):
    """What tells where something is kept."""

    @property
    def digest(self) -> bytes: ...

    @property
    def suffix(self) -> str: ...

    @property
    def name(self) -> str: ...


def load(key: Key) -> bytes | None:
    """The object code, or None; the log says why a file was passed over."""
    code = find(key)
    if code is None:
        _missing[0] += 1
    return code


def missing() -> int:
    """How many kernels this process has looked for in vain."""
    return _missing[0]


_missing = [0]


def find(key: Named) -> bytes | None:
    """The same, where it is no matter if there is none."""
    digest = key.digest
    path = _path(digest, key.suffix)
    try:
        data = files.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        log(f"{key.name} not read from {path}: {error.strerror or error}")
        return None
    code = data[_HEAD:]
    if data[:_HEAD] != _head(digest, code):
        log(f"{key.name} not read from {path}: the file is damaged")
        return None
    with suppress(OSError):
        os.utime(path)
    return code


def save(key: Named, code: bytes) -> None:
    """Keeps the object code, if that can be done."""
    digest = key.digest
    path = _path(digest, key.suffix)
    try:
        os.makedirs(folder(), mode=0o700, exist_ok=True)
        files.write(path, _head(digest, code) + code)
        _prune()
    except OSError as error:
        log(f"{key.name} not kept in {path}: {error.strerror or error}")


def folder() -> str:
    return _others[-1] if _others else os.path.join(cache_folder(), "kernels")


@contextmanager
def elsewhere(path: str) -> Iterator[None]:
    """Kernels are kept in another folder meanwhile."""
    _others.append(path)
    try:
        yield
    finally:
        _others.remove(path)


_others: list[str] = []


def stored() -> list[str]:
    """The files, for `alpyna cache`."""
    try:
        return sorted([item.path for item in os.scandir(folder()) if item.name.endswith((SUFFIX, PLANS, NOTES))])
    except OSError:
        return []


def _path(digest: bytes, suffix: str = SUFFIX) -> str:
    return os.path.join(folder(), digest.hex()[:32] + suffix)


def _head(digest: bytes, code: bytes) -> bytes:
    return _MAGIC + digest + sha256(code).digest()


@cache
def _fingerprint() -> str:
    """Changes with our version, and with our own files."""
    root = os.path.dirname(alpyna_hook.__file__)
    return repr([alpyna_hook.__version__, *[files.stamps(os.path.join(root, name)) for name in _WRITING]])


_until_look = [0]


def _prune() -> None:
    """Removes the files that were used the longest ago, if there are too many.  Raises OSError."""
    _until_look[0] -= 1
    if _until_look[0] >= 0:
        return
    _until_look[0] = _BETWEEN
    with os.scandir(folder()) as items:
        seen = [(item.stat(follow_symlinks=False), item.path) for item in items]
    found = sorted([(info.st_mtime_ns, info.st_size, path) for info, path in seen])
    total = sum(size for _, size, _ in found)
    if total <= LIMIT:
        return
    for _, size, path in found:
        if total <= _LEFT * LIMIT:
            break
        with suppress(OSError):  # another process may have removed it
            os.unlink(path)
            total -= size

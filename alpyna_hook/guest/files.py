"""Files of this user's in folders that others may write to: no link, pipe or file of anybody else's is opened in their place."""

from __future__ import annotations

import os
import stat
from _thread import get_ident

_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# Not through a link; a pipe that nobody writes to keeps nobody waiting.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC", "O_NOCTTY"))


def stamps(folder: str) -> list[str]:
    """The names, sizes and times of the Python files in a folder, as what tells one version of them from another."""
    with os.scandir(folder) as items:
        found = sorted([(item.name, item.stat()) for item in items if item.name.endswith(".py")])
    return [f"{name} {info.st_size} {info.st_mtime_ns}" for name, info in found]


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raises OSError unless only this user (or root) can put files there."""
    _check(os.stat(path), "its folder")


def opened(path: str | os.PathLike[str], flags: int) -> int:
    """The descriptor of a file that only this user (or root) can have written.  Raises OSError."""
    check_folder(os.path.dirname(path))
    descriptor = os.open(path, flags | _FLAGS, 0o600)
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise PermissionError("it is not a file of its own")
        _check(info, "it")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read(path: str | os.PathLike[str]) -> bytes:
    """The bytes of such a file.  Raises OSError."""
    with os.fdopen(opened(path, os.O_RDONLY), "rb") as file:
        return file.read()


def write(path: str, data: bytes) -> None:
    """Puts such a file in the place of what was there: whole or not at all, also with several processes at it.  Raises OSError."""
    check_folder(os.path.dirname(path))
    temporary = f"{path}.{os.getpid()}.{get_ident()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def append(path: str | os.PathLike[str], data: bytes, limit: int) -> None:
    """Adds to such a file, which is begun anew when it has more than `limit` bytes.  Raises OSError.

    One call: what other processes append at the same time stays whole too.
    """
    descriptor = opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        if os.fstat(descriptor).st_size > limit:
            os.ftruncate(descriptor, 0)
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _check(info: os.stat_result, what: str) -> None:
    if not hasattr(os, "geteuid"):
        return  # Windows: the folders' access lists decide
    if info.st_uid not in (0, os.geteuid()):
        raise PermissionError(f"{what} belongs to another user")
    if info.st_mode & _OTHERS:
        raise PermissionError(f"{what} can be written by other users")

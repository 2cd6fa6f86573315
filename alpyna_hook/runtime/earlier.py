"""Which nests earlier processes have compiled: their kernels are likely in the store, so that compiling them costs a fraction.

A file beside the kernels, eight bytes for each nest; it is read once, when a loop first seems worth compiling.  It tells what
compiling costs and nothing else: where it is wrong, as when the kernel was for other types, a loop is compiled somewhat too soon.
"""

from __future__ import annotations

import os
import sys
from _imp import source_hash  # built in, other than what `hashlib` has

import alpyna_hook
from alpyna_hook.config import cache_folder
from alpyna_hook.guest import files
from alpyna_hook.log import log

SUFFIX = ".known"
_SIZE = 8  # bytes of a digest
_LIMIT = 2**15 * _SIZE  # of the file, which is begun anew then
_known: dict[str, set[bytes]] = {}  # by the file, which follows the environment


def has_compiled(nest: bytes) -> bool:
    return _digest(nest) in _of_file()


def loads_itself() -> bool:
    """Whether a kernel that is in the store is made ready without the compiler's library: see `kernels/image.py`."""
    return sys.platform == "linux" and os.uname().machine == "x86_64" and sys.maxsize > 2**32


def note(nest: bytes) -> None:
    """This process has compiled the nest, and its kernel was kept."""
    known, digest = _of_file(), _digest(nest)
    if digest in known:
        return
    known.add(digest)
    try:
        files.append(path(), digest, _LIMIT)
    except OSError as error:
        log(f"not noted in {path()}: {error.strerror or error}")


def path() -> str:
    return os.path.join(cache_folder(), "kernels", f"nests{SUFFIX}")


def _of_file() -> set[bytes]:
    place = path()
    known = _known.get(place)
    if known is None:
        known = _known[place] = set()  # whatever comes of it, it is read once
        try:
            data = files.read(place)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                log(f"{place} not read: {error.strerror or error}")
        else:
            known.update([data[k : k + _SIZE] for k in range(0, len(data), _SIZE)])
    return known


def _digest(nest: bytes) -> bytes:
    return source_hash(0, alpyna_hook.__version__.encode() + nest)

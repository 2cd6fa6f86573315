"""Plain values that were kept in the store, beside the kernels and by the same rules: see `kernels/store.py`.

They are named after all that they were made of: what is given here, the versions of ALPyNA, Python and NumPy with the files that
tell one build of them from another, and what the profile says of functions.  They are written by `marshal`: reading runs nothing.
"""

from __future__ import annotations

import marshal
import os
import sys
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

import alpyna_hook
from alpyna_hook.config import numpy_settings
from alpyna_hook.guest import files
from alpyna_hook.kernels import store
from alpyna_hook.log import log
from alpyna_hook.runtime.decide import measured


class PlanKey(NamedTuple):
    """of: by its `repr`."""

    of: object
    suffix: str = store.PLANS
    name: str = "plan"

    @property
    def digest(self) -> bytes:
        return sha256(repr((self.of, _versions(), _inexact())).encode("utf-8", "surrogatepass")).digest()


def load(key: PlanKey) -> Any:
    """What was saved, or None; the log says why a file was passed over."""
    data = store.find(key)
    if data is None:
        return None
    try:
        return marshal.loads(data)
    except (EOFError, ValueError, TypeError) as error:
        log(f"plan not read: {error!r}")
        return None


def save(key: PlanKey, value: Any) -> None:
    """Keeps tuples, dictionaries, sets, texts and numbers, if that can be done."""
    store.save(key, marshal.dumps(value))


@cache
def _versions() -> str:
    root = os.path.dirname(alpyna_hook.__file__)
    with os.scandir(root) as items:
        folders = sorted([item.path for item in items if item.is_dir() and item.name != "__pycache__"])
    ours = [alpyna_hook.__version__, files.stamps(root), *[(os.path.basename(each), files.stamps(each)) for each in folders]]
    umath: Any = sys.modules["numpy._core._multiarray_umath"]
    theirs = [np.__version__, _stamp(np.__file__), _stamp(umath.__file__), numpy_settings()]
    return repr((ours, sys.version, sys.implementation.cache_tag, sys.flags, theirs))


def _inexact() -> list[str]:
    """The functions that are not compiled, by the profile that is used: its file may be that of another machine."""
    profile = measured()
    return sorted(profile.different) if profile is not None else []


def _stamp(path: str) -> tuple[object, ...]:
    try:
        info = os.stat(path)
    except OSError:
        return (path,)
    return path, info.st_size, info.st_mtime_ns

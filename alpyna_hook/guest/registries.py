"""The memory of warnings that were shown already, kept across work that would make Python forget it.

A warning is shown once for each place by way of the module's `__warningregistry__`, which is void as
soon as any filter is changed, if only for a while: `warnings.catch_warnings` in a compiler that
runs between two iterations of the user's loop would make the same warning appear again.
"""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any


class _Asked(Exception):
    """Ends the probe once it has been told the version."""


class _Text(str):
    __slots__ = ()

    def __hash__(self) -> int:
        raise _Asked  # the warning would be remembered


class _Unnamed(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise _Asked  # the warning would be shown


class _Probe(Warning, metaclass=_Unnamed):
    def __str__(self) -> str:
        return _Text()


def _version() -> object:
    """The number of changes of the filters so far, which Python writes into any registry that it looks at."""
    registry: dict[Any, Any] = {}
    with suppress(_Asked, _Probe):  # a probe that is kept would keep the traceback, and that all callers' variables
        warnings.warn_explicit(_Probe(), None, "", 0, registry=registry)
    return registry.get("version")


class kept:
    """What is done inside voids no registry: neither the modules' nor that of the namespace.

    Not a generator: one that was left by the exception of a signal's handler is closed at any later time, and may swallow
    another exception then.
    """

    def __init__(self, namespace: Mapping[str, Any] | None = None) -> None:
        self.namespace = namespace

    def __enter__(self) -> None:
        self.before = _version()

    def __exit__(self, *error: object) -> None:
        after = _version()
        if after != self.before:
            for registry in _registries(self.namespace):
                if registry.get("version") == self.before:
                    registry["version"] = after


def _registries(namespace: Mapping[str, Any] | None) -> Iterator[dict[Any, Any]]:
    # a lazy module would be loaded by any other way of looking into it
    spaces = [object.__getattribute__(m, "__dict__") for m in list(sys.modules.values()) if isinstance(m, types.ModuleType)]
    for space in (*spaces, namespace or {}):
        registry = space.get("__warningregistry__")
        if isinstance(registry, dict):
            yield registry

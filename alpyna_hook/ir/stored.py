"""A captured nest as bytes: kept with its loop, and made into a nest again when the loop is reached.

The garbage collector has nothing to look at in bytes, and nothing is parsed twice.  A node that stands in two places
(the index of an augmented store) is one node again.
"""

from __future__ import annotations

import pickle
from typing import NamedTuple

from alpyna_hook.ir.captured import Nest
from alpyna_hook.ir.schema import replace

_NOTHING: frozenset[str] = frozenset()


class Captured(NamedTuple):
    """A nest; what the names were taken for that it calls; and the class in whose body it stands."""

    nest: Nest
    meanings: tuple[tuple[str, str | None], ...] = ()
    owner: str | None = None


def dumps(captured: Captured) -> bytes:
    """The same for the same source in each process: what is kept of a nest is found by them.  Raises RecursionError."""
    nest = captured.nest
    bare = replace(nest, sure=_NOTHING, header_reads=_NOTHING)  # a set has another order in each process
    return pickle.dumps((bare, sorted(nest.sure), sorted(nest.header_reads), *captured[1:]), pickle.HIGHEST_PROTOCOL)


def loads(data: bytes) -> Captured:
    bare, sure, header_reads, *others = pickle.loads(data)
    return Captured(replace(bare, sure=frozenset(sure), header_reads=frozenset(header_reads)), *others)

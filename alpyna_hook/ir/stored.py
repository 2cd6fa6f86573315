"""A captured nest as bytes: kept with its loop, and made into a nest again when the loop is reached.

The garbage collector has nothing to look at in bytes, and nothing is parsed twice.  A node that stands in two places
(the index of an augmented store) is one node again.
"""

from __future__ import annotations

import pickle
from typing import NamedTuple

from alpyna_hook.ir.captured import Nest


class Captured(NamedTuple):
    """A nest; what the names were taken for that it calls; and the class in whose body it stands."""

    nest: Nest
    meanings: tuple[tuple[str, str | None], ...] = ()
    owner: str | None = None


def dumps(captured: Captured) -> bytes:
    """Raises RecursionError."""
    return pickle.dumps(tuple(captured), pickle.HIGHEST_PROTOCOL)


def loads(data: bytes) -> Captured:
    return Captured(*pickle.loads(data))

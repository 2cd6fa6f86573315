"""A captured nest as bytes: kept with its loop, and made into a nest again when the loop is reached.

The garbage collector has nothing to look at in bytes, and nothing is parsed twice.  A node that stands in two places
(the index of an augmented store) is one node again.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, NamedTuple

from alpyna_hook.ir.captured import Nest


class Captured(NamedTuple):
    """A nest; what the names were taken for that it calls; and the class in whose body it stands."""

    nest: Nest
    meanings: tuple[tuple[str, str | None], ...] = ()
    owner: str | None = None


class _Pickler(pickle.Pickler):
    """Nodes as calls of their classes: half the size and the time of their states."""

    def reducer_override(self, item: Any) -> Any:
        # dataclasses.fields() does not know the classes of another copy of dataclasses, as there is beside a program's own
        kind = type(item)
        if not hasattr(kind, "__dataclass_fields__"):
            return NotImplemented
        return kind, tuple([getattr(item, name) for name in kind.__match_args__])


def dumps(captured: Captured) -> bytes:
    """Raises RecursionError."""
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(tuple(captured))
    return file.getvalue()


def loads(data: bytes) -> Captured:
    return Captured(*pickle.loads(data))

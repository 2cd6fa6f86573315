"""Names with what is read of them, as text: `self.grid`, `cost.["gap"]`; and what may be asked of them."""

from __future__ import annotations

FLOAT, DICTIONARY, TUPLE = "a float", "a dictionary", "a tuple"
RANK = "?rank"  # at the end of a path: how many dimensions the array before it has, or items the tuple


def dict_step(key: str | int) -> str:
    """The step of a path for the item of a dictionary."""
    return f'["{key}"]' if isinstance(key, str) else f"[{key}]"


def key_of_step(step: str) -> str | int:
    return step[2:-2] if step[1] == '"' else int(step[1:-1])

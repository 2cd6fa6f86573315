"""Inner loops that are exchanged wherever that is legal, however short they are and whether or not it is worth it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alpyna_hook.schedule import interchange

DONE: list[str] = []  # what was done, in words


def wherever_legal(change: Callable[[Any, str, Any], None]) -> None:
    """change: `setattr`, or what puts it back in the end."""
    words = interchange._words

    def noted(*given: Any) -> str:
        DONE.append(words(*given))
        return DONE[-1]

    change(interchange, "MANY", 1)
    change(interchange, "_words", noted)
    change(interchange._Interchange, "is_worth_it", lambda self, pair: True)

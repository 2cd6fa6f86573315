"""What a row variable is left with; without NumPy, which what only looks at source has no need of."""

from __future__ import annotations

from alpyna_hook.ir.schema import Record


class View(Record):
    """A user's variable that is a row of an array wherever the nest has assigned it.

    After the nest it is `array[index]` (the array itself if there is no index), where a string is
    the value of that temporary; it was assigned if and only if the temporary `witness` was.
    It is the very object that another such variable is if the temporary beside that one's name in `same` is true.
    """

    name: str
    array: str
    index: tuple[str | int, ...]
    witness: str
    same: tuple[tuple[str, str], ...] = ()

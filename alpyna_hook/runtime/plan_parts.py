"""What the parts of a plan's text share: what they are made of, and the text itself."""

from __future__ import annotations

from typing import Any, NamedTuple

from alpyna_hook.bind.binder import Binder
from alpyna_hook.integers.general import General
from alpyna_hook.live.binding import Binding
from alpyna_hook.runtime.variant import Call, Lie, Variant
from alpyna_hook.seam.site import Site


class Unplanned(Exception):
    """No plan is made for such a nest."""


class Given(NamedTuple):
    """What the engine has found for the call that a plan is made after.

    exact: a plan is for these integers alone.  alike: it is for these shapes and strides alone.
    most: seconds in the interpreter, of calls that this thread may run by itself, and at once.
    """

    site: Site
    variant: Variant
    binder: Binder
    binding: Binding
    values: tuple[object, ...]
    lie: Lie
    strides: tuple[tuple[int, ...], ...]
    call: Call
    proof: General
    exact: bool
    alike: bool
    most: float


class Text:
    """Lines, and the constants that they name."""

    def __init__(self, **names: Any) -> None:
        self.lines: list[str] = []
        self.names = names

    def constant(self, value: object) -> str:
        """Its name."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def line(self, *lines: str) -> None:
        self.lines += lines

    def leave_if(self, *conditions: str) -> None:
        """The call is left to the engine."""
        if conditions:
            self.lines.append(f"if {' or '.join(conditions)}: return")

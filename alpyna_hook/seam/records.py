"""What is stored of a site beside the code, and the signs by which code and site know each other."""

from __future__ import annotations

from alpyna_hook.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from alpyna_hook.seam.source import Refusal

OWN_SLOTS: tuple[str, ...] = ()  # of the parts of a Site, which has all of them
MISSING = object()  # in the place of a value that a variable does not have
MARK = "\0alpyna-site:"  # and an index: what stands for a Site in bytecode that is stored
HELD = ("place", "held")  # holds the answer where no variable can, until what the loop may have assigned is assigned
LEFT_ALONE = "__doc__"  # the attribute that is true of a Site whose loop is left alone, and of bytes


class SiteRecord(NamedTuple):
    """What the bytecode cache keeps of a Site; `parent` is an index, or -1."""

    qualname: str
    lineno: int
    col: int
    end_lineno: int
    params: tuple[str, ...]
    unsure: tuple[str, ...]
    targets: tuple[str, ...]
    perhaps: tuple[str, ...]
    has_return: bool
    in_function: bool
    parent: int
    nest: bytes  # what was captured
    outline: Any  # see outline.py
    plain: tuple[str, ...]  # the names whose values must be numbers or arrays
    calls: tuple[str, ...]  # the names of what is called in any case


_PARAMS, _UNSURE = map(SiteRecord._fields.index, ("params", "unsure"))


def _recorded(field: str) -> Any:
    place = SiteRecord._fields.index(field)
    return property(lambda site: site.record[place])


class Recorded:
    """The part of a Site that stays as it was stored.

    There are thousands of sites in a process, most of which are never reached, and a full garbage collection comes by all that
    they refer to: their record is a plain tuple of numbers and texts, which it forgets.
    """

    __slots__ = OWN_SLOTS

    if TYPE_CHECKING:
        record: tuple[Any, ...]  # a SiteRecord's values

    qualname: str = _recorded("qualname")
    lineno: int = _recorded("lineno")
    col: int = _recorded("col")
    end_lineno: int = _recorded("end_lineno")
    unsure: tuple[str, ...] = _recorded("unsure")
    targets: tuple[str, ...] = _recorded("targets")
    perhaps: tuple[str, ...] = _recorded("perhaps")
    has_return: bool = _recorded("has_return")
    in_function: bool = _recorded("in_function")
    nest: bytes = _recorded("nest")
    outline: Any = _recorded("outline")
    plain: tuple[str, ...] = _recorded("plain")
    calls: tuple[str, ...] = _recorded("calls")

    @property
    def params(self) -> tuple[str, ...]:
        """What the seam passes: variables that surely have a value, and then those that may have none."""
        passed: tuple[str, ...] = self.record[_PARAMS] + self.record[_UNSURE]
        return passed


class Table(NamedTuple):
    """What a module's rewriting leaves beside the code; plain values, for marshal."""

    sites: list[SiteRecord]
    refused: list[Refusal]
    functions: bytes  # where the functions stand

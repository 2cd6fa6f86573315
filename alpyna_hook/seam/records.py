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


class Table(NamedTuple):
    """What a module's rewriting leaves beside the code; plain values, for marshal."""

    sites: list[SiteRecord]
    refused: list[Refusal]
    functions: bytes  # where the functions stand

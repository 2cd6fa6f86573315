"""Code objects with Sites in them, and which source a code object was made from."""

from __future__ import annotations

from _imp import source_hash
from _weakref import ref
from marshal import dumps
from types import CodeType

from alpyna_hook.seam.records import MARK
from alpyna_hook.seam.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from alpyna_hook.seam.source import ModuleSource

# Code with loops is known by its identity: its Sites refer to it.  Of other code, which there is far more of, the contents tell:
# bytes for each source, by the name of its file, for objects would make each full garbage collection slower.
_without_loops: dict[str, dict[bytes, ModuleSource]] = {}
_WIDTH = 8  # of one digest
_AS_WRITTEN = 0  # of the formats of marshal that which depends on nothing but the contents


def link(code: CodeType, module: ModuleSource) -> CodeType:
    """A copy of the code, known to be the module's, with its markers replaced by the Sites themselves."""
    digests: list[bytes] = []
    linked = _link(code, module, digests)
    _without_loops.setdefault(code.co_filename, {})[b"".join(digests)] = module
    return linked


def _link(code: CodeType, module: ModuleSource, digests: list[bytes]) -> CodeType:
    constants: list[Any] = []
    sites: list[Site] = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            constant = _link(constant, module, digests)
        elif isinstance(constant, str) and constant.startswith(MARK):
            constant = module.sites[int(constant[len(MARK):])]
            sites.append(constant)
        constants.append(constant)
    linked = code.replace(co_consts=tuple(constants))
    if not sites:
        digests.append(_digest(linked))
        return linked
    made = ref(linked)
    for site in sites:
        site.code = made
    return linked


def _digest(code: CodeType) -> bytes:
    return source_hash(0, dumps(code, _AS_WRITTEN))


def module_of(code: CodeType) -> ModuleSource | None:
    """The source that a code object was made from: not an equal one of another file, nor a changed copy."""
    for constant in code.co_consts:
        if isinstance(constant, Site):
            return constant.module if constant.code() is code else None
    digest = None
    for digests, module in _without_loops.get(code.co_filename, {}).items():
        digest = digest or _digest(code)
        place = digests.find(digest)
        while place >= 0 and place % _WIDTH:
            place = digests.find(digest, place + 1)
        if place >= 0:
            return module
    return None

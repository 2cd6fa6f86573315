"""The names of a nest as an earlier process has bound them: what they stand for is found without what was captured.

Of nests alone that read numbers, arrays and functions of known meaning, and whose header makes no array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alpyna_hook.live.binding import Binding, Live, sort_plain
from alpyna_hook.live.names import LiveNames, Names
from alpyna_hook.operators.genuine import KNOWN
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.earlier import loads_itself
from alpyna_hook.runtime.plan_store import PlanKey, load, save
from alpyna_hook.seam.records import MISSING
from alpyna_hook.seam.site import Site

if TYPE_CHECKING:
    from alpyna_hook.bind.binder import Binder

_FOR_NAMES = "names"


class KeptNames(Names):
    """Binds names as `bind.Binder` does.  outline: of the nest; see `cost/outline.py`.  nest: as bytes."""

    def __init__(self, site: Site, reads: tuple[str, ...], writes: tuple[str, ...], outline: Any, nest: bytes) -> None:
        super().__init__({name: k for k, name in enumerate(site.params)}, writes)
        self.reads = [self.read_of(name) for name in reads]
        self.outline, self.data = outline, nest

    def bind(self, values: tuple[object, ...], namespace: dict[str, Any]) -> Binding | None:
        """None where the binder is to be asked, which knows more kinds of values, and what to say of others."""
        arrays: dict[str, Any] = {}
        scalars: dict[str, Any] = {}
        functions: dict[str, object] = {}
        signature: list[object] = []
        live = Live(values, namespace)
        try:
            for read in self.reads:
                name, value = read[0], self.look_up(read, live)
                genuine = KNOWN.get(id(value))
                if genuine is not None:
                    functions[name] = genuine
                    signature.append(genuine)
                elif value is MISSING:
                    signature.append((name, "no value"))
                elif not sort_plain(name, value, arrays, scalars, signature):
                    return None
        except Declined:
            return None
        return Binding(arrays, scalars, functions, tuple(signature), None, {}, namespace, {}, {}, {}, {})


def key_of(site: Site, what: object) -> PlanKey:
    """Of what is kept of a nest: all that its capture and its seam have decided is in it."""
    seam = site.params, site.unsure, site.targets, site.perhaps, site.has_return
    return PlanKey((site.nest, seam, repr(site.module.options), what))


def is_keepable(site: Site) -> bool:
    """Whether anything of the nest may be kept: what is to be checked is not taken from a file, and devices keep nothing."""
    options = site.module.options
    return options.jit == "llvm" and not options.strict and not options.elsewhere and loads_itself()


def kept_names(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> KeptNames | None:
    """What an earlier process has kept of a nest, if what it calls has the meanings that it had then."""
    found = load(key_of(site, _FOR_NAMES)) if is_keepable(site) else None
    if found is None:
        return None
    meanings, reads, writes, roots, outline, other = found
    names = KeptNames(site, reads, writes, outline, other or site.nest)
    live = LiveNames(names.params, values, namespace)
    if roots & hidden(site) or any(live.meaning(path) != meaning for path, meaning in meanings):
        return None
    return names


def hidden(site: Site) -> set[str]:
    """The variables of the code around a nest that its seam does not pass."""
    code = site.code()
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars} if code is not None and site.in_function else set()
    return own - {*site.params}


def keep_names(site: Site, binder: Binder, outline: Any) -> None:
    nest, other = binder.nest, b"" if binder.data == site.nest else binder.data
    roots = frozenset([name.partition(".")[0] for name in (*nest.reads, *nest.attributes)])
    save(key_of(site, _FOR_NAMES), (binder.meanings, nest.reads, nest.writes, roots, outline, other))

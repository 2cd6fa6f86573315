"""The binder of a nest, by what was captured of it when its module was rewritten: with it come the capture and the binding."""

from __future__ import annotations

from typing import Any

from alpyna_hook.bind.binder import Binder
from alpyna_hook.capture import capture_nest
from alpyna_hook.capture.meanings import Noted
from alpyna_hook.guest import registries
from alpyna_hook.ir.captured import Nest
from alpyna_hook.ir.stored import Captured, dumps, loads
from alpyna_hook.ir.untracked import untracked
from alpyna_hook.live.names import LiveNames
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.kept_names import hidden
from alpyna_hook.seam.site import Site


def binder_of(site: Site, values: tuple[object, ...], namespace: dict[str, Any]) -> Binder:
    """Raises Declined."""
    positions = {name: k for k, name in enumerate(site.params)}
    with registries.kept(namespace):
        captured, data = nest_of(site, LiveNames(positions, values, namespace))
    check_seam(site, untracked(captured.nest))
    return Binder(captured.nest, positions, captured.meanings, data)


def nest_of(site: Site, live: LiveNames) -> tuple[Captured, bytes]:
    """As it was captured when the module was rewritten, unless names stand for something else than they seemed to."""
    captured = loads(site.nest)
    if all(live.meaning(path) == meaning for path, meaning in captured.meanings):
        return captured, site.nest
    module = site.module
    node = module.loop_node(site.lineno, site.col, site.end_lineno, captured.owner)
    noted = Noted(live)
    nest = capture_nest(node, filename=module.filename, qualname=site.qualname, skip_lines=module.skip_lines, names=noted)
    captured = Captured(nest, tuple(noted.meanings.items()), captured.owner)
    try:
        return captured, dumps(captured)
    except RecursionError:
        return captured, b""


def check_seam(site: Site, nest: Nest) -> None:
    """The seam was made for what the names of the source look like: it must fit what they are, too."""
    read = {name.partition(".")[0] for name in (*nest.reads, *nest.attributes)}
    if {*nest.targets} != {*site.targets, *site.perhaps} or nest.has_return != site.has_return or read & hidden(site):
        raise Declined("call", "what its names stand for is not what they look like")

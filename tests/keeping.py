"""Calls that find what an earlier process has kept of their nest: each is made as if it were the first of its process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from alpyna_hook.kernels import ready
from alpyna_hook.kernels.llvm_engine import machine
from alpyna_hook.runtime import engine, kept_names, kept_variant, placing
from alpyna_hook.seam.site import Left, Site

FOUND: Counter[str] = Counter()  # names, variants and kernels that were found in the store


def as_new_processes(change: Callable[[Any, str, Any], None]) -> None:
    """change: `setattr`, or what puts it back in the end.  To be called where the cache folder is that of the test."""
    ready.note(machine().compiler, machine().processor)
    own = engine.attempt

    def attempt(site: Site, state: Any, *rest: Any, **more: Any) -> Any:
        try:
            return own(site, state, *rest, **more)
        finally:
            site.plans = ()
            if site.state is state:
                site.state = Left(state.trace)

    def counted(name: str, find: Callable[..., Any]) -> Callable[..., Any]:
        def found(*arguments: Any) -> Any:
            result = find(*arguments)
            FOUND[name] += result is not None
            return result

        return found

    change(engine, "attempt", attempt)
    change(kept_variant, "is_keepable", lambda site: True)
    change(kept_names, "is_keepable", lambda site: True)
    change(engine, "kept_names", counted("names", engine.kept_names))
    change(engine, "kept_variant", counted("variants", engine.kept_variant))
    change(placing, "kept_kernel", counted("kernels", placing.kept_kernel))

"""Calls that plans serve as soon as there can be a plan, which otherwise only calls that are repeated many times get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from alpyna_hook.runtime import plans, variant
from alpyna_hook.seam.site import Site

SERVED: Counter[str] = Counter()  # calls, by program


def at_once(change: Callable[[Any, str, Any], None]) -> None:
    """change: `setattr`, or what puts it back in the end.  The plans are functions with their text's names as `names`."""
    change(variant, "FIRST_CALLS", 0)
    make = plans._plan

    def made(site: Site, *rest: Any) -> Any:
        plan: Any = make(site, *rest)
        if plan is None:
            return None

        def counted(values: tuple[object, ...], namespace: dict[str, Any]) -> Any:
            done = plan(values, namespace)
            SERVED[site.module.filename] += done is not None
            return done

        counted.names = plan.__globals__  # type: ignore[attr-defined]
        plan.__globals__["plan"] = counted
        return counted

    change(plans, "_plan", made)

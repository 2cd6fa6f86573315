"""The report as data: one object for each loop nest of the marked modules."""

from __future__ import annotations

import re
from typing import Any

from alpyna_hook.guest.watching import was_shown
from alpyna_hook.hook.site import Site, all_modules
from alpyna_hook.hook.source import ModuleSource, Refusal

_INNER_NAME = re.compile(r"([^\s@:]+)@\d+::([\w.]+)")


def as_data(*, loops: bool = False, kernels: bool = False, whole: bool = False) -> list[dict[str, Any]]:
    """`file`, `line`, `qualname`, `runs`, `accelerated_runs`, `device`, `reason` (slug or None), `seconds`, ...

    `loops` adds the dependence analysis of nests that did or may run compiled: `loops`, with a verdict
    for each, `graph` and `words`.  It takes some milliseconds a nest, a second at the most; `whole`: with all pairs.
    `kernels` adds the generated sources, as a list of texts.
    """
    return [entry for module in all_modules() for entry in _module(module, loops, kernels, whole)]


def _module(module: ModuleSource, loops: bool, kernels: bool, whole: bool) -> list[dict[str, Any]]:
    entries = []
    for site in module.sites:
        if site.parent is None or site.state is not None or was_shown(site):
            entry = _site(site)
            if loops and (entry["accelerated_runs"] or entry["reason"] in (None, "too-small")):
                from alpyna_hook.explain.graphs import of_site  # not needed, and not loaded, for a plain report

                entry.update(of_site(site, whole=whole))
            if kernels:
                entry["kernels"] = kernel_texts(site)
            entries.append(entry)
    entries += [refused(module.filename, r) for r in module.refused if not _part_of_compiled(module, r)]
    return sorted(entries, key=lambda e: e["line"])


def _part_of_compiled(module: ModuleSource, refusal: Refusal) -> bool:
    """An inner loop that cannot be a nest of its own is no loss where the whole nest runs compiled."""
    return any(
        site.lineno <= refusal.lineno and refusal.end_lineno <= site.end_lineno and site.live and _ran_compiled(site)
        for site in module.sites
    )


def _ran_compiled(site: Site) -> bool:
    trace = getattr(site.state, "trace", None)
    return trace is not None and trace.accelerated > 0


def entry_of(file: str, line: int, qualname: str) -> dict[str, Any]:
    """The entry of a nest of which nothing more is known.

    seconds: in kernels.  compile_seconds: analysis and compilation.  interpreter_seconds: what the
    interpreter is estimated to have needed for the accelerated runs.  refusals: how many runs each
    reason left to the interpreter.  place: line, column, end line, end column (in UTF-8 bytes) of
    the construct that the reason is about.
    """
    return {
        "file": file, "line": line, "qualname": qualname, "runs": 0, "accelerated_runs": 0, "device": "interpreter",
        "reason": None, "detail": "", "place": None, "seconds": 0.0, "compile_seconds": 0.0,
        "interpreter_seconds": 0.0, "saved_seconds": 0.0, "refusals": {}, "loops": [],
    }


def _site(site: Site) -> dict[str, Any]:
    entry = entry_of(site.module.filename, site.lineno, site.qualname)
    trace = getattr(site.state, "trace", None)
    if trace is None:
        if was_shown(site):
            entry.update(runs=1, reason="tracing", refusals={"tracing": 1})
        return entry
    loc = trace.loc
    unseen, refusals = site.unseen(), dict(trace.refusals)
    if unseen:
        slug = trace.reason or "too-small"
        refusals[slug] = refusals.get(slug, 0) + unseen
    entry.update(
        runs=trace.runs + unseen,
        accelerated_runs=trace.accelerated,
        device="cpu" if trace.accelerated else "interpreter",
        reason=trace.reason,
        detail=_readable(trace.detail),
        place=[loc.line, loc.col, loc.end_line, loc.end_col] if loc else None,
        seconds=trace.seconds,
        compile_seconds=trace.compile_seconds,
        interpreter_seconds=trace.predicted if trace.accelerated else 0.0,
        saved_seconds=max(0.0, trace.predicted - trace.seconds - trace.compile_seconds) if trace.accelerated else 0.0,
        refusals=refusals,
    )
    return entry


def refused(file: str, refusal: Refusal) -> dict[str, Any]:
    """The entry of a loop that its source alone keeps in the interpreter."""
    entry = entry_of(file, refusal.lineno, refusal.qualname)
    entry.update(reason=refusal.slug, detail=refusal.detail, place=list(refusal.place))
    return entry


def kernel_texts(site: Site) -> list[str]:
    """The sources of the kernels that were built for a nest, in the order of building."""
    variants = getattr(site.state, "variants", {})
    return [
        kernel.source.text
        for variant in variants.values()
        for kernel in getattr(variant, "kernels", {}).values()
    ]


def _readable(detail: str) -> str:
    """A name of a called function as the user would say it: `sweep@0::np.rand` is np.rand in sweep()."""
    return _INNER_NAME.sub(r"\2 in \1()", detail)

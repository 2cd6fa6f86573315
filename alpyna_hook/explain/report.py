"""The report as data: one object for each loop nest of the marked modules."""

from __future__ import annotations

from typing import Any

from alpyna_hook.hook.site import ModuleSource, Refusal, Site, all_modules


def as_data() -> list[dict[str, Any]]:
    """`file`, `line`, `qualname`, `runs`, `accelerated_runs`, `device`, `reason` (slug or None), `seconds`, ..."""
    return [entry for module in all_modules() for entry in _module(module)]


def _module(module: ModuleSource) -> list[dict[str, Any]]:
    entries = [_site(site) for site in module.sites if site.parent is None or site.state is not None]
    entries += [_refused(module, refusal) for refusal in module.refused]
    return sorted(entries, key=lambda e: e["line"])


def _entry(file: str, line: int, qualname: str) -> dict[str, Any]:
    return {
        "file": file, "line": line, "qualname": qualname, "runs": 0, "accelerated_runs": 0, "device": "interpreter",
        "reason": None, "detail": "", "place": None, "seconds": 0.0, "compile_seconds": 0.0, "saved_seconds": 0.0,
        "refusals": {},
    }


def _site(site: Site) -> dict[str, Any]:
    entry = _entry(site.module.filename, site.lineno, site.qualname)
    trace = getattr(site.state, "trace", None)
    if trace is None:
        return entry
    loc = trace.loc
    entry.update(
        runs=trace.runs,
        accelerated_runs=trace.accelerated,
        device="cpu" if trace.accelerated else "interpreter",
        reason=trace.reason,
        detail=trace.detail,
        place=[loc.line, loc.col, loc.end_line, loc.end_col] if loc else None,
        seconds=trace.seconds,
        compile_seconds=trace.compile_seconds,
        saved_seconds=max(0.0, trace.predicted - trace.seconds - trace.compile_seconds) if trace.accelerated else 0.0,
        refusals=dict(trace.refusals),
    )
    return entry


def _refused(module: ModuleSource, refusal: Refusal) -> dict[str, Any]:
    entry = _entry(module.filename, refusal.lineno, refusal.qualname)
    entry.update(reason=refusal.slug, detail=refusal.detail, place=list(refusal.place))
    return entry

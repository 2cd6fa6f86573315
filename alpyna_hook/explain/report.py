"""The report as data: one object for each loop nest of the marked modules."""

from __future__ import annotations

import ast
import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from time import process_time
from typing import Any

from alpyna_hook.bind.obstacles import place_of
from alpyna_hook.capture.meanings import Spelled, aliases
from alpyna_hook.capture.survey import obstacles
from alpyna_hook.explain.hints import hint
from alpyna_hook.explain.options import options_of
from alpyna_hook.explain.times import Loop, Times, module_name
from alpyna_hook.guest.watching import was_shown
from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.stored import loads
from alpyna_hook.reasons import BY_COST, MOST_OBSTACLES, Declined
from alpyna_hook.runtime.trace import Cause, Trace
from alpyna_hook.seam.parsing import parse
from alpyna_hook.seam.site import Site, all_modules
from alpyna_hook.seam.source import ModuleSource, Refusal

_INNER_NAME = re.compile(r"([^\s@:]+)@\d+::([\w.]+)")
# For the dependence graphs of all nests together, the most expensive nests first: a share of what the program took, between limits.
_GRAPH_SHARE = 0.1
_GRAPH_SECONDS = 0.3, 2.0
_SURVEYED = 200  # refused loops of which all obstacles are told
_HOT = 0.05  # seconds, and share of the time in loops, from which on a loop of an unmarked module is told of

Entry = dict[str, Any]


def as_data(
    *, file: str | None = None, loops: bool = False, kernels: bool | str = False, whole: bool = False, times: Times | None = None
) -> list[Entry]:
    """`file`, `line`, `qualname`, `runs`, `accelerated_runs`, `device`, `reason` (slug or None), `seconds`, ...

    `file`: of this file alone.  `loops` adds the dependence analysis of nests that did or may run compiled: `loops`,
    with a verdict for each, `graph` and `words`; `whole`: of all nests, with all pairs.
    `kernels` adds the generated sources, as a list of texts: in Python, or as "llvm", "asm", "opencl" or "ptx".
    `times` adds what the interpreter was seen to need, sorts by it, and adds the hot loops of unmarked modules.
    """
    modules = [module for module in all_modules() if file in (None, module.filename)]
    found: list[tuple[Entry, Site | ModuleSource | None]] = [each for module in modules for each in _module(module)]
    if times is not None:
        found += [(entry, None) for entry in _timed([entry for entry, _ in found], times)]
        found.sort(key=lambda each: -cost(each[0]))
    _mark_parts(found)
    _survey([(entry, of) for entry, of in found if isinstance(of, ModuleSource)][:_SURVEYED])
    least, most = _GRAPH_SECONDS
    left = most if times is None else min(max(least, _GRAPH_SHARE * process_time()), most)
    for entry, of in found:
        if not isinstance(of, Site):
            continue
        if loops and (entry["accelerated_runs"] or entry["reason"] is None or entry["reason"] in BY_COST):
            left -= _add_graph(entry, of, whole, skip=left < 0 and not whole)
        if kernels:
            entry["kernels"] = kernel_texts(of, "python" if kernels is True else kernels)
            entry["language"] = "python" if kernels is True else kernels
    return [entry for entry, _ in found]


def cost(entry: Entry) -> float:
    """Seconds that a nest took in this program, however it ran."""
    return float((entry["interpreted_seconds"] or 0.0) + entry["seconds"] + entry["compile_seconds"])


def _add_graph(entry: Entry, site: Site, whole: bool, skip: bool) -> float:
    from alpyna_hook.explain.graphs import of_site  # not needed, and not loaded, for a plain report

    if skip:
        entry["words"] = ["not analysed, as the report would take too long; --graph analyses all"]
        return 0.0
    begun = process_time()
    entry.update(of_site(site, whole=whole))
    return process_time() - begun


def _module(module: ModuleSource) -> list[tuple[Entry, Site | ModuleSource | None]]:
    found: list[tuple[Entry, Site | ModuleSource | None]] = [
        (_site(site), site) for site in module.sites if site.parent is None or site.state is not None or was_shown(site)
    ]
    found += [(refused(module.filename, r), module) for r in module.refused if not _part_of_compiled(module, r)]
    return sorted(found, key=lambda each: each[0]["line"])


def _part_of_compiled(module: ModuleSource, refusal: Refusal) -> bool:
    """An inner loop that cannot be a nest of its own is no loss where the whole nest runs compiled."""
    return any(
        site.lineno <= refusal.lineno and refusal.end_lineno <= site.end_lineno and site.live and _ran_compiled(site)
        for site in module.sites
    )


def _mark_parts(found: list[tuple[Entry, Site | ModuleSource | None]]) -> None:
    """Notes of loops in called functions which compiled nest they were a part of."""
    parts: defaultdict[str, list[tuple[Loc, Entry]]] = defaultdict(list)
    for entry, of in found:
        if isinstance(of, Site) and entry["accelerated_runs"]:
            for code in (f.code for v in _variants(of) for f in v.facts.functions.values() if hasattr(f, "code")):
                parts[code.filename].append((code.loc, entry))
    for entry, _ in found:
        for loc, nest in parts.get(entry["file"], ()):
            if loc.line <= entry["line"] <= loc.end_line and nest is not entry:
                entry["part_of"] = f"{os.path.basename(nest['file'])}:{nest['line']}, {nest['qualname']}"


def _ran_compiled(site: Site) -> bool:
    trace = getattr(site.state, "trace", None)
    return trace is not None and trace.accelerated > 0


def entry_of(file: str, line: int, qualname: str, end_line: int = 0) -> Entry:
    """The entry of a nest of which nothing more is known.

    runs: those that were counted; `counted` is false if there were others after them.  Each is one of the
    accelerated_runs, or among the refusals: how many runs each reason left to the interpreter.
    reason: the one to begin with; its detail, its hint, and its place: line, column, end line, end column (in
    UTF-8 bytes) of the construct that it is about.  obstacles: what else is in the way, each with the same four.
    seconds: of the accelerated runs.  compile_seconds: analysis and compilation.  interpreter_seconds: what the
    interpreter is estimated to have needed for the accelerated runs.  interpreted_seconds: what it was seen to
    need for the others, loops in the loop included; None if nobody looked.  part_of: the nest of which it was compiled
    as a part, in a function that the nest calls; None if there is none.  workers: how many worker processes, whose counts
    are added up here, reached it.  schedule: by how many threads it ran, or what keeps it in order; "" for what is too short.
    exchanged: what was done to the order of its inner loops.
    elsewhere: why runs were not on the device that was chosen, and how many.
    options: what each way to run it was expected to cost at the last run (`explain.options`).
    """
    return {
        "file": file, "line": line, "end_line": end_line or line, "qualname": qualname,
        "runs": 0, "accelerated_runs": 0, "device": "interpreter",
        "reason": None, "detail": "", "place": None, "hint": None, "seconds": 0.0, "compile_seconds": 0.0,
        "interpreter_seconds": 0.0, "saved_seconds": 0.0, "interpreted_seconds": None, "refusals": {}, "counted": True,
        "part_of": None, "workers": 0, "schedule": "", "exchanged": [], "elsewhere": {}, "options": [],
        "obstacles": [], "loops": [],
    }


def _site(site: Site) -> Entry:
    entry = entry_of(site.module.filename, site.lineno, site.qualname, site.end_lineno)
    trace: Trace | None = getattr(site.state, "trace", None)
    if trace is None:
        if was_shown(site):
            entry.update(runs=1, reason="tracing", hint=hint("tracing", ""), refusals={"tracing": 1})
        return entry
    unseen, refusals = site.unseen(), dict(trace.refusals)
    if unseen:
        slug = trace.reason or "too-small"
        refusals[slug] = refusals.get(slug, 0) + unseen
    entry.update(
        runs=trace.runs + unseen,
        accelerated_runs=trace.accelerated,
        device=_device(site, trace),
        elsewhere=dict(trace.elsewhere),
        seconds=trace.seconds,
        compile_seconds=trace.compile_seconds,
        interpreter_seconds=trace.predicted if trace.accelerated else 0.0,
        saved_seconds=max(0.0, trace.predicted - trace.seconds - trace.compile_seconds) if trace.accelerated else 0.0,
        refusals=dict(sorted(refusals.items(), key=lambda item: -item[1])),
        counted=not site.slept and not site.left_for_good,
        schedule=trace.schedule if trace.accelerated else "",
        exchanged=list(dict.fromkeys(words for variant in _variants(site) for words in variant.exchanged)),
    )
    entry["options"] = options_of(entry, _variants(site))
    if trace.reason is not None:
        slug = _first_reason(trace.reason, entry["refusals"])
        cause = trace.causes.get(slug, Cause("", None))
        loc = cause.loc or (place_of(loads(site.nest).nest, cause.detail) if slug in ("call", "value-type") else None)
        entry.update(_obstacle(slug, cause.detail, loc))
        entry["obstacles"] = [_obstacle(*other) for other in (*cause.others, *_after(site, loc))][: MOST_OBSTACLES - 1]
    return entry


def _variants(site: Site) -> list[Any]:
    """What was analysed of it, by types."""
    return [variant for variant in getattr(site.state, "variants", {}).values() if not isinstance(variant, Declined)]


def _device(site: Site, trace: Trace) -> str:
    """Where the compiled runs were."""
    if not trace.there:
        return "cpu" if trace.accelerated else "interpreter"
    chosen = " and ".join(trace.devices)
    return chosen if trace.there == trace.accelerated else f"cpu and {chosen}"


def _after(site: Site, loc: Loc | None) -> Iterator[tuple[str, str, Loc | None]]:
    """What types keep from being compiled of a nest whose names could not all be bound."""
    rest = getattr(getattr(site.state, "binder", None), "rest", None)
    if rest is not None:
        from alpyna_hook import pipeline  # which the engine has loaded, where there is one

        yield from ((each.reason.slug, each.detail, each.loc) for each in pipeline.obstacles(*rest) if each.loc != loc)


def _first_reason(last: str, refusals: Collection[str]) -> str:
    """That of the last refusal; if it was just not worth it, what else there was, most of the times."""
    if last not in BY_COST:
        return last
    return next((slug for slug in refusals if slug not in BY_COST), "slower" if "slower" in refusals else last)


def _obstacle(slug: str, detail: str, loc: Loc | None) -> Entry:
    place = [loc.line, loc.col, loc.end_line, loc.end_col] if loc else None
    return {"reason": slug, "detail": _readable(detail), "place": place, "hint": hint(slug, detail)}


def refused(file: str, refusal: Refusal) -> Entry:
    """The entry of a loop that its source alone keeps in the interpreter."""
    entry = entry_of(file, refusal.lineno, refusal.qualname, refusal.end_lineno)
    entry.update(reason=refusal.slug, detail=refusal.detail, place=list(refusal.place), hint=hint(refusal.slug, refusal.detail))
    return entry


def _survey(refused: list[tuple[Entry, ModuleSource]]) -> None:
    by_module: defaultdict[ModuleSource, list[Entry]] = defaultdict(list)
    for entry, module in refused:
        by_module[module].append(entry)
    for module, entries in by_module.items():
        add_obstacles(entries, module.source, module.filename, module.skip_lines)


def add_obstacles(entries: Iterable[Entry], source: bytes, filename: str, skip_lines: frozenset[int]) -> None:
    """What else is in the way of loops that their source keeps in the interpreter."""
    tree = parse(source, filename)
    loops = {node.lineno: node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)}
    names = Spelled(aliases(tree))
    for entry in entries:
        if entry["reason"] not in ("class-body", "skipped"):
            found = obstacles(loops[entry["line"]], entry["qualname"], skip_lines, names)
            told = [_obstacle(d.reason.slug, d.detail, d.loc) for d in found]
            entry["obstacles"] = [each for each in told if each["place"] != entry["place"]]


def kernel_texts(site: Site, language: str) -> list[str]:
    """The sources of the kernels that were built for a nest, in the order of building."""
    from alpyna_hook.explain.kernel_text import for_device, in_language, ir_of

    variants = _variants(site)
    if language in ("opencl", "ptx"):
        return [text for variant in variants for text in for_device(variant, language)]
    return [in_language(ir_of(variant, key, kernel), language) for variant in variants for key, kernel in variant.kernels.items()]


def _readable(detail: str) -> str:
    """Names as the user would say them: `sweep@0::np.rand` is np.rand in sweep(), and `cost.["gap"]` is cost["gap"]."""
    return _INNER_NAME.sub(r"\2 in \1()", detail).replace(".[", "[")


# ---------------------------------------------------------------------- times


def _timed(entries: list[Entry], times: Times) -> list[Entry]:
    """Gives each entry the seconds of its interpreted runs; returns entries for hot loops of unmarked modules."""
    known: dict[str, dict[int, Entry]] = {}
    for entry in entries:
        entry["interpreted_seconds"] = 0.0
        known.setdefault(entry["file"], {})[entry["line"]] = entry
    marked = {module.filename for module in all_modules()}
    seen = times.by_loop()
    total = sum(seen.values())
    unmarked: dict[tuple[str, int], Entry] = {}
    for (file, line), seconds in seen.items():
        if file in marked:
            for own in times.around(file, line):
                if own.line in known.get(file, ()):
                    known[file][own.line]["interpreted_seconds"] += seconds
            continue
        loop = times.around(file, line)[0]
        entry = unmarked.setdefault((file, loop.line), _unmarked(file, loop))
        entry["interpreted_seconds"] += seconds
    return [entry for entry in unmarked.values() if entry["interpreted_seconds"] >= max(_HOT, _HOT * total)]


def _unmarked(file: str, loop: Loop) -> Entry:
    entry = entry_of(file, loop.line, loop.qualname, loop.end)
    name = module_name(file)
    advice = hint("unmarked", "") if name is None else f"--accelerate {name}, or the line `# alpyna: accelerate` in it"
    entry.update(reason="unmarked", detail=name or file, hint=advice, interpreted_seconds=0.0)
    return entry

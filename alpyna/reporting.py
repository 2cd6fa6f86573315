"""What `explain` and `run --report` share: looking on while the program runs, and what to say of the patterns."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from alpyna_hook.guest.own_imports import own_imports

if TYPE_CHECKING:
    from alpyna_hook.explain.sampler import Sampler


def begin() -> Sampler:
    """To be called just before the program is run."""
    with own_imports():  # not needed by a plain `run`
        from alpyna_hook.explain import workers
        from alpyna_hook.explain.sampler import Sampler

    workers.collect()
    sampler = Sampler()
    sampler.start()
    return sampler


def entries(sampler: Sampler, **options: Any) -> list[dict[str, Any]]:
    """What became of each loop, the most expensive ones first."""
    sampler.stop()
    with own_imports():
        from alpyna_hook.explain import workers
        from alpyna_hook.explain.report import as_data, cost
        from alpyna_hook.explain.times import Times

    found = as_data(loops=True, times=Times(sampler), **options)
    workers.add(found, workers.gathered())
    return sorted(found, key=lambda entry: -cost(entry))


def notes(args: argparse.Namespace, sampler: Sampler) -> list[str]:
    """What is to be said beside the report, a line each."""
    found = _unmatched(args)
    if sampler.cut_short:
        found.append("the seconds in the interpreter are those until the program forked, or kept us from looking on")
    return found


def _unmatched(args: argparse.Namespace) -> list[str]:
    """A line for each pattern of modules that no module of the program matches."""
    from alpyna_hook.hook.finder import AlpynaFinder, matches
    from alpyna_hook.seam.site import all_modules

    own = {"__main__", args.program, f"{args.program}.__main__"}
    patterns = {p for finder in sys.meta_path if isinstance(finder, AlpynaFinder) for p in finder.modules} - own
    marked, imported = [module.name for module in all_modules()], list(sys.modules)
    lines = []
    for pattern in sorted(patterns):
        if any(matches(name, pattern) for name in marked):
            continue
        other = next((name for name in imported if matches(name, pattern)), None)
        lines.append(
            f"no module that was imported matches {pattern}" if other is None
            else f"{pattern} matches {other}, which has no Python source of its own, or was imported before"
        )
    return lines

"""What the source alone decides, for a program that is not run."""

from __future__ import annotations

import builtins
from typing import Any

from alpyna_hook.explain.graphs import of_nest
from alpyna_hook.explain.report import add_obstacles, entry_of, refused
from alpyna_hook.hook.loader import prepare
from alpyna_hook.ir.stored import loads


def of_source(source: bytes, filename: str, *, whole: bool = False) -> list[dict[str, Any]]:
    """The entries of one file's outermost eligible loops and of those refused, in the order of lines.

    Eligible ones have `reads`, the names (but for builtins) whose values decide the rest when the loop
    is reached, and `writes`, the variables that it may assign.
    `whole`: with all pairs of their dependence graphs.  Raises SyntaxError.
    """
    plain = compile(source, filename, "exec", dont_inherit=True)
    prepared = prepare(source, filename, marked=True, main=True, cached=False, plain=lambda: plain)
    if prepared is None:
        return []
    table = prepared.entry.table
    entries = [refused(filename, refusal) for refusal in table.refused]
    add_obstacles(entries, source, filename, frozenset(prepared.entry.skip_lines))
    for record in table.sites:
        if record.parent >= 0:
            continue
        nest = loads(record.nest).nest
        entry = entry_of(filename, record.lineno, record.qualname)
        entry.update(of_nest(nest, whole=whole))
        entry.update(reads=[name for name in nest.reads if not hasattr(builtins, name)], writes=list(nest.writes))
        entries.append(entry)
    return sorted(entries, key=lambda e: e["line"])

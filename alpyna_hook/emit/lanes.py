"""Loops whose iterations run a `while` loop each, many of them side by side.

before:  for i in range(n):
             x = a[i]
             while x * x > eps: x = f(x)
             b[i] = x
after:   for first in range(0, n, LANES):
             for each iteration of the strip: x = a[i]; xs[lane] = x; the lane is active
             while lanes are active:
                 for each active lane: x = xs[lane]; if x * x > eps: x = f(x); xs[lane] = x; else: not active
             for each iteration of the strip: x = xs[lane]; b[i] = x

A recurrence like x = f(x) keeps the processor waiting for each result.  Side by side, the recurrences of
several iterations overlap.  This is strip-mining, distribution of the loop with scalar expansion, and interchange of
the strip with the `while` loop (Allen and Kennedy, "Optimizing Compilers for Modern Architectures", 5.2, 5.3, 5.7 and 6.2).

It holds where no iteration needs what another has computed: no array is both read and written, all
stores lie before or all behind the `while` loop (so that they keep their order), and each variable is assigned in the
iteration before it is read, or is a sum of integers that nothing else reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce

from alpyna_hook.emit.invariants import invariant_calls
from alpyna_hook.emit.latency import recurrence
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.schema import Record, replace

LANES = 64  # iterations side by side: their variables stay in the first-level cache
_LEAVE = (t.For, t.While, t.Return)
_JUMP = (t.Break, t.Continue)
_OVERHEAD = 4.0  # cycles of a pass, about, to take its variables from memory and to put them back


class Lanes(Record):
    """A loop body in three parts, and which variables each lane keeps from one part to another.

    enters: set before the `while` loop and needed later.  resumes: needed at, changes: changed by, one pass of it.
    leaves: needed behind it.  last: of no use behind it but as the last value, if there is one (a lane whose loop runs sets it).
    """

    variables: Mapping[str, t.Variable]
    before: tuple[t.Stmt, ...]
    loop: t.While
    behind: tuple[t.Stmt, ...]
    enters: tuple[str, ...]
    resumes: tuple[str, ...]
    changes: tuple[str, ...]
    leaves: tuple[str, ...]
    last: tuple[str, ...]


def side_by_side(
    s: t.For, groups: Mapping[str, int], variables: Mapping[str, t.Variable], read_outside: Callable[[], Collection[str]]
) -> Lanes | None:
    """The loop's plan, if its iterations may run side by side and gain by it.

    groups: of arrays; those of different groups share no memory.  read_outside: gives the variables that matter after the loop.
    """
    positions = [k for k, x in enumerate(s.body) if isinstance(x, (t.While, t.For))]
    if len(positions) != 1:
        return None
    before, loop, behind = s.body[: positions[0]], s.body[positions[0]], s.body[positions[0] + 1 :]
    assert isinstance(loop, t.While | t.For)
    if loop.orelse or not _is_simple([*before, *behind]) or not _is_simple(loop.body, jumps=True):
        return None
    if isinstance(loop, t.For):
        if not _may_end_early(loop, variables):
            return None
        starts, loop = _as_while(loop)
        variables = {**variables, **{x.target: t.Variable(x.target, ("int",), "i8") for x in starts}}
        before = (*before, *starts)
        s = replace(s, body=(*before, loop, *behind))
    if not _stores_keep_order(s, before, loop, behind, groups) or not _is_worth(loop, groups):
        return None
    return _plan(s, before, loop, behind, variables, read_outside())


def reads(body: Iterable[t.Stmt]) -> Counter[str]:
    """How often each variable is read."""
    return Counter([
        x.name for s in t.statements(tuple(body)) for e in t.expressions(s) for x in t.walk(e) if isinstance(x, t.Var)
    ])


def _is_simple(body: Iterable[t.Stmt], *, jumps: bool = False) -> bool:
    """Neither loops, calls of functions nor checks of variables, and no way out but, with `jumps`, those of a loop's body."""
    inner = list(t.statements(tuple(body)))
    nodes = [x for s in inner for e in t.expressions(s) for x in t.walk(e)]
    bars = any(isinstance(x, t.CallFunction) or (isinstance(x, t.Var) and x.obligation is not None) for x in nodes)
    return not bars and not any(isinstance(s, _LEAVE if jumps else (*_LEAVE, *_JUMP)) for s in inner)


def _may_end_early(loop: t.For, variables: Mapping[str, t.Variable]) -> bool:
    """A loop that counts up by one and has a `break`; others are better taken as they are."""
    index = variables[loop.index]
    breaks = any(isinstance(x, t.Break) for x in t.statements(loop.body))
    counts = isinstance(loop.step, t.Const) and loop.step.value == 1 and loop.start.rep == loop.stop.rep == "i8"
    return breaks and counts and index.kinds == ("int",) and index.rep == "i8"


def _as_while(loop: t.For) -> tuple[tuple[t.Assign, t.Assign], t.While]:
    """What must be assigned before it, and the loop with a counter of its own, which cannot overflow: it stays below the bound."""
    loc, integer = loop.loc, frozenset({"int"})
    count, stop = (t.Var(f"@{what} {loop.index}", integer, "i8", loc) for what in ("count", "stop"))
    one = t.Const(1, integer, "i8", loc)
    below = t.Op("lt", (count, stop), "i8", frozenset({"bool"}), "b1", False, (), (), (count, stop), loc)
    following = t.Op("add", (count, one), "i8", integer, "i8", False, (), (), (count, one), loc)
    body = (t.Assign(loop.index, count, loc), t.Assign(count.name, following, loc), *loop.body)
    return (t.Assign(count.name, loop.start, loc), t.Assign(stop.name, loop.stop, loc)), t.While(below, body, (), loc)


def _is_worth(loop: t.While, groups: Mapping[str, int]) -> bool:
    waiting, busy = recurrence(loop, frozenset(map(id, invariant_calls(loop, groups))))
    return waiting >= busy + _OVERHEAD


def _stores_keep_order(
    s: t.For, before: tuple[t.Stmt, ...], loop: t.While, behind: tuple[t.Stmt, ...], groups: Mapping[str, int]
) -> bool:
    places = [any(isinstance(x, t.Store) for x in t.statements(part)) for part in (before, loop.body, behind)]
    inner = list(t.statements(s.body))
    stored = {groups[x.array] for x in inner if isinstance(x, t.Store)}
    loaded = {groups[x.array] for y in inner for e in t.expressions(y) for x in t.walk(e) if isinstance(x, t.Load)}
    return not places[1] and sum(places) <= 1 and not stored & loaded


def _plan(
    s: t.For, before: tuple[t.Stmt, ...], loop: t.While, behind: tuple[t.Stmt, ...],
    variables: Mapping[str, t.Variable], read_outside: Collection[str],
) -> Lanes | None:
    parts = [_assigned(part) for part in (before, loop.body, behind)]
    targets = parts[0] | parts[1] | parts[2]
    if s.index in targets:
        return None
    sums = {name for name in targets if _is_sum(name, s, variables)}
    own = targets - sums

    set_before, _ = _flow(before)
    set_by_pass, needs_pass = _flow((t.If(loop.test, loop.body, (t.Raise(loop.loc),), loop.loc),))
    set_behind, needs_behind = _flow(behind)
    needs_pass &= own
    endless = isinstance(loop.test, t.Const) and bool(loop.test.value)  # until a `break`
    set_after = set_before | set_by_pass if endless else set_before
    if (_flow(before)[1] | (needs_pass - set_before) | (needs_behind - set_after)) & own:
        return None
    live = {name for name in own if name in read_outside}
    last = {name for name in live - set_before - set_behind if name not in parts[0] | parts[2] and name in set_by_pass}
    if any(name not in last and name not in set_before | set_behind for name in live):
        return None
    leaves = (needs_behind | (live - set_behind)) & (parts[0] | parts[1]) & own
    kept = needs_pass | leaves
    changes = parts[1] & kept
    resumes = (parts[0] | parts[1]) & (needs_pass | (changes - set_by_pass))

    def in_order(names: Collection[str]) -> tuple[str, ...]:
        return tuple([name for name in variables if name in names])

    return Lanes(
        variables, before, loop, behind, in_order(parts[0] & (kept | resumes)), in_order(resumes), in_order(changes),
        in_order(leaves - last), in_order(last),
    )


def _assigned(body: tuple[t.Stmt, ...]) -> set[str]:
    return {x.target for x in t.statements(body) if isinstance(x, t.Assign)}


def _is_sum(name: str, s: t.For, variables: Mapping[str, t.Variable]) -> bool:
    """Is the variable only ever given itself plus, or minus, something: a Python integer, whose sum has no order?"""
    if variables[name].kinds != ("int",) or variables[name].rep != "i8":
        return False
    given = [x.value for x in t.statements(s.body) if isinstance(x, t.Assign) and x.target == name]
    return reads(s.body)[name] == len(given) and all(_adds_to(name, e) for e in given)


def _adds_to(name: str, e: t.Expr) -> bool:
    if not isinstance(e, t.Op) or e.name not in ("add", "sub") or e.compute != "i8":
        return False
    first, second = e.args
    return (isinstance(first, t.Var) and first.name == name) or (
        e.name == "add" and isinstance(second, t.Var) and second.name == name
    )


def _flow(body: Iterable[t.Stmt]) -> tuple[frozenset[str], frozenset[str]]:
    """The variables that are surely assigned where these statements are left, and those that may be read before they are."""
    needed: set[str] = set()
    ends: list[frozenset[str] | None] = []

    def run(block: Iterable[t.Stmt], defined: frozenset[str] | None) -> frozenset[str] | None:
        """None: not reached."""
        for s in block:
            if defined is None:
                return None
            needed.update({x.name for e in t.expressions(s) for x in t.walk(e) if isinstance(x, t.Var)} - defined)
            match s:
                case t.Assign():
                    defined |= {s.target}
                case t.If():
                    defined = _meet(run(s.body, defined), run(s.orelse, defined))
                case t.Break() | t.Continue():
                    ends.append(defined)
                    defined = None
                case t.Raise():
                    defined = None
        return defined

    ends.append(run(body, frozenset()))
    return reduce(_meet, ends) or frozenset(), frozenset(needed)


def _meet(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    if a is None or b is None:
        return b if a is None else a
    return a & b

"""Stores that a compiler may drop, as a later one writes to the same place before anything reads it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.alike import spelled
from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.schema import Record
from alpyna_hook.operators.operations import operation
from alpyna_hook.prove.unknown import is_unknown

_ZERO = t.Const(0, frozenset({"int"}), "i8", Loc(0, 0, 0, 0))

_Form = dict[str, int]  # coefficients of loop indices, and a number ("")


class _Written(Record):
    store: t.Store
    unit: int  # the nest, or one of its functions
    loop: t.Stmt | None  # the innermost that it is in
    place: tuple[_Form, ...] | None  # an affine form for each axis
    indices: frozenset[str]  # of loops; all others in the forms have one value
    arms: frozenset[tuple[int, int]]  # of the conditionals around it


def doubtful(nest: t.TypedNest) -> set[int]:
    """Stores (by identity) that another store to the same array may overwrite, so that the compiler may drop them.

    A store that reads the very place first keeps the earlier value in use; one whose
    place is known to differ has nothing to do with it.
    """
    bodies = ((nest.loop,), *(f.body for f in nest.functions))
    written = [w for unit, body in enumerate(bodies) for w in _written(body, unit)]
    return {
        id(one.store)
        for k, one in enumerate(written)
        for j, other in enumerate(written)
        if j != k and one.store.array == other.store.array and not loads_its_place(other.store)
        and _may_meet(one, other, behind=j > k)
    }


def _written(body: tuple[t.Stmt, ...], unit: int) -> Iterator[_Written]:
    statements = list(t.statements(body))
    indices = frozenset([s.index for s in statements if isinstance(s, t.For)])
    assigned = {name for s in statements if not isinstance(s, t.For) for name in t.targets(s)}
    for s, loop, arms in _stores(body, None, frozenset()):
        forms = [_affine(e, assigned) for e in s.index]
        place = None if None in forms else tuple([f for f in forms if f is not None])
        yield _Written(s, unit, loop, place, indices, arms)


def _stores(
    body: tuple[t.Stmt, ...], loop: t.Stmt | None, arms: frozenset[tuple[int, int]]
) -> Iterator[tuple[t.Store, t.Stmt | None, frozenset[tuple[int, int]]]]:
    for s in body:
        if isinstance(s, t.Store):
            yield s, loop, arms
        for k, block in enumerate(t.blocks(s)):
            inside = arms | {(id(s), k)} if isinstance(s, t.If) else arms
            yield from _stores(block, s if isinstance(s, t.For | t.While) else loop, inside)


def _exclude(one: _Written, other: _Written) -> bool:
    """Do they stand in two arms of one conditional?"""
    return any((which, 1 - arm) in other.arms for which, arm in one.arms)


def _may_meet(one: _Written, other: _Written, *, behind: bool) -> bool:
    """May the compiler know that the other store goes to the same place, in this iteration if it stands behind the one, or in
    the next ones of the innermost loop?  (Before the next ones of other loops the kernel looks at the frame.)"""
    if one.unit != other.unit:
        return True
    if not behind and one.loop is not other.loop:
        return False
    if one.place is None or other.place is None:
        return True
    if one.place == other.place:
        return behind and not _exclude(one, other)  # in another iteration it goes elsewhere, if it moves at all
    return all(_may_equal(x, y, one.indices) for x, y in zip(one.place, other.place, strict=True))


def _may_equal(x: _Form, y: _Form, indices: frozenset[str]) -> bool:
    """For some values of the indices, whatever the other variables are: the test of the greatest common divisor."""
    if any(x.get(name) != y.get(name) for name in (x.keys() | y.keys()) - indices - {""}):
        return False
    distance = x.get("", 0) - y.get("", 0)
    divisor = math.gcd(*(c for form in (x, y) for name, c in form.items() if name in indices))
    return distance % divisor == 0 if divisor else distance == 0


def loads_its_place(s: t.Store) -> bool:
    """Is the value that was there before needed for the value that is stored?"""
    return _needs(s.value, s.array, [spelled(e) for e in s.index])


def _needs(e: t.Expr, array: str, index: list[str]) -> bool:
    match e:
        case t.Load():
            return e.array == array and [spelled(x) for x in e.index] == index
        case t.Cast():
            return _needs(e.value, array, index)
        case t.Op() if operation(e.name).transparent:
            return any(_needs(x, array, index) for x in e.args)
        case t.Let():
            return _needs(e.body, array, index)
        case _:
            return False


def _affine(e: t.Expr, assigned: set[str]) -> _Form | None:
    match e:
        case t.Const(value=int(value)):
            return {"": value} if value else {}
        case t.Var() if e.name not in assigned:
            return {e.name: 1}
        case t.Cast():
            return _affine(e.value, assigned)
        case t.Op(name="add" | "sub"):
            left, right = (_affine(x, assigned) for x in e.args)
            if left is None or right is None:
                return None
            sign = 1 if e.name == "add" else -1
            total = {n: left.get(n, 0) + sign * right.get(n, 0) for n in left | right}
            return {n: c for n, c in total.items() if c}
        case _:
            return None


def moving_names(loop: t.For | t.While, unknown: frozenset[str]) -> frozenset[str]:
    """The variables whose values the compiler must take to differ from iteration to iteration of the loop: its index, those
    that each iteration adds something to, and those that each iteration gives what depends on such.

    unknown: the names of which the compiler cannot know a value (see `unknown`).
    """
    inner = list(t.statements(loop.body))
    given: dict[str, list[t.Expr]] = {}
    for s in inner:
        for name in t.targets(s):
            given.setdefault(name, []).append(s.value if isinstance(s, t.Assign) else _ZERO)
    names = frozenset({loop.index} - given.keys() if isinstance(loop, t.For) else ())
    jumps = any(isinstance(s, t.Continue) for s in inner)
    certain = [] if jumps else [s.target for s in loop.body if isinstance(s, t.Assign)]
    while True:
        more = names | {n for n in certain if all(_advances(n, v, unknown) or moves(v, names, unknown) for v in given[n])}
        if more == names:
            return names
        names = more


def _advances(name: str, value: t.Expr, unknown: frozenset[str]) -> bool:
    """Is it the variable itself, plus or minus what is not zero?"""
    match value:
        case t.Cast():
            return _advances(name, value.value, unknown)
        case t.Op(name="add" | "sub"):
            return _is(name, value.args[0]) and _may_not_vanish(value.args[1], unknown)
        case _:
            return False


def _is(name: str, e: t.Expr) -> bool:
    return _is(name, e.value) if isinstance(e, t.Cast) else isinstance(e, t.Var) and e.name == name


def _may_not_vanish(e: t.Expr, unknown: frozenset[str]) -> bool:
    return e.value != 0 if isinstance(e, t.Const) else is_unknown(e, unknown)


def moves(e: t.Expr, names: frozenset[str], unknown: frozenset[str]) -> bool:
    """Must the compiler take the values in two iterations to differ, if it must for the names?"""
    match e:
        case t.Var():
            return e.name in names
        case t.Load():
            return is_unknown(e, unknown)
        case t.Cast():
            return moves(e.value, names, unknown)
        case t.Let():
            return moves(e.body, names | {e.name} if moves(e.value, names, unknown) else names, unknown)
        case t.Op(name="add" | "sub" | "mul"):
            left, right = (moves(x, names, unknown) for x in e.args)
            still = e.args[0 if right else 1]
            return left != right and (e.name != "mul" or _may_not_vanish(still, unknown))
        case t.Op(name="neg" | "invert"):
            return moves(e.args[0], names, unknown)
        case t.Op(name="row"):
            return moves(e.args[1], names, unknown)
        case _:
            return False

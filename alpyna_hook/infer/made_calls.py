"""Types of calls that the capture has made of other syntax: `x in (a, b)`, `z.real`, `x.clip(0, 1)`, divmod, headers of loops."""

from __future__ import annotations

from functools import partial

from alpyna_hook.infer.builtin_calls import builtin_min
from alpyna_hook.infer.maker import BOOL, INT, KnownCall, Maker
from alpyna_hook.infer.numpy_operators import clip
from alpyna_hook.infer.rounding import numpy_round
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import holds, is_complex, is_float, is_int, is_python
from alpyna_hook.operators.genuine import BUILTINS
from alpyna_hook.reasons import Declined


def made_call(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    rule = _RULES.get(e.function)
    if rule is None:
        raise Declined("call", e.function, e.loc)
    return rule(make, args, e)


def counted(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return t.Cast(make.as_index(make.one(args, e), "a count"), INT, "i8", None, e.loc)


def wide(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    return t.Cast(make.one(args, e), frozenset({"i8"}), "i8", None, e.loc)


def conjugate(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    if is_complex(value.rep):
        return make.op("conjugate", (value,), value.kinds, value.rep, e.loc)
    kinds = make.kinds_by(lambda v: v.conjugate(), value)
    return make.cast(t.Cast(value, kinds, value.rep, None, e.loc), make.single(kinds, e), "")


def contained(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """Whether x is one of the items or equals one: all of them are evaluated, then compared from the left."""
    x, *items = args
    for item in items:
        if _may_be_one_nan(x, item):
            raise Declined("inexact", "'in' compares by identity before equality, which counts for NaN", e.loc)
        if e.function == "@in_set" and not _equal_means_equal_hash(x, item):
            raise Declined("inexact", "'in' a set of such items compares by their hashes, too", e.loc)
    return _contained(make, x, items, [], e.loc)


def _contained(make: Maker, x: t.Expr, items: list[t.Expr], done: list[t.Expr], loc: ir.Loc) -> t.Expr:
    if not done and not isinstance(x, (t.Const, t.Var)):
        return make.shared_value(x, lambda v: _contained(make, v, items, done, loc), loc)
    if len(done) < len(items):
        return make.shared_value(items[len(done)], lambda v: _contained(make, x, items, [*done, v], loc), loc)
    found: t.Expr = t.Const(False, BOOL, "b1", loc)
    for item in reversed(done):
        equal = make.truth(make.binary("==", item, x, loc))
        found = t.Select(equal, t.Const(True, BOOL, "b1", loc), found, BOOL, "b1", loc)
    return found


def equal_tuples(make: Maker, items: list[t.Expr], e: ir.Call) -> t.Expr:
    """Whether the first half of the items equals the second: all are evaluated, then compared from the left."""
    half = len(items) // 2
    if any(map(_may_be_one_nan, items[:half], items[half:])):
        raise Declined("inexact", "tuples compare by identity before equality, which counts for NaN", e.loc)

    def compared(values: list[t.Expr]) -> t.Expr:
        equal: t.Expr = t.Const(True, BOOL, "b1", e.loc)
        for left, right in reversed(list(zip(values[:half], values[half:], strict=True))):
            same = make.truth(make.binary("==", left, right, e.loc))
            equal = t.Select(same, equal, t.Const(False, BOOL, "b1", e.loc), BOOL, "b1", e.loc)
        return equal

    return make.shared_values(items, range(len(items)), compared, e.loc)


def bound(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """What an array or a loop's shape is made of, so small that there is nothing to run out of."""
    value = make.one(args, e)
    if e.function == "@small" and not value.kinds <= {"int", "i8"}:
        raise Declined("inexact", f"np.arange() of {' or '.join(sorted(value.kinds))}", e.loc)
    whole = make.as_index(value, "np.ndindex() argument")
    narrow = make.cast(whole, "i4" if e.function == "@small" else "u4", "fit")
    return t.Cast(make.cast(narrow, "i8", ""), INT, "i8", None, e.loc)


def in_range(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """Of integers: what else may equal one of the range's numbers is compared with each of them."""
    x, start, stop, step = args
    if not is_int(x.rep) and x.rep != "b1":
        raise Declined("inexact", f"'in' a range of {' or '.join(sorted(x.kinds))}", e.loc)
    assert isinstance(step, t.Const) and isinstance(step.value, int)
    by, whole = step.value, make.cast(x, "i8", "fit" if x.rep == "u8" else "")
    bounds = [t.Cast(make.as_index(v, "range() argument"), INT, "i8", None, e.loc) for v in (start, stop)]
    values: list[t.Expr] = [t.Cast(whole, INT, "i8", None, e.loc), *bounds]

    def body(bound: list[t.Expr]) -> t.Expr:
        number, first, last = bound
        ends = ("<=", "<") if by > 0 else (">=", ">")
        tests = [make.binary(ends[0], first, number, e.loc), make.binary(ends[1], number, last, e.loc)]
        if abs(by) != 1:
            rest = make.binary("%", make.binary("-", number, first, e.loc), make.constant(abs(by), e.loc), e.loc)
            tests.append(make.binary("==", rest, make.constant(0, e.loc), e.loc))
        found = tests[-1]
        for test in reversed(tests[:-1]):
            found = t.Select(test, found, t.Const(False, BOOL, "b1", e.loc), BOOL, "b1", e.loc)
        return found

    return make.shared_values(values, range(3), body, e.loc)


def divided(position: int, op: str, make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    """divmod gives the two that // and % give, where the types of numbers have it."""
    kinds = make.kinds_by(lambda x, y: BUILTINS["divmod"](x, y)[position], *args)
    value = make.binary(op, args[0], args[1], e.loc)
    if value.kinds != kinds:
        raise Declined("inexact", f"divmod() of {' or '.join(sorted(k for a in args for k in a.kinds))}", e.loc)
    return value


def part(name: str, make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    kinds = make.kinds_by(lambda v: getattr(v, name), value)
    rep = make.single(kinds, e)
    if is_complex(value.rep):
        return make.op(name, (value,), kinds, rep, e.loc)
    if name == "imag":
        zero = t.Const(0.0 if is_float(rep) else 0, kinds, rep, e.loc)
        return make.shared_value(value, lambda _: zero, e.loc)  # evaluated all the same: it may raise
    cast = make.cast(value, rep, "")
    return t.Cast(cast, kinds, rep, None, e.loc)


def item(make: Maker, args: list[t.Expr], e: ir.Call) -> t.Expr:
    value = make.one(args, e)
    if any(is_python(k) for k in value.kinds):
        raise Declined("type-error", "item() of a Python number", e.loc)
    kinds = make.kinds_by(lambda v: v.item(), value)
    rep = make.single(kinds, e)
    return t.Cast(make.cast(value, rep, "fit" if value.rep == "u8" else ""), kinds, rep, None, e.loc)


def _may_be_one_nan(x: t.Expr, y: t.Expr) -> bool:
    """Whether the two may be the same object, a NaN: an element that is read from an array is a new object each time."""
    return not any(_is_new(v) or is_int(v.rep) or v.rep == "b1" or _is_ordered(v) for v in (x, y))


def _is_new(v: t.Expr) -> bool:
    return isinstance(v, t.Load) and not any(is_python(kind) for kind in v.kinds)  # those are the items of a tuple


def _is_ordered(v: t.Expr) -> bool:
    return isinstance(v, t.Const) and v.value == v.value


def _equal_means_equal_hash(x: t.Expr, item: t.Expr) -> bool:
    """For numbers of which neither is rounded when they are compared."""
    if not isinstance(item, t.Const):
        return False
    if isinstance(item.value, int):
        return is_int(x.rep) or x.rep == "b1" or holds(x.rep, item.value)
    return not is_int(x.rep) and x.rep != "b1" and holds(x.rep, item.value)


_RULES: dict[str, KnownCall] = {
    "@min": builtin_min, "@index": counted, "@in": contained, "@in_set": contained, "@equal": equal_tuples,
    "@small": bound, "@extent": bound,
    "@int64": wide, "@in_range": in_range, "@quotient": partial(divided, 0, "//"), "@rest": partial(divided, 1, "%"),
    # parts and methods of numbers (`operators.functions`)
    "@real": partial(part, "real"), "@imag": partial(part, "imag"), "@item": item, "@conjugate": conjugate,
    "@clip": partial(clip, lambda x, low, high: x.clip(low, high)),
    "@round": partial(numpy_round, lambda x, digits: x.round(digits)),
}

"""Types of calls: builtins and scalar NumPy functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alpyna_hook.infer.expressions import BOOL, INT
from alpyna_hook.infer.numpy_calls import NumpyOperators
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import Kinds, Rep, holds, is_complex, is_float, is_int, is_python, rep_of_kind
from alpyna_hook.operators.genuine import BUILTINS, ROUNDINGS, UFUNCS
from alpyna_hook.reasons import Declined

# NumPy ufuncs whose scalar calls are one call of their inner loop on floats, by arity.
UFUNC_1 = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh"
    " cbrt square reciprocal sign deg2rad rad2deg degrees radians spacing".split()
)
UFUNC_2 = frozenset(
    "arctan2 hypot power fmod copysign minimum maximum fmin fmax logaddexp logaddexp2 nextafter heaviside"
    " remainder floor_divide".split()
)
_ARITHMETIC = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "negative": "neg"}
_EXACT_TENS = 22  # 10.0**22 is the last one that a double holds
FLOAT: Kinds = frozenset({"float"})


class KnownCalls(NumpyOperators):
    """The part of inference that types calls of builtins and of NumPy's functions."""

    # -- made by the capture

    def unstarred(self, e: ir.Call) -> tuple[ir.Expr, ...]:
        """The arguments, with the items of tuples that are given as `*t`."""
        args: list[ir.Expr] = []
        for argument in e.args:
            if isinstance(argument, ir.Call) and argument.function == "@star":
                args += self.starred(argument.args[0])
            else:
                args.append(argument)
        return tuple(args)

    def starred(self, of: ir.Expr) -> list[ir.Expr]:
        """The items of a tuple, or of a part of one."""
        match of:
            case ir.Var(name):
                index: tuple[ir.Expr, ...] = ()
            case ir.Load(name, index) if all(isinstance(i, ir.Const | ir.Var) for i in index) and not of.joined:
                pass
            case _:
                raise Declined("value-type", "the items of something other than a tuple", of.loc)
        found = self.scope.shared.facts.tuples.get(self.full_name(name))
        if found is None or len(index) >= found.rank:
            raise Declined("value-type", f"the items of {name}, which is not a tuple", of.loc)
        return [ir.Load(name, (*index, ir.Const(k, of.loc)), of.loc) for k in range(found.shape[len(index)])]

    def internal(self, e: ir.Call) -> t.Expr:
        args = [self.expr(a) for a in self.unstarred(e)]
        match e.function:
            case "@min":
                return self.builtin_min(args, e)
            case "@index":
                return t.Cast(self.as_index(self.one(args, e), "a count"), INT, "i8", None, e.loc)
            case "@in" | "@in_set":
                return self.contained(args[0], args[1:], e)
            case "@small" | "@extent":
                return self.bound(self.one(args, e), e)
            case "@int64":
                return t.Cast(self.one(args, e), frozenset({"i8"}), "i8", None, e.loc)
            case "@in_range":
                return self.in_range(args, e)
            case "@quotient" | "@rest":
                return self.divided(args, e)
            case "@real" | "@imag":
                return self.part(e.function[1:], self.one(args, e), e)
            case "@item":
                return self.item(self.one(args, e), e)
            case "@conjugate":
                value = self.one(args, e)
                if not is_complex(value.rep):
                    kinds = self.kinds_by(lambda v: v.conjugate(), value)
                    return self.cast(t.Cast(value, kinds, value.rep, None, e.loc), self.single(kinds, e), "")
                return self.op("conjugate", (value,), value.kinds, value.rep, e.loc)
            case _:
                raise Declined("call", e.function, e.loc)

    def contained(self, x: t.Expr, items: list[t.Expr], e: ir.Call) -> t.Expr:
        """Whether x is one of the items or equals one: all of them are evaluated, then compared from the left."""
        for item in items:
            if _may_be_one_nan(x, item):
                raise Declined("inexact", "'in' compares by identity before equality, which counts for NaN", e.loc)
            if e.function == "@in_set" and not _equal_means_equal_hash(x, item):
                raise Declined("inexact", "'in' a set of such items compares by their hashes, too", e.loc)
        return self._contained(x, items, [], e.loc)

    def _contained(self, x: t.Expr, items: list[t.Expr], done: list[t.Expr], loc: ir.Loc) -> t.Expr:
        if not done and not isinstance(x, (t.Const, t.Var)):
            return self.shared_value(x, lambda v: self._contained(v, items, done, loc), loc)
        if len(done) < len(items):
            return self.shared_value(items[len(done)], lambda v: self._contained(x, items, [*done, v], loc), loc)
        found: t.Expr = t.Const(False, BOOL, "b1", loc)
        for item in reversed(done):
            equal = self.truth(self.binary("==", item, x, loc))
            found = t.Select(equal, t.Const(True, BOOL, "b1", loc), found, BOOL, "b1", loc)
        return found

    def bound(self, value: t.Expr, e: ir.Call) -> t.Expr:
        """What an array or a loop's shape is made of, so small that there is nothing to run out of."""
        if e.function == "@small" and not value.kinds <= {"int", "i8"}:
            raise Declined("inexact", f"np.arange() of {' or '.join(sorted(value.kinds))}", e.loc)
        whole = self.as_index(value, "np.ndindex() argument")
        narrow = self.cast(whole, "i4" if e.function == "@small" else "u4", "fit")
        return t.Cast(self.cast(narrow, "i8", ""), INT, "i8", None, e.loc)

    def in_range(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        """Of integers: what else may equal one of the range's numbers is compared with each of them."""
        x, start, stop, step = args
        if not is_int(x.rep) and x.rep != "b1":
            raise Declined("inexact", f"'in' a range of {' or '.join(sorted(x.kinds))}", e.loc)
        assert isinstance(step, t.Const) and isinstance(step.value, int)
        by, whole = step.value, self.cast(x, "i8", "fit" if x.rep == "u8" else "")
        bounds = [t.Cast(self.as_index(v, "range() argument"), INT, "i8", None, e.loc) for v in (start, stop)]
        values: list[t.Expr] = [t.Cast(whole, INT, "i8", None, e.loc), *bounds]

        def body(bound: list[t.Expr]) -> t.Expr:
            number, first, last = bound
            ends = ("<=", "<") if by > 0 else (">=", ">")
            tests = [self.binary(ends[0], first, number, e.loc), self.binary(ends[1], number, last, e.loc)]
            if abs(by) != 1:
                rest = self.binary("%", self.binary("-", number, first, e.loc), self.constant(abs(by), e.loc), e.loc)
                tests.append(self.binary("==", rest, self.constant(0, e.loc), e.loc))
            found = tests[-1]
            for test in reversed(tests[:-1]):
                found = t.Select(test, found, t.Const(False, BOOL, "b1", e.loc), BOOL, "b1", e.loc)
            return found

        return self.shared_values(values, range(3), body, e.loc)

    def divided(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        """divmod gives the two that // and % give, where the types of numbers have it."""
        position, op = (0, "//") if e.function == "@quotient" else (1, "%")
        kinds = self.kinds_by(lambda x, y: BUILTINS["divmod"](x, y)[position], *args)
        value = self.binary(op, args[0], args[1], e.loc)
        if value.kinds != kinds:
            raise Declined("inexact", f"divmod() of {' or '.join(sorted(k for a in args for k in a.kinds))}", e.loc)
        return value

    def part(self, name: str, value: t.Expr, e: ir.Call) -> t.Expr:
        kinds = self.kinds_by(lambda v: getattr(v, name), value)
        rep = self.single(kinds, e)
        if is_complex(value.rep):
            return self.op(name, (value,), kinds, rep, e.loc)
        if name == "imag":
            zero = t.Const(0.0 if is_float(rep) else 0, kinds, rep, e.loc)
            return self.shared_value(value, lambda _: zero, e.loc)  # evaluated all the same: it may raise
        cast = self.cast(value, rep, "")
        return t.Cast(cast, kinds, rep, None, e.loc)

    def item(self, value: t.Expr, e: ir.Call) -> t.Expr:
        if any(is_python(k) for k in value.kinds):
            raise Declined("type-error", "item() of a Python number", e.loc)
        kinds = self.kinds_by(lambda v: v.item(), value)
        rep = self.single(kinds, e)
        return t.Cast(self.cast(value, rep, "fit" if value.rep == "u8" else ""), kinds, rep, None, e.loc)

    # -- builtins

    def builtin_abs(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        kinds = self.kinds_by(BUILTINS["abs"], value)
        if is_complex(value.rep):
            return self.complex_abs(value, kinds, e.loc)
        value = self.cast(value, self.single(kinds, e), "")
        if value.rep[0] in "bu":
            return t.Cast(value, kinds, value.rep, None, e.loc)
        numpy = not any(is_python(kind) for kind in kinds)
        return self.op("abs", (value,), kinds, value.rep, e.loc, ("overflow",) if is_int(value.rep) else (), numpy)

    def builtin_int(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        if is_complex(value.rep):
            raise Declined("type-error", "int() of a complex number", e.loc)
        needs_check = is_float(value.rep) or value.rep == "u8"
        return t.Cast(self.cast(value, "i8", "fit" if needs_check else ""), INT, "i8", None, e.loc)

    def builtin_float(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        if isinstance(value, t.Const) and value.kinds == FLOAT:
            return value
        return t.Cast(self.real(value, e), FLOAT, "f8", None, e.loc)

    def builtin_bool(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return t.Cast(self.truth(self.one(args, e)), BOOL, "b1", None, e.loc)

    def builtin_round(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) == 2:
            return self._round_to(args[0], args[1], e)
        value = self.one(args, e)
        kinds = self.kinds_by(BUILTINS["round"], value)
        if is_float(value.rep):
            if kinds != INT:
                raise Declined("inexact", "round() of this type", e.loc)
            rounded = self.op("rint", (value,), value.kinds, value.rep, e.loc)
            return t.Cast(self.cast(rounded, "i8", "fit"), INT, "i8", None, e.loc)
        rep = self.single(kinds, e)
        return t.Cast(self.cast(value, rep, "fit" if value.rep == "u8" else ""), kinds, rep, None, e.loc)

    def _round_to(self, value: t.Expr, digits: t.Expr, e: ir.Call) -> t.Expr:
        """NumPy scales, rounds and scales back; Python's own floats are rounded correctly in decimal."""
        number = self._digits(digits, e)
        if value.kinds == FLOAT and number > 0:
            tens = t.Const(10.0**number, FLOAT, "f8", e.loc)
            return self.op("decimal", (value, tens), FLOAT, "f8", e.loc, ("number",))
        if value.kinds == FLOAT and number == 0:
            return self.op("rint", (value,), FLOAT, "f8", e.loc)
        kinds = self.kinds_by(lambda v: BUILTINS["round"](v, number), value)
        if not is_float(value.rep) and number >= 0:
            rep = self.single(kinds, e)
            return t.Cast(self.cast(value, rep, ""), kinds, rep, None, e.loc)
        if not value.kinds <= {"f4", "f8"} or kinds != value.kinds:
            raise Declined("inexact", f"round() of {' or '.join(sorted(value.kinds))} to digits", e.loc)
        return self._scaled_round(value, number, e)

    def _digits(self, digits: t.Expr, e: ir.Call) -> int:
        if not (isinstance(digits, t.Const) and digits.kinds == INT and abs(digits.value) <= _EXACT_TENS):
            raise Declined("call", f"{e.function}() to a number of digits that is not a small constant", e.loc)
        return int(digits.value)  # type: ignore[arg-type]

    def _scaled_round(self, value: t.Expr, digits: int, e: ir.Call) -> t.Expr:
        """numpy/_core/src/multiarray/calculation.c, PyArray_Round."""
        if digits == 0:
            return self.op("rint", (value,), value.kinds, value.rep, e.loc)
        factor = t.Const(10.0 ** abs(digits), FLOAT, "f8", e.loc)
        scaled = self.binary("*" if digits > 0 else "/", value, factor, e.loc)
        rounded = self.op("rint", (scaled,), scaled.kinds, scaled.rep, e.loc)
        return self.binary("/" if digits > 0 else "*", rounded, factor, e.loc)

    def builtin_pow(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if len(args) != 2:
            raise Declined("call", "pow() with a modulus", e.loc)
        return self.binary("**", args[0], args[1], e.loc)

    def builtin_min(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.extreme("<", args, e)

    def builtin_max(self, args: list[t.Expr], e: ir.Call) -> t.Expr:
        return self.extreme(">", args, e)

    def extreme(self, op: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        """min and max return the operand itself: the later one only if it is strictly better."""
        if len(args) < 2:
            raise Declined("call", f"{e.function}() of a whole array", e.loc)
        best = args[0]
        for other in args[1:]:
            best = self._better(op, best, other, e.loc)
        return best

    def _better(self, op: str, best: t.Expr, other: t.Expr, loc: ir.Loc) -> t.Expr:
        def both(b: t.Expr) -> t.Expr:
            return self.shared_value(
                other, lambda o: self.select(self.truth(self.binary(op, o, b, loc)), o, b, loc), loc
            )

        return self.shared_value(best, both, loc)

    # -- NumPy

    def constructor(self, kind: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        value = self.one(args, e)
        if is_complex(value.rep) and kind[0] != "c":
            raise Declined("type-error", f"{e.function}() of a complex number", e.loc)
        rep = rep_of_kind(kind)
        return t.Cast(self.store_cast(value, kind, e.loc), frozenset({kind}), rep, None, e.loc)

    def numpy_function(self, name: str, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if not args or any(is_complex(a.rep) for a in args):
            raise Declined("call", f"{e.function}() of complex numbers", e.loc)
        if name in ROUNDINGS:
            return self.numpy_round(ROUNDINGS[name], args, e)
        if name == "clip":
            return self.clip(args, e)
        if name not in UFUNCS:
            raise Declined("call", f"{e.function}()", e.loc)
        kinds = self.kinds_by(UFUNCS[name], *args)
        rep = self.single(kinds, e)
        if name in _ARITHMETIC and rep != "b1":
            return self._arithmetic(name, args, kinds, rep, e)
        if name in ("isnan", "isinf", "isfinite", "signbit"):
            value = self.one(args, e)
            value = value if is_float(value.rep) and name != "signbit" else self.cast(value, "f8", "")
            return self.op(name, (value,), kinds, "b1", e.loc, ("number",) if name == "signbit" else ())
        if name in ("abs", "absolute", "fabs"):
            checks = ("overflow",) if is_int(rep) else ()
            return self.op("abs", (self.cast(self.one(args, e), rep, ""),), kinds, rep, e.loc, checks, True)
        if name in ("floor", "ceil", "trunc", "rint"):
            value = self.cast(self.one(args, e), rep, "")
            return self.op(name, (value,), kinds, rep, e.loc) if is_float(rep) else t.Cast(value, kinds, rep, None, e.loc)
        by_operator = self.by_operator(name, args, kinds, rep, e)
        if by_operator is not None:
            return by_operator
        if not is_float(rep):
            return self._integer_extreme(name, args, kinds, rep, e)
        self.scope.shared.float_warnings = True
        if name == "sqrt":
            value = self.cast(self.one(args, e), rep, "")
            return self.op("sqrt", (value,), kinds, rep, e.loc, ("finite",), True)
        if len(args) != (1 if name in UFUNC_1 else 2 if name in UFUNC_2 else 0):
            raise Declined("call", f"{e.function}()", e.loc)
        self.uses_ufunc(name, rep)
        values = tuple([self.converted(a, rep) for a in args])
        if name == "copysign" and not isinstance(values[1], t.Load):
            # arithmetic may give a NaN of another sign: fsub -0.0, x is fneg x for LLVM
            values = values[0], self.op("pos", (values[1],), values[1].kinds, rep, e.loc, ("number",))
        return self.op("ufunc:" + name, values, kinds, rep, e.loc, (), True)

    def numpy_round(self, function: Callable[..., Any], args: list[t.Expr], e: ir.Call) -> t.Expr:
        number = self._digits(args[1], e) if len(args) == 2 else 0
        value = args[0] if len(args) <= 2 else self.one(args, e)
        kinds = self.kinds_by(lambda v: function(v, number), value)
        rep = self.single(kinds, e)
        if not is_float(rep) and (number < 0 or rep == "b1"):
            raise Declined("inexact", f"{e.function}() of integers to tens", e.loc)
        value = t.Cast(self.cast(value, rep, ""), kinds, rep, None, e.loc)
        return self._scaled_round(value, number, e) if is_float(rep) else value

    def _arithmetic(self, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
        """np.add and the like: in the ufunc's own type; its integers wrap around without a warning."""
        if len(args) != (1 if name == "negative" else 2):
            raise Declined("call", f"{e.function}()", e.loc)
        values = tuple([self.converted(a, rep) for a in args])
        if not is_float(rep):
            return self.op(_ARITHMETIC[name], values, kinds, rep, e.loc, (), True)
        self.scope.shared.float_warnings = True
        return self.op(_ARITHMETIC[name], values, kinds, rep, e.loc, ("finite",), True)

    def _integer_extreme(self, name: str, args: list[t.Expr], kinds: Kinds, rep: Rep, e: ir.Call) -> t.Expr:
        name = {"fmin": "minimum", "fmax": "maximum"}.get(name, name)
        if name not in ("minimum", "maximum") or len(args) != 2:
            raise Declined("call", f"{e.function}() of integers", e.loc)
        values = [self.converted(a, rep) for a in args]
        return self.op(name, tuple(values), kinds, rep, e.loc)


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

"""Types of expressions: each operation gets the representation that NumPy or Python computes in."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from alpyna_hook import profile
from alpyna_hook.bind.tuples import TupleType, column_name, item_name
from alpyna_hook.infer.scope import NeverBound, Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.kinds import (
    INT_MAX,
    INT_MIN,
    KIND_OF_TYPE,
    Kind,
    Kinds,
    Rep,
    holds,
    int_range,
    is_complex,
    is_float,
    is_int,
    rep_of,
    rep_of_kind,
)
from alpyna_hook.operators.arithmetic import BINARY, COMPARISONS, Meaning, binary, unary
from alpyna_hook.reasons import Declined

BOOL: Kinds = frozenset({"bool"})
INT: Kinds = frozenset({"int"})


class Expressions:
    """The part of inference that types expressions."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def call(self, e: ir.Call) -> t.Expr:
        raise NotImplementedError  # given by `Calls`

    def entering(self, e: ir.Expr) -> t.Expr:
        """An operand of what gives the same for an array without dimensions as for the number in it."""
        raise NotImplementedError  # given by `Calls`

    def expr(self, e: ir.Expr) -> t.Expr:
        match e:
            case ir.Const():
                return self.constant(e.value, e.loc)
            case ir.Var():
                return self.var(e.name, e.loc)
            case ir.Load():
                return self.load(e)
            case ir.Shape():
                return self.shape(e)
            case ir.Unary():
                return self.unary(e)
            case ir.Binary():
                value = self.entering if e.op in "+-*/" else self.expr
                return self.binary(e.op, value(e.left), value(e.right), e.loc)
            case ir.Compare():
                return self.chain(e)
            case ir.BoolOp():
                return self.bool_op(e)
            case ir.Select():
                test, arms = self.test(e.test), self.met((e.then, e.orelse), self.expr)
                return self.select(test, arms[0], arms[-1], e.loc)
            case ir.Call():
                return self.call(e)
            case ir.Fixed(op="value"):
                raise Declined("value-type", "None or a text, for anything but a function of the program", e.loc)
            case ir.Fixed():
                raise AssertionError("conditions that are fixed are put in before types are inferred")

    def met(self, alternatives: tuple[ir.Expr, ...], typed: Callable[[ir.Expr], t.Expr]) -> list[t.Expr]:
        """Expressions that are not evaluated each time.  In the first round one may read a variable that is
        only assigned further down, and is left out then."""
        scope = self.scope
        values: list[t.Expr] = []
        unbound: NeverBound | None = None
        for e in alternatives:
            try:
                values.append(typed(e))
            except NeverBound as error:
                unbound = error
        if unbound is not None:
            if scope.rounds > 1 or not values:
                raise unbound
            scope.changed = True
        return values

    # -- leaves

    def constant(self, value: bool | int | float | complex, loc: ir.Loc) -> t.Const:
        kind = KIND_OF_TYPE[type(value)]
        if kind == "int" and not INT_MIN <= value <= INT_MAX:  # type: ignore[operator]
            raise Declined("big-integer", str(value), loc)
        return t.Const(value, frozenset({kind}), rep_of_kind(kind), loc)

    def var(self, name: str, loc: ir.Loc) -> t.Expr:
        scope = self.scope
        assert scope.env is not None
        if self.fixed_value(name) is not None:
            raise Declined("value-type", f"{name} is None or a text", loc)
        if name in scope.arrays:
            raise Declined("array-variable", f"the array {name} as a whole", loc)
        kinds = scope.env.get(name)
        if kinds is None:
            if scope.may_be_unbound(name):
                raise NeverBound(name, loc)
            root, _, attribute = name.rpartition(".")
            if attribute in ("real", "imag") and root in scope.env:
                return self.call(ir.Call("@" + attribute, (ir.Var(root, loc),), (), loc))
            return self.outer_var(name, loc)
        variable = scope.variable(name)
        obligation = scope.obligation("bound", loc, name) if scope.may_be_unbound(name) else None
        value = t.Var(name, kinds, variable.rep, loc, obligation)
        rep = rep_of(kinds)
        return value if rep is None or rep == variable.rep else self.cast(value, rep, "")

    def outer_var(self, name: str, loc: ir.Loc) -> t.Expr:
        """A global or closure variable that a function reads: an input of the nest."""
        scope = self.scope
        full = scope.prefix + name
        kind = scope.shared.facts.scalars.get(full) if scope.locals is not None and name not in scope.locals else None
        if kind is None:
            raise Declined("unbound", name, loc)
        return t.Var(full, frozenset({kind}), rep_of_kind(kind), loc)

    def full_name(self, name: str) -> str:
        """What an array or a tuple is called in the nest; "" for what is neither."""
        scope = self.scope
        outside = scope.locals is not None and name not in scope.locals
        return scope.arrays.get(name) or (scope.prefix + name if outside else "")

    def fixed_value(self, name: str) -> tuple[str | None] | None:
        """None or the text that the name stands for, in a tuple of one; None for anything else."""
        scope = self.scope
        if name in scope.fixed:
            return (scope.fixed[name],)
        outside = scope.locals is None or name not in scope.locals
        full = scope.prefix + name
        return (scope.shared.facts.fixed[full],) if outside and full in scope.shared.facts.fixed else None

    def array_name(self, name: str, loc: ir.Loc) -> str:
        full = self.full_name(name)
        if full not in self.scope.shared.facts.arrays:
            is_tuple = full in self.scope.shared.facts.tuples
            raise Declined("value-type", f"{name} is {'a tuple of several types' if is_tuple else 'not an array'}", loc)
        self.scope.shared.arrays[full] = None
        return full

    def load(self, e: ir.Load) -> t.Expr:
        name = self.full_name(e.array)
        of = self.scope.shared.facts.tuples.get(name)
        if of is not None:
            if e.joined:
                raise Declined("type-error", f"{e.array} is a tuple, with several indices in one subscript", e.loc)
            item = self.tuple_item(name, of, e)
            if item is not None:
                return item
            column = self._column(name, of, e)
            if column is not None:
                return column
        array, index, obligations = self.subscript(e.array, e.index, e.loc)
        kind = self.scope.shared.array_type(array).kind
        return t.Load(array, index, obligations, frozenset({kind}), rep_of_kind(kind), e.loc)

    def tuple_item(self, name: str, of: TupleType, e: ir.Load) -> t.Expr | None:
        """An item of a tuple by constants: a number that the nest is given."""
        index = tuple([i.value for i in e.index if isinstance(i, ir.Const) and type(i.value) is int])
        place = of.place(index) if len(index) == len(e.index) == of.rank else None
        if place is None:
            return None
        kind = of.kind(place)
        item = item_name(name, tuple([k % length for k, length in zip(index, of.shape, strict=True)]))
        self.scope.shared.items[item] = kind
        return t.Var(item, frozenset({kind}), rep_of_kind(kind), e.loc)

    def _column(self, name: str, of: TupleType, e: ir.Load) -> t.Expr | None:
        """`PAIRS[k][1]`, where the tuples are alike, but of several types each."""
        last = e.index[-1]
        if of.alike is not None or len(e.index) != 2 or not (isinstance(last, ir.Const) and type(last.value) is int):
            return None
        column = column_name(name, last.value % of.shape[-1])
        if not -of.shape[-1] <= last.value < of.shape[-1] or column not in self.scope.shared.facts.arrays:
            return None
        self.scope.shared.arrays[column] = None
        kind = self.scope.shared.array_type(column).kind
        place = self.index_value(e.index[0], "an index")
        obligation = self.scope.obligation("index", e.loc, f"axis 0 of {e.array}")
        return t.Load(column, (place,), (obligation,), frozenset({kind}), rep_of_kind(kind), e.loc)

    def subscript(self, name: str, index: tuple[ir.Expr, ...], loc: ir.Loc) -> tuple[str, tuple[t.Expr, ...], tuple[int, ...]]:
        array = self.array_name(name, loc)
        ndim = self.scope.shared.array_type(array).ndim
        if len(index) != ndim:
            raise Declined("dimensions", f"{name} has {ndim} dimensions, {len(index)} subscripts", loc)
        values = tuple(self.index_value(e, "an index") for e in index)
        return array, values, tuple([self.scope.obligation("index", e.loc, f"axis {k} of {array}") for k, e in enumerate(values)])

    def index_value(self, e: ir.Expr, what: str) -> t.Expr:
        return self.as_index(self.expr(e), what)

    def row_index(self, array: str, axis: int, e: ir.Expr) -> t.Expr:
        """An index of a row that is passed to a function, counted from the front: the row may never be looked into."""
        size = self.extent(array, axis, e.loc)
        check = self.scope.obligation("index", e.loc, f"axis {axis} of {array}")
        return t.Op("row", (size, self.index_value(e, "an index")), "i8", INT, "i8", False, (check,), (), (), e.loc)

    def as_index(self, value: t.Expr, what: str) -> t.Expr:
        if not is_int(value.rep) or "bool" in value.kinds:
            raise Declined("index-type", f"{what} of type {' or '.join(sorted(value.kinds))}", value.loc)
        return self.cast(value, "i8", "fit" if value.rep == "u8" else "")

    def extent(self, name: str, axis: int, loc: ir.Loc) -> t.Expr:
        """The length of an array or tuple, by its name in the nest, along an axis."""
        of = self.scope.shared.facts.tuples.get(name)
        if of is not None:
            return self.constant(of.shape[axis], loc)
        self.scope.shared.arrays[name] = None
        return t.Dim(name, axis, INT, "i8", loc)

    def shape(self, e: ir.Shape) -> t.Expr:
        of = self.scope.shared.facts.tuples.get(self.full_name(e.array))
        if of is not None:
            if e.attribute or e.axis is None or not 0 <= e.axis < of.rank:
                raise Declined("attribute", f"shape, size or ndim of {e.array}, which is a tuple", e.loc)
            return self.constant(of.shape[e.axis], e.loc)
        array = self.array_name(e.array, e.loc)
        ndim = self.scope.shared.array_type(array).ndim
        if e.axis is None:
            dims: list[t.Expr] = [t.Dim(array, k, INT, "i8", e.loc) for k in range(ndim)]
            return _fold(dims, lambda a, b: self.binary("*", a, b, e.loc))
        if e.axis == -1:
            return self.constant(ndim, e.loc)
        if not 0 <= e.axis < ndim:
            raise Declined("dimensions", f"{e.array} has {ndim} dimensions", e.loc)
        return t.Dim(array, e.axis, INT, "i8", e.loc)

    # -- casts

    def cast(self, value: t.Expr, rep: Rep, obligation: str) -> t.Expr:
        if value.rep == rep:
            return value
        if isinstance(value, t.Const):
            folded = _fold_cast(value.value, rep)
            if folded is not None:
                return t.Const(folded, value.kinds, rep, value.loc)
        number = self.scope.obligation(obligation, value.loc) if obligation else None
        return t.Cast(value, value.kinds, rep, number, value.loc)

    def store_cast(self, value: t.Expr, kind: Kind, loc: ir.Loc) -> t.Expr:
        """The value as an element of an array: what NumPy refuses or warns of is an obligation."""
        rep = rep_of_kind(kind)
        if value.rep == rep:
            return value
        if is_complex(value.rep) and not is_complex(rep):
            raise Declined("type-error", "a complex number stored into a real array", loc)
        if rep == "b1":
            return self.truth(value)
        if is_int(rep):
            wraps = rep[0] == "u" and is_int(value.rep) and "int" not in value.kinds  # NumPy's integers do, silently
            return self.cast(value, rep, "" if value.rep == "b1" or wraps else "fit")
        if rep in ("f4", "c8") and value.rep in ("f8", "c16"):
            self.scope.shared.float_warnings = True
            return self.cast(value, rep, "finite")
        return self.cast(value, rep, "")

    # -- truth values

    def truth(self, value: t.Expr) -> t.Expr:
        if value.rep == "b1":
            return value
        if isinstance(value, t.Const):
            return t.Const(bool(value.value), BOOL, "b1", value.loc)
        return t.Op("truth", (value,), value.rep, BOOL, "b1", False, (), (), (), value.loc)

    def test(self, e: ir.Expr) -> t.Expr:
        """The expression where only its truth counts."""
        match e:
            case ir.BoolOp():
                values = self.met(e.operands, self.test)
                joined = values[-1]
                for v in reversed(values[:-1]):
                    const = t.Const(e.op == "or", BOOL, "b1", e.loc)
                    joined = t.Select(v, const if e.op == "or" else joined, joined if e.op == "or" else const, BOOL, "b1", e.loc)
                return joined
            case ir.Compare() if len(e.ops) > 1:
                return self._test_links(self.entering(e.operands[0]), [self.entering(x) for x in e.operands[1:]], e.ops, e.loc)
            case ir.Unary(op="not"):
                return t.Op("not", (self.test(e.operand),), "b1", BOOL, "b1", False, (), (), (), e.loc)
            case _:
                return self.truth(self.expr(e))

    # -- operators

    def unary(self, e: ir.Unary) -> t.Expr:
        if e.op == "not":
            return self.test(e)
        value = self.expr(e.operand)
        if isinstance(value, t.Const) and e.op == "-" and not isinstance(value.value, (bool, complex)):
            return self.constant(-value.value, e.loc)
        return self.split([value], lambda v: self.operation(v, lambda kinds: unary(e.op, kinds[0]), e.loc), e.loc)

    def binary(self, op: str, left: t.Expr, right: t.Expr, loc: ir.Loc) -> t.Expr:
        if isinstance(left, t.Const) and isinstance(right, t.Const):
            folded = _fold_python(op, left, right)
            if folded is not None:
                return self.constant(folded, loc)
        return self.split([left, right], lambda v: self._binary(op, v, loc), loc)

    def _binary(self, op: str, values: list[t.Expr], loc: ir.Loc) -> t.Expr:
        base, exponent = values
        if op == "**" and is_complex(base.rep) and isinstance(exponent, t.Const) and exponent.kinds == INT:
            power = self.complex_power(base, int(exponent.value), loc)  # type: ignore[arg-type]
            if power is not None:
                return power
        return self.operation(values, lambda kinds: binary(op, *kinds), loc)

    def complex_power(self, base: t.Expr, exponent: int, loc: ir.Loc) -> t.Expr | None:
        raise NotImplementedError  # given by `ComplexNumbers`

    def operation(self, values: list[t.Expr], meaning: Callable[[tuple[Kind, ...]], Meaning], loc: ir.Loc) -> t.Expr:
        """One operation on operands that may have several kinds: all combinations must agree on what is computed."""
        combinations = list(itertools.product(*(sorted(v.kinds) for v in values)))
        try:
            meanings = [meaning(kinds) for kinds in combinations]
        except Declined as declined:
            raise Declined(declined.reason.slug, declined.detail, loc) from None
        first = self.agree(meanings, loc)
        kinds = frozenset(m.result for m in meanings)
        mixed = next((k for k, v in enumerate(values) if len(v.kinds) > 1 and not isinstance(v, t.Var)), None)
        if len(kinds) > 1 and mixed is not None:  # the tag of the result needs those of the operands
            return self.shared_operand(values, mixed, lambda bound: self.operation(bound, meaning, loc), loc)
        args = tuple(
            self.operand(v, first, [m.casts[k] for m in meanings]) for k, v in enumerate(values)
        )
        rep = "b1" if kinds <= {"bool", "?"} else first.compute
        checks = dict.fromkeys(c for m in meanings for c in m.checks)
        numpy = any(m.numpy for m in meanings)
        if first.name.startswith("ufunc:"):
            self.uses_ufunc(first.name[6:], first.compute)
        elif numpy and (is_float(first.compute) or is_complex(first.compute)) and first.name not in COMPARISONS:
            self.scope.shared.float_warnings = True
            checks["finite"] = None
        if first.name == "pow" and is_float(first.compute):
            self.scope.shared.libm["powf" if first.compute == "f4" else "pow"] = None
        tag_map = tuple((k, m.result) for k, m in zip(combinations, meanings, strict=True)) if len(kinds) > 1 else ()
        obligations = tuple([self.scope.obligation(c, loc, first.name) for c in checks])
        return t.Op(
            first.name, args, first.compute, kinds, rep, numpy, obligations, tag_map, tuple(values) if tag_map else (), loc
        )

    def uses_ufunc(self, name: str, rep: Rep) -> None:
        """The kernel calls NumPy's inner loop, which tells of warnings by the floating-point flags.

        Raises Declined for a function that the machine's profile has seen to differ from the interpreter.
        """
        require_exact("numpy", name, rep)
        shared = self.scope.shared
        shared.float_warnings = True
        shared.ufuncs[name, rep] = None
        shared.libm.update({"feclearexcept": None, "fetestexcept": None})

    def split(self, values: list[t.Expr], build: Callable[[list[t.Expr]], t.Expr], loc: ir.Loc) -> t.Expr:
        """What `build` makes of the values; where their kinds lead to different operations, one for each kind."""
        mark = self.scope.shared.mark()
        try:
            return build(values)
        except Declined as declined:
            position = next((k for k, v in enumerate(values) if len(v.kinds) > 1), None)
            if declined.reason.slug != "mixed-types" or position is None:
                raise
        self.scope.shared.back_to(mark)

        def by_kind(bound: list[t.Expr]) -> t.Expr:
            v = bound[position]
            assert isinstance(v, t.Var)
            versions = [(kind, self.split(_put(bound, position, self.narrow(v, kind)), build, loc)) for kind in sorted(v.kinds)]
            result = versions[-1][1]
            for kind, version in reversed(versions[:-1]):
                result = self.select(t.TagIs(v, kind, BOOL, "b1", loc), version, result, loc)
            return result

        return self.shared_values(values, range(len(values)), by_kind, loc)  # each is in all versions

    def narrow(self, value: t.Var, kind: Kind) -> t.Expr:
        """The value where its tag says that it is of this kind: the cast is then exact."""
        return t.Cast(value, frozenset({kind}), rep_of_kind(kind), None, value.loc)

    def agree(self, meanings: list[Meaning], loc: ir.Loc) -> Meaning:
        computes = {(m.name, m.compute) for m in meanings}
        if len(computes) == 1:
            return meanings[0]
        if {m.name for m in meanings} <= COMPARISONS and {m.compute for m in meanings} == {"i8", "f8"}:
            return next(m for m in meanings if m.compute == "f8")
        texts = sorted({f"{m.name} in {m.compute}" for m in meanings})
        raise Declined("mixed-types", " or ".join(texts), loc)

    def operand(self, value: t.Expr, meaning: Meaning, casts: list[str]) -> t.Expr:
        if meaning.compute == "mixed":
            return self.cast(value, "u8" if value.rep == "u8" else "i8", "")
        obligation = next((c for c in casts if c), "")
        if obligation == "fit":
            low, high = int_range(meaning.compute)
            own = int_range(value.rep)
            if low <= own[0] and own[1] <= high:
                obligation = ""
        elif meaning.numpy and meaning.compute in ("f4", "c8") and value.rep in ("f8", "c16"):
            obligation = "" if value.kinds <= {"int", "bool"} else "finite"
        return self.cast(value, meaning.compute, obligation)

    # -- conditional values

    def select(self, test: t.Expr, then: t.Expr, orelse: t.Expr, loc: ir.Loc) -> t.Expr:
        kinds = then.kinds | orelse.kinds
        rep = rep_of(kinds)
        if rep is None:
            raise Declined("mixed-types", f"one value may be {' or '.join(sorted(kinds))}", loc)
        return t.Select(test, self.widen(then, rep), self.widen(orelse, rep), kinds, rep, loc)

    def widen(self, value: t.Expr, rep: Rep) -> t.Expr:
        exact = is_int(value.rep) and int(value.rep[1:]) >= 4 and not is_int(rep)
        return self.cast(value, rep, "exact" if exact else "")

    def shared_value(self, value: t.Expr, body: Callable[[t.Expr], t.Expr], loc: ir.Loc) -> t.Expr:
        """`body` of a value that is evaluated once."""
        if isinstance(value, (t.Const, t.Var)):
            return body(value)
        name = self.scope.shared.temporary()
        inner = body(t.Var(name, value.kinds, value.rep, loc))
        return t.Let(name, value, inner, inner.kinds, inner.rep, loc)

    def shared_operand(
        self, values: list[t.Expr], position: int, body: Callable[[list[t.Expr]], t.Expr], loc: ir.Loc
    ) -> t.Expr:
        """`body` of the operands, of which this one is evaluated once, and first: together with those before it, in
        order, where a call among them stores."""
        first = 0 if any(map(t.stores, values[: position + 1])) else position
        return self.shared_values(values, range(first, position + 1), body, loc)

    def shared_values(
        self, values: list[t.Expr], which: range, body: Callable[[list[t.Expr]], t.Expr], loc: ir.Loc
    ) -> t.Expr:
        if not which:
            return body(values)
        k, *_ = which
        return self.shared_value(values[k], lambda v: self.shared_values(_put(values, k, v), which[1:], body, loc), loc)

    def bool_op(self, e: ir.BoolOp) -> t.Expr:
        *rest, last = self.met(e.operands, self.expr)
        result = last
        for value in reversed(rest):
            result = self._shortcut(e.op, value, result, e.loc)
        return result

    def _shortcut(self, op: str, value: t.Expr, rest: t.Expr, loc: ir.Loc) -> t.Expr:
        def body(v: t.Expr) -> t.Expr:
            return self.select(self.truth(v), v, rest, loc) if op == "or" else self.select(self.truth(v), rest, v, loc)

        return self.shared_value(value, body, loc)

    def chain(self, e: ir.Compare) -> t.Expr:
        values = [self.entering(x) for x in e.operands]
        return self._links(values[0], values[1:], e.ops, e.loc)

    def _test_links(self, left: t.Expr, rest: list[t.Expr], ops: tuple[str, ...], loc: ir.Loc) -> t.Expr:
        """A chain where only its truth counts: `a < b and b < c`, with b evaluated once."""
        if len(rest) == 1:
            return self.truth(self.binary(ops[0], left, rest[0], loc))

        def body(link: list[t.Expr]) -> t.Expr:
            first = self.truth(self.binary(ops[0], link[0], link[1], loc))
            other = self._test_links(link[1], rest[1:], ops[1:], loc)
            return t.Select(first, other, t.Const(False, BOOL, "b1", loc), BOOL, "b1", loc)

        return self.shared_operand([left, rest[0]], 1, body, loc)

    def _links(self, left: t.Expr, rest: list[t.Expr], ops: tuple[str, ...], loc: ir.Loc) -> t.Expr:
        if len(rest) == 1:
            return self.binary(ops[0], left, rest[0], loc)

        def body(link: list[t.Expr]) -> t.Expr:
            first = self.binary(ops[0], link[0], link[1], loc)
            return self._shortcut("and", first, self._links(link[1], rest[1:], ops[1:], loc), loc)

        return self.shared_operand([left, rest[0]], 1, body, loc)


def _fold(values: list[t.Expr], join: Callable[[t.Expr, t.Expr], t.Expr]) -> t.Expr:
    result = values[0]
    for v in values[1:]:
        result = join(result, v)
    return result


def _fold_cast(value: bool | int | float | complex, rep: Rep) -> bool | int | float | complex | None:
    """A constant in another representation where that is exact, else None."""
    if not holds(rep, value):
        return None
    if is_complex(rep):
        return complex(value)
    if is_float(rep) and not isinstance(value, complex):
        return float(value)
    if is_int(rep) and isinstance(value, int):
        return int(value)
    return None


def _fold_python(op: str, left: t.Const, right: t.Const) -> bool | int | float | complex | None:
    """`left op right` of two constants, as Python would compute it; None where that raises or is big."""
    if op in ("**", "<<") and (isinstance(right.value, complex) or abs(right.value) > 64):
        return None
    try:
        value = BINARY[op][1](left.value, right.value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        return None
    return value  # type: ignore[no-any-return]


def require_exact(family: str, name: str, rep: Rep) -> None:
    """Raises Declined for a function that the machine's profile has seen to differ from the interpreter."""
    known = profile.load()
    if known is not None and known.inexact(family, name, rep):
        raise Declined("inexact", f"{family}.{name} differs on this machine, by its profile")


def _put(values: list[t.Expr], position: int, value: t.Expr) -> list[t.Expr]:
    return [*values[:position], value, *values[position + 1 :]]

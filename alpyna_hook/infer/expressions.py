"""Types of captured expressions: what names and subscripts mean, and what is evaluated when."""

from __future__ import annotations

from collections.abc import Callable

from alpyna_hook.infer.complex_numbers import raised
from alpyna_hook.infer.maker import BOOL, INT, Maker
from alpyna_hook.infer.numpy_operators import where
from alpyna_hook.infer.scope import Follows, NeverBound, Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import Known
from alpyna_hook.ir.kinds import rep_of, rep_of_kind
from alpyna_hook.live.tuples import TupleType, column_name, item_name
from alpyna_hook.operators.arithmetic import unary
from alpyna_hook.reasons import Declined


class Expressions:
    """Those of one scope; `call` types calls, whose arguments are expressions again."""

    def __init__(self, scope: Scope, call: Callable[[ir.Call], t.Expr]) -> None:
        self.scope = scope
        self.make = Maker(scope)
        self.call = call

    def expr(self, e: ir.Expr) -> t.Expr:
        match e:
            case ir.Const():
                return self.make.constant(e.value, e.loc)
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
                left, right = value(e.left), value(e.right)
                return raised(self.make, left, right, e.loc) if e.op == "**" else self.make.binary(e.op, left, right, e.loc)
            case ir.Compare():
                return self.chain(e)
            case ir.BoolOp():
                return self.bool_op(e)
            case ir.Select():
                test, arms = self.test(e.test), self.met((e.then, e.orelse), self.expr)
                return self.make.select(test, arms[0], arms[-1], e.loc)
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

    def var(self, name: str, loc: ir.Loc) -> t.Expr:
        scope = self.scope
        assert scope.env is not None
        if self.fixed_value(name) is not None:
            raise Declined("value-type", f"{name} is None or a text", loc)
        self._expect(name, "value-type", loc)
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
        return value if rep is None or rep == variable.rep else self.make.cast(value, rep, "")

    def _expect(self, name: str | None, slug: str, loc: ir.Loc) -> None:
        if name in self.scope.unknown:
            raise Follows(slug, name, loc)

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
        self._expect(name, "value-type", loc)
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
        return self.make.as_index(self.expr(e), what)

    def row_index(self, array: str, axis: int, e: ir.Expr) -> t.Expr:
        """An index of a row that is passed to a function, counted from the front: the row may never be looked into."""
        size = self.extent(array, axis, e.loc)
        check = self.scope.obligation("index", e.loc, f"axis {axis} of {array}")
        return t.Op("row", (size, self.index_value(e, "an index")), "i8", INT, "i8", False, (check,), (), (), e.loc)

    def extent(self, name: str, axis: int, loc: ir.Loc) -> t.Expr:
        """The length of an array or tuple, by its name in the nest, along an axis."""
        of = self.scope.shared.facts.tuples.get(name)
        if of is not None:
            return self.make.constant(of.shape[axis], loc)
        self.scope.shared.arrays[name] = None
        return t.Dim(name, axis, INT, "i8", loc)

    def shape(self, e: ir.Shape) -> t.Expr:
        of = self.scope.shared.facts.tuples.get(self.full_name(e.array))
        if of is not None:
            if e.attribute or e.axis is None or not 0 <= e.axis < of.rank:
                raise Declined("attribute", f"shape, size or ndim of {e.array}, which is a tuple", e.loc)
            return self.make.constant(of.shape[e.axis], e.loc)
        array = self.array_name(e.array, e.loc)
        ndim = self.scope.shared.array_type(array).ndim
        if e.axis is None:
            dims: list[t.Expr] = [t.Dim(array, k, INT, "i8", e.loc) for k in range(ndim)]
            return _fold(dims, lambda a, b: self.make.binary("*", a, b, e.loc))
        if e.axis == -1:
            return self.make.constant(ndim, e.loc)
        if not 0 <= e.axis < ndim:
            raise Declined("dimensions", f"{e.array} has {ndim} dimensions", e.loc)
        return t.Dim(array, e.axis, INT, "i8", e.loc)

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
                return self.make.truth(self.expr(e))

    def unary(self, e: ir.Unary) -> t.Expr:
        if e.op == "not":
            return self.test(e)
        value = self.expr(e.operand)
        if isinstance(value, t.Const) and e.op == "-" and not isinstance(value.value, (bool, complex)):
            return self.make.constant(-value.value, e.loc)
        return self.make.split([value], lambda v: self.make.operation(v, lambda kinds: unary(e.op, kinds[0]), e.loc), e.loc)

    def entering(self, e: ir.Expr) -> t.Expr:
        if not self.is_where(e):
            return self.expr(e)
        assert isinstance(e, ir.Call)
        return self.make.split([self.entering(a) for a in e.args], lambda a: where(self.make, a, e), e.loc)

    def is_where(self, e: ir.Expr) -> bool:
        """`np.where(c, x, y)`, which gives an array without dimensions."""
        if not isinstance(e, ir.Call) or e.function.startswith("@") or e.keywords or len(e.args) != 3:
            return False
        target = self.called(e)
        return isinstance(target, Known) and target.meaning == "numpy.where"

    def called(self, e: ir.Call) -> object:
        self._expect(e.function, "call", e.loc)
        scope = self.scope
        if scope.env is not None and e.function in scope.env:
            raise Declined("call", f"{e.function} is a number", e.loc)
        found = scope.shared.facts.functions.get(scope.prefix + e.function)
        if found is None:
            raise Declined("call", f"{e.function}()", e.loc)
        return found

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
        self._expect(ir.named(of), "value-type", of.loc)
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

    def bool_op(self, e: ir.BoolOp) -> t.Expr:
        *rest, last = self.met(e.operands, self.expr)
        result = last
        for value in reversed(rest):
            result = self._shortcut(e.op, value, result, e.loc)
        return result

    def _shortcut(self, op: str, value: t.Expr, rest: t.Expr, loc: ir.Loc) -> t.Expr:
        def body(v: t.Expr) -> t.Expr:
            then, orelse = (v, rest) if op == "or" else (rest, v)
            return self.make.select(self.make.truth(v), then, orelse, loc)

        return self.make.shared_value(value, body, loc)

    def chain(self, e: ir.Compare) -> t.Expr:
        values = [self.entering(x) for x in e.operands]
        return self._links(values[0], values[1:], e.ops, e.loc)

    def _test_links(self, left: t.Expr, rest: list[t.Expr], ops: tuple[str, ...], loc: ir.Loc) -> t.Expr:
        """A chain where only its truth counts: `a < b and b < c`, with b evaluated once."""
        if len(rest) == 1:
            return self.make.truth(self.make.binary(ops[0], left, rest[0], loc))

        def body(link: list[t.Expr]) -> t.Expr:
            first = self.make.truth(self.make.binary(ops[0], link[0], link[1], loc))
            other = self._test_links(link[1], rest[1:], ops[1:], loc)
            return t.Select(first, other, t.Const(False, BOOL, "b1", loc), BOOL, "b1", loc)

        return self.make.shared_operand([left, rest[0]], 1, body, loc)

    def _links(self, left: t.Expr, rest: list[t.Expr], ops: tuple[str, ...], loc: ir.Loc) -> t.Expr:
        if len(rest) == 1:
            return self.make.binary(ops[0], left, rest[0], loc)

        def body(link: list[t.Expr]) -> t.Expr:
            first = self.make.binary(ops[0], link[0], link[1], loc)
            return self._shortcut("and", first, self._links(link[1], rest[1:], ops[1:], loc), loc)

        return self.make.shared_operand([left, rest[0]], 1, body, loc)


def _fold(values: list[t.Expr], join: Callable[[t.Expr, t.Expr], t.Expr]) -> t.Expr:
    result = values[0]
    for v in values[1:]:
        result = join(result, v)
    return result

"""Expressions as polynomials over loop variables, symbols and unknowns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from alpyna_hook.dependence.accesses import Access, Guard, LoopId, Opaque, Program, ScalarUse, Unknown
from alpyna_hook.dependence.called import elements_of_call
from alpyna_hook.dependence.effects import ANYWHERE, Effects, arguments, arrays_of, changed_by, effects_of, parts_of
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.text import pretty

MAX_TERMS = 24
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "!=": "=="}

class Evaluator:
    """Evaluates expressions in the current environment and records what they read."""

    def __init__(
        self, program: Program, arrays: frozenset[str], stable: frozenset[str], effects: Mapping[str, Effects]
    ) -> None:
        self.program = program
        self.arrays = arrays
        self.stable = stable  # arrays that nothing in the nest changes
        self.effects = effects  # of the user functions that are known
        self.env: dict[str, Poly] = {}
        self.loops: tuple[LoopId, ...] = ()
        self.guards: list[Guard] = []
        self.statement = -1
        self._order = 0
        self._fresh = 0
        self._loop_of: dict[str, LoopId] = {}

    # ------------------------------------------------------------- bookkeeping

    def next_order(self) -> int:
        self._order += 1
        return self._order

    def depends_on(self, poly: Poly) -> frozenset[LoopId]:
        """The loops in whose iterations the value may differ."""
        found: set[LoopId] = set()
        for name in poly.names():
            unknown = self.program.unknowns.get(name)
            if unknown is not None:
                found |= unknown.loops
            elif name in self._loop_of:
                found.add(self._loop_of[name])
        return frozenset(found)

    def declare_loop(self, variable: str, loop: LoopId) -> None:
        self._loop_of[variable] = loop

    def unknown(self, source: ir.Expr | str, reason: str, loops: frozenset[LoopId] | None = None) -> Poly:
        """A fresh unknown that may differ in each iteration of the loops around it."""
        self._fresh += 1
        name = f"{source if isinstance(source, str) else reason.split()[0]}?{self._fresh}"
        around = frozenset(self.loops) if loops is None else loops
        self.program.unknowns[name] = Unknown(name, around, reason, source=source)
        return Poly.var(name)

    def is_assigned(self, name: str) -> bool:
        return name in self.program.assigned or name.startswith("@")

    @contextmanager
    def guarded(self, guards: list[Guard]) -> Iterator[None]:
        self.guards += guards
        try:
            yield
        finally:
            if guards:
                del self.guards[-len(guards):]

    def record(
        self, array: str, index: tuple[Poly, ...] | None, write: bool, node: ir.Expr | ir.Stmt,
    ) -> None:
        reason = None if index is not None else "call"
        for poly in index or ():
            for name in sorted(poly.names()):
                unknown = self.program.unknowns.get(name)
                if unknown is not None and not unknown.constraints:
                    reason = unknown.reason
        self.program.accesses.append(Access(
            self.next_order(), self.statement, array, index, write, self.loops, tuple(self.guards), node.loc, node,
            reason,
        ))

    def use(self, name: str, write: bool, loc: ir.Loc) -> None:
        self.program.scalars.append(ScalarUse(self.next_order(), self.statement, name, write, self.loops, loc))

    # ------------------------------------------------------------- expressions

    def evaluate(self, expr: ir.Expr) -> Poly:
        match expr:
            case ir.Const(value):
                return Poly.const(int(value)) if isinstance(value, int) else self.unknown(expr, "not an integer")
            case ir.Var(name, loc):
                return self._variable(name, loc)
            case ir.Load(array, index):
                return self._load(expr, array, index)
            case ir.Shape(array, axis):
                return self._shape(array, axis)
            case ir.Unary(op, operand):
                return self._unary(op, self.evaluate(operand), expr)
            case ir.Binary(op, left, right):
                return self._limited(self._binary(op, self.evaluate(left), self.evaluate(right), expr), expr)
            case ir.Call():
                return self.call(expr)
            case ir.Select(test, then, orelse):
                return self._select(expr, test, then, orelse)
            case ir.BoolOp(op, operands):
                self._short_circuit(op, list(operands))
                return self._opaque_or_unknown(expr, "condition")
            case ir.Compare(operands):
                for operand in operands:
                    self.evaluate(operand)
                return self._opaque_or_unknown(expr, "condition")
            case ir.Fixed():
                return self.unknown(expr, "condition", frozenset())

    def _limited(self, poly: Poly, expr: ir.Expr) -> Poly:
        if len(poly.terms) <= MAX_TERMS and all(len(m) <= 4 for m, _ in poly.terms):
            return poly
        return self.unknown(expr, "too many terms", self.depends_on(poly))

    def _variable(self, name: str, loc: ir.Loc) -> Poly:
        if not self.is_assigned(name):
            return Poly.var(name)
        self.use(name, False, loc)
        return self.env[name]

    def _load(self, expr: ir.Load, array: str, index: tuple[ir.Expr, ...]) -> Poly:
        polys = tuple([self.evaluate(i) for i in index])
        if self.is_assigned(array):
            self.use(array, False, expr.loc)
        self.record(array, polys, False, expr)
        if array not in self.stable:
            return self.unknown(expr, "data-dependent")
        name = f"{array}[{', '.join(map(str, polys))}]"
        if name not in self.program.unknowns:
            loops = frozenset(loop for poly in polys for loop in self.depends_on(poly))
            self.program.unknowns[name] = Unknown(name, loops, "indirect", (), array, polys, expr)
        return Poly.var(name)

    def _shape(self, array: str, axis: int | None) -> Poly:
        if self.is_assigned(array):
            return self.unknown(array, "data-dependent")
        text = {None: "size", -1: "ndim"}.get(axis, f"shape[{axis if axis is None or axis >= 0 else axis + 1}]")
        name = f"{array}.{text}"
        self.program.shapes[name] = (array, axis)
        return Poly.var(name)

    def _unary(self, op: str, value: Poly, expr: ir.Expr) -> Poly:
        if op == "-":
            return -value
        if op == "+":
            return value
        return (-value).plus(-1) if op == "~" else self._opaque_or_unknown(expr, "condition")

    def _binary(self, op: str, left: Poly, right: Poly, expr: ir.Expr) -> Poly:
        if op == "+":
            return left + right
        if op == "-":
            return left - right
        if op == "*":
            return left * right
        number = right.value
        if number is not None:
            if op == "<<" and 0 <= number < 62:
                return left.times(1 << number)
            if op == ">>" and 0 <= number < 62:
                return self.floor(left, 1 << number)
            if op == "//" and number > 0:
                return self.floor(left, number)
            if op == "%" and number > 0:
                return left - self.floor(left, number).times(number)
            if op == "&" and number >= 0 and number & (number + 1) == 0:
                return left - self.floor(left, number + 1).times(number + 1)
            if op == "**" and number in (1, 2, 3):
                return left if number == 1 else left * left if number == 2 else left * left * left
        reason = {"%": "modulo", "//": "division", "/": "not an integer"}.get(op, f"operator {op}")
        return self._opaque_or_unknown(expr, reason)

    def floor(self, value: Poly, divisor: int) -> Poly:
        """`value // divisor` as a variable q with 0 <= value - divisor*q <= divisor - 1."""
        if divisor == 1:
            return value
        if value.value is not None:
            return Poly.const(value.value // divisor)
        name = f"({value})//{divisor}"
        if name not in self.program.unknowns:
            rest = value - Poly.var(name).times(divisor)
            constraints = (rest, (-rest).plus(divisor - 1))
            self.program.unknowns[name] = Unknown(name, self.depends_on(value), "division", constraints)
        return Poly.var(name)

    def call(self, expr: ir.Call, *, statement: bool = False) -> Poly:
        """All arguments are evaluated before the call reads and stores elements of arrays."""
        effects = effects_of(expr, self.effects)
        values = [self.evaluate(argument) for _, argument in arguments(expr)]
        elements = None
        if expr.function in self.effects:
            elements = elements_of_call(expr, effects, values, self.arrays, self.program.assigned)
        if elements is not None:
            for array, index, write in elements:
                self.record(array, tuple([self._limited(poly, expr) for poly in index]), write, expr)
        else:
            for array, write in self._touched(expr, effects, statement):
                self.record(array, () if array == ANYWHERE else None, write, expr)
        function = expr.function
        if function in ir.AS_INTEGER or (function == "int" and len(values) == 1 and self._surely_integer(values[0])):
            return values[0]
        return self._opaque_or_unknown(expr, "call")

    def _touched(self, call: ir.Call, effects: Effects, statement: bool) -> list[tuple[str, bool]]:
        """The arrays that a call may read and write (True), the reads first."""
        if call.function in ir.AS_INTEGER:  # of a bound: as a name that stands there alone
            return []
        read: dict[str, None] = {}
        for key, argument in arguments(call):
            for part in parts_of(argument):
                if isinstance(part, ir.Var) and not self.is_assigned(part.name):
                    read[part.name] = None
                elif effects.subscripts_of(key):
                    read.update(dict.fromkeys(arrays_of([part], self.effects, self.program.assigned)))
        changed = changed_by(call, self.effects, statement=statement)
        written = dict.fromkeys(arrays_of(changed, self.effects, self.program.assigned))
        if effects.reads_elsewhere:
            read[ANYWHERE] = None
        if effects.stores_elsewhere:
            written[ANYWHERE] = None
        return [*((array, False) for array in read), *((array, True) for array in written)]

    def _surely_integer(self, value: Poly) -> bool:
        return all(name in self._loop_of or name in self.program.shapes for name in value.names())

    def _select(self, expr: ir.Expr, test: ir.Expr, then: ir.Expr, orelse: ir.Expr) -> Poly:
        self.evaluate(test)
        with self.guarded(self.conditions(test, True)):
            first = self.evaluate(then)
        with self.guarded(self.conditions(test, False)):
            second = self.evaluate(orelse)
        return first if first == second else self._opaque_or_unknown(expr, "condition")

    def _short_circuit(self, op: str, operands: list[ir.Expr]) -> None:
        self.evaluate(operands[0])
        if len(operands) > 1:
            with self.guarded(self.conditions(operands[0], op == "and")):
                self._short_circuit(op, operands[1:])

    def _opaque_or_unknown(self, expr: ir.Expr, reason: str) -> Poly:
        if self.invariant(expr):
            return self.opaque(expr)
        return self.unknown(expr, reason)

    def invariant(self, expr: ir.Expr) -> bool:
        """Can it be computed before the nest, from integers that the nest does not change?"""
        for node in ir.walk(expr):
            if isinstance(node, ir.Load) or (isinstance(node, ir.Var | ir.Shape) and self._changes(node)):
                return False
            if isinstance(node, ir.Call) and node.function not in ("min", "max", "@min", "abs", "int", *ir.AS_INTEGER):
                return False
            if isinstance(node, ir.Const) and not isinstance(node.value, int):
                return False
        return True

    def _changes(self, node: ir.Var | ir.Shape) -> bool:
        return self.is_assigned(node.name if isinstance(node, ir.Var) else node.array)

    def opaque(self, expr: ir.Expr) -> Poly:
        name = pretty(expr)
        name = name if name.isidentifier() else f"[{name}]"
        self.program.opaques[name] = Opaque(name, expr)
        return Poly.var(name)

    # --------------------------------------------------------------- conditions

    def conditions(self, test: ir.Expr, holds: bool) -> list[Guard]:
        """What is known where the test came out so; reads nothing anew."""
        match test:
            case ir.Unary("not", operand):
                return self.conditions(operand, not holds)
            case ir.BoolOp(op, operands) if (op == "and") == holds:
                return [guard for operand in operands for guard in self.conditions(operand, holds)]
            case ir.Compare(operands, ops) if holds or (len(ops) == 1 and ops[0] in _NEGATED):
                signs = ops if holds else (_NEGATED[ops[0]],)
                guards = []
                for op, left, right in zip(signs, operands, operands[1:], strict=False):
                    a, b = self.quiet(left), self.quiet(right)
                    if a is not None and b is not None:
                        guards += [Guard(poly) for poly in _relation(op, a, b)]
                return guards
        return []

    def quiet(self, expr: ir.Expr) -> Poly | None:
        """The value without recording reads; None unless it is simple arithmetic on names."""
        match expr:
            case ir.Const(value):
                return Poly.const(value) if type(value) is int else None
            case ir.Var(name):
                return self.env[name] if self.is_assigned(name) else Poly.var(name)
            case ir.Shape(array, axis):
                return None if self.is_assigned(array) else self._shape(array, axis)
            case ir.Unary("-", operand):
                negated = self.quiet(operand)
                return None if negated is None else -negated
            case ir.Call(function, (argument,)) if function in ir.AS_INTEGER:
                return self.quiet(argument)
            case ir.Binary(op, left, right) if op in ("+", "-", "*"):
                a, b = self.quiet(left), self.quiet(right)
                return None if a is None or b is None else self._binary(op, a, b, expr)
            case ir.Binary(op, left, ir.Const(int() as number)) if op in ("//", "%") and number > 0:
                a = self.quiet(left)
                return None if a is None else self._binary(op, a, Poly.const(number), expr)
        return None


def _relation(op: str, a: Poly, b: Poly) -> list[Poly]:
    """The relation of integers as forms >= 0."""
    match op:
        case "<":
            return [(b - a).plus(-1)]
        case "<=":
            return [b - a]
        case ">":
            return [(a - b).plus(-1)]
        case ">=":
            return [a - b]
        case "==":
            return [a - b, b - a]
    return []

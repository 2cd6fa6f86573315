"""Reductions: updates of one cell that may be regrouped, and for which types that is exact."""

from __future__ import annotations

from dataclasses import dataclass

from alpyna_hook.dependence.accesses import LoopId, Program, Statement
from alpyna_hook.ir import captured as ir
from alpyna_hook.ir.text import pretty

INTEGERS = "integers"  # regrouping is exact for integers (they wrap, or they do not overflow), not for floats
ANY_TYPE = "any type"  # exact if each part starts from the value before the loop and parts are combined in order

_SUMS = {"+": "sum", "-": "sum", "*": "product", "|": "or", "&": "and", "^": "xor"}
_FUNCTIONS = {"max": "max", "min": "min", "np.maximum": "max", "np.minimum": "min", "np.fmax": "max", "np.fmin": "min"}


@dataclass(frozen=True, slots=True)
class Reduction:
    """`name` is combined by `operation` in each iteration.

    `companions`: scalars assigned along with a minimum or maximum (the index of an argmin).
    """

    name: str
    operation: str  # sum, product, min, max, argmin, argmax, any, all, count, or, and, xor
    exact_for: str
    statements: tuple[int, ...]
    companions: tuple[str, ...] = ()


def scalar_reduction(program: Program, name: str, loop: LoopId) -> Reduction | None:
    """All that the loop does with the scalar, if it is one reduction."""
    uses = [u for u in program.scalars if u.name == name and loop in u.loops]
    numbers = sorted({u.statement for u in uses})
    statements = [program.statements[n] for n in numbers]
    assigns = [s for s in statements if isinstance(s.node, ir.Assign) and s.node.target == name]
    if not assigns:
        return None
    extreme = _extreme(program, name, statements, assigns, loop)
    if extreme is not None:
        return extreme
    if len(assigns) != len(statements):
        return None
    values = [s.node.value for s in assigns if isinstance(s.node, ir.Assign)]
    kinds = {_update(value, name) for value in values}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        return None
    exact = ANY_TYPE if kind in ("any", "all", "count") else INTEGERS
    if kind in ("max", "min") and all(_keeps_first(value, name) for value in values):
        exact = ANY_TYPE
    return Reduction(name, kind, exact, tuple(numbers))


def _update(value: ir.Expr, name: str) -> str | None:
    """The operation of `name = name op e`, where e does not read the name."""
    match value:
        case ir.Const(bool() as flag):
            return "any" if flag else "all"
        case ir.Binary(op, left, right) if op in _SUMS:
            if _is(left, name) and not _mentions(right, name):
                constant = isinstance(right, ir.Const) and isinstance(right.value, int)
                return "count" if op in "+-" and constant else _SUMS[op]
            if _is(right, name) and not _mentions(left, name) and op != "-":
                return _SUMS[op]
            if op in "+-" and not _mentions(right, name) and isinstance(left, ir.Binary) and left.op in "+-":
                return "sum" if _update(left, name) in ("sum", "count") else None
            if op == "*" and not _mentions(right, name) and isinstance(left, ir.Binary) and left.op == "*":
                return _update(left, name)
        case ir.Call(function, (first, second)) if function in _FUNCTIONS:
            if _is(first, name) != _is(second, name) and not (_mentions(first, name) and _mentions(second, name)):
                return _FUNCTIONS[function]
        case ir.BoolOp(op, (first, *rest)) if _is(first, name) and not any(_mentions(r, name) for r in rest):
            return "any" if op == "or" else "all"
        case ir.Select(ir.Compare((left, right), (op,)), then, orelse):
            return _selected(left, op, right, then, orelse, name)
    return None


def _selected(left: ir.Expr, op: str, right: ir.Expr, then: ir.Expr, orelse: ir.Expr, name: str) -> str | None:
    """`e if e < s else s` and its mirror images."""
    if op not in ("<", "<=", ">", ">="):
        return None
    texts = {pretty(left), pretty(right)}
    if {pretty(then), pretty(orelse)} != texts or not (_is(left, name) or _is(right, name)) or len(texts) != 2:
        return None
    smaller = left if op[0] == "<" else right
    return "min" if pretty(then) == pretty(smaller) else "max"


def _keeps_first(value: ir.Expr, name: str) -> bool:
    """`max(s, e)`: e replaces s only if it is greater, so NaN and equal values never do."""
    return isinstance(value, ir.Call) and value.function in ("max", "min") and _is(value.args[0], name)


def _extreme(
    program: Program, name: str, statements: list[Statement], assigns: list[Statement], loop: LoopId,
) -> Reduction | None:
    """`if e < s: s = e` and what else is assigned there: a minimum with its position.

    `if not e >= s` is that for integers; of floats a NaN is taken too, and then the next element, whatever it is.
    """
    tests = [s for s in statements if s.kind == "if"]
    if len(tests) != 1 or len(assigns) != 1 or len(statements) != 2:
        return None
    test, assign = tests[0].node, assigns[0]
    if not isinstance(test, ir.If):
        return None
    condition, exact, negated = test.test, ANY_TYPE, False
    while isinstance(condition, ir.Unary) and condition.op == "not":
        condition, exact, negated = condition.operand, INTEGERS, not negated
    if not isinstance(condition, ir.Compare) or len(condition.ops) != 1:
        return None
    if assign.branch[-1:] != ((tests[0].id, True),) or test.orelse or not isinstance(assign.node, ir.Assign):
        return None
    op, (left, right) = condition.ops[0], condition.operands
    value = pretty(assign.node.value)
    if op not in ("<", "<=", ">", ">=") or _is(left, name) == _is(right, name):
        return None
    other = right if _is(left, name) else left
    if pretty(other) != value or _mentions(other, name) or not all(isinstance(s, ir.Assign) for s in test.body):
        return None
    smaller = ((op[0] == "<") == _is(right, name)) != negated
    companions = tuple(s.target for s in test.body if isinstance(s, ir.Assign) and s.target != name)
    if not _alone(program, companions, name, test.body, loop):
        return None
    operation = ("arg" if companions else "") + ("min" if smaller else "max")
    return Reduction(name, operation, exact, (tests[0].id, assign.id), companions)


def _alone(
    program: Program, companions: tuple[str, ...], name: str, body: tuple[ir.Stmt, ...], loop: LoopId,
) -> bool:
    """The loop does nothing with the companions but assign them here, from values that are not among them."""
    values = [s.value for s in body if isinstance(s, ir.Assign)]
    if any(_mentions(value, other) for value in values for other in (name, *companions)):
        return False
    uses = [u for u in program.scalars if u.name in companions and loop in u.loops]
    return all(u.write for u in uses) and len(uses) == len(companions) == len(set(companions))


def array_reduction(program: Program, array: str, ends: frozenset[int]) -> Reduction | None:
    """All accesses that a loop carries dependences between (`ends`) belong to updates `a[f] = a[f] op e` with one op.

    Other reads of the array may be in the loop: that they meet no update of another iteration
    is what their absence from `ends` says.
    """
    accesses = [a for a in program.accesses if a.array == array]
    numbers = sorted({a.statement for a in accesses if a.id in ends})
    kinds = set()
    for number in numbers:
        node = program.statements[number].node
        own = [a for a in accesses if a.statement == number]
        store = own[-1]
        if not isinstance(node, ir.Store) or node.array != array or not store.write or store.index is None:
            return None
        element = {id(a.node) for a in own if isinstance(a.node, ir.Load) and a.index == store.index}
        if len(element) != 1 or any(a.id in ends and a is not store and id(a.node) not in element for a in own):
            return None
        kinds.add(_update(_with_scalar(node.value, element), "@element"))
    kind = kinds.pop() if len(kinds) == 1 else None
    return None if kind is None else Reduction(array, kind, INTEGERS, tuple(numbers))


def _with_scalar(value: ir.Expr, element: set[int]) -> ir.Expr:
    """The value with the scalar "@element" in the place of the element that is stored to."""
    if id(value) in element:
        return ir.Var("@element", value.loc)
    if isinstance(value, ir.Binary):
        return ir.Binary(value.op, _with_scalar(value.left, element), _with_scalar(value.right, element), value.loc)
    if isinstance(value, ir.Call):
        args = tuple([_with_scalar(arg, element) for arg in value.args])
        return ir.Call(value.function, args, value.keywords, value.loc)
    return value


def _is(expr: ir.Expr, name: str) -> bool:
    return isinstance(expr, ir.Var) and expr.name == name


def _mentions(expr: ir.Expr, name: str) -> bool:
    return any(isinstance(n, ir.Var) and n.name == name for n in ir.walk(expr))

"""The IR as text, close to the source: for golden files, debugging and doctests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alpyna_hook.ir.captured import (
    Assign,
    Binary,
    BoolOp,
    Break,
    Call,
    Compare,
    Const,
    Continue,
    Effect,
    Expr,
    Fixed,
    For,
    Function,
    If,
    Load,
    Nest,
    Raise,
    Refused,
    Return,
    Select,
    Shape,
    Stmt,
    Store,
    Unary,
    Var,
    While,
)


def pretty(node: Nest | Function | Expr | Stmt | Iterable[Stmt]) -> str:
    """A nest, function, expression, statement or list of statements."""
    match node:
        case Nest(loop, reads, writes, has_return):
            head = f"reads {', '.join(reads)}; writes {', '.join(writes)}{'; returns' if has_return else ''}"
            return "\n".join((head, *_lines((loop,), "")))
        case Function(name, params, defaults, body, reads):
            given = dict(defaults)
            shown = [f"{p}={_expr(given[p])}" if p in given else p for p in params]
            if node.positional_only:
                shown.insert(node.positional_only, "/")
            head = f"reads {', '.join(reads)}\ndef {name}({', '.join(shown)}):"
            return "\n".join((head, *_block(body, "")))
        case Const() | Var() | Load() | Shape() | Unary() | Binary() | Compare() | BoolOp() | Select() | Call() | Fixed():
            return _expr(node)
        case Iterable():
            return "\n".join(_lines(node, ""))
        case _:
            return "\n".join(_lines((node,), ""))


def _block(body: tuple[Stmt, ...], indent: str) -> Iterator[str]:
    indent += "    "
    yield from _lines(body, indent) if body else (indent + "pass",)


def _lines(body: Iterable[Stmt], indent: str) -> Iterator[str]:
    for stmt in body:
        yield from (indent + line if line else line for line in _statement(stmt))


def _statement(stmt: Stmt) -> Iterator[str]:
    match stmt:
        case Assign(target, value):
            yield f"{target} = {_expr(value)}"
        case Store(array, index, Binary(op, Load(), value), augmented=True):
            yield f"{_element(array, index)} {op}= {_expr(value)}"
        case Store(array, index, value):
            yield f"{_element(array, index)} = {_expr(value)}"
        case Effect(call, _, targets):
            yield f"{', '.join(targets)}{',' * (len(targets) == 1)} = {_expr(call)}" if targets else _expr(call)
        case If(test, body, orelse):
            yield f"if {_expr(test)}:"
            yield from _block(body, "")
            yield from _else(orelse)
        case For(index, start, stop, step, body, orelse):
            yield f"for {index} in range({', '.join(map(_expr, _bounds(start, stop, step)))}):"
            yield from _block(body, "")
            yield from _else(orelse)
        case While(test, body, orelse):
            yield f"while {_expr(test)}:"
            yield from _block(body, "")
            yield from _else(orelse)
        case Break():
            yield "break"
        case Continue():
            yield "continue"
        case Return(returned):
            yield "return" if returned is None else f"return {_expr(returned)}"
        case Raise():
            yield "raise"
        case Refused(slug, detail):
            yield f"refused: {detail} [{slug}]"


def _else(orelse: tuple[Stmt, ...]) -> Iterator[str]:
    if orelse:
        yield "else:"
        yield from _block(orelse, "")


def _bounds(start: Expr, stop: Expr, step: Expr) -> tuple[Expr, ...]:
    if not (isinstance(step, Const) and step.value == 1):
        return (start, stop, step)
    return (stop,) if isinstance(start, Const) and start.value == 0 else (start, stop)


def _element(array: str, index: tuple[Expr, ...]) -> str:
    return f"{array}[{', '.join(map(_expr, index))}]"


def _expr(node: Expr) -> str:
    match node:
        case Const(value):
            return repr(value)
        case Var(name):
            return name
        case Load(array, index):
            return _element(array, index)
        case Shape(array, axis):
            return array + {None: ".size", -1: ".ndim"}.get(axis, f".shape[{_shape_axis(axis)}]")
        case Unary(op, operand):
            return f"{op} {_part(operand)}" if op == "not" else op + _part(operand)
        case Binary(op, left, right):
            return f"{_part(left)} {op} {_part(right)}"
        case Compare(operands, ops):
            rest = (f" {op} {_part(operand)}" for op, operand in zip(ops, operands[1:], strict=True))
            return _part(operands[0]) + "".join(rest)
        case BoolOp(op, operands):
            return f" {op} ".join(map(_part, operands))
        case Select(test, then, orelse):
            return f"{_part(then)} if {_part(test)} else {_part(orelse)}"
        case Call(function, args, keywords):
            given = [*map(_expr, args), *(f"{name}={_expr(value)}" for name, value in keywords)]
            return f"{function}({', '.join(given)})"
        case Fixed(name, "truth"):
            return f"fixed({name})"
        case Fixed(name, op, value):
            return f"fixed({name} {op} {value!r})"


def _shape_axis(axis: int | None) -> int | None:
    return axis + 1 if axis is not None and axis < -1 else axis


def _part(node: Expr) -> str:
    """An operand: in parentheses unless it is one unit."""
    return f"({_expr(node)})" if isinstance(node, Unary | Binary | Compare | BoolOp | Select) else _expr(node)

"""The text of a kernel, read back as kernel IR.

before:  def kernel(frame):                     after:  Function("kernel", (frame: p), "i8", locals (n: i8, i: i8), body (
             n = get_i8(frame, 96)                          Set("n", Load(frame, 96, "i8", None)),
             for i in range(0, n): ...                      Loop("i", 0, n, 1, SEQUENTIAL, ...),
             return 0                                       Return(0)))

Each variable is represented in one way, which holds every value that it is given: a function is read again where a later
assignment widens what an earlier one made of it.  A function is there once for each list of representations that it is called with.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from alpyna_hook.emit.helpers import HELPERS, helper_text, helpers_of
from alpyna_hook.emit.parsed_expressions import ParsedExpressions
from alpyna_hook.emit.parsed_operators import cast, joined, truth
from alpyna_hook.emit.source import KernelSource, Untaken
from alpyna_hook.emit.strips import STRIP
from alpyna_hook.ir.kernel import (
    Break,
    Buffer,
    Call,
    Const,
    Continue,
    Evaluate,
    Function,
    If,
    InnerLoop,
    Kernel,
    Local,
    Loop,
    Mode,
    Rep,
    Return,
    Set,
    Stmt,
    Store,
    Value,
    While,
    rep_of,
)

_MOST_READINGS = 8


def parsed(source: KernelSource) -> Kernel:
    """Raises Untaken where the text has a form that is not known here."""
    written = {}
    for name in helpers_of(source.text):
        written[name] = _helper(name)
    for definition in ast.parse(source.text).body:
        assert isinstance(definition, ast.FunctionDef)
        written[definition.name] = definition
    made = _Functions(written)
    made.instance("kernel", ("p",))
    return Kernel(tuple(made.ready.values()), source.groups)


@lru_cache(maxsize=32)
def _helper(name: str) -> ast.FunctionDef:
    (definition,) = ast.parse(helper_text(name)).body
    assert isinstance(definition, ast.FunctionDef)
    return definition


class _Functions:
    """Those of one kernel, as they are called."""

    def __init__(self, written: dict[str, ast.FunctionDef]) -> None:
        self.written = written
        self.ready: dict[tuple[str, tuple[Rep, ...]], Function] = {}

    def instance(self, name: str, reps: tuple[Rep, ...]) -> Function:
        key = name, reps
        if key not in self.ready:
            if name not in self.written:
                raise Untaken(f"a call of {name}")
            number = sum(name == other for other, _ in self.ready)
            self.ready[key] = _Reader(self, self.written[name], reps).function(f"{name}_{number + 1}" if number else name)
        return self.ready[key]

    def call(self, name: str, args: tuple[Value, ...]) -> Value:
        function = self.instance(name, tuple(map(rep_of, args)))
        return Call(function.name, args, function.rep)


class _Reader:
    """One function, for arguments of given representations."""

    def __init__(self, functions: _Functions, written: ast.FunctionDef, reps: tuple[Rep, ...]) -> None:
        self.written = written
        self.parameters = tuple([Local(a.arg, rep) for a, rep in zip(written.args.args, reps, strict=True)])
        self.known: dict[str, Rep] = {p.name: p.rep for p in self.parameters}
        self.result: Rep | None = None
        self.buffers: dict[str, None] = {}
        self.changed = False  # whether something that was read before has got another representation
        self.of = ParsedExpressions(self.known, functions.call)

    def function(self, name: str) -> Function:
        for _ in range(_MOST_READINGS):
            self.changed = False
            body = self.block(self.written.body)
            if not self.changed:
                break
        else:
            raise Untaken(f"no end of finding the representations in {name}")
        own = {p.name: p.rep for p in self.parameters}
        if any(self.known[name] != rep for name, rep in own.items()):
            raise Untaken(f"a parameter of {name} that changes its representation")
        variables = [Local(n, rep) for n, rep in self.known.items() if n not in own and n not in self.buffers]
        buffers = [Buffer(n, STRIP) for n in self.buffers]
        return Function(name, self.parameters, self.result or "i8", tuple(variables), tuple(buffers), body)

    def note(self, name: str, rep: Rep) -> None:
        before = self.known.get(name)
        after = self.known[name] = rep if before is None else joined(before, rep)
        self.changed |= before is not None and after != before

    def block(self, body: list[ast.stmt]) -> tuple[Stmt, ...]:
        return tuple([made for s in body for made in self.statement(s)])

    def statement(self, s: ast.stmt) -> tuple[Stmt, ...]:
        match s:
            case ast.Assign(targets=[ast.Name(id=name)]):
                return self.assign(name, s.value)
            case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call):
                return (self.effect(name, call),)
            case ast.If():
                return (If(self.of.test(s.test), self.block(s.body), self.block(s.orelse)),)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds)):
                return (self.loop(name, bounds, s),)
            case ast.While(orelse=[]):
                return (While(self.of.test(s.test), self.block(s.body)),)
            case ast.Break():
                return (Break(),)
            case ast.Continue():
                return (Continue(),)
            case ast.Pass():
                return ()
            case ast.Expr():
                return (Evaluate(self.of.value(s.value)),)
            case ast.Return(value=ast.expr() as value):
                return (self.returned(value),)
            case _:
                raise Untaken(ast.unparse(s))

    def assign(self, name: str, written: ast.expr) -> tuple[Stmt, ...]:
        if isinstance(written, ast.Call) and isinstance(written.func, ast.Name) and written.func.id == "strip":
            self.buffers[name] = None
            self.note(name, "p")
            return ()
        value = self.of.value(written)
        self.note(name, rep_of(value))
        return (Set(name, cast(value, self.known[name])),)

    def returned(self, written: ast.expr) -> Stmt:
        value = self.of.value(written)
        before = self.result
        self.result = rep_of(value) if before is None else joined(before, rep_of(value))
        self.changed |= before is not None and before != self.result
        return Return(cast(value, self.result))

    def loop(self, name: str, bounds: list[ast.expr], s: ast.For) -> Stmt:
        values = [cast(x, "i8") for x in self.of.values(bounds)]
        step = values[2].value if len(values) == 3 and isinstance(values[2], Const) else 1 if len(values) == 2 else 0
        if step <= 0:
            raise Untaken(ast.unparse(s.iter))
        self.note(name, "i8")
        if self.known[name] != "i8":
            raise Untaken(f"a counter that is {self.known[name]}")
        return Loop(name, values[0], values[1], step, Mode.SEQUENTIAL, self.block(s.body), self.block(s.orelse))

    def effect(self, name: str, call: ast.Call) -> Stmt:
        verb, _, rest = name.partition("_")
        if verb in ("store", "put") and name not in HELPERS:
            rep, _, group = rest.partition("_g")
            base, offset, value = self.of.values(call.args)
            value = truth(value) if rep == "b1" else cast(value, rep)
            return Store(base, cast(offset, "i8"), value, rep, int(group) if verb == "store" else None)
        if verb in ("ufunc1", "ufunc2") and rest.startswith("strip_"):
            loop, data, clear, test, frame, count, *buffers = self.of.values(call.args)
            return InnerLoop(loop, data, (clear, test), frame, cast(count, "i8"), tuple(buffers), rest.removeprefix("strip_"))
        return Evaluate(self.of.value(call))

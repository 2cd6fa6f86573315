"""A nest run on made-up numbers: two orders of its iterations compute the same, or they do not.

What memory holds at first, and what an operation on floats gives, is a number drawn by hashing where it lies and what it is made
of; integers and comparisons are computed.  So two runs leave the same numbers where each is computed from the same ones in the same
way, and hardly ever otherwise (Herbrand's interpretation, by hash values).  No dependence test is asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeAlias

from alpyna_hook.dependence import ArrayFacts
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import Rep, is_int

Number: TypeAlias = int | float
_INTEGERS: dict[str, Callable[..., int]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a, "pos": lambda a: a,
    "abs": abs, "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "invert": lambda a: ~a,
}
_COMPARISONS: dict[str, Callable[..., bool]] = {
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "not": lambda a: not a,
}
_SEVERAL = -1  # iterations
_MOST = 7  # integers that are made up are below


class Unknown(Exception):
    """The nest does what cannot be run here, or stops, or does too much."""


class Jump(Exception):
    """`break`, `continue` or `return`."""

    def __init__(self, kind: type[t.Stmt], values: tuple[Number, ...] = ()) -> None:
        super().__init__(kind)
        self.kind, self.values = kind, values


class Run:
    """memory: by the address of each byte, what was stored there and which byte of it this is.  computed: all operations.
    met: where iterations of the outermost loop touch one byte, and one of them writes it.
    """

    def __init__(
        self, nest: t.TypedNest, integers: Mapping[str, int], arrays: Mapping[str, ArrayFacts], limit: int, draw: int = 0
    ) -> None:
        """draw: which numbers are made up."""
        self.arrays, self.draw = arrays, draw
        given = [nest.variables[name] for name in nest.inputs if name not in integers]
        self.env: dict[str, Number] = {**integers, **{variable.name: self.drawn(variable.rep, variable.name) for variable in given}}
        self.memory: dict[int, tuple[Number, Rep, int]] = {}
        self.computed: set[object] = set()
        self.left = limit
        self.iteration, self.met = 0, ""
        self.writers: dict[int, int] = {}  # the iteration that wrote a byte last,
        self.readers: dict[int, int] = {}  # and one that read it

    # -- statements

    def range_of(self, loop: t.For) -> range:
        start, stop, step = [int(self.number(e)) for e in (loop.start, loop.stop, loop.step)]
        if not step:
            raise Unknown
        return range(start, stop, step)

    def iterations(self, loop: t.For, values: Iterable[int]) -> None:
        """Some of those of the outermost loop, out of which there is no jump."""
        for value in values:
            self.iteration += 1
            self.env[loop.index] = value
            with suppress(Jump):
                self.block(loop.body)

    def block(self, body: tuple[t.Stmt, ...]) -> None:
        for s in body:
            self.spend()
            self.statement(s)

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unknown

    def statement(self, s: t.Stmt) -> None:
        match s:
            case t.Assign():
                self.env[s.target] = self.number(s.value)
            case t.Store():
                value = self.number(s.value)
                place, size = self.place(s.array, s.index)
                self.touch(s.array, place, size, is_store=True)
                rep = s.value.rep
                self.memory.update({place + k: (value, rep, k) for k in range(size)})
            case t.Effect():
                results = self.call(s.call) if isinstance(s.call, t.CallFunction) else (self.number(s.call),)
                self.env.update(zip(s.targets, results, strict=False))
            case t.If():
                self.block(s.body if self.number(s.test) else s.orelse)
            case t.For() | t.While():
                self.loop(s)
            case t.Return():
                raise Jump(t.Return, tuple(map(self.number, s.values)))
            case t.Break() | t.Continue():
                raise Jump(type(s))
            case t.Raise():
                raise Unknown

    def loop(self, s: t.For | t.While) -> None:
        values = iter(self.range_of(s)) if isinstance(s, t.For) else None
        while True:
            self.spend()
            if isinstance(s, t.While):
                if not self.number(s.test):
                    break
            else:
                assert values is not None
                value = next(values, None)
                if value is None:
                    break
                self.env[s.index] = value
            try:
                self.block(s.body)
            except Jump as jump:
                if jump.kind is t.Break:
                    return
                if jump.kind is t.Return:
                    raise
        self.block(s.orelse)

    # -- expressions

    def place(self, array: str, index: tuple[t.Expr, ...]) -> tuple[int, int]:
        """The address of an element, and its size."""
        facts = self.arrays[array]
        place = facts.address
        for e, extent, stride in zip(index, facts.shape, facts.strides, strict=True):
            k = int(self.number(e))
            k = k + extent if k < 0 else k
            if not 0 <= k < extent:
                if not extent or not any(isinstance(x, t.Load) for x in t.walk(e)):
                    raise Unknown  # the kernel stops here
                k %= extent  # a number that was made up
            place += k * stride
        return place, facts.itemsize

    def touch(self, array: str, place: int, size: int, *, is_store: bool) -> None:
        now = self.iteration
        for byte in range(place, place + size):
            writer, reader = self.writers.get(byte, now), self.readers.get(byte, now)
            if writer != now or (is_store and reader != now):
                self.met = self.met or f"iterations meet in an element of {array}"
            if is_store:
                self.writers[byte] = now
            else:
                self.readers[byte] = now if reader == now else _SEVERAL

    def number(self, e: t.Expr) -> Number:
        match e:
            case t.Const():
                return e.value if isinstance(e.value, int | float) else self.drawn(e.rep, e.value)
            case t.Var():
                return self.env[e.name] if e.name in self.env else self.drawn(e.rep, e.name)
            case t.Dim():
                return self.arrays[e.array].shape[e.axis]
            case t.Load():
                place, size = self.place(e.array, e.index)
                self.touch(e.array, place, size, is_store=False)
                return self.load(place, size, e.rep)
            case t.Select():
                return self.number(e.then if self.number(e.test) else e.orelse)
            case t.Let():
                self.env[e.name] = self.number(e.value)
                return self.number(e.body)
            case t.Cast():
                return self.cast(e)
            case t.Op():
                return self.operation(e)
            case t.TagIs():
                return self.drawn("b1", e.value.name, e.kind, self.number(e.value))
            case t.CallFunction():
                return next(iter(self.call(e)), 0)

    def load(self, place: int, size: int, rep: Rep) -> Number:
        found = [self.memory.get(place + k) for k in range(size)]
        first = found[0]
        if first is not None and first[1] == rep and all(x is not None and x == (*first[:2], k) for k, x in enumerate(found)):
            return first[0]
        return self.drawn(rep, place, *found)

    def cast(self, e: t.Cast) -> Number:
        value = self.number(e.value)
        if e.rep == e.value.rep:
            return value
        if is_int(e.rep):
            return int(value)
        return bool(value) if e.rep == "b1" else self.drawn(e.rep, "cast", value)

    def operation(self, e: t.Op) -> Number:
        values = [self.number(x) for x in e.args]
        if e.name in _COMPARISONS:
            return _COMPARISONS[e.name](*values)
        if e.rep == "b1" and e.name in _INTEGERS:
            return bool(_INTEGERS[e.name](*map(bool, values)))
        if is_int(e.compute) and is_int(e.rep):
            return self.of_integers(e, [int(value) for value in values])
        self.computed.add((e.name, e.compute, *values))
        return self.drawn(e.rep, e.name, e.compute, *values)

    def of_integers(self, e: t.Op, values: list[int]) -> int:
        if e.name in _INTEGERS:
            return _INTEGERS[e.name](*values)
        if e.name in ("floordiv", "mod"):
            a, b = values
            if not b:
                raise Unknown
            return a // b if e.name == "floordiv" else a % b
        return int(self.drawn(e.rep, e.name, *values))

    def call(self, e: t.CallFunction) -> tuple[Number, ...]:
        own = dict(zip(e.function.params, map(self.number, e.args), strict=True))
        outside, self.env = self.env, {**self.env, **dict.fromkeys(e.function.variables, 0), **own}
        try:
            self.block(e.function.body)
        except Jump as jump:
            return jump.values
        finally:
            self.env = outside
        return ()

    def drawn(self, rep: Rep, *of: object) -> Number:
        seed = hash((self.draw, rep, *of))
        if is_int(rep):
            return seed % _MOST
        return bool(seed & 1) if rep == "b1" else (seed % 2**52) / 2.0**50 - 2.0

"""Which floating-point operations the machine must execute, whatever the compiler optimises.

NumPy's warnings are found through the exception flags of the floating-point unit, which cost
nothing.  That is sound only for an operation that the compiler can neither drop nor fold: one
whose result is surely used, in the end, by a store or by a variable that outlives the nest, and
whose operands are not all constants (of complex ones: neither part of all).  The others get a check
of their own; so do all operations of a nest that names an infinity or a NaN, for `x + nan` and
`x > inf` are known without x.

A comparison is no such use: `isinf(x * 0.0)` is false and `x * x >= 0.0` says no more than that x is a
number, so that neither needs the product.  (The lesser of it and an element of an array does need it, for that may be
anything.)  An operation that is asked for by nothing more than a comparison,
a conversion to integers, a part of a complex number, on some paths or not at all is a *witness*: the
kernel adds the bits of its result to a sum that it returns.  (Only the kernel itself has that sum, not its functions.)

The analysis is the classical one of very busy values, backwards over the structured program: a
variable is needed at a point if on every path from there its value is used by a needed operation or
by a witness before it is overwritten.
"""

from __future__ import annotations

import cmath
from collections.abc import Iterable

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import is_complex, is_int
from alpyna_hook.operators.operations import operation
from alpyna_hook.prove.places import doubtful, loads_its_place, moves, moving_names
from alpyna_hook.prove.unknown import is_unknown, unknown_names, widens

Needed = frozenset[str] | None  # None: everything (a path that ends in a replay)



def anchored(nest: t.TypedNest) -> dict[int, str]:
    """The "finite" obligations for which the hardware's flags can be trusted: H by themselves, W as a witness."""
    if _names_infinity(nest):
        return {}
    run = _Backwards(nest)
    run.outputs = frozenset(nest.outputs)
    run.statement(nest.loop, run.outputs, mark=True)
    return {k: how for k, how in run.found.items() if how}


def _names_infinity(nest: t.TypedNest) -> bool:
    statements = (s for body in ((nest.loop,), *(f.body for f in nest.functions)) for s in t.statements(body))
    constants = (x.value for s in statements for e in t.expressions(s) for x in t.walk(e) if isinstance(x, t.Const))
    return any(not isinstance(value, int) and not cmath.isfinite(value) for value in constants)


def _meet(a: Needed, b: Needed) -> Needed:
    if a is None or b is None:
        return a if b is None else b
    return a & b


def _plus(a: Needed, names: set[str]) -> Needed:
    return None if a is None else a | names


class _Backwards:
    def __init__(self, nest: t.TypedNest) -> None:
        self.nest = nest
        self.found: dict[int, str] = {}  # "" for what must be checked
        self.outputs: frozenset[str] = frozenset()
        self.ends: list[tuple[Needed, Needed]] = []  # for each loop: needed at its exit, at the end of its body
        self.inner: list[frozenset[str]] = [frozenset()]  # variables that differ in each iteration of the innermost loop
        self.unknown = unknown_names(nest)
        self.doubtful = doubtful(nest)
        self.in_function = False
        self.seen: set[int] = set()  # functions, by identity
        self.elements: set[str] = set()  # temporaries that are elements of arrays, as they are

    def block(self, body: tuple[t.Stmt, ...], needed: Needed, *, mark: bool) -> Needed:
        for s in reversed(body):
            needed = self.statement(s, needed, mark=mark)
        return needed

    def statement(self, s: t.Stmt, needed: Needed, *, mark: bool) -> Needed:
        match s:
            case t.Assign():
                after = None if needed is None else needed - {s.target}
                return _plus(after, self.use(s.value, mark, needed is None or s.target in needed))
            case t.Store():
                return _plus(needed, self.use(s.value, mark, not self._is_doubtful(s)))
            case t.Effect():
                after = None if needed is None else needed.difference(s.targets)
                return _plus(after, self.use(s.call, mark, strong=False))
            case t.If():
                then = self.block(s.body, needed, mark=mark)
                orelse = self.block(s.orelse, needed, mark=mark)
                decides = _has_effect(s.body) or _has_effect(s.orelse)
                return _plus(_meet(then, orelse), self.use(s.test, mark, decides))
            case t.For() | t.While():
                return self.loop(s, needed, mark=mark)
            case t.Break():
                return self.ends[-1][0]
            case t.Continue():
                return self.ends[-1][1]
            case t.Return():
                return _plus(self.outputs, self.all(s.values, mark, strong=not self.in_function))
            case t.Raise():
                return None

    def loop(self, s: t.For | t.While, needed: Needed, *, mark: bool) -> Needed:
        exit_needed = self.block(s.orelse, needed, mark=mark)
        effect = _has_effect(s.body)
        self.inner.append(moving_names(s, self.unknown))
        at_end = exit_needed
        while True:  # the greatest fixed point, from above
            self.ends.append((needed, at_end))
            at_start = self.block(s.body, at_end, mark=False)
            self.ends.pop()
            if isinstance(s, t.While):
                at_start = _plus(at_start, self.use(s.test, False, effect))
            smaller = _meet(at_end, _meet(exit_needed, at_start))
            if smaller == at_end:
                break
            at_end = smaller
        if mark:
            self.ends.append((needed, at_end))
            self.block(s.body, at_end, mark=True)
            self.ends.pop()
            if isinstance(s, t.While):
                self.use(s.test, True, effect)
        self.inner.pop()
        return at_end

    # -- expressions

    def all(self, values: Iterable[t.Expr], mark: bool, strong: bool = True) -> set[str]:
        return set().union(*(self.use(e, mark, strong) for e in values))

    def use(self, e: t.Expr, mark: bool, strong: bool = True) -> set[str]:
        """Marks what is surely executed when the value is needed; returns the variables that it takes."""
        match e:
            case t.Var():
                return {e.name} if strong else set()
            case t.TagIs():
                return set()
            case t.Select() if strong and self._is_extreme(e):
                return self.use(e.then, mark) | self.use(e.orelse, mark)
            case t.Select():
                self.all((e.then, e.orelse), mark, strong=False)  # witnesses, where they are; what they take is not always needed
                return self.use(e.test, mark, strong)
            case t.Let():
                self.elements.discard(e.name)
                if self._is_element(e.value):
                    self.elements.add(e.name)
                inner = self.use(e.body, mark, strong)
                return (inner - {e.name}) | self.use(e.value, mark, e.name in inner)
            case t.CallFunction():
                if mark:
                    self.function(e.function)
                return self.all(e.args, mark, strong=False)
            case t.Cast():
                return self.cast(e, mark, strong)
            case t.Op():
                return self.operation(e, mark, strong)
            case _:
                return self.all(t.operands(e), mark)

    def cast(self, e: t.Cast, mark: bool, strong: bool) -> set[str]:
        narrows = e.obligation is not None and self.nest.obligations[e.obligation] == "finite"
        if narrows and mark:
            trusted = strong and (is_unknown(e.value, self.unknown) or self._is_widened(e.value))
            self.note(e.obligation or 0, "H" if trusted else "")
        kept = not is_int(e.rep) and e.rep != "b1" and (is_complex(e.rep) or not is_complex(e.value.rep))
        return self.use(e.value, mark, strong and kept)

    def operation(self, e: t.Op, mark: bool, strong: bool) -> set[str]:
        known = operation(e.name)
        if known.called:
            return self.all(e.args, mark)
        if not known.transparent:
            return self.all(e.args, mark, strong=False)
        watched = [k for k in e.obligations if self.nest.obligations[k] == "finite"]
        trusted = (strong or not self.in_function) and self._is_dynamic(e)
        for k in watched if mark else ():
            self.note(k, ("H" if strong else "W") if trusted else "")
        return self.all(e.args, mark, strong or bool(watched and trusted))

    def _is_extreme(self, e: t.Select) -> bool:
        """The lesser or the greater of two values, of which one is an element and so may be anything."""
        match e:
            case t.Select(t.Op("lt" | "gt", args=(t.Var(a) as x, t.Var(b) as y)), t.Var(c), t.Var(d)):
                return a != b and {a, b} == {c, d} and (self._is_element(x) or self._is_element(y))
            case _:
                return False

    def _is_element(self, e: t.Expr) -> bool:
        match e:
            case t.Var(name):
                return name in self.elements
            case t.Load():
                return is_unknown(e, self.unknown)
            case _:
                return False

    def note(self, obligation: int, how: str) -> None:
        """An operation of a function that is inlined at several places is trusted if it is everywhere, in the same way."""
        self.found[obligation] = how if self.found.get(obligation, how) == how else ""

    def function(self, f: t.Function) -> None:
        if id(f) in self.seen:
            return
        self.seen.add(id(f))
        saved = self.outputs, self.ends, self.inner, self.in_function
        self.outputs, self.ends, self.in_function = frozenset(), [], True
        self.inner = [frozenset()]  # a call is followed by a look at the frame, which keeps the stores before it
        self.block(f.body, frozenset(), mark=True)
        self.outputs, self.ends, self.inner, self.in_function = saved

    def _is_dynamic(self, e: t.Op) -> bool:
        if is_unknown(e, self.unknown):
            return True
        widened = [self._is_widened(x) for x in e.args]
        return any(widened) and all(known or isinstance(x, t.Const) for x, known in zip(e.args, widened, strict=True))

    def _is_widened(self, e: t.Expr) -> bool:
        """A real number made complex: what is done with its imaginary part, 0, and a constant is exact."""
        return isinstance(e, t.Cast) and widens(e) and is_unknown(e.value, self.unknown)

    # -- stores that the compiler may drop

    def _is_doubtful(self, s: t.Store) -> bool:
        """A store that a later one may make dead, or to a place that does not move with the innermost loop."""
        if id(s) in self.doubtful:
            return True
        if len(self.inner) == 1 or loads_its_place(s):
            return False
        return not any(moves(e, self.inner[-1], self.unknown) for e in s.index)


def _has_effect(body: tuple[t.Stmt, ...]) -> bool:
    return any(isinstance(s, (t.Store, t.Return, t.Raise, t.Effect)) for s in t.statements(body))

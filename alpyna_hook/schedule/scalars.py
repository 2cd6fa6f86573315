"""The scalars of a loop whose iterations are to run in any order: private to an iteration, reduced exactly, or in the way.

    for i in range(n):
        t = a[i] * 2            private: assigned before it is read; after the loop, what the last iteration left
        s += b[i]               a sum, exact for integers in any order
        any = any or b[i] > 9   a disjunction, or another operation on the bits of an integer or a bool
        k += 3                  an induction variable: k at the head of iteration m is what it was before, and 3 * m
        if t > m:
            m = t; at = i       a maximum, with its companion
        u = v; v = a[i]         v carries its value to the next iteration, which forces the order

"In any order" means the same bits, and the same failed checks: the sum of NumPy's signed integers warns where a partial sum
overflows, which depends on the order, unless no sum is near.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import is_complex, is_int
from alpyna_hook.ir.schema import Node, fields, walk
from alpyna_hook.schedule.value import AND, CONSTANT, GREATEST, LAST, LEAST, OR, STEP, SUM, XOR, Rule

_GREATER = {"gt": (1, True), "ge": (1, False), "lt": (-1, True), "le": (-1, False)}  # sign of left - right; strict

_PLACES = ("loc", "obligation", "obligations")


class InOrder(Exception):
    """The text says what forces the order."""


def scalar_rules(nest: t.TypedNest, loop: t.For, outcomes: str) -> tuple[tuple[Rule, ...], frozenset[int]]:
    """A rule for each scalar that the loop assigns, and the obligations whose order does not matter.

    Raises InOrder.
    """
    found = _Scalars(nest, loop, outcomes)
    rules = [found.rule(name) for name in found.assigned if name not in found.companions]
    return tuple(rules), frozenset(found.reduced)


class _Scalars:
    def __init__(self, nest: t.TypedNest, loop: t.For, outcomes: str) -> None:
        self.nest, self.loop, self.outcomes = nest, loop, outcomes
        self.statements = list(t.statements(loop.body))
        self.assigned = dict.fromkeys([loop.index, *[name for s in self.statements for name in t.targets(s)]])
        self.reads = _reads(self.statements)
        self.exposed, self.definite = exposure(loop)
        self.reduced: set[int] = set()
        self.companions: set[str] = set()
        for name in self.assigned:
            self.companions.update(companion for _, _, others in self._extremes(name) for companion in others)
        free = {x.name for f in nest.functions for x in _variables(f.body) if x.name not in f.variables}
        for name in self.assigned:
            if name in free:
                raise InOrder(f"a function reads {name}, which the loop assigns")

    def rule(self, name: str) -> Rule:
        if name in self.exposed:
            of_some_kind = (self._induction, self._sum, self._bits, self._extreme)
            found = next(filter(None, [rule(name) for rule in of_some_kind]), None) if name in self.nest.inputs else None
            if found is None:
                raise InOrder(f"{_shown(name)} carries its value to the next iteration{self._place(name)}")
            return found
        if name in self.nest.inputs and name in self.nest.outputs and name not in self.definite:
            if not self._is_constant(name):
                raise InOrder(f"{_shown(name)} is assigned in some iterations alone{self._place(name)}")
            return Rule(name, CONSTANT)
        return Rule(name, LAST)

    def _place(self, name: str) -> str:
        lines = [s.loc.line for s in self.statements if name in t.targets(s)]
        return f" (line {lines[0]})" if lines else ""

    def _writes(self, name: str) -> list[t.Stmt]:
        found = [s for s in self.statements if name in t.targets(s)]
        return [self.loop, *found] if name == self.loop.index else found

    def _holds(self, obligation: int | None) -> bool:
        return obligation is None or self.outcomes[obligation] == "K"

    # -- s += a[i]

    def _sum(self, name: str) -> Rule | None:
        writes, variable = self._writes(name), self.nest.variables[name]
        terms = [s.value for s in writes if isinstance(s, t.Assign) and self._adds(s.value, name)]
        if not is_int(variable.rep) or len(terms) < len(writes) or len(variable.kinds) > 2:
            return None
        own = sum(_reads_in(term)[name] for term in terms)
        if own != self.reads[name] or any(e.rep != variable.rep for e in terms):
            return None
        obligations = [o for term in terms if isinstance(term, t.Op) for o in term.obligations]
        if not all(self.outcomes[o] in "KW" or self._order_is_indifferent(variable, terms) for o in obligations):
            raise InOrder(f"whether the sum {name} overflows depends on the order")
        self.reduced.update(obligations)
        return Rule(name, SUM, wraps=any(self.outcomes[o] == "W" for o in obligations))

    def _adds(self, e: t.Expr, name: str) -> bool:
        """Is it `name + x` or `name - x`, in the variable's own representation?"""
        if not isinstance(e, t.Op) or e.name not in ("add", "sub") or e.compute != self.nest.variables[name].rep:
            return False
        left, right = e.args
        if isinstance(right, t.Var) and right.name == name and e.name == "add":
            left, right = right, left
        return (
            isinstance(left, t.Var) and left.name == name and self._holds(left.obligation) and name not in _reads_in(right)
        )

    @staticmethod
    def _order_is_indifferent(variable: t.Variable, terms: list[t.Expr]) -> bool:
        """Python's integers do not overflow, and sums of what is not negative do where the last one does."""
        if variable.kinds == ("int",):
            return True
        return variable.rep[0] == "u" and all(isinstance(term, t.Op) and term.name == "add" for term in terms)

    # -- any = any or x

    def _bits(self, name: str) -> Rule | None:
        """Assignments that all combine the variable, by one operation, with what does not depend on it."""
        writes, variable = self._writes(name), self.nest.variables[name]
        found = [self._bitwise(s.value, name) if isinstance(s, t.Assign) else None for s in writes]
        if len(variable.kinds) > 2 or not (is_int(variable.rep) or variable.rep == "b1") or None in found or len({*found}) != 1:
            return None
        own = sum([_reads_in(s.value)[name] for s in writes if isinstance(s, t.Assign)])
        return Rule(name, found[0]) if found[0] is not None and own == self.reads[name] else None

    def _bitwise(self, e: t.Expr, name: str) -> str | None:
        """The operation, in the variable's own representation."""
        rep = self.nest.variables[name].rep
        if isinstance(e, t.Op) and e.name in (OR, AND, XOR) and e.compute == e.rep == rep and len(e.args) == 2:
            left, right = e.args if self._is(e.args[0], name) else e.args[::-1]
            return e.name if self._is(left, name) and name not in _reads_in(right) else None
        if isinstance(e, t.Select) and e.rep == rep == "b1" and self._is(e.test, name):
            kept, other, kind = (e.then, e.orelse, OR) if self._is(e.then, name) else (e.orelse, e.then, AND)
            return kind if self._is(kept, name) and name not in _reads_in(other) and len(other.kinds) == 1 else None
        return None

    # -- k += 3

    def _induction(self, name: str) -> Rule | None:
        """The one assignment stands at the top of the body, and no iteration leaves before it."""
        writes = self._writes(name)
        if len(writes) != 1 or not any(s is writes[0] for s in self.loop.body) or _continues(self.loop.body):
            return None
        if any(name in _reads_in(e) for e in t.expressions(self.loop)):
            return None  # the kernel counts the iterations of all chunks alike
        value = writes[0].value if isinstance(writes[0], t.Assign) else None
        if not isinstance(value, t.Op) or not self._adds(value, name) or self.nest.variables[name].kinds != ("int",):
            return None
        steps = [e.value for e in value.args if isinstance(e, t.Const) and type(e.value) is int]
        if not steps:
            return None
        self.reduced.update(value.obligations)
        return Rule(name, STEP, (), int(steps[0]) if value.name == "add" else -int(steps[0]))

    # -- if x > m: m = x

    def _extreme(self, name: str) -> Rule | None:
        for sign, strict, companions in self._extremes(name):
            variable = self.nest.variables[name]
            if not strict and (companions or not is_int(variable.rep) or len(variable.kinds) > 1):
                return None
            return Rule(name, GREATEST if sign > 0 else LEAST, companions)
        return None

    def _extremes(self, name: str) -> list[tuple[int, bool, tuple[str, ...]]]:
        """Which one, whether it is replaced by what is really greater alone, and the companions; none or one."""
        if name not in self.exposed or is_complex(self.nest.variables[name].rep):
            return []
        for s in self.statements:
            found = self._by_branch(s, name) if isinstance(s, t.If) else self._by_value(s, name)
            if found is not None and self._only_in(s, name) and all(self._only_in(s, other, 0) for other in found[2]):
                return [found]
        return []

    def _only_in(self, s: t.Stmt, name: str, reads: int | None = None) -> bool:
        """Does the loop read and assign the variable nowhere else?  reads: how often, if not as often as here."""
        inside = [s, *[x for block in t.blocks(s) for x in t.statements(block)]]
        wanted = _reads(inside)[name] if reads is None else reads
        return self.reads[name] == wanted and len(self._writes(name)) == sum(name in t.targets(x) for x in inside) == 1

    def _by_branch(self, s: t.If, name: str) -> tuple[int, bool, tuple[str, ...]] | None:
        found = self._compared(s.test, name)
        assigns = [x for x in s.body if isinstance(x, t.Assign)]
        own = [x for x in assigns if x.target == name]
        if found is None or s.orelse or len(assigns) != len(s.body) or len(own) != 1:
            return None
        sign, strict, other = found
        if not same(own[0].value, other):
            return None
        others = tuple([x.target for x in assigns if x.target != name])
        return (sign, strict, others) if not any(name in _reads_in(x.value) for x in assigns) else None

    def _by_value(self, s: t.Stmt, name: str) -> tuple[int, bool, tuple[str, ...]] | None:
        """`m = max(m, x)`, which is `m = x if x > m else m`."""
        value = s.value if isinstance(s, t.Assign) and s.target == name else None
        while isinstance(value, t.Let) and name not in _reads_in(value.value):
            value = value.body
        if not isinstance(value, t.Select):
            return None
        found = self._compared(value.test, name)
        if found is None:
            return None
        sign, strict, other = found
        if self._is(value.orelse, name) and same(value.then, other):
            return sign, strict, ()
        if self._is(value.then, name) and same(value.orelse, other) and is_int(self.nest.variables[name].rep):
            return -sign, not strict, ()  # of floats, NaN would come here
        return None

    def _compared(self, test: t.Expr, name: str) -> tuple[int, bool, t.Expr] | None:
        """The sign of x - m where the test holds, whether equals fail it, and x."""
        if not isinstance(test, t.Op) or test.name not in _GREATER or test.compute != self.nest.variables[name].rep:
            return None
        sign, strict = _GREATER[test.name]
        left, right = test.args
        if self._is(left, name):
            left, right, sign = right, left, -sign
        return (sign, strict, left) if self._is(right, name) and name not in _reads_in(left) else None

    def _is(self, e: t.Expr, name: str) -> bool:
        return isinstance(e, t.Var) and e.name == name and self._holds(e.obligation)

    # -- found = True

    def _is_constant(self, name: str) -> bool:
        values = [s.value if isinstance(s, t.Assign) else None for s in self._writes(name)]
        first = values[0]
        return (
            not self.reads[name] and isinstance(first, t.Const) and len(self.nest.variables[name].kinds) == 1
            and all(value is not None and same(value, first) for value in values)
        )


def same(a: object, b: object) -> bool:
    """Do two expressions compute the same, wherever they stand in the source?"""
    if isinstance(a, Node) and type(a) is type(b):
        return all(same(getattr(a, name), getattr(b, name)) for name in fields(a) if name not in _PLACES)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, frozenset):
        return a == b
    return type(a) is type(b) and repr(a) == repr(b)


def _shown(name: str) -> str:
    return "a hidden variable" if name.startswith("@") else name


def _variables(body: Iterable[t.Stmt]) -> Iterable[t.Var]:
    return [x for s in body for x in walk(s) if isinstance(x, t.Var)]


def _reads_in(e: Node) -> Counter[str]:
    return Counter(x.name for x in walk(e) if isinstance(x, t.Var))


def _reads(statements: Iterable[t.Stmt]) -> Counter[str]:
    """How often each variable stands in the statements' own expressions, those for its tag included."""
    found: Counter[str] = Counter()
    for s in statements:
        for e in t.expressions(s):
            found += _reads_in(e)
    return found


def _continues(body: tuple[t.Stmt, ...]) -> bool:
    """Does a statement go on with the next iteration of the loop that the body belongs to?"""
    for s in body:
        if isinstance(s, t.Continue):
            return True
        if isinstance(s, t.If) and any(map(_continues, t.blocks(s))):
            return True
        if isinstance(s, t.For | t.While) and _continues(s.orelse):
            return True
    return False


# -- which reads can see the value of an earlier iteration


def exposure(loop: t.For) -> tuple[frozenset[str], frozenset[str]]:
    """The names that an iteration may read before it has assigned them, and those that each one surely assigns."""
    flow = _Flow()
    end = flow.block(loop.body, frozenset([loop.index]))
    ends = [*flow.ends, *([end] if end is not None else [])]
    return frozenset(flow.exposed), frozenset.intersection(*ends) if ends else frozenset()


class _Flow:
    def __init__(self) -> None:
        self.exposed: set[str] = set()
        self.ends: list[frozenset[str]] = []  # where the iteration ends early
        self.depth = 0

    def block(self, body: tuple[t.Stmt, ...], defined: frozenset[str]) -> frozenset[str] | None:
        """The names assigned after it; None if it never gets there."""
        for s in body:
            after = self.statement(s, defined)
            if after is None:
                return None
            defined = after
        return defined

    def statement(self, s: t.Stmt, defined: frozenset[str]) -> frozenset[str] | None:
        for e in t.expressions(s):
            self.read(e, defined)
        match s:
            case t.If():
                then, other = self.block(s.body, defined), self.block(s.orelse, defined)
                return other if then is None else then if other is None else then & other
            case t.For() | t.While():
                self.depth += 1
                self.block(s.body, defined | {*t.targets(s)})
                self.depth -= 1
                self.block(s.orelse, defined)
                return defined
            case t.Continue():
                if not self.depth:
                    self.ends.append(defined)
                return None
            case t.Break() | t.Return() | t.Raise():
                return None
        return defined | {*t.targets(s)}

    def read(self, e: t.Expr, defined: frozenset[str]) -> None:
        if isinstance(e, t.Var):
            if e.name not in defined:
                self.exposed.add(e.name)
            return
        if isinstance(e, t.Let):
            self.read(e.value, defined)
            self.read(e.body, defined | {e.name})
            return
        for x in (*t.operands(e), *(e.operand_kinds if isinstance(e, t.Op) else ())):
            self.read(x, defined)

"""From two accesses to problems: what is affine, where the iterations run, which element is meant.

`a[f]` with f < 0 means element f + len(a).  An access whose subscript may have either sign
is split into pieces, each with its own domain: `a[i - 1]` for i >= 0 is element i - 1 where
i >= 1, and element len(a) - 1 where i = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from alpyna_hook.dependence.accesses import Access, LoopId, LoopInfo, Program
from alpyna_hook.dependence.facts import Contents
from alpyna_hook.dependence.poly import Poly
from alpyna_hook.dependence.problem import Bounds, Problem, Twin, prime
from alpyna_hook.integers.affine import Affine

MAX_PIECES = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """An access restricted to the iterations where no subscript changes its sign.

    `index`: None for a dimension of which nothing is known.
    """

    access: Access
    index: tuple[Affine | None, ...] | None
    constraints: tuple[Affine, ...]


@dataclass(slots=True)
class Builder:
    """Problems of one program, for given values of some of its symbols."""

    program: Program
    values: Mapping[str, int] = field(default_factory=dict)
    contents: Mapping[str, Contents] = field(default_factory=dict)  # of index arrays that were inspected
    complete: bool = True  # nothing was left out that values could tell
    _loop_of: dict[str, LoopId] = field(default_factory=dict)
    _composites: dict[str, frozenset[LoopId]] = field(default_factory=dict)
    _pieces: dict[int, list[Piece]] = field(default_factory=dict)
    _domains: dict[tuple[LoopId, ...], tuple[Affine, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._loop_of = self.program.variable_loop()

    # ------------------------------------------------------------------ forms

    def affine(self, poly: Poly) -> Affine:
        """With the known values; a product of variables becomes a variable of its own."""
        terms: dict[str, int] = {}
        const = 0
        for monomial, c in poly.bind(self.values).terms:
            if not monomial:
                const = c
                continue
            name = "*".join(monomial)
            if len(monomial) > 1 and name not in self._composites:
                self._composites[name] = frozenset(loop for part in monomial for loop in self.loops_of(part))
            terms[name] = terms.get(name, 0) + c
        return Affine.build(const, terms)

    def loops_of(self, name: str) -> frozenset[LoopId]:
        """The loops on whose iterations a name depends; none: it is a symbol."""
        if name in self._loop_of:
            return frozenset((self._loop_of[name],))
        unknown = self.program.unknowns.get(name)
        if unknown is not None:
            return unknown.loops
        return self._composites.get(name, frozenset())

    def _is_integer(self, name: str) -> bool:
        unknown = self.program.unknowns.get(name)
        if unknown is not None:
            return all(self._is_integer(n) for p in unknown.constraints for n in p.names() if n != name) and bool(
                unknown.constraints)
        return name in self._loop_of or name in self.values or name in self.program.shapes or (
            name in self.program.integers)

    # ---------------------------------------------------------------- domains

    def domain(self, loops: tuple[LoopId, ...]) -> tuple[Affine, ...]:
        if loops not in self._domains:
            inner: tuple[Affine, ...] = ()
            if loops:
                inner = (*self.domain(loops[:-1]), *self._loop_domain(self.program.loops[loops[-1]]))
            self._domains[loops] = inner
        return self._domains[loops]

    def _loop_domain(self, loop: LoopInfo) -> list[Affine]:
        variable = Affine.var(loop.variable)
        starts, stops = [self.affine(p) for p in loop.starts], [self.affine(p) for p in loop.stops]
        if not loop.counts:
            return [*(variable - s for s in starts), *(s - variable - 1 for s in stops)]
        result = [variable]
        step = None if loop.step is None else self.affine(loop.step)
        if step is not None and step.is_constant and step.const:
            index = starts[0] + variable * step.const
            sign = 1 if step.const > 0 else -1
            result += [(stop - index) * sign - 1 for stop in stops]
        return result

    def _nonempty(self, loops: tuple[LoopId, ...]) -> list[Affine]:
        """That each loop around an access has an iteration: n >= 1 in `for i in range(n)`.

        The domain implies it; said outright, it shows the sign of `n - 1` without more ado.
        """
        result = []
        for number in loops:
            loop = self.program.loops[number]
            step = 0 if loop.step is None else loop.step.value or 0
            if step:
                sign = 1 if step > 0 else -1
                result += [(self.affine(t) - self.affine(s)) * sign - 1 for s in loop.starts for t in loop.stops]
        return result

    def _side_conditions(self, forms: Iterable[Affine]) -> list[Affine]:
        """What holds for the unknowns in the forms, and for those in what holds for them."""
        result: list[Affine] = []
        seen: set[str] = set()
        pending = list(forms)
        while pending:
            for name, _ in pending.pop().terms:
                if name in seen:
                    continue
                seen.add(name)
                for part in name.split("*") if name in self._composites else (name,):
                    unknown = self.program.unknowns.get(part)
                    if unknown is not None and part == name:
                        new = [self.affine(p) for p in unknown.constraints]
                        result += new
                        pending += new
                        inspected = self.contents.get(unknown.array or "")
                        if inspected is not None:
                            result += [Affine.var(name) - inspected.low, -Affine.var(name) + inspected.high]
                if name in self.program.shapes:
                    result.append(Affine.var(name))
                opaque = self.program.opaques.get(name)
                if opaque is not None and opaque.least is not None:
                    least = Affine.var(name) - self.affine(opaque.least)
                    result += [Affine.var(name), least]
                    pending.append(least)
        return result

    # ----------------------------------------------------------------- pieces

    def pieces(self, access: Access) -> list[Piece]:
        if access.id not in self._pieces:
            self._pieces[access.id] = self._split(access)
        return self._pieces[access.id]

    def _split(self, access: Access) -> list[Piece]:
        constraints = list(self.domain(access.loops))
        for guard in access.guards:
            if all(self._is_integer(name) for name in guard.poly.names()):
                constraints.append(self.affine(guard.poly))
            else:
                self.complete = False
        if access.index is None or access.array in self.program.rebound:
            return [Piece(access, None, tuple(constraints))]
        forms = [self.affine(poly) for poly in access.index]
        constraints += self._side_conditions([*forms, *constraints])
        known = [*constraints, *self._nonempty(access.loops)]
        bounds = Bounds(Problem((), (), tuple(known), self._order(known, forms)))
        choices = [self._dimension(access.array, axis, form, bounds) for axis, form in enumerate(forms)]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > MAX_PIECES:
            choices = [choice if len(choice) == 1 else [(None, [])] for choice in choices]
        pieces = []
        for chosen in product(*choices):
            extra = [c for _, cs in chosen for c in cs]
            index = tuple(form for form, _ in chosen)
            pieces.append(Piece(access, index, (*constraints, *extra, *self._side_conditions(extra))))
        return pieces

    def _dimension(
        self, array: str, axis: int, form: Affine, bounds: Bounds,
    ) -> list[tuple[Affine | None, list[Affine]]]:
        """The element that a subscript means: itself, counted from the end, or either."""
        if self._bare(form):
            # an element that nothing is known of, but that it is the same where the unknown is
            name = f"{array}.{axis}<{form}>"
            self._composites[name] = self.loops_of(form.terms[0][0])
            return [(Affine.var(name), [])]
        low, high = bounds.lower(form), bounds.upper(form)
        if low is not None and low >= 0:
            return [(form, [])]
        wrapped = form + self.affine(Poly.var(f"{array}.shape[{axis}]"))
        if high is not None and high < 0:
            return [(wrapped, [wrapped])]
        return [(form, [form]), (wrapped, [-form - 1, wrapped])]

    def _bare(self, form: Affine) -> bool:
        """Just an unknown and a number, and the unknown not inspected?"""
        if len(form.terms) != 1 or form.terms[0][1] != 1:
            return False
        unknown = self.program.unknowns.get(form.terms[0][0])
        return unknown is not None and not unknown.constraints and (unknown.array or "") not in self.contents

    def opaque_to_values(self, access: Access) -> bool:
        """Is each subscript either without unknowns or just an unknown, so that values of symbols add nothing?"""
        forms = [self.affine(poly) for poly in access.index or ()]
        return all(self._bare(f) or not any(self._unconstrained(name) for name, _ in f.terms) for f in forms)

    def _unconstrained(self, name: str) -> bool:
        unknown = self.program.unknowns.get(name)
        return unknown is not None and not unknown.constraints

    def _order(self, *groups: Iterable[Affine]) -> tuple[str, ...]:
        return self.ordered({name for group in groups for form in group for name, _ in form.terms})

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        """Such that the bounds of each variable mention those before it."""
        return tuple(sorted(names, key=self._rank))

    def _rank(self, name: str) -> tuple[int, int, str]:
        """Symbols first; a loop's variable before the unknowns of its iterations."""
        depth = max((self.program.loops[loop].depth for loop in self.loops_of(name)), default=0)
        return depth, int(name not in self._loop_of), name

    # --------------------------------------------------------------- problems

    def problem(self, source: Piece, sink: Piece, equations: Iterable[Affine] | None = None) -> Problem:
        """Do the two pieces meet?  `equations`: other than subscript by subscript (already primed)."""
        common = self.program.common(source.access.loops, sink.access.loops)
        rename = self.renamer()
        theirs = [rename(c) for c in sink.constraints]
        if equations is None:
            equations = [
                equation for f, g in zip(source.index or (), sink.index or (), strict=False)
                if f is not None and g is not None for equation in self._equal(f, g, rename)
            ]
        equations = list(equations)
        constraints = dict.fromkeys([*source.constraints, *theirs])
        names = {name for form in (*equations, *constraints) for name, _ in form.terms}
        loops = tuple(self.program.loops[loop].variable for loop in common)
        names.update(loops, map(prime, loops))
        twins = self._twins(names, common)
        for twin in twins:
            names.update((twin.name, prime(twin.name)))
        order = sorted(names, key=lambda name: (self._rank(name.rstrip("'")), name))
        symbols = frozenset(name for name in names if not name.endswith("'") and not self.loops_of(name))
        return Problem(loops, tuple(equations), tuple(constraints), tuple(order), twins, symbols)

    def _equal(self, f: Affine, g: Affine, rename: Callable[[Affine], Affine]) -> list[Affine]:
        """f = g'; for elements of an index array without duplicates: the places are the same."""
        if len(f.terms) == len(g.terms) == 1 and f.const == g.const and f.terms[0][1] == g.terms[0][1] == 1:
            ours, theirs = self.program.unknowns.get(f.terms[0][0]), self.program.unknowns.get(g.terms[0][0])
            if ours is not None and theirs is not None and ours.array and ours.array == theirs.array:
                inspected = self.contents.get(ours.array)
                if inspected is not None and inspected.distinct and len(ours.index) == len(theirs.index):
                    places = zip(ours.index, theirs.index, strict=True)
                    return [self.affine(p) - rename(self.affine(q)) for p, q in places]
        return [f - rename(g)]

    def renamer(self) -> Callable[[Affine], Affine]:
        """Primes what depends on the iteration."""

        def rename(form: Affine) -> Affine:
            return Affine.build(form.const, {prime(n) if self.loops_of(n) else n: c for n, c in form.terms})

        return rename

    def _twins(self, names: set[str], common: tuple[LoopId, ...]) -> tuple[Twin, ...]:
        twins = []
        for name in sorted({n.rstrip("'") for n in names}):
            loops = self.loops_of(name)
            if loops and name not in self._loop_of and loops <= set(common):
                twins.append(Twin(name, tuple(sorted(common.index(loop) for loop in loops)), self._growth(name, common)))
        return tuple(twins)

    def _growth(self, name: str, common: tuple[LoopId, ...]) -> tuple[int, Affine] | None:
        unknown = self.program.unknowns.get(name)
        if unknown is None or unknown.grows is None:
            return None
        loop, step = unknown.grows
        linear = all(len(monomial) <= 1 for monomial, _ in step.terms)
        return (common.index(loop), self.affine(step)) if linear else None

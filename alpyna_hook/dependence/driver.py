"""The driver: cheapest test first, each refining what directions are left.

ZIV, SIV, RDIV for each dimension; the Delta test and the GCD test for all dimensions
together; Banerjee's inequalities; then, where these leave the pair open, the exact integer
test for each direction, or the hierarchy of Banerjee's test without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from alpyna_hook.dependence import banerjee, delta, exact, gcd, isl, rdiv, siv, ziv
from alpyna_hook.dependence.directions import ANY, EQ, GT, LT, Vector, compress, expand, text
from alpyna_hook.dependence.problem import Bounds, Interval, Problem, prime, rectangular
from alpyna_hook.dependence.proof import Outcome, Proof
from alpyna_hook.integers.affine import Affine


@dataclass(slots=True)
class _State:
    """What the cheap tests have found: masks and distances for each loop, and why."""

    problem: Problem
    bounds: Bounds
    masks: list[int]
    distances: list[int | None]
    reasons: list[str] = field(default_factory=list)
    settled: int = 0  # equations whose meaning is in the masks in full
    used: set[str] = field(default_factory=set)  # loops that a settled equation has bound
    boxes: dict[str, Interval] = field(default_factory=dict)

    def box(self, name: str) -> Interval:
        if name not in self.boxes:
            self.boxes[name] = self.bounds.interval(name)
        return self.boxes[name]


def decide(problem: Problem, *, use_exact: bool = True, budget: int = exact.DEFAULT_BUDGET) -> Outcome:
    """All direction vectors that the pair may have, or independence, with the proof."""
    depth = len(problem.loops)
    state = _State(problem, Bounds(problem), [ANY] * depth, [None] * depth)
    proof = _each_dimension(state) or _all_dimensions(state)
    if proof is not None:
        return _independent(proof)
    if _settled(state):
        return _finish(state, frozenset(expand(state.masks)), exact=True)
    proof = banerjee.refute(problem, state.bounds)
    if proof is not None:
        return _independent(proof)
    return _exact(state, budget) if use_exact else _inequalities(state)


def _inequalities(state: _State, *, exhausted: bool = False, steps: int = 0) -> Outcome:
    """Banerjee's test down the hierarchy of directions."""
    vectors, proof = banerjee.directions(state.problem, state.masks)
    if proof is not None:
        return _independent(proof)
    if vectors != frozenset(expand(state.masks)):
        state.reasons.append(f"Banerjee leaves {text(compress(vectors))}")
    return _finish(state, vectors, exact=False, exhausted=exhausted, steps=steps)


def _exact(state: _State, budget: int) -> Outcome:
    """The exact test refines the directions itself; the inequalities take over if its budget runs out."""
    vectors = frozenset(expand(state.masks))
    allowed = exact.Budget(budget)
    try:
        remaining = exact.directions(state.problem, vectors, allowed)
    except exact.Exhausted:
        decided = isl.directions(state.problem, vectors)
        if decided is None:
            return _inequalities(state, exhausted=True, steps=budget - allowed.left)
        remaining = decided
    steps = budget - allowed.left
    if not remaining:
        return _independent(Proof("exact", "no integer point satisfies the subscripts and the bounds"), steps)
    if remaining != vectors:
        state.reasons.append(f"exact integer test leaves {text(compress(remaining))}")
    return _finish(state, remaining, exact=True, steps=steps)


def _independent(proof: Proof, steps: int = 0) -> Outcome:
    return Outcome(frozenset(), (), proof, exact=True, steps=steps)


def _each_dimension(state: _State) -> Proof | None:
    for equation in state.problem.equations:
        proof = _dimension(state, equation)
        if proof is not None:
            return proof
    return None


def _dimension(state: _State, equation: Affine) -> Proof | None:
    """ZIV, SIV or RDIV, by the variables of the equation; what is more complex waits."""
    names = [name for name, _ in equation.terms]
    if state.problem.symbols.issuperset(names):
        state.settled += equation.is_constant
        return ziv.disprove(equation, state.bounds)
    for position, loop in enumerate(state.problem.loops):
        sink = prime(loop)
        if all(name in (loop, sink) for name in names):
            return _one_loop(state, position, equation.coefficient(loop), equation.coefficient(sink), equation.const)
    _note_symbolic_distance(state, equation)
    if len(names) == 2 and not state.problem.symbols.intersection(names):
        (x, a), (y, b) = equation.terms
        return rdiv.disprove(a, b, equation.const, state.box(x), state.box(y))
    return None


def _note_symbolic_distance(state: _State, equation: Affine) -> None:
    """a*i - a*i' + S = 0 with S in symbols: the distance is S/a, the same in all iterations."""
    loops = [n for n, _ in equation.terms if n not in state.problem.symbols]
    for loop in state.problem.loops:
        a = equation.coefficient(loop)
        if a and sorted(loops) == [loop, prime(loop)] and equation.coefficient(prime(loop)) == -a:
            rest = Affine(equation.const, tuple(t for t in equation.terms if t[0] in state.problem.symbols))
            rest = rest * (1 if a > 0 else -1)
            state.reasons.append(f"{loop}: the distance is {rest if abs(a) == 1 else f'({rest})/{abs(a)}'}")


def _one_loop(state: _State, position: int, a: int, b: int, c: int) -> Proof | None:
    loop = state.problem.loops[position]
    found = siv.test(a, b, c, state.box(loop), state.box(prime(loop)))
    if not found.mask:
        return Proof(found.test, found.because)
    state.masks[position] &= found.mask
    if not state.masks[position]:
        return Proof(found.test, f"{found.because}; another subscript of loop {loop} leaves other directions only")
    if found.distance is not None:
        state.distances[position] = found.distance
    state.reasons.append(f"{loop}: {found.test}: {found.because}")
    if loop not in state.used:
        state.used.add(loop)
        state.settled += 1
    return None


def _all_dimensions(state: _State) -> Proof | None:
    """Delta and GCD, where there is more to them than what the single dimensions gave."""
    problem = state.problem
    if state.settled < len(problem.equations) and len(problem.equations) > 1:
        boxes = {name: state.box(name) for e in problem.equations for name, _ in e.terms}
        proof, masks, distances = delta.test(problem.loops, problem.equations, boxes)
        if proof is not None:
            return proof
        _refine(state, "Delta", masks, distances)
    if state.settled < len(problem.equations):
        proof, fixed = gcd.solve(problem)
        if proof is not None:
            return proof
        _refine(state, "GCD", [ANY if d is None else LT if d > 0 else GT if d < 0 else EQ for d in fixed], fixed)
    empty = next((p for p, mask in enumerate(state.masks) if not mask), None)
    if empty is not None:
        return Proof("Delta", f"loop {problem.loops[empty]}: the subscripts leave no direction in common")
    return None


def _refine(state: _State, test: str, masks: list[int], distances: list[int | None] | tuple[int | None, ...]) -> None:
    for position, (mask, distance) in enumerate(zip(masks, distances, strict=True)):
        if distance is not None and state.distances[position] is None:
            state.distances[position] = distance
            state.reasons.append(f"{state.problem.loops[position]}: {test}: distance {distance}")
        state.masks[position] &= mask


def _settled(state: _State) -> bool:
    """Is each vector of the masks surely taken?  One equation a loop, over a rectangle of numbers."""
    problem = state.problem
    if state.settled < len(problem.equations) or problem.twins or not rectangular(problem):
        return False
    for position, loop in enumerate(problem.loops):
        low, high = state.box(loop)
        if low is None or high is None or low > high:
            return False
        if loop not in state.used:
            if state.box(prime(loop)) != (low, high):
                return False
            if low == high:
                state.masks[position] &= EQ
    return all(_nonempty(state.box(name)) for name in problem.order)


def _nonempty(interval: Interval) -> bool:
    low, high = interval
    return low is None or high is None or low <= high


def _finish(
    state: _State, vectors: frozenset[Vector], *, exact: bool, exhausted: bool = False, steps: int = 0
) -> Outcome:
    distances = tuple(
        0 if distance is None and all(v[p] == EQ for v in vectors) else distance
        for p, distance in enumerate(state.distances)
    )
    because = "; ".join(state.reasons) or "the subscripts do not tell the iterations apart"
    return Outcome(vectors, distances, Proof("dependent", because), exact, exhausted, steps)

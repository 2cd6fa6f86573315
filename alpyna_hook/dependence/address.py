"""Arrays by the memory that they share: grouping, and views of one buffer as byte offsets.

Element (f1, ..., fn) of a view begins at `address + s1*f1 + ... + sn*fn`.  Two accesses meet
where their bytes overlap: with item sizes p and q, and D the difference of the two addresses,
where -(p - 1) <= D <= q - 1.  With a variable for that slack this is one equation, and it goes
through the same tests as subscripts do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd

from alpyna_hook.dependence.build import Builder, Piece
from alpyna_hook.dependence.facts import ArrayFacts
from alpyna_hook.dependence.problem import Bounds, Problem
from alpyna_hook.dependence.proof import Proof
from alpyna_hook.integers.affine import Affine

SLACK = "@byte"


def overlapping(
    names: Iterable[tuple[str, str]], arrays: Mapping[str, ArrayFacts],
) -> list[tuple[str, str]]:
    """Those pairs of arrays whose byte ranges overlap: by bounds alone."""
    found = []
    for a, b in names:
        x, y = arrays[a], arrays[b]
        if x.low < y.high and y.low < x.high and not x.empty and not y.empty:
            found.append((a, b))
    return found


@dataclass(frozen=True, slots=True)
class Linearised:
    """The problem of two accesses as bytes, or the proof that their bytes never meet."""

    problem: Problem | None
    proof: Proof | None


def linearise(builder: Builder, first: Piece, second: Piece, x: ArrayFacts, y: ArrayFacts) -> Linearised:
    """`first` in an array with facts x, `second` in one with facts y, on one buffer."""
    ours, own = _offset(first, x, "@p")
    theirs, other = _offset(second, y, "@q")
    rename = builder.renamer()
    difference = ours - rename(theirs)
    extra = [*own, *[rename(c) for c in other]]
    least, most = -(x.itemsize - 1), y.itemsize - 1
    proof, difference, slack = _resolve_slack(difference, least, most)
    if proof is not None:
        return Linearised(None, proof)
    problem = builder.problem(first, second, [difference])
    names = {n for f in (difference, *extra, *slack) for n, _ in f.terms} - set(problem.order)
    order = (*problem.order, *sorted(names))
    constraints = (*problem.constraints, *extra, *slack)
    whole = Problem(problem.loops, (difference,), constraints, order, problem.twins, problem.symbols)
    equations = delinearise(difference, Bounds(whole))
    if equations is None:
        return Linearised(None, Proof("address", f"the byte offsets never meet: {difference} is never 0"))
    return Linearised(Problem(whole.loops, tuple(equations), constraints, order, whole.twins, whole.symbols), None)


def _offset(piece: Piece, facts: ArrayFacts, prefix: str) -> tuple[Affine, list[Affine]]:
    """The address of the element, and what holds for its subscripts; dimensions without a known
    subscript get a variable of their own."""
    offset, constraints = Affine(facts.address), []
    index = piece.index or ()
    for axis, (extent, stride) in enumerate(zip(facts.shape, facts.strides, strict=True)):
        form = index[axis] if axis < len(index) else None
        if form is None:
            form = Affine.var(f"{prefix}{axis}")
        offset += form * stride
        if not form.is_constant:
            constraints += [form, -form + (extent - 1)]
    return offset, constraints


def _resolve_slack(difference: Affine, least: int, most: int) -> tuple[Proof | None, Affine, list[Affine]]:
    """difference = e for some e from least to most; e must be the constant modulo the gcd of the coefficients.

    If no e in the range is, the accesses are apart; if one is, it is put in, and the equation divided.
    """
    divisor = gcd(*[c for _, c in difference.terms]) if difference.terms else 0
    if not divisor:
        if least <= difference.const <= most:
            return None, Affine(0), []
        return Proof("address", f"{abs(difference.const)} bytes apart"), difference, []
    smallest = least + (difference.const - least) % divisor
    if smallest > most:
        numbers = ", ".join(str(abs(c)) for _, c in difference.terms)
        apart = difference.const % divisor
        because = f"byte offsets: gcd({numbers}) = {divisor}, and the distance is {apart} modulo it"
        return Proof("GCD", because), difference, []
    if smallest + divisor > most:
        resolved = difference - smallest
        terms = tuple((name, c // divisor) for name, c in resolved.terms)
        return None, Affine(resolved.const // divisor, terms), []
    slack = Affine.var(SLACK)
    return None, difference - slack, [slack - least, -slack + most]


def delinearise(equation: Affine, bounds: Bounds) -> list[Affine] | None:
    """One equation as several, where its terms cannot make up for each other; None: it has no solution.

    Maslov 1992, "Delinearization: an efficient way to break multiloop dependence equations": let g
    divide the coefficients of some terms and let the rest stay between -g and g; a multiple of g
    that is the negative of the rest is then 0, and so is the rest.

    >>> from alpyna_hook.dependence.problem import Problem
    >>> i, j = Affine.var("i"), Affine.var("j")
    >>> small = Bounds(Problem((), (), (j + 9, -j + 9), ("i", "j")))
    >>> [str(e) for e in delinearise(i * 10 + j - 30, small)]
    ['j', 'i - 3']
    """
    result: list[Affine] = []
    rest = equation
    while len({abs(c) for _, c in rest.terms}) > 1:
        split = _split(rest, bounds)
        if split is None:
            break
        low, rest = split
        low_least, low_most = bounds.lower(low), bounds.upper(low)
        if (low_least is not None and low_least > 0) or (low_most is not None and low_most < 0):
            return None
        result.append(low)
    return [*result, rest]


def _split(equation: Affine, bounds: Bounds) -> tuple[Affine, Affine] | None:
    for size in sorted({abs(c) for _, c in equation.terms})[1:]:
        low_terms = tuple(t for t in equation.terms if abs(t[1]) < size)
        high_terms = tuple(t for t in equation.terms if abs(t[1]) >= size)
        g = gcd(*[c for _, c in high_terms])
        for remainder in (equation.const % g, equation.const % g - g):
            low = Affine(remainder, low_terms)
            least, most = bounds.lower(low), bounds.upper(low)
            if least is not None and most is not None and -g < least and most < g:
                high = tuple((name, c // g) for name, c in high_terms)
                return low, Affine((equation.const - remainder) // g, high)
    return None

"""The Delta test: coupled subscripts, by carrying what one dimension says into the others.

Goff, Kennedy, Tseng 1991, section 5; Allen and Kennedy, section 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

from alpyna_hook.dependence import rdiv, siv
from alpyna_hook.dependence.directions import ANY, of_difference
from alpyna_hook.dependence.problem import UNBOUNDED, Interval, prime
from alpyna_hook.dependence.proof import Proof
from alpyna_hook.integers.affine import Affine


@dataclass(slots=True)
class Constraint:
    """What is known of (i, i') of one loop: a line a*i + b*i' + c = 0, or a point."""

    line: tuple[int, int, int]
    point: tuple[int, int] | None = None

    def value(self, loop: str) -> dict[str, Affine]:
        """Variables of the loop as forms in the other one, where that needs no fractions."""
        sink = prime(loop)
        if self.point is not None:
            return {loop: Affine(self.point[0]), sink: Affine(self.point[1])}
        a, b, c = self.line
        if b in (1, -1):
            return {sink: (Affine.var(loop) * a + c) * -b}
        if a in (1, -1):
            return {loop: (Affine.var(sink) * b + c) * -a}
        return {}


class Contradiction(Exception):
    """Two subscripts cannot be equal at once; the text says why."""


def test(
    loops: tuple[str, ...], equations: tuple[Affine, ...], boxes: dict[str, Interval],
) -> tuple[Proof | None, list[int], list[int | None]]:
    """Independence, or what directions and distances the coupled group leaves to each loop.

    SIV subscripts give a constraint for their loop; constraints of one loop are intersected (two
    lines meet in a point, or not at all, or not in integers); each is put into the remaining
    subscripts, which so become simpler (SIV, ZIV), until nothing changes.
    """
    known: dict[str, Constraint] = {}
    masks: list[int] = [ANY] * len(loops)
    try:
        open_equations = list(equations)
        for _ in range(2 * len(equations) + 2):
            before = list(open_equations)
            open_equations = [e for e in open_equations if not _absorb(e, loops, known, masks, boxes)]
            open_equations = [_substitute(e, known) for e in open_equations]
            if open_equations == before:
                break
    except Contradiction as why:
        return Proof("Delta", str(why)), [], []
    distances = [_distance(known.get(loop)) for loop in loops]
    for position, distance in enumerate(distances):
        if distance is not None:
            masks[position] &= of_difference(distance)
    return None, masks, distances


def _absorb(
    equation: Affine,
    loops: tuple[str, ...],
    known: dict[str, Constraint],
    masks: list[int],
    boxes: dict[str, Interval],
) -> bool:
    """Takes a ZIV or SIV subscript into the constraints; tests an RDIV one; False: it stays open."""
    if equation.is_constant:
        if equation.const:
            raise Contradiction(f"after substitution {equation.const} = 0")
        return True
    names = [name for name, _ in equation.terms]
    for position, loop in enumerate(loops):
        sink = prime(loop)
        if all(name in (loop, sink) for name in names):
            line = equation.coefficient(loop), equation.coefficient(sink), equation.const
            xs, ys = boxes.get(loop, UNBOUNDED), boxes.get(sink, UNBOUNDED)
            found = siv.test(*line, xs, ys)
            masks[position] &= found.mask
            if not masks[position]:
                raise Contradiction(f"loop {loop}: {found.test}: {found.because}, against the other subscripts")
            known[loop] = _intersect(loop, known.get(loop), line, xs, ys)
            if known[loop].point is not None:
                x, y = known[loop].point or (0, 0)
                masks[position] &= of_difference(y - x)
            return True
    if len(names) == 2:
        (first, a), (second, b) = equation.terms
        proof = rdiv.disprove(a, b, equation.const, boxes.get(first, UNBOUNDED), boxes.get(second, UNBOUNDED))
        if proof is not None:
            raise Contradiction(f"after substitution {equation} = 0: {proof.because}")
    return False


def _intersect(
    loop: str, old: Constraint | None, line: tuple[int, int, int], xs: Interval, ys: Interval,
) -> Constraint:
    if old is None:
        return Constraint(line)
    a, b, c = line
    if old.point is not None:
        x, y = old.point
        if a * x + b * y + c:
            raise Contradiction(f"loop {loop}: iterations {x} and {y} against {_show(loop, line)}")
        return old
    a0, b0, c0 = old.line
    determinant = a0 * b - a * b0
    if not determinant:
        if a0 * c != a * c0 or b0 * c != b * c0:
            raise Contradiction(f"loop {loop}: {_show(loop, old.line)} and {_show(loop, line)} are parallel")
        return old
    x, rest_x = divmod(b0 * c - b * c0, determinant)
    y, rest_y = divmod(a * c0 - a0 * c, determinant)
    if rest_x or rest_y or not _within(x, xs) or not _within(y, ys):
        meet = f"{_show(loop, old.line)} and {_show(loop, line)}"
        raise Contradiction(f"loop {loop}: {meet} meet in no integer point within the bounds")
    return Constraint(old.line, (x, y))


def _substitute(equation: Affine, known: dict[str, Constraint]) -> Affine:
    for loop, constraint in known.items():
        for name, value in constraint.value(loop).items():
            equation = equation.replace(name, value)
    return equation


def _distance(constraint: Constraint | None) -> int | None:
    if constraint is None:
        return None
    if constraint.point is not None:
        return constraint.point[1] - constraint.point[0]
    a, b, c = constraint.line
    return c // a if a == -b and not c % a else None


def _within(value: int, interval: Interval) -> bool:
    low, high = interval
    return (low is None or low <= value) and (high is None or value <= high)


def _show(loop: str, line: tuple[int, int, int]) -> str:
    a, b, c = line
    return f"{Affine.build(c, {loop: a, prime(loop): b})} = 0"

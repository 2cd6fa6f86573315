"""Each test alone, as a function from a problem to the direction vectors that it leaves.

None: the test does not apply to the pair.
"""

from __future__ import annotations

from collections.abc import Callable

from alpyna_hook.dependence import banerjee, delta, driver, exact, gcd, rdiv, siv, ziv
from alpyna_hook.dependence.directions import ANY, Vector, expand
from alpyna_hook.dependence.problem import Bounds, Interval, Problem, box, prime
from alpyna_hook.integers.affine import Affine

Left = frozenset[Vector] | None


def _whole(problem: Problem) -> frozenset[Vector]:
    return frozenset(expand([ANY] * len(problem.loops)))


def _ziv(problem: Problem) -> Left:
    constant = [e for e in problem.equations if e.is_constant]
    if not constant:
        return None
    bounds = Bounds(problem)
    return frozenset() if any(ziv.disprove(e, bounds) for e in constant) else _whole(problem)


def _siv(applies: Callable[[int, int], bool], test: Callable[..., siv.Refinement]) -> Callable[[Problem], Left]:
    def run(problem: Problem) -> Left:
        masks: list[int] = [ANY] * len(problem.loops)
        applied = False
        for equation in problem.equations:
            for position, loop in enumerate(problem.loops):
                sink = prime(loop)
                a, b = equation.coefficient(loop), equation.coefficient(sink)
                if equation.terms and all(name in (loop, sink) for name, _ in equation.terms) and applies(a, b):
                    boxes = box(problem, [loop, sink])
                    masks[position] &= test(a, b, equation.const, boxes[loop], boxes[sink]).mask
                    applied = True
        return frozenset(expand(masks)) if applied else None

    return run


def _strong(a: int, b: int, c: int, xs: Interval, ys: Interval) -> siv.Refinement:
    return siv.strong(a, c, xs, ys)


def _crossing(a: int, b: int, c: int, xs: Interval, ys: Interval) -> siv.Refinement:
    return siv.weak_crossing(a, c, xs, ys)


def _is_rdiv(problem: Problem, equation: Affine) -> bool:
    names = [name for name, _ in equation.terms]
    return len(names) == 2 and not any(names in ([loop, prime(loop)], [prime(loop), loop]) for loop in problem.loops)


def _rdiv(problem: Problem) -> Left:
    equations = [e for e in problem.equations if _is_rdiv(problem, e)]
    if not equations:
        return None
    for equation in equations:
        (x, a), (y, b) = equation.terms
        boxes = box(problem, [x, y])
        if rdiv.disprove(a, b, equation.const, boxes[x], boxes[y]):
            return frozenset()
    return _whole(problem)


def _gcd(problem: Problem) -> Left:
    return frozenset() if gcd.disprove(problem) else _whole(problem)


def _banerjee(problem: Problem) -> Left:
    return banerjee.directions(problem, [ANY] * len(problem.loops))[0]


def _delta(problem: Problem) -> Left:
    if len(problem.equations) < 2:
        return None
    boxes = box(problem, problem.order)
    proof, masks, _ = delta.test(problem.loops, problem.equations, boxes)
    return frozenset() if proof else frozenset(expand(masks))


def _exact(problem: Problem) -> Left:
    return exact.directions(problem, _whole(problem), exact.Budget(10_000_000))


def _driver(problem: Problem) -> Left:
    return driver.decide(problem, budget=10_000_000).directions


def _driver_without_exact(problem: Problem) -> Left:
    return driver.decide(problem, use_exact=False).directions


SINGLES: dict[str, Callable[[Problem], Left]] = {
    "ZIV": _ziv,
    "strong SIV": _siv(lambda a, b: a == -b, _strong),
    "weak-zero SIV": _siv(lambda a, b: not a or not b, siv.weak_zero),
    "weak-crossing SIV": _siv(lambda a, b: a == b, _crossing),
    "exact SIV": _siv(lambda a, b: bool(a and b), siv.general),
    "RDIV": _rdiv,
    "GCD": _gcd,
    "Banerjee": _banerjee,
    "Delta": _delta,
    "exact": _exact,
    "driver without exact": _driver_without_exact,
    "driver": _driver,
}

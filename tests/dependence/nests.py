"""Random whole nests, and whether what the analysis says of them is true when they are executed."""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass
from itertools import product

import numpy as np

from alpyna_hook.capture import capture_function, capture_nest
from alpyna_hook.dependence import ArrayFacts, Callee, Dependence, DependenceGraph, analyse
from alpyna_hook.dependence.directions import of_difference
from alpyna_hook.dependence.effects import ANYWHERE, Called
from alpyna_hook.dependence.verdict import LoopVerdict
from alpyna_hook.ir.captured import Nest
from tests.dependence.functions import Functions
from tests.dependence.recorder import Event, Place, TooLong, execute

MODULUS = 97


def facts_of(data: np.ndarray) -> ArrayFacts:
    return ArrayFacts(data.itemsize, data.shape, data.strides, data.__array_interface__["data"][0])


# --------------------------------------------------------------------- generator


class Generator:
    """Random sources over arrays a, b (rank 1), m (rank 2), an index array idx, integers n, k, s, t; some with functions."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lines: list[str] = []
        self.loops = 0
        self.functions: Functions | None = None

    def source(self) -> str:
        choice = self.rng.random()
        if choice < 0.05:
            self.one_element()
        elif choice < 0.12:
            self.temporary()
        elif choice < 0.22:
            self.idiom()
        else:
            if choice > 0.75:
                self.functions = Functions(self.rng)
                self.lines += self.functions.text.splitlines()
            self.loop(0, [])
        return "\n".join(self.lines) + "\n"

    def temporary(self) -> None:
        """An array that is written, and then read, in each iteration, more or less completely."""
        rng = self.rng
        bounds = ["4", "n", "n - 1", "i", "i + 1", "5"]
        self.emit(0, f"for i in range({rng.choice(['n', '4', '6'])}):")
        if rng.random() < 0.15:
            self.emit(1, f"if {rng.choice(['i > 2', 'b[i] > 40', 's > 1'])}: {rng.choice(['continue', 'break'])}")
        low = rng.choice(["", "", "", "1, "])
        self.emit(1, f"for j in range({low}{rng.choice(bounds)}):")
        target = rng.choice(["a[j]", "a[j]", "a[j + 1]", "a[3 - j]", "a[2 * j]"])
        if rng.random() < 0.2:
            self.emit(2, f"if {rng.choice(['j > 0', 'b[j] > 40'])}: {target} = m[i, j]")
        else:
            self.emit(2, f"{target} = m[i, j] + i")
        if rng.random() < 0.1:
            self.emit(2, "if b[j] > 60: break")
        self.emit(1, f"for l in range({rng.choice(['', '', '1, '])}{rng.choice(bounds)}):")
        read = rng.choice(["a[l]", "a[l]", "a[l + 1]", "a[l - 1]", "a[2]", "a[3 - l]", "a[2 * l]"])
        self.emit(2, f"m[i, l] = ({read} + 1) % {MODULUS}" if rng.random() < 0.8 else f"b[i] = (b[i] + {read}) % {MODULUS}")

    def one_element(self) -> None:
        """An element that some loops leave alone, as their temporary."""
        rng = self.rng
        element = f"{rng.choice('ab')}[{rng.choice(['k', 'k', 'i - 1', 'i', 's - 2', 'n // 2', 'idx[s]', 'idx[i]', 'j'])}]"
        self.emit(0, f"for i in range({rng.choice(['n', '4', '1, n'])}):")
        self.emit(1, f"for j in range({rng.choice(['n', '3', '3', 'i', 's'])}):")
        first = rng.choice(["", "", "", "", "if j > 1: ", "if b[j] > 40: "])
        lines = [f"{first}{element} = m[i, j] + j"]
        if rng.random() < 0.4:
            lines.append(f"for l in range({rng.choice(['2', 'j', 'n'])}): {element} = ({element} + l) % {MODULUS}")
        lines.append(f"m[i, j] = {element} + 1")
        if rng.random() < 0.2:
            lines.append(f"if m[i, j] > 50: {element} = 3")
        if rng.random() < 0.1:
            rng.shuffle(lines)
        if rng.random() < 0.1:
            lines.append("if m[i, j] > 80: break")
        for line in lines:
            self.emit(2, line)
        if rng.random() < 0.2 and "[j]" not in element:
            self.emit(1, f"m[i, 5] = {element}")

    def idiom(self) -> None:
        """Reductions of all kinds, and what only looks like one."""
        rng = self.rng
        self.emit(0, f"for i in range({rng.choice(['n', '8', 'len(a)'])}):")
        element = rng.choice(["a[i]", "b[i]", "m[i, 0]", "a[idx[i]]"]) if rng.random() < 0.9 else "a[i] + s2"
        compare = rng.choice(["<", ">", "<=", ">="])
        self.emit(1, rng.choice([
            f"s2 = s2 + {element}", f"s2 += {element} - 1", f"s2 = {element} - s2", f"s2 = max(s2, {element})",
            f"s2 = min({element}, s2)", f"if {element} {compare} s2: s2 = {element}", f"if {element} > 40: s2 += 1",
            f"if not {element} {compare} s2: s2 = {element}", f"if not abs({element} - 40) {compare} s2: s2 = abs({element} - 40)",
            f"if not {element} {compare} t:\n        t = {element}\n        s2 = i",
            f"if {element} {compare} t:\n        t = {element}\n        s2 = i", f"if {element} > 50: s2 = True",
            f"s2 = {element} if {element} {compare} s2 else s2", f"a[2] += {element}", f"b[idx[i]] += {element} % 5",
            f"b[idx[i]] = max(b[idx[i]], {element})", f"s2 = s2 | {element}", f"s2 -= {element}",
        ]))
        if rng.random() < 0.3:
            self.emit(1, rng.choice([f"b[i] = {element} % {MODULUS}", "m[i, 1] = s2", "t = t + 1", "m[i, 2] = t"]))

    def emit(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def loop(self, depth: int, names: list[str]) -> None:
        rng = self.rng
        name = "ijlpqr"[self.loops]
        self.loops += 1
        bounds = ["n", "4", "3", "len(a) // 2", "n - 1", "m.shape[0]", "n // 2", "(n + s) // 3"]
        headers = [f"range({rng.choice(bounds)})"] * 4 + [
            f"range(1, {rng.choice(bounds)})", f"range({rng.choice(bounds)} - 1, -1, -1)",
            f"range(0, {rng.choice(bounds)}, 2)", "range(min(n, 4))", "range(n, 0, -2)", "range(2, n, s)",
        ]
        if names:
            outer = rng.choice(names)
            headers += [f"range({outer})", f"range({outer}, n)", f"range({outer} + 1)"]
            headers += [f"range(max(0, {outer} - 1), n)"]
        self.emit(depth, f"for {name} in {rng.choice(headers)}:")
        inner = [*names, name]
        if rng.random() < 0.15:
            self.emit(depth + 1, rng.choice([f"k = {name} + 1", "k += 1", "k += 2", "k = k + s", f"t = {name} % 2", f"k += {name}",
                                             f"k += {name} + 1", f"k = k + 2 * {name} + {inner[0]}", f"k += {name} - 1"]))
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            self.statement(depth + 1, inner)
        if self.loops < 3 and rng.random() < 0.45:
            self.loop(depth + 1, inner)
            if rng.random() < 0.3:
                self.statement(depth + 1, inner)
        if rng.random() < 0.08:
            self.emit(depth + 1, f"if {name} > 2: {rng.choice(('break', 'continue'))}")
            self.statement(depth + 1, inner)

    def statement(self, depth: int, names: list[str]) -> None:
        rng = self.rng
        choice = rng.random()
        if self.functions is not None and rng.random() < 0.5:
            self.emit(depth, self.functions.statement(names))
        elif choice < 0.62:
            self.emit(depth, f"{self.element(names)} = {self.value(names)}")
        elif choice < 0.74:
            self.emit(depth, f"{self.element(names)} += {self.element(names)} % {MODULUS}" if rng.random() < 0.5 else (
                f"{self.element(names)} += 1"))
        elif choice < 0.82:
            self.emit(depth, rng.choice(["t = ", "s2 = s2 + "]) + self.value(names))
        elif choice < 0.86:
            self.emit(depth, "k += 1" if rng.random() < 0.6 else f"if s > {rng.randint(0, 3)}: k += 2")
        else:
            self.emit(depth, f"if {self.condition(names)}:")
            self.emit(depth + 1, f"{self.element(names)} = {self.value(names)}")
            if rng.random() < 0.4:
                self.emit(depth, "else:")
                self.emit(depth + 1, f"{self.element(names)} = {self.value(names)}")

    def condition(self, names: list[str]) -> str:
        name = self.rng.choice(names)
        return self.rng.choice([
            f"{name} > 1", f"{name} < n - 1", f"{name} == 2", f"{name} + 1 < {self.rng.choice(names)}", "s > 1",
            f"{self.element(names)} > 40", f"{name} % 2 == 0", f"0 < {name} < 3",
        ])

    def value(self, names: list[str]) -> str:
        rng = self.rng
        parts = [self.element(names) for _ in range(rng.choice((1, 1, 2)))]
        if rng.random() < 0.2:
            parts.append(rng.choice(["t", "s2", "k", "s"]))
        if rng.random() < 0.08:
            name = rng.choice(names)
            return f"({parts[0]} if {name} > 0 else {self.element(names)}) % {MODULUS}"
        return f"({' + '.join(parts)}) % {MODULUS}"

    def element(self, names: list[str]) -> str:
        rng = self.rng
        kind = rng.random()
        if kind < 0.45:
            return f"{rng.choice('aab')}[{self.subscript(names)}]"
        if kind < 0.9:
            return f"m[{self.subscript(names)}, {self.subscript(names)}]"
        return f"{rng.choice('ab')}[idx[{rng.choice(names)}]]"

    def subscript(self, names: list[str]) -> str:
        rng = self.rng
        name = rng.choice(names)
        other = rng.choice(names)
        return rng.choice([
            name, name, name, name, f"{name} - 1", f"{name} + 1", f"{name} - 2", "0", "1", "-1", "n - 1",
            f"{name} + {other}", f"2 * {name}", f"n - 1 - {name}", f"{name} // 2", f"{name} % 2", f"({name} + 1) % 2",
            f"{name} - {other}", "k", f"{name} + s", f"{name} + n // 2", f"-{name}", f"{name} & 1", f"{name} * s", f"2 * {name} + {other}",
        ])


def random_arrays(rng: random.Random) -> dict[str, np.ndarray]:
    """a, b, m in buffers of their own, or as views of one buffer."""
    fresh = np.random.default_rng(rng.randint(0, 10**6))
    if rng.random() < 0.5:
        a, b = fresh.integers(0, 90, 14), fresh.integers(0, 90, 14)
        m = fresh.integers(0, 90, (9, 9))
    else:
        buffer = fresh.integers(0, 90, 200)
        a, b = _vector(rng, buffer), _vector(rng, buffer)
        m = _matrix(rng, buffer)
    arrays = {"a": a, "b": b, "m": m, "idx": fresh.integers(-2, 8, 14)}
    if rng.random() < 0.1:
        arrays["idx"] = a
    return arrays


def _vector(rng: random.Random, buffer: np.ndarray) -> np.ndarray:
    start, step = rng.randint(0, 30), rng.choice((1, 1, 1, 2, -1, 3))
    view = buffer[start:] if step > 0 else buffer[: start + 40]
    if rng.random() < 0.2:
        view = view.view(np.int32)
    view = view[::step][:14]
    if rng.random() < 0.05:
        view = np.lib.stride_tricks.as_strided(view, (14,), (0,))
    return view


def _matrix(rng: random.Random, buffer: np.ndarray) -> np.ndarray:
    start, columns = rng.randint(0, 30), rng.choice((9, 10, 12))
    matrix = buffer[start: start + 9 * columns].reshape(9, columns)[:, :9]
    if rng.random() < 0.3:
        matrix = matrix.T
    if rng.random() < 0.2:
        matrix = matrix[::-1]
    if rng.random() < 0.08:
        matrix = np.lib.stride_tricks.as_strided(matrix, (9, 9), (8, 16))
    return matrix


# ------------------------------------------------------------------------- check


@dataclass
class Case:
    source: str
    arrays: dict[str, np.ndarray]
    scalars: dict[str, int]


def random_case(rng: random.Random) -> Case:
    source = Generator(rng).source()
    scalars = {"n": rng.randint(0, 6), "k": rng.randint(-2, 3), "s": rng.choice((1, 2, 3)), "s2": 0, "t": 1}
    return Case(source, random_arrays(rng), scalars)


def bound(case: Case) -> tuple[Nest, dict[str, int], dict[str, ArrayFacts], dict[str, Called]]:
    """The nest, with what its names are bound to."""
    *definitions, loop = ast.parse(case.source).body
    assert isinstance(loop, ast.For)
    known: dict[str, Called] = {}
    for node in definitions:
        assert isinstance(node, ast.FunctionDef)
        known[node.name] = Callee(capture_function(node, filename="nest.py", name=node.name), dict(known))
    nest = capture_nest(loop, filename="nest.py", qualname="f")
    return nest, case.scalars, {name: facts_of(data) for name, data in case.arrays.items()}, known


def graph_of(case: Case) -> DependenceGraph:
    nest, bounds, arrays, functions = bound(case)
    return analyse(nest, functions=functions).at(bounds, arrays)


def uncovered(events: list[Event], graph: DependenceGraph) -> str | None:
    """A true dependence between two accesses that the graph does not have."""
    known: dict[tuple[int, int, str, str, str], set[tuple[int, ...]]] = {}
    counts = {loop.loc.line: loop.counts for loop in graph.program.loops.values()}
    for d in graph.dependences:
        key = (d.source.loc.line, d.sink.loc.line, d.kind, d.name, _name(d))
        known.setdefault(key, set()).update(d.vectors)
    by_byte: dict[int, list[Event]] = {}
    for event in events:
        for byte in range(event.low, event.high, 2):
            by_byte.setdefault(byte, []).append(event)
    for at_byte in by_byte.values():
        for position, second in enumerate(at_byte):
            for first in at_byte[:position]:
                if not (first.write or second.write):
                    continue
                vector = []
                for (line, *x), (other, *y) in zip(first.stack, second.stack, strict=False):
                    if line != other:
                        break
                    vector.append(of_difference(y[0] - x[0] if counts[line] else y[1] - x[1]))
                kind = "flow" if first.write and not second.write else "anti" if second.write and not first.write else (
                    "output")
                ends = product((first.array, ANYWHERE), (second.array, ANYWHERE))
                found = {v for end in ends for v in known.get((first.line, second.line, kind, *end), ())}
                same = all(v == 2 for v in vector) and first.line == second.line
                if tuple(vector) not in found and not same:
                    return f"{kind} {first.array}:{first.line} -> {second.array}:{second.line} {vector}"
    return None


def _name(dependence: Dependence) -> str:
    return getattr(dependence.sink, "array", None) or dependence.sink.name  # type: ignore[union-attr]


def check(case: Case, rng: random.Random) -> str | None:
    """None, or what is wrong with the analysis of the case."""
    graph = graph_of(case)
    loops = graph.loops
    if rng.random() < 0.5:
        return check_orders(case, graph, rng)
    try:
        recorder, _ = execute(case.source, case.arrays, case.scalars, rng)
    except (IndexError, OverflowError, TooLong):
        return None
    problem = uncovered(recorder.events, graph)
    if problem is not None:
        return problem
    assert loops
    return None


def renamed(verdict: LoopVerdict) -> frozenset[Place]:
    """The reads that a renaming takes from a copy: the sources of the dependences that it removes."""
    if verdict.transformation is None or verdict.transformation.name != "renaming":
        return frozenset()
    if any(d.name == ANYWHERE for d in verdict.carried_by):
        return frozenset()
    return frozenset((d.source.loc.line, d.source.loc.col, d.name) for d in verdict.carried_by)


def check_orders(case: Case, graph: DependenceGraph, rng: random.Random) -> str | None:
    """Loops that are called parallel, or so after a renaming, give the same in any order of all iterations but the last.

    Left out is what needs more than that: induction variables, the place of a minimum among equal
    ones, scalars that only some iterations write.
    """
    free = [
        v for v in graph.loops
        if (v.is_parallel or renamed(v)) and not v.inductions and v.index != "while"
        and all(p.definite for p in v.private) and not any(r.companions for r in v.reductions)
    ]
    if not free:
        return None
    base = _snapshot(case)
    try:
        _, expected = execute(case.source, case.arrays, case.scalars, rng)
    except (IndexError, OverflowError, TooLong):
        _restore(case, base)
        return None
    after = _snapshot(case)
    for verdict in free:
        _restore(case, base)
        _, scope = execute(
            case.source, case.arrays, case.scalars, rng, shuffled_line=verdict.line, copied=renamed(verdict))
        for name, data in case.arrays.items():
            if not np.array_equal(data, after[name][1]):
                return f"loop at line {verdict.line} is called {verdict.verdict}, but {name} depends on the order"
        for name in case.scalars:
            if scope[name] != expected[name]:
                return f"loop at line {verdict.line} is called {verdict.verdict}, but {name} depends on the order"
    _restore(case, base)
    return None


def _snapshot(case: Case) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {name: (data, np.array(data)) for name, data in case.arrays.items()}


def _restore(case: Case, saved: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    for data, values in saved.values():
        data[...] = values
    assert case.arrays

"""A random program around a random nest: a function, a method, a closure or a module body."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.generator.expressions import constant
from tests.generator.scope import Array, Extent, Scalar, Scope, UserFunction
from tests.generator.statements import Lines, indent, loop, simple

RANKS = {1: 6, 2: 5, 3: 1}
KINDS = ("f", "f", "ff", "fi", "i", "ii", "ffi", "b", "bi", "fb", "c", "fc", "bifc", "fff", "iif")
SCALAR_FUNCTIONS = {
    "f": (("x", "return x * 2.0 - 1.0"), ("x, y", "return x * y + x"),
          ("x, y", "if x > y:\n    return x - y\nreturn y"),
          ("x", "t = x\nfor r in range(3):\n    t = t * 0.5 + x\nreturn t"), ("x, y", "return GF * x + abs(y)"),
          ("x", "return math.sqrt(abs(x))"),
          ("x, how=None", 'if how is None:\n    return x\nif how == "fast" or how in ("slow", "half"):\n    return x * COST["half"]\nif how:\n    return x + COST["one"]\nreturn how - x'), ("x, how=None", 'if how is None:\n    how = 0.5\nelif how == "fast":\n    how = x\nelse:\n    how = 2.0 if how in ("slow", "half") else how\nreturn how - x'), ("x, y", "return g0(x) - y if y < x else g0(y)")),
    "i": (("x", "return x % 17 + 1"), ("x, y", "return (x ^ y) & 255"), ("x", "return GI + x"),
          ("x, y", "while y > 1 and x > y:\n    x = x // 2\nreturn x"), ("x", "return 3 if x > 2 else x")),
}
TUPLE_FUNCTIONS = {
    "f": (("x, y", "return x * 0.5 - y, y + 1.0"), ("x, y", "if x > y:\n    return y, x\nreturn x, y"),
          ("x, y", "t = 0\nfor r in range(3):\n    if x > r:\n        t = x * 0.25\nreturn t, abs(y)"),
          ("x, y", "if x < y:\n    x = GF - x\nreturn math.sqrt(abs(x)), y")),
    "i": (("x, y", "return x & 255, y % 7 - x"), ("x, y", "k = 0\nwhile x > 1 and k < 9:\n    x //= 2\n    k += 1\nreturn k, x"),
          ("x, y", "if y:\n    return y, True\nreturn x, False")),
}
EFFECTS = (("target, where, value", "target[where] = value"), ("target, where, value", "target[where] += value"),
           ("target, where, value", "for r in range(2):\n    target[where] = value"))
STORING = ("target[where] = value\nreturn {}", "target[where] += value\nreturn target[where]",
           "old = target[where]\ntarget[where] = value\nreturn old", "target[where] = value\nreturn {} if value > 2 else target[where]",
           "for r in range(2):\n    target[where] = target[where] - value\n    if value < 0:\n        return {}\nreturn value")
VECTOR_FUNCTIONS = (
    "t = {zero}\nfor r in range(min(len(row), len(other))):\n    t += row[r] - other[r]\nreturn t % 7",
    "return row[0] * 2 - other[-1] % 5", "if row.shape[0] > 1 < other.size:\n    return row[1]\nreturn other[0]",
    "t = {zero}\nfor x, y in zip(row, other):\n    if x < y:\n        t = t + x * y % 3\nreturn t", "return {zero} + row.ndim + len(other)",
    "t = {zero}\nfor r, x in enumerate(row):\n    t += inner(x, other, r % len(other))\nreturn t % 101",
)


@dataclass(frozen=True)
class Case:
    """A program with an entry point, and what its parameters are."""

    source: str
    form: str
    sizes: tuple[str, ...]
    arrays: tuple[Array, ...]
    scalars: tuple[Scalar, ...]
    deepest: int
    spice: int

    entry = "kernel"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (*self.sizes, *(a.name for a in self.arrays), *(s.name for s in self.scalars))


def generate(rng: random.Random) -> Case:
    """A random case; every choice is drawn from `rng`."""
    form = rng.choice(("function",) * 6 + ("method", "method", "closure", "module"))
    spice = rng.choice((0,) * 6 + (1, 1, 1, 2))
    sizes = ("n",) if rng.randrange(100) < 40 else ("n", "m")
    scope = Scope(rng, spice, sizes)
    arrays, scalars = _arrays(scope), _scalars(scope)
    functions, globals_ = _functions(scope), (Scalar("GI", "i"), Scalar("GF", "f"))
    if form == "method":
        scope.sizes = tuple(f"self.{s}" for s in sizes)
    scope.arrays = [_renamed(a, form) for a in arrays]
    own = [s.name for s in scalars if form == "method" and scope.chance(60)]
    named = {s.name: f"self.{s.name}" if s.name in own else s.name for s in scalars}
    scope.bound = {named.get(s.name, s.name): s.kind for s in (*scalars, *globals_)}
    scope.fixed = {s.name for s in globals_} | {named[s.name] for s in scalars if s.name.startswith("h")}
    scope.assigned = {named[s.name] for s in scalars if s.kind == "i"} - scope.fixed
    scope.functions = functions
    scope.in_function = form != "module"
    scope.renames = form != "closure"
    start = [f"self.{name} = {name}" for name in own]
    if own and scope.chance(15):
        start.append("me = self")
        for name in (s.name for s in scalars if s.name in own and s.kind != "i"):  # a second way to an attribute
            scope.bound[f"me.{name}"] = scope.bound[f"self.{name}"]
            scope.fixed.add(f"me.{name}")
    body = [*start, *_body(scope)]
    source = "\n".join([*_prelude(scope, functions), *_wrap(form, sizes, arrays, scalars, body)]) + "\n"
    return Case(source, form, sizes, tuple(arrays), tuple(scalars), scope.deepest, spice)


# --------------------------------------------------------------- declarations


def _arrays(scope: Scope) -> list[Array]:
    kinds = scope.pick(KINDS)
    arrays = [_array(scope, "abcd"[k], kind) for k, kind in enumerate(kinds)]
    if scope.chance(15):
        arrays.append(replace(scope.pick(arrays), name="e"))
    if scope.chance(35):
        dims = (Extent(scope.pick(scope.sizes)),)
        arrays.append(Array("idx", "i", dims, scope.pick(scope.sizes), stored=scope.chance(25)))
    return arrays


def _array(scope: Scope, name: str, kind: str) -> Array:
    rank = scope.weighted(RANKS)
    dims = tuple(Extent(scope.pick(scope.sizes), scope.pick((0, 0, 0, 0, 1, 2))) for _ in range(rank))
    if rank > 1 and scope.chance(10):
        dims = (*dims[:-1], Extent("", scope.pick((2, 3))))
    return Array(name, kind, dims, chained=rank > 1 and scope.chance(25), stored=scope.chance(75))


def _renamed(array: Array, form: str) -> Array:
    if form != "method":
        return array
    dims = tuple(replace(d, size=d.size and f"self.{d.size}") for d in array.dims)
    into = array.points_into and f"self.{array.points_into}"
    return replace(array, name=f"self.{array.name}", dims=dims, points_into=into)


def _scalars(scope: Scope) -> list[Scalar]:
    """`s..` may be assigned in the nest, `h..` are only read, `o..` are options: None, a text or a number."""
    kinds = scope.pick(("", "f", "i", "ff", "fi", "b", "fc", "ffi", "ii"))
    scalars = [Scalar(f"{'s' if scope.chance(65) else 'h'}{k}", kind) for k, kind in enumerate(kinds)]
    return [*scalars, Scalar("o0", "o")] if scope.chance(20) else scalars


def _functions(scope: Scope) -> list[UserFunction]:
    if scope.chance(60):
        return []
    kind = scope.pick("ffi")
    params, text = scope.pick(SCALAR_FUNCTIONS[kind])
    defined = _define("f0", params, text)
    if text.startswith("return ") and scope.chance(30):
        defined = f"f0 = lambda {params}: {text.removeprefix('return ')}"
    functions = [UserFunction("f0", kind, params.count(",") + 1, defined)]
    if scope.chance(60):
        kind = scope.pick("ffi")
        params, text = scope.pick(TUPLE_FUNCTIONS[kind])
        functions.append(UserFunction("both", f"t{kind}", 2, _define("both", params, text)))
    if scope.chance(40):
        params, text = scope.pick(EFFECTS)
        functions.append(UserFunction("put", "", 3, _define("put", params, text)))
    if scope.chance(50):
        kind = scope.pick("ffi")
        text = scope.pick(STORING).format("value * 0.5" if kind == "f" else "value % 7")
        functions.append(UserFunction("change", f"s{kind}", 3, _define("change", "target, where, value", text)))
    if scope.chance(60):
        kind = scope.pick("ffi")
        text = scope.pick(VECTOR_FUNCTIONS).format(zero="0.0" if kind == "f" else "0")
        functions.append(UserFunction("over", f"v{kind}", 2, _define("over", "row, other", text)))
    return functions


def _define(name: str, params: str, text: str) -> str:
    return "\n".join([f"def {name}({params}):", *indent(text.split("\n"))])


# ----------------------------------------------------------------------- text


def _body(scope: Scope) -> Lines:
    lines: Lines = []
    for _ in range(scope.rng.randrange(3)):
        kind = scope.pick("iff" if scope.arrays_of("f") else "iib")
        name = scope.fresh("t")
        first = constant(scope, kind) if scope.chance(80) else f"np.{'float64' if kind == 'f' else 'int64'}(0)"
        lines.append(f"{name} = {first}")
        scope.bound[name] = kind
        scope.assigned.add(name)
    for _ in range(scope.weighted({1: 8, 2: 1})):
        lines += loop(scope, scope.rng.randrange(1, 7))
    if scope.chance(10):
        lines += simple(scope)
    return lines


def _prelude(scope: Scope, functions: list[UserFunction]) -> Lines:
    lines = ["import math", "import sys", "from builtins import range as counted", "", "import numpy as np", "from numba import prange", "", f"GI = {scope.pick(('3', '1', '-2', '40'))}",
             f"GF = {scope.pick(('0.75', '2.0', '-1.5'))}", f"GT = {scope.pick(('(1, 2, 5)', '(-1, 3, 0)', '(0, 1, 1)'))}",
             f"GW = {scope.pick(('(0.5, -1.25, 2.0)', '(0.1, 0.2, 0.7)'))}", f"GP = {scope.pick(('((0, 0.5), (1, -0.25), (2, 4.0))', '((-1, 2.0), (3, 1.5), (1, 0.0))'))}",
             f"AT1, AT2, AT3 = {scope.pick(('(0,), (0, -1), (0, 0, -1)', '(-1,), (0, 0), (-1, 0, 0)'))}",
             "GD = {'step': 2, 3: -1, 'weight': 0.75, 7: 1.25}", ""]
    if any("COST" in f.text for f in functions):
        lines += ['COST = {"half": 0.5, "one": 1, 3: None}', ""]
    if any("g0" in f.text for f in functions):
        lines += ["", "def g0(x):", "    return x + 0.125", ""]
    if any("inner(" in f.text for f in functions):
        lines += ["", "def inner(x, vector, k):", "    return x - vector[k]", ""]
    for function in functions:
        lines += ["", *function.text.split("\n"), ""]
    return [*lines, ""]


def _wrap(form: str, sizes: tuple[str, ...], arrays: list[Array], scalars: list[Scalar], body: Lines) -> Lines:
    own = [*sizes, *(a.name for a in arrays)]
    extra = [s.name for s in scalars]
    params = ", ".join(own + extra)
    if form == "function":
        return [f"def kernel({params}):", *indent([*body, "return locals()"])]
    if form == "method":
        return ["class Model:", f"    def __init__(self, {', '.join(own)}):", *(f"        self.{x} = {x}" for x in own),
                "", f"    def step({', '.join(['self', *extra])}):", *indent(indent([*body, "return locals()"])), "",
                f"def kernel({params}):", f"    model = Model({', '.join(own)})",
                f"    result = model.step({', '.join(extra)})", "    return result, vars(model)"]
    if form == "closure":
        assigned = ", ".join(extra)
        return [f"def kernel({params}):", f"    def inner({assigned}):", *indent(indent([*body, "return locals()"])),
                f"    return inner({assigned})"]
    return ["from tests.generator.bindings import current", f"{params}, = current()", *body]



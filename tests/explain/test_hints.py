"""For what people write: the reason, the words, the place and a hint that leads somewhere."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import alpyna_hook

HEAD = "import random, math\nimport numpy as np\nrng = np.random.default_rng(1)\ndraw = rng.random\n"


class Point:
    x = 0.0

    @property
    def size(self) -> int:
        return 3


def entry(source: str, *values: object, file: str | None = None) -> dict[str, Any]:
    """The report of the one loop of `f`, after a call."""
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device="cpu", strict=True))
    with suppress(ValueError, AttributeError):
        module.f(*values)
    (found,) = alpyna_hook.report(module.__file__)
    return dict(found)


def marked(source: str, entry: dict[str, Any]) -> str:
    line, start, _, end = entry["place"]
    return source.splitlines()[line - 1][start:end]


def loop(body: str, head: str = "for i in range(len(a)):", before: str = "") -> str:
    return f"{HEAD}{before}def f(a, x):\n    {head}\n        {body}\n"


A = np.ones(3)
CASES = {
    "rng.random": (loop("a[i] = rng.random()"), None, "call", "rng.random()", "rng.random()", "draw the numbers before the loop"),
    "kept method": (loop("a[i] = draw()"), None, "call", "draw(), a method of Generator", "draw()", "draw the numbers before"),
    "randint": (loop("a[i] = random.randint(0, 3)"), None, "call", "random.randint(), a function of random", "random.randint(0, 3)",
                "draw the numbers before the loop"),
    "np.random": (loop("a[i] = np.random.rand()"), None, "call", "np.random.rand(), a method of RandomState", "np.random.rand()", "draw the numbers"),
    "np.ones": (loop("b = np.ones(3)"), None, "call", "np.ones(), a function of numpy", "np.ones(3)", "call it before the loop"),
    "attribute of an element": (loop("x[i].v = a[i]"), [Point(), Point(), Point()], "statement", "an assignment to the attribute x[i].v",
                                "x[i].v", "attributes of an object that the loop leaves alone (self.x = ...)"),
    "dictionary": (loop('a[i] = len(x["gap"])'), {"gap": "ab"}, "value-type", 'x["gap"] is a str', 'len(x["gap"])', "make an array of codes"),
    "queue": (loop("x.pop()", "while x:"), [1, 2], "statement", "a while loop that x.pop() ends, the method of an object", "x.pop()",
              "use an array, with an index"),
    "list": (loop("a[i] = x[i] * 2"), [1.0, 2.0, 3.0], "value-type", "x is a list", "x", "np.array(...)"),
    "append": (loop("x.append(a[i])"), [], "value-type", "x is a list, of which x.append() is a method", "x.append(a[i])", "an index"),
    "dict": (loop("x[i] = a[i]"), {}, "value-type", "x is a dict", "x", "use indices for keys"),
    "text": (loop("a[0] += 1.0", "for c in x:"), "abc", "value-type", "x is a str", "x", "np.frombuffer"),
    "items": (loop("a[0] += v", "for k, v in x.items():"), {1: 2}, "loop-iterable", "a call of x.items", "x.items()", "put keys and values into arrays"),
    "property": (loop("a[i] = x.size"), Point(), "attribute", "x.size is a property", "x.size", "read it into a local variable"),
    "object": (loop("p.x += a[0]", "for p in x:"), [Point()], "expression", "the attribute p.x of a variable that is assigned here", "p.x",
               "keep the numbers in arrays"),
    "row": (loop("a[i] = (x[i] + 1)[0]"), np.ones((3, 2)), "expression", "a subscript of an expression", "(x[i] + 1)", "before the loop"),
    "whole row": (loop("a[i] = x[i]"), np.ones((3, 2)), "dimensions", "x has 2 dimensions, 1 subscripts", "x[i]", "loop over its elements"),
    "method of a slice": (loop("a[i] = a[:i].sum()"), None, "expression", "a call of the method .sum()", "a[:i].sum()", "methods of arrays"),
    "a bar": (loop("a[i] += 1.0", "for i in tqdm(range(3)):", before="def tqdm(it):\n    yield from it\n"), None, "loop-iterable",
              "a call of tqdm, whose bar the interpreter moves: loops in it are compiled", "tqdm(range(3))", "a loop of its own"),
    "a generator": (loop("yield a[i]"), None, "expression", "yield", "yield a[i]", "fill an array"),
    "a call's result": (loop("a[0] += v", "for v in sorted(x):"), A, "loop-iterable", "a call of sorted", "sorted(x)", "in a variable before the loop"),
}


@pytest.mark.parametrize("name", CASES)
def test_reason_words_place_and_hint(name: str) -> None:
    source, value, slug, detail, place, hint = CASES[name]
    found = entry(source, A.copy(), value)
    assert (found["reason"], found["detail"], found["accelerated_runs"]) == (slug, detail, 0)
    assert found["place"] is not None and marked(source, found) == (f"{place[:-1].lstrip('(')}" if place.startswith("(") else place)
    assert hint in found["hint"]


def test_what_a_called_function_does_is_marked_at_the_call() -> None:
    source = loop("g(x)", before="def g(p):\n    p.x = 1.0\n")
    found = entry(source, A.copy(), Point())
    assert (found["reason"], found["detail"]) == ("statement", f"an assignment to the attribute p.x (g(), {Path(found['file']).name}:6)")
    assert marked(source, found) == "g(x)"
    assert [(other["reason"], other["detail"]) for other in found["obstacles"]] == [("value-type", "x is a Point")]


def test_types_in_a_called_function_are_told_at_the_call() -> None:
    source = loop("a[i] = h(a[i])", before="def g(v):\n    return np.sqrt(np.int8(v))\ndef h(v):\n    return g(v) + 1\n")
    found = entry(source, A.copy(), None)
    assert found["reason"] == "type-error"
    assert found["detail"].endswith(":6)") and "(g(), " in found["detail"]
    assert marked(source, found) == "h(a[i])"


def test_all_names_that_cannot_be_bound_are_told() -> None:
    source = loop("a[i] = x[i] + rng.random() + missing")
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device="cpu", strict=True))
    with pytest.raises(NameError):
        module.f(A.copy(), [1.0, 2.0, 3.0])
    (found,) = alpyna_hook.report(module.__file__)
    told = [(found["reason"], found["detail"]), *((o["reason"], o["detail"]) for o in found["obstacles"])]
    assert told == [("value-type", "x is a list"), ("call", "rng.random()"), ("unbound", "missing")]
    assert [source.splitlines()[o["place"][0] - 1][o["place"][1]:o["place"][3]] for o in found["obstacles"]] == ["rng.random()", "missing"]


def test_all_constructs_that_cannot_be_captured_are_told() -> None:
    found = entry(loop('print("a")\n        s = [i]\n        b = {i}'), A.copy(), None)
    assert found["detail"] == "a string"
    assert [o["detail"] for o in found["obstacles"]] == ["a list display", "a set display"]


def test_a_function_of_an_unmarked_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unmarked_helper.py").write_text("def g(v):\n    return v + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    source = loop("a[i] = unmarked_helper.g(a[i])", before="import unmarked_helper\n")
    found = entry(source, A.copy(), None)
    assert (found["reason"], found["detail"]) == ("call", "unmarked_helper.g(), a function of unmarked_helper, which is not marked")
    assert "--accelerate" in found["hint"]


BESIDES = {
    "rows of two arrays": ("row = a\n        if x: row = b[i]\n        row[0] = 1.0", "array-variable"),
    "a tuple of two lengths": ("t = (i, 1)\n        if x: t = (i, 1, 2)", "expression"),
    "an item by no constant": ("t = (i, 1)\n        a[i] = t[i % 2]", "expression"),
    "a name that cannot be bound": ("a[i] = names[i]", "value-type"),
    "a method that is not known": ("a[i] = rng.random()", "call"),
    "arrays that change places too often": ("if x: a, b, c = b, c, a\n        if i > 1: b, d = d, b\n        c, e = e, c", "array-variable"),
}


@pytest.mark.parametrize("name", BESIDES)
def test_what_types_refuse_is_told_beside_what_is_refused_before_types(name: str) -> None:
    body, slug = BESIDES[name]
    before = "names = ['x', 'y', 'z']\nb = np.ones((3, 3))\nc, d, e = b.copy(), b.copy(), b.copy()\n"
    source = loop(f"{body}\n        z = w[i, 0]\n        w[i] = z\n        w[i] <<= 2", before=before + "w = np.ones(3)\n")
    source = source.replace("def f(a, x):\n", "def f(a, x):\n    global b, c, d, e\n")
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device="cpu", strict=True))
    with suppress(TypeError, IndexError, ValueError):
        module.f(A.copy(), True)
    (found,) = alpyna_hook.report(module.__file__)
    assert found["reason"] == slug
    assert [(o["reason"], source.splitlines()[o["place"][0] - 1].strip()) for o in found["obstacles"]] == [
        ("dimensions", "z = w[i, 0]"), ("type-error", "w[i] <<= 2")]

"""Variables without a value: a nest may leave them so, or read them all the same."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import Program, check
from tests.parting import one_at_a_time

LOW, HIGH = np.zeros(50), np.full(50, 3.0)
MIXED = np.where(np.arange(50) % 2, 3.0, 0.0)
TAKEN = "for i in range(len(a)):\n        d = abs(a[i] - b[i])\n        if d > 1.0:\n            hi = max(a[i], b[i]); s += hi"
INNER = "for i in range(len(a)):\n        for j in range(int(b[i])):\n            t = a[i] * j\n            s += t"

FORMS = {
    "local": "def f(a, b):\n    s = 0.0\n    {}\n    return locals()",
    "old value": "def f(a, b):\n    s, hi, j, t = 0.0, 'high', None, [1]\n    {}\n    return locals()",
    "on one path": "def f(a, b):\n    s = 0.0\n    if b[0]:\n        hi = t = 7\n    {}\n    return locals()",
    "deleted": "def f(a, b):\n    s = 0.0\n    hi = j = t = 5\n    del hi, j, t\n    {}\n    return locals()",
    "closure": (
        "def f(a, b):\n    s = 0.0\n    def left():\n        try:\n            return hi\n        except NameError as error:\n"
        "            return str(error)\n    {}\n    return left(), locals()"),
    "nonlocal": (
        "def outer(a, b):\n    def inner():\n        nonlocal hi, s, j, t\n        {}\n    s = 0.0\n    hi = 2\n    del hi\n    if 0: j = t = 0\n"
        "    inner()\n    return locals()\ndef f(a, b):\n    found = outer(a, b)\n    found.pop('inner')\n    return found"),
    "global": (
        "def f(a, b):\n    global hi, s, j, t, i\n    s = 0.0\n    {}\n    return sorted(k for k in globals() if k in ('hi', 'i', 'j', 't'))"),
}


@pytest.mark.parametrize("nest", [TAKEN, INNER], ids=["taken", "inner"])
@pytest.mark.parametrize("form", FORMS)
def test_functions(form: str, nest: str) -> None:
    source = FORMS[form].format(nest.replace("\n", "\n    ") if form == "nonlocal" else nest)
    program = Program(source)
    program.load()
    for a, b in [(LOW, LOW), (HIGH, LOW), (LOW, HIGH), (MIXED, LOW), (LOW, LOW)]:
        compared = program.call("f", a, b)
        assert compared.difference is None, compared.difference
        assert compared.verdict == "accelerated", compared.runs


@pytest.mark.parametrize("values", ["np.zeros(9)", "np.ones(9)"])
@pytest.mark.parametrize("before", ["pass", "w = 'before'", "w = 1\ndel w"])
def test_modules(before: str, values: str) -> None:
    source = f"import numpy as np\na = {values}\n{before}\nfor i in range(len(a)):\n    if a[i] > 0.5:\n        w = a[i]\n"
    compared = Program(source).load()
    assert (compared.difference, compared.verdict) == (None, "accelerated"), compared.runs


@pytest.mark.parametrize("at", [0, 3, 99])
def test_a_return_before_the_assignment(at: int) -> None:
    check(
        "def f(a, at):\n    global t, u\n    u = None\n    def g():\n        global t, u\n        for i in range(len(a)):\n            if i == at:\n"
        "                return i\n            t = a[i] * 2.0\n            u = i\n    return g(), globals().pop('t', 'none'), u",
        np.arange(8.0), at)


ONE_OBJECT = {
    "copy": "for row in a[:n]:\n    s += row[0]\n    last = row",
    "left early": "for i in range(n):\n    row = a[i]\n    if row[0] > 4:\n        break\n    last = row",
    "the best": "for i in range(n):\n    row = a[i]\n    if row[0] > 4:\n        best = row",
    "in a tuple": "for i in range(n):\n    row = a[i]\n    if row[0] > 4:\n        best = (i, row)",
    "one row, two objects": "for i in range(n):\n    row = a[i]\n    last = a[i]\n    s += row[0] + last[1]",
    "one statement": "for i in range(n):\n    row = last = a[i]\n    s += row[0] + last[1]",
    "three": "for i in range(n):\n    row = a[i]\n    one = row\n    if row[0] < 3:\n        other = one\n    s += one[1]",
    "two tuples": "for i in range(n):\n    row = a[i]\n    p = (i, row)\n    if row[0] > 4:\n        q = (i, row)\n    s += p[1][0]",
    "the same index again": "for i in range(n):\n    row = a[i % 2]\n    if i == 3:\n        last = row",
    "from one to the other": "for i in range(n):\n    if i % 3 == 0:\n        row = a[i]\n        last = row\n    else:\n        last = a[i]\n    s += last[0]",
}


@pytest.mark.parametrize("name", ONE_OBJECT)
@pytest.mark.parametrize("in_parts", [False, True])
def test_which_rows_are_one_object(name: str, in_parts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if in_parts:
        one_at_a_time(monkeypatch.setattr)
    nest = ONE_OBJECT[name].replace("\n", "\n    ")
    program = Program(f"def f(a, n, s):\n    {nest}\n    return locals()")
    program.load()
    up = np.arange(21.0).reshape(7, 3) / 2
    for a, n in ((up, 7), (up, 4), (up, 5), (up[::-1], 7), (up, 1), (up, 0)):
        compared = program.call("f", a, n, 0.0)
        assert compared.difference is None, compared.difference
        assert compared.verdict == ("accelerated" if n else "not-run"), compared.runs


def test_rows() -> None:
    source = (
        "def f(a, limit):\n    s = 0.0\n    for i in range(len(a)):\n        if a[i, 0] > limit:\n            row = a[i]\n"
        "            s += row[1]\n    return locals()")
    for limit in (2.0, 100.0):
        check(source, np.arange(12.0).reshape(4, 3), limit)


@pytest.mark.parametrize("start", [0, 5, 9])
def test_a_loop_of_no_iterations_is_not_replayed(start: int) -> None:
    source = "def f(a, k):\n    while k < len(a) - 4:\n        t = a[k]\n        k += 1\n    return locals()"
    check(source, np.arange(9.0), start)


NOTHING_SURE = "while a[k] > 0.0:\n        if a[k] > 3.0:\n            low = k\n        else:\n            high = a[k]\n        a[k] -= 1.0"
HOLDERS = {
    "local": "def f(a, k):\n    {}\n    return locals()",
    "one had a value": "def f(a, k):\n    if a[k] > 5.0:\n        low = high = 'before'\n    {}\n    return locals()",
    "closure": (
        "def f(a, k):\n    def g():\n        try:\n            return high\n        except NameError as error:\n"
        "            return str(error)\n    {}\n    return g(), a, k"),
    "global": "def f(a, k):\n    global low, high\n    {}\n    return a, globals().pop('low', 'none'), globals().pop('high', 'none')",
}


@pytest.mark.parametrize("form", HOLDERS)
def test_nothing_that_surely_has_a_value(form: str) -> None:
    program = Program(HOLDERS[form].format(NOTHING_SURE))
    program.load()
    for k in (8, 2, 0, 5):
        compared = program.call("f", np.arange(9.0), k)
        assert (compared.difference, compared.verdict) == (None, "accelerated"), (k, compared.difference, compared.runs)


def test_nothing_surely_has_a_value_in_a_module() -> None:
    for first in (8.0, 2.0, 0.0):
        compared = Program(f"import numpy as np\na = np.full(3, {first})\nk = 1\n{NOTHING_SURE}".replace("\n    ", "\n")).load()
        assert (compared.difference, compared.verdict) == (None, "accelerated"), compared.runs


@pytest.mark.parametrize("scale", [0.0, 1.0, 5.0])
def test_an_underscore_holds_nothing(scale: float) -> None:
    source = "def f(a, k):\n    for _ in range(k):\n        if a[_] > 3.0:\n            _ = low = a[_]\n    return locals()"
    check(source, np.arange(9.0) * scale, 9)
    source = "def f(a, k):\n    while a[k] > 0.0:\n        if a[k] > 3.0:\n            _ = low = a[k]\n        a[k] -= 2.0\n    return locals()"
    check(source, np.arange(9.0) * scale, 2)


def test_rows_of_which_none_is_sure() -> None:
    source = (
        "def f(a, k):\n    while a[k, 0] > 1.0:\n        a[k, 0] -= 2.0\n        if a[k, 0] > 2.0:\n            row = a[k]\n"
        "            row[1] += 1.0\n    return locals()")
    for k in range(4):
        check(source, np.arange(12.0).reshape(4, 3), k)


@pytest.mark.parametrize("n", [0.0, 3.0])
def test_what_a_loop_of_no_iterations_does_is_done_once(n: float) -> None:
    """By its `else`, by a function that its test or its header calls."""
    bump = "def bump(a):\n    a[0] += 1.0\n    return int(a[1])\n"
    a = np.array([0.0, n, 1.0])
    for loop in ("for i in range(int(a[1])):\n        t = a[i] * i\n    else:\n        a[0] += 1.0",
                 "for i in range(bump(a)):\n        t = a[i] * i", "for i in range(bump(a), bump(a)):\n        t = a[i] * i",
                 "while bump(a) > a[0]:\n        t = a[2]", "for i, j in np.ndindex(bump(a), 2):\n        t = a[i] * j"):
        check(f"import numpy as np\n{bump}def f(a):\n    {loop}\n    return locals()", a.copy(), expect=None)


READ = {  # the nest, and its variables; where one is read after another, CPython 3.11 marks either in a traceback
    "on a path before": ("if a[i] > 0.5:\n            w = a[i]\n        a[i] = w * 2.0", "w"),
    "of the iteration before": ("if i > 0:\n            s += a[i] - w\n        w = a[i]", "w"),
    "in a conditional expression": ("t = a[i] - w if i > 0 else 0.5\n        s += t\n        w = a[i]", "w, t"),
    "in a condition": ("if i > 0 and w < a[i]:\n            s += w\n        w = a[i] * 0.5", "w"),
    "two types": ("if a[i] > 1.5:\n            w = 1\n        elif a[i] > 0.5:\n            w = a[i]\n        a[i] += w", "w"),
    "an index": ("if a[i] > 0.5:\n            k = i\n        a[0 + k] += 1.0", "k"),
    "an inner loop's index": ("for j in range(int(a[i])):\n            s += 1.0\n        a[i] = j", "j"),
    "a while loop": ("while s < a[i]:\n            w = s\n            s += 0.25\n        a[i] = w", "w"),
    "an argument": ("if a[i] > 0.5:\n            w = a[i]\n        a[i] = g(w, a[i])", "w"),
    "an argument of NumPy's": ("if a[i] > 0.5:\n            w = a[i]\n        s += np.exp(-w) + np.exp(-a[i])", "w"),
    "an argument of math's": ("if a[i] > 0.5:\n            w = a[i]\n        while s < 1.0:\n            s += math.exp(w)", "w"),
    "twice": ("if i > 1:\n            w = w + a[i]\n        if a[i] > 0.5:\n            w = 3.0\n        s = w + s", "w"),
    "the loop's own index": ("if i > 2:\n            s += last\n        last = i", "last"),
}
NESTS = {
    "local": "import math\nimport numpy as np\ndef g(x, y):\n    return x - y\ndef f(a):\n    s = 0.0\n    for i in range(len(a)):\n        {}\n    return locals()",
    "global": (
        "import math\nimport numpy as np\ndef g(x, y):\n    return x - y\ndef f(a):\n    global {names}\n    s = 0.0\n    for i in range(len(a)):\n"
        "        {}\n    return locals(), {names}"),
    "closure": (
        "import math\nimport numpy as np\ndef g(x, y):\n    return x - y\ndef f(a):\n    s = 0.0\n    for i in range(len(a)):\n        {}\n"
        "    h = lambda: ({names})\n    return h(), a, s, i"),
}


@pytest.mark.parametrize("form", NESTS)
@pytest.mark.parametrize("name", READ)
def test_reading_what_may_have_no_value(name: str, form: str) -> None:
    nest, names = READ[name]
    program = Program(NESTS[form].format(nest, names=names))
    program.load()
    for first in (1.0, 2.0, 0.0, 1.0):  # in the places that decide
        a = np.array([first, 0.0, 2.0, 1.0, 0.0, 2.0])
        compared = program.call("f", a)
        assert compared.difference is None, compared.difference
        assert compared.verdict == ("flagged" if compared.plain.error else "accelerated"), (compared.runs, a)
        for name in names.split(", "):
            program.plain.pop(name, None)
            program.fast.pop(name, None)


def test_what_no_path_gives_a_value() -> None:
    source = "def f(a):\n    for i in range(len(a)):\n        if a[i] > limit:\n            s = late\n    late = limit = 1.0\n"
    check(source.replace("> limit", "> 5.0"), np.arange(9.0), expect="unbound")
    check(source, np.arange(9.0), expect="unbound")
    check("def f(a):\n    for i in range(len(a)):\n        a[i] = w\n        w = 1.0\n", np.arange(9.0), expect="flagged")
    check("def f(a):\n    while w < 3.0:\n        w = w + a[0]\n", np.arange(9.0), expect="unbound")


def test_a_parameter_that_was_deleted_and_a_condition_on_it() -> None:
    source = (
        "def f(a, w, gone):\n    if gone:\n        del w\n    for i in range(len(a)):\n        if w is None:\n            a[i] += 1.0\n"
        "        else:\n            a[i] *= w\n    return a")
    check(source, np.arange(3.0), None, False)
    check(source, np.arange(3.0), 2.0, False)
    check(source, np.arange(3.0), 2.0, True, expect="unbound")


def test_loops_of_several_indices() -> None:
    source = (
        "import numpy as np\ndef f(a, n, m):\n    for i, j in np.ndindex(n, m):\n        if a[i, j] > 1.0:\n            t = a[i, j]\n"
        "    return locals()")
    for scale in (0.1, 9.0):
        check(source, np.full((3, 4), scale), 3, 4)
    compared = check(source, np.ones((3, 4)), 3, 0, expect=None)
    assert compared.verdict == "not-run"


FINALISER = """
import threading, time
seen = []
class Last:
    def __init__(self, wait):
        self.wait = wait
    def __del__(self):
        if self.wait:
            time.sleep(0.05)
        seen.append(f([9.0, 7.0][self.wait], None))
def f(first, old):
    a = np.array([first])
    if old is not None:
        hi = Last(old)
    while a[0] > 3.0:
        a[0] -= 1.5
        hi = a[0]
        late = a[0] + 1.0
        later = a[0] + 2.0
    return hi, late, later
def reentered():
    return f(8.0, 0), seen
def in_threads():
    found = []
    threads = [threading.Thread(target=lambda k=k: found.append(f(k + 8.0, 1))) for k in range(4)]
    list(map(threading.Thread.start, threads))
    list(map(threading.Thread.join, threads))
    return sorted(found), sorted(seen)
"""


@pytest.mark.parametrize("function", ["reentered", "in_threads"])
def test_what_is_overwritten_may_have_a_finaliser_that_runs_the_loop(function: str) -> None:
    program = Program("import numpy as np\n" + FINALISER)
    program.load()
    compared = program.call(function)
    assert compared.difference is None, compared.difference
    assert compared.verdict == "accelerated", compared.runs

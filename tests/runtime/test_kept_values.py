"""A nest that was kept is bound to what its names stand for now, not to what they stood for then; also by several threads."""

from __future__ import annotations

import builtins
import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpyna_hook import profile
from alpyna_hook.kernels import store
from alpyna_hook.runtime import kept_variant
from alpyna_hook.runtime.earlier import loads_itself
from alpyna_hook.runtime.engine import SiteState
from alpyna_hook.runtime.kept_names import KeptNames
from alpyna_hook.runtime.variant import Variant
from alpyna_hook.seam.site import all_modules
from tests import differential
from tests.differential import Program
from tests.keeping import FOUND, as_new_processes
from tests.oracle import Conditions

pytestmark = pytest.mark.skipif(not loads_itself(), reason="kernels are loaded without LLVM on Linux on x86-64 alone")
SOURCE = """
    import math
    import sys
    import numpy as np

    K = 2

    class Box:
        def __init__(self, **own): self.__dict__.update(own)

    BOX = Box(k=3)

    class Slots:
        __slots__ = "k"

    class Asked:
        @property
        def k(self): return 0.25

    class Answering:
        def __getattr__(self, name): return 0.75

    def f(a, b, n, x, bound=True):
        if bound:
            last = 0.0
        for i in range(n):
            b[i] = abs(a[i]) * K + math.sqrt(x) + np.square(a[i]) * BOX.k
            if a[i] > 2.0:
                last = last + b[i]
        return i, last

    def now(text):
        exec(text, globals())
"""


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path))
    as_new_processes(monkeypatch.setattr)


def _usual() -> tuple[Any, ...]:
    return np.arange(5.0), np.zeros(5), 5, 2.0


def _kept(source: str) -> Program:
    """With what its calls need in the store."""
    program = Program(source)
    assert program.load().difference is None
    before = FOUND["variants"]
    for _ in range(2):
        _same(program, *_usual(), ran=True)
    assert FOUND["variants"] > before
    return program


def _same(program: Program, *values: object, conditions: Conditions | None = None, ran: bool = False) -> None:
    compared = program.call("f", *values, conditions=conditions)
    assert compared.difference is None
    assert not ran or compared.verdict == "accelerated"


CHANGES = [
    "K = 2.5", "K = True", "K = np.float32(0.1)", "K = np.bool_(True)", "K = 10**30", "K = 1j", "K = None", "K = 'a'", "K = (1, 2)",
    "K = np.ones(5)", "K = [1]", "K = object()", "del K",
    "BOX = Box(k=0.5)", "BOX.k = np.int8(3)", "del BOX.k", "BOX = Slots()", "BOX = Slots(); BOX.k = 5", "BOX = Asked()",
    "BOX = Answering()", "BOX = Slots", "BOX = sys.modules['math']; BOX.k = 0.5", "BOX = {'k': 1}", "BOX = None",
    "def abs(x): return -1.0", "abs = np.negative", "abs = math.sqrt", "abs = None",
    "def range(n): return [0, 2]", "range = np.arange", "range = enumerate",
    "math = Box(sqrt=math.exp)", "math = Box(sqrt=lambda x: 7.0)", "math = np",
    "np = Box(square=np.negative)", "np = Box(square=np.frompyfunc(lambda x: 7.0, 1, 1))",
]


@pytest.mark.parametrize("change", CHANGES)
def test_names(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(math, "k", 0.0, raising=False)
    program = _kept(SOURCE)
    assert program.call("now", change).difference is None
    for _ in range(2):
        _same(program, *_usual())
    before = "import math; import numpy as np; K, BOX = 2, Box(k=3)\nfor name in ('abs', 'range'): globals().pop(name, None)"
    assert program.call("now", before).difference is None
    _same(program, *_usual(), ran=True)


@pytest.mark.parametrize(("module", "name", "value"), [
    (builtins, "abs", math.exp), (builtins, "abs", lambda x: -1.0), (builtins, "range", lambda n: [0, 2]), (math, "sqrt", math.exp),
    (math, "sqrt", lambda x: -1.0), (np, "square", np.negative), (np, "square", lambda x: -1.0)])
def test_functions_of_others_that_are_replaced(module: Any, name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _kept(SOURCE)
    with monkeypatch.context() as changed:
        changed.setattr(module, name, value)
        outcomes = [program.call("f", *_usual()) for _ in range(2)]
    assert [one.difference for one in outcomes] == [None, None]
    _same(program, *_usual(), ran=True)


def test_a_function_that_the_profile_of_this_machine_calls_inexact(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file may be that of several machines, of which one makes nothing of it and has kept the nest."""
    program = _kept(SOURCE)
    monkeypatch.setattr(profile, "_loaded", [profile.Profile(different=frozenset(["math.sqrt"]))])
    compared = program.call("f", *_usual())
    assert (compared.difference, compared.verdict) == (None, "inexact")
    monkeypatch.setattr(profile, "_loaded", [None])
    _same(program, *_usual(), ran=True)


class Mine(np.ndarray[Any, Any]):
    def __getitem__(self, key: Any) -> Any:
        return 9.0


def _read_only() -> Any:
    made = np.zeros(5)
    made.flags.writeable = False
    return made


VALUES: dict[str, Callable[[], tuple[Any, ...]]] = {
    "a class of arrays": lambda: (np.arange(5.0).view(Mine), np.zeros(5), 5, 2.0),
    "of the other byte order": lambda: (np.arange(5.0).astype(">f8"), np.zeros(5), 5, 2.0),
    "not aligned": lambda: (np.zeros(41, "i1")[1:].view("f8"), np.zeros(5), 5, 2.0),
    "without a dimension": lambda: (np.array(1.0), np.zeros(5), 5, 2.0),
    "of two dimensions": lambda: (np.ones((5, 5)), np.zeros(5), 5, 2.0),
    "of objects": lambda: (np.arange(5.0).astype(object), np.zeros(5), 5, 2.0),
    "read-only": lambda: (np.arange(5.0), _read_only(), 5, 2.0),
    "a list": lambda: ([1.0] * 5, np.zeros(5), 5, 2.0),
    "too short": lambda: (np.arange(4.0), np.zeros(5), 5, 2.0),
    "none at all": lambda: (None, np.zeros(5), 5, 2.0),
    "no iteration": lambda: (np.arange(5.0), np.zeros(5), 0, 2.0),
    "a number of iterations that is a float": lambda: (np.arange(5.0), np.zeros(5), 5.0, 2.0),
    "that is NumPy's": lambda: (np.arange(5.0), np.zeros(5), np.int16(5), 2.0),
    "that is True": lambda: (np.arange(5.0), np.zeros(5), True, 2.0),
    "a negative root": lambda: (np.arange(5.0), np.zeros(5), 5, -2.0),
    "an overflow": lambda: (np.full(5, 1e200), np.zeros(5), 5, 2.0),
    "a variable without a value": lambda: (np.arange(5.0), np.zeros(5), 5, 2.0, False),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("conditions", [Conditions(), Conditions({"over": "raise"}), Conditions(filter="error")], ids=["usual", "over", "error"])
def test_values(name: str, conditions: Conditions) -> None:
    program = _kept(SOURCE)
    for _ in range(2):
        _same(program, *VALUES[name](), conditions=conditions)
    _same(program, *_usual(), ran=True)


SCOPES = {
    "a global": "def f(a, b, n, x):\n    {loop}\n    return b",
    "another global": "from math import e as K\ndef f(a, b, n, x):\n    {loop}\n    return b",
    "a parameter": "def f(a, b, n, x, K=3):\n    {loop}\n    return b",
    "a local variable": "def f(a, b, n, x):\n    {loop}\n    K = 3\n    return b",
    "one that may have a value": "def f(a, b, n, x):\n    {loop}\n    for K in (): pass\n    return b",
    "a variable of a cell": "def f(a, b, n, x):\n    K = 3\n    {loop}\n    return b, lambda: K",
    "a global that is said to be one": "def f(a, b, n, x):\n    global K\n    {loop}\n    return b",
    "another that is": "def f(a, b, n, x):\n    global i\n    {loop}\n    return i",
    "of a closure": "def f(a, b, n, x, K=3):\n  def f(a, b, n):\n    {loop}\n    return b\n  return f(a, b, n)",
    "of a class": "a, n, b = np.ones(5), 3, np.ones(5)\nclass C:\n    K, n = 3, 5\n    {loop}\ndef f(a, *rest): return b",
    "of the module": "a, b, n = np.ones(5), np.ones(5), 5\nif True:\n    {loop}\ndef f(a, *rest): return b",
}


def _program(text: str, loop: str = "for i in range(n): b[i] = a[i] * K", head: str = "import numpy as np\nK = 2\n") -> Program:
    """The loop stands at the same place of each."""
    above = (head + text).partition("{loop}")[0].count("\n")
    program = Program(head + "\n" * (9 - above) + text.format(loop=loop))
    assert program.load().difference is None
    return program


@pytest.mark.parametrize("first", SCOPES)
@pytest.mark.parametrize("scope", SCOPES)
def test_scopes(scope: str, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions of a file whose loops read the same, where their names mean something else."""
    monkeypatch.setattr(differential, "_numbers", itertools.repeat(0))
    for place in (first, scope, first, scope):
        _same(_program(SCOPES[place]), *_usual())


HIDDEN = "for i in range(n):\n        b[i] = a[i]\n        if a[i] > 3.0:\n            exit(W)"  # which reads as if nobody asked for W


@pytest.mark.parametrize("scope", ["    W = None", "    W = -7.0", "    lambda: W\n    for W in (): pass"])
def test_a_variable_that_the_seam_does_not_pass(scope: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differential, "_numbers", itertools.repeat(0))
    text, head, before = "def f(a, b, n, x):\n{scope}\n    {{loop}}\n    return b", "exit, W = abs, -5.0\n", FOUND["variants"]
    for place in ("", "", scope, scope, ""):
        _same(_program(text.format(scope=place), HIDDEN, head), *_usual())
    assert FOUND["variants"] > before


def test_another_thread_looks_at_what_was_captured_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    program, own = _kept(SOURCE), KeptNames.bind
    (site,) = all_modules()[-1].sites

    def bind(names: KeptNames, values: tuple[object, ...], namespace: dict[str, Any]) -> Any:
        found, state = own(names, values, namespace), site.state
        assert isinstance(state, SiteState)
        state.full(site, values, namespace)
        return found

    monkeypatch.setattr(KeptNames, "bind", bind)
    before = FOUND["variants"]
    _same(program, *_usual(), ran=True)
    assert FOUND["variants"] > before


def test_another_thread_makes_a_kernel_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    own, meanwhile = kept_variant.keep_variant, []

    def keep(site: Any, signature: Any, nest: bytes, variant: Variant) -> None:
        def digest_of(text: str) -> str:
            meanwhile.append(text)
            (outcomes, unit, groups), kernel = next(iter(variant.kernels.items()))
            variant.kernels[outcomes, unit, (*groups, len(meanwhile))] = kernel
            return store.digest_of(text)

        monkeypatch.setattr(kept_variant, "digest_of", digest_of)
        own(site, signature, nest, variant)

    monkeypatch.setattr(kept_variant, "keep_variant", keep)
    _kept(SOURCE)
    assert meanwhile

"""What takes a function's code object to store it, send it or change it, gets something that works as it does without us."""

from __future__ import annotations

import copy
import marshal
import pickle
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

import alpyna_hook
from alpyna_hook.seam import site as sites
from tests.hook.reference import reference_engine
from tests.hook.unwatched import nobody_looks_on

SOURCE = """
def total(n, flag=False):
    s = 0
    if flag:
        w = 1
    for i in range(n):
        for j in range(i):
            s += j
    try:
        while n > 3:
            n -= 1
            s += w
    except NameError:
        s = -s
    return s, [k for k in range(n)]

def find(a, x):
    for i in range(len(a)):
        if a[i] == x:
            return i
    return -1

def outer(n):
    def inner(m):
        s = n
        for i in range(m):
            s += i
        return s
    return inner
"""
INNER = "outer.<locals>.inner"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions of which the engine has run a loop."""
    names: list[str] = []

    def execute(site: sites.Site, values: tuple[object, ...], namespace: dict[str, Any]) -> tuple[Any, ...]:
        names.append(site.qualname)
        return reference_engine.execute(site, values, namespace)

    monkeypatch.setattr(sites, "_execute", execute)
    nobody_looks_on(monkeypatch)
    return names


def results(functions: dict[str, Callable[..., Any]]) -> list[object]:
    """What the three functions give."""
    return [
        functions["total"](6), functions["total"](5, True), functions["find"]([3, 4], 4), functions["find"]([], 0),
        functions["outer"](2)(5),
    ]


def plain() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(SOURCE, names)
    return names


def accelerated() -> dict[str, types.FunctionType]:
    module = alpyna_hook.static_analyse(SOURCE)
    return {name: getattr(module, name) for name in ("total", "find", "outer")}


def again(function: types.FunctionType, code: types.CodeType) -> types.FunctionType:
    return types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)


def by_value(pickler: Any, function: types.FunctionType) -> types.FunctionType:
    module = sys.modules.pop(function.__module__)  # so that it cannot be found by its name
    try:
        made: types.FunctionType = pickler.loads(pickler.dumps(function))
    finally:
        sys.modules[function.__module__] = module
    assert made is not function
    return made


COPIES: dict[str, Callable[[types.FunctionType], types.FunctionType]] = {
    "marshal": lambda f: again(f, marshal.loads(marshal.dumps(f.__code__))),
    "renamed": lambda f: again(f, f.__code__.replace(co_name="other", co_firstlineno=7)),
    "same": lambda f: again(f, f.__code__),
    "copied constants": lambda f: again(f, f.__code__.replace(co_consts=copy.deepcopy(f.__code__.co_consts))),
    "cloudpickle": lambda f: by_value(pytest.importorskip("numba.cloudpickle"), f),
    "dill": lambda f: by_value(pytest.importorskip("dill"), f),
}


@pytest.mark.parametrize("way", COPIES)
def test_copies_of_functions(way: str, ran: list[str]) -> None:
    functions = accelerated()
    copies = {name: COPIES[way](function) for name, function in functions.items()}
    assert results(copies) == results(plain())
    shared = {"same": {"total", "find", INNER}, "renamed": {INNER}, "copied constants": {INNER}}
    assert set(ran) == shared.get(way, set())
    ran.clear()
    assert results(functions) == results(plain())
    assert set(ran) == {"total", "find", INNER}


@pytest.mark.parametrize("dump", ["marshal.dumps(f.__code__)", "cloudpickle.dumps(f.__code__)"])
def test_where_there_is_nothing_of_ours(dump: str, ran: list[str]) -> None:
    from numba import cloudpickle

    function = accelerated()["total"]
    data = eval(dump, {"marshal": marshal, "cloudpickle": cloudpickle, "f": function})
    code = (
        "import marshal, pickle, sys, types\ndata = bytes.fromhex(sys.argv[1])\n"
        f"code = {'marshal' if 'marshal' in dump else 'pickle'}.loads(data)\n"
        "f = types.FunctionType(code, globals(), argdefs=(False,))\nprint([f(6), f(5, True)], 'alpyna_hook' in sys.modules)\n"
    )
    flags = ["-I", "-S"] if "marshal" in dump else ["-I"]
    done = subprocess.run([sys.executable, *flags, "-c", code, data.hex()], capture_output=True, text=True, check=False)
    expected = plain()["total"]
    assert done.stdout == f"{[expected(6), expected(5, True)]} False\n", done.stderr


def test_code_objects_are_compared_and_hashed() -> None:
    code, other = (accelerated()["total"].__code__ for _ in range(2))
    assert code == code
    assert len({code, other, code.replace()}) == 2
    assert code.replace(co_name="x") != code


def test_a_site_is_not_the_bytes_that_it_is_stored_as() -> None:
    accelerated()
    first, second = sites.all_modules()[-1].sites[:2]
    assert first == first and first != second and first != bytearray() and len({first, second}) == 2
    assert all(made == b"" and type(made) is bytes for made in
               (copy.copy(first), copy.deepcopy(first), pickle.loads(pickle.dumps(first)), marshal.loads(marshal.dumps(first))))

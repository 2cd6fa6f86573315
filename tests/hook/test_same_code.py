"""The code of a rewritten source is that of the plain one, but for the seams."""

from __future__ import annotations

import dis
import importlib.util
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import alpyna_hook
from alpyna_hook.hook.rewrite import rewrite
from alpyna_hook.seam.records import MARK

SEAM = {"__doc__", "run", "place", "held", "due", "overdue", "returned", "take", "asks", "see", "unbound", "ended", "profiled", "traced", "monitored", "shown"}
# What follows a `while 1` that nothing leaves is dead, and CPython makes no code of it; after a seam it does.
OF_DEAD_CODE = ".<module>.TestTranforms."  # test_peepholer.py
SAME = ("co_name", "co_filename", "co_firstlineno", "co_flags", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
        "co_varnames", "co_cellvars", "co_freevars")
SAMPLE = ["_pydecimal", "argparse", "ast", "dataclasses", "heapq", "inspect", "statistics", "zipfile", "numpy.lib._function_base_impl"]


def _constant(value: object) -> object:
    """Equal only for the same constant: 0 is not False, nor -0.0."""
    if isinstance(value, (tuple, frozenset)):
        parts = [_constant(item) for item in value]
        return type(value), parts if isinstance(value, tuple) else sorted(map(repr, parts))
    return type(value), repr(value)


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _constants(code: CodeType) -> list[object]:
    return [_constant(c) for c in code.co_consts if not (isinstance(c, CodeType) or (isinstance(c, str) and c.startswith(MARK)))]


def _used(code: CodeType) -> list[object]:
    """Some versions keep the constants of code that they leave out."""
    return [_constant(i.argval) for i in dis.get_instructions(code) if i.opcode in dis.hasconst]


def compare(plain: CodeType, ours: CodeType, path: str = "") -> int:
    """Raises AssertionError; returns how many code objects there were."""
    path = f"{path}.{plain.co_name}"
    for name in SAME:
        assert getattr(plain, name) == getattr(ours, name), (path, name)
    assert getattr(plain, "co_qualname", "") == getattr(ours, "co_qualname", ""), path
    assert set(plain.co_names) <= set(ours.co_names), path
    seams = set(ours.co_names) - set(plain.co_names)
    if seams:
        assert seams <= SEAM, path
        own = [_constant(()), _constant(None), _constant(...), *map(_constant, range(-1, 100))]  # numbers: of variables
        for one, other in ((plain, ours), (ours, plain)):
            missing = [item for item in _constants(one) if item not in _constants(other) and not (one is ours and item in own)]
            assert not missing or not [item for item in missing if item in _used(one)], (path, missing)
        assert _constants(plain)[:1] == _constants(ours)[:1], (path, "docstring")
        lines, kept = {line for *_, line in plain.co_lines()}, {line for *_, line in ours.co_lines()}
        assert lines - {None} == kept - {None} or (path.startswith(OF_DEAD_CODE) and lines < kept), (path, lines ^ kept)
    else:
        assert plain.co_names == ours.co_names, path
        assert _constants(plain) == _constants(ours), path
        assert list(plain.co_lines()) == list(ours.co_lines()), path
        assert plain.co_code == ours.co_code, path
    assert len(_inner(plain)) == len(_inner(ours)), path
    return 1 + sum(compare(one, other, path) for one, other in zip(_inner(plain), _inner(ours), strict=True))


def compare_source(source: bytes, filename: str) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = compile(source, filename, "exec", dont_inherit=True)
    return compare(plain, rewrite(source, plain, filename)[0])


@pytest.mark.parametrize("name", SAMPLE)
def test_the_code_of_a_module(name: str) -> None:
    spec = importlib.util.find_spec(name)
    if spec is None:
        pytest.skip("not in this version")
    assert spec.origin is not None
    assert compare_source(Path(spec.origin).read_bytes(), spec.origin) > 10


def _sources(folder: str) -> Iterator[Path]:
    for path in sorted(Path(folder).rglob("*.py")):
        if not {"site-packages", "dist-packages", "lib2to3"} & set(path.relative_to(folder).parts):
            yield path


PACKAGES = ["", "numpy", "numba", "llvmlite", "hypothesis", "_pytest", "pip", "mypy"]


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_the_code_of_every_module(package: str) -> None:
    """The standard library, NumPy, and packages that the tests use."""
    folder = sysconfig.get_paths()["stdlib"]
    if package:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            pytest.skip("not installed")
        folder = os.path.dirname(spec.origin)
    compared, different = 0, []
    for path in _sources(folder):
        try:
            compared += compare_source(path.read_bytes(), str(path))
        except (SyntaxError, ValueError, RecursionError):
            continue  # of another Python, or too deep: it runs as plain Python
        except AssertionError as error:
            different.append((str(path), str(error).partition("\n")[0]))
    assert not different
    assert compared > 100


# -------------------------------------------------------------- each construct

PRIVATE = {
    "keyword of a call": "class Q:\n def run(self, **kw): return kw\n def f(self):\n  LOOP\n  return self.run(__limit=3)\nr = Q().f()",
    "keyword of a class": (
        "class M(type):\n def __new__(m, name, bases, space, **kw):\n  c = super().__new__(m, name, bases, space)\n"
        "  c.kw = kw\n  return c\n def __init__(c, name, bases, space, **kw): pass\n"
        "class Q:\n def f(self):\n  class R(metaclass=M, __k=1): pass\n  LOOP\n  return R.kw\nr = Q().f()"),
    "annotations": "class Q:\n __a: __b = 1\n def f(self, __x: __y) -> __z:\n  LOOP\nr = Q.__annotations__, Q.f.__annotations__",
    "names of definitions": (
        "class Q:\n def __m(self):\n  def __g(): pass\n  class __C: pass\n  LOOP\n  return __g.__qualname__, __C.__qualname__, sorted(locals())\n"
        " def f(self): return self.__m()\nr = Q().f(), sorted(k for k in vars(Q) if 'm' in k)"),
    "imports": (
        "import sys, types\nfor n in ('__mod', '_Q__mod'):\n m = sys.modules[n] = types.ModuleType(n)\n m._Q__a, m.__a = n, 0\nclass Q:\n def f(self):\n"
        "  import __mod\n  from __mod import __a\n  import os.path as __p\n  LOOP\n  return sorted(locals()), __a\nr = Q().f()"),
    "global": "class Q:\n def f(self):\n  global __n\n  __n = 5\n  LOOP\n  return __n\nr = Q().f(), _Q__n",
    "nonlocal": "class Q:\n def f(self):\n  __n = 5\n  def g():\n   nonlocal __n\n   LOOP\n   __n += 1\n  g()\n  return __n\nr = Q().f()",
    "except": "class Q:\n def f(self):\n  try: 1 // 0\n  except ZeroDivisionError as __e:\n   LOOP\n   return sorted(locals())\nr = Q().f()",
    "match": (
        "class P:\n __x = 1\n _Q__x = 2\nclass Q:\n def f(self):\n  match P(), [1, 2], {'a': 1, 'b': 2}:\n"
        "   case P(__x=__v), [_, *__w], {'a': 1, **__z}:\n    LOOP\n    return sorted(locals().items(), key=str)[1:] and (__v, __w, __z)\nr = Q().f()"),
    "slots": "class Q:\n __slots__ = ('__x',)\n def f(self):\n  self.__x = 4\n  LOOP\n  return self.__x\nr = Q().f()",
    "arguments": "class Q:\n def f(self, __a=1, *__b, __c=2, **__d):\n  LOOP\n  return locals().keys() - {'self'}\nr = sorted(Q().f())",
    "underscores only": "class __:\n def f(self):\n  __n = 4\n  LOOP\n  return sorted(locals())\nr = __().f()",
    "a nested class": "class _A:\n class B:\n  def f(self):\n   self.__n = 4\n   LOOP\n   return vars(self)\nr = _A.B().f()",
    "comprehension": "class Q:\n def f(self):\n  __n = 4\n  LOOP\n  return [__i + __n for __i in range(3)], (lambda __k: __k)(2), (__w := 3)\nr = Q().f()",
}
TYPE_PARAMETERS = {
    "of a function": "class Q:\n def f[__T](self, x: __T) -> __T:\n  LOOP\n  return __T.__name__, [*Q.f.__annotations__.items()]\nr = str(Q().f(1))",
    "of a class": "class Q[__T]:\n def f(self):\n  LOOP\n  return __T.__name__\nr = Q().f(), str(Q.__type_params__)",
    "alias": "class Q:\n type __A[__T] = list[__T]\n def f(self):\n  LOOP\n  return self.__A.__name__\nr = Q().f()",
}
LOOPS = {
    "": "for i in range(3): self.__s = __q = i",
    "reading": "__t = 0\nfor __i in range(3): __t += __i",
}


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", [*PRIVATE, *(TYPE_PARAMETERS if sys.version_info >= (3, 12) else ())])
def test_private_names(name: str, loop: str, future: str) -> None:
    text = {**PRIVATE, **TYPE_PARAMETERS}[name]
    if name == "annotations" and not future:
        text = text.replace("__b", "int").replace("__y", "int").replace("__z", "int")
    line = next(line for line in text.split("\n") if line.strip() == "LOOP")
    indent = line[: -len("LOOP")]
    text = text.replace(line, "\n".join(indent + part for part in LOOPS[loop].split("\n")))
    if name == "slots":
        text = text.replace("self.__s = ", "")
    source = f"{future}{text}\n"
    compare_source(source.encode(), "m.py")
    plain: dict[str, Any] = {"__name__": "plain"}
    exec(compile(source, "<plain>", "exec", dont_inherit=True), plain)
    module = alpyna_hook.static_analyse(source)
    assert alpyna_hook.is_accelerated(module)
    assert repr(module.r) == repr(plain["r"])


ORDERS = {
    "under a condition": "def f(n, c):\n for i in range(n):\n  if c: x = i\n  y = x\n",
    "of writes": "def f(n):\n for i in range(n):\n  b = 1\n  a, b = b, i\n  for k in range(b): c = k\n",
    "read before": "def f(n):\n while n:\n  for i in range(n):\n   if i: u = z\n  z = n\n  n -= 1\n",
    "in dead code": "def f(n):\n return\n q = 1\n for i in range(n):\n  if q: x = i\n  y = x\n",
    "a function without a name of its own": "class C:\n def __f(self, n):\n  for i in range(n):\n   if n: x = i\n   y = x\n",
    "comprehensions": "def f(n):\n r = [k for k in range(n)]\n for i in range(n):\n  if r: w = i\n  v = w\n",
    "decorated": "def f(n):\n @property\n def g(n):\n  while n:\n   n -= 1\n   if n: x = n\n   y = n\n",
}


@pytest.mark.parametrize("name", ORDERS)
def test_the_order_of_variables(name: str) -> None:
    compare_source(ORDERS[name].encode(), "m.py")

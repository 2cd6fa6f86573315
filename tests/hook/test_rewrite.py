"""A rewritten source behaves as the plain one: with loops run by the engine, and interpreted."""

from __future__ import annotations

import ast
import dis
import importlib
import inspect
import itertools
import linecache
import sys
import traceback
import weakref
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

import pytest

import alpyna_hook
from alpyna_hook.hook.rewrite import rewrite
from alpyna_hook.seam import records, site as sites
from alpyna_hook.seam.mangle import Mangled
from alpyna_hook.seam.origin import module_of
from alpyna_hook.seam.places import first_line
from tests.hook.reference import reference_engine
from tests.hook.unwatched import nobody_looks_on

Execute = Callable[[sites.Site, tuple[Any, ...], dict[str, Any]], tuple[Any, ...]]


@pytest.fixture(autouse=True)
def interpreted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine interprets unless a test says otherwise; the modules that a test makes go again."""
    monkeypatch.setattr(sites, "_execute", lambda site, values, namespace: ())
    known = set(sys.modules)
    yield
    for name in set(sys.modules) - known:
        if name.startswith("alpyna_source_"):
            sys.modules.pop(name)
            linecache.cache.pop(f"<{name}>", None)


@pytest.fixture(params=["engine", "interpreter"])
def execute(request: pytest.FixtureRequest, interpreted: None, monkeypatch: pytest.MonkeyPatch) -> list[sites.Site]:
    """Both answers of the engine; the sites that it was asked for."""
    asked: list[sites.Site] = []
    nobody_looks_on(monkeypatch)

    def engine(site: sites.Site, values: tuple[Any, ...], namespace: dict[str, Any]) -> tuple[Any, ...]:
        asked.append(site)
        return reference_engine.execute(site, values, namespace) if request.param == "engine" else ()

    monkeypatch.setattr(sites, "_execute", engine)
    return asked


def both(source: str) -> tuple[dict[str, Any], ModuleType]:
    plain: dict[str, Any] = {"__name__": "plain"}
    exec(compile(source, "<plain>", "exec", dont_inherit=True), plain)
    return plain, alpyna_hook.static_analyse(source)


def outcome(function: Callable[..., Any], *args: Any) -> Any:
    try:
        result = function(*args)
        return list(result) if inspect.isgenerator(result) else result
    except Exception as error:
        return type(error), str(error)


CASES = {
    "sum": ("def f(n):\n s = 0\n for i in range(n): s += i\n return s, i", [(5,), (0,), (1,)]),
    "while": ("def f(n):\n k = 0\n while n > 1:\n  n = n // 2 if n % 2 == 0 else 3 * n + 1\n  k += 1\n return k", [(27,)]),
    "else": (
        "def f(n):\n for i in range(n):\n  if i == 3:\n   r = 1\n   break\n else:\n  r = 2\n return r", [(2,), (5,), (0,)]),
    "return": ("def f(a, x):\n for i in range(len(a)):\n  if a[i] == x:\n   return i\n return -1", [([4, 5], 5), ([], 1)]),
    "return nothing": ("def f(n):\n for i in range(n):\n  if i == 2:\n   return\n return i", [(1,), (5,)]),
    "return in try": (
        "def f(n):\n try:\n  for i in range(n):\n   if i == 2:\n    return i\n finally:\n  n = 7\n return n", [(1,), (5,)]),
    "nested": (
        "def f(n):\n s = 0\n for i in range(n):\n  for j in range(i):\n   s += j\n  print\n return s, i, j", [(5,), (1,)]),
    "inner only": (
        "def f(n):\n out = []\n for i in range(n):\n  s = 0\n  for j in range(i):\n   s += j\n"
        "  out.append((lambda: s)())\n return out", [(5,)]),
    "unbound": ("def f(n):\n if n > 2:\n  k = n\n s = 0\n for i in range(n): s += k\n return s", [(1,), (0,), (4,)]),
    "deleted": ("def f(n):\n k = 1\n if n > 2:\n  del k\n s = 0\n for i in range(n): s += k\n return s", [(1,), (0,), (4,)]),
    "except name": (
        "def f(n):\n k = 1\n try:\n  1 // n\n except ZeroDivisionError as k:\n  pass\n s = 0\n"
        " for i in range(3): s += k\n return s", [(1,), (0,)]),
    "suppressed": (
        "import contextlib\ndef f(n):\n with contextlib.suppress(ZeroDivisionError):\n  1 // n\n  k = 1\n s = 0\n"
        " for i in range(3): s += k\n return s", [(1,), (0,)]),
    "closure": (
        "def f(n):\n k = 2\n def g():\n  s = 0\n  for i in range(n): s += k * i\n  return s\n k = 5\n return g()", [(4,)]),
    "snapshot of locals": (
        "def f(n):\n if n: k = n\n d = locals()\n late = s = 0\n for i in range(3): s += k\n return sorted(d), s", [(1,), (0,)]),
    "more than locals": (
        "def f(n):\n exec('z = 5')\n locals()['y'] = 6\n if n: k = n\n s = 0\n for i in range(3): s += k\n"
        " return eval('z'), locals().get('y')", [(1,), (0,)]),
    "handled": (
        "import sys\ndef f(n):\n if n: k = n\n s = 0\n try: 1 // 0\n except ZeroDivisionError:\n"
        "  for i in range(3): s += k\n  return s, sys.exc_info()[0]", [(1,)]),
    "late closure": (
        "def f(n):\n def g():\n  s = 0\n  for i in range(n): s += k\n  return s\n if n > 2: k = 5\n return g()",
        [(4,), (1,)]),
    "nonlocal": (
        "def f(n):\n s = 0\n def g():\n  nonlocal s\n  for i in range(n): s += i\n g()\n return s", [(4,)]),
    "global": ("s = 0\ndef f(n):\n global s\n for i in range(n): s += i\n return s", [(4,), (3,)]),
    "shadowed builtin": ("def f(n):\n range = lambda n: [7, 8]\n s = 0\n for i in range(n): s += i\n return s", [(4,)]),
    "generator": ("def f(n):\n s = 0\n for i in range(n): s += i\n yield s\n for i in range(3): yield i", [(4,)]),
    "generator return": ("def f(n):\n for i in range(n):\n  if i == 2: return 5\n yield i", [(4,), (1,)]),
    "private": (
        "class Box:\n def __init__(self, n): self.__n, __k = n, 2\n def total(self, __k=3):\n  __s = 0\n"
        "  for __i in range(self.__n): __s += __i * __k\n  return __s\ndef f(n): return Box(n).total()", [(4,)]),
    "class cell": (
        "__class__ = 5\nclass C:\n def m(self, n):\n  s = 0\n  for i in range(n): s += __class__\n  return s\n"
        "def f(n): return C().m(n)", [(4,), (0,)]),
    "private function": (
        "_C__g = abs\nclass C:\n def m(self, n):\n  def __g(x): return x + 1\n  s = 0\n  for i in range(n): s += __g(i)\n"
        "  return s\ndef f(n): return C().m(n)", [(4,)]),
    "class body": ("def f(n):\n class A:\n  s = 0\n  for i in range(n): s += i\n return A.s, A.i", [(4,)]),
    "method in loop": (
        "def f(n):\n r = []\n for k in range(n):\n  def g():\n   s = 0\n   for i in range(k): s += 1\n   return s\n"
        "  r.append(g())\n return r", [(4,)]),
    "raises": ("def f(a):\n s = 0\n for i in range(9): s += a[i]\n return s", [([1, 2],), (None,)]),
    "match": (
        "def f(x):\n s = 0\n match x:\n  case [a, b]:\n   for i in range(b): s += a\n  case {'k': v, **rest}:\n"
        "   for i in range(v): s += 1\n return s", [([3, 4],), ({"k": 2},), (1,)]),
    "swap": ("def f(n):\n a, b = 0, 1\n for _ in range(n): a, b = b, a + b\n return a, b", [(10,), (0,)]),
    "defaults": ("def f(n, *args, k=2, **kw):\n s = 0\n for i in range(n): s += k\n return s, args, kw", [(3,)]),
    "walrus": ("def f(n):\n s = 0\n if (k := n) > 2:\n  for i in range(k): s += k\n return s", [(5,), (1,)]),
    "comprehension scope": ("def f(n):\n k = 1\n r = [k for k in range(n)]\n s = 0\n for i in range(n): s += k\n return s, r", [(4,)]),
    "async": (
        "import asyncio\nasync def g(n):\n s = 0\n for i in range(n): s += i\n await asyncio.sleep(0)\n return s\n"
        "def f(n): return asyncio.run(g(n))", [(4,)]),
}


if sys.version_info >= (3, 12):
    CASES["type parameter"] = (
        "T = 5\ndef f[T](n):\n s = 0\n for i in range(n): s += T\n return s", [(4,), (0,)])
    CASES["type parameter of a class"] = (
        "T = 5\nclass C[T]:\n def m(self, n):\n  s = 0\n  for i in range(n): s += T\n  return s\n"
        "def f(n): return C().m(n)", [(4,), (0,)])


@pytest.mark.parametrize("name", CASES)
def test_same_behaviour(name: str, execute: list[sites.Site]) -> None:
    source, calls = CASES[name]
    plain, module = both(source)
    for args in calls:
        assert outcome(module.f, *args) == outcome(plain["f"], *args)


ELIGIBLE = [name for name in CASES if name not in ("class body", "generator return")]


@pytest.mark.parametrize("name", ELIGIBLE)
def test_the_engine_is_asked(name: str, execute: list[sites.Site]) -> None:
    source, calls = CASES[name]
    module = alpyna_hook.static_analyse(source)
    for args in calls:
        outcome(module.f, *args)
    assert execute


def test_bounds_and_operands_are_evaluated_once_and_in_order(execute: list[sites.Site]) -> None:
    source = """
seen = []
class Spy:
    def __init__(self, name): self.name = name
    def __index__(self):
        seen.append(self.name)
        return {"a": 0, "b": 5, "c": 2}[self.name]
def f(a, b, c):
    for i in range(a, b, c):
        pass
"""
    plain, module = both(source)
    for space in (plain, vars(module)):
        space["f"](space["Spy"]("a"), space["Spy"]("b"), space["Spy"]("c"))
    assert module.seen == plain["seen"] == ["a", "b", "c"]


def test_module_level_loops_leave_their_variables(execute: list[sites.Site]) -> None:
    plain, module = both("n = 4\nt = 0\nfor i in range(n):\n    t += i\nfor j in range(0):\n    u = 1\n")
    assert {key for key in vars(module) if not key.startswith(("__", "@"))} == {"n", "t", "i"}
    assert (module.t, module.i) == (plain["t"], plain["i"])


def test_no_name_is_added_to_a_function(execute: list[sites.Site]) -> None:
    plain, module = both("def f(n):\n    s = 0\n    for i in range(n): s += i\n    return locals()\n")
    for name in ("co_varnames", "co_cellvars", "co_freevars", "co_firstlineno", "co_flags", "co_argcount"):
        assert getattr(module.f.__code__, name) == getattr(plain["f"].__code__, name)
    assert module.f(3) == plain["f"](3)


def test_the_deepest_legal_nest_still_compiles(execute: list[sites.Site]) -> None:
    """CPython allows 20 nested blocks; a seam is not around the loop, so it takes none."""
    lines = ["def f():", " s = 0", *(" " * (d + 1) + f"for i{d} in range(1):" for d in range(20)), " " * 21 + "s += 1", " return s"]
    plain, module = both("\n".join(lines))
    assert module.f() == plain["f"]() == 1
    assert execute


@pytest.mark.parametrize("name", ["nested", "unbound", "deleted"])
def test_lines_seen_by_a_tracer_are_those_of_plain_python(name: str) -> None:
    source = CASES[name][0].replace("\n", "\n\n")
    plain, module = both(source)
    for n in (3, 0):
        assert _traced(module.f, n) == _traced(plain["f"], n)


def _traced(function: Callable[..., Any], *args: Any) -> list[tuple[str, int]]:
    events = []

    def trace(frame: Any, event: str, _arg: object) -> Any:
        if frame.f_code is not function.__code__:
            return None
        events.append((event, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        outcome(function, *args)
    finally:
        sys.settrace(before)
    return events


def test_tracebacks_point_at_the_user_s_code(execute: list[sites.Site]) -> None:
    plain, module = both("def f(a):\n    s = 0\n    for i in range(3):\n        s += 1 + a[i]\n    return s\n")
    places = []
    for function in (plain["f"], module.f):
        with pytest.raises(IndexError) as caught:
            function([1])
        frames = [frame for frame in _frames(caught.value) if frame.name == "f"]
        places.append([(frame.lineno, getattr(frame, "colno", None), getattr(frame, "end_colno", None)) for frame in frames])
    if places[0] != places[1]:  # raised in the engine: it is shown at the loop
        assert execute
        assert [line for line, *_ in places[1]] == [3]


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__)


# ------------------------------------------------------------------ the Sites


def site_of(source: str) -> tuple[ModuleType, list[sites.Site]]:
    module = alpyna_hook.static_analyse(source)
    return module, sites.all_modules()[-1].sites


def test_children_wait_for_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def decline(site: sites.Site, values: tuple[Any, ...], namespace: dict[str, Any]) -> tuple[Any, ...]:
        asked.append(site.lineno)
        site.decline_for_good()
        return ()

    monkeypatch.setattr(sites, "_execute", decline)
    module, (outer, inner) = site_of("def f(n):\n for i in range(n):\n  for j in range(n):\n   n + j\n")
    assert (outer.live, inner.live, inner.parent, outer.children) == (True, False, outer, (inner,))
    module.f(2)
    module.f(2)
    assert asked == [2, 3]
    assert (outer.live, inner.live) == (False, False)


def test_a_statically_declined_loop_leaves_its_inner_loops_as_roots() -> None:
    _, (inner,) = site_of("def f(n):\n for i in range(n):\n  open\n  with n:\n   pass\n  for j in range(n):\n   n + j\n")
    (refusal,) = sites.all_modules()[-1].refused
    assert (inner.lineno, inner.parent, inner.live) == (6, None, True)
    assert (refusal.lineno, refusal.end_lineno, refusal.qualname) == (2, 7, "f")
    assert refusal.place[0] == 4


@pytest.mark.parametrize(("source", "slug"), [
    ("class A:\n for i in range(3): pass\n", "class-body"),
    ("def f(n):\n # alpyna: skip\n for i in range(n): n\n", "skipped"),
    ("def f(n):\n for i in range(n): n  # alpyna: skip\n", "skipped"),
    ("def f(n):\n for i in range(n):\n  return i\n yield 1\n", "statement"),
])
def test_refusals_of_the_hook(source: str, slug: str) -> None:
    _, found = site_of(source)
    assert not found
    assert [refusal.slug for refusal in sites.all_modules()[-1].refused] == [slug]


def test_qualified_names() -> None:
    loop = "for i in range(3): pass\n"
    _, found = site_of(
        f"{loop}def f():\n {loop} class C:\n  def m(self):\n   {loop}   def g():\n    {loop}"
    )
    assert [site.qualname for site in found] == ["<module>", "f", "f.<locals>.C.m", "f.<locals>.C.m.<locals>.g"]


def test_parameters() -> None:
    _, (site,) = site_of(
        "import math\nw = 1\ndef f(a, self, n):\n k = 1\n if n: u = 1\n"
        " for i in range(n):\n  a[i] = k * math.pi * self.x.y + w + u\n  late = 1\n"
    )
    assert set(site.params) == {"a", "self", "n", "k", "u"}
    assert site.unsure == ("u",)
    assert set(site.targets) == {"i", "late"}
    assert site.perhaps == ()


def test_a_function_over_other_globals_sees_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "_execute", reference_engine.execute)
    module, _ = site_of("k = 1\ndef f(n):\n s = 0\n for i in range(n): s += k\n return s\n")
    assert module.f(3) == 3
    other = type(module.f)(module.f.__code__, {"k": 10, "range": range})
    assert other(3) == 30
    assert module.f(3) == 3


def test_changed_copies_of_the_code_are_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(sites, "_execute", lambda site, values, namespace: asked.append(values) or ())
    source = "def f(n):\n s = 0\n for i in range(n): s += 1000\n return s\ndef g(): pass\n"
    module, _ = site_of(source)
    code = module.f.__code__
    assert (module.f(2), len(asked)) == (2000, 1)
    module.f.__code__ = code.replace(co_consts=tuple(7 if constant == 1000 else constant for constant in code.co_consts))
    assert (module.f(2), len(asked)) == (14, 1)
    module.f.__code__ = code
    assert (module.f(2), len(asked)) == (2000, 2)
    again, _ = site_of(source)
    for of in ("f", "g"):
        assert [module_of(getattr(m, of).__code__) for m in (module, again)] == sites.all_modules()[-2:]
    assert module_of(code.replace()) is None
    assert module_of(test_changed_copies_of_the_code_are_interpreted.__code__) is None


def test_changed_copies_of_code_without_loops_are_known_by_their_contents() -> None:
    source = "def g(a=0): return a + 1\ndef h(): pass\n"
    module, _ = site_of(source)
    code = module.g.__code__
    assert module_of(code) is module_of(module.h.__code__) is sites.all_modules()[-1]
    assert module_of(code.replace()).source == sites.all_modules()[-1].source  # type: ignore[union-attr]
    for changed in ({"co_consts": (*code.co_consts[:-1], 1.0)}, {"co_filename": "elsewhere.py"}, {"co_firstlineno": 7}, {"co_name": "h"},
                    {"co_code": module.h.__code__.co_code}):  # fmt: skip
        assert module_of(code.replace(**changed)) is None


def test_what_was_seen_is_not_mixed_up_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finaliser or signal handler that runs the same nest between `see` and `run`."""
    asked: list[object] = []
    monkeypatch.setattr(sites, "_execute", lambda site, values, namespace: asked.append(values) or ())
    nobody_looks_on(monkeypatch)
    module, (site,) = site_of("def f(n, x=None):\n if x is not None: k = x\n for i in range(n): k\n")
    module.f(1, 5)
    module.f(0, 6)
    module.f(0)
    missing = (0, records.MISSING)
    assert asked == [(1, 5), (0, 6), missing]
    assert site.asks()  # from another frame
    site.see(0, 7)
    module.f(0, 8)
    assert asked[3:] == [(0, 8)]
    assert site.asks()
    module.f(0)
    assert asked[4:] == [missing]
    site.see(0, 9)  # whoever was interrupted here
    assert site.run(0) == ()
    assert len(asked) == 5
    site.leave(3)
    last = weakref.ref(value := type("Value", (), {})())
    module.f(0, value)
    del value
    assert asked.pop() is not None and last() is None


def test_reentrant_returns_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finaliser or signal handler that runs the same nest between `run` and `take`."""
    module, (site,) = site_of("def f(n):\n for i in range(n):\n  if i == 2: return i\n return -1\n")
    monkeypatch.setattr(sites, "_execute", reference_engine.execute)
    nobody_looks_on(monkeypatch)
    returned = sites.Site.returned
    for outer, inner in itertools.product((1, 5), (1, 5)):
        between: list[int] = []

        def interrupted(self: sites.Site, inner: int = inner, between: list[int] = between) -> bool:
            if not between:
                between.append(0)
                between.append(module.f(inner))
            return returned(self)

        monkeypatch.setattr(sites.Site, "returned", interrupted)
        assert (module.f(outer), between) == (2 if outer > 2 else -1, [0, 2 if inner > 2 else -1])
    assert site.live


def test_a_source_that_holds_the_marker_is_left_alone() -> None:
    module = alpyna_hook.static_analyse("x = '\\0alpyna-site:0'\nfor i in range(3): pass\n")
    assert module.x == "\0alpyna-site:0"
    assert not alpyna_hook.is_accelerated(module)


def test_a_module_that_is_executed_again_has_the_same_sites(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no code that holds them is left: what was made and learnt is kept, and nothing piles up."""
    (tmp_path / "again.py").write_text("def f(n):\n for i in range(n): n\ndef g(n): return n\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = len(sites.all_modules())
    with alpyna_hook.install("again"):
        import again
        kept = again.f
        made = [sites.all_modules()[-1]]
        for _ in range(5):  # the code of the last time is there until that of the next one takes its place
            importlib.reload(again)
            if sites.all_modules()[-1] not in made:
                made.append(sites.all_modules()[-1])
            assert sites.all_modules()[before:] == made
            assert module_of(again.f.__code__) is module_of(again.g.__code__) is not made[0]
            assert again.f.__code__ is module_of(again.f.__code__).sites[0].code()  # type: ignore[union-attr]
        assert len(made) == 3
        assert module_of(kept.__code__) is made[0]
        (tmp_path / "again.py").write_text("def f(n):\n for i in range(n): pass\n")
        importlib.reload(again)
        assert len(sites.all_modules()) == before + 4
    del sys.modules["again"]


FUNCTIONS = """\
import functools
@functools.lru_cache
@functools.wraps(len)
def f(): pass
def g(): return 'é', [lambda x: (x,
    1), 2], 3
class C:
    d = lambda self, é='ü': self.__n
    def m(self):
        text = '''
for i in x: pass
'''
        def inner(__y): return (__y,
1)
        return inner, text
if 1:
\tdefault = {'a': lambda z: z, 'b': (lambda: 0)}
def async_(x): return (lambda a: a)(1) + (lambda: x)()
def g(): return 1; y = lambda: 2
h = [
lambda: 5]
"""


def test_function_node() -> None:
    """The tree of a function, from its own lines, is that of the whole source."""
    site_of(FUNCTIONS)
    source = sites.all_modules()[-1]
    tree = ast.parse(FUNCTIONS)
    Mangled(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    assert len(functions) + len(lambdas) == 14
    for node in functions:
        found = source.function_node(first_line(node), node.name)
        node.decorator_list = []
        assert ast.dump(found or tree, include_attributes=True) == ast.dump(node, include_attributes=True)
    for each in lambdas:
        found = source.function_node(each.lineno, "<lambda>")
        if sum(each.lineno == other.lineno for other in lambdas) > 1:
            assert found is None
        else:
            assert ast.dump(found or tree, include_attributes=True) == ast.dump(each, include_attributes=True)
    assert source.function_node(3, "f") is None


ATOMIC = frozenset(
    "STORE_FAST STORE_NAME STORE_GLOBAL STORE_DEREF STORE_FAST_STORE_FAST STORE_FAST_LOAD_FAST LOAD_FAST LOAD_NAME LOAD_GLOBAL"
    " LOAD_DEREF LOAD_CONST LOAD_SMALL_INT LOAD_FAST_BORROW BINARY_SUBSCR BINARY_OP GET_ITER FOR_ITER POP_TOP POP_ITER JUMP_FORWARD"
    " END_FOR UNPACK_SEQUENCE NOP CACHE NOT_TAKEN MATCH_SEQUENCE GET_LEN COMPARE_OP POP_JUMP_IF_FALSE POP_JUMP_FORWARD_IF_FALSE"
    " COPY SWAP ROT_TWO ROT_THREE ROT_N DUP_TOP".split()
)


@pytest.mark.parametrize("source", [
    "def f(n):\n for i in range(n):\n  if i > 3: late, later = i, 2.0\n  w = i\n",
    "def f(n):\n def g(): return late, i\n for i in range(n):\n  if i > 3: late, later = i, 2.0\n",
    "def f(n):\n global late, i\n for i in range(n):\n  if i > 3: late, later = i, 2.0\n",
    "n = 5\nfor i in range(n):\n if i > 3: late, later = i, 2.0\n",
    "def f(n):\n for _ in range(n):\n  if n > 3: late, later = n, 2.0\n",
    "def f(a):\n while a[0] > 3:\n  a[0] -= 1\n  if a[0] > 5: late, later = 1, 2.0\n",
    "a = b = 5\nwhile a[0] > 3:\n a[0] -= 1\n late, later = b, 2.0\n",
])
def test_nothing_can_come_between_the_assignments(source: str) -> None:
    """From the answer of `run` to the last of the assignments there is no instruction that looks for signals or other threads."""
    code, table = rewrite(source.encode(), compile(source, "<source>", "exec"), "<source>")
    (record,) = table.sites
    assert record.targets[:1] == (("i",) if " i " in source else ("_",) if " _ " in source else ())
    assert record.perhaps == ("late", "later")
    while not any(isinstance(constant, str) and constant.startswith(records.MARK) for constant in code.co_consts):
        code = next(c for c in code.co_consts if isinstance(c, CodeType))
    found = list(dis.get_instructions(code))
    held = [k for k, x in enumerate(found) if x.opname == "STORE_ATTR"]
    answered = next(k for k, x in enumerate(found) if x.opname == ("STORE_ATTR" if held else "MATCH_SEQUENCE"))
    due = next(k for k, x in enumerate(found) if x.opname == "LOAD_ATTR" and x.argval == "due")
    between = found[answered : due - 1]
    assert {x.opname for x in between} <= ATOMIC | {"STORE_ATTR", "LOAD_ATTR"}
    assert {x.argval for x in between if "ATTR" in x.opname} == ({"place", "held"} if held else set())
    assert [k < due for k in held] in ([], [True, True])  # and what it held before is put back
    assert all(x.argval > x.offset for x in between if "JUMP" in x.opname or x.opname == "FOR_ITER")
    assert sum(x.opname.startswith("FOR_ITER") for x in between) == 2

"""Functions that are handed to another compiler reach it as Python made them."""

from __future__ import annotations

import dis
import linecache
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import alpyna_hook
from alpyna_hook.guest import after_import, compilers
from alpyna_hook.hook.pristine import pristine, sites_of
from tests.guest.doors import DOORS, HEADER, LOOP
from tests.hook.processes import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")


@pytest.fixture(autouse=True)
def modules_go_again() -> Iterator[None]:
    known = set(sys.modules)
    yield
    for name in set(sys.modules) - known:
        if name.startswith("alpyna_source_"):
            sys.modules.pop(name)
            linecache.cache.pop(f"<{name}>", None)


def answers(source: str) -> tuple[Any, Any]:
    """Plain and accelerated."""
    plain: dict[str, Any] = {"__name__": "plain"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Numba's own, about its object mode
        exec(compile(source, "<plain>", "exec", dont_inherit=True), plain)
        expected = plain["answer"]()
        module = alpyna_hook.static_analyse(source)
        return expected, module.answer()


LONG = ("stencil", "jitclass", "parallel", "object mode")  # which take Numba seconds


@pytest.mark.parametrize("door", [pytest.param(door, marks=[pytest.mark.slow] * (door in LONG)) for door in DOORS])
def test_doors_of_numba(door: str) -> None:
    expected, given = answers(HEADER + DOORS[door])
    assert given == expected


def test_what_was_handed_over_is_plain_code() -> None:
    source = HEADER + "def g(n):\n    def h():\n        while n: pass\n    for i in range(n): pass\n" + LOOP
    module = alpyna_hook.static_analyse(source)
    whole = compile(source, module.__file__, "exec", dont_inherit=True)
    plain = {code.co_name: code for code in whole.co_consts if isinstance(code, types.CodeType)}
    import numba

    assert alpyna_hook.is_accelerated(module.f) and alpyna_hook.is_accelerated(module.g)
    assert numba.njit(module.g).py_func is module.g
    assert module.g.__code__ == plain["g"]  # with its constants, names, lines and columns
    assert not alpyna_hook.is_accelerated(module.g) and alpyna_hook.is_accelerated(module.f)
    assert numba.njit(module.f)(10) == 120
    assert module.f.__code__ == plain["f"]


def test_the_report_names_the_compiler() -> None:
    module = alpyna_hook.static_analyse(HEADER + "@njit" + LOOP)
    (entry,) = alpyna_hook.report(module.__file__)
    assert (entry["reason"], entry["detail"], entry["runs"]) == ("other-compiler", "Numba", 0)


def test_code_that_has_been_given_other_instructions_is_left_as_it_is() -> None:
    module = alpyna_hook.static_analyse(LOOP)
    code = module.f.__code__
    nop = bytes([dis.opmap["NOP"], 0])
    assert pristine(code.replace(co_code=code.co_code + nop)) is None
    assert pristine(compile("x = 1", "<text>", "exec")) is None
    assert pristine(code.replace(co_name="other")).co_name == "other"  # type: ignore[union-attr]
    assert not list(sites_of(pristine(code)))  # type: ignore[arg-type]


def test_private_names_and_several_functions_of_one_name() -> None:
    source = (
        "class A:\n    def __f(self, n):\n        for i in range(n): self.__x = i\n    def f(self): return 1\n"
        "if True:\n    def f(n):\n        for i in range(n): pass\nelse:\n    def f(n):\n        while n: pass\n"
        "def deco(x): return lambda f: f\n@deco(lambda: [k for k in (1,)])\ndef g(n):\n    for i in range(n): pass\n"
    )
    module = alpyna_hook.static_analyse(source)
    plain: dict[str, Any] = {}
    exec(compile(source, module.__file__, "exec", dont_inherit=True), plain)
    for ours, theirs in ((module.A._A__f, plain["A"]._A__f), (module.f, plain["f"]), (module.g, plain["g"])):
        assert list(sites_of(ours.__code__))
        assert pristine(ours.__code__) == theirs.__code__


@pytest.mark.parametrize("inside", [None, 3, types.SimpleNamespace(from_function=len), type("FunctionIdentity", (), {}),
                                    type("FunctionIdentity", (), {"from_function": len})])
def test_a_numba_whose_insides_are_elsewhere_is_left_alone(inside: object) -> None:
    module = types.ModuleType("numba.core.bytecode")
    module.FunctionIdentity = inside  # type: ignore[attr-defined]
    kept = dict(getattr(inside, "__dict__", {}))
    compilers._open(lambda thing, reader: thing, module)
    assert module.FunctionIdentity is inside
    assert dict(getattr(inside, "__dict__", {})) == kept


def test_a_method_is_wrapped_once() -> None:
    import numba.core.bytecode as bytecode

    alpyna_hook.static_analyse(LOOP)
    found = vars(bytecode.FunctionIdentity)["from_function"]
    for finder in [finder for finder in sys.meta_path if isinstance(finder, after_import._Watcher)]:
        sys.meta_path.remove(finder)
    compilers.watch(lambda thing, reader: thing)
    assert vars(bytecode.FunctionIdentity)["from_function"] is found
    assert isinstance(found, classmethod)


# ------------------------------------------------------------- in processes of their own

SCRIPT = HEADER + "@njit" + LOOP + """
def late(n):
    s = 0.0
    for i in range(n):
        s += 0.5
    return s
print(f(10), f.py_func(9), late(4), njit(late)(5), late(6))
"""


@pytest.mark.parametrize("options", [
    {}, {"NUMBA_DISABLE_JIT": "1"}, *(pytest.param({"ALPYNA_DEVICE": each}, marks=pytest.mark.slow) for each in ("interpreter", "cpu")),
])
def test_scripts(program: Program, options: dict[str, str]) -> None:
    text = SCRIPT.replace("f.py_func", "f") if "NUMBA_DISABLE_JIT" in options else SCRIPT
    program.write("main.py", text)
    assert program.same_script("main.py", runs=0, **options).out == "120 84 2.0 2.5 3.0\n"


def test_a_package_that_is_marked_by_its_name_only(program: Program) -> None:
    program.write("pkg/__init__.py", "from pkg.work import f\n")
    program.write("pkg/work.py", HEADER + "@njit(cache=True)" + LOOP)
    program.write("main.py", "import pkg\nprint(pkg.f(10), sum(pkg.f.stats.cache_hits.values()))\n")
    command = ("-m", "alpyna", "run", "--accelerate", "pkg.*", "main.py")
    assert program.python("main.py", check=True).out == "120 0\n"
    assert program.python(*command, check=True).out == "120 1\n"  # and finds what the plain run has kept
    assert program.python("main.py", check=True).out == "120 1\n"


@pytest.mark.parametrize("order", ["before", "after", pytest.param("when uninstalled", marks=pytest.mark.slow)])
def test_numba_is_imported(program: Program, order: str) -> None:
    """Before the hook is installed, after it, or when it has been uninstalled again."""
    program.write("marked.py", "# alpyna: accelerate\n" + LOOP)
    lines = ["import numba", "import alpyna_hook", "with alpyna_hook.install():", "    import marked", "    # here"]
    if order == "after":
        lines[0], lines[4] = "", "    import numba"
    elif order == "when uninstalled":
        lines[0], lines[4] = "", "import numba"
    lines += ["print(alpyna_hook.is_accelerated(marked.f), numba.njit(marked.f)(10), alpyna_hook.is_accelerated(marked.f))"]
    program.write("main.py", "\n".join(lines) + "\n")
    assert program.python("main.py", check=True).out == "True 120 False\n"


def test_the_file_has_changed(program: Program) -> None:
    program.write("marked.py", "# alpyna: accelerate\n" + LOOP)
    program.write("main.py", (
        "import alpyna_hook\nwith alpyna_hook.install():\n    import marked\nimport numba\n"
        "open(marked.__file__, 'w').write('x = 1')\nprint(numba.njit(marked.f)(10))\n"))
    assert program.python("main.py", check=True).out == "120\n"


def test_nothing_is_imported_for_it(program: Program) -> None:
    program.write("main.py", LOOP + (
        "import sys\nprint(f(3), [n for n in ('numba', 'alpyna_hook.hook.pristine', 'warnings') if n in sys.modules])\n"))
    plain = program.python("main.py", check=True).out
    assert program.python("-m", "alpyna", "run", "main.py", check=True).out == plain


@pytest.mark.slow
def test_the_simulator_of_cuda(program: Program) -> None:
    program.write("main.py", """
import numpy as np
from numba import cuda
@cuda.jit
def k(a, n):
    i = cuda.grid(1)
    s = 0.0
    for j in range(n):
        s += j
    if i < a.size:
        a[i] = s + i
a = np.zeros(8)
k[2, 4](a, 5)
print(a.tolist())
""")
    program.same_script("main.py", runs=0, NUMBA_ENABLE_CUDASIM="1")

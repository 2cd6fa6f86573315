"""Importing marked modules in real processes: all that plain Python does, and its results."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tests.hook.processes import Program

MARK = "# alpyna: accelerate\n"
TOTAL = "def total(n):\n    s = 0\n    for i in range(n):\n        s += i * i\n    return s\n"
USE = "import m\nprint(m.total(10))\n"


def test_a_marked_module(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", USE + "print(m.__file__, m.__cached__, m.__spec__.origin, m.__package__, m.__doc__)\n")
    assert program.same("main.py").out.startswith("285\n")


def test_neighbours_that_are_not_marked_stay_untouched(program: Program) -> None:
    program.write("m.py", TOTAL)
    program.write("main.py", USE + "print(type(m.__loader__).__name__)\n")
    assert program.same("main.py", runs=0).out == "285\nSourceFileLoader\n"
    assert not program.events("")
    assert all("alpyna" not in path.name for path in (program.folder / "__pycache__").iterdir())


def test_plain_runs_never_see_rewritten_bytecode_nor_we_theirs(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", USE)
    for hook in (True, False, True, False):
        program.log.unlink(missing_ok=True)
        assert program.python("main.py", hook=hook).out == "285\n"
        assert bool(program.events("ran ")) is hook
    path = program.write("m.py", MARK + TOTAL.replace("i * i", "i + i"))
    os.utime(path, (1, 1))  # an older time and the same size: only the digest tells
    assert program.python("main.py", hook=True).out == "90\n"


def test_a_misspelt_pragma_warns_and_runs_plain(program: Program) -> None:
    program.write("m.py", "\n# alpyna: acelerate\n" + TOTAL)
    program.write("main.py", USE)
    outcome = program.python("main.py", hook=True)
    assert (outcome.code, outcome.out) == (0, "285\n")
    assert outcome.err.count("alpyna pragma") == 1
    assert f"{program.folder / 'm.py'}:2: PragmaWarning: " in outcome.err
    assert "did you mean 'accelerate'?" in outcome.err
    assert not program.events("ran ")
    strict = program.python("-W", "error", "main.py", hook=True)
    assert (strict.code, strict.out) == (0, "285\n")
    assert "m.py:2: alpyna pragma" in strict.err


def test_a_misspelt_skip_warns_and_leaves_its_loop_alone(program: Program) -> None:
    other = TOTAL.replace("def total", "def other").replace("    for i", "    # alpyna: skipp\n    for i")
    program.write("m.py", MARK + TOTAL + other)
    program.write("main.py", USE + "import m\nprint(m.other(3))\n")
    for _ in range(2):  # the second time from the cache
        program.log.unlink(missing_ok=True)
        outcome = program.python("main.py", hook=True)
        assert (outcome.code, outcome.out) == (0, "285\n5\n")
        assert outcome.err.count("alpyna pragma: unknown word 'skipp'; did you mean 'skip'?") == 1
        assert program.events("ran total")
        assert not program.events("ran other")


@pytest.mark.parametrize("pragma", ["    # alpyna: accelerate", "x = 1  # ALPyNA accelerate"])
def test_a_pragma_in_the_wrong_place_is_told_once(program: Program, pragma: str) -> None:
    program.write("m.py", TOTAL.replace("    for", f"{pragma}\n    for") if pragma[0] == " " else f"{pragma}\n{TOTAL}")
    program.write("main.py", USE)
    outcome = program.python("main.py", hook=True)
    assert (outcome.code, outcome.out) == (0, "285\n")
    assert outcome.err.count("left margin (the module runs as plain Python)") == 1
    assert not program.events("ran ")


@pytest.mark.parametrize("flags", [[], ["-W", "error"], ["-W", "always"], ["-B"]])
def test_what_the_compiler_warns_of_is_heard_as_often_as_without_us(program: Program, flags: list[str]) -> None:
    """Once, when Python compiles the module; never where it has a valid file of its own."""
    program.write("m.py", MARK + TOTAL + "x = '\\d'\nif x is 'y': pass\n")
    program.write("main.py", USE + "import m\nprint(m.x)\n")
    plain = program.python(*flags, "main.py")
    shutil.rmtree(program.folder / "__pycache__", ignore_errors=True)
    assert program.python(*flags, "main.py", hook=True) == plain
    assert bool(program.events("ran ")) == (plain.code == 0)
    shutil.rmtree(program.folder / "__pycache__", ignore_errors=True)
    program.python("main.py")  # writes it
    compiled = program.python(*flags, "main.py")
    program.log.unlink(missing_ok=True)
    assert program.python(*flags, "main.py", hook=True) == compiled
    assert (compiled.code, compiled.err) == (0, "")
    assert program.events("ran ")


def test_errors_in_a_marked_module_are_shown_as_plain_python_shows_them(program: Program) -> None:
    program.write("broken.py", MARK + "def f(:\n    pass\n")
    program.write("nul.py", MARK.encode() + b"x = '\0'\n")
    program.write("coding.py", b"# -*- coding: nonsense -*-\n" + MARK.encode())
    program.write("late.py", MARK + "return 1\n")
    program.write("raises.py", MARK + "for i in range(3):\n    [1][i]\n")
    for name in ("broken", "nul", "coding", "late", "raises"):
        program.write("main.py", f"import {name}\n")
        plain = program.python("main.py")
        assert plain.code == 1
        if name == "raises":  # the engine of these tests raises by itself: one frame more
            continue
        assert program.python("main.py", hook=True) == plain


def test_syntax_warnings_are_given_once(program: Program) -> None:
    program.write("m.py", MARK + TOTAL + "x = '\\d'\ny = total is 1\n")
    program.write("main.py", USE)
    assert program.python("-B", "main.py", hook=True) == program.python("-B", "main.py")


def test_encodings(program: Program) -> None:
    program.write("m.py", b"# -*- coding: latin-1 -*-\n" + MARK.encode() + TOTAL.encode() + b"name = '\xe9\xe8'\n")
    program.write("bom.py", b"\xef\xbb\xbf" + MARK.encode() + "größe = 'ß'\nfor i in range(3): größe += 'a'\n".encode())
    program.write("crlf.py", (MARK + TOTAL + "s = '''a\nb'''\n").replace("\n", "\r\n"))
    program.write("main.py", USE + "import bom, crlf\nprint(ascii([m.name, bom.größe, crlf.s, crlf.total(3)]))\n")
    program.same("main.py")


def test_futures_docstrings_and_annotations(program: Program) -> None:
    program.write("m.py", '"""The doc."""\n' + MARK + "from __future__ import annotations\n" + TOTAL +
                  "def g(x: undefined_name) -> also_undefined: ...\nclass C:\n    'doc'\n    y: nowhere = 1\n")
    program.write("older.py", MARK + "def g(x: int): ...\nfor i in range(3): pass\n")
    program.write("main.py", "from __future__ import annotations\n" + USE + (
        "import older\nprint(m.__doc__, m.C.__doc__, m.g.__annotations__, m.C.__annotations__, m.annotations)\n"
        "print(older.g.__annotations__)\n"))
    program.same("main.py")


@pytest.mark.parametrize("flag", ["-O", "-OO"])
def test_optimisation(program: Program, flag: str) -> None:
    program.write("m.py", '"""doc"""\n' + MARK + TOTAL + "def f(n):\n    'doc'\n    assert n\n    return __debug__\n")
    program.write("main.py", USE + "print(m.__doc__, m.f.__doc__)\ntry: print(m.f(0))\nexcept AssertionError: print('no')\n")
    outputs = {program.same("main.py").out, program.same(flag, "main.py").out}
    assert len(outputs) == 2


def test_isolated(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    paths = program.environment()["PYTHONPATH"].split(os.pathsep)
    start = f"import sys; sys.path[:0] = {paths!r}\n"
    hook = "import reference_engine, alpyna_hook\nsys.modules['alpyna_hook.runtime.engine'] = reference_engine\nalpyna_hook.install()\n"
    program.write("plain.py", start + USE)
    program.write("hooked.py", start + hook + USE)
    assert program.python("-I", "plain.py") == program.python("-I", "hooked.py")
    assert program.events("ran ")


def test_packages_relative_imports_and_resources(program: Program) -> None:
    program.write("pkg/__init__.py", MARK + "from .sub import total\nfor k in range(3): pass\n")
    program.write("pkg/sub.py", MARK + TOTAL)
    program.write("pkg/data.txt", "content")
    program.write("spaced/inner/mod.py", MARK + TOTAL)
    program.write("main.py", (
        "import pkg, spaced.inner.mod, importlib.resources, inspect, pkgutil, pkg.sub\n"
        "print(pkg.total(4), pkg.k, pkg.__path__, spaced.inner.mod.total(5), list(spaced.__path__))\n"
        "print(importlib.resources.files('pkg').joinpath('data.txt').read_text(), pkgutil.get_data('pkg', 'data.txt'))\n"
        "print(pkg.__loader__.is_package('pkg'), pkg.sub.__loader__.is_package('pkg.sub'))\n"
        "print(pkg.sub.__loader__.get_filename('pkg.sub'), pkg.sub.__loader__.get_source('pkg.sub'))\n"
        "print(inspect.getsource(pkg.sub.total), inspect.getsourcelines(pkg.total)[1])\n"
        "print([item.name for item in pkgutil.walk_packages(pkg.__path__)])\n"))
    program.same("main.py", runs=3)


def test_zip_and_sourceless_modules_pass_through(program: Program) -> None:
    with zipfile.ZipFile(program.folder / "lib.zip", "w") as archive:
        archive.writestr("zipped.py", MARK + TOTAL)
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", (
        "import sys; sys.path.insert(0, 'lib.zip')\nimport zipped, py_compile, os\n"
        "py_compile.compile('bare_source.py', 'bare.pyc')\nimport bare, m\n"
        "print(zipped.total(4), type(zipped.__loader__).__name__, bare.total(5), type(bare.__loader__).__name__, m.total(3))\n"))
    program.write("bare_source.py", MARK + TOTAL)
    program.same("main.py")


def test_reload(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", (
        "import importlib, m, pathlib\nold = m.total\nprint(old(4))\nsource = pathlib.Path(m.__file__)\n"
        "text = source.read_text()\nsource.write_text(text.replace('i * i', 'i + 777'))\n"
        "print(importlib.reload(m) is m, m.total(4), m.total is old, type(m.__spec__.loader).__mro__[-3].__name__)\n"
        "source.write_text(text)\n"))
    program.same("main.py", runs=2)


def test_pickling_and_dataclasses(program: Program) -> None:
    program.write("m.py", MARK + TOTAL + (
        "import dataclasses, enum\n@dataclasses.dataclass\nclass Box:\n    n: int = 3\n"
        "    def total(self):\n        s = 0\n        for i in range(self.n): s += i\n        return s\n"
        "class Colour(enum.Enum):\n    RED = 1\n"))
    program.write("main.py", (
        "import copy, pickle, m\nfor thing in (m.total, m.Box, m.Box(4), m.Colour.RED, m.Box(5).total):\n"
        "    other = pickle.loads(pickle.dumps(thing))\n    print(repr(other)[:20], other == thing)\n"
        "    copy.deepcopy(thing)\nprint(other(), m.total(4))\n"
        "print(m.total.__code__ == m.total.__code__.replace(), hash(m.total.__code__) == hash(m.total.__code__.replace()))\n"))
    program.same("main.py", runs=2)


def test_two_hooks_at_once(program: Program) -> None:
    """Another hook of the usual kind, before ours and after ours; and ours twice."""
    program.write("m.py", MARK + TOTAL)
    program.write("other.py", (
        "import sys\nfrom importlib.machinery import PathFinder, SourceFileLoader\n"
        "class Loader(SourceFileLoader):\n    def exec_module(self, module):\n"
        "        super().exec_module(module)\n        module.seen = True\n"
        "class Finder:\n    @staticmethod\n    def find_spec(name, path=None, target=None):\n"
        "        spec = PathFinder.find_spec(name, path)\n"
        "        if name in ('m', 'n') and spec: spec.loader = Loader(name, spec.origin)\n        return spec\n"
        "class Old:\n    def find_module(self, name, path=None): return None\n"))
    program.write("main.py", (
        "import sys, other\nsys.meta_path.insert(int(sys.argv[1]) % (len(sys.meta_path) + 1), other.Finder)\n"
        "sys.meta_path.insert(0, other.Old())\nimport m\nprint(m.total(4), getattr(m, 'seen', False))\n"))
    for position in ("0", "1"):
        program.same("main.py", position, runs=0)
    program.write("main.py", (
        "import sys, alpyna_hook\nwith alpyna_hook.install() as first, alpyna_hook.install(['n*']):\n    import m, n\n"
        "    print(m.total(4), n.total(3), first.active)\nprint(first.active)\nfirst.uninstall(); first.uninstall()\n"
        "alpyna_hook.uninstall(); alpyna_hook.uninstall()\nprint([f for f in sys.meta_path if 'Alpyna' in type(f).__name__])\n"))
    program.write("n.py", TOTAL)
    assert program.python("main.py", hook=True) == program.python("main.py")
    assert len(program.events("ran ")) == 4


def test_modules_named_from_outside(program: Program) -> None:
    program.write("pkg/__init__.py", "")
    program.write("pkg/sub.py", TOTAL)
    program.write("pkgs.py", TOTAL)
    program.write("main.py", "import pkg.sub, pkgs\nprint(pkg.sub.total(4), pkgs.total(3))\n")
    program.same("main.py", runs=1, ALPYNA_MODULES="pkg.*")
    assert len(program.events("ran ")) == 1
    program.write("setup.cfg", "[alpyna]\nmodules = pkgs pkg.sub\n")
    program.log.unlink()
    program.python("main.py", hook=True, check=True)
    assert len(program.events("ran ")) == 2


def test_sources_without_a_pragma_are_remembered_until_they_change(program: Program) -> None:
    path = program.write("m.py", TOTAL)
    program.write("main.py", USE)
    program.python("main.py", hook=True, check=True)
    known = (program.cache / "unmarked").read_bytes().splitlines()
    assert [line.split(b" ", 2)[2] for line in known if b"m.py" in line] == [str(path).encode()]
    program.python("main.py", hook=True, check=True)
    assert (program.cache / "unmarked").read_bytes().splitlines() == known
    program.write("m.py", MARK + TOTAL)
    assert program.python("main.py", hook=True).out == "285\n"
    assert program.events("ran total")
    (program.cache / "unmarked").write_bytes(b"\xff\x00garbage\n" * 9)
    program.same("main.py")


def test_everything_marked(program: Program) -> None:
    program.write("m.py", TOTAL)
    program.write("main.py", USE + "import json, email.message, fractions, statistics\nprint(statistics.fmean([1, 2]))\n")
    program.same("main.py", ALPYNA_MODULES="*")


def test_what_we_need_ourselves_is_executed_once_where_it_is_imported_anew(program: Program) -> None:
    program.write("main.py", """
import sys
names = "collections", "functools", "bisect", "re", "contextlib"
kept = [sys.modules.pop(name, None) for name in names]
seen = []
sys.addaudithook(lambda event, args: seen.append(args[0].co_filename) if event == "exec" else None)
for name in names:
    __import__(name)
for name in names:
    print(name, sum(file.endswith((f"/{name}.py", f"/{name}/__init__.py")) for file in seen))
""")
    program.same("main.py", runs=0, ALPYNA_MODULES="*")


def test_disabled(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", USE + "import sys\nprint([f for f in sys.meta_path if 'Alpyna' in type(f).__name__])\n")
    program.same("main.py", runs=0, ALPYNA_DISABLE="1")
    assert not program.events("")


def test_run_as_modules(program: Program) -> None:
    main = "\nif __name__ == '__main__':\n    import sys\n    print(total(10), sys.argv[1:], __spec__.name, __package__)\n"
    program.write("m.py", MARK + TOTAL + main)
    program.write("pkg/__init__.py", "")
    program.write("pkg/__main__.py", MARK + TOTAL + main)
    program.same("-m", "m", "a", "-b")
    program.same("-m", "pkg")
    program.write("main.py", (
        "import runpy\nprint(runpy.run_module('m', run_name='__main__')['total'](5))\n"
        "print(runpy.run_module('m', run_name='x', alter_sys=True)['total'](6), runpy.run_path('m.py')['total'](7))\n"))
    program.same("main.py", runs=2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(program: Program, method: str) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", (
        "import multiprocessing, m\ndef work(n): return m.total(n)\nif __name__ == '__main__':\n"
        f"    with multiprocessing.get_context('{method}').Pool(2) as pool:\n"
        "        print(m.total(3), pool.map(work, range(5)), pool.map(m.total, range(5)))\n"))
    program.same("main.py", runs=5)


def test_concurrent_first_imports(program: Program) -> None:
    program.write("m.py", MARK + TOTAL + "# long\n" * 2000)
    program.write("main.py", (
        "import subprocess, sys\ncode = 'import m; print(m.total(10))'\n"
        "many = [subprocess.Popen([sys.executable, '-c', code], stdout=-1, text=True) for _ in range(8)]\n"
        "print([(p.communicate()[0], p.returncode) for p in many])\n"))
    program.same("main.py", runs=8)
    assert [path.suffix for path in (program.folder / "__pycache__").glob("m.*alpyna*")] == [".bin"]


def test_imports_in_threads(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", (
        "import threading, sys\nsys.setswitchinterval(1e-6)\nout = []\ndef work():\n    import m\n    out.append(m.total(50))\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\nfor t in threads: t.start()\n"
        "for t in threads: t.join()\nprint(out)\n"))
    program.same("main.py", runs=8)


def test_debuggers_see_every_line(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", (
        "import sys, m\nevents = []\ndef trace(frame, event, arg):\n"
        "    if frame.f_code.co_filename == m.__file__:\n        events.append((event, frame.f_lineno))\n        return trace\n"
        "sys.settrace(trace)\nm.total(3)\nsys.settrace(None)\nprint(events)\n"
        "import bdb\nclass Stepper(bdb.Bdb):\n    def user_line(self, frame):\n"
        "        if frame.f_code.co_filename == m.__file__: print('line', frame.f_lineno, sorted(frame.f_locals))\n"
        "        self.set_step()\nStepper().runcall(m.total, 2)\n"))
    program.same("main.py", runs=0)
    plain = program.python("-m", "pdb", "-c", "b m:5", "-c", "c", "-c", "p i, s", "-c", "n", "-c", "n", "-c", "w", "-c", "q", "main2.py")
    assert plain.code != 0  # no such file
    program.write("main2.py", USE)
    command = ["-m", "pdb", *(w for c in ("b m:5", "c", "p i, s", "n", "n", "n", "p i, s", "c", "q") for w in ("-c", c)), "main2.py"]
    assert program.python(*command, hook=True).out == program.python(*command).out


def test_pytest_on_marked_modules(program: Program) -> None:
    program.write("m.py", MARK + TOTAL)
    program.write("test_m.py", MARK + (
        "import m\ndef test_good():\n    for n in range(3):\n        assert m.total(n) >= 0\n"
        "def test_bad():\n    assert m.total(4) == 15\n"))
    program.write("conftest.py", MARK + "for i in range(3): pass\n")
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "-W", "error"]
    plain, hooked = program.python(*command), program.python(*command, hook=True)
    for outcome in (plain, hooked):
        assert outcome.code == 1
        assert "assert 14 == 15" in outcome.out
    shown = [re.sub(r"0x[0-9a-f]+|in [0-9.]+s", "", outcome.out) for outcome in (plain, hooked)]
    assert shown[0] == shown[1]
    assert program.events("ran total")


def test_coverage(program: Program) -> None:
    pytest.importorskip("coverage")
    program.write("m.py", MARK + TOTAL + "def unused():\n    for i in range(3):\n        pass\nif total(3) > 100:\n    print()\n")
    program.write("main.py", USE)
    reports = []
    for hook in (False, True):
        run = ["-m", "coverage", "run", "--branch", "--data-file=data", "--include=m.py,main.py", "main.py"]
        assert program.python(*run, hook=hook, check=True).out == "285\n"
        reports.append(program.python("-m", "coverage", "json", "--data-file=data", "-o", "-", "--pretty-print", check=True))
    texts = ["\n".join(line for line in report.out.splitlines() if "timestamp" not in line) for report in reports]
    assert texts[0] == texts[1]
    assert not program.events("ran ")


def test_sitecustomize_chains(program: Program) -> None:
    example = Path(__file__).resolve().parents[2] / "sitecustomize_example"
    program.write("m.py", MARK + TOTAL)
    program.write("main.py", USE)
    program.write("theirs/sitecustomize.py", "import builtins\nprint('theirs', __name__, __file__.endswith('theirs/sitecustomize.py'))\n")
    paths = [str(example), *program.environment()["PYTHONPATH"].split(os.pathsep)]
    alone = program.python("main.py", PYTHONPATH=os.pathsep.join(paths))
    assert (alone.code, alone.out, alone.err) == (0, "285\n", "")
    assert program.events("ran ")  # the tests' own sitecustomize comes second, and sets the engine
    program.log.unlink()
    both = program.python("main.py", PYTHONPATH=os.pathsep.join([paths[0], str(program.folder / "theirs"), *paths[2:]]), ALPYNA_DEVICE="interpreter")
    assert both.out.splitlines()[0] == "theirs sitecustomize True"
    without = program.python("main.py", PYTHONPATH=str(example))  # no alpyna_hook to be found
    assert (without.out, sys.executable != "") == ("285\n", True)


def test_a_folder_that_was_moved(program: Program) -> None:
    """Its code is found in the cache, and is of the file where it lies now, as Python has it."""
    program.write("old/moved.py", "# alpyna: accelerate\ndef f(a):\n def g(): pass\n for x in a: x + 1\n return g\n")
    show = "sys.path.insert(0, sys.argv[1]); import moved; print(*[c.co_filename for c in (moved.f.__code__, moved.f([]).__code__)])"
    log = {"ALPYNA_LOG": "1"}
    program.python("-c", f"import alpyna_hook, sys; alpyna_hook.install(); {show}", str(program.folder / "old"), check=True)
    (program.folder / "old").rename(program.folder / "new")
    done = program.python("-c", f"import alpyna_hook, sys; alpyna_hook.install(); {show}", str(program.folder / "new"), check=True, **log)
    assert "cache hit" in done.err
    assert done.out.split() == [str(program.folder / "new" / "moved.py")] * 2

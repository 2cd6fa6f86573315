"""`python -m alpyna run`: the main program is as plain Python would have it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from tests.hook.processes import ROOT, Program

TOTAL = "def total(n):\n    s = 0\n    for i in range(n):\n        s += i * i\n    return s\n"
SHOW = """
import sys
names = {key: type(value).__mro__[-2 - (key == '__loader__')] if key in ('__builtins__', '__loader__', '__spec__') else value
         for key, value in globals().items() if key not in ('sys', 'total')}
print(sorted(names.items()), sys.argv, sys.path[0], __name__ in sys.modules, total(10))
print(sys.modules['__main__'].__dict__ is globals(), getattr(__spec__, 'name', None))
"""


def test_variables_arguments_and_path(program: Program) -> None:
    program.write("main.py", "'doc'\n" + TOTAL + SHOW)
    program.same_script("main.py", "a", "--report", "-m", "--")
    program.same_script(os.path.join("..", program.folder.name, "main.py"))
    if hasattr(os, "symlink"):
        (program.folder / "links").mkdir()
        (program.folder / "links" / "link.py").symlink_to(program.folder / "main.py")
        program.same_script(os.path.join("links", "link.py"))


def test_flags(program: Program) -> None:
    program.write("main.py", "'doc'\n" + TOTAL + SHOW + "print(__debug__, total.__doc__, sys.flags)\nassert not sys.argv[1:]\n")
    for flags in (["-O"], ["-OO"], ["-B", "-W", "error"], ["-X", "utf8"]):
        program.same_script("main.py", "a", flags=flags)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="-P came with 3.11")
def test_safe_path(program: Program) -> None:
    program.write("main.py", TOTAL + SHOW)
    program.same_script("main.py", flags=["-P"])


def test_modules_packages_folders_and_zip_files(program: Program) -> None:
    program.write("m.py", TOTAL + SHOW)
    program.write("pkg/__init__.py", "")
    program.write("pkg/sub/__init__.py", "")
    program.write("pkg/sub/__main__.py", TOTAL + "from .. import sub\nprint(sub.__name__)\n" + SHOW)
    program.write("folder/__main__.py", TOTAL + SHOW)
    with zipfile.ZipFile(program.folder / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", TOTAL + SHOW)
    program.same_script("-m", "m", "x", "-y")
    program.same_script("-m", "pkg.sub", "x")
    program.same_script("app.pyz", "x")
    program.same_script("folder", "x")


@pytest.mark.parametrize("source", [
    b"x = 1\ny = 'caf\xe9'\n", b"# caf\xe9\nprint(1)\n", b"x = 1 1\ny = 'caf\xe9'\n", b"# coding: klingon\nx = 1\n",
    b"# coding: ascii\nx = '\xe9'\n", b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", b"#!x\n# coding: utf-8\ny = '\xe9'\n",
    b"# coding: latin-1\nprint(ascii('\xe9'))\n", b"\xef\xbb\xbfprint(ascii('\xc3\xa9'))\n", b"print(ascii('\xc3\xa9'))\n",
    b"x = 1\n\n# coding: latin-1\nprint('\xe9')\n",
])
def test_encodings_of_a_script(program: Program, source: bytes) -> None:
    """Python reads a script as a file, and has other words for what is wrong with it than for bytes."""
    program.write("main.py", source)
    program.same_script("main.py", runs=0)


def test_programs_that_are_not_there(program: Program) -> None:
    for command in (["nowhere.py"], ["-m", "nowhere"], ["-m", "nowhere.at.all"], ["-m", "json"]):
        plain, hooked = program.python(*command), program.python("-m", "alpyna", "run", *command)
        assert (hooked.code, hooked.out) == (plain.code, plain.out)
        assert hooked.err == plain.err


@pytest.mark.parametrize("end", [
    "sys.exit()", "sys.exit(3)", "sys.exit('message')", "raise SystemExit(None)", "1/0", "raise KeyboardInterrupt",
    "os._exit(4)", "quit(5)", "raise Odd('text')", "assert 0, 'why'", "raise ValueError('a') from KeyError('b')",
    "raise type('Group', (Exception,), {'__module__': 'x'})('c')", "f(3)", "class X(", "import broken",
    "threading.Thread(target=f, args=(1,)).start()", "sys.excepthook = lambda *a: print('mine', a[0]); 1/0",
    "sys.stderr = None; 1/0", "sys.last_value = 3; 1/0",
])
def test_ends(program: Program, end: str) -> None:
    program.write("broken.py", "def f(:\n")
    program.write("main.py", TOTAL + (
        "import atexit, os, sys, threading\natexit.register(print, 'exit')\nclass Odd(Exception): pass\n"
        "def f(n):\n    return [1, 2][total(n)]\n"
        f"print(total(3), flush=True)\n{end}\n"))
    runs = 0 if end == "class X(" else 1
    outcome = program.same_script("main.py", runs=runs)
    if "Thread" not in end:
        assert (outcome.code != 0) == (end not in ("sys.exit()", "raise SystemExit(None)"))


def test_interrupts(program: Program) -> None:
    program.write("main.py", (
        "import time, sys\ntry:\n    print('ready', flush=True)\n    time.sleep(20)\nfinally:\n    print('finally', flush=True)\n"))
    results = []
    for command in (["main.py"], ["-m", "alpyna", "run", "main.py"]):
        process = subprocess.Popen(
            [sys.executable, *command], cwd=program.folder, env=program.environment(), stdout=-1, stderr=-1, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        results.append((*process.communicate(timeout=20), process.returncode))
    assert results[0] == results[1]
    assert results[0][2] == -signal.SIGINT


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_from_the_main_script(program: Program, method: str) -> None:
    program.write("main.py", TOTAL + (
        "import multiprocessing, os, pickle\nclass Box:\n    def __init__(self, n): self.n = n\n"
        "    def __eq__(self, other): return self.n == other.n\n"
        "def work(box): return Box(total(box.n))\nif __name__ == '__main__':\n"
        "    print(total(4), pickle.loads(pickle.dumps(Box(3))) == Box(3), pickle.loads(pickle.dumps(total)) is total)\n"
        f"    with multiprocessing.get_context('{method}').Pool(2) as pool:\n"
        "        print([box.n for box in pool.map(work, [Box(k) for k in range(5)])])\n"))
    program.same_script("main.py", runs=6)  # one in the parent, five in the workers
    program.write("m.py", (program.folder / "main.py").read_text())
    program.same_script("-m", "m", runs=6)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_follow_the_options_of_their_parent(program: Program, method: str) -> None:
    if method == "forkserver" and not hasattr(os, "fork"):
        pytest.skip("needs fork")
    program.write("pkg/__init__.py", "from pkg.a import total\n")
    program.write("pkg/a.py", TOTAL)
    program.write("main.py", (
        "import multiprocessing, os, sys, pkg\n"
        "def work(n):\n    finders = [f for f in sys.meta_path if 'AlpynaFinder' in type(f).__name__]\n"
        "    return pkg.total(n), [(f.settings.options().device, f.modules) for f in finders], sys.modules['__main__'].__name__\n"
        "if __name__ == '__main__':\n"
        f"    context = multiprocessing.get_context('{method}')\n"
        "    if len(sys.argv) > 1:\n        context.set_forkserver_preload(['__main__', 'pkg'])\n"
        "    with context.Pool(1) as pool:\n        print(pool.apply(work, (5,)))\n"))
    for arguments in ([], ["preload"]):
        program.log.unlink(missing_ok=True)
        outcome = program.python("-m", "alpyna", "run", "--accelerate", "pkg.*", "main.py", *arguments, ALPYNA_DEVICE="cpu")
        assert (outcome.out, outcome.err) == ("(30, [('cpu', ('pkg.*',))], '__mp_main__')\n", "")
        assert len(program.events("ran total")) == 1
        assert program.python("main.py", *arguments).out == "(30, [], '__mp_main__')\n"


def test_workers_of_a_program_that_installs_the_hook(program: Program) -> None:
    program.write("m.py", TOTAL)
    program.write("main.py", (
        "import multiprocessing\nif __name__ == '__main__':\n    import alpyna_hook\n    alpyna_hook.install('m', log=LOG)\n"
        "    import m\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(m.total, [3, 4]))\n"
        ).replace("LOG", repr(str(program.log))))
    assert program.python("main.py").out == "[5, 14]\n"
    assert len(program.events("ran total")) == 2


def test_workers_that_do_not_find_us_are_plain(program: Program) -> None:
    program.write("main.py", TOTAL + (
        "import multiprocessing, sys\nif __name__ == '__main__':\n"
        "    import alpyna_hook.hook.workers as workers\n    workers._ROOT = '/no/such/folder'\n"
        "    multiprocessing.get_context('spawn').Process(target=print, args=(total(3),)).start()\n"))
    outcome = program.python("-c", (
        f"import sys; sys.path.append({str(ROOT)!r}); sys.argv[:] = ['main.py']\n"
        "from alpyna_hook import run_program; run_program('main.py')"), PYTHONPATH=str(program.folder))
    assert (outcome.code, outcome.out, outcome.err) == (0, "5\n", "")


def test_the_script_is_cached_but_leaves_no_files_beside_it(program: Program) -> None:
    program.write("main.py", TOTAL + "print(total(3))\n")
    program.same_script("main.py")
    assert sorted(path.name for path in program.folder.iterdir()) == ["main.py"]
    assert program.events("cache hit")


def test_accelerate_marks_modules(program: Program) -> None:
    program.write("pkg/__init__.py", "from pkg.a import total\n")
    program.write("pkg/a.py", TOTAL)
    program.write("main.py", "import pkg\nprint(pkg.total(4))\n")
    program.same_script("main.py", runs=0)
    program.log.unlink(missing_ok=True)
    assert program.python("-m", "alpyna", "run", "--accelerate", "pkg.*", "main.py").out == "14\n"
    assert program.events("ran total")


def test_a_project_s_configuration_is_that_of_the_script(program: Program) -> None:
    program.write("pyproject.toml", '[tool.alpyna]\nmodules = ["a"]\n')
    program.write("deep/er/a.py", TOTAL)
    program.write("deep/er/main.py", "import a\nprint(a.total(4))\n")
    program.same_script("deep/er/main.py")


def test_inspect_and_tracebacks_of_the_script(program: Program) -> None:
    program.write("main.py", TOTAL + (
        "import inspect, traceback\nprint(inspect.getsource(total), inspect.getmodule(total).__name__)\n"
        "def f():\n    for k in range(3):\n        print(traceback.extract_stack()[-1])\nf()\n"))
    program.same_script("main.py", runs=0)

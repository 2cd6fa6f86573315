"""Programs that have modules of their own named like those that NumPy, Numba and we need."""

from __future__ import annotations

import json
import sys
import threading

import pytest

from alpyna_hook.guest.own_imports import own_imports
from tests.hook.processes import ROOT, Program

MAIN = """
import numpy as np, math
def f(a):
    for i in range(len(a)):
        a[i] = np.exp(a[i]) + math.sqrt(a[i])
    return a
print(f(np.arange(3.0)))
"""
OWN = "print('this is my', __name__)\nmine = 5\n"
SETTINGS = {"ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "PYTHONPATH": str(ROOT)}


def reason(program: Program) -> str | None:
    program.python("-m", "alpyna", "run", "--report", "report.json", "main.py", **SETTINGS)
    (entry,) = json.loads((program.folder / "report.json").read_text())
    return None if entry["accelerated_runs"] else str(entry["reason"])


NAMES = ["queue", "uuid", "html", "calendar", "secrets", "random", "statistics", "heapq", "json"]


@pytest.mark.parametrize("when", ["", "after", "before"])
def test_modules_named_like_those_of_the_standard_library(program: Program, when: str) -> None:
    """The program gets its own, if it asks, and when it asks."""
    for name in NAMES:
        program.write(f"{name}.py", OWN)
    program.write("html/__init__.py", OWN)  # a package goes before a module
    ask = f"import {', '.join(NAMES)}\nprint(html.mine, queue.mine)\n"
    program.write("main.py", (ask if when == "before" else "") + MAIN + (ask if when == "after" else ""))
    program.same_script("main.py", runs=0, **SETTINGS)
    assert reason(program) == ("unavailable" if when == "before" else None)


def test_what_the_command_line_imports_is_not_in_the_program_s_way(program: Program) -> None:
    names = "argparse, json, gettext, dataclasses, tokenize, textwrap"
    for name in names.split(", "):
        program.write(f"scripts/{name}.py", OWN)
    program.write("scripts/main.py", f"import {names}\nprint(json.mine)\nfor i in range(3): pass\n")
    program.same_script("scripts/main.py", runs=0, **SETTINGS)  # beside the script, while the command runs elsewhere
    for name in names.split(", "):
        program.write(f"{name}.py", OWN)
    program.write("main.py", "for i in range(3): pass\n")
    program.same_script("main.py", runs=0, **SETTINGS)


@pytest.mark.parametrize("text", ["1/0", *(pytest.param(text, marks=pytest.mark.slow) for text in ("def f(:", "import nowhere"))])
def test_an_engine_that_cannot_be_imported_is_no_harm(program: Program, text: str) -> None:
    program.write("llvmlite.py", text)
    program.write("main.py", MAIN)
    program.same_script("main.py", runs=0, **SETTINGS)
    assert reason(program) == "unavailable"


def test_a_loop_first_reached_while_python_shuts_down(program: Program) -> None:
    program.write("main.py", "import numpy as np\nclass A:\n    def __del__(self):\n        s = 0\n        for i in range(5):\n"
                             "            s += i\n        print(s, np.pi)\nx = A()\n")
    for device in ("cpu", "auto"):
        program.same_script("main.py", runs=0, **{**SETTINGS, "ALPYNA_DEVICE": device})


def test_only_this_thread_and_only_what_is_shadowed_is_redirected(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("own")
    for name in ("this", "antigravity"):
        (folder / f"{name}.py").write_text("mine = 1\n")
    monkeypatch.syspath_prepend(folder)
    for name in ("this", "antigravity", "chunk", "tabnanny"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    before, seen = list(sys.meta_path), []

    def other() -> None:
        import antigravity

        seen.append(antigravity.mine)  # type: ignore[attr-defined]

    with own_imports():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        import tabnanny
        import this

        assert not hasattr(this, "mine")
    assert (seen, sys.meta_path) == ([1], before)
    assert "this" not in sys.modules and sys.modules["tabnanny"] is tabnanny
    import this as own

    assert own.mine == 1  # type: ignore[attr-defined]

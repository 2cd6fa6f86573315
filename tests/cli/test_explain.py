"""`alpyna explain`: the program's own output, and then what became of each loop."""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.commands import alpyna, without_times

PROGRAM = """\
import sys
import numpy as np


def scale(a, s):
    for i in range(len(a)):
        a[i] = a[i] * s


def shout(names):
    for name in names:
        print("hello", name)


def drop(rows):
    for i in range(2):
        rows[i] = 0.0


def never(n):
    for i in range(n):
        n = n + i


a = np.ones(50)
scale(a, 2.0)
scale(a, 3.0)
shout(sys.argv[1:])
drop([1.0, 2.0])
print(a.sum())
"""
OUTPUT = "hello you\n300.0\n"
EXPLAINED = """\
4 loop nests, 1 ran compiled; S

program.py:6, scale
         6 |     for i in range(len(a)):
    ran compiled on the cpu, 2 runs: T, and T to compile; S

program.py:11, shout
        11 |     for name in names:
  >     12 |         print("hello", name)
           |               ^^^^^^^
    not compiled: an expression that is not supported in a compiled loop: a string [expression]
    hint: move what handles texts (a message, a name) out of the loop

program.py:16, drop
        16 |     for i in range(2):
  >     17 |         rows[i] = 0.0
           |         ^^^^
    not compiled (1 run): a value whose type is not supported: rows is a list [value-type]
    hint: make an array of it before the loop, np.array(...), if it holds numbers alone

program.py:21, never
        21 |     for i in range(n):
    not reached
"""
STATIC = """\
4 loop nests, 3 can run compiled if the values allow it

program.py:6, scale
         6 |     for i in range(len(a)):
    can run compiled, if the values of a, s allow it

program.py:11, shout
        11 |     for name in names:
  >     12 |         print("hello", name)
           |               ^^^^^^^
    not compiled: an expression that is not supported in a compiled loop: a string [expression]
    hint: move what handles texts (a message, a name) out of the loop

program.py:16, drop
        16 |     for i in range(2):
    can run compiled, if the values of rows allow it

program.py:21, never
        21 |     for i in range(n):
    can run compiled, if the values of n allow it
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def without_dependences(text: str) -> str:
    """Without what is said of the loops of each nest, which has tests of its own."""
    return re.sub(r"^    dependences.*\n(      \S.*\n)*", "", text, flags=re.MULTILINE)


def test_the_program_runs_and_is_explained(folder: Path) -> None:
    done = alpyna(folder, "explain", "program.py", "you", ALPYNA_DEVICE="cpu")
    assert (done.returncode, done.stdout) == (0, OUTPUT)
    assert without_times(without_dependences(done.stderr)) == EXPLAINED


def test_kernels(folder: Path) -> None:
    done = alpyna(folder, "explain", "--kernel", "program.py", ALPYNA_DEVICE="cpu")
    _, _, kernel = done.stderr.partition("    kernel 1:\n")
    lines = kernel.partition("\n\n")[0].splitlines()
    assert lines[0] == "        def kernel(frame):"
    assert any("for k in range(" in line for line in lines)
    assert all(line.startswith("        ") for line in lines)


@pytest.mark.parametrize(("language", "expected"), [("llvm", "define i64 @kernel(ptr %p.frame)"), ("asm", "kernel:")])
def test_kernels_in_other_languages(language: str, expected: str, folder: Path) -> None:
    done = alpyna(folder, "explain", f"--kernel={language}", "program.py", ALPYNA_DEVICE="cpu")
    _, _, kernel = done.stderr.partition("    kernel 1:\n")
    assert any(line.strip().startswith(expected) for line in kernel.partition("\n    kernel 2")[0].splitlines()), done.stderr


def test_json(folder: Path) -> None:
    done = alpyna(folder, "explain", "--json", "-o", "explained.json", "program.py", ALPYNA_DEVICE="cpu")
    assert (done.returncode, done.stderr) == (0, "")
    entries = {entry["line"]: entry for entry in json.loads((folder / "explained.json").read_text())}
    assert sorted(entries) == [6, 11, 16, 21]
    assert entries[6]["accelerated_runs"] == entries[6]["runs"] == 2
    assert entries[6]["device"] == "cpu"
    assert entries[6]["seconds"] > 0
    assert [(loop["line"], loop["verdict"]) for loop in entries[6]["loops"]] == [(6, "parallel")]
    assert entries[6]["graph"]["stage"] == "run-time"
    assert entries[11]["loops"] == entries[16]["loops"] == []
    assert entries[11]["place"] == [12, 14, 12, 21]
    assert entries[11]["reason"] == "expression"
    assert entries[11]["hint"].startswith("move what handles texts")
    assert (entries[16]["reason"], entries[16]["detail"]) == ("value-type", "rows is a list")
    assert entries[21]["reason"] is entries[21]["hint"] is None


def test_json_goes_to_standard_output_and_what_the_program_prints_to_standard_error(folder: Path) -> None:
    (folder / "prints.py").write_text("import os\nfor i in range(3):\n    x = 'a'\nprint('mine')\nos.system('echo child')\n")
    done = alpyna(folder, "explain", "--json", "prints.py")
    (entry,) = json.loads(done.stdout)
    assert (entry["line"], entry["reason"], entry["text"]) == (2, "expression", "an expression that is not supported in a compiled loop")
    assert sorted(done.stderr.splitlines()) == ["child", "mine"]


def test_json_by_the_name_of_the_file(folder: Path) -> None:
    done = alpyna(folder, "explain", "-o", "out.json", "program.py", "you")
    assert (done.stdout, done.stderr) == (OUTPUT, "")
    assert len(json.loads((folder / "out.json").read_text())) == 4


@pytest.mark.parametrize(("command", "formats"), [
    (["explain", "-o", "x.html"], "text (.txt, .log, .md, no suffix) or JSON (.json)"),
    (["explain", "--static", "-o", "x.html"], "text (.txt, .log, .md, no suffix) or JSON (.json)"),
    (["run", "--report", "x.html"], "JSON (.json, no suffix)"),
])
def test_a_format_that_is_not_there_is_refused_before_anything_runs(folder: Path, command: list[str], formats: str) -> None:
    done = alpyna(folder, *command, "program.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].endswith(f": cannot write x.html: what is written is {formats}")
    assert not (folder / "x.html").exists()


HOT = """\
import util


def slow(d, n):
    s = 0
    for i in range(n):
        s += int("2") * i
    return s


def quick(n):
    for i in range(n):
        x = "a"


quick(3)
slow({"x": 2}, 4_000_000)
util.work(2_000_000)
"""
UTIL = "def work(n):\n    s = 0\n    for i in range(n):\n        s += i % 7\n    return s\n"


def test_what_takes_the_time_comes_first_and_is_summed_up(folder: Path) -> None:
    (folder / "hot.py").write_text(HOT)
    (folder / "util.py").write_text(UTIL)
    done = alpyna(folder, "explain", "hot.py")
    lines = without_times(done.stderr).splitlines()
    assert lines[:4] == [
        "2 loop nests, 0 ran compiled, with 0 % of the T that plain Python needs for the loops",
        "in the interpreter most of the time goes to hot.py:6, slow: T",
        "util.py has a loop that takes T, and is not marked: --accelerate util, or the line `# alpyna: accelerate` in it",
        "",
    ]
    heads = [line for line in lines if re.match(r"\w+\.py:\d+", line)]
    assert heads == ["hot.py:6, slow: T in the interpreter", "util.py:3, work: T in the interpreter", "hot.py:12, quick"]


def test_the_report_of_a_run_has_the_times_too(folder: Path) -> None:
    (folder / "hot.py").write_text(HOT)
    (folder / "util.py").write_text(UTIL)
    done = alpyna(folder, "run", "--report", "out.json", "--accelerate", "utl.*,os", "hot.py")
    rows = json.loads((folder / "out.json").read_text())
    assert [(row["line"], row["reason"]) for row in rows] == [(6, "expression"), (3, "unmarked"), (12, "expression")]
    assert rows[0]["interpreted_seconds"] > rows[2]["interpreted_seconds"] == 0.0
    assert done.stderr == (
        "alpyna run: os matches os, which has no Python source of its own, or was imported before\n"
        "alpyna run: no module that was imported matches utl.*\n"
    )


def test_static_does_not_run_the_program(folder: Path) -> None:
    done = alpyna(folder, "explain", "--static", "program.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert without_dependences(done.stdout) == STATIC


def test_static_of_a_zip_file(folder: Path) -> None:
    with zipfile.ZipFile(folder / "app.pyz", "w") as archive:
        archive.write(folder / "program.py", "__main__.py")
    plain, zipped = (alpyna(folder, "explain", "--static", name) for name in ("program.py", "app.pyz"))
    assert zipped.returncode == 0
    assert zipped.stdout == plain.stdout.replace("program.py", os.path.join("app.pyz", "__main__.py"))


def test_static_of_a_module(folder: Path) -> None:
    package = folder / "pack"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (package / "inner" / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (package / "inner" / "__main__.py").write_text("for i in range(3):\n    x = i\n")
    (package / "part.py").write_text("for i in range(3):\n    x = i\n")
    assert "main__.py:1, <module>" in alpyna(folder, "explain", "--static", "-m", "pack.inner").stdout
    assert "part.py:1, <module>" in alpyna(folder, "explain", "--static", "-m", "pack.part").stdout
    missing = alpyna(folder, "explain", "--static", "-m", "pack.missing")
    assert (missing.returncode, missing.stderr) == (2, "alpyna explain: no source file for 'pack.missing'\n")


@pytest.mark.parametrize(("arguments", "code", "message"), [
    (("--static", "missing.py"), 2, "missing.py"),
    (("--static", "--kernel", "program.py"), 2, "--kernel needs a run"),
    (("--static", "broken.py"), 1, "broken.py does not compile"),
])
def test_errors(folder: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    (folder / "broken.py").write_text("for\n")
    done = alpyna(folder, "explain", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_program_that_fails_is_explained_after_its_traceback(folder: Path) -> None:
    (folder / "fails.py").write_text("for i in range(3):\n    x = 'a'\nraise SystemExit(5)\n")
    done = alpyna(folder, "explain", "fails.py")
    assert done.returncode == 5
    assert "fails.py:1, <module>" in done.stderr
    (folder / "fails.py").write_text("for i in range(3):\n    x = 'a'\n1 / 0\n")
    done = alpyna(folder, "explain", "fails.py")
    assert done.returncode == 1
    assert 0 < done.stderr.index("ZeroDivisionError") < done.stderr.index("fails.py:1, <module>")


def test_loops_that_the_interpreter_was_told_to_run(folder: Path) -> None:
    done = alpyna(folder, "explain", "program.py", "you", ALPYNA_DEVICE="interpreter")
    assert done.stdout == OUTPUT
    assert "4 loop nests, 0 ran compiled" in done.stderr
    assert "not compiled (1 run, any later ones not counted): ALPYNA_DEVICE=interpreter or ALPYNA_DISABLE=1 [disabled]" in done.stderr


def test_disabled(folder: Path) -> None:
    done = alpyna(folder, "explain", "program.py", "you", ALPYNA_DISABLE="1")
    assert (done.stdout, done.stderr) == (OUTPUT, "no loops in marked modules\n")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_is_not_explained_twice(folder: Path) -> None:
    (folder / "forks.py").write_text(
        "import os\nfor i in range(2):\n    x = 'a'\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\n"
    )
    done = alpyna(folder, "explain", "forks.py")
    assert done.stderr.count("forks.py:2, <module>") == 1
    assert "DeprecationWarning" not in done.stderr
    assert ("until the program forked" in done.stderr) == (sys.version_info >= (3, 12))


def test_devices(folder: Path) -> None:
    done = alpyna(folder, "devices")
    lines = done.stdout.splitlines()
    names = ["interpreter", "cpu", "cuda", "opencl"]
    assert [line.split()[0] for line in lines if not line.startswith(" ")][:4] == names
    known = {device["name"]: device for device in json.loads(alpyna(folder, "devices", "--json").stdout)}
    assert 1 <= known["cpu"]["allowed"] <= known["cpu"]["cores"]
    assert known["cpu"]["usable"] and [*known][:4] == names
    assert known["opencl"]["usable"] or (known["opencl"]["missing"] and "pip install" in known["opencl"]["remedy"])


def test_a_bound_from_a_dictionary_is_no_failure_before_the_engine_is_there(tmp_path: Path) -> None:
    (tmp_path / "bounds.py").write_text(
        '# alpyna: accelerate\nsizes = {"n": 3, 2: 4}\ns = 0\nfor i in range(sizes["n"]):\n    s += i\n'
        "for i in range(sizes[2]):\n    s += i\nprint(s)\n")
    done = alpyna(tmp_path, "explain", "bounds.py")
    assert (done.returncode, done.stdout) == (0, "9\n")
    assert "unavailable" not in done.stderr

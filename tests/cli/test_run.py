"""The command line: `run` and its options, `cache`, and what it says when it is used wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hook.processes import ROOT, Program

TOTAL = "def total(n):\n    s = 0\n    for i in range(n):\n        s += i * i\n    return s\n"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")


def alpyna(program: Program, *args: str, **extra: str) -> tuple[int, str, str]:
    outcome = program.python("-m", "alpyna", *args, **extra)
    return outcome.code, outcome.out, outcome.err


def test_the_report_is_written_at_exit(program: Program) -> None:
    program.write("main.py", TOTAL + "class C:\n    for i in range(2): pass\nprint(total(3))\nraise SystemExit(5)\n")
    assert alpyna(program, "run", "--report", "out.json", "main.py")[:2] == (5, "5\n")
    rows = json.loads((program.folder / "out.json").read_text())
    assert [(row["line"], row["qualname"], row["reason"]) for row in rows] == [(3, "total", None), (7, "C", "class-body")]
    for row in rows:
        assert {"file", "line", "qualname", "runs", "accelerated_runs", "device", "reason", "seconds"} <= row.keys()
        assert row["file"] == str(program.folder / "main.py")


def test_a_report_does_not_import_numpy(program: Program) -> None:
    program.write("main.py", "import sys\nfor i in range(10): x = i\nprint('numpy' in sys.modules)\n")
    done = program.python("-m", "alpyna", "run", "--report", "report.json", "main.py")
    assert (done.out, done.err) == ("False\n", "")


def test_the_report_is_the_parent_s_and_lies_where_the_program_was_started(program: Program) -> None:
    program.write("main.py", TOTAL + (
        "import os, sys\nos.mkdir('inner'); os.chdir('inner')\n"
        "if hasattr(os, 'fork'):\n    pid = os.fork()\n    if pid == 0:\n        sys.exit(0)\n    os.waitpid(pid, 0)\n"
        "    assert not os.path.exists('../out.json')\ntotal(3)\n"))
    assert alpyna(program, "run", "--report", "out.json", "main.py")[0] == 0
    assert (program.folder / "out.json").exists()


def test_options_after_the_program_are_its_own(program: Program) -> None:
    program.write("main.py", "import sys\nprint(sys.argv)\n")
    arguments = ["--help", "-m", "x", "--report=y", "--", "--accelerate"]
    assert alpyna(program, "run", "main.py", *arguments)[1] == f"{['main.py', *arguments]}\n"
    program.write("m.py", "import sys\nprint(sys.argv[1:])\n")
    assert alpyna(program, "run", "-m", "m", *arguments)[1] == f"{arguments}\n"


@pytest.mark.parametrize(("words", "environment", "expected"), [
    ([], {}, None), (["--progress"], {}, True), (["--no-progress"], {}, False), ([], {"ALPYNA_PROGRESS": "1"}, True),
    (["--no-progress"], {"ALPYNA_PROGRESS": "1"}, False), (["--progress", "-m"], {}, True),
])
def test_progress(program: Program, words: list[str], environment: dict[str, str], expected: bool | None) -> None:
    program.write("m.py", "from alpyna_hook.hook.finder import installed_settings\nprint(installed_settings().options().progress)\n")
    outcome = alpyna(program, "run", *words, "m" if "-m" in words else "m.py", **environment)
    assert outcome == (0, f"{expected}\n", "")


def test_the_real_engine_gives_the_same(program: Program) -> None:
    """Without the reference engine of these tests: the loop is compiled."""
    program.write("main.py", (
        "import numpy as np\na = np.arange(1000.0)\ns = 0.0\nfor i in range(a.size):\n    s += a[i] * 0.1\n"
        "print(repr(s), type(s), i, type(i))\n"))
    paths = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    plain = program.python("main.py", **paths)
    hooked = program.python("-m", "alpyna", "run", "--report", "r.json", "main.py", **paths, ALPYNA_DEVICE="cpu")
    assert hooked == plain
    (row,) = json.loads((program.folder / "r.json").read_text())
    assert (row["runs"], row["accelerated_runs"], row["device"], row["reason"]) == (1, 1, "cpu", None)


@pytest.mark.parametrize(("args", "usage", "text"), [
    ([], "", "the following arguments are required: command"),
    (["rum"], "", "argument command: invalid choice: 'rum'; did you mean 'run'?"),
    (["rum", "main.py"], "", "argument command: invalid choice: 'rum'; did you mean 'run'?"),
    (["run"], " run", "the following arguments are required: program"),
    (["run", "-m"], " run", "the following arguments are required: program"),
    (["run", "--accelerate"], " run", "argument --accelerate: expected one argument"),
    (["run", "--reprot", "x", "main.py"], " run", "unknown option --reprot; did you mean '--report'?"),
    (["run", "--reprot=x", "main.py"], " run", "unknown option --reprot=x; did you mean '--report'?"),
    (["explain", "--jsn", "main.py"], " explain", "unknown option --jsn; did you mean '--json'?"),
    (["explain", "-m"], " explain", "the following arguments are required: program"),
    (["profile", "--shwo"], " profile", "unknown option --shwo; did you mean '--show'?"),
    (["devices", "main.py"], " devices", "unknown argument main.py"),
    (["cache"], " cache", "the following arguments are required: action"),
    (["cache", "claer"], " cache", "argument action: invalid choice: 'claer'; did you mean 'clear'?"),
    (["--report", "x", "run", "main.py"], " run", "--report stands before the command; write it after: alpyna run --report ..."),
])
def test_wrong_use(program: Program, args: list[str], usage: str, text: str) -> None:
    program.write("main.py", "")
    code, out, err = alpyna(program, *args)
    assert (code, out) == (2, "")
    assert err.startswith(f"usage: alpyna{usage} [-h]")
    assert err.splitlines()[-1] == f"alpyna{usage}: error: {text}"


@pytest.mark.parametrize("flags", [[], ["-OO"]])
def test_help_and_version(program: Program, flags: list[str]) -> None:
    for args in (["--help"], ["run", "--help"], ["cache", "-h"], ["--version"]):
        outcome = program.python(*flags, "-m", "alpyna", *args)
        assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("alpyna 0.")


def test_cache(program: Program) -> None:
    program.write("m.py", "# alpyna: accelerate\n" + TOTAL)
    program.write("main.py", "import m\nprint(m.total(3))\n")
    assert alpyna(program, "run", "main.py")[1] == "5\n"
    code, out, _ = alpyna(program, "cache", "list", ".")
    lines = out.splitlines()
    assert (code, len(lines)) == (0, 3)
    assert [Path(line.split(maxsplit=1)[1]).name.split(".")[0].split("-")[0] for line in lines[:2]] == ["main", "m"]
    assert "bytes in 2 files" in lines[2]
    assert "removed 1 files" in alpyna(program, "cache", "clear")[1]
    assert "removed 1 files" in alpyna(program, "cache", "clear", ".")[1]
    assert alpyna(program, "cache", "list", ".")[1].startswith("0 bytes in 0 files")


@pytest.mark.parametrize("command", [["run", "--report"], ["explain", "-o"], ["explain", "--static", "-o"], ["profile", "-o"]])
@pytest.mark.parametrize("file", ["missing/out.json", "."])
def test_a_file_that_cannot_be_written_is_said_before_anything_runs(program: Program, command: list[str], file: str) -> None:
    program.write("main.py", TOTAL + "print(total(3))\n")
    code, out, error = alpyna(program, *command, file, *([] if command[0] == "profile" else ["main.py"]))
    assert (code, out) == (2, "")
    assert error.splitlines()[-1].startswith(f"alpyna {command[0]}: error: argument ") and f"cannot write {file}: " in error


def test_a_folder_that_vanishes_costs_the_report_alone(program: Program) -> None:
    program.write("main.py", TOTAL + "import os\nos.rmdir('out')\nprint(total(3))\n")
    (program.folder / "out").mkdir()
    code, out, error = alpyna(program, "run", "--report", "out/r.json", "main.py")
    assert (code, out) == (0, "5\n")
    assert error.startswith("alpyna run: cannot write ") and error.count("\n") == 1


def test_a_script_without_a_command(program: Program) -> None:
    program.write("script.py", "print(1)")
    for words in ("script.py", "--accelerate pkg.* script.py"):
        run = program.python("-m", "alpyna", *words.split(), "--fast")
        assert (run.code, run.out) == (2, "")
        assert run.err == f"alpyna: script.py is a file, not a command: python -m alpyna run {words}\n"


def test_a_program_starts_without_what_it_does_not_need(program: Program) -> None:
    dear = {"argparse", "shutil", "_hashlib", "linecache", "tokenize", "dataclasses", "alpyna_hook.hook.rewrite", "numpy"}
    program.write("main.py", f"import sys\nfor i in range(3): pass\nprint(sorted({dear!r} & sys.modules.keys()), sys.argv[1:])\n")
    plain = program.python("main.py", "x", "--help")
    bytecode = {"ALPYNA_CACHE_DIR": str(program.folder / "cache"), "PYTHONDONTWRITEBYTECODE": ""}
    for _ in range(2):
        hooked = alpyna(program, "run", "main.py", "x", "--help", **bytecode)
    assert hooked == (0, plain.out, "")


def test_an_attribute_that_is_gone_through_needs_no_engine(program: Program) -> None:
    """It may be a property; while there is no NumPy it gives no array, and so nothing that would be worth an import."""
    program.write("main.py", (
        "import sys\nclass A:\n    items = property(lambda self: (1, 2))\na = A()\nfor x in a.items: s = x + 1\n"
        "print(s, 'numpy' in sys.modules)\n"))
    assert program.python("-m", "alpyna", "run", "main.py", PYTHONPATH=str(ROOT)).out == "3 False\n"

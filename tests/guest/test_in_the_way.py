"""What the program puts in the way of our work: audit hooks, import hooks, patched functions.  The loop is interpreted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.hook.processes import ROOT, Program

LOOP = """
def f(n):
    s = 0.0
    for i in range(n):
        s += i * 0.5
    return s
"""
RESULT = "22499925000.0\n"
CUT_SHORT = "alpyna run: the seconds in the interpreter are those until the program forked, or kept us from looking on\n"  # at times
SETTINGS = {"ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "PYTHONPATH": str(ROOT)}


def run(program: Program, text: str, *args: str) -> tuple[str, str | None]:
    """What a program prints, and the reason for which its loop was interpreted; plain Python prints the same."""
    program.write("main.py", text)
    plain = program.python("main.py", *args, PYTHONPATH=str(ROOT))
    found = program.python("-m", "alpyna", "run", "--report", "report.json", "main.py", *args, **SETTINGS)
    assert replace(found, err=found.err.replace(CUT_SHORT, "")) == plain
    report = program.folder / "report.json"
    entries = json.loads(report.read_text())
    return found.out, entries[0]["reason"] if entries else None


EVENTS = ("exec", "compile", "open", "import", "marshal.loads", "ctypes.dlopen", "ctypes.cdata", "sys._getframe", "os.listdir",
          "object.__getattr__")
ERRORS = ("OSError", "KeyError", "Own", "OwnBase", "SystemExit")


@pytest.mark.parametrize(
    ("event", "error"), [*((event, "RuntimeError") for event in EVENTS), *(("exec", error) for error in ERRORS), ("import", "OwnBase")]
)
def test_audit_hooks(event: str, error: str, program: Program) -> None:
    """Whatever a hook raises for what we do is not the program's concern."""
    out, reason = run(program, f"""
import sys
class Own(Exception): pass
class OwnBase(BaseException): pass
def hook(event, arguments):
    if event == "{event}" and armed: raise {error}(event)
armed = False
sys.addaudithook(hook)
{LOOP}
armed = True
answer = f(300_000)
armed = False
print(answer)
""")
    assert out == RESULT
    assert reason == "unavailable" or event == "os.listdir"


def test_import_hooks(program: Program) -> None:
    out, reason = run(program, f"""
import sys
class Blocker:
    def find_spec(self, name, path, target=None):
        raise LookupError(name)
{LOOP}
sys.meta_path.insert(0, Blocker())
print(f(300_000))
del sys.meta_path[0]
""")
    assert (out, reason) == (RESULT, "unavailable")


@pytest.mark.parametrize("patched", ["builtins.open", "builtins.__import__", "builtins.compile", "os.listdir", "os.stat", "os.open"])
def test_patched_functions(patched: str, program: Program) -> None:
    module, name = patched.split(".")
    out, _ = run(program, f"""
import builtins, os
{LOOP}
def patched(*args, **more):
    raise ZeroDivisionError("patched")
kept = {patched}
{patched} = patched
answer = f(300_000)
{patched} = kept
print(answer)
""")
    assert out == RESULT, (module, name)


def test_warnings_that_are_errors(program: Program) -> None:
    out, _ = run(program, f"import warnings\n{LOOP}\nwarnings.simplefilter('error')\nprint(f(300_000))\n")
    assert out == RESULT


def test_a_hook_while_a_marked_module_is_imported(program: Program) -> None:
    """It is imported as plain Python."""
    program.write("marked.py", "# alpyna: accelerate\n" + LOOP)
    out, _ = run(program, """
import sys
def hook(event, arguments):
    if event == "open" and armed and "alpyna" in str(arguments[0]): raise RuntimeError(event)
armed = True
sys.addaudithook(hook)
import marked
armed = False
print(marked.f(300_000))
""")
    assert out == RESULT


def test_what_was_in_the_way_for_a_moment(program: Program) -> None:
    """The loop runs compiled later: neither the blocked import nor the hook is for ever."""
    program.write("main.py", f"""
import sys, time
import alpyna_hook.kernels.bare as bare
bare._VERSIONS = ("none",)  # LLVM by way of llvmlite's binding, which has to be imported
class Blocker:
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in ("llvmlite", "numba", "numpy") or name == sys.argv[1]: raise ImportError(name)
{LOOP}
blocker = Blocker()
sys.meta_path.insert(0, blocker)
f(1000)
sys.meta_path.remove(blocker)
import alpyna_hook
end = time.monotonic() + 60
while time.monotonic() < end and not any([entry["accelerated_runs"] for entry in alpyna_hook.report()]):
    time.sleep(0.1)
    f(1000)
list(map(f, [1000] * 100))
""")
    for blocked in ("nothing", "alpyna_hook.runtime.engine"):
        done = program.python("-m", "alpyna", "run", "--report", "report.json", "main.py", blocked, **SETTINGS)
        assert done.err == ""
        (entry,) = [e for e in json.loads((program.folder / "report.json").read_text()) if e["qualname"] == "f"]
        assert entry["accelerated_runs"] > 50, entry
        assert entry["refusals"] == {"unavailable": entry["runs"] - entry["accelerated_runs"]}

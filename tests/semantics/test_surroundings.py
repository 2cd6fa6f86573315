"""The contract's second table: what surrounds a loop, each in a process of its own where needed."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import alpyna_hook
from tests.differential import Program, check

A = np.arange(6.0)


# ------------------------------------------------------------- the loop variable


@pytest.mark.parametrize("bounds", ["range(5)", "range(0)", "range(4, -1, -1)", "range(1, 8, 3)", "range(5, 5)", "range(3, 9, -1)"])
@pytest.mark.parametrize("before", ["pass", "i = 'old'", "i = -7"])
def test_loop_variable_keeps_its_last_value(bounds: str, before: str) -> None:
    source = f"def f(n):\n    {before}\n    for i in {bounds}:\n        n = n + i\n    return locals()"
    check(source, 3, expect="accelerated" if len(eval(bounds)) else "not-run")


def test_loop_variable_assigned_in_the_body() -> None:
    check("def f(n):\n    for i in range(n):\n        i = i * 10\n    return locals()", 4)


def test_unbound_loop_variable_raises_after_no_iterations() -> None:
    source = "def f(n):\n    for i in range(n):\n        t = i\n    return i + t"
    assert isinstance(check(source, 0, expect=None).plain.error, UnboundLocalError)
    check(source, 3)


def test_element_loops_leave_their_variables() -> None:
    check("def f(a, b):\n    for k, (x, y) in enumerate(zip(a, b)):\n        t = x * y\n    return locals()", A, A[:4])
    check("def f(a):\n    for x in a:\n        pass\n    return locals()", A[:0], expect="not-run")
    check("def f(a):\n    for x in a:\n        x = x * 2\n    return locals()", A)


@pytest.mark.parametrize("limit", [2, 100])
def test_else_and_break(limit: int) -> None:
    source = """
        def f(a, limit):
            for i in range(len(a)):
                for j in range(i):
                    if a[j] >= limit:
                        break
                else:
                    a[i] += 1
                    continue
                break
            else:
                t = 5
            return locals()
        """
    check(source, A, limit, expect="accelerated" if limit > 5 else None)  # `t` is not always assigned


# ---------------------------------------------------------------------- watchers

LOOP = "def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] * 2\n    return a"


def test_a_trace_function_sees_the_lines() -> None:
    lines: list[list[int]] = [[], []]
    program = Program(LOOP)
    program.load()
    for side, namespace in enumerate((program.plain, program.fast)):

        def trace(frame: object, event: str, _arg: object, side: int = side) -> object:
            if event == "line" and frame.f_code.co_filename == program.filename:  # type: ignore[attr-defined]
                lines[side].append(frame.f_lineno)  # type: ignore[attr-defined]
            return trace

        old = sys.gettrace()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            namespace["f"](A.copy())  # type: ignore[operator]
        finally:
            sys.settrace(old)
    assert lines[0].count(3) == lines[1].count(3) == len(A)
    assert set(lines[0]) == set(lines[1])


# ------------------------------------------------------------------- processes


def script(tmp_path: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a marked module through the import hook, compiled."""
    command = _command(tmp_path, text)
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=_environment(**environment))


def _command(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "job.py"
    path.write_text("# alpyna: accelerate\n" + textwrap.dedent(text))
    return [sys.executable, "-m", "alpyna", "run", str(path)]


def _environment(**more: str) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": root, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", **more}


def test_threads_may_call_at_once(tmp_path: Path) -> None:
    run = script(
        tmp_path,
        """
        import threading
        import numpy as np

        def work(a, s):
            for i in range(len(a)):
                s = s + a[i] * 0.5
                a[i] = s
            return s

        results = [None] * 8
        def call(k):
            results[k] = [work(np.arange(float(k * 100 + r)), 0.0) for r in range(1, 40)]

        threads = [threading.Thread(target=call, args=(k,)) for k in range(8)]
        for t in threads: t.start()
        for t in threads: t.join()
        def plain(a, s):
            for x in a.tolist():
                s = s + x * 0.5
            return s
        for k in range(8):
            for r in range(1, 40):
                assert results[k][r - 1] == plain(np.arange(float(k * 100 + r)), 0.0)
        import alpyna_hook
        runs = [e for e in alpyna_hook.report() if e["qualname"] == "work"]
        assert sum(e["accelerated_runs"] for e in runs) >= 300, runs
        print("same")
        """,
    )
    assert run.stdout == "same\n", run.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_runs_compiled_loops(tmp_path: Path) -> None:
    run = script(
        tmp_path,
        """
        import os
        import numpy as np

        def work(a):
            s = 0.0
            for i in range(len(a)):
                s += a[i]
            return s

        assert work(np.arange(100.0)) == 4950.0
        child = os.fork()
        if child == 0:
            assert work(np.arange(50.0)) == 1225.0
            assert work(np.arange(50.0, dtype=np.float32)) == 1225.0
            os._exit(7)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status))
        """,
    )
    assert run.stdout == "7\n", run.stderr


@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "NUMBA_NUM_THREADS"])
def test_thread_limits_are_respected(tmp_path: Path, variable: str) -> None:
    """No more threads than allowed: with one, the process has no thread but its own, and the one that compiles while it waits."""
    run = script(
        tmp_path,
        """
        import os, threading
        import numpy as np

        def work(a):
            for i in range(len(a)):
                a[i] = a[i] * 2.0
            return a[-1]

        before = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else threading.active_count()
        work(np.ones(100000))
        after = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else threading.active_count()
        print(after - before)
        """,
        **{variable: "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert run.stdout in ("0\n", "1\n"), run.stderr


# ---------------------------------------------------------------- other code than the source's


def test_a_function_whose_code_was_replaced_is_not_compiled_from_its_source() -> None:
    compared = check("""
        def g(x):
            return x + 1000.0
        def f(a):
            for i in range(len(a)):
                a[i] = g(a[i])
            code = g.__code__
            g.__code__ = code.replace(co_consts=tuple([7.0 if c == 1000.0 else c for c in code.co_consts]))
            for i in range(len(a)):
                a[i] = g(a[i])
    """, A, expect="call")
    assert [run.accelerated for run in compared.runs] == [1, 0]


def test_a_loop_whose_code_was_replaced_is_interpreted() -> None:
    check("""
        def g(a):
            for i in range(len(a)):
                a[i] = a[i] + 1000.0
        def f(a):
            g(a)
            g.__code__ = g.__code__.replace(co_consts=tuple([7.0 if c == 1000.0 else c for c in g.__code__.co_consts]))
            g(a)
    """, A)


def test_a_function_from_before_a_reload_is_the_one_from_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path, text = tmp_path / "reloaded_program.py", "# alpyna: accelerate\ndef g(x):\n    return x + 1.0\n"
    path.write_text(text)
    with alpyna_hook.install():
        module = importlib.import_module("reloaded_program")
        old = module.g
        path.write_text(text.replace("1.0", "500.0"))
        importlib.reload(module)
    user = alpyna_hook.static_analyse(
        "def f(a, g):\n    for i in range(len(a)):\n        a[i] = g(a[i])\n    return a[1]\n",
        alpyna_hook.Options(device="cpu", strict=True),
    )
    assert (user.f(A.copy(), old), user.f(A.copy(), module.g)) == (2.0, 501.0)
    (entry,) = alpyna_hook.report(user.__file__)
    assert (entry["accelerated_runs"], entry["refusals"]) == (2, {})
    del sys.modules["reloaded_program"]


@pytest.mark.parametrize("where", ["f", "g"])
def test_functions_may_have_builtins_of_their_own(where: str) -> None:
    compared = check(f"""
        import types
        def g(x):
            return abs(x)
        def f(a):
            for i in range(len(a)):
                a[i] = g(a[i]) + abs(a[i])
        def main(a):
            own = {{"range": range, "len": len, "abs": lambda x: 7.0, "g": g}}
            {where}_ = types.FunctionType({where}.__code__, {{"__builtins__": own}})
            f(a)
            if "{where}" == "f":
                f_(a)
            else:
                globals()["g"] = g_
                f(a)
    """, A, expect=None, function="main")
    assert compared.runs[0].accelerated == (1 if where == "f" else 2)  # that of g is a function that can be compiled

"""Reports of programs that start worker processes: what became of loops there is added up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.hook.processes import ROOT, Program

WORK = """
import multiprocessing, os, signal, sys, threading, time
from concurrent.futures import ProcessPoolExecutor
import numpy as np

def total(n):
    s = 0
    for i in range(n):
        s += i * i
    return s

def declined(n):
    s = ""
    for i in range(n):
        s += "x"
    return len(s)

def both(n):
    return total(n) + declined(n)

if __name__ == "__main__":
    print(both(10))
    context = multiprocessing.get_context(sys.argv[2]) if sys.argv[2] != "os" else None
"""
POOL = """
    with context.Pool(2) as pool:
        print(pool.map(both, range(20, 25), chunksize=1))
"""
EXECUTOR = """
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        print(list(pool.map(both, range(20, 25))))
"""
PROCESS = """
    for n in range(20, 25):
        process = context.Process(target=both, args=(n,))
        process.start()
        process.join()
"""
FORK = """
    for n in range(20, 25):
        if (pid := os.fork()) == 0:
            both(n)
            sys.exit()
        os.waitpid(pid, 0)
"""
HOW = {"pool": POOL, "executor": EXECUTOR, "process": PROCESS, "fork": FORK}
SHORT = [("pool", "fork"), ("pool", "spawn"), ("fork", "os")]
LONG = [(how, method) for how in HOW for method in ("fork", "spawn", "forkserver") if how != "fork" and (how, method) not in SHORT]
CASES = [*SHORT, *(pytest.param(*case, marks=pytest.mark.slow) for case in LONG)]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")


def reported(program: Program, how: str, method: str) -> tuple[str, dict[str, dict[str, Any]]]:
    program.write("main.py", WORK + HOW[how])
    environment = {"PYTHONPATH": str(ROOT), "ALPYNA_DEVICE": "cpu", "ALPYNA_LOG": "0"}
    done = program.python("-W", "ignore", "-m", "alpyna", "run", "--report", "r.json", "main.py", how, method, **environment)
    assert (done.code, done.err) == (0, "")
    rows = json.loads((program.folder / "r.json").read_text())
    return done.out, {row["qualname"]: row for row in rows}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(("how", "method"), CASES)
def test_what_workers_ran_is_added(program: Program, how: str, method: str) -> None:
    out, rows = reported(program, how, method)
    assert out == program.python("-W", "ignore", "main.py", how, method, PYTHONPATH=str(ROOT)).out
    assert (rows["total"]["runs"], rows["total"]["accelerated_runs"]) == (6, 6)
    assert 1 <= rows["total"]["workers"] <= (5 if how in ("process", "fork") else 2)
    assert rows["declined"]["accelerated_runs"] == 0
    leftover = [path.name for path in program.cache.iterdir() if path.name.startswith("workers-")]
    assert leftover == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_worker_ends_that_a_signal_does_not_wake(program: Program, method: str) -> None:
    """As if it had come just before the worker began to wait: it is another thread that meets it."""
    program.write("main.py", WORK.replace("context = ", """stuck_lock = multiprocessing.get_context(sys.argv[2]).Lock()
    stuck_lock.acquire()
    context = """).replace("if __name__", """def stuck(n, lock):
    both(n)
    threading.Thread(target=lambda: (time.sleep(0.3), signal.pthread_kill(threading.get_ident(), signal.SIGTERM)), daemon=True).start()
    lock.acquire()

if __name__""") + """
    process = context.Process(target=stuck, args=(20, stuck_lock))
    process.start()
    process.join()
    print(process.exitcode)
""")
    environment = {"PYTHONPATH": str(ROOT), "ALPYNA_DEVICE": "cpu", "ALPYNA_LOG": "0"}
    done = program.python("-W", "ignore", "-m", "alpyna", "run", "--report", "r.json", "main.py", "process", method, **environment)
    assert (done.code, done.err, done.out.splitlines()[-1]) == (0, "", "-15")
    rows = json.loads((program.folder / "r.json").read_text())
    (row,) = [row for row in rows if row["qualname"] == "total"]
    assert (row["runs"], row["workers"]) == (2, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_explain_counts_workers(program: Program) -> None:
    program.write("main.py", WORK + POOL)
    environment = {"PYTHONPATH": str(ROOT), "ALPYNA_DEVICE": "cpu", "ALPYNA_LOG": "0"}
    done = program.python("-W", "ignore", "-m", "alpyna", "explain", "main.py", "pool", "spawn", **environment)
    assert done.code == 0
    assert "ran compiled on the cpu, 6 runs, with those of " in done.err


def test_a_loop_that_only_workers_reach(program: Program) -> None:
    program.write("only.py", "# alpyna: accelerate\ndef f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n")
    program.write("main.py", (
        "import multiprocessing\ndef work(n):\n    import only\n    return only.f(n)\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(work, [5, 6]))\n"))
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(program.folder)]), "ALPYNA_DEVICE": "cpu", "ALPYNA_LOG": "0"}
    done = program.python("-m", "alpyna", "run", "--report", "r.json", "main.py", **environment)
    assert (done.code, done.out, done.err) == (0, "[10, 15]\n", "")
    (row,) = [row for row in json.loads((program.folder / "r.json").read_text()) if row["qualname"] == "f"]
    assert (row["runs"], row["accelerated_runs"], row["workers"], row["device"]) == (2, 2, 1, "cpu")


def test_a_program_that_is_not_reported_on_has_no_part_of_this(program: Program) -> None:
    program.write("main.py", (
        "import multiprocessing, signal, sys\ndef work(n):\n"
        "    return signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, 'alpyna_hook.explain.workers' in sys.modules\n"
        "if __name__ == '__main__':\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(work, [1]))\n"))
    done = program.python("-m", "alpyna", "run", "main.py", PYTHONPATH=str(ROOT))
    assert (done.out, done.err) == ("[(True, False)]\n", "")

"""The compiler of the kernels."""

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from numba import types

from alpyna_hook.kernels import numba_engine
from alpyna_hook.kernels.numba_passes import KernelCompiler, _Remembering


def test_kernels_are_compiled_with_the_short_pipeline() -> None:
    """A Numba that moved its passes would silently compile slower."""
    assert numba_engine.compiler_options()["pipeline_class"] is KernelCompiler


def test_what_is_remembered_is_kept_apart_by_type() -> None:
    import operator

    from numba.core.registry import cpu_target

    cpu_target.typing_context.refresh()
    context = _Remembering(cpu_target.typing_context)
    for left, right, result in [(types.int64, types.int64, types.int64), (types.uint64, types.uint64, types.uint64),
                                (types.int64, types.float64, types.float64)] * 2:
        assert context.resolve_function_type(operator.add, (left, right), {}).return_type == result


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_left_as_it_was(enabled: bool) -> None:
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with numba_engine.no_collections():
            assert not gc.isenabled() or threading.active_count() > 1
        assert gc.isenabled() == enabled
        with pytest.raises(KeyError), numba_engine.no_collections():
            raise KeyError
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was else gc.disable)()


def _program(tmp_path: Path, text: str) -> str:
    script = tmp_path / "script.py"
    script.write_text(text, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "alpyna", "run", script], capture_output=True, text=True, timeout=120,
        env={**os.environ, "ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1"},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_threads_that_compile_their_first_kernels_at_once(tmp_path: Path) -> None:
    stdout = _program(tmp_path, """
import threading
import numpy as np

def find(p, i):
    while p[i] != i:
        i = p[i]
    return i

def count(x):
    for _ in range(1000):
        x += 1
    return x

def scale(a):
    for i in range(len(a)):
        a[i] *= 2.0
    return a.sum()

tasks = (lambda: find(np.arange(9), 3), lambda: count(5), lambda: scale(np.ones(9)))
found = {}
threads = [threading.Thread(target=lambda k=k: found.update({k: tasks[k]()})) for k in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(found[0], found[1], found[2])
""")
    assert stdout == "3 1005 18.0\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("seconds", [0.1, 0.5, *(pytest.param(s, marks=pytest.mark.slow) for s in (0.05, 0.15, 0.25, 0.8, 1.1))])
def test_a_process_that_is_forked_while_a_thread_compiles(seconds: float, tmp_path: Path) -> None:
    stdout = _program(tmp_path, f"""
import os, threading, time
import numpy as np

def many(a):
    for i in range(len(a)):
        a[i] = a[i] * 2.0
    for i in range(len(a)):
        a[i] = np.exp(a[i] * 0.5)
    for i in range(len(a)):
        a[i] = np.sin(a[i]) + 2.0

def own(a):
    for i in range(len(a)):
        a[i] += 1.0
    return a.sum()

thread = threading.Thread(target=many, args=(np.ones(9),))
thread.start()
time.sleep({seconds})
child = os.fork()
if not child:
    os._exit(3 if own(np.zeros(9)) == 9.0 else 4)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
thread.join()
print(own(np.zeros(9)))
""")
    assert stdout == "3\n9.0\n"

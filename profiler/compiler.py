"""What compiling a nest costs: a part for each nest, one for each node of its IR, and importing the compiler once; the same for
kernels that are in the store; and what a call of a kernel costs.
"""

from __future__ import annotations

import ast
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from alpyna_hook.capture import capture_nest
from alpyna_hook.ir import captured as ir
from alpyna_hook.kernels import build, store

from .programs import Pair, clock, fit, source_of

STATEMENTS = (1, 2, 4, 8, 16)
_FRESH = itertools.count()
_SOURCES = [source_of("x, out, n", f"out[i] = x[i] * 0.5 + {number}.0") for number in range(2)]
_REPEATS = 2
_CALLS = 500
_FIRST = """
import json, sys, time
sys.path[:] = json.loads(sys.argv[2])
import numpy as np
import alpyna_hook
from alpyna_hook.kernels import store
options = alpyna_hook.Options(device="cpu")
x = np.ones(8)
elsewhere = store.elsewhere(sys.argv[3])
elsewhere.__enter__()
for source in json.loads(sys.argv[1]):
    module = alpyna_hook.static_analyse(source, options)
    begun = time.process_time()
    module.measured(x, x.copy(), 8)
    print(time.process_time() - begun)
"""


def seconds() -> dict[str, float]:
    """In seconds of CPU.

    `seconds`, `seconds_per_node`: of nests of growing size; `load_seconds`, `load_seconds_per_node`: where their kernels are in
    the store.  `import_seconds`: what a process's first costs more.  `launch_seconds`: of a call, beside the kernel.
    """
    with _empty_store():
        _first_calls(1)  # imports the compiler, and compiles for the first time
        found = {size: [_first_calls(size) for _ in range(_REPEATS)] for size in STATEMENTS}
        launch = _launch_seconds()
    costs = []
    for which in range(2):
        rows = [((1.0, nodes(_of_size(size))), min(pair[which] for pair in pairs)) for size, pairs in found.items()]
        costs.append(fit(rows))
    (once, per_node), (load, load_per_node) = costs
    return {
        "seconds": once, "seconds_per_node": per_node, "import_seconds": min(_import_seconds() for _ in range(_REPEATS)),
        "load_seconds": load, "load_seconds_per_node": load_per_node, "launch_seconds": launch,
    }


@contextmanager
def _empty_store() -> Iterator[None]:
    """What an earlier measurement has compiled would not be compiled again."""
    with tempfile.TemporaryDirectory() as folder, store.elsewhere(folder):
        yield


def nodes(source: str) -> float:
    """The nodes of the loop's IR, as alpyna_hook/runtime/decide.py counts them."""
    function = ast.parse(source).body[-1]
    assert isinstance(function, ast.FunctionDef)
    loop = function.body[0]
    assert isinstance(loop, ast.For)
    nest = capture_nest(loop, filename="<measured>", qualname="measured")
    return float(sum(1 for _ in ir.walk(nest.loop)))


def _of_size(size: int) -> str:
    """A text that was not compiled before: a kernel that was is found again."""
    return source_of("x, out, n", *(f"out[i] = out[i] * 0.5 + x[i] * {next(_FRESH)}.25" for _ in range(size)))


def _first_calls(size: int) -> tuple[float, float]:
    """Of a nest that has not been compiled yet, over 8 elements: nearly all of it is compiling.  And of the same in another
    module, whose kernel is in the store."""
    source, taken = _of_size(size), []
    for _ in range(2):
        pair = Pair.of(source)
        taken.append(clock(pair.fast, np.ones(8), np.ones(8), 8))
        pair.drop()
        build.forget()
    return taken[0], taken[1]


def _launch_seconds() -> float:
    """The least of some means."""
    pair = Pair.of(_of_size(1))
    arguments = np.ones(8), np.ones(8), 8

    def calls() -> None:
        for _ in range(_CALLS):
            pair.fast(*arguments)

    calls()
    seconds = min(clock(calls) for _ in range(5)) / _CALLS
    pair.drop()
    return seconds


def _import_seconds() -> float:
    """In a new process, the first compilation less the second."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _FIRST, json.dumps(_SOURCES), json.dumps(sys.path), folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    first, second = (float(line) for line in done.stdout.split())
    return max(0.0, first - second)

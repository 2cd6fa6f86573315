"""What compiling a nest costs: a part for each nest, one for each node of its IR, and importing the compiler once."""

from __future__ import annotations

import ast
import itertools
import json
import subprocess
import sys

import numpy as np

from alpyna_hook.capture import capture_nest
from alpyna_hook.ir import captured as ir

from .programs import Pair, clock, fit, source_of

STATEMENTS = (1, 2, 4, 8, 16)
_FRESH = itertools.count()
_SOURCES = [source_of("x, out, n", f"out[i] = x[i] * 0.5 + {number}.0") for number in range(2)]
_REPEATS = 2
_FIRST = """
import json, sys, time
sys.path[:] = json.loads(sys.argv[2])
import numpy as np
import alpyna_hook
options = alpyna_hook.Options(device="cpu")
x = np.ones(8)
for source in json.loads(sys.argv[1]):
    module = alpyna_hook.static_analyse(source, options)
    begun = time.process_time()
    module.measured(x, x.copy(), 8)
    print(time.process_time() - begun)
"""


def seconds() -> dict[str, float]:
    """In seconds of CPU.

    `seconds`, `seconds_per_node`: of nests of growing size.  `import_seconds`: what a process's first costs more.
    """
    _first_call(1)  # imports the compiler, and compiles for the first time
    rows = [((1.0, nodes(_of_size(size))), min(_first_call(size) for _ in range(_REPEATS))) for size in STATEMENTS]
    once, per_node = fit(rows)
    return {
        "seconds": once, "seconds_per_node": per_node, "import_seconds": min(_import_seconds() for _ in range(_REPEATS)),
    }


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


def _first_call(size: int) -> float:
    """Of a nest that has not been compiled yet, over 8 elements: nearly all of it is compiling."""
    pair = Pair.of(_of_size(size))
    taken = clock(pair.fast, np.ones(8), np.ones(8), 8)
    pair.drop()
    return taken


def _import_seconds() -> float:
    """In a new process, the first compilation less the second."""
    command = [sys.executable, "-c", _FIRST, json.dumps(_SOURCES), json.dumps(sys.path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    first, second = (float(line) for line in done.stdout.split())
    return max(0.0, first - second)

"""OpenCL against plain Python, bit for bit.  On a machine without a GPU, PoCL compiles for its processor."""

from __future__ import annotations

import importlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import benchmarks.polybench
from alpyna_hook.devices.found import device
from benchmarks.polybench import KERNELS
from tests.devices.nests import FAILING, FLOATS, INTEGERS, REFUSED, RUN, pairs, silent
from tests.devices.running import compiler, opencl, run, where
from tests.differential import Program
from tests.emit.golden_nests import NESTS
from tests.generator.trial import draw, execute
from tests.programs.test_examples import EXAMPLES, SMALL

SECONDS = 10  # after that, no further random nest is begun
CONSTRUCTS = Path(__file__).resolve().parents[1] / "programs" / "constructs"


@pytest.fixture(autouse=True, scope="module")
def there_is_opencl() -> None:
    opencl()


@pytest.mark.parametrize("name", RUN)
def test_what_it_runs(name: str) -> None:
    source, inputs = NESTS[name]
    ran = run("opencl", source, *inputs())
    assert ran.there == 1 and not ran.elsewhere


@pytest.mark.parametrize("name", [*REFUSED, "complex_numbers"])
def test_what_it_refuses(name: str) -> None:
    source, inputs = NESTS[name]
    ran = run("opencl", source, *inputs())
    assert ran.there == 0 and ran.compared.verdict == "accelerated"
    assert [why for why in ran.elsewhere if REFUSED.get(name, "complex numbers are not computed on it") in why] == [*ran.elsewhere]


@pytest.mark.parametrize("name", FAILING)
def test_what_fails(name: str) -> None:
    source, inputs, _ = FAILING[name]
    assert run("opencl", source, *inputs()).there == 0


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u2", "u1"])
def test_arithmetic_of_edge_values(dtype: str) -> None:
    ran = run("opencl", FLOATS if dtype[0] == "f" else INTEGERS, *pairs(dtype), conditions=silent(dtype))
    assert ran.there == 1, ran.elsewhere


ARITHMETIC = """
import math
def f(x, y, z, out, few):
    for i in range(len(x)):
        out[0, i] = x[i] * y[i] + z[i]
        out[1, i] = x[i] / y[i] - z[i] * z[i]
        out[2, i] = np.sqrt(x[i]) * z[i] + x[i]
        out[3, i] = x[i] % y[i] + (x[i] // y[i]) * z[i]
        out[4, i] = round(x[i]) * x[i] + math.floor(y[i]) * math.ceil(z[i])
        few[i] = int(x[i] * 1000.0) % 7 + int(z[i]) // 3
"""


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_arithmetic_of_random_values(dtype: str) -> None:
    given = np.random.default_rng(5).uniform(-9, 9, (3, 4000))
    given[0] = abs(given[0])
    x, y, z = given.astype(dtype)
    ran = run("opencl", "import numpy as np\n" + ARITHMETIC, x, y, z, np.zeros((5, 4000), dtype), np.zeros(4000, "i8"))
    assert ran.there == 1, ran.elsewhere


def test_random_nests() -> None:
    end, seed = time.monotonic() + SECONDS, 0
    while time.monotonic() < end and seed < 200:
        case, settings = draw(random.Random(seed), bindings=2)
        for trial in execute(case, settings, compiler("opencl")):
            assert trial.compared.difference is None, f"{trial.compared.difference}\n{case.source}\n{trial.inputs}"
        seed += 1


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CONSTRUCTS.glob("*.py")), ids=lambda path: path.stem)
def test_programs(path: Path) -> None:
    program = Program(path.read_text(encoding="utf-8"), compiler("opencl"))
    compared = program.load()
    assert compared.plain.error is None
    assert compared.difference is None, compared.difference
    bad = [why for why in where(program, compared).elsewhere if why.startswith("OpenCL")]
    assert not bad


def check(program: Program, *inputs: object, entry: str = "") -> int:
    """How many runs were there, of a program that does the same."""
    compared = program.load()
    if entry and compared.difference is None:
        compared = program.call(entry, *inputs)
    assert compared.difference is None, compared.difference
    ran = where(program, compared)
    assert not [why for why in ran.elsewhere if why.startswith("OpenCL")]
    return ran.there


NOT_THERE = {  # the outermost loop of each nest is sequential, or calls a library
    "adi", "cholesky", "doitgen", "durbin", "fdtd_2d", "floyd_warshall", "gramschmidt", "heat_3d", "jacobi_1d", "jacobi_2d", "lu",
    "ludcmp", "nussinov", "seidel_2d", "symm", "trisolv", "trmm",
}


@pytest.mark.parametrize("name", [pytest.param(k, marks=() if k == "gesummv" else pytest.mark.slow) for k in KERNELS])
def test_polybench(name: str) -> None:
    module = importlib.import_module(f"benchmarks.polybench.{name}")
    program = Program((Path(benchmarks.polybench.__file__).parent / f"{name}.py").read_text(), compiler("opencl"))
    there = check(program, *module.init(module.SIZES["MINI"], "float64"), entry="kernel")
    assert (there == 0) == (name in NOT_THERE)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, str(SMALL[name])])
    source = (EXAMPLES / f"{name}.py").read_text()
    check(Program(source, compiler("opencl")), entry="main" if "def main(" in source else "")


FORKING = """
# alpyna: accelerate
import os
import numpy as np
def f(a, b):
    for i in range(len(a)):
        b[i] = a[i] + 1
a, b = np.arange(40.0), np.zeros(40)
f(a, b)
assert b[7] == 8.0
b[:] = 0
pid = os.fork()
f(a, b)
assert b[7] == 8.0
if not pid:
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
"""


def test_a_forked_child_runs_on_the_cpu(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(FORKING)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "alpyna", "explain", "--kernel=opencl", "--device", "opencl", "main.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == 0, done.stderr
    assert "ran compiled on opencl, 2 runs" in done.stderr
    assert "kernel void alpyna(" in done.stderr


def test_it_tells_what_it_is() -> None:
    found = device("opencl")
    assert found.missing() == "" and found.facts()["units"] >= 1 and "float64" in found.facts()["exact"]

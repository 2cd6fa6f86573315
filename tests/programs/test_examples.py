"""Each example prints the same, leaves the same variables behind, and its hot nests run compiled."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.differential import Program
from tests.programs.hot import assert_same_and_hot

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

# A size that runs in milliseconds.
SMALL = {
    "black_scholes": 40, "convolution": 10, "dithering": 12, "dtw": 8, "floyd_warshall": 10, "heat": 8,
    "histogram": 200, "ising": 4, "kmeans": 40, "lennard_jones": 1, "life": 6, "lu": 8, "mandelbrot": 6,
    "monte_carlo": 1000, "nbody": 2, "prefix_sums": 5, "shallow_water": 6, "sieve": 200, "smith_waterman": 24,
    "spmv": 5,
}  # fmt: skip

# Functions whose loops only drive others.
DRIVERS = {"dtw": {"main"}, "ising": {"main"}, "nbody": {"main"}, "spmv": {"conjugate_gradient"}}

FAST = ("dithering", "floyd_warshall", "heat", "sieve", "spmv")


def run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program((EXAMPLES / f"{name}.py").read_text())
    monkeypatch.setattr(sys, "argv", [name, str(SMALL[name])])
    compared = program.load()
    if "main" in program.plain:
        assert compared.difference is None, compared.difference
        compared = program.call("main")
    assert compared.plain.printed
    assert_same_and_hot(compared, DRIVERS.get(name, ()))


@pytest.mark.parametrize("name", FAST)
def test_some_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run(name, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(SMALL) - set(FAST)))
def test_the_other_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run(name, monkeypatch)


def test_every_example_is_listed() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.py")} - {"quickstart"}
    assert names == set(SMALL)
    assert set(re.findall(r"^\| `(\w+)\.py`", (EXAMPLES / "README.md").read_text(), re.M)) == names


def test_quickstart() -> None:
    command = [sys.executable, str(EXAMPLES / "quickstart.py"), "heat=8", "sieve=100"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=EXAMPLES.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("the same bytes") == 2

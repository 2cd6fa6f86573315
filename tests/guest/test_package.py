"""A published package that uses Numba throughout, marked by its name, gives what it gives without us: with Numba's JIT, and without."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.hook.processes import ROOT, Program

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("quantecon") is None, reason="QuantEcon is not installed: pip install quantecon"),
]

SCRIPT = """
import numpy as np
import quantecon as qe
from quantecon import game_theory as gt
from quantecon.markov import tauchen, rouwenhorst, gth_solve, DiscreteDP, estimate_mc
from quantecon.optimize import brentq, bisect, newton, brent_max, nelder_mead, linprog_simplex, lcp_lemke
from numba import njit

def show(name, *values):
    print(name, *[np.asarray(v).tolist() for v in values])

P = np.array([[0.9, 0.1, 0.0], [0.2, 0.6, 0.2], [0.0, 0.3, 0.7]])
chain = qe.MarkovChain(P)
show("stationary", chain.stationary_distributions, gth_solve(P))
show("simulated", chain.simulate(40, init=0, random_state=1), estimate_mc(chain.simulate(60, init=1, random_state=2)).P)
show("approximated", tauchen(4, 0.9, 0.2).P, rouwenhorst(3, 0.8, 0.3).P)
R = np.array([[5.0, 10.0], [-1.0, -np.inf]])
Q = np.array([[[0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.5, 0.5]]])
for method in ("vi", "pi", "mpi"):
    result = DiscreteDP(R, Q, 0.9).solve(method=method)
    show(method, result.v, result.sigma, result.num_iter)

@njit
def cubic(x):
    return x**3 - 2.0 * x - 5.0
@njit
def slope(x):
    return 3.0 * x**2 - 2.0
@njit
def bowl(x):
    s = 0.0
    for i in range(x.size):
        s -= (x[i] - i) ** 2
    return s
@njit
def hill(x):
    return -(x - 1.5) ** 2 + 3.0
show("roots", brentq(cubic, 0.0, 3.0)[0], bisect(cubic, 0.0, 3.0)[0], newton(cubic, 2.5, slope)[0])
show("maxima", brent_max(hill, 0.0, 4.0)[:2], nelder_mead(bowl, np.array([0.3, 0.1])).x)
A, b, c = np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([8.0, 9.0]), np.array([2.0, 3.0])
solved = linprog_simplex(c, A_ub=A, b_ub=b)
show("programme", solved.x, solved.fun, solved.lambd)
show("complementarity", lcp_lemke(np.array([[1.0, 0, 0], [2.0, 1, 0], [2.0, 2, 1]]), np.array([-8.0, -12, -14])).z)
game = gt.NormalFormGame([[(3, 3), (3, 2)], [(2, 2), (5, 6)], [(0, 3), (6, 1)]])
show("equilibria", *[np.concatenate(e) for e in gt.support_enumeration(game)], *gt.lemke_howson(game, init_pivot=1))
show("pure", gt.pure_nash_brute(game))
show("grids", qe.cartesian([np.arange(3.0), np.arange(2.0)]), qe.simplex_grid(3, 4))
incomes = np.exp(np.linspace(0.0, 2.0, 50))
show("inequality", qe.gini_coefficient(incomes), qe.shorrocks_index(P), *qe.lorenz_curve(incomes))
lq = qe.LQ(1.0, np.eye(2), np.array([[1.0, 0.1], [0.0, 0.9]]), np.array([[0.0], [1.0]]), beta=0.95)
show("control", *lq.stationary_values())
show("process", qe.LinearStateSpace([[0.8, 0.1], [0.0, 0.9]], np.eye(2) * 0.2, np.eye(2), mu_0=[1.0, 2.0]).simulate(12, random_state=3)[0])
show("filter", qe.ARMA([0.5], [0.2], 0.3).impulse_response(6))
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path / "program")
    made.write("main.py", SCRIPT)
    return made


def output(program: Program, *command: str, **options: str) -> str:
    """Of the script, with the engine itself."""
    options |= {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(program.folder / "numba"), "ALPYNA_STRICT": "1"}
    return program.python(*command, check=True, timeout=900, **options).out


OURS = ("-m", "alpyna", "run", "--accelerate", "quantecon.*", "main.py")


def test_a_package_of_jitted_functions(program: Program) -> None:
    plain = output(program, "main.py")
    assert len(plain.splitlines()) == 17
    assert output(program, *OURS) == plain


def test_with_the_jit_switched_off(program: Program) -> None:
    """Its functions are Python's then; with ALPYNA_DEVICE=cpu whatever can be compiled is."""
    output(program, "-c", "import quantecon")  # Numba compiles ufuncs always, and some of these only while its JIT is on: to its cache
    plain = output(program, "main.py", NUMBA_DISABLE_JIT="1")
    assert len(plain.splitlines()) == 17
    assert output(program, *OURS, NUMBA_DISABLE_JIT="1") == plain
    assert output(program, *OURS, NUMBA_DISABLE_JIT="1", ALPYNA_DEVICE="cpu") == plain

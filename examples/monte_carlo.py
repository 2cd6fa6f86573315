"""Monte Carlo with a hand-written xorshift generator on uint64: pi, and an Asian option.

usage: monte_carlo.py [samples]
"""

import sys

import numpy as np

A = np.uint64(13)
B = np.uint64(7)
C = np.uint64(17)
TOP = np.uint64(11)


def advance(state):
    """Marsaglia's xorshift64; shifts never warn, so plain NumPy scalars will do."""
    state = state ^ (state << A)
    state = state ^ (state >> B)
    return state ^ (state << C)


def uniform(state):
    """The 53 upper bits as a number in [0, 1)."""
    return (state >> TOP) * (1.0 / 9007199254740992.0)


def estimate_pi(samples, state):
    hits = 0
    for _ in range(samples):
        state = advance(state)
        x = uniform(state)
        state = advance(state)
        y = uniform(state)
        if x * x + y * y < 1.0:
            hits += 1
    return 4.0 * hits / samples, state


def asian_option(paths, days, state, payoff):
    """Mean price over a year of daily steps; normal numbers as sums of twelve uniform ones."""
    drift = 0.02 / days
    swing = 0.3 / np.sqrt(days)
    for p in range(paths):
        price = 100.0
        total = 0.0
        for _ in range(days):
            z = -6.0
            for _ in range(12):
                state = advance(state)
                z += uniform(state)
            price *= 1.0 + drift + swing * z
            total += price
        payoff[p] = max(total / days - 100.0, 0.0)
    return state


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    state = np.uint64(88172645463325252)
    pi, state = estimate_pi(n, state)
    payoff = np.zeros(n // 2000 + 1)
    state = asian_option(len(payoff), 250, state, payoff)
    print("samples", n, "pi", repr(pi))
    print("paths", len(payoff), "option", repr(float(payoff.mean())), repr(float(payoff.std())))
    print("generator", repr(state))


if __name__ == "__main__":
    main()

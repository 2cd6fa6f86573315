"""Twelve loop-intensive programs of the kind that the paper at DLS 2020 chose devices for: each with its inputs for an amount of
work, which is about so many turns of its innermost loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import numpy as np

Inputs = tuple[Any, ...]
STREAMING = 2 * 10**7  # turns: arrays of so many elements
COMPUTING = 10**8


@dataclass(frozen=True)
class Program:
    """most: turns, that fit a minute in the interpreter, and memory."""

    source: str
    inputs: Callable[[int], Inputs]
    most: int


def _vector(n: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).uniform(0.1, 1.0, n)


def _matrix(n: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).uniform(0.1, 1.0, (n, n))


def _root(work: int, power: int) -> int:
    return max(2, round(work ** (1 / power)))


def _program(text: str, inputs: Callable[[int], Inputs], most: int = COMPUTING) -> Program:
    return Program(dedent(text).lstrip(), inputs, most)


PROGRAMS: dict[str, Program] = {
    "saxpy": _program("""
        def f(a, x, y):
            for i in range(len(x)):
                y[i] = a * x[i] + y[i]
    """, lambda w: (0.5, _vector(w), _vector(w, 2)), STREAMING),
    "dot": _program("""
        def f(x, y):
            s = 0.0
            for i in range(len(x)):
                s += x[i] * y[i]
            return s
    """, lambda w: (_vector(w), _vector(w, 2)), STREAMING),
    "jacobi": _program("""
        def f(a, b):
            for i in range(1, a.shape[0] - 1):
                for j in range(1, a.shape[1] - 1):
                    b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    """, lambda w: (_matrix(_root(w, 2)), _matrix(_root(w, 2))), STREAMING),
    "matrix_vector": _program("""
        def f(a, x, y):
            for i in range(a.shape[0]):
                s = 0.0
                for j in range(a.shape[1]):
                    s += a[i, j] * x[j]
                y[i] = s
    """, lambda w: (_matrix(_root(w, 2)), _vector(_root(w, 2)), _vector(_root(w, 2))), STREAMING),
    "matrix_product": _program("""
        def f(a, b, c):
            for i in range(a.shape[0]):
                for j in range(b.shape[1]):
                    s = 0.0
                    for k in range(a.shape[1]):
                        s += a[i, k] * b[k, j]
                    c[i, j] = s
    """, lambda w: tuple([_matrix(_root(w, 3), seed) for seed in (1, 2, 3)])),
    "convolution": _program("""
        def f(x, w, y):
            for i in range(len(y)):
                s = 0.0
                for k in range(len(w)):
                    s += x[i + k] * w[k]
                y[i] = s
    """, lambda w: (_vector(w // 32 + 32), _vector(32), np.zeros(w // 32 + 1))),
    "largest": _program("""
        def f(x):
            best, at = x[0], 0
            for i in range(1, len(x)):
                if x[i] > best:
                    best = x[i]
                    at = i
            return best, at
    """, lambda w: (_vector(w),), STREAMING),
    "triangular": _program("""
        def f(a, x, y):
            for i in range(a.shape[0]):
                s = 0.0
                for j in range(i + 1):
                    s += a[i, j] * x[j]
                y[i] = s
    """, lambda w: (_matrix(_root(2 * w, 2)), _vector(_root(2 * w, 2)), _vector(_root(2 * w, 2))), STREAMING),
    "smoothing_over_time": _program("""
        def f(a, steps):
            for t in range(1, steps):
                for i in range(1, a.shape[1] - 1):
                    a[t, i] = 0.25 * a[t - 1, i - 1] + 0.5 * a[t - 1, i] + 0.25 * a[t - 1, i + 1]
    """, lambda w: (_matrix(_root(w, 2)), _root(w, 2)), STREAMING),
    "transcendental": _program("""
        import math
        def f(x, y):
            for i in range(len(x)):
                y[i] = math.exp(-x[i]) * math.sin(x[i]) + math.sqrt(x[i])
    """, lambda w: (_vector(w), np.zeros(w)), STREAMING),
    "mandelbrot": _program("""
        def f(image, most):
            n = image.shape[0]
            for i in range(n):
                for j in range(n):
                    cr, ci = 3.0 * j / n - 2.0, 2.0 * i / n - 1.0
                    zr = zi = 0.0
                    k = 0
                    while k < most and zr * zr + zi * zi < 4.0:
                        zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                        k += 1
                    image[i, j] = k
    """, lambda w: (np.zeros((_root(w // 20, 2),) * 2, np.int64), 100)),
    "distances": _program("""
        def f(x, y, z, out):
            for i in range(len(x)):
                s = 0.0
                for j in range(len(x)):
                    dx, dy, dz = x[i] - x[j], y[i] - y[j], z[i] - z[j]
                    s += dx * dx + dy * dy + dz * dz
                out[i] = s
    """, lambda w: tuple([_vector(_root(w, 2), seed) for seed in (1, 2, 3, 4)])),
}

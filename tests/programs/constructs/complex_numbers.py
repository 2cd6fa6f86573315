# alpyna: accelerate
"""Complex numbers: Mandelbrot's and Julia's sets, a discrete Fourier transform, roots by Newton's method."""
import math

import numpy as np


def mandelbrot(xs, ys, limit, counts):
    for i in range(len(ys)):
        for j in range(len(xs)):
            c = complex(xs[j], ys[i])
            z = c
            n = 0
            while n < limit and abs(z) <= 2.0:
                z = z * z + c
                n += 1
            counts[i, j] = n
    return c, z


def julia(points, c, counts):
    for i, z in enumerate(points):
        for k in range(50):
            if abs(z) > 2.0:
                break
            z = z**2 + c
        counts[i] = k
    return z


def fourier(signal, out):
    n = len(signal)
    for k in range(n):
        total = 0j
        for t in range(n):
            angle = -2.0 * math.pi * k * t / n
            total += signal[t] * complex(math.cos(angle), math.sin(angle))
        out[k] = total
    return total


def newton(points, steps):
    for i in range(len(points)):
        z = points[i]
        for k in range(steps):
            step = (z**3 - 1) / (3 * z**2)
            z -= step
            if abs(step) < 1e-9 or z == 1:
                break
        points[i] = z
    return z, step


rng = np.random.default_rng(3)
plane = rng.normal(size=40) + 1j * rng.normal(size=40)
signal = rng.normal(size=24)
del rng
counts = np.zeros((9, 13), np.int32)
single = plane.astype(np.complex64)
steps, steps32 = np.zeros(40, int), np.zeros(40, int)
spectrum = np.zeros(24, complex)
results = [mandelbrot(np.linspace(-2, 1, 13), np.linspace(-1, 1, 9), 40, counts), julia(plane, -0.7 + 0.3j, steps),
           julia(single, np.complex64(0.3j), steps32), fourier(signal, spectrum),
           newton(plane.copy(), 30), newton(single.copy(), 30)]

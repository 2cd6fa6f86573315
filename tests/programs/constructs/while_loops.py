# alpyna: accelerate
"""While loops, with conditions, breaks and else."""
import numpy as np


def newton(x, out):
    for k in range(len(out)):
        guess, steps = x[k], 0
        while abs(guess * guess - x[k]) > 1e-12 and steps < 50:
            guess = 0.5 * (guess + x[k] / guess)
            steps += 1
        out[k] = guess
    return out, steps


def escape(re, im, limit):
    zr, zi, n = 0.0, 0.0, 0
    while zr * zr + zi * zi <= 4.0 and n < limit:
        zr, zi = zr * zr - zi * zi + re, 2.0 * zr * zi + im
        n += 1
    return n, zr, zi


def forever(a, limit):
    k = 0
    while True:
        if a[k] > limit:
            break
        k += 1
    else:
        k = -1
    return k


def ends(n):
    s = 0
    while n > 0:
        s, n = s + n % 10, n // 10
    else:
        s = s * 2
    return s, n


r1 = newton(np.array([2.0, 9.0, 0.25, 1e6]), np.zeros(4))
r2 = [escape(0.1, 0.2, 60), escape(1.0, 1.0, 60), escape(-0.75, 0.1, 60)]
r3 = forever(np.arange(10.0), 6.5)
r4 = ends(98765)

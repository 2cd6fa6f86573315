# alpyna: accelerate
"""math.* and NumPy's functions of scalars."""
import math
from math import exp, sqrt

import numpy as np


def with_math(x, out):
    for i in range(len(x)):
        out[i] = math.sin(x[i]) + sqrt(abs(x[i])) - exp(-x[i]) * math.atan2(x[i], 2.0) + math.floor(x[i])
    return out


def with_numpy(x, out):
    for i in range(len(x)):
        out[i] = np.sin(x[i]) + np.sqrt(np.abs(x[i])) - np.exp(-x[i]) + np.floor(x[i]) + np.maximum(x[i], 0.5)
    return out


def rotate(x, y, angle):
    for i in range(len(x)):
        c, s = np.cos(angle), np.sin(angle)
        x[i], y[i] = c * x[i] - s * y[i], s * x[i] + c * y[i]
    return x, y


def casts(x, out):
    for i in range(len(x)):
        out[i] = np.float32(x[i]) + np.int64(i) + np.float64(np.int32(i) * np.int32(3))
    return out


def with_gamma(x, out):
    for i in range(len(x)):
        out[i] = math.gamma(x[i] + 0.25) + math.lgamma(x[i])
    return out


def poisson(k, rate, out):
    for i in range(len(k)):
        out[i] = math.exp(k[i] * math.log(rate) - rate - math.lgamma(k[i] + 1))
    return out


def distances(x, out):
    for i in range(1, len(x)):  # expect: expression
        out[i] = math.dist(x[i - 1:i], x[i:i + 1])
    return out


x = np.linspace(-3.0, 3.0, 41)
g = [with_gamma(np.linspace(0.1, 60.0, 50), np.zeros(50)), with_gamma(np.linspace(-9.9, -0.07, 50), np.zeros(50)),
     poisson(np.arange(40), 7.5, np.zeros(40)), distances(x, np.zeros(41))]
f = x.astype(np.float32)
r = [with_math(x, np.zeros(41)), with_math(f, np.zeros(41))]
q = [with_numpy(x, np.zeros(41)), with_numpy(f, np.zeros(41, "f4")),
     rotate(x.copy(), x[::-1].copy(), 0.3), casts(x, np.zeros(41))]

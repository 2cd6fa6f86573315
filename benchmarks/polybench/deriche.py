"""deriche: Deriche's recursive edge detector and smoothing filter."""

import math

from benchmarks.polybench.common import FLOATS, zeros

SIZES = {"MINI": 10, "SMALL": 90, "MEDIUM": 360}
DTYPES = FLOATS


def init(n, dtype):
    width, height = n + 2, n
    image = zeros((width, height), dtype)
    for i in range(width):
        for j in range(height):
            image[i, j] = (313 * i + 991 * j) % 65536 / 65535.0
    return 0.25, image, zeros((width, height), dtype), zeros((width, height), dtype), zeros((width, height), dtype)


def coefficients(alpha):
    decay = math.exp(-alpha)
    k = (1.0 - decay) * (1.0 - decay) / (1.0 + 2.0 * alpha * decay - math.exp(2.0 * alpha))
    return k, k * decay * (alpha - 1.0), k * decay * (alpha + 1.0), -k * decay * decay, 2.0**-alpha, -decay * decay


def kernel(alpha, image, out, y1, y2):
    w, h = image.shape
    a1, a2, a3, a4, b1, b2 = coefficients(alpha)
    for i in range(w):
        ym1 = ym2 = xm1 = 0.0
        for j in range(h):
            y1[i, j] = a1 * image[i, j] + a2 * xm1 + b1 * ym1 + b2 * ym2
            xm1 = image[i, j]
            ym2 = ym1
            ym1 = y1[i, j]
    for i in range(w):
        yp1 = yp2 = xp1 = xp2 = 0.0
        for j in range(h - 1, -1, -1):
            y2[i, j] = a3 * xp1 + a4 * xp2 + b1 * yp1 + b2 * yp2
            xp2 = xp1
            xp1 = image[i, j]
            yp2 = yp1
            yp1 = y2[i, j]
    for i in range(w):
        for j in range(h):
            out[i, j] = y1[i, j] + y2[i, j]
    for j in range(h):
        tm1 = ym1 = ym2 = 0.0
        for i in range(w):
            y1[i, j] = a1 * out[i, j] + a2 * tm1 + b1 * ym1 + b2 * ym2
            tm1 = out[i, j]
            ym2 = ym1
            ym1 = y1[i, j]
    for j in range(h):
        tp1 = tp2 = yp1 = yp2 = 0.0
        for i in range(w - 1, -1, -1):
            y2[i, j] = a3 * tp1 + a4 * tp2 + b1 * yp1 + b2 * yp2
            tp2 = tp1
            tp1 = out[i, j]
            yp2 = yp1
            yp1 = y2[i, j]
    for i in range(w):
        for j in range(h):
            out[i, j] = y1[i, j] + y2[i, j]


class Kernel:
    def __init__(self, alpha, image, out, y1, y2):
        self.image, self.out, self.y1, self.y2 = image, out, y1, y2
        self.w, self.h = image.shape
        self.a1, self.a2, self.a3, self.a4, self.b1, self.b2 = coefficients(alpha)

    def down(self):
        for i in range(self.w):
            ym1 = ym2 = xm1 = 0.0
            for j in range(self.h):
                self.y1[i][j] = self.a1 * self.image[i][j] + self.a2 * xm1 + self.b1 * ym1 + self.b2 * ym2
                xm1, ym2, ym1 = self.image[i][j], ym1, self.y1[i][j]
        for i in range(self.w):
            yp1 = yp2 = xp1 = xp2 = 0.0
            for j in reversed(range(self.h)):
                self.y2[i][j] = self.a3 * xp1 + self.a4 * xp2 + self.b1 * yp1 + self.b2 * yp2
                xp2, xp1, yp2, yp1 = xp1, self.image[i][j], yp1, self.y2[i][j]

    def across(self):
        for j in range(self.h):
            tm1 = ym1 = ym2 = 0.0
            for i in range(self.w):
                self.y1[i][j] = self.a1 * self.out[i][j] + self.a2 * tm1 + self.b1 * ym1 + self.b2 * ym2
                tm1, ym2, ym1 = self.out[i][j], ym1, self.y1[i][j]
        for j in range(self.h):
            tp1 = tp2 = yp1 = yp2 = 0.0
            for i in reversed(range(self.w)):
                self.y2[i][j] = self.a3 * tp1 + self.a4 * tp2 + self.b1 * yp1 + self.b2 * yp2
                tp2, tp1, yp2, yp1 = tp1, self.out[i][j], yp1, self.y2[i][j]

    def add(self):
        for i in range(self.w):
            for j in range(self.h):
                self.out[i][j] = self.y1[i][j] + self.y2[i][j]

    def run(self):
        self.down()
        self.add()
        self.across()
        self.add()

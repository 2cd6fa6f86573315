"""The Mandelbrot set, as a script with no functions at all: escape times of a grid of points.

usage: mandelbrot.py [height]
"""

import hashlib
import sys

import numpy as np

height = int(sys.argv[1]) if len(sys.argv) > 1 else 300
width = height * 3 // 2
limit = 200

escape = np.zeros((height, width), dtype=np.int32)

for row in range(height):
    ci = 2.0 * row / height - 1.0
    for column in range(width):
        cr = 3.0 * column / width - 2.0
        x = 0.0
        y = 0.0
        k = 0
        while k < limit and x * x + y * y <= 4.0:
            x, y = x * x - y * y + cr, 2.0 * x * y + ci
            k += 1
        escape[row, column] = k

inside = 0
for row in range(height):
    for column in range(width):
        if escape[row, column] == limit:
            inside += 1

print("grid", height, "x", width)
print("inside", inside, "area", repr(6.0 * inside / (height * width)))
print("iterations", int(escape.sum()))
print("escape times", hashlib.sha256(escape.tobytes()).hexdigest())

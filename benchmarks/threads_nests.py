"""Nests whose outermost loop may run in any order: for `benchmarks/threads.py`."""


def escape(out, most):
    height, width = out.shape
    for i in range(height):
        for j in range(width):
            cx, cy = 3.0 * j / width - 2.0, 2.0 * i / height - 1.0
            x = y = 0.0
            k = 0
            while k < most and x * x + y * y < 4.0:
                x, y = x * x - y * y + cx, 2.0 * x * y + cy
                k += 1
            out[i, j] = k


def forces(place, force):
    n = len(place)
    for i in range(n):
        fx = fy = fz = 0.0
        for j in range(n):
            dx = place[j, 0] - place[i, 0]
            dy = place[j, 1] - place[i, 1]
            dz = place[j, 2] - place[i, 2]
            square = dx * dx + dy * dy + dz * dz + 0.01
            strength = 1.0 / (square * square**0.5)
            fx += strength * dx
            fy += strength * dy
            fz += strength * dz
        force[i, 0] = fx
        force[i, 1] = fy
        force[i, 2] = fz


def product(a, b, c):
    rows, inner = a.shape
    for i in range(rows):
        for k in range(inner):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def product_by_dots(a, b, c):
    rows, inner = a.shape
    for i in range(rows):
        for j in range(b.shape[1]):
            for k in range(inner):
                c[i, j] += a[i, k] * b[k, j]


def convolution(image, weights, out):
    height, width = out.shape
    for i in range(height):
        for j in range(width):
            total = 0.0
            for p in range(weights.shape[0]):
                for q in range(weights.shape[1]):
                    total += image[i + p, j + q] * weights[p, q]
            out[i, j] = total


def triangle(a, c):
    n, inner = a.shape
    for i in range(n):
        for k in range(inner):
            for j in range(i + 1):
                c[i, j] += a[i, k] * a[j, k]


def near_pairs(place, limit):
    n = len(place)
    count = 0
    for i in range(n):
        for j in range(i + 1, n):
            dx, dy, dz = place[i, 0] - place[j, 0], place[i, 1] - place[j, 1], place[i, 2] - place[j, 2]
            if dx * dx + dy * dy + dz * dz < limit:
                count += 1
    return count


def copied(a, b):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] = a[i, j]


def triad(a, b, c):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            c[i, j] = a[i, j] + 3.0 * b[i, j]


def smoothed(a, b):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])

"""Captured loops do what their source does: same arrays, variables, results and exceptions."""

from __future__ import annotations

import pytest

from alpyna_hook.reasons import Declined
from tests.capture.differential import same
from tests.capture.random_loops import SETUP, random_loop

ARRAYS = """
n = 4
k = 2
s = 0
x = 1.5
z = 0.5 + 0.25j
c = 0.1 - 0.2j
a = np.arange(6.0) * 1.25 - 2
b = np.arange(6.0)[::-1] - 2.5
f = np.linspace(-1, 1, 5, dtype=np.float32)
i8 = np.array([3, -1, 2, 0, 1], dtype=np.int8)
u8 = np.uint8(3)
u0 = np.uint8(0)
old = np.ones(3)
m = np.arange(12.0).reshape(3, 4)
p = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
t3 = np.arange(24.0).reshape(2, 3, 4)
empty = np.zeros((0, 3))
import types
sub = types.SimpleNamespace(w=0.5)
self = types.SimpleNamespace(n=3, a=np.arange(5.0), m=np.arange(6.0).reshape(2, 3), sub=sub, size=7)
def double(v): return v * 2
def fill(array, value): array[0] = value; return value
"""

LOOPS = {
    "in a tuple": "for i in range(n):\n    s += i in (1, k, x) and a[i] not in [0.5, a[2], -0.75]",
    "in a tuple of what raises": "for i in range(n):\n    s += i in (1, 6 // (i - 2))",
    "in a set": "for i in range(n):\n    s += i in {1, 2.0, True}",
    "range of one": "for i in range(n):\n    s += a[i]",
    "range of two": "for i in range(1, n):\n    a[i] = a[i - 1] + 1",
    "range down": "for i in range(n, 0, -1):\n    a[i] -= a[i - 1]",
    "range of variable step": "for i in range(0, n, k):\n    s += i",
    "range of zero step": "for i in range(0, n, k - 2):\n    s += i",
    "range of floats": "for i in range(x):\n    s += i",
    "range of numpy integers": "for i in range(u0, u8):\n    s += i",
    "the index is assigned": "for i in range(n):\n    i = i * 2\n    s += i",
    "bounds are taken once": "for i in range(n):\n    n = 1\n    s += i",
    "numbers begin where they did": "for i in range(n):\n    for i in np.arange(i + 1, -1, -1):\n        s = s * 3 + i",
    "numbers backwards begin where they did": "for i in reversed(np.arange(k, n)):\n    n += 3\n    k -= 1\n    s = s * 3 + i",
    "no iteration": "for i in range(0):\n    y = i",
    "triangular": "for i in range(3):\n    for j in range(i, 4):\n        m[i, j] = i - j",
    "array": "for v in a:\n    s += v",
    "array written ahead": "for v in a:\n    a[-1] += v",
    "rows": "for row in m:\n    row[1] = row[0] * 2\n    s += row[-1]",
    "rows in rows": "for row in m:\n    for v in row:\n        s += v",
    "planes": "for plane in t3:\n    for row in plane:\n        for v in row:\n            s += v",
    "row of a subscript": "for i in range(2):\n    for v in m[i]:\n        s += v",
    "row of a subscript at the root": "for v in m[k]:\n    s += v",
    "row out of bounds": "for v in m[k + 3]:\n    s += v",
    "row of an empty array": "for v in empty[0]:\n    s += v",
    "attribute array": "for v in self.a:\n    s += v",
    "reversed array": "for v in reversed(a):\n    s = s * 0.5 + v",
    "reversed rows": "for row in reversed(m):\n    s = s * 0.5 + row[0]",
    "enumerate": "for i, v in enumerate(a):\n    b[i] = v",
    "enumerate from": "for i, v in enumerate(a, k):\n    s += i * v",
    "enumerate from keyword": "for i, v in enumerate(a, start=1):\n    s += i * v",
    "enumerate from a variable that changes": "for i, v in enumerate(a, k):\n    k += 5\n    s += i * v",
    "enumerate rows": "for i, row in enumerate(m):\n    for j, v in enumerate(row):\n        row[j] = v * i",
    "enumerate range": "for i, j in enumerate(range(3, 9, 2)):\n    s += i * j",
    "enumerate pairs": "for i, (v, w) in enumerate(p):\n    s += i * v - w",
    "enumerate zip": "for i, (v, w) in enumerate(zip(a, i8)):\n    s += i * v * w",
    "enumerate the same name twice": "for i, i in enumerate(a):\n    s += i",
    "index assigned in enumerate": "for i, v in enumerate(a):\n    i += 1\n    s += i",
    "zip": "for v, w in zip(a, i8):\n    s += v * w",
    "zip with range": "for v, i in zip(a, range(n)):\n    s += v * i",
    "zip of range that changes": "for v, i in zip(a, range(n, 9)):\n    n += 1\n    s += v * i",
    "zip with stepped range": "for v, i in zip(a, range(9, k, -3)):\n    s += v * i",
    "zip with empty range": "for v, i in zip(a, range(9, k)):\n    s += v * i",
    "zip with numpy range": "for v, i in zip(a, range(u8, u0, -1)):\n    s += v * i",
    "zip of one": "for v, in zip(a):\n    s += v",
    "zip of rows": "for v, w in zip(m, p):\n    s += v[0] * w[1]",
    "zip of reversed": "for v, w in zip(a, reversed(b)):\n    s += v * w",
    "zip of reversed range": "for v, i in zip(a, reversed(range(n))):\n    s += v * i",
    "zip of zip": "for v, (w, u) in zip(a, zip(b, i8)):\n    s += v * w * u",
    "reversed range": "for i in reversed(range(n)):\n    s = s * 10 + i",
    "reversed numpy range": "for i in reversed(range(u0)):\n    s = s * 10 + i",
    "reversed step": "for i in reversed(range(1, n * 3, 4)):\n    s = s * 100 + i",
    "reversed negative step": "for i in reversed(range(n * 3, k, -4)):\n    s = s * 100 + i",
    "reversed call": "for i in reversed(range(double(k))):\n    s = s * 100 + i",
    "pairs": "for v, w in p:\n    s += v * w",
    "pairs of the wrong width": "for v, w in m:\n    s += v * w",
    "pairs of numbers": "for v, w in a:\n    s += v * w",
    "display": "for v in (1.5, x, -2.0):\n    s += v",
    "display of a progression": "for i in (-1, 0, 1):\n    for j in [2, 0]:\n        s = s * 7 + i * j",
    "display of pairs": "for v, w in ((0, 1), (0, -1), (1, 0), (-1, 0)):\n    s = s * 3 + v + 2 * w",
    "display counted": "for i, (v, (w,)) in enumerate(((0, [1]), (5, [-1]))):\n    s = s * 3 + v + i * w",
    "display of what changes": "for i in (n, k, s):\n    n += 1\n    s += i",
    "display reversed": "for i in reversed(range(3)):\n    for v in (3,):\n        s = s * 3 + v",
    "len of a row in a test": "while k < len(m[k - 1]):\n    k += 1",
    "row left from before": "for i in range(2):\n    old = m[i]\n    s += old[0]",
    "while": "while n > 0:\n    n -= 1\n    s += n",
    "while true": "while True:\n    s += 1\n    if s > 5:\n        break",
    "while else": "while n:\n    n -= 1\nelse:\n    s = 9",
    "while else broken": "while n:\n    n -= 1\n    if n == 2:\n        break\nelse:\n    s = 9",
    "while walrus": "while (d := n - 1) > 0:\n    n = d\n    if n == 2:\n        continue\n    s += d",
    "while walrus else": "while (d := n - 1) > 0:\n    n = d\nelse:\n    s = d",
    "for else": "for i in range(n):\n    s += i\nelse:\n    s = -s",
    "for else broken": "for i in range(n):\n    if a[i] > -1:\n        break\nelse:\n    s = 99",
    "break in inner else": "for i in range(n):\n    for j in range(k):\n        s += 1\n    else:\n        break",
    "continue in inner else": (
        "for i in range(n):\n    for j in range(k):\n        s += 1\n    else:\n        continue\n    s = 99"
    ),
    "continue": "for i in range(n):\n    if i % 2:\n        continue\n    s += i",
    "return": "for i in range(n):\n    if a[i] > -1:\n        return i",
    "return nothing": "for i in range(n):\n    if a[i] > -1:\n        return",
    "return several": "for i in range(n):\n    if a[i] > -1:\n        return i, a[i], -1",
    "return from else": "for i in range(n):\n    pass\nelse:\n    return -1",
    "raise": "for i in range(n):\n    a[i] = 0\n    if i == 2:\n        raise ValueError(f'{i}')",
    "assert": "for i in range(n):\n    a[i] = 0\n    assert i < 2, [x for x in a]",
    "pass": "for i in range(n):\n    pass",
    "constants": "for i in range(n):\n    'docstring'\n    ...\n    5",
    "expression": "for i in range(9):\n    a[i]",
    "name expression": "for i in range(2):\n    undefined_name",
    "elif": (
        "for i in range(5):\n    if i < 1:\n        s += 1\n    elif i < 3:\n        s += 10\n    else:\n"
        "        s += 100"
    ),
    "elif walrus": (
        "for i in range(5):\n    if i < 1:\n        s += 1\n    elif (q := i * 2) < 6:\n        s += q\n"
        "    else:\n        s -= q"
    ),
    "augmented": (
        "for i in range(n):\n"
        "    s += i; s -= 1; s *= 3; s //= 2; s %= 1000; s |= 8; s ^= 5; s &= 255; s <<= 1; s >>= 1"
    ),
    "augmented floats": "for i in range(n):\n    x /= 1.1; x **= 1.01",
    "augmented element": "for i in range(n):\n    i8[i] *= 3",
    "augmented with calls": "for i in range(3):\n    a[int(double(i8[4]))] += fill(i8, 2)",
    "augmented index seen by a call": "for i in range(2):\n    a[i8[0]] += fill(i8, i)",
    "chained": "for i in range(n):\n    y = w = a[i] = i * 2",
    "chained index": "for i in range(n):\n    k = a[k] = i",
    "tuple": "for i in range(n):\n    y, w = i, x",
    "swap": "for i in range(n):\n    x, s = s, x + 1",
    "swap elements": "for i in range(3):\n    a[i], a[i + 1] = a[i + 1], a[i]",
    "swap with moving index": "for j in range(3):\n    k, a[k] = a[k + 1] > 0, k",
    "fibonacci": "for i in range(9):\n    s, n = n, s + n",
    "nested targets": "for i in range(3):\n    (y, (w, v)) = i, (i * 2, s)",
    "list targets": "for i in range(3):\n    [y, w] = i, s",
    "unpack a row": "for i in range(3):\n    y, w = p[i]\n    s += y * w",
    "unpack a row into the index": "for i in range(1):\n    i, w = p[i]\n    s += i * w",
    "unpack an array": "for i in range(3):\n    y, w = f\n",
    "unpack a pair": "for i in range(3):\n    (y, w), v = p[i], i\n    s += v * w",
    "unpack a shape": "for i in range(3):\n    y, w = m.shape\n    s += y * w",
    "unpack a wrong shape": "for i in range(3):\n    y, w = a.shape\n    s += y * w",
    "unpack an attribute's shape": "for i in range(3):\n    y, w = self.m.shape\n    s += y * w",
    "walrus": "for i in range(3):\n    y = (w := i + 1) * 2\n    s += w",
    "walrus in test": "for i in range(6):\n    if (w := a[i]) > 0 and w < 2:\n        s += w",
    "subscripts": "for i in range(2):\n    t3[i][1, 2] = t3[i, 0][1] + t3[i][0][-1]",
    "computed index": "for i in range(4):\n    a[(i * 3) % 5] = a[i8[i]]",
    "row of negative index": "for i in range(3):\n    row = m[-i]\n    row[i] = 0",
    "row by literal": "for i in range(3):\n    row = m[1]\n    row[i] += i\n    last = m[-1]\n    last[0] += row[i]",
    "row out of range": "for i in range(5):\n    row = m[i]\n    s += 1",
    "row below range": "for i in range(5):\n    row = m[-i]\n    s += 1",
    "row used once more after the loop": (
        "for i in range(2):\n    for j in range(2):\n        row = m[j]\n    s += row[i]"
    ),
    "row assigned on two paths": (
        "for i in range(3):\n    if i % 2:\n        row = m[0]\n    else:\n        row = m[i]\n"
        "    s += row[i]\n    i = 0\n    s -= row[1]"
    ),
    "row whose index moves": "for i in range(3):\n    j = i\n    row = m[j]\n    j = 0\n    row[j] = 5",
    "row kept for the next iteration": "for i in range(3):\n    if i > 0:\n        s += row[0]\n    row = m[i]",
    "rows of either array": (
        "for i in range(3):\n    if i % 2:\n        row = m[0]\n    else:\n        row = p[i]\n"
        "    s += row[0]"
    ),
    "row or number": "for i in range(3):\n    row = m[0]\n    s += row[0]\n    row = 0.5",
    "row of a row": (
        "for i in range(2):\n    plane = t3[i]\n    for j in range(3):\n        row = plane[j]\n"
        "        for k in range(4):\n            s += row[k]"
    ),
    "alias": "for i in range(3):\n    d = a\n    d[i] = i",
    "alias of attribute": "for i in range(3):\n    d = self.m[1]\n    d[i] = i\n    e = self.a\n    e[i] += 1",
    "double buffer": "for i in range(3):\n    a[i] = 1 + b[i]\n    a, b = b, a",
    "double buffer by a third variable": "for i in range(4):\n    a[i] = 1 + b[i]\n    third = a\n    a = b\n    b = third\n    s += third[0]",
    "three buffers": "for i in range(5):\n    a[i] = 1 + b[i] - old[i % 3]\n    a, b, old = b, old, a\n    s += a[-1]",
    "buffers swapped under a condition": "for i in range(5):\n    b[i] += a[i] * 0.5\n    if a[i] > 0:\n        a, b = b, a\n        if i == 3: break",
    "buffers swapped in an inner loop": "for i in range(3):\n    for j in range(len(a) - i):\n        if a[j] > b[j]: continue\n        a, b = b, a\n        a[j] -= 1\n    else:\n        s += b[0]",
    "a while loop over buffers": "while a[0] < 3 and k < 9:\n    b[0] = a[0] + 1\n    a, b = b, a\n    k += 1\nelse:\n    s = a[0] * len(b)",
    "one of two arrays": "for i in range(4):\n    if i % 2: src, dst = a, b\n    else: src, dst = b, a\n    dst[i] = src[i] * 2",
    "the same array for good": "for i in range(4):\n    a[i] += 1\n    a = b",
    "rows of buffers": "for i in range(3):\n    for x, y in m:\n        s += x - y\n    m, p = p, m",
    "buffers and a return": "for i in range(4):\n    a, b = b, a\n    if a[i] < -1: return a[i]\n    a[i] -= 1",
    "array rebound": "for i in range(3):\n    s += a[i]\n    a = b",
    "size of a row": (
        "for i in range(2):\n    row = t3[i]\n"
        "    s += row.size + row.ndim + row.shape[0] + row.shape[-1] + len(row)"
    ),
    "len of a row": "for i in range(3):\n    for j in range(len(m[i])):\n        s += m[i][j]",
    "len of a row out of bounds": "for i in range(5):\n    s += len(m[i])",
    "len of a row at the root": "for j in range(len(m[k])):\n    s += m[k][j]\nelse:\n    s += 1",
    "shapes": (
        "for i in range(2):\n"
        "    s += a.shape[0] + m.shape[-1] + len(m) + m.size + m.ndim + self.a.size + self.m.shape[1]"
    ),
    "attribute called size": "for i in range(self.size):\n    s += self.size",
    "no such axis": "for i in range(2):\n    s += a.shape[1]",
    "not": "for i in range(3):\n    y = not i",
    "comparison chain": "for i in range(5):\n    if 0 < i <= 3 != k:\n        s += i",
    "and or": "for i in range(5):\n    y = i and a[i] or x\n    s += y",
    "and guards": "for i in range(9):\n    if i < 6 and a[i] > 0 or i == 8:\n        s += 1",
    "conditional": "for i in range(5):\n    y = a[i] if a[i] > 0 else 0",
    "constants of all kinds": (
        "for i in range(2):\n    y = -1\n    w = -0.0\n    v = 2j\n    u = True\n    t = -True\n    r = +3\n"
        "    q = ~5\n    o = -(2j)"
    ),
    "unary": "for i in range(5):\n    y = -i8[i]\n    w = +i8[i]\n    v = ~i8[i]",
    "operators": "for i in range(1, 5):\n    s = (s + 3 * i - 2) // i % 7 + (i << 2 >> 1 & 6 | 1 ^ i) + i ** 2 / 4",
    "attributes": "for i in range(self.n):\n    self.a[i] = self.sub.w * self.m[1][i]",
    "modules": "for i in range(3):\n    s += math.sqrt(i) * np.pi + np.exp(a[i]) + np.float32(1)",
    "builtins": (
        "for i in range(3):\n"
        "    s += abs(a[i]) + min(i, 2) + max(a[i], 0.5) + int(x) + round(x, 1) + pow(2, i) + bool(i)"
    ),
    "keywords": "for i in range(3):\n    s += round(x, ndigits=i)",
    "effects": "for i in range(3):\n    fill(a, i)",
    "calls": "for i in range(3):\n    s += double(a[i])",
    "mandelbrot": "for i in range(9):\n    z = z * z + c\n    if z.real * z.real + z.imag * z.imag > 4:\n        break",
    "parts": (
        "for i in range(2):\n"
        "    s += c.real + (z + c).imag + a[i].real + z.conjugate().imag + a[i].item() + a[i].conjugate()"
    ),
    "parts of a plain name": "for i in range(2):\n    s += c.conjugate()",
    "debug": "for i in range(2):\n    if __debug__:\n        s += 1",
    "unbound in the nest": "for i in range(2):\n    if i:\n        s += later\n    else:\n        other = 1",
    "division by zero": "for i in range(3):\n    a[i] = 5\n    s = 1 // (1 - i)",
    "overflow": "for i in range(5):\n    i8[i] = 100 * i",
    "index error": "for i in range(20):\n    a[i] = 0",
    "too many indices": "for i in range(3):\n    s += a[i][0]",
    "negative power": "for i in range(3):\n    s += i8[0] ** i8[1]",
}


@pytest.mark.parametrize("name", LOOPS)
def test_the_captured_loop_does_what_its_source_does(name: str) -> None:
    same(LOOPS[name], ARRAYS)


@pytest.mark.parametrize("group", range(6))
def test_random_loops(group: int) -> None:
    captured = 0
    for seed in range(group * 40, group * 40 + 40):
        source = random_loop(seed)
        try:
            same(source, SETUP)
        except Declined:
            continue
        captured += 1
    assert captured > 30

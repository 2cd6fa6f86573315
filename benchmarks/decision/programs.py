"""Programs that are hard to decide: each gains little or nothing, or gains in a way that is easily missed.

`PROGRAMS` has, by name, the source of each.  Those that gain take some seconds in the interpreter, the others about one.
"""

from __future__ import annotations

from textwrap import dedent

PROGRAMS: dict[str, str] = {}


def program(name: str, text: str) -> None:
    PROGRAMS[name] = dedent(text).lstrip()


# ------------------------------------------------------------------- kernels that gain, and were dropped

program("running_mean", """
    import numpy as np
    def run(j, old, new):
        acc = 0.0
        for k in range(len(old)):
            acc += old[k]
            if k >= j: acc -= old[k - j]
            new[k] = acc / j
    old, new = np.zeros(20001), np.zeros(20001); old[0] = 1.0
    for j in range(2, 340): run(j, old, new); old, new = new, old
    print(old.sum())
""")
program("stencil_steps", """
    import numpy as np
    def step(a, b):
        for i in range(1, len(a) - 1):
            b[i] = 0.5 * a[i] + 0.25 * (a[i - 1] + a[i + 1])
    a = np.sin(np.arange(2000) * 0.01); b = a.copy()
    for t in range(4000):
        step(a, b)
        a, b = b, a
    print(a.sum())
""")
program("garbage_beside", """
    import numpy as np
    class Node:
        def __init__(self, other): self.other = other; self.own = [self]
    def smooth(a, b):
        for i in range(1, len(a) - 1):
            b[i] = (a[i - 1] + a[i] + a[i + 1]) / 3.0
    keep = [Node(None) for _ in range(60_000)]
    a = np.sin(np.arange(1000) * 0.01); b = a.copy()
    for t in range(3000):
        smooth(a, b)
        keep[t % 500] = [Node(n) for n in keep[t:t + 20]]
    print(b.sum())
""")
program("busy_thread", """
    import threading, numpy as np
    def scale(a, b, f):
        for i in range(len(a)):
            b[i] = a[i] * f + 1.0
    a, b = np.ones(3000), np.zeros(3000)
    def spin():
        x = 0
        for k in range(4_000_000): x = (x * 5 + len(str(k))) % 7919
    other = threading.Thread(target=spin); other.start()
    for t in range(2500): scale(a, b, 0.5)
    other.join()
    print(b.sum())
""")
program("matrix_products", """
    import numpy as np
    def product(a, b, c):
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                s = 0.0
                for k in range(a.shape[1]): s += a[i, k] * b[k, j]
                c[i, j] = s
    a = np.arange(900.0).reshape(30, 30) / 900; b = a.T.copy(); c = np.zeros((30, 30))
    for _ in range(300): product(a, b, c)
    print(c.sum())
""")
program("edit_distance", """
    import numpy as np
    def distance(p, q, d):
        for i in range(len(p) + 1): d[i, 0] = i
        for j in range(len(q) + 1): d[0, j] = j
        for i in range(1, len(p) + 1):
            for j in range(1, len(q) + 1):
                c = 0 if p[i - 1] == q[j - 1] else 1
                d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + c)
        return d[len(p), len(q)]
    r = np.random.default_rng(1); words = [r.integers(0, 4, 40) for _ in range(60)]
    d = np.zeros((41, 41), int)
    print(sum(int(distance(p, q, d)) for p in words for q in words))
""")
program("long_integers", """
    def collect(n):
        s = 0
        for i in range(n): s = (s + i * i) % 1_000_003
        return s
    print(collect(30_000_000))
""")
program("mandelbrot", """
    def rows(n, most):
        inside = 0
        for y in range(n):
            for x in range(n):
                cr, ci, zr, zi = 3.0 * x / n - 2.0, 2.0 * y / n - 1.0, 0.0, 0.0
                k = 0
                while k < most and zr * zr + zi * zi < 4.0:
                    zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                    k += 1
                if k == most: inside += 1
        return inside
    print(rows(300, 300))
""")
program("collatz", """
    def longest(limit):
        best = where = 0
        for n in range(1, limit):
            m, steps = n, 0
            while m != 1:
                m = m // 2 if m % 2 == 0 else 3 * m + 1
                steps += 1
            if steps > best: best, where = steps, n
        return best, where
    print(longest(300_000))
""")

# ------------------------------------------------------------------- kernels that lose, and were kept

program("quadratic_primes", """
    def inner(n):
        if n < 2: return False
        for i in range(5, int(n**0.5) + 1, 6):
            if n % i == 0: return False
        return True
    def outer(k, a):
        c = n = 0
        while inner(n**2 + a*n + k): c += 1; n += 1
        return c
    print(sum([outer(41, -3) for _ in range(100_000)]))
""")
program("quadratic_primes_all", """
    def prime(n):
        if n < 2: return False
        i = 2
        while i * i <= n:
            if n % i == 0: return False
            i += 1
        return True
    best = (0, 0, 0)
    for a in range(-90, 91):
        for b in range(2, 500):
            n = 0
            while prime(n * n + a * n + b): n += 1
            best = max(best, (n, a, b))
    print(best)
""")
program("windows", """
    import numpy as np
    def score(a, start, end, j):
        s = 0.0
        for r in range(start[j], end[j]):
            for c in range(start[j], end[j]): s += a[r, c]
        return s
    a = np.arange(400.0).reshape(20, 20)
    start = np.arange(4000) % 17; end = start + 2
    print(sum(score(a, start, end, j) for _ in range(25) for j in range(4000)))
""")
program("wide_windows", """
    import numpy as np
    def score(a, start, end, j):
        s = 0.0
        for r in range(start[j], end[j]):
            for c in range(start[j], end[j]): s += a[r, c]
        return s
    a = np.arange(400.0).reshape(20, 20)
    start = np.arange(4000) % 7; end = start + 13
    print(sum(score(a, start, end, j) for _ in range(10) for j in range(4000)))
""")
program("sparse_rows", """
    import numpy as np
    def row(value, column, first, x, i):
        s = 0.0
        for k in range(first[i], first[i + 1]): s += value[k] * x[column[k]]
        return s
    n = 2000
    first = np.arange(0, 3 * n + 1, 3); column = np.arange(3 * n) % n; value = np.ones(3 * n); x = np.ones(n)
    for t in range(100): y = [row(value, column, first, x, i) for i in range(n)]
    print(sum(y))
""")
program("binary_search", """
    import numpy as np
    def find(a, x):
        low, high = 0, len(a)
        while low < high:
            middle = (low + high) // 2
            if a[middle] < x: low = middle + 1
            else: high = middle
        return low
    a = np.arange(0, 100_000, 3)
    print(sum(find(a, k) for k in range(0, 300_000, 2)))
""")
program("failing_check", """
    import numpy as np
    def collect(a, index, n):
        s = 0.0
        for k in range(n):
            try_at = index[k]
            s += a[try_at] / a[try_at - 1]
        return s
    a = np.arange(1000.0); index = np.arange(1, 501)
    s = 0.0
    with np.errstate(all="ignore"):
        pass
    import warnings; warnings.simplefilter("ignore")
    for _ in range(3000): s += 1 if collect(a, index, 500) > 0 else 0
    print(s)
""")
program("then_tiny", """
    import numpy as np
    def total(a, n):
        s = 0.0
        k = 0
        while k < n: s += a[k]; k += 1
        return s
    a = np.ones(200_000)
    s = sum(total(a, 200_000) for _ in range(20))
    for k in range(700_000): s += total(a, 2)
    print(s)
""")

program("then_long", """
    def total(n):
        s = 0
        for i in range(n): s = (s * 3 + i) % 1009
        return s
    s = 0
    for k in range(60_000): s += total(30)
    for k in range(400): s += total(40_000)
    print(s)
""")

# ------------------------------------------------------------------- deciding costs too much

program("gcd", """
    def gcd(a, b):
        while b: a, b = b, a % b
        return a
    print(sum(gcd(i, j) for i in range(1, 900) for j in range(1, 900)))
""")
program("newton", """
    def root(x):
        r = x
        while abs(r * r - x) > 1e-9 * x: r = 0.5 * (r + x / r)
        return r
    print(sum(root(0.5 + i) for i in range(400_000)))
""")
program("suits", """
    def points(j, k):
        s = 0
        for c in range(13*j, 13*j + 13): s += c * k
        return s
    print(sum(points(k % 4, k) for k in range(700_000)))
""")
program("medium_loops", """
    def make(k):
        namespace = {}
        return namespace
    """ + "".join(f"""
    def medium_{k}(n):
        s = {k}
        for i in range(n): s = (s * 3 + i) % 1009
        return s
    """ for k in range(25)) + """
    for t in range(3200):
        for f in (""" + ", ".join(f"medium_{k}" for k in range(25)) + """): f(300)
""")
program("row_shape", """
    import numpy as np
    def norm(u):
        s = 0.0
        for i in range(u.shape[0]):
            for j in range(u[i].shape[0]): s += u[i, j] * u[i, j]
        return s
    u = np.ones((3, 1))
    print(sum(norm(u) for _ in range(400_000)))
""")
program("new_integers", """
    def digits(n, base):
        s = 0
        for k in range(20): s += (n >> k) % base
        return s
    print(sum(digits(n, 7) for n in range(400_000)))
""")
program("new_integers_long", """
    import numpy as np
    def fold(a, n):
        s = 0
        for k in range(len(a)): s = (s * n + a[k]) % 1_000_003
        return int(s)
    a = np.arange(400)
    print(sum(fold(a, n) for n in range(6000)))
""")
program("digit_puzzle", """
    def square_sum(n):
        s = 0
        while n:
            s += (n % 10) ** 2
            n //= 10
        return s
    print(sum(square_sum(n % 100) for n in range(3_000_000)))
""")
program("short_sums", """
    def three(x):
        s = 0
        for i in range(3): s += x
        return s
    print(sum(three(n) for n in range(3_000_000)))
""")
program("progress_bar", """
    def bar(n):
        s = 0
        for i in range(199): s += n
        return s
    print(sum(bar(n) for n in range(50_000)))
""")
program("growing", """
    def triangle(n):
        s = 0
        for i in range(n): s += i ^ n
        return s
    print(sum(triangle(n) for n in range(6000)))
""")
program("mixed_sizes", """
    import numpy as np
    def scale(a, f):
        for i in range(len(a)): a[i] = a[i] * f
    small, large = np.ones(4), np.ones(4000)
    for t in range(1500):
        for _ in range(40): scale(small, 1.0)
        scale(large, 1.0)
    print(large.sum())
""")
program("merge_sort", """
    import numpy as np
    def merge(a, b, low, middle, high):
        i, j = low, middle
        for k in range(low, high):
            if i < middle and (j >= high or a[i] <= a[j]): b[k] = a[i]; i += 1
            else: b[k] = a[j]; j += 1
        for k in range(low, high): a[k] = b[k]
    def sort(a, b, low, high):
        if high - low < 2: return
        middle = (low + high) // 2
        sort(a, b, low, middle); sort(a, b, middle, high); merge(a, b, low, middle, high)
    a = np.random.default_rng(3).random(60_000)
    sort(a, a.copy(), 0, len(a))
    print(bool(np.all(np.diff(a) >= 0)))
""")
program("many_once", """
    import numpy as np
    a, b = np.ones(1000), np.zeros(1000)
    """ + "".join(f"""
    for i in range(len(a)): b[i] = a[i] * {k} + b[i]
    s{k} = 0.0
    for i in range(len(a)): s{k} += b[i]
    """ for k in range(60)) + """
    print(s59)
""")
program("statements_120", """
    import numpy as np
    def body(a, b, n):
        for i in range(n):
            x = a[i]
    """ + "".join(f"""
            x = x * {1 + k / 1000} + b[i] * {k}.5
    """ for k in range(120)) + """
            b[i] = x * 1e-9
        return b[0]
    a, b = np.ones(5000), np.ones(5000)
    for t in range(6): r = body(a, b, 5000)
    print(r)
""")

# ------------------------------------------------------------------- programs without arrays, and what is never compiled

program("fannkuch", """
    def fannkuch(n):
        most = 0
        p = list(range(n)); count = [0] * n; r = n
        while True:
            while r != 1: count[r - 1] = r; r -= 1
            q, flips = p[:], 0
            while q[0]:
                k = q[0]
                q[:k + 1] = q[k::-1]
                flips += 1
            if flips > most: most = flips
            while True:
                if r == n: return most
                p.insert(r, p.pop(0))
                count[r] -= 1
                if count[r] > 0: break
                r += 1
    print(fannkuch(8))
""")
program("queens", """
    def place(full, columns, left, right):
        if columns == full: return 1
        total = 0
        free = full & ~(columns | left | right)
        while free:
            bit = free & -free
            free ^= bit
            total += place(full, columns | bit, (left | bit) << 1, (right | bit) >> 1)
        return total
    print(place(511, 0, 0, 0) + place(1023, 0, 0, 0))
""")
program("sieve_of_lists", """
    def sieve(n):
        flags = [True] * n
        for i in range(2, int(n**0.5) + 1):
            if flags[i]:
                for j in range(i * i, n, i): flags[j] = False
        return sum(flags) - 2
    print(sieve(5_000_000))
""")
program("words", """
    text = "the quick brown fox jumps over the lazy dog and runs away from the big bad wolf".split()
    def count(words):
        n = {}
        for w in words: n[w] = n.get(w, 0) + 1
        return n
    def letters(words):
        s = 0
        for w in words: s += len(w)
        return s
    print(sum(letters(text) + len(count(text)) for _ in range(250_000)))
""")
program("hello", """
    total = 0
    for i in range(100): total += i
    print("hello", total)
""")
program("big_integers", """
    def factorial(n):
        f = 1
        for i in range(2, n + 1): f *= i
        return f
    print(sum(len(bin(factorial(n))) for n in range(1, 700)))
""")
program("random_walk", """
    import random
    def walk(n):
        x = far = 0
        for i in range(n):
            x += 1 if random.random() < 0.5 else -1
            if abs(x) > far: far = abs(x)
        return far
    random.seed(4)
    print(max(walk(1000) for _ in range(2500)))
""")
program("series", """
    def exponential(x):
        term = total = 1.0
        k = 1
        while abs(term) > 1e-17 * abs(total):
            term *= x / k
            total += term
            k += 1
        return total
    print(sum(exponential(i * 0.001) for i in range(150_000)))
""")
program("objects", """
    class Bank:
        def __init__(self): self.rate, self.years = 1.05, 30
        def grow(self, amount):
            for year in range(self.years): amount = amount * self.rate - 1.0
            return amount
    bank = Bank()
    print(sum(bank.grow(float(k)) for k in range(300_000)))
""")
program("primes_by_break", """
    def count(limit):
        found = 0
        for n in range(3, limit, 2):
            for d in range(3, n, 2):
                if n % d == 0: break
                if d * d > n:
                    found += 1
                    break
        return found
    print(sum(count(300) for _ in range(1500)))
""")

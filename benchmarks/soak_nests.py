"""Nests for `benchmarks.soak`, beside those of `threads_nests`: failures in the middle, sums, and loops without a known end."""


def divided(a, b):
    last = -1
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = a[i, j] / b[i]
        last = i
    return last


def stored(a, idx):
    for i in range(len(idx)):
        for j in range(a.shape[1]):
            a[idx[i], j] = i + j


def refused(a, limit):
    for i in range(a.shape[0]):
        if a[i, 0] > limit:
            raise ValueError(i)
        a[i, 1] = i


def counted(w):
    total, most, at = 0, -1, -1
    for i in range(len(w)):
        for j in range(len(w)):
            if w[i] > w[j]:
                total += w[i] - w[j]
        if w[i] > most:
            most = w[i]
            at = i
    return total, most, at


def halved(w, out):
    for i in range(len(w)):
        x = w[i]
        k = 0
        while x > 1:
            x = x // 2
            k += 1
        out[i] = k


def waves(a, steps):
    for _ in range(steps):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                a[i, j] = (a[i - 1, j] + a[i, j - 1] + a[i + 1, j] + a[i, j + 1]) * 0.25

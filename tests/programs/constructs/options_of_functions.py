# alpyna: accelerate
"""Options that called functions look at: None, texts and flags, given, by default, or from outside; items of dictionaries."""

import numpy as np

VERBOSE = False
MODE = "mean"
WEIGHTS = None
COST = {"gap": -2.0, "match": 1, "name": "blosum", 3: 7.5, "more": {0: 2, "n": 3}, "table": np.arange(4.0), "pair": (1, 2.5)}


def weighted(x, k, w=None):
    if w is None:
        return x
    return x * w[k]


def reduced(row, mode="sum", scale=1.0):
    total = 0.0
    for x in row:  # expect: flagged
        if mode == "sum" or mode == "mean":
            total += x
        elif mode in ("max", "largest"):
            total = x if x > total else total
        else:
            raise ValueError(mode)
    return total / len(row) if mode == "mean" else total * scale


def passed_on(row, how, w):
    return reduced(row, how) + weighted(row[0], 1, w)


def with_defaults(x, row, w=None, low=None, high=None):
    if w is None:
        w = 1.0
    low = 0.0 if low is None else low
    for y in row:
        if high is None or y > high:
            low += y * w
    if high is None:
        high = len(row)
    elif low > 2.0:
        w = high
    return x * w + low - high


def with_a_row(x, row, weights=None, mode="sum"):
    if weights is None:
        weights = row
    if mode == "mean":
        mode = 1.0 / len(row)
    elif mode == "max":
        mode = 2
    else:
        mode = 1
    return x * weights[0] * mode


def too_late(x, w=None):
    for k in range(2):  # expect: expression
        if w is None:
            w = 1.0
        x *= w
    return x


def on_one_path(x, w=None):
    if x > 0.0:
        w = 0.5
    return x * w


def loud(x, verbose=False):
    if verbose:
        print("x is", x)
    if VERBOSE:
        print(f"{x!r}")
    return x + 1.0


def of_globals(x):
    if MODE == "mean":
        x = x / 2.0
    if WEIGHTS is not None:
        x = x * WEIGHTS[0]
    return x


def flagged(x, flag):
    return x if flag else -x


def is_number(x, limit=None):
    return x if limit is None or x < limit else limit


def scored(a, b):
    return COST["match"] if a == b else COST["gap"] + COST[3]


def texts(x, mode):
    return x + 1.0 if mode == "a" else x - 1.0 if mode != "b" else x


class Model:
    def __init__(self, mode, log=None):
        self.mode = mode
        self.log = log
        self.params = {"dt": 0.125, "n": 3, "nested": {"k": 2.0}}

    def rhs(self, x):
        if self.mode == "linear":
            return -x
        if self.log is not None:
            self.log.append(x)
        return -x * x * self.params["nested"]["k"]

    def run(self, a):
        for i in range(len(a)):
            for _ in range(self.params["n"]):
                a[i] += self.params["dt"] * self.rhs(a[i])


def main(m, out, w, mode, limit):
    for i in range(len(m)):
        out[i] = weighted(m[i, 0], i % 2) + weighted(m[i, 1], i % 2, w) + weighted(m[i, 2], i % 2, w=w)
        out[i] += reduced(m[i]) + reduced(m[i], mode) + reduced(m[i], mode="max", scale=0.5)
        out[i] += passed_on(m[i], mode, w) + loud(m[i, 0]) + of_globals(m[i, 1])
        out[i] += flagged(m[i, 0], True) + flagged(m[i, 0], m[i, 1] > 0.0) + is_number(m[i, 0], limit)


def new_values(m, out, w, high):
    for i in range(len(m)):
        out[i] = with_defaults(m[i, 0], m[i]) + with_defaults(m[i, 1], m[i], w, high=high) + with_defaults(1, m[0], 2, low=w)
        out[i] += with_a_row(m[i, 2], m[i]) + with_a_row(m[i, 2], m[i], m[0], "mean") - with_a_row(m[i, 2], m[i], mode="max")


def new_values_in_a_loop(m, out):
    for i in range(len(m)):  # expect: expression
        out[i] = too_late(m[i, 0])


def new_values_on_one_path(m, out):
    for i in range(len(m)):  # expect: value-type
        out[i] = on_one_path(abs(m[i, 0]) + 1.0)


def scores(s, t, out):
    for i in range(len(s)):
        for j in range(len(t)):
            out[i, j] = scored(s[i], t[j]) + COST["table"][i % 4] + COST["pair"][1] - COST[3] * COST["more"][0]
            if COST["name"] == "pam":
                print(i)


def given_texts(a, mode):
    for i in range(len(a)):
        a[i] = texts(a[i], mode)


def a_missing_key(a, d):
    for i in range(len(a)):  # expect: unbound
        a[i] = d["missing"]


def a_missing_number(a, d):
    for i in range(len(a)):  # expect: unbound
        a[i] = d[7]


def by_numbers(a, d):
    for k in range(d[1]):
        for i in range(d[True] - d[1], len(a)):
            a[i] += d[2] * d[1]


def of_either(a, d):
    for i in range(len(a)):  # expect: value-type
        a[i] += d[1]


def another_mapping(a, d):
    for i in range(len(a)):  # expect: value-type
        a[i] = d["x"]


def stored_to(a, d):
    for i in range(len(a)):  # expect: expression
        d["x"] = a[i]
        a[i] = d["x"] + 1.0


def its_own_dictionary(a, p):
    d = vars(p)
    for i in range(len(a)):  # expect: attribute
        p.x += 1.0
        a[i] = d["x"]


def raised(m, out):
    for i in range(len(m)):  # expect: flagged
        out[i] = reduced(m[i], "median")


def used_after_all(m, out, w):
    for i in range(len(m)):  # expect: value-type
        out[i] = weighted(m[i, 0], w, None) + flagged(m[i, 0], w) + given(w)


def given(w):
    return w + 1.0


def really_loud(a):
    for i in range(len(a)):  # expect: call expression
        a[i] = loud(a[i], True)


class Defaults(dict):
    def __missing__(self, key):
        return 5.0


class Point:
    def __init__(self):
        self.x = 1.0


def attempt(function, *args):
    try:
        function(*args)
    except (TypeError, KeyError, ValueError) as error:
        return type(error).__name__, str(error)


m = np.sin(np.arange(18.0)).reshape(6, 3)
results = []
for w, mode, limit in ((None, "sum", None), (np.array([0.5, 2.0]), "mean", 0.25), (None, "largest", 1), ((2, 3), "mean", None)):  # expect: expression
    out = np.zeros(6)
    main(m, out, w, mode, limit)
    results.append(out)
for w, high in ((None, None), (0.5, None), (2, 0.25), (np.float32(0.5), 1), (None, 0)):  # expect: expression
    out = np.zeros(6)
    new_values(m, out, w, high)
    results.append(out)
new_values_in_a_loop(m, np.zeros(6))
new_values_on_one_path(m, out5 := np.zeros(6))
MODE, WEIGHTS = "other", np.array([3.0])
main(m, out2 := np.zeros(6), None, "sum", None)
scores(np.array([1, 2, 1, 3]), np.array([1, 1, 2]), out3 := np.zeros((4, 3)))
Model("linear").run(a := m[:, 0].copy())
Model("square").run(a)
for text in ("a", "b", "c"):  # expect: expression
    given_texts(a, text)
by_numbers(a, {1: 2, 2: 0.5, "x": None})
of_either(a, np.arange(3.0))
of_either(a, {1: 2.0})
errors = [
    attempt(a_missing_number, a, {1: 2}),
    attempt(a_missing_key, a, {"x": 1}), attempt(another_mapping, a.copy(), Defaults()), attempt(stored_to, a.copy(), {"x": 1.0}),
    attempt(its_own_dictionary, a.copy(), Point()), attempt(raised, m, out2.copy()), attempt(used_after_all, m, out2, None),
    attempt(really_loud, a[:2].copy()),
]

"""Loops of the kinds that the TSVC suite covers, with the graph and the verdicts worked out by hand.

Graph: the dependences through arrays, as "kind array directions distance" (the distance only if
it is one vector of numbers, not all zero).  Verdicts: one for each loop, in the order of the
source: "parallel", "reduction sum s", "privatise t", "transform peeling", "carried".  All for any
bounds (the static stage), unless `at` gives live integers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    kind: str
    name: str
    source: str
    graph: tuple[str, ...]
    verdicts: tuple[str, ...]
    why: str
    at: tuple[tuple[str, int], ...] | None = None


ROWS: list[Row] = []


def row(
    kind: str, name: str, source: str, graph: str, verdicts: str, why: str, at: dict[str, int] | None = None,
) -> None:
    lines = [line for line in source.split("\n") if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    text = "\n".join(line[margin:] for line in lines) + "\n"
    parts = tuple(sorted(p.strip() for p in graph.split(";") if p.strip()))
    found = tuple(v.strip() for v in verdicts.split(";"))
    ROWS.append(Row(kind, name, text, parts, found, why, None if at is None else tuple(sorted(at.items()))))


L = "linear dependence"
row(L, "copy", """
    for i in range(n):
        a[i] = b[i] + 1.0
""", "", "parallel", "each element of a is written once and never read")
row(L, "flow, distance 1", """
    for i in range(1, n):
        a[i] = a[i - 1] + b[i]
""", "flow a (<) 1", "carried", "i - 1 of the sink is i of the source: i' = i + 1; the read follows the write")
row(L, "anti, distance 1", """
    for i in range(n - 1):
        a[i] = a[i + 1] + b[i]
""", "anti a (<) 1", "transform renaming", "a[i + 1] is read one iteration before it is written: only memory is shared")
row(L, "even from odd", """
    for i in range(1, n, 2):
        a[i] = a[i - 1] + b[i]
""", "", "parallel", "writes odd elements, reads even ones: 1 + 2i = 2i' has no integer solution")
row(L, "flow, distance k", """
    for i in range(k, n):
        a[i] = a[i - k] * b[i]
""", "flow a (<); anti a (<=); output a (<)", "carried",
    "the distance is k: flow for k > 0, the same iteration for k = 0; for k < 0 the range starts below zero, where a[i] "
    "and a[i + len(a)] are one element, written twice")
row(L, "flow, distance k = 3", """
    for i in range(k, n):
        a[i] = a[i - k] * b[i]
""", "flow a (<)", "carried", "with k = 3 known the distance is 3", {"k": 3, "n": 20})
row(L, "flow farther than the loop is long", """
    for i in range(n):
        a[i + m] = a[i] * 2.0
""", "", "parallel", "the distance is m = 20, the loop has 10 iterations", {"n": 10, "m": 20})
row(L, "halves", """
    for i in range(h):
        a[i] = a[i + h] + b[i]
""", "", "parallel", "the distance h equals the number of iterations: i' = i + h is out of range for any h")
row(L, "half of the range", """
    for i in range(n // 2):
        a[i + k] = a[i] * 2.0
""", "", "parallel", "n // 2 = 1000 iterations, and the distance is k = 1000", {"n": 2000, "k": 1000})
row(L, "half of the range, one farther", """
    for i in range(n // 2):
        a[i + k] = a[i] * 2.0
""", "flow a (<)", "carried", "with n = 2002 the last iteration reads what the first wrote", {"n": 2002, "k": 1000})
row(L, "descending flow", """
    for i in range(n - 2, -1, -1):
        a[i] = a[i + 1] + b[i]
""", "flow a (<) 1", "carried", "downwards a[i + 1] was written in the iteration before")
row(L, "descending anti", """
    for i in range(n - 1, 0, -1):
        a[i] = a[i - 1] * b[i]
""", "anti a (<) 1", "transform renaming", "downwards a[i - 1] is written in the next iteration")
row(L, "triangle against its mirror", """
    for i in range(n):
        for j in range(i):
            aa[i, j] = aa[j, i] + bb[i, j]
""", "", "parallel; parallel", "i = j' and j = i' with j < i and j' < i' is impossible: the lower triangle from the upper")
row(L, "triangular flow", """
    for j in range(1, n):
        for i in range(j, n):
            aa[i, j] = aa[i, j - 1] + bb[i, j]
""", "flow aa (<, =) 1,0", "carried; parallel", "i = i', j' = j + 1: carried by j alone")
row(L, "one cell", """
    for i in range(n):
        a[0] = a[0] * x + b[i]
""", "flow a (<); anti a (<=); output a (<)", "carried", "all iterations meet a[0], and it is no plain reduction")
row(L, "one cell, sum", """
    for i in range(n):
        a[0] = a[0] + b[i]
""", "flow a (<); anti a (<=); output a (<)", "reduction sum a", "a sum into one element")
row(L, "gcd", """
    for i in range(n):
        a[2 * i] = a[2 * i + 1] + b[i]
""", "", "parallel", "2i = 2i' + 1: gcd(2, 2) = 2 does not divide 1")
row(L, "gcd 4", """
    for i in range(n):
        a[4 * i] = a[2 * i + 1]
""", "", "parallel", "4i = 2i' + 1: gcd(4, 2) = 2 does not divide 1")
row(L, "coupled anti-diagonal", """
    for i in range(1, n):
        for j in range(n - 1):
            aa[i, j] = aa[i - 1, j + 1] + bb[i, j]
""", "flow aa (<, >) 1,-1", "transform reversal; parallel",
    "distance (1, -1): i carries it; j reversed gives (1, 1), and put outside it carries all")
row(L, "coupled, no solution", """
    for i in range(n):
        aa[i, i] = aa[i + 1, i + 2] * x
""", "", "parallel", "i = i' + 1 and i = i' + 2 cannot both hold (Delta test)")
row(L, "coupled, distance 1 in both", """
    for i in range(n):
        aa[i + 1, i + 1] = aa[i, i] * x
""", "flow aa (<) 1", "carried", "both subscripts give i' = i + 1")
row(L, "same element twice", """
    for i in range(n):
        a[i] = b[i]
        a[i] = a[i] + c[i]
""", "output a (=); flow a (=); anti a (=)", "parallel", "all within one iteration")
row(L, "weak zero inside", """
    for i in range(n):
        a[i] = a[k] + b[i]
""", "flow a (<); anti a (<=)", "carried",
    "iteration k writes what the others read, but for k < 0 it is iteration k + len(a): where to split is known with k only")
row(L, "constant in another dimension", """
    for i in range(n):
        aa[i, 0] = aa[i, 1] + b[i]
""", "", "parallel", "columns 0 and 1: ZIV, 0 - 1 is never 0")
row(L, "three dimensions", """
    for i in range(1, n):
        for j in range(n):
            for k in range(n):
                q[i, j, k] = q[i - 1, j, k] * x
""", "flow q (<, =, =) 1,0,0", "carried; parallel; parallel", "i' = i + 1, j and k the same")
row(L, "different strides meet", """
    for i in range(n):
        a[2 * i] = a[3 * i + 1]
""", "anti a (<)", "transform renaming",
    "2x = 3y + 1, write x, read y: (2, 1), (5, 3), ... have y < x: anti; y = x = -1 is no iteration, so never the same, "
    "and y > x would need x < -1: no flow")

I = "induction variables"  # noqa: E741
row(I, "counter by one", """
    for i in range(n):
        j = j + 1
        a[j] = b[i]
""", "output a (<)", "carried",
    "j = j0 + i + 1; from a negative j0 on it could wrap around to the same elements", None)
row(I, "counter by one, live", """
    for i in range(n):
        j = j + 1
        a[j] = b[i]
""", "", "privatise induction j", "j = i: each element once", {"j": -1, "n": 10})
row(I, "counter by two", """
    for i in range(n):
        a[i] = x[j]
        j += 2
""", "", "privatise induction j", "x is only read; j = j0 + 2i")
row(I, "counter under a varying condition", """
    for i in range(n):
        if b[i] > 0.0:
            a[j] = b[i]
            j += 1
""", "output a (<)", "carried", "j depends on the data: each iteration needs it from the one before", None)
row(I, "counter under a fixed condition", """
    for i in range(n):
        if k > 0:
            j += 1
        a[j] = b[i]
""", "", "privatise induction j", "k > 0 in all iterations: j = i + 1", {"j": 0, "k": 1, "n": 10})
row(I, "counter in both branches", """
    for i in range(n):
        if b[i] > 0.0:
            j += 1
            a[j] = b[i]
        else:
            j += 1
            a[j] = c[i]
""", "", "privatise induction j", "j = i on either path", {"j": -1, "n": 10})
row(I, "two counters", """
    for i in range(n):
        a[u] = b[d]
        u += 1
        d -= 1
""", "", "privatise induction d u", "u = i, d = 9 - i", {"u": 0, "d": 9, "n": 10})
row(I, "counter of a nest", """
    for i in range(n):
        for j in range(n):
            a[k] = aa[j, i]
            k += 1
""", "", "privatise induction k; privatise induction k", "k = 6i + j", {"k": 0, "n": 6})
row(I, "triangular counter", """
    for i in range(n):
        for j in range(i + 1):
            k += 1
            a[k] = aa[i, j]
""", "output a (<, *) (=, <)", "carried; carried",
    "k at the head of i is k0 + i(i + 1)/2, which grows, and k0 + j in the inner loop; both are negative for some k0, "
    "so that by these means alone two iterations could wrap around to one element", None)
row(I, "packed triangle", """
    for i in range(n):
        for j in range(i + 1):
            a[k] = aa[i, j]
            k += 1
""", "", "privatise induction k; privatise induction k",
    "k at the head of i is i(i + 1)/2: it grows by i + 1 with i, and j <= i adds less than that", {"k": 0, "n": 6})
row(I, "growing step", """
    for i in range(n):
        a[k] = a[k] + b[i]
        k += i + 1
""", "anti a (=)", "privatise induction k", "k grows by one at least, and counts from 0", {"k": 0, "n": 6})
row(I, "growing step, read before", """
    for i in range(n):
        a[k] = a[k - 1] + b[i]
        k += i + 1
""", "anti a (<); flow a (<)", "carried", "k - 1 is -1 at first, the last element; k grows by i + 1, and from k = 0 to 1 by 1", {"k": 0, "n": 6})
row(I, "step that is zero at first", """
    for i in range(n):
        a[k] = b[i]
        k += i
""", "output a (<)", "carried", "k = 0 for i = 0 and for i = 1", {"k": 0, "n": 6})
row(I, "step that falls below zero", """
    for i in range(n):
        a[k] = b[i]
        k += i - 1
""", "output a (<)", "carried", "k = 9, 8, 8, 9", {"k": 9, "n": 6})
row(I, "multiplied counter", """
    for i in range(n):
        a[p] = b[i]
        p = p * 2
""", "output a (<)", "carried", "p doubles: no affine form, so it is carried", None)
row(I, "index reassigned", """
    for i in range(n):
        a[i] = b[i]
        i = 0
""", "", "privatise i", "the loop takes its own next value; what the body does to i ends with the iteration")

S = "symbolics"
row(S, "offset of a read", """
    for i in range(n):
        a[i] = x[i + k]
""", "", "parallel", "x is only read")
row(S, "both ways", """
    for i in range(n):
        x[i + k] = x[i] * 0.5
""", "flow x (<); anti x (<=); output x (<)", "carried",
    "the distance is k: flow if 0 < k < n, anti if k < 0; i + k below zero wraps around to elements written before", None)
row(S, "symbolic, apart", """
    for i in range(n):
        x[i + k] = x[i] * 0.5
""", "", "parallel", "k = 10 >= n = 10", {"n": 10, "k": 10})
row(S, "symbolic stride", """
    for i in range(0, n, s):
        a[i] += b[i]
""", "anti a (=)", "parallel", "s = 3: iterations hit different elements", {"n": 20, "s": 3})
row(S, "symbolic product", """
    for i in range(h):
        x[s * i] = x[s * i + 1] + 1.0
""", "", "parallel", "s = 2: 2i = 2i' + 1 has no solution", {"h": 10, "s": 2})
row(S, "linearised by hand", """
    for i in range(m):
        for j in range(m):
            f[i * m + j] = f[i * m + j] + bb[i, j]
""", "anti f (=, =)", "parallel; parallel", "6i + j is unique for 0 <= j < 6", {"m": 6})
row(S, "maximum of bounds", """
    for i in range(max(k, 2), min(h, n)):
        a[i] = a[i] + b[i - 2]
""", "anti a (=)", "parallel", "whatever the bounds are")
row(S, "n cancels", """
    for i in range(n):
        a[i + n] = a[i] * 2.0
""", "", "parallel", "i + n = i' < n is impossible for any n")
row(S, "same symbol on both sides", """
    for i in range(h):
        a[i + h] = a[i + h - 1]
""", "flow a (<) 1", "carried", "h cancels: the distance is 1 (h is positive where the loop runs)")
row(S, "bounds from data", """
    for i in range(p[0], p[1]):
        a[i] = b[i] + a[i]
""", "anti a (<=); flow a (<); output a (<)", "reduction sum a",
    "p[0] may be negative, and then i and i + len(a) are one element; but all that happens to it is a sum")
row(S, "half by floor division", """
    for i in range(n // 2):
        a[i] = a[i + n // 2]
""", "", "parallel", "n // 2 is one symbol: the distance equals the number of iterations")

C = "control flow"
row(C, "guarded store", """
    for i in range(n):
        if b[i] > 0.0:
            a[i] = b[i]
""", "", "parallel", "the condition is of the same iteration")
row(C, "two branches", """
    for i in range(n):
        if b[i] > 0.0:
            a[i] = b[i] * c[i]
        else:
            a[i] = b[i] * d[i]
""", "", "parallel", "the two stores are never in the same iteration")
row(C, "condition read and written", """
    for i in range(n):
        if a[i] > 0.0:
            a[i] = 0.0
""", "anti a (=)", "parallel", "test and store of one element, in one iteration")
row(C, "condition on a neighbour", """
    for i in range(1, n):
        if a[i - 1] > 0.0:
            a[i] = b[i]
""", "flow a (<) 1", "carried", "the condition reads what the iteration before may have written")
row(C, "guard separates", """
    for i in range(n):
        if i < h:
            a[i] = a[i + h]
""", "", "parallel", "written below h = 5, read from h on", {"n": 10, "h": 5})
row(C, "continue", """
    for i in range(n):
        if b[i] < 0.0:
            continue
        a[i] = c[i]
""", "", "parallel", "continue ends its own iteration only")
row(C, "every third", """
    for i in range(n):
        if i % 3 == 0:
            a[i] = a[i + 1]
""", "", "parallel", "i and i' + 1 cannot both be multiples of 3")
row(C, "break", """
    for i in range(n):
        if b[i] > x:
            break
        a[i] = b[i]
""", "", "carried", "the break decides whether later iterations run")
row(C, "return", """
    for i in range(n):
        for j in range(n):
            if aa[i, j] > x:
                break
            bb[i, j] = 0.0
""", "", "parallel; carried", "the break ends the inner loop only: rows are independent")
row(C, "while", """
    while i < n:
        a[i] = b[i]
        i += 1
""", "output a (<)", "carried", "the condition is tested before each iteration (and i could begin below zero)")
row(C, "while inside", """
    for i in range(n):
        r = 1.0
        while r * r > c[i]:
            r = r * 0.5
        a[i] = r
""", "", "privatise r; carried", "each i has its own r; the while loop itself is sequential")
row(C, "assert", """
    for i in range(n):
        assert c[i] > 0.0
        a[i] = b[i] / c[i]
""", "", "parallel", "as a transaction a failed check undoes everything, so it orders nothing")
row(C, "conditional expression", """
    for i in range(n):
        a[i] = a[i - 1] if i > 0 else 0.0
""", "flow a (<) 1", "carried", "read only where i > 0, so that it never wraps")
row(C, "mask", """
    for i in range(n):
        f[i] = b[i] < c[i]
""", "", "parallel", "a store of conditions")

G = "global data flow"
row(G, "forwarded scalar", """
    for i in range(n):
        t = b[i] + c[i]
        a[i] = t * d[i]
""", "", "privatise t", "t is written before it is read in each iteration")
row(G, "previous value", """
    for i in range(n):
        a[i] = b[i] + t
        t = b[i]
""", "", "transform peeling", "t is b[i - 1] but for the first iteration")
row(G, "two at once", """
    for i in range(n):
        x, y = y, x + y
        a[i] = x
""", "", "carried", "x and y are made of each other: the tuple's temporaries pass on what came from the iteration before")
row(G, "previous value, overwritten", """
    for i in range(n):
        a[i] = b[i] + t
        t = d[i]
        d[i] = 0.0
""", "anti d (=)", "transform distribution",
    "t is d[i - 1], which the iteration before has overwritten, so it cannot be computed anew; an array for the values of t can keep it")
row(G, "two back", """
    for i in range(n):
        a[i] = b[i] + x + y
        y = x
        x = b[i]
""", "", "transform peeling", "x is b[i - 1] and y is b[i - 2], but for the first two iterations")
row(G, "two back, overwritten", """
    for i in range(n):
        a[i] = b[i] + y
        y = x
        x = d[i]
        d[i] = 0.0
""", "anti d (=)", "transform distribution", "what x and y bring cannot be computed anew: arrays for their values, then no cycle")
row(G, "two back, with a sum", """
    for i in range(n):
        a[i] = b[i] + y
        y = x
        x = x + b[i]
""", "", "carried", "x is a running sum: it comes from all iterations before")
row(G, "temporary used twice", """
    for i in range(1, n):
        t = b[i] * 0.5
        a[i] = t + 1.0
        c[i] = a[i - 1] + t
""", "flow a (<) 1", "transform distribution", "t is written anew in each iteration: as an array it closes no cycle between its two readers")
row(G, "temporary in a recurrence", """
    for i in range(1, n):
        t = a[i - 1] * 0.5
        a[i] = t + 1.0
        c[i] = t
""", "flow a (<) 1", "carried", "t itself is part of the cycle of a")
row(G, "carried scalar written under a condition", """
    for i in range(n):
        c[i] = t
        if b[i] > 0.0:
            t = a[i]
""", "", "carried", "which iteration wrote t depends on the data")
row(G, "scalar live out", """
    for i in range(n):
        t = a[i] * b[i]
        a[i] = t + 1.0
""", "anti a (=)", "privatise t", "private, and the last iteration's value is kept")
row(G, "constant offset", """
    for i in range(n - 4):
        a[i + 4] = a[i + 1]
""", "flow a (<) 3", "carried", "i' + 1 = i + 4: distance 3")
row(G, "unknown function on arrays", """
    for i in range(n):
        update(a, b, i)
""", "output a (<); output b (<); flow a (<); anti a (<=); flow b (<); anti b (<=)", "carried",
    "a function that is not known may change any element of what it gets")

R = "restructuring"
row(R, "statement reordering", """
    for i in range(1, n):
        a[i] = b[i - 1] + c[i]
        b[i] = b[i] * 2.0
""", "flow b (<) 1; anti b (=)", "transform distribution",
    "b from the second statement to the first of the next iteration, and no way back: second loop first")
row(R, "store, then neighbour", """
    for i in range(n - 1):
        b[i] = a[i + 1] * 0.5
        a[i] = c[i] + 0.25
""", "anti a (<) 1", "transform renaming", "a[i + 1] is read before the next iteration writes it")
row(R, "vector and recurrence", """
    for i in range(1, n):
        a[i] = b[i] * c[i]
        d[i] = d[i - 1] + a[i]
""", "flow a (=); flow d (<) 1", "carried", "d is a recurrence; line 2 is outside its cycle and parallel after distribution")
row(R, "cycle of two", """
    for i in range(1, n):
        a[i] = b[i - 1] + c[i]
        b[i] = a[i - 1] - d[i]
""", "flow b (<) 1; flow a (<) 1", "carried", "each needs the other's value of the iteration before")
row(R, "imperfect nest", """
    for i in range(n):
        a[i] = a[i] * 0.5
        for j in range(n):
            aa[i, j] = bb[i, j] + a[i]
""", "anti a (=); flow a (=)", "parallel; parallel", "everything stays in row i")
row(R, "two inner loops", """
    for i in range(n):
        for j in range(1, n):
            aa[i, j] = aa[i, j - 1] + bb[i, j]
        for j in range(n):
            cc[i, j] = aa[i, j] * 0.5
""", "flow aa (=, <) 0,1; flow aa (=)", "parallel; carried; parallel", "the recurrence runs along the row")
row(R, "recurrence on the outer loop", """
    for i in range(1, n):
        for j in range(n):
            aa[i, j] = aa[i - 1, j] + bb[i, j]
""", "flow aa (<, =) 1,0", "carried; parallel", "rows follow each other, columns are free")
row(R, "recurrence on the inner loop", """
    for j in range(n):
        for i in range(1, n):
            aa[i, j] = aa[i - 1, j] + bb[i, j]
""", "flow aa (=, <) 0,1", "parallel; carried", "columns are free")
row(R, "both forward", """
    for i in range(1, n):
        for j in range(1, n):
            aa[i, j] = aa[i - 1, j - 1] + bb[i, j]
""", "flow aa (<, <) 1,1", "transform interchange; parallel", "(1, 1): with j outside, j carries it and i is free")
row(R, "interchange forbidden", """
    for i in range(1, n):
        for j in range(n - 1):
            aa[i, j] = aa[i - 1, j + 1] + aa[i - 1, j]
""", "flow aa (<, >) 1,-1; flow aa (<, =) 1,0", "carried; parallel", "(1, -1) becomes (-1, 1); and (1, 0) stays with i")
row(R, "matrix product, inner", """
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(n):
                s += bb[i, k] * cc[k, j]
            aa[i, j] = s
""", "", "privatise s; privatise s; reduction sum s", "s is set for each element")
row(R, "matrix product, outer", """
    for k in range(n):
        for i in range(n):
            for j in range(n):
                aa[i, j] += bb[i, k] * cc[k, j]
""", "anti aa (<=, =, =); flow aa (<, =, =); output aa (<, =, =)", "reduction sum aa; parallel; parallel",
    "k carries the sum, i and j are free")
row(R, "anti and flow", """
    for i in range(1, n - 1):
        a[i] = b[i] + c[i]
        d[i] = a[i - 1] + a[i + 1]
""", "flow a (<) 1; anti a (<) 1", "transform node splitting",
    "flow from a[i - 1] forwards; the anti dependence runs back to the first statement: a cycle, until a is copied", None)
row(R, "node splitting", """
    for i in range(n - 1):
        a[i] = b[i] + c[i]
        d[i] = a[i] + a[i + 1]
""", "flow a (=); anti a (<) 1", "transform renaming", "only the anti dependence is carried: reading a copy of a frees the loop")
row(R, "expanded scalar", """
    for i in range(n):
        t = a[i]
        a[i] = b[i]
        b[i] = t
""", "anti a (=); anti b (=)", "privatise t", "t is of one iteration")
row(R, "scalar in two parts", """
    for i in range(n):
        t = a[i] + b[i]
        c[i] = t
        t = c[i] * d[i]
        a[i] = t
""", "flow c (=); anti a (=)", "privatise t", "t is written before each of its reads")
row(R, "row as temporary", """
    for i in range(n):
        for j in range(n):
            a[j] = bb[i, j] * 0.5
        for j in range(n):
            aa[i, j] = a[j] + a[n - 1 - j]
""", "output a (<, =); flow a (<=); anti a (<)", "privatise a; parallel; parallel",
    "each i writes a[0..n-1] before it reads them: a copy of a for each iteration")
row(R, "one element as temporary", """
    for i in range(n):
        for j in range(m):
            a[k] = bb[i, j] * 0.5
            aa[i, j] = a[k] + 1.0
""", "output a (<, *) (=, <); flow a (<, *) (=, <=); anti a (<, *) (=, <)", "privatise a; privatise a",
    "whichever element a[k] is, also from the end, each j writes it before it reads it")
row(R, "element of the outer loop as temporary", """
    for i in range(n):
        for j in range(m):
            a[i - 1] = bb[i, j] * 0.5
            aa[i, j] = a[i - 1] + 1.0
""", "output a (<, *) (=, <); flow a (<, *) (=, <=); anti a (<, *) (=, <)", "carried; privatise a",
    "a[-1] and a[len(a) - 1] are one, so that by these means alone i carries it; each j writes the element before it reads it")
row(R, "element read before it is written", """
    for i in range(n):
        for j in range(m):
            aa[i, j] = a[k] + 1.0
            a[k] = bb[i, j] * 0.5
""", "output a (<, *) (=, <); flow a (<, *) (=, <); anti a (<, *) (=, <=)", "carried; carried",
    "the value comes from the iteration before")
row(R, "accumulator row", """
    for j in range(n):
        a[j] = 0.0
        for i in range(n):
            a[j] += aa[i, j]
""", "output a (=); flow a (=); flow a (=, <); anti a (=, <=); output a (=, <)", "parallel; reduction sum a", "a[j] belongs to column j")
row(R, "rotated scalars", """
    for i in range(n):
        x, y = y, b[i]
        a[i] = x + y
""", "", "transform peeling", "x is b[i - 1]: y brings it from the iteration before")

X = "iteration space"
row(X, "first cell read", """
    for i in range(n):
        a[i] = a[0] + b[i]
""", "flow a (<); anti a (=)", "transform peeling", "only iteration 0 writes a[0], which all read")
row(X, "last cell read", """
    for i in range(n):
        a[i] = b[i] + a[n - 1]
""", "anti a (<=)", "transform peeling", "only the last iteration writes a[n - 1], after all have read it")
row(X, "wraps to the last", """
    for i in range(len(a)):
        b[i] = a[i] + a[i - 1]
""", "", "parallel", "a[-1] is the last element; a is only read")
row(X, "wraps and writes", """
    for i in range(len(a)):
        a[i] = b[i] + a[i - 1]
""", "flow a (<); anti a (<=)", "carried",
    "a[i - 1] was written in the iteration before; a[-1], read at i = 0, is written in the last one (and a[-1] is a[0] "
    "itself if there is but one element: in the same iteration, then)", None)
row(X, "middle cell read", """
    for i in range(n):
        a[i] = a[h] * 0.5 + b[i]
""", "anti a (<=); flow a (<)", "transform splitting", "iteration h writes what all read: before, itself, after", {"n": 11, "h": 5})
row(X, "column meets row", """
    for i in range(n):
        aa[i, k] = aa[k, i] + 1.0
""", "anti aa (=)", "parallel", "(i, 2) = (2, i') only for i = i' = 2", {"n": 9, "k": 2})
row(X, "main diagonal", """
    for i in range(n):
        aa[i, i] += bb[i, i]
""", "anti aa (=)", "parallel", "each element once")
row(X, "second diagonal", """
    for i in range(n - 1):
        aa[i, i + 1] = aa[i + 1, i]
""", "", "parallel", "i = i' + 1 and i + 1 = i' contradict each other (Delta)")
row(X, "identity", """
    for i in range(n):
        for j in range(n):
            aa[i, j] = 0.0
        aa[i, i] = 1.0
""", "output aa (=)", "parallel; parallel", "the diagonal is overwritten in the same i")
row(X, "wavefront", """
    for i in range(1, n):
        for j in range(1, n):
            aa[i, j] = aa[i - 1, j] + aa[i, j - 1]
""", "flow aa (<, =) 1,0; flow aa (=, <) 0,1", "carried; transform skewing", "(1, 0) and (0, 1): the front i + j carries both")
row(X, "wavefront with corner", """
    for i in range(1, n):
        for j in range(1, n):
            aa[i, j] = aa[i - 1, j] + aa[i, j - 1] + aa[i - 1, j - 1]
""", "flow aa (<, =) 1,0; flow aa (=, <) 0,1; flow aa (<, <) 1,1", "carried; transform skewing", "the front i + j carries all three")
row(X, "wavefront, negative", """
    for i in range(1, n):
        for j in range(1, n - 1):
            aa[i, j] = aa[i - 1, j + 1] + aa[i, j - 1]
""", "flow aa (<, >) 1,-1; flow aa (=, <) 0,1", "carried; transform skewing", "(1, -1) and (0, 1): the front 2i + j carries both")
row(X, "in place, step by step", """
    for t in range(m):
        for i in range(1, n - 1):
            a[i] = a[i - 1] + a[i + 1]
""", "flow a (<=, <); anti a (<, >); flow a (<, >); anti a (<=, <); output a (<, =)", "carried; transform skewing",
    "t is in no subscript, so it differs by anything from 1 on, and i by -1, 0, 1; within a step (0, 1): the front 2t + i carries all")
row(X, "shorter ranges first", """
    for i in range(1, n):
        for j in range(1, n):
            aa[i, j] = bb[i, j]
            for k in range(j):
                aa[i, j] = max(aa[i, j], aa[i, k] + aa[i - 1, j])
""", "output aa (=, =); flow aa (=, =); flow aa (=, <); flow aa (<, =) 1,0; anti aa (=, =, <=); flow aa (=, =, <); "
    "output aa (=, =, <); flow aa (=, <, <); flow aa (<, =, *)", "carried; transform skewing; reduction max aa",
    "aa[i, k], k < j, is j - k >= 1 iterations of j old, aa[i - 1, j] one of i: the front i + j carries both")
row(X, "pivot row", """
    for k in range(n):
        for i in range(n):
            for j in range(n):
                aa[i, j] = aa[i, j] - aa[k, j] * bb[i, k]
""", "flow aa (<, =, =); anti aa (<=, =, =); output aa (<, =, =); flow aa (<, *, =) (=, <, =); anti aa (<, *, =) (=, <=, =)",
    "carried; transform splitting; parallel",
    "with k fixed only iteration i = k writes row k, which all i read: before it, itself, after it; j is the same on both sides")
row(X, "crossing", """
    for i in range(n):
        a[i] = a[n - 1 - i] + b[i]
""", "anti a (<=); flow a (<)", "transform splitting", "i + i' = n - 1: before the middle all is read old, after it new")
row(X, "in-place reversal", """
    for i in range(n // 2):
        t = a[i]
        a[i] = a[n - 1 - i]
        a[n - 1 - i] = t
""", "anti a (=)", "privatise t", "i and n - 1 - i are in different halves, so that only the iteration itself meets them")
row(X, "transpose in place", """
    for i in range(n):
        for j in range(i + 1, n):
            t = aa[i, j]
            aa[i, j] = aa[j, i]
            aa[j, i] = t
""", "anti aa (=, =)", "privatise t; privatise t", "each pair of mirrored elements once")
row(X, "threshold", """
    for i in range(n):
        x[i] = x[n - i] + 1.0
""", "anti x (<=); flow x (<)", "transform splitting", "i + i' = n: crossing at n/2")
row(X, "unrolled by two", """
    for i in range(0, n, 2):
        a[i] = a[i] * x
        a[i + 1] = a[i + 1] * x
""", "anti a (=)", "parallel", "2i and 2i' + 1 never meet")
row(X, "double buffer", """
    for t in range(n):
        for i in range(1, m):
            q[(t + 1) % 2, i] = q[t % 2, i - 1]
""", "flow q (<, <); output q (<, =); anti q (<, >)", "carried; parallel",
    "written and read halves differ within one t: i is free; over t all is carried, and (<, >) forbids interchange", None)
row(X, "triangular, carried outside", """
    for i in range(n):
        for j in range(i + 1, n):
            a[j] = a[j] - a[i]
""", "anti a (<=, =); flow a (<, =); output a (<, =); flow a (<, <)", "carried; parallel",
    "a[i] was finished by earlier i; within one i the j > i are independent of each other and of a[i]")
row(X, "disjoint triangle", """
    for i in range(n):
        for j in range(i):
            a[i] += a[j]
""", "anti a (=, <=); flow a (=, <); output a (=, <); flow a (<, <)", "transform interchange; reduction sum a",
    "a[j] with j < i was written by an earlier i, and then j' = i > j: with j outside, j carries all; in a row a[i] is summed")

D = "idioms"
row(D, "sum", """
    for i in range(n):
        s += a[i]
""", "", "reduction sum s", "a sum")
row(D, "dot product", """
    for x, y in zip(a, b):
        s += x * y
""", "", "reduction sum s", "a sum; x and y are private")
row(D, "product", """
    for i in range(n):
        p *= c[i]
""", "", "reduction product p", "a product")
row(D, "maximum", """
    for i in range(n):
        if a[i] > s:
            s = a[i]
""", "", "reduction max s", "a maximum by comparison")
row(D, "maximum by function", """
    for i in range(n):
        s = max(s, a[i])
""", "", "reduction max s", "a maximum")
row(D, "index of the minimum", """
    for i in range(n):
        if a[i] < s:
            s = a[i]
            k = i
""", "", "reduction argmin s", "a minimum with its place")
row(D, "index of the largest magnitude, negated", """
    for i in range(n):
        if not abs(a[i]) <= s:
            s = abs(a[i])
            k = i
""", "", "reduction argmax s", "not <= is > for integers (of floats a NaN is taken too, and what follows it: exact for integers only)")
row(D, "minimum with two negations", """
    for i in range(n):
        if not not a[i] < s:
            s = a[i]
""", "", "reduction min s", "the negations cancel out")
row(D, "negated, but the other way round", """
    for i in range(n):
        if not a[i] <= s:
            s = b[i]
""", "", "carried", "what is compared is not what is kept")
row(D, "smallest and largest", """
    for x in a:
        if x < u:
            u = x
        if x > v:
            v = x
""", "", "reduction max v min u", "two reductions")
row(D, "count", """
    for i in range(n):
        if a[i] > x:
            k += 1
""", "", "reduction count k", "a count under a condition")
row(D, "conditional sum", """
    for i in range(n):
        if b[i] > 0.0:
            s += a[i]
""", "", "reduction sum s", "a sum of some elements")
row(D, "alternating sign", """
    for i in range(n):
        s += t * a[i]
        t = -t
""", "", "carried", "t changes its sign from iteration to iteration: no form for it")
row(D, "any", """
    for i in range(n):
        f = f or a[i] > x
""", "", "reduction any f", "a disjunction")
row(D, "flag", """
    for i in range(n):
        if a[i] > x:
            f = True
""", "", "reduction any f", "set to one constant in some iterations")
row(D, "row sums", """
    for i in range(n):
        s = 0.0
        for j in range(n):
            s += aa[i, j]
        a[i] = s
""", "", "privatise s; reduction sum s", "s is set for each row")
row(D, "running maximum", """
    for i in range(n):
        s = max(s, b[i])
        a[i] = s
""", "", "carried", "every intermediate value is used: a scan, no reduction")
row(D, "second order recurrence", """
    for i in range(2, n):
        a[i] = a[i - 1] - a[i - 2] + b[i]
""", "flow a (<) 1; flow a (<) 2", "carried", "distances 1 and 2")
row(D, "coupled recurrences", """
    for i in range(1, n):
        a[i] = a[i - 1] + b[i - 1]
        b[i] = b[i - 1] + c[i]
""", "flow a (<) 1; flow b (<) 1", "carried", "two recurrences")
row(D, "polynomial", """
    for i in range(n):
        y = 0.0
        for k in range(8):
            y = y * b[i] + k
        a[i] = y
""", "", "privatise y; carried", "Horner's scheme is sequential, elements are free")
row(D, "pack", """
    for i in range(n):
        if b[i] > 0.0:
            j += 1
            a[j] = b[i]
""", "output a (<)", "carried", "where an element goes depends on all before")
row(D, "prefix sum", """
    for i in range(n):
        s += b[i]
        a[i] = s
""", "", "carried", "every intermediate value is stored: a scan")
row(D, "histogram", """
    for i in range(n):
        h[p[i]] += 1
""", "anti h (<=); flow h (<); output h (<)", "reduction count h", "updates of one kind may be regrouped, wherever they go")
row(D, "Newton steps", """
    for i in range(n):
        x = x * 0.5 + c[0] / x
""", "", "carried", "each step needs the last")

M = "memory"
row(M, "gather", """
    for i in range(n):
        a[i] = b[p[i]]
""", "", "parallel", "b and p are only read")
row(M, "scatter", """
    for i in range(n):
        a[p[i]] = b[i]
""", "output a (<)", "carried", "two elements of p may be the same: the last store must win")
row(M, "halved index", """
    for i in range(n):
        a[i // 2] = b[i]
""", "output a (<)", "carried", "two iterations store to each element: the last must win, wherever they store to")
row(M, "gather and scatter", """
    for i in range(n):
        a[p[i]] = a[p[i]] * 0.5
""", "anti a (<=); flow a (<); output a (<)", "reduction product a", "the same unknown element is read and written: an update")
row(M, "gather from itself", """
    for i in range(n):
        a[i] = a[p[i]]
""", "anti a (<=); flow a (<)", "carried", "p[i] may be any element, before or after")
row(M, "indirect, next to it", """
    for i in range(n):
        a[2 * p[i]] = a[2 * p[i] + 1]
""", "output a (<); anti a (<); flow a (<)", "carried",
    "even against odd would be apart, but negative p[i] count from the end, and len(a) may be odd; "
    "in the same iteration both have one sign, so they differ there")
row(M, "rows by index", """
    for i in range(n):
        for j in range(m):
            aa[p[i], j] = bb[i, j]
""", "output aa (<, =)", "carried; parallel", "rows may coincide, columns do not: j is free")
row(M, "sparse rows", """
    for i in range(n):
        for k in range(r[i], r[i + 1]):
            y[i] += v[k] * x[c[k]]
""", "anti y (=, <=); flow y (=, <); output y (=, <)", "parallel; reduction sum y", "y[i] belongs to row i, whatever r and c hold")
row(M, "linked list", """
    for i in range(n):
        s += b[t]
        t = p[t]
""", "", "carried", "t comes from the iteration before, through memory")
row(M, "stride two", """
    for i in range(0, n, 2):
        a[i] = b[i] * 0.5
""", "", "parallel", "elements 0, 2, 4, ...")
row(M, "stride five, backwards", """
    for i in range(n - 1, -1, -5):
        a[i] = b[i] + a[i]
""", "anti a (=)", "parallel", "each element once")
row(M, "negative indices", """
    for i in range(1, n):
        a[-i] = b[i] + b[-i - 1]
""", "", "parallel", "a[len(a) - i]: each element once, b is only read")
row(M, "negative against positive", """
    for i in range(1, n):
        a[-i] = a[i]
""", "anti a (<=); flow a (<)", "transform splitting", "len(a) - i' = i: crossing at len(a)/2", None)
row(M, "chained targets", """
    for i in range(n):
        a[i] = b[i] = c[i] * 0.5
""", "", "privatise", "two stores of one value, which the capture keeps in a temporary")
row(M, "small inner loop", """
    for i in range(n):
        for j in range(3):
            a[i] += aa[i, j]
""", "anti a (=, <=); flow a (=, <); output a (=, <)", "parallel; reduction sum a", "a[i] belongs to i")
row(M, "stencil in place", """
    for i in range(1, n - 1):
        a[i] = a[i - 1] + a[i + 1]
""", "flow a (<) 1; anti a (<) 1", "carried", "the flow at distance 1 is a recurrence")
row(M, "stencil, two arrays", """
    for t in range(m):
        for i in range(1, n - 1):
            b[i] = a[i - 1] + a[i + 1]
        for i in range(1, n - 1):
            a[i] = b[i]
""", "flow b (<=); anti b (<); output b (<, =); flow a (<); anti a (<=); output a (<, =)", "carried; parallel; parallel",
    "steps follow each other, cells are free")

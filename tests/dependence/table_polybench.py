"""The loops of PolyBench's thirty kernels: verdicts worked out from the subscripts alone.

Each string is one outermost nest, its loops in the order of the source, for any bounds.  In the reasons W is a
write, R a read; vectors are over the loops around both, outermost first, numbers being iterations from source
to sink.  No subscript is ever negative: the least ones are i - 1 with i >= 1, j - 1 with j > i, k - i - 1 with
i < k, and n - 1 where a loop below n - 1 runs.
"""

from __future__ import annotations

POLYBENCH: dict[str, tuple[tuple[str, ...], str]] = {
    "two_mm": ((
    "i: parallel; j: parallel; k: reduction sum tmp",
    "i: parallel; j: parallel; k: reduction sum D",
    ), "W tmp[i, j] and R tmp[i, j] meet for i = i', j = j' only; k is in neither: (=, =, <), all of it a sum. The same for D"),
    "three_mm": ((
    "i: parallel; j: parallel; k: reduction sum E",
    "i: parallel; j: parallel; k: reduction sum F",
    "i: parallel; j: parallel; k: reduction sum G",
    ), "each element of E, F, G belongs to one (i, j) and is summed over k, (=, =, <); factors are only read in their nest"),
    "adi": ((
    "_: carried; i: parallel; j: carried; j: carried; i: parallel; j: carried; j: carried",
    ), "columns: W of p, q are in row i, of v in column i, u is only read: i = i' for all pairs; p[i, j] from p[i, j - 1], q likewise: "
    "flow (0, 1) over (i, j); v[j, i] from v[j + 1, i] with j falling: flow (0, 1). Rows: the same for u, p, q, and v is only read. "
    "_: u of the rows -> q -> v of the next step's columns -> q -> u: a cycle, (<, ..)"),
    "atax": ((
    "i: parallel",
    "i: reduction sum y; j: reduction sum tmp; j: parallel",
    ), "y[j] with j = j' in all i: (<, =), flow, anti and output, all of y[j] = y[j] + e; tmp[i] with i = i': (=, <) in the first j, a sum"),
    "bicg": ((
    "i: parallel",
    "i: reduction sum s; j: reduction sum q",
    ), "s[j] = s[j] + e: (<, =); q[i] = q[i] + e: (=, <); q[i] = 0 is in the same i"),
    "cholesky": ((
    "i: carried; j: carried; k: reduction sum A; k: reduction sum A",
    ), "R A[j, k] and A[j, j], j < i, after W in iteration j of i: flow (<). R A[i, k], k < j, after W A[i, j'], j' = k: flow (=, <), a cycle "
    "of one statement. Over k only A[i, j] is written, which is no A[i, k] (k < j) and no A[j, k] (j < i): a sum; so is A[i, i], k < i"),
    "correlation": ((
    "j: parallel; i: reduction sum mean",
    "j: parallel; i: reduction sum stddev",
    "i: parallel; j: parallel",
    "i: parallel; j: parallel; k: reduction sum corr",
    ), "mean[j], stddev[j], data[i, j] belong to their iteration. corr[i, j], j > i, and corr[j', i'] would need i = j' > i' = j > i: the triangles "
    "never meet each other nor the diagonal, and within one (i, j) is unique; k sums"),
    "covariance": ((
    "j: parallel; i: reduction sum mean",
    "i: parallel; j: parallel",
    "i: parallel; j: parallel; k: reduction sum cov",
    ), "cov[i, j], j >= i, and cov[j', i'] need i = j' >= i' = j >= i, so all are equal: the diagonal, in the same iteration"),
    "deriche": ((
    "i: privatise xm1 ym1 ym2; j: carried",
    "i: privatise xp1 xp2 yp1 yp2; j: carried",
    "i: parallel; j: parallel",
    "j: privatise tm1 ym1 ym2; i: carried",
    "j: privatise tp1 tp2 yp1 yp2; i: carried",
    "i: parallel; j: parallel",
    ), "the filter's scalars are set at the head of each outer iteration; inside y(j) = .. + b1 * y(j - 1) + b2 * y(j - 2) goes through ym1, ym2"),
    "doitgen": ((
    "r: privatise total; q: privatise total; p: parallel; s: reduction sum total; p: parallel",
    ), "total[p] is written for the same p < np_ in each (r, q) before it is read there: only memory is shared; W A[r, q, p] is in its own (r, q)"),
    "durbin": ((
    "k: carried; i: reduction sum total; i: parallel; i: parallel",
    ), "alpha, beta and y come from the k before; the second i writes z[i] and only reads y, the third writes y[i] from z[i]"),
    "fdtd_2d": ((
    "t: carried; j: parallel; i: parallel; j: parallel; i: parallel; j: parallel; i: parallel; j: parallel",
    ), "hz -> ey, ex of the next t -> hz: flow (<, ..), a cycle; each sweep writes its own (i, j), neighbours are of arrays that it only reads"),
    "floyd_warshall": ((
    "k: carried; i: transform splitting; j: transform splitting",
    ), "k: W paths[i, j], R paths[i, k'], paths[k', j] of any later k: flow (<, ..). With k fixed, W paths[i, j] meets R paths[k, j] of another i only "
    "in iteration i = k, anti (=, <, =) before it, flow (=, <, =) after it: i < k, i = k, i > k carry nothing. j: the same with R paths[i, k] and j = k"),
    "gemm": ((
    "i: parallel; j: parallel; k: reduction sum C; j: parallel",
    ), "C[i, j] belongs to (i, j); k is not in it: (=, <, =), a sum"),
    "gemver": ((
    "i: parallel; j: parallel",
    "i: parallel; j: reduction sum x",
    "i: parallel",
    "i: parallel; j: reduction sum w",
    ), "A[i, j] belongs to (i, j); x[i] and w[i] belong to i and are summed over j, (=, <)"),
    "gesummv": ((
    "i: parallel; j: reduction sum tmp sum y",
    ), "tmp[i] and y[i] belong to i; e + tmp[i] is a sum from the other side"),
    "gramschmidt": ((
    "k: carried; i: reduction sum norm; i: parallel; j: parallel; i: reduction sum R; i: parallel",
    ), "W A[i, j], j > k, then R A[i, k'] with k' = j: flow (<), on the cycle A -> norm -> R -> Q -> A. Within k: R[k, j] and column j of A belong to j, "
    "Q[i, k] is only read there; i sums into R[k, j], elsewhere its elements are its own"),
    "heat_3d": ((
    "_: carried; i: parallel; j: parallel; k: parallel; i: parallel; j: parallel; k: parallel",
    ), "B from A, A from B of the same step: flow A (<, ..), a cycle; each sweep writes one array and reads the other"),
    "jacobi_1d": ((
    "_: carried; i: parallel; i: parallel",
    ), "as heat_3d"),
    "jacobi_2d": ((
    "_: carried; i: parallel; j: parallel; i: parallel; j: parallel",
    ), "as heat_3d"),
    "lu": ((
    "i: carried; j: carried; k: reduction sum A; j: parallel; k: reduction sum A",
    ), "R A[k, j], k < i, after W in iteration k of i: flow (<). First j: R A[i, k], k < j, after W A[i, j'], j' = k: flow (=, <). Second j: W A[i, j] has "
    "j >= i, R A[i, k] has k < i, R A[k, j] row k < i: they never meet. For the same reasons k changes A[i, j] only: a sum"),
    "ludcmp": ((
    "i: carried; j: carried; k: reduction sum w; j: privatise w; k: reduction sum w",
    "i: carried; j: reduction sum w",
    "i: carried; j: reduction sum w",
    ), "A as in lu; w is set at the head of each j. R y[j], j < i, after W in iteration j of i: flow (<); x[j], j > i, with i falling: flow (<)"),
    "mvt": ((
    "i: parallel; j: reduction sum x1",
    "i: parallel; j: reduction sum x2",
    ), "x1[i] and x2[i] belong to i and are summed over j, (=, <)"),
    "nussinov": ((
    "i: carried; j: transform skewing; k: reduction max table",
    ), "all is flow; over (i, j), i falling: table[i, j - 1] (0, 1), table[i + 1, j] (1, 0), table[i + 1, j - 1] (1, 1), table[i, k] (0, j - k) with k < j, "
    "table[k + 1, j] (k + 1 - i, 0) with k > i: none is negative, so the front of one j - i carries all. "
    "table[i, j] is no table[i, k] and no table[k + 1, j]: a maximum over k"),
    "seidel_2d": ((
    "_: carried; i: transform skewing; j: transform skewing",
    ), "within a step (0, 1), (1, -1), (1, 0), (1, 1) over (i, j): the front 2i + j carries all. Over steps (d, e, f), d >= 1, e and f from -1 to 1: over (_, i) "
    "that is (d, e) and (0, 1), and the front 2_ + i carries all, as 2d + e >= 1; what is left, (0, 0, 1), is j's"),
    "symm": ((
    "i: carried; j: privatise temp2; k: reduction sum temp2",
    ), "W C[i, j] of the last statement, then C[k, j], k = i, of a later i: flow and output (<, =); the first statement meets itself, (<, =), a sum, but "
    "beta * C[i, j] + .. is none. Distribution leaves that sum with i, interchange leaves (<, =). j: column j only, temp2 is set at its head"),
    "syr2k": ((
    "i: parallel; j: parallel; k: reduction sum C; j: parallel",
    ), "as gemm, on the triangle j <= i"),
    "syrk": ((
    "i: parallel; j: parallel; k: reduction sum C; j: parallel",
    ), "as gemm, on the triangle j <= i"),
    "trisolv": ((
    "i: carried; j: reduction sum x",
    ), "R x[j], j < i, after W in iteration j of i: flow (<), and the nest is not perfect; over j x[i] is no x[j]: a sum"),
    "trmm": ((
    "i: transform renaming; j: parallel; k: reduction sum B",
    ), "R B[k, j], k > i, before W in iteration k of i: anti (<, =) only, and no earlier iteration writes row k; j: column j only; k: B[i, j] is no B[k, j]: a sum"),
}

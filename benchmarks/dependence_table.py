# ruff: noqa: E501
"""Writes docs/dependence_table.md: loops with the graphs and verdicts worked out by hand, and those found.

    python -m benchmarks.dependence_table
"""

from __future__ import annotations

from pathlib import Path

from tests.dependence.table import ROWS, Row
from tests.dependence.table_polybench import POLYBENCH
from tests.dependence.test_table import found_graph, found_verdict, graph_of, polybench_verdicts

TABLE = Path(__file__).parents[1] / "docs" / "dependence_table.md"

HEAD = """# Dependence table: loops with graphs and verdicts worked out by hand

Loops of the kinds that the TSVC suite for vectorising compilers covers, written for this table, and the thirty
kernels of PolyBench. *Expected* was worked out by hand from the definitions before the comparison. PolyBench's verdicts were
at first written with the analysis at hand; the ones below replace them, and were worked out from the kernels' subscripts
without running the analysis and without a look at the first ones. What a verdict means was taken from the documentation
and from the code that gives it. *Found* is what the analysis says; a test compares them
(`tests/dependence/test_table.py`), `python -m benchmarks.dependence_table` writes this file.

Graph: dependences through arrays, as kind, array, directions of the sink against the source, and the distance where it
is one vector of numbers. Verdict: one for each loop, outermost first. All hold for any bounds (the static stage), with
arrays of different names apart, unless live values are given.

"""

DIFFERENCES = """
## Differences that the first comparison showed

142 rows were compared; 22 differed. All are settled, and the table above shows no difference any more.

| rows | who was wrong | what it was |
|---|---|---|
| flow at distance k; both ways | the expectation | `a[i + k]` below zero wraps around and meets elements that other iterations write: an output dependence more |
| counter by one; triangular counter (inner loop) | the expectation | a counter that starts below zero wraps around: renaming, not privatisation alone |
| bounds from data | the expectation | whatever the wrapped elements are, all that happens to them is a sum |
| different strides meet | the expectation | all solutions of 2x = 3y + 1 have y < x: no flow |
| wraps and writes | the expectation | an array of one element: `a[-1]` is `a[0]` in the same iteration |
| weak zero inside, k unknown | the expectation | where to split is known only with k: negative k means another element |
| double buffer | the expectation | the anti dependence (<, >) forbids the interchange |
| triangular, carried outside; disjoint triangle | the expectation | j' > j follows from j < i = j': (<, <), not (<, *); so i is free with j outside |
| two counters | neither | the order of names in the text |
| last cell read | the analysis | the sign of `n - 1` in a loop that runs was not seen; non-empty domains are said outright now |
| recurrences on one loop, three dimensions, triangular flow, interchange forbidden, wavefronts | the analysis | skewing was offered for outer loops too, and where the inner loop is free already; it is a way to free the inner loop of two that both carry |
| anti and flow | the analysis | node splitting (reading from a copy, then distribution) was missing |
| disjoint triangle, inner loop; PolyBench's cholesky, lu, trisolv, trmm | the analysis | a sum that also reads other elements of its array was not seen to be a reduction |

PolyBench's kernels were compared anew when their verdicts had been worked out by hand: 155 loops in 51 nests, of which 6
differed in the text. No loop was called parallel, a reduction or private that is not; in 4 the analysis was right but knew less.

| loops | who was wrong | what it was |
|---|---|---|
| floyd_warshall, i and j | the analysis: carried | splitting at i = k, where k is the index of a loop around; only numbers and symbols were taken for a place to split at |
| nussinov, j | the analysis: carried | skewing with distances that vary but are never negative; only constant distances were looked at |
| seidel_2d, i | the analysis: carried | skewing over time steps and rows: the distance in steps is any from 1 on, that in rows -1, 0 or 1 |
| deriche, the two outer loops i | neither | the order of names in the text |

The three rows of the iteration space that show these forms (in place, step by step; shorter ranges first; pivot row) were
added then, with no difference. Whether a place to split at and a wavefront keep what they promise is also tested on nests that
are executed, over all pairs of accesses (`tests/dependence/test_transforms.py`).

"Two at once" and "previous value, overwritten" were added when the analysis was found to be wrong on them: it offered peeling
for scalars that an iteration cannot compute by itself. Random loops with scalars check that promise now
(`tests/dependence/test_wrap_around.py`).
"""


def code(text: str) -> str:
    lines = [line.replace(" ", "&nbsp;").replace("|", "&#124;").replace("*", "&#42;") for line in text.splitlines()]
    return "<br>".join(f"<code>{line}</code>" for line in lines)


def cell(parts: tuple[str, ...]) -> str:
    return "<br>".join(parts).replace("*", "\\*").replace("|", "\\|") or "-"


def line(row: Row) -> str:
    graph = graph_of(row)
    found, verdicts = found_graph(graph), tuple(map(found_verdict, graph.loops))
    live = ", ".join(f"{name} = {value}" for name, value in row.at or ())
    same = "as expected" if (found, verdicts) == (row.graph, row.verdicts) else f"{cell(found)}<br>{cell(verdicts)}"
    title = row.name + (f"<br>({live})" if live else "")
    return f"| {title} | {code(row.source)} | {cell(row.graph)} | {cell(row.verdicts)} | {same} | {row.why} |"


def main() -> None:
    parts = [HEAD]
    for kind in dict.fromkeys(row.kind for row in ROWS):
        parts.append(f"## {kind.capitalize()}\n\n| | loop | expected graph | expected verdicts | found | reasoning |\n"
                     "|---|---|---|---|---|---|\n")
        parts += [line(row) + "\n" for row in ROWS if row.kind == kind]
        parts.append("\n")
    parts.append("## PolyBench\n\nEach line of verdicts is one outermost nest of the kernel.\n\n"
                 "| kernel | expected verdicts | found | reasoning |\n|---|---|---|---|\n")
    for kernel, (expected, why) in POLYBENCH.items():
        found = polybench_verdicts(kernel)
        same = "as expected" if found == expected else cell(found)
        parts.append(f"| {kernel} | {cell(expected)} | {same} | {why} |\n")
    TABLE.write_text("".join(parts) + DIFFERENCES)


if __name__ == "__main__":
    main()

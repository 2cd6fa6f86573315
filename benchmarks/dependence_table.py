# ruff: noqa: E501
"""Writes docs/dependence_table.md: loops with the graphs and verdicts worked out by hand, and those found.

    python -m benchmarks.dependence_table
"""

from __future__ import annotations

from pathlib import Path

from tests.dependence.table import POLYBENCH, ROWS, Row
from tests.dependence.test_table import found_graph, found_verdict, graph_of, polybench_verdicts

TABLE = Path(__file__).parents[1] / "docs" / "dependence_table.md"

HEAD = """# Dependence table: loops with graphs and verdicts worked out by hand

Loops of the kinds that the TSVC suite for vectorising compilers covers, written for this table, and the thirty
kernels of PolyBench. *Expected* was worked out by hand from the definitions before the comparison, for PolyBench with the
analysis at hand and checked after it (so PolyBench's rows are the weaker evidence); *found* is what the analysis says;
a test compares them (`tests/dependence/test_table.py`), `python -m benchmarks.dependence_table` writes this file.

Graph: dependences through arrays, as kind, array, directions of the sink against the source, and the distance where it
is one vector of numbers. Verdict: one for each loop, outermost first. All hold for any bounds (the static stage), with
arrays of different names apart, unless live values are given.

"""

DIFFERENCES = """
## Differences that the first comparison showed

142 loops were compared; 22 rows differed. All are settled, and the table above shows no difference any more.

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

"""What a later run of a program costs over `import numpy`: seconds of CPU of whole processes, with one nest and with eleven.

    python -m benchmarks.run_warm [--rounds 15]

What was kept of the nests (kernels, and what a call needs of each) is there; each process of a round starts once, in turn.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks import measure
from benchmarks.run_cold import seconds

NEST = """
def f{k}(a, b, n):
    s = 0.0
    for i in range(n):
        b[i] = a[i] * {k}.5 + 1.0
        s += b[i]
    return s

f{k}(a, b, 64)
"""
HEAD = "import numpy as np\na, b = np.arange(64.0), np.zeros(64)\n"
FEW, MANY = 1, 11


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        programs = {"import numpy": "import numpy\n"}
        programs |= {f"{n} nests": HEAD + "".join([NEST.format(k=k) for k in range(n)]) for n in (FEW, MANY)}
        runs = {}
        for what, text in programs.items():
            path = Path(folder, f"{len(runs)}.py")
            path.write_text(text, encoding="utf-8")
            given = [*["-m", "alpyna", "run"] * (len(runs) > 0), str(path)]
            runs[what] = lambda given=given: seconds(given, {}, "kept", folder)
        for run in (*runs.values(), *runs.values()):
            run()  # fills the caches
        times = measure.interleaved(runs, options.rounds)
    base, few, many = [times[what].runs for what in programs]
    one = statistics.median([a - b for a, b in zip(few, base, strict=True)])
    further = statistics.median([a - b for a, b in zip(many, few, strict=True)]) / (MANY - FEW)
    rows = [(what, each) for what, each in times.items()]
    explained = (
        f"CPU of processes, user and system; median (least - most) of {options.rounds} rounds in turn. One nest over "
        f"`import numpy`: {1e3 * one:.0f} ms; each further one: {1e3 * further:.1f} ms (medians of the rounds' differences).")
    measure.write("warm", "Later runs", [
        explained, "Made by `python -m benchmarks.run_warm`.", measure.table(("what", "CPU"), rows)])


if __name__ == "__main__":
    main()

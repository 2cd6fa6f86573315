"""What marked modules cost the garbage collector, what a module that is executed again leaves, and what first calls cost.

    python -m benchmarks.objects [test.test_heapq test.test_textwrap ...]

Each line is a process of its own that runs CPython's test modules (it takes those of the running Python), plain, with our
engine imported and nothing marked, and with everything marked.  CPU time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import measure

MODULES = ["test.test_heapq", "test.test_textwrap", "test.test_difflib"]

COLLECTOR = """
import gc, io, json, sys, time, unittest
mode, *names = sys.argv[1:]
if mode != "plain":
    import alpyna_hook
    if mode == "marked":
        alpyna_hook.install("*")
    else:
        import alpyna_hook.hook.loader, alpyna_hook.hook.rewrite, alpyna_hook.runtime.engine
start = time.process_time()
for name in names:
    unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromName(name))
ran = time.process_time() - start
gc.collect()
times = []
for _ in range(9):
    begin = time.thread_time()
    gc.collect()
    times.append(time.thread_time() - begin)
kinds = {}
for each in gc.get_objects():
    kinds[type(each).__qualname__] = kinds.get(type(each).__qualname__, 0) + 1
print(json.dumps({"objects": len(gc.get_objects()), "ms": min(times) * 1e3, "seconds": ran,
                  "most": sorted(kinds.items(), key=lambda item: -item[1])[:8]}))
"""

AGAIN = """
import gc, importlib, json, os, sys, tempfile, tracemalloc
import alpyna_hook
folder = tempfile.mkdtemp()
body = "".join(f'''
def f{k}(a, n):
    s = 0.0
    for i in range(n):
        for j in range(n):
            s += a[i] * j
        a[i] = s
    while n > {k}:
        n -= 1
    return s
''' for k in range(10))
with open(os.path.join(folder, "again.py"), "w") as file:
    file.write(body)
sys.path.insert(0, folder)
alpyna_hook.install("again")
import again
def execute():
    importlib.reload(again)
    for k in range(10):
        getattr(again, f"f{k}")([1.0] * 3, 3)
for _ in range(5):
    execute()
gc.collect()
tracemalloc.start()
before = len(gc.get_objects())
for _ in range(200):
    execute()
gc.collect()
print(json.dumps({"objects": (len(gc.get_objects()) - before) / 200, "bytes": tracemalloc.get_traced_memory()[0] / 200}))
"""

FIRST = """
import json, os, sys, tempfile, time
import numpy as np
import alpyna_hook, alpyna_hook.runtime.engine
from alpyna_hook.seam.site import all_sites
size, sites = int(sys.argv[1]), 20
folder = tempfile.mkdtemp()
loops = "".join(f'''
def f{k}(a, n):
    s = 0.0
    for i in range(n):
        t = a[i] * 2.0
        if t > s:
            s = t
        a[i] = s
    return s
''' for k in range(sites))
with open(os.path.join(folder, "first.py"), "w") as file:
    file.write(loops + "def other(x):\\n    return (x + 1) * [x, 2, 3][0]\\n" * ((size - 9 * sites) // 2))
sys.path.insert(0, folder)
alpyna_hook.install("first")
import first
a = np.ones(3)
first.f0(a, 3)
start = time.thread_time()
for k in range(1, sites):
    getattr(first, f"f{k}")(a, 3)
print(json.dumps({"us": (time.thread_time() - start) / (sites - 1) * 1e6, "first": (time.thread_time() - start) * 1e3}))
"""


def child(program: str, *args: str) -> Any:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program, *args], capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


ROUNDS = 3


def main() -> None:
    names = sys.argv[1:] or MODULES
    labels = {"plain": "plain", "engine": "engine imported, nothing marked", "marked": "all marked"}
    found: dict[str, list[Any]] = {mode: [] for mode in labels}
    for _ in range(ROUNDS):
        for mode in labels:
            found[mode].append(child(COLLECTOR, mode, *names))
    rows = []
    for mode, label in labels.items():
        most = ", ".join(f"{kind} {count:,}" for kind, count in found[mode][-1]["most"][:6])
        best = [min(each[key] for each in found[mode]) for key in ("objects", "ms", "seconds")]
        rows.append((label, f"{best[0]:,}", f"{best[1]:.1f}", f"{best[2]:.2f}", most))
    again = child(AGAIN)
    first = [(f"{size:,}", f"{min(child(FIRST, str(size))['us'] for _ in range(ROUNDS)):.0f}") for size in (200, 2000, 10000)]
    measure.write("objects", "Objects", [
        f"After {', '.join(names)}, each in a process; the least of {ROUNDS} runs, CPU time.",
        measure.table(("", "tracked objects", "`gc.collect()`, ms", "whole run, s", "most"), rows),
        f"A module of 30 loops, executed again: {again['bytes'] / 1e3:.1f} kB and {again['objects']:.0f} tracked objects stay.",
        measure.table(("lines of the module", "first call of a loop of 4 lines, us"), first),
    ])


if __name__ == "__main__":
    main()

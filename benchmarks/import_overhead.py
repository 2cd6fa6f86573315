"""What the import hook costs modules that are not marked, and what a seam costs a loop that is not compiled.

    python benchmarks/import_overhead.py [rounds]

1. Imports about 900 modules of the standard library and NumPy, none of them marked, in fresh
   processes with warm bytecode, with and without the hook in turn; processor time, medians and ratio.
   The time of installing the hook itself is given apart.
2. Calls a function with a loop of 3 iterations 10**6 times, as it is and with a dead seam.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pkgutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The larger part lies outside of the standard library, whose sources the hook does not search.
PACKAGES = [
    "_pytest", "asyncio", "concurrent", "coverage", "email", "encodings", "html", "http", "hypothesis", "importlib",
    "json", "llvmlite", "logging", "multiprocessing", "mypy", "numba", "numpy", "pip", "pygments", "setuptools",
    "unittest", "urllib", "wsgiref", "xml",
]
UNWANTED = {
    "antigravity", "this", "idlelib", "turtledemo", "test", "ensurepip", "__main__", "sitecustomize", "usercustomize",
}
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
CHILD = """
import sys, time
start = time.process_time()
if sys.argv[1] == "1":
    sys.path.insert(0, sys.argv[2])
    import alpyna_hook
    alpyna_hook.install()
middle = time.process_time()
before = len(sys.modules)
import importlib, warnings, json, io
warnings.simplefilter("ignore")
good, output, sys.stdout = [], sys.stdout, io.StringIO()
for name in sys.argv[3].split():
    try:
        importlib.import_module(name)
        good.append(name)
    except BaseException:
        pass
end = time.process_time()
files = [f for m in list(sys.modules.values()) if (f := str(getattr(m, "__file__", ""))).endswith(".py")]
counts = [len(files), sum("-packages" in f for f in files)]
print(json.dumps([middle - start, end - middle, counts, good]), file=output, flush=True)
import os
import atexit; atexit._run_exitfuncs()
os._exit(0)
"""


def names() -> Iterator[str]:
    """What `child` is to import, as far as it is installed."""
    for name in sorted(sys.stdlib_module_names - UNWANTED):
        if not name.startswith("_"):
            yield name
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            for item in pkgutil.iter_modules(spec.submodule_search_locations, f"{package}."):
                if item.name.rpartition(".")[2] not in UNWANTED and "test" not in item.name.partition(".")[2]:
                    yield item.name


def child(hook: bool, modules: list[str]) -> tuple[float, float, list[int], list[str]]:
    command = [sys.executable, "-c", CHILD, "1" if hook else "0", str(ROOT), " ".join(modules)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    install, imports, count, good = json.loads(done.stdout)
    return install, imports, count, good


def imports(rounds: int) -> None:
    modules = child(False, list(names()))[3]
    child(True, modules)  # the first time: searches the sources
    times: dict[bool, list[float]] = {False: [], True: []}
    installs = []
    ratios = []
    for turn in range(rounds):
        for hook in (False, True) if turn % 2 else (True, False):
            install, seconds, count, _ = child(hook, modules)
            times[hook].append(seconds)
            if hook:
                installs.append(install)
        ratios.append(times[True][-1] / times[False][-1])
    plain, hooked = statistics.median(times[False]), statistics.median(times[True])
    print(f"{count[0]} modules from source, {count[1]} of them in installed packages; {rounds} rounds")
    print(f"plain {plain:.3f} s, hooked {hooked:.3f} s")
    print(f"ratio of medians {hooked / plain:.4f}, median of paired ratios {statistics.median(ratios):.4f}, "
          f"best of each {min(times[True]) / min(times[False]):.4f}")
    print(f"import alpyna_hook and install(): {statistics.median(installs) * 1000:.1f} ms")


def dead_seam(rounds: int) -> None:
    sys.path.insert(0, str(ROOT))
    import alpyna_hook
    from alpyna_hook.seam.site import all_sites

    text = "def f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
    space: dict[str, object] = {}
    exec(text, space)
    module = alpyna_hook.static_analyse(text)
    for site in all_sites():
        site.live = False
    functions = {"plain": space["f"], "dead seam": module.f}
    best = dict.fromkeys(functions, float("inf"))
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.process_time()
            for _ in range(10**6):
                function(3)  # type: ignore[operator]
            best[name] = min(best[name], time.process_time() - start)
    for name, value in best.items():
        print(f"a call of a loop of 3 iterations, {name}: {value * 1000:.1f} ns")
    print(f"the dead seam costs {(best['dead seam'] - best['plain']) * 1000:.1f} ns")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    dead_seam(count)
    imports(count)

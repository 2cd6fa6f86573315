"""What ALPyNA adds to the start of a program: fresh processes, in turn, their CPU time.

    python -m benchmarks.startup [--rounds 30] [--state "an idle machine"]

The bytecode is cached, as at every start but the first.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import loading, measure

LOOP = "total = 0\nfor i in range(100): total += i\nprint(total)\n"
MODULE = "def f(n):\n    total = 0\n    for i in range(n): total += i\n    return total\n"
INSTALL = "import alpyna_hook; alpyna_hook.install()\n"
FILES = {
    "script.py": LOOP,
    "plain.py": MODULE,
    "marked.py": f"# alpyna: accelerate\n{MODULE}",
    "uses_plain.py": "import plain\nprint(plain.f(100))\n",
    "hook_alone.py": f"{INSTALL}import plain\nprint(plain.f(100))\n",
    "hook_marked.py": f"{INSTALL}import marked\nprint(marked.f(100))\n",
}
RUNS = {  # what, its command, and what it is compared with
    "python script.py": (["script.py"], ""),
    "python -m script": (["-m", "script"], "python script.py"),
    "python -m alpyna run script.py": (["-m", "alpyna", "run", "script.py"], "python script.py"),
    "a program with a module": (["uses_plain.py"], ""),
    "the same, the hook installed": (["hook_alone.py"], "a program with a module"),
    "the same, the module marked": (["hook_marked.py"], "a program with a module"),
}


def once(command: list[str], folder: Path) -> float:
    """CPU seconds, user and system, of a process that has to end well."""
    environment = {**os.environ, "PYTHONPATH": str(loading.ROOT.parent)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = os.getcwd()
    os.chdir(folder)
    try:
        pid = os.posix_spawn(sys.executable, [sys.executable, *command], environment, file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])  # fmt: skip
    finally:
        os.chdir(before)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{command} ended with status {status}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--state", default="a machine that did nothing else", help="of the machine, for the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in FILES.items():
            (folder / file).write_text(text)
        runs = {what: (lambda command=command: once(command, folder)) for what, (command, _) in RUNS.items()}
        for run in runs.values():
            run()  # writes the bytecode
        times = measure.interleaved(runs, options.rounds)
    rows = []
    for what, (_, other) in RUNS.items():
        more = [a - b for a, b in zip(times[what].runs, times[other].runs, strict=True)] if other else []
        rows.append((what, times[what], f"{statistics.median(more) * 1e3:+.1f} ms" if more else ""))
    explained = (
        f"CPU time (user and system) of whole processes, of {options.rounds} rounds in turn on {options.state}: median (least - "
        "most), and the median of what a round needed more than the plain program. The second line is what `python -m` needs."
    )
    measure.write("startup", "Start-up", [explained, measure.table(("what", "CPU time", "over plain"), rows)])


if __name__ == "__main__":
    main()

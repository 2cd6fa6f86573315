"""What becomes of a program whose store is damaged: each fault, and three runs after it.

    python -m benchmarks.store_faults

A run is right if it prints what the interpreter computes, and nothing else but lines of the log.  It was served by what was kept
if it imports nothing of the compiler half.  Needs Linux on x86-64, and root for files of others.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import measure

SOURCE = """# alpyna: accelerate device=cpu
import sys
import numpy as np

def f(a, b):
    for i in range(len(a)):
        b[i] = a[i] * 2.0 + 1.0

a, b = np.arange(50.0), np.zeros(50)
f(a, b)
print(b.tolist(), not any(m.startswith(("alpyna_hook.infer", "llvmlite", "numba")) for m in sys.modules))
"""
START = "import sys; from alpyna_hook import run_program; run_program(sys.argv[1], [])"
RIGHT = str([2.0 * k + 1.0 for k in range(50)])
_DROP_CAPABILITY, _OVERRIDING = 24, (1, 2)  # prctl; what lets root pass over modes
_WRITERS = 16


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


FILES: dict[str, Callable[[Path], object]] = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "empty": lambda path: path.write_bytes(b""),
    "a flipped bit": flip,
    "of another owner": lambda path: os.chown(path, 12345, -1),
    "world-writable": lambda path: path.chmod(0o666),
    "vanished": Path.unlink,
    "a link": lambda path: (path.rename(path.with_suffix(".other")), path.symlink_to(path.with_suffix(".other"))),
    "a folder in its place": lambda path: (path.unlink(), path.mkdir()),
}

VERSIONS = {
    "another version of ALPyNA": "import alpyna_hook; alpyna_hook.__version__ = '0.0.1'",
    "another version of NumPy": "import numpy; numpy.__version__ = '0.0.1'",
    "another processor": "from alpyna_hook.kernels import ready; ready._identity = lambda: 'another'",
}


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def obey_modes() -> None:
    for capability in _OVERRIDING:
        ctypes.CDLL(None).prctl(_DROP_CAPABILITY, capability, 0, 0, 0)


class Store:
    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        (folder / "program.py").write_text(SOURCE)

    def start(self, before: Callable[[], None] | None = None, setup: str = "") -> subprocess.Popen[str]:
        environment = {**os.environ, "ALPYNA_CACHE_DIR": str(self.cache), "ALPYNA_LOG": "1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-c", f"{setup}\n{START}", str(self.folder / "program.py")]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)

    def run(self, before: Callable[[], None] | None = None, setup: str = "") -> tuple[bool, bool, str]:
        """Whether it was right, and kept; and the first line of the log about the store."""
        return told(self.start(before, setup))

    def of_store(self) -> list[Path]:
        return [path for path in sorted((self.cache / "kernels").iterdir()) if path.suffix in (".o", ".plan")]


def told(process: subprocess.Popen[str]) -> tuple[bool, bool, str]:
    output, log = process.communicate()
    values, _, kept = output.strip().rpartition(" ")
    lines = [line.partition(": ")[2] for line in log.splitlines() if "not read" in line or "not kept" in line]
    others = [line for line in log.splitlines() if not line.startswith("alpyna[")]
    first = lines[0] if lines else ""
    what, why = first.partition(" from " if " from " in first else " in ")[0], first[first.rfind(":"):]
    return values == RIGHT and not process.returncode and not others, kept == "True", what + why


def row(name: str, first: tuple[bool, bool, str], store: Store) -> tuple[str, ...]:
    runs = [first, store.run(), store.run()]
    return name, f"{sum(right for right, _, _ in runs)} of 3", *["yes" if kept else "no" for _, kept, _ in runs], first[2] or "-"


def filled(folder: Path) -> Store:
    """One in which a nest was kept, and was found again."""
    made = Store(Path(tempfile.mkdtemp(dir=folder)))
    assert made.run()[0] and made.run()[:2] == (True, True)
    return made


def of_files(folder: Path) -> Iterator[tuple[str, ...]]:
    for fault, damage in FILES.items():
        one = filled(folder)
        for path in one.of_store():
            damage(path)
        yield row(f"files: {fault}", one.run(), one)


def of_the_folder(folder: Path) -> Iterator[tuple[str, ...]]:
    one = filled(folder)
    (one.cache / "kernels").chmod(0o777)
    yield row("the folder: world-writable", one.run(), one)
    one = filled(folder)
    (one.cache / "kernels").chmod(0o500)
    for path in one.of_store():
        path.chmod(0o400)
    yield row("the folder: read-only", one.run(obey_modes), one)


def of_the_disk(folder: Path) -> Iterator[tuple[str, ...]]:
    yield row("full disk", (one := filled(folder)).run(no_room), one)
    one = filled(folder)
    for path in one.of_store():
        path.unlink()
    yield row("full disk, and all files gone", one.run(no_room), one)


def of_versions(folder: Path) -> Iterator[tuple[str, ...]]:
    for fault, setup in VERSIONS.items():
        yield row(fault, (one := filled(folder)).run(None, setup), one)


def of_writers(folder: Path) -> Iterator[tuple[str, ...]]:
    one = Store(Path(tempfile.mkdtemp(dir=folder)))
    results = [told(each) for each in [one.start() for _ in range(_WRITERS)]]
    all_right = all(right for right, _, _ in results), False, next((line for _, _, line in results if line), "")
    yield row(f"{_WRITERS} writers at once", all_right, one)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        rows = [each for faults in (of_files, of_the_folder, of_the_disk, of_versions, of_writers) for each in faults(Path(name))]
    explained = (
        "Kernels and what is kept of nests, after each fault: how many of three runs gave what the interpreter computes, with no "
        "error and no word on standard error but the log's; whether each of them ran without the compiler; and what the log said "
        "first.")
    header = ("fault", "right", "first: kept", "second", "third", "log")
    measure.write("store_faults", "Faults of the store", [
        explained, "Made by `python -m benchmarks.store_faults`.", measure.table(header, rows)])


if __name__ == "__main__":
    main()

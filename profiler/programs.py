"""Small functions of one loop, run by the interpreter and compiled."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import alpyna_hook
from alpyna_hook.explain.report import as_data

_HEAD = "import math\nimport numpy as np\n\n\n"
_OPTIONS = alpyna_hook.Options(device="cpu")


def source_of(parameters: str, *body: str) -> str:
    """`def measured(<parameters>)` with one loop over `range(n)`, that returns all that it assigned last."""
    lines = "".join(f"        {line}\n" for line in body)
    return f"{_HEAD}def measured({parameters}):\n    for i in range(n):\n{lines}"


@dataclass(frozen=True)
class Pair:
    """One function in both forms."""

    plain: Callable[..., Any]
    fast: Callable[..., Any]
    module: str

    @classmethod
    def of(cls, source: str, device: str = "cpu") -> Pair:
        namespace: dict[str, Any] = {"__name__": "plain"}
        exec(compile(source, "<measured>", "exec"), namespace)
        module = alpyna_hook.static_analyse(source, _OPTIONS._replace(device=device))
        return cls(namespace["measured"], module.measured, str(module.__file__))

    def reason(self) -> str | None:
        """Why the compiled form did not run compiled each time; None if it did."""
        entry = self._entry()
        if entry["runs"] and entry["accelerated_runs"] == entry["runs"]:
            return None
        return str(entry["reason"])

    def device(self) -> str:
        """Where the compiled form ran."""
        return str(self._entry()["device"])

    def _entry(self) -> dict[str, Any]:
        return next(e for e in as_data() if e["file"] == self.module)

    def drop(self) -> None:
        """Forgets the module, once it has been measured."""
        sys.modules.pop(self.module.strip("<>"), None)


# Of the whole process, as kernels are compiled in a thread: what other programs take meanwhile does not count.
# (Windows tells it in steps of 16 ms.)
cpu_seconds = time.perf_counter if sys.platform == "win32" else time.process_time


def clock(function: Callable[..., Any], *args: Any) -> float:
    """Seconds of CPU."""
    begun = cpu_seconds()
    function(*args)
    return cpu_seconds() - begun


def usual(work: Callable[[], object], repeats: int) -> float:
    """The median of some times, after one that is not counted: of the clock, since others may do the work."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def fit(rows: list[tuple[tuple[float, float], float]]) -> tuple[float, float]:
    """The (a, b), not negative, with a*x + b*y nearest to each value of the rows ((x, y), value), relatively.

    The normal equations of two unknowns; where one would be negative it is zero and the other is fitted alone.

    >>> fit([((1.0, 1.0), 3.0), ((1.0, 2.0), 5.0)])
    (1.0, 2.0)
    """
    scaled = [(x / v, y / v) for (x, y), v in rows]
    xx, xy, yy = (sum(p[j] * p[k] for p in scaled) for j, k in ((0, 0), (0, 1), (1, 1)))
    x1, y1 = (sum(p[k] for p in scaled) for k in (0, 1))
    determinant = xx * yy - xy * xy
    if determinant > 1e-12 * xx * yy:
        a, b = (x1 * yy - y1 * xy) / determinant, (y1 * xx - x1 * xy) / determinant
        if a >= 0 and b >= 0:
            return round(a, 12), round(b, 12)
        if a < 0:
            return 0.0, round(y1 / yy, 12)
    return round(x1 / xx, 12), 0.0

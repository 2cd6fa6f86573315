"""One example of a row of the contract: a program, its inputs, and how it must have run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tests.oracle import Conditions


@dataclass(frozen=True)
class Example:
    """`expect` is "accelerated", "flagged" (compiled, a check failed, replayed), the slug of the
    reason for which it must be declined, or several of them, separated by spaces, of which `verdicts` has the one."""

    row: str
    name: str
    source: str
    inputs: tuple[object, ...] = ()
    expect: str = "accelerated"
    conditions: Conditions = field(default_factory=Conditions)
    rare: bool = False  # one of many that are alike: in the long set

    def __str__(self) -> str:
        return f"{self.row}: {self.name}".replace(" ", "_")


def each(expression: str, *, setup: str = "", params: str = "a, b") -> str:
    """A function that computes an expression for each element: the values go into `out`, and the
    last one, with its type, into `t`."""
    lines = [
        "import math",
        "import numpy as np",
        f"def f({params}, out):",
        f"    {setup or 'pass'}",
        "    for i in range(len(a)):",
        f"        t = {expression}",
        "        out[i] = t",
        "    return locals()",
    ]
    return "\n".join(lines)


def together(*expressions: str) -> str:
    """A function that computes several expressions for each element: value k goes into `out[k, i]`, the
    last ones, with their types, into `t0`, `t1`, ..."""
    lines = ["import math", "import numpy as np", "def f(a, b, out):", "    for i in range(len(a)):"]
    for k, expression in enumerate(expressions):
        lines += [f"        t{k} = {expression}", f"        out[{k}, i] = t{k}"]
    return "\n".join([*lines, "    return locals()"])


def arr(values: object, dtype: npt.DTypeLike = np.float64) -> np.ndarray:
    return np.array(values, dtype=dtype)


QUIET = Conditions({"all": "ignore"})
RAISING = Conditions({"all": "raise"})
ERRORS = Conditions(filter="error")

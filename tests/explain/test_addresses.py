"""The dependences that `explain` shows are those of the memory that the arrays shared."""

from __future__ import annotations

import numpy as np

from alpyna_hook import Options, report, static_analyse

SOURCE = """def shift(a, b):
    for i in range(len(a)):
        b[i] = a[i] + 1.0
"""


def verdicts(a: np.ndarray, b: np.ndarray) -> list[str]:  # type: ignore[type-arg]
    module = static_analyse(SOURCE, Options(device="cpu", strict=True))
    module.shift(a, b)
    entry = [e for e in report(module.__file__) if e["qualname"] == "shift"][-1]
    assert entry["accelerated_runs"] == 1
    return [loop["verdict"] for loop in entry["loops"]]


def test_apart() -> None:
    assert verdicts(np.zeros(9), np.zeros(9)) == ["parallel"]


def test_interleaved_views_of_one_buffer() -> None:
    buffer = np.zeros(20)
    assert verdicts(buffer[::2], buffer[1::2]) == ["parallel"]


def test_shifted_views_of_one_buffer() -> None:
    buffer = np.zeros(20)
    assert verdicts(buffer[:-1], buffer[1:]) == ["carried"]
    assert buffer[-1] == 19.0

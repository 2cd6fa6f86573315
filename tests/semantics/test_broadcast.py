"""Arrays that NumPy warns of when they are written to: what np.broadcast_arrays gives."""

from __future__ import annotations

import pytest

from tests.differential import check

SOURCE = """
import warnings
import numpy as np

def work(a):
    for i in range(len(a)):
        {body}
    return a

def f():
    warnings.simplefilter("always")
    x, y = np.broadcast_arrays(np.zeros(3), np.zeros(1))
    work(y)
    work(x)
    return work(y).tolist()
"""


@pytest.mark.parametrize(("body", "expected"), [
    ("a[i] = 2.0 + i", "read-only"),
    ("if i > 5:\n            a[i] = 2.0", "read-only"),
    ("t = a[i]", "accelerated"),
])
def test_the_warning_is_the_interpreters(body: str, expected: str) -> None:
    compared = check(SOURCE.format(body=body), expect=expected)
    assert bool(compared.plain.warned) is ("2.0 + i" in body)

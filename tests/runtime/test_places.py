"""What is remembered of a call by the addresses of its arrays."""

from __future__ import annotations

import numpy as np

from tests.differential import Program

SHIFT = """
    def f(a, b, s):
        for i in range(len(a)):
            b[i] = a[i] * s + i
        return i
"""


def test_disjoint_and_overlapping_arrays_in_turn() -> None:
    program = Program(SHIFT)
    program.load()
    whole = np.arange(12.0)
    apart = np.arange(11.0)
    for turn in range(6):
        for inputs in ((whole[1:], whole[:-1]), (whole[:-1], whole[1:]), (apart, whole[1:]), (whole[::2], whole[1::2])):
            compared = program.call("f", *inputs, 1.5 + turn)
            assert compared.difference is None and compared.verdict == "accelerated", compared


def test_one_address_with_other_shapes_and_strides() -> None:
    program = Program(SHIFT)
    program.load()
    whole, out = np.arange(24.0), np.zeros(24)
    for view in (whole, whole[:7], whole[::3], whole[:8], whole, whole[::-1]):
        compared = program.call("f", view, out[: len(view)], 2.0)
        assert compared.difference is None and compared.verdict == "accelerated", compared


def test_many_places() -> None:
    """More than are remembered."""
    program = Program(SHIFT)
    program.load()
    kept = [np.arange(5.0) + k for k in range(80)]
    for a in [*kept, *reversed(kept)]:
        compared = program.call("f", a, np.zeros(5), 0.5)
        assert compared.difference is None and compared.verdict == "accelerated", compared

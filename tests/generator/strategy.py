"""Hypothesis draws the choices of the generator, and so shrinks the nests that it finds."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from tests.generator.program import Case, generate


def choices() -> st.SearchStrategy[random.Random]:
    """A random.Random whose every draw belongs to the example."""
    return st.randoms(use_true_random=False)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A random program around a nest."""
    return generate(draw(choices()))

"""What each construct is captured as."""

from __future__ import annotations

from tests.capture.golden import GOLDEN, text


def test_the_captured_loops_are_as_recorded() -> None:
    assert text().splitlines() == GOLDEN.read_text().splitlines()

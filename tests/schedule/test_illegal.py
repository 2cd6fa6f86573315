"""The checker refuses schedules that change what is computed (`python -m tests.schedule.illegal` for many), and only few others."""

from __future__ import annotations

from tests.schedule.illegal import run


def test_what_changes_results_is_refused() -> None:
    found = run(135, 15, seed=20)
    for of, least in (("outermost", 135), ("rearranged", 15)):
        assert found[f"{of}: changed and refused"] == found[f"{of}: changed"] >= least, found
        assert found[f"{of}: the same"] > 0
    assert found["outermost: the same and refused"] < found["outermost: the same"] / 2, found

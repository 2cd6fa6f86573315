"""What counts as "all hot nests ran compiled"."""

from __future__ import annotations

from collections.abc import Collection

from tests.differential import Comparison, Run


def interpreted(compared: Comparison) -> list[Run]:
    """The nests that, at least once, ran in the interpreter."""
    return [run for run in compared.runs if run.accelerated < run.runs]


def assert_same_and_hot(compared: Comparison, outer: Collection[str] = ()) -> None:
    """Both runs are the same, at least one nest ran compiled, and every one did but for those of `outer`.

    `outer` holds "qualname: reason" of the loops that only drive others (a time loop that calls
    methods, say) and are left to the interpreter for that reason.
    """
    __tracebackhide__ = True
    assert compared.difference is None, compared.difference
    assert compared.plain.error is None, compared.plain.error
    assert any(run.accelerated for run in compared.runs), compared.runs
    cold = {f"{run.qualname}: {run.reason}" for run in interpreted(compared)}
    assert cold == set(outer), f"interpreted: {interpreted(compared)}"

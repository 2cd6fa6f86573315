"""What counts as "all hot nests ran compiled"."""

from __future__ import annotations

from collections.abc import Collection

from tests.differential import Comparison, Run


def interpreted(compared: Comparison) -> list[Run]:
    """The nests that ran in the interpreter."""
    return [run for run in compared.runs if run.accelerated < run.runs]


def assert_same_and_hot(compared: Comparison, drivers: Collection[str] = ()) -> None:
    """Both runs are the same, at least one nest ran compiled, and every one did but for those in `drivers`.

    `drivers` are the qualnames of functions whose loops only call what holds the hot nests (a time
    loop that calls methods, say): they may be interpreted.
    """
    __tracebackhide__ = True
    assert compared.difference is None, compared.difference
    assert compared.plain.error is None, compared.plain.error
    assert any(run.accelerated for run in compared.runs), compared.runs
    cold = [run for run in interpreted(compared) if run.qualname not in drivers]
    assert not cold, f"interpreted: {cold}"

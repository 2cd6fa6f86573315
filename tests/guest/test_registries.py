"""A warning that was shown stays shown: what compiles in between does not make Python forget it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from alpyna_hook.guest import registries
from tests.differential import check
from tests.oracle import Conditions

SOURCE = """
import numpy as np
def f(a, out):
    for k in range(4):
        x = np.float64(1.0) / a[0]
        with np.errstate():
            pass
        for i in range(len(out)):
            out[i] = out[i] * 2 + x
    return x
"""


@pytest.mark.parametrize("action", ["default", "module", "once", "always"])
def test_compiling_between_two_warnings_of_one_line(action: str) -> None:
    compared = check(SOURCE, np.zeros(3), np.ones(5), expect=None, conditions=Conditions(filter=action))
    assert len(compared.plain.warned) == (4 if action == "always" else 1)


@pytest.mark.parametrize("action", ["error", "ignore", "always", "default", "module", "once"])
def test_asking_for_the_version_shows_and_changes_nothing(action: str) -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter(action)  # type: ignore[arg-type]
        first, second = registries._version(), registries._version()
        with warnings.catch_warnings():
            pass
        assert first == second != registries._version()
    assert shown == []


def test_only_valid_registries_are_kept() -> None:
    for version, expected in ((registries._version, registries._version), (lambda: -1, lambda: -1)):
        space: dict[str, Any] = {"__warningregistry__": {"version": version(), "key": True}}
        with registries.kept(space), warnings.catch_warnings():
            warnings.simplefilter("ignore")
        assert space["__warningregistry__"] == {"version": expected(), "key": True}

from __future__ import annotations

import pytest

from alpyna_hook.seam import site


@pytest.fixture(autouse=True)
def no_other_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports have a limit of time for all modules of the process: here they are those of one test."""
    monkeypatch.setattr(site, "_SOURCES", [])

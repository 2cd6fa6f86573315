"""For tests of the seam: the suite itself may run under coverage or a debugger."""

from __future__ import annotations

import pytest

from alpyna_hook.guest.watching import BY_EVENTS, Watched


def nobody_looks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seam sees no tool, whatever there is."""
    if BY_EVENTS:
        monkeypatch.setattr(Watched, "monitored", ())
    else:
        monkeypatch.setattr(Watched, "profiled", None)
        monkeypatch.setattr(Watched, "traced", None)

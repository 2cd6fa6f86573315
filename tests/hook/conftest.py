from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.hook.processes")

from tests.hook.processes import Program  # noqa: E402


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")

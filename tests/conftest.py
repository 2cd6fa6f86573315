from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.hook.processes")  # before anything imports it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the recorded kernels and verdicts anew: then look at the difference")

from __future__ import annotations

import signal

import pytest

pytest.register_assert_rewrite("tests.hook.processes")  # before anything imports it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the recorded kernels and verdicts anew: then look at the difference")


def pytest_configure() -> None:
    """A shell starts what runs in its background with SIGINT ignored, which the programs that tests interrupt would inherit."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

"""Programs in processes of their own, as in tests/hook."""

from tests.hook.conftest import program

__all__ = ["program"]

"""Room on the stack for what has to be done, where the program has come to the limit of recursion."""

from __future__ import annotations

import sys

_CALLS = 200


class more_room:
    """Inside, as many more calls are possible."""

    def __enter__(self) -> None:
        self.limit = sys.getrecursionlimit()
        sys.setrecursionlimit(self.limit + _CALLS)

    def __exit__(self, *error: object) -> None:
        sys.setrecursionlimit(self.limit)

"""The functions of Python itself that a nest may call, by their names."""

from __future__ import annotations

BUILTIN_NAMES = frozenset("abs int float bool complex round pow min max len range enumerate zip reversed divmod".split())
EXITS = frozenset({("sys", "exit"), ("posix", "_exit"), ("nt", "_exit"), ("posix", "abort"), ("nt", "abort")})

"""Runs programs in real processes, plain and with the hook, and compares all that they show."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(__file__).resolve().parent / "reference"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


class Program:
    """Files in a folder, and commands that are run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self.log = folder.parent / "events.log"
        self.cache = folder.parent / "user-cache"

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ALPYNA", "PYTHON", "COV"))}
        return {
            **kept, "PYTHONPATH": os.pathsep.join([str(REFERENCE), str(ROOT), str(self.folder)]),
            "ALPYNA_CACHE_DIR": str(self.cache), "ALPYNA_LOG": str(self.log), **extra,
        }

    def python(self, *args: str, hook: bool = False, check: bool = False, timeout: float = 60, **extra: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, *args], cwd=self.folder, capture_output=True, text=True, timeout=timeout, check=False,
            env=self.environment(TEST_HOOK="1" if hook else "0", **extra), stdin=subprocess.DEVNULL,
        )
        assert not check or done.returncode == 0, done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    def same(self, *args: str, runs: int = 1, **extra: str) -> Outcome:
        """Runs `python args` plain, then hooked without and with a cache: all three must agree.

        `runs` is how many loops at least the engine must have run in each of the latter.
        """
        plain = self.python(*args, **extra)
        for _ in range(2):
            self.log.unlink(missing_ok=True)
            assert self.python(*args, hook=True, **extra) == plain
            assert len(self.events("ran ")) >= runs
        return plain

    def same_script(self, *command: str, runs: int = 1, flags: Sequence[str] = (), **extra: str) -> Outcome:
        """The same for `python script` and `python -m alpyna run script`."""
        plain = self.python(*flags, *command, **extra)
        for _ in range(2):
            self.log.unlink(missing_ok=True)
            assert self.python(*flags, "-m", "alpyna", "run", *command, **extra) == plain
            assert len(self.events("ran ")) >= runs
        return plain

    def events(self, containing: str) -> list[str]:
        if not self.log.exists():
            return []
        return [line for line in self.log.read_text().splitlines() if containing in line]

"""Runs `python -m alpyna ...` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def alpyna(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The finished process; its caches and its data lie in `folder`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ALPYNA", "PYTHON", "COV"))}
    return subprocess.run(
        [sys.executable, "-m", "alpyna", *arguments], cwd=folder, capture_output=True, text=True, timeout=120,
        check=False, stdin=subprocess.DEVNULL,
        env={
            **kept, "PYTHONPATH": str(ROOT), "ALPYNA_CACHE_DIR": str(folder / "cache"),
            "ALPYNA_PROFILE": str(folder / "data" / ".alpyna_profile.json"), **environment,
        },
    )


def without_times(text: str) -> str:
    """For golden texts: every time becomes `T`, and what was saved `S`."""
    text = re.sub(r"\b[\d.]+(e[+-]\d+)? (s|ms|us)\b", "T", text)
    return re.sub(r"(about T|no time) saved", "S", text)

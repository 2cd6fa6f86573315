"""Runs a program of the table in a process of its own: plain, or by `alpyna run` with a device, with or without earlier kernels."""

from __future__ import annotations

import ast
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpyna_hook.hook.loader import prepare

DEVICES = {"plain": None, "auto": "auto", "warm": "auto", "always": "cpu", "never": "interpreter"}  # by mode
_KEPT = ("bytecode", "unmarked")  # of the cache: what no mode has to make anew
_WARMING = 2  # runs, before one is warm
_ENDED = 3  # the status of a process that took too long
_WATCHED = str(Path(__file__).parent / "watched.py")


@dataclass(frozen=True)
class Process:
    """seconds: of the processor.  told: see watched.py.  ended: it took too long."""

    seconds: float
    told: dict[str, Any]
    printed: bytes
    ended: bool = False


class Programs:
    """Programs in a folder, with two caches: one that warm runs go on using, and one that is emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepared(self, name: str, source: str, modes: list[str]) -> Path:
        """The program's file, with all that its runs find in the caches."""
        path = self.folder / f"{name}.py"
        path.write_text(source)
        for mode in modes:
            os.environ["ALPYNA_CACHE_DIR"] = str(self._cache(mode))
            prepare(path.read_bytes(), str(path), marked=True, main=True)  # writes the bytecode
        if "warm" in modes:
            for _ in range(_WARMING):
                self.run(path, "warm")
        return path

    def run(self, path: Path, mode: str, *, watched: bool = False, longest: float = 1e9) -> Process:
        """longest: seconds after which a process is ended that is watched."""
        device, cache = DEVICES[mode], self._cache(mode)
        environment = {**os.environ, "PYTHONHASHSEED": "0", "ALPYNA_CACHE_DIR": str(cache)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if device:
            environment["ALPYNA_DEVICE"] = device
        if mode != "warm":
            self._empty(cache)
        command = [sys.executable, *_arguments(path, device, watched, longest)]
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            pid = os.posix_spawn(sys.executable, command, environment, file_actions=[
                (os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)])  # fmt: skip
            _, status, usage = os.wait4(pid, 0)
            ended = watched and os.waitstatus_to_exitcode(status) == _ENDED
            output.seek(0)
            errors.seek(0)
            text = errors.read().decode()
            if status and not ended:
                raise SystemExit(f"{path.name} ended with status {status}: {text}")
            told = ast.literal_eval(text) if watched else {}
            return Process(usage.ru_utime + usage.ru_stime, told, output.read(), ended)

    def _cache(self, mode: str) -> Path:
        return self.folder / ("warm" if mode == "warm" else "cold")

    def _empty(self, cache: Path) -> None:
        for entry in cache.iterdir() if cache.exists() else ():
            if entry.name not in _KEPT:
                shutil.rmtree(entry, ignore_errors=True)


def _arguments(path: Path, device: str | None, watched: bool, longest: float) -> list[str]:
    if device is None:
        return [str(path)]
    return [_WATCHED, str(path), str(longest)] if watched else ["-m", "alpyna", "run", str(path)]

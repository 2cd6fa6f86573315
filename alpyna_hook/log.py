"""The log that `ALPYNA_LOG` switches on: one line for each event."""

from __future__ import annotations

import os
import sys

_target = ""


def configure(target: str) -> None:
    """"" for none, "1" for standard error, else a file to append to."""
    global _target
    _target = target


def log(event: str) -> None:
    """Writes `alpyna[pid]: event`; says nothing when the log is off or cannot be written."""
    if not _target:
        return
    line = f"alpyna[{os.getpid()}]: {event}\n"
    if _target == "1":
        if sys.stderr is not None:
            sys.stderr.write(line)
        return
    try:
        with open(_target, "a", encoding="utf-8") as file:
            file.write(line)
    except (OSError, NameError):  # while Python shuts down there is no `open` any more
        configure("")

"""The log that `ALPYNA_LOG` switches on: one line for each event."""

from __future__ import annotations

import os
import sys

from alpyna_hook.config import complain
from alpyna_hook.guest.outside import came_from_outside

_target = ""


def configure(target: str) -> None:
    """"" for none, "1" for standard error, else a file to append to; says so if it cannot be written."""
    global _target
    _target = target
    if target not in ("", "1"):
        _append("")


def log(event: str) -> None:
    """Writes `alpyna[pid]: event`; says nothing when the log is off or cannot be written."""
    if not _target:
        return
    line = f"alpyna[{os.getpid()}]: {event}\n"
    if _target == "1":
        if sys.stderr is not None:
            sys.stderr.write(line)
        return
    _append(line)


def _append(text: str) -> None:
    global _target
    try:
        with open(_target, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        complain(f"the log {_target} cannot be written: {error.strerror}; there is none")
        _target = ""
    except BaseException as error:  # a hook of the program's forbids it, or Python shuts down and there is no `open` any more
        if came_from_outside(error):
            raise
        _target = ""

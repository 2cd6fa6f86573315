"""Files that the command line is told to write: looked at before the program runs, written when it has ended."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence


def output_file(text: str, formats: Mapping[str, Sequence[str]] | None = None) -> str:
    """An argument's absolute path, as the program may change its folder.  Raises ArgumentTypeError if it cannot be written.

    formats: what can be written, each with the suffixes of files for it; "" stands for a name without one.
    """
    path = os.path.abspath(text)
    suffix = os.path.splitext(path)[1].lower()
    if formats is not None and not any(suffix in suffixes for suffixes in formats.values()):
        known = " or ".join(f"{name} ({', '.join(s or 'no suffix' for s in suffixes)})" for name, suffixes in formats.items())
        raise argparse.ArgumentTypeError(f"cannot write {text}: what is written is {known}")
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise argparse.ArgumentTypeError(f"cannot write {text}: there is no folder {folder}")
    if os.path.isdir(path):
        raise argparse.ArgumentTypeError(f"cannot write {text}: it is a folder")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"cannot write {text}: permission denied")
    return path


def write_output(path: str, text: str, command: str) -> None:
    """Writes the file; says on standard error, in a line, why that failed."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        sys.stderr.write(f"alpyna {command}: cannot write {path}: {error.strerror}\n")

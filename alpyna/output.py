"""Files that the command line is told to write: looked at before the program runs, written when it has ended."""

from __future__ import annotations

import argparse
import os
import sys


def output_file(text: str) -> str:
    """An argument's absolute path, as the program may change its folder.  Raises ArgumentTypeError if it cannot be written."""
    path = os.path.abspath(text)
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

"""The command line: one subcommand, one module with `add_arguments(parser)` and `main(args)`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import alpyna_hook
from alpyna_hook.own_imports import own_imports

TEXT = "Plain Python loops over NumPy arrays, run compiled, with exactly the interpreter's result."
COMMANDS = {
    "run": "run a script or module with its loops accelerated",
    "explain": "say for each loop where it ran, or why it was not compiled",
    "profile": "measure this machine",
    "cache": "list or clear the caches",
    "devices": "list the devices that loops can run on",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = next((word for word in given if not word.startswith("-")), None)
    if command not in COMMANDS and command is not None and os.path.isfile(command):
        sys.stderr.write(f"alpyna: {command} is a file, not a command: python -m alpyna run {command}\n")
        return 2
    with own_imports():
        args = _parser(command).parse_args(given)
        run = import_module(f"alpyna.{args.command}").main
    code: int = run(args)
    return code


def _parser(command: str | None) -> argparse.ArgumentParser:
    """The parser; only the module of the command that is asked for is imported."""
    parser = argparse.ArgumentParser(prog="alpyna", description=TEXT)
    parser.add_argument("--version", action="version", version=f"alpyna {alpyna_hook.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=text.capitalize() + ".", allow_abbrev=False)
        if name == command:
            import_module(f"alpyna.{name}").add_arguments(sub)
    return parser

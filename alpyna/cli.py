"""The command line: one subcommand, one module with `add_arguments(parser)` and `main(args)`."""

from __future__ import annotations

import os
import sys

import alpyna_hook
from alpyna_hook.guest.own_imports import own_imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

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
    if _is_plain_run(given):
        alpyna_hook.run_program(given[1], given[2:])
        return 0
    command = next((word for word in given if word in COMMANDS), None)
    if command is None and (place := _script(given)) is not None:
        run = " ".join(given[: place + 1])
        sys.stderr.write(f"alpyna: {given[place]} is a file, not a command: python -m alpyna run {run}\n")
        return 2
    with own_imports():
        from importlib import import_module

        args = _parsed(command, given)
        run = import_module(f"alpyna.{args.command}").main
    code: int = run(args)
    return code


def _is_plain_run(given: list[str]) -> bool:
    """A program, perhaps with arguments, and no option: there is no need to import argparse, which takes 10 ms."""
    return given[:1] == ["run"] and len(given) > 1 and not given[1].startswith("-") and "--" not in given


def _script(given: list[str]) -> int | None:
    """Where a file stands in the place of a command, perhaps after options of `run`."""
    first = next((k for k, word in enumerate(given) if not word.startswith("-")), None)
    places = range(len(given)) if first else [] if first is None else [first]
    return next((k for k in places if os.path.isfile(given[k])), None)


def _parsed(command: str | None, given: list[str]) -> argparse.Namespace:
    """The arguments; only the module of the command that is asked for is imported."""
    from importlib import import_module

    from alpyna.parser import Parser

    parser = Parser(prog="alpyna", description=TEXT, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"alpyna {alpyna_hook.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command", parser_class=Parser)
    chosen = parser
    for name, text in COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=text.capitalize() + ".", allow_abbrev=False)
        if name == command:
            import_module(f"alpyna.{name}").add_arguments(sub)
            chosen = sub
    before = given[:given.index(command)] if command else []
    early = next((word for word in before if word.partition("=")[0] in chosen.options() and word not in parser.options()), None)
    if early is not None:
        chosen.error(f"{early} stands before the command; write it after: alpyna {command} {early} ...")
    args, unknown = parser.parse_known_args(given)
    chosen.refuse_unknown(unknown)
    return args

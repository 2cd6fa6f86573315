"""`alpyna run script.py [args]`: a program as plain Python would run it, its loops accelerated."""

from __future__ import annotations

import argparse
import atexit
import json
import os
from typing import Any

import alpyna_hook
from alpyna.output import output_file, write_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-m", dest="module", action="store_true", help="what follows is the name of a module")
    add_program(parser)
    parser.add_argument("--report", metavar="FILE", type=output_file, help="at exit, write what became of each loop as JSON")


def add_program(parser: argparse.ArgumentParser) -> None:
    """What `run` and `explain` share."""
    parser.add_argument(
        "--accelerate", metavar="PATTERN", action="append", default=[],
        help="modules that count as marked, such as 'pkg.*' (may be repeated)",
    )
    parser.add_argument("program", help="a script, a folder or zip file with __main__.py, or a module after -m")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="the program's own arguments: whatever follows it, options too")


def main(args: argparse.Namespace) -> int:
    """Runs the program; it leaves by its own exceptions, which Python's own main program handles."""
    if args.report:
        atexit.register(_write_report, args.report, os.getpid())
    run_program(args)
    return 0


def run_program(args: argparse.Namespace) -> None:
    """Installs the hook and executes the program as `__main__`."""
    modules = [word for text in args.accelerate for word in text.replace(",", " ").split()]
    alpyna_hook.run_program(args.program, args.args, module=args.module, modules=modules)


def _write_report(path: str, pid: int) -> None:
    if os.getpid() != pid:
        return  # a forked child, which shares its parent's exit functions
    rows: list[dict[str, Any]] = alpyna_hook.report()
    write_output(path, json.dumps(rows, indent=1) + "\n", "run")

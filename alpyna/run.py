"""`alpyna run script.py [args]`: a program as plain Python would run it, its loops accelerated."""

from __future__ import annotations

import argparse
import atexit
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import alpyna_hook
from alpyna.output import output_file, write_output
from alpyna.reporting import begin, entries, notes
from alpyna_hook.config import BadOption, parse
from alpyna_hook.guest.own_imports import own_imports

if TYPE_CHECKING:
    from alpyna_hook.explain.sampler import Sampler


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-m", dest="module", action="store_true", help="what follows is the name of a module")
    add_program(parser)
    parser.add_argument("--report", metavar="FILE", type=json_file, help="at exit, write what became of each loop as JSON")


def add_program(parser: argparse.ArgumentParser) -> None:
    """What `run` and `explain` share."""
    parser.add_argument(
        "--accelerate", metavar="PATTERN", action="append", default=[],
        help="modules that count as marked, such as 'pkg.*' (may be repeated)",
    )
    parser.add_argument(
        "--progress", action=argparse.BooleanOptionalAction, default=None,
        help="on standard error, a line for a nest that runs longer than 2 s, by tqdm; by default if that is a terminal",
    )
    parser.add_argument(
        "--device", metavar="NAME", type=device_name, help="where loops run: auto, cpu, interpreter, or one of `alpyna devices`")
    parser.add_argument("program", help="a script, a folder or zip file with __main__.py, or a module after -m")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="the program's own arguments: whatever follows it, options too")


def main(args: argparse.Namespace) -> int:
    """Runs the program; it leaves by its own exceptions, which Python's own main program handles."""
    if args.report:
        with own_imports():
            from json import dumps  # now: the program may have a `json` of its own

        atexit.register(_write_report, args, os.getpid(), begin(), dumps)
    run_program(args)
    return 0


def json_file(text: str) -> str:
    return output_file(text, {"JSON": (".json", "")})


def run_program(args: argparse.Namespace) -> None:
    """Installs the hook and executes the program as `__main__`."""
    modules = [word for text in args.accelerate for word in text.replace(",", " ").split()]
    alpyna_hook.run_program(
        args.program, args.args, module=args.module, modules=modules, progress=args.progress, device=args.device)


def device_name(text: str) -> str:
    try:
        return str(parse("device", text))
    except BadOption as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _write_report(args: argparse.Namespace, pid: int, sampler: Sampler, dumps: Callable[..., str]) -> None:
    if os.getpid() != pid:
        return  # a forked child, which shares its parent's exit functions
    rows = [{key: value for key, value in entry.items() if key != "words"} for entry in entries(sampler)]
    write_output(args.report, dumps(rows, indent=1) + "\n", "run")
    for line in notes(args, sampler):
        sys.stderr.write(f"alpyna run: {line}\n")

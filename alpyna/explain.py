"""`alpyna explain script.py [args]`: where each loop ran and what that saved, or why it was not compiled."""

from __future__ import annotations

import argparse
import atexit
import json
import linecache
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import decode_source
from typing import Any, TextIO
from zipimport import zipimporter

from alpyna.output import output_file, write_output
from alpyna.reporting import begin, entries, notes
from alpyna.run import add_program, run_program
from alpyna_hook.explain.sampler import Sampler
from alpyna_hook.reasons import REASONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-m", dest="module", action="store_true", help="what follows is the name of a module")
    parser.add_argument("--static", action="store_true", help="do not run it: show what the source alone decides")
    parser.add_argument("--graph", action="store_true", help="show the dependence graphs in full")
    parser.add_argument(
        "--kernel", dest="kernel", action="store_const", const="python", default="", help="print the generated kernels too")
    parser.add_argument(
        "--kernel=llvm", dest="kernel", action="store_const", const="llvm", help="the same in LLVM's language, before it optimises")
    parser.add_argument("--kernel=asm", dest="kernel", action="store_const", const="asm", help="the same in the processor's")
    parser.add_argument(
        "--kernel=opencl", dest="kernel", action="store_const", const="opencl", help="the same in OpenCL C, as a device runs them")
    parser.add_argument(
        "--kernel=ptx", dest="kernel", action="store_const", const="ptx", help="the same in the assembly of NVIDIA's GPUs")
    parser.add_argument(
        "--json", action="store_true",
        help="print the explanation as JSON to standard output; what the program prints there goes to standard error",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=_file,
        help="write the explanation there (.json: as JSON), instead of to standard error (with --static, standard output)",
    )
    add_program(parser)
    parser.epilog = "The program's own output is as always, but for --json; the explanation follows when it has ended."


def main(args: argparse.Namespace) -> int:
    """Runs the program and explains it at exit; or, with --static, explains its source."""
    if args.output and args.output.lower().endswith(".json"):
        args.json = True
    if args.static:
        return _static(args)
    stream = _own_output() if args.json and not args.output else None
    atexit.register(_at_exit, args, os.getcwd(), os.getpid(), begin(), stream)
    run_program(args)
    return 0


def _file(text: str) -> str:
    return output_file(text, {"text": (".txt", ".log", ".md", ""), "JSON": (".json",)})


def _own_output() -> TextIO | None:
    """Standard output, for us alone: what the program and its children write there goes to standard error from now on."""
    try:
        stream = open(os.dup(1), "w", encoding="utf-8", closefd=True)  # noqa: SIM115 - it is written to at exit
        os.dup2(2, 1)
    except OSError:  # there is none
        return None
    return stream


def _at_exit(args: argparse.Namespace, folder: str, pid: int, sampler: Sampler, stream: TextIO | None) -> None:
    if os.getpid() != pid:
        return  # a forked child, which shares its parent's exit functions
    found = entries(sampler, kernels=args.kernel, whole=args.graph)
    text = _text(args, found, folder)
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()
    _write(text, args.output, stream or sys.stderr)
    if stream is not None:
        stream.close()
    if sys.stderr is not None and not sys.stderr.closed:
        for line in notes(args, sampler):
            sys.stderr.write(f"alpyna explain: {line}\n")


def _text(args: argparse.Namespace, entries: list[dict[str, Any]], folder: str) -> str:
    if args.json:
        return json.dumps([_with_hint(entry) for entry in entries], indent=1) + "\n"
    from alpyna_hook.explain.text import render

    return render(entries, folder, static=args.static)


def _with_hint(entry: dict[str, Any]) -> dict[str, Any]:
    """With the texts of the reason; a graph's words are left out, its data says the same."""
    reason = REASONS.get(entry["reason"] or "")
    data = {key: value for key, value in entry.items() if key != "words"}
    return {**data, "text": reason.text if reason else None}


def _write(text: str, path: str | None, stream: Any) -> None:
    if path:
        write_output(path, text, "explain")
    elif stream is not None and not stream.closed:
        stream.write(text)


# --------------------------------------------------------------------- static


def _static(args: argparse.Namespace) -> int:
    if args.kernel:
        sys.stderr.write("alpyna explain: --kernel needs a run: kernels depend on the types of values\n")
        return 2
    path = _file_of_module(args.program) if args.module else _file_of_script(args.program)
    try:
        if path is None:
            raise FileNotFoundError(f"no source file for {args.program!r}")
        path, source = _read(path)
    except OSError as error:
        sys.stderr.write(f"alpyna explain: {error}\n")
        return 2
    from alpyna_hook.hook.static import of_source

    try:
        entries = of_source(source, os.path.abspath(path), whole=args.graph)
    except (SyntaxError, ValueError) as error:
        sys.stderr.write(f"alpyna explain: {path} does not compile: {error}\n")
        return 1
    _write(_text(args, entries, os.getcwd()), args.output, sys.stdout)
    return 0


def _read(path: str) -> tuple[str, bytes]:
    """The source of a file, or that of the main program of a zip file, with its place in it."""
    inside = os.path.join(os.path.abspath(path), "__main__.py")
    with suppress(ImportError, OSError, SyntaxError, UnicodeDecodeError):
        source = zipimporter(os.path.abspath(path)).get_data(inside)
        linecache.cache[inside] = (len(source), None, decode_source(source).splitlines(keepends=True), inside)
        return inside, source
    with open(path, "rb") as file:
        return path, file.read()


def _file_of_script(program: str) -> str:
    return os.path.join(program, "__main__.py") if os.path.isdir(program) else program


def _file_of_module(name: str) -> str | None:
    """The source of a module, found without importing the packages that hold it."""
    places: Sequence[str] | None = [os.getcwd(), *sys.path]
    spec: ModuleSpec | None = None
    for part in name.split("."):
        spec = PathFinder.find_spec(part, places)
        places = spec.submodule_search_locations if spec is not None else None
        if spec is None:
            return None
    if places is not None:
        spec = PathFinder.find_spec("__main__", places)
    return spec.origin if spec is not None and spec.has_location else None

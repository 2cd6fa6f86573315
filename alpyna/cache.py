"""`alpyna cache list` and `alpyna cache clear`: the files that the import hook and the compiler keep."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from alpyna_hook.config import cache_folder
from alpyna_hook.hook import cache
from alpyna_hook.kernels import store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["list", "clear"])
    parser.add_argument(
        "folder", nargs="*", type=Path, help="projects whose __pycache__ folders are searched too (default: none)"
    )


def main(args: argparse.Namespace) -> int:
    """Lists or removes the files, and prints their sum; 1 if one could not be removed."""
    files = [*cache.user_files(), *map(Path, store.stored())]
    files += [path for folder in args.folder for path in cache.files_under(folder)]
    total = failed = 0
    for path in files:
        size = path.stat().st_size
        if args.action == "list":
            print(f"{size:9d}  {path}")
        else:
            try:
                path.unlink()
            except OSError as error:
                print(f"alpyna: {path}: {error.strerror}", file=sys.stderr)
                failed += 1
                continue
        total += size
    word = "removed" if args.action == "clear" else "in"
    print(f"{total} bytes {word} {len(files) - failed} files; the user's cache is {cache_folder()}")
    return 1 if failed else 0

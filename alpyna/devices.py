"""`alpyna devices`: what loops can run on here."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from typing import Any

from alpyna_hook import profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print as JSON")


def main(args: argparse.Namespace) -> int:
    known = devices()
    if args.json:
        sys.stdout.write(json.dumps(known, indent=1) + "\n")
        return 0
    for device in known:
        sys.stdout.write(f"{device['name']:12} {'used' if device['used'] else 'not used'}: {device['about']}\n")
    return 0


def devices() -> list[dict[str, Any]]:
    """One object for each: `name`, `used` (by this version), `about`; for the CPU `cores`, and the `allowed` ones."""
    model = profile.machine()["model"] or platform.machine()
    cores, allowed = os.cpu_count() or 1, allowed_cores()
    here = f"Python {platform.python_version()}, for every loop that is not compiled"
    cpu = f"{model}; {cores} cores, this process may use {allowed}; a kernel runs in one thread"
    later = "this version compiles for the CPU alone"
    return [
        {"name": "interpreter", "used": True, "about": here},
        {"name": "cpu", "used": True, "about": cpu, "cores": cores, "allowed": allowed},
        {"name": "cuda", "used": False, "about": later},
        {"name": "opencl", "used": False, "about": later},
    ]


def allowed_cores() -> int:
    """The cores that the affinity of this process leaves it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

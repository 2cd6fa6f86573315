"""`alpyna devices`: what loops can run on here, what is missing, and how to come by it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from alpyna_hook.devices import found
from alpyna_hook.devices.target import DeviceError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print as JSON")


def main(args: argparse.Namespace) -> int:
    known = devices()
    if args.json:
        sys.stdout.write(json.dumps(known, indent=1) + "\n")
        return 0
    for device in known:
        text = device["about"] if device["usable"] else f"not to be had: {device['missing']}"
        sys.stdout.write(f"{device['name']:12} {text}\n")
        if device["remedy"]:
            sys.stdout.write(f"{'':12} to add it: {device['remedy']}\n")
    return 0


def devices() -> list[dict[str, Any]]:
    """One object for each: `name`, `usable`, `about`, `missing` and `remedy` (the command that adds it) if it isn't, and what else
    is known of it: for the CPU `cores`, and the `allowed` ones."""
    return [_told(name) for name in found.names()]


def _told(name: str) -> dict[str, Any]:
    try:
        device = found.device(name)
        missing, remedy = device.missing(), device.remedy
    except DeviceError as error:
        return {"name": name, "usable": False, "about": "", "missing": str(error), "remedy": ""}
    if missing:
        return {"name": name, "usable": False, "about": "", "missing": missing, "remedy": remedy}
    return {"name": name, "usable": True, "about": device.about(), "missing": "", "remedy": "", **device.facts()}

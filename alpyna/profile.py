"""`alpyna profile`: measures this machine and stores what was found, for all later runs."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from alpyna.output import output_file
from alpyna_hook import profile
from alpyna_hook.config import PROFILE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", action="store_true", help="measure nothing: show what was measured before")
    parser.add_argument("--check", action="store_true", help="measure nothing: say whether what there is holds for this machine")
    parser.add_argument("--json", action="store_true", help="print the profile as JSON")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=output_file,
        help=f"write it there: programs of a project use the {PROFILE} in its folder",
    )


def main(args: argparse.Namespace) -> int:
    """Measures, writes and prints; or prints what there is, or whether it holds."""
    if args.show or args.check:
        file = Path(args.output) if args.output else profile.path()
        text = _read(file)
        if text is None:
            return 1
        if args.check:
            return _check(file, text)
        data = json.loads(text)
    else:
        file = Path(args.output) if args.output else profile.own_path()
        data = _profiler().measure(lambda text: sys.stderr.write(f"measuring {text} ...\n"))
        try:
            _keep_overrides(data, file)
            _profiler().write(data, file)
        except OSError as error:
            sys.stderr.write(f"alpyna profile: {error}\n")
            return 1
    sys.stdout.write(json.dumps(data, indent=1) + "\n" if args.json else _text(data, file))
    suspect = profile.implausible(profile.parsed(json.dumps(data)))
    if suspect:
        sys.stderr.write(f"alpyna profile: {', '.join(suspect)}: more than a machine may need, not used; measure again\n")
    return 0


def _read(file: Path) -> str | None:
    """The text of a profile; None, after a line that says why, if there is none that can be read."""
    try:
        text = file.read_text(encoding="utf-8")
        profile.parsed(text)
    except OSError as error:
        sys.stderr.write(f"alpyna profile: {error}\n")
    except profile.BROKEN as error:
        sys.stderr.write(f"alpyna profile: {file}: {type(error).__name__}: {error}; measure again with `alpyna profile`\n")
    else:
        return text
    return None


def _check(file: Path, text: str) -> int:
    import numpy  # noqa: F401  # whose version counts

    changed = profile.stale(profile.parsed(text))
    if changed:
        sys.stdout.write(f"{file}: measured with another {', '.join(changed)}; not used, measure again with `alpyna profile`\n")
        return 1
    sys.stdout.write(f"{file}: measured {json.loads(text)['measured_at']}, holds for this machine\n")
    return 0


def _keep_overrides(data: dict[str, Any], file: Path) -> None:
    """What was set by hand stays, if the file that is replaced could be read."""
    try:
        old = json.loads(file.read_text(encoding="utf-8"))
        overrides = old.get("overrides") if isinstance(old, dict) else None
    except (FileNotFoundError, *profile.BROKEN):
        return
    if overrides:
        data["overrides"] = overrides


def _profiler() -> ModuleType:
    """The installed package, or that of a source tree, where its folder has another name."""
    name = "alpyna_profiler"
    if importlib.util.find_spec(name) is None:
        folder = Path(__file__).parent.parent / "profiler"
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None and spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules[name] = package
        spec.loader.exec_module(package)
    return import_module(name)


def _text(data: Mapping[str, Any], file: Path) -> str:
    interpreter, compiler, functions = data["interpreter"], data["compiler"], data["functions"]
    different = [f"{key} ({f['differences']} of {f['inputs']})" for key, f in functions.items() if f["differences"]]
    declined = [f"{key} ({f['declined']})" for key, f in functions.items() if "declined" in f]
    broken = [name for name, works in data["flags"].items() if not works]
    same = len(functions) - len(different) - len(declined)
    return (
        f"{file}\n"
        f"measured {data['measured_at']} on {data['machine']['model'] or data['machine']['processor']}, "
        f"Python {data['machine']['python']}, {data['machine']['libc'] or data['machine']['system']}\n"
        + "".join(f"processor    {_facts(found)}\n" for found in [data.get("facts")] if found)
        + f"interpreter  {', '.join(_interpreter(interpreter))}\n"
        f"compiling    {compiler['seconds']:.3f} s a nest and {compiler['seconds_per_node'] * 1e3:.2f} ms a node, "
        f"after {compiler['import_seconds']:.2f} s for the first\n"
        f"functions    {same} of {len(functions)} give the interpreter's bits\n"
        + "".join(f"  different  {text}\n" for text in different)
        + "".join(f"  declined   {text}\n" for text in declined)
        + f"float flags  {'do not work: ' + ', '.join(broken) if broken else 'work'}\n"
        + "".join(f"kernels      {_rates(found)}\n" for found in [data.get("processor")] if found)
        + "".join(f"{name:12} {_device(found)}\n" for name, found in data.get("devices", {}).items())
    )


def _facts(found: Mapping[str, Any]) -> str:
    caches = [f"{level} {_size(size)}" for level, size in found.get("cache_bytes", {}).items()]
    vectors = [f"vectors of {found['simd_bits']} bits"] if "simd_bits" in found else []
    return ", ".join([f"{found['cores']} cores", *caches, *vectors])


def _rates(found: Mapping[str, Any]) -> str:
    levels = ", ".join(f"{rate / 2**30:.1f} GiB/s over {_size(int(size))}" for size, rate in found["bytes_a_second"].items())
    return f"{found['operations_a_second'] / 1e9:.2f} billion operations a second in a thread, {levels}"


def _size(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 2**20 else f"{size >> 10} KiB"


def _device(found: Mapping[str, Any]) -> str:
    ways = ", ".join(f"{found[f'bytes_a_second_{way}'] / 2**20:.0f} MiB/s {way}" for way in ("there", "back"))
    return f"{found['seconds_to_launch'] * 1e6:.0f} us to launch, {found['seconds_to_compile']:.2f} s to compile, {ways}"


def _interpreter(found: Mapping[str, Any]) -> list[str]:
    """`12 ns per node`, ..., `400 ns per call of numpy`."""
    parts = {key.removeprefix("seconds_per_").replace("_", " "): value for key, value in found.items()}
    calls = parts.pop("call", {})
    parts.update({f"call of {family}": value for family, value in calls.items()})
    return [f"{value * 1e9:.0f} ns per {name}" for name, value in parts.items() if value is not None]

"""How far the figures of the profile spread when it is measured several times, and whether choices flip with it.

    python -m benchmarks.profile_spread [--times 3] [--busy 2] [--state "2 busy processes beside it"] [--out FILE]

--busy: so many processes keep the machine busy meanwhile.  For the twelve programs of `benchmarks.oracle`, at six sizes each, it is
computed what each profile would have chosen for a first run, and for one when all is compiled: the interpreter, the CPU, or a
device; and where choices differ, how much more the worst of them costs, by the first profile.
"""

from __future__ import annotations

import argparse
import ast
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from alpyna_hook import profile
from alpyna_hook.capture import capture_nest
from alpyna_hook.cost.counts import Counts
from alpyna_hook.cost.options import Work, on_device, on_processor
from alpyna_hook.cost.outline import Outline, outline
from alpyna_hook.profile import Profile
from alpyna_hook.runtime.decide import Estimate, compile_seconds, launch_seconds
from benchmarks import measure
from benchmarks.oracle_programs import PROGRAMS, Program

_SIZES = tuple(10**k for k in range(2, 8))
_MEASURE = "import json; from benchmarks.oracle import measured; print(json.dumps(measured()))"
_BURN = "while True: sum(range(10**5))"


def flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        elif isinstance(value, float):
            yield prefix + key, value


class Nest:
    """A program's loop, without anything compiled."""

    def __init__(self, program: Program) -> None:
        function = ast.parse(program.source).body[-1]
        assert isinstance(function, ast.FunctionDef)
        loop = next(each for each in function.body if isinstance(each, ast.For))
        self.names = [argument.arg for argument in function.args.args]
        self.outline: Outline = outline(capture_nest(loop, filename="<oracle>", qualname="f"), {})
        self.inputs = program.inputs

    def seconds(self, known: Profile, turns: int) -> tuple[dict[str, float], dict[str, float]]:
        """By option: of a first run, and once all is compiled."""
        given = dict(zip(self.names, self.inputs(turns), strict=True))
        arrays = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
        whole = next(iter(arrays.values())).shape[0]

        def number(name: str) -> float:
            return float(given.get(name, whole))

        def shape(name: str) -> tuple[int, ...]:
            return tuple(arrays[name].shape)

        profile.use(known)
        interpreter = Estimate(self.outline).of_new(number, shape)
        there = float(sum(array.nbytes for array in arrays.values()))
        counted = Counts(self.outline[3]).of(number, shape)
        seconds = {"interpreter": (interpreter, interpreter)}
        if counted is None:  # a loop that nobody knows the turns of: as the runtime guesses
            here = launch_seconds() + 0.01 * interpreter
            seconds["cpu"] = here, here + compile_seconds(self.outline[0])
        else:
            work = Work(*counted, there, there)
            here = on_processor(known, work, 1).run
            seconds["cpu"] = here, here + compile_seconds(self.outline[0])
            for name, costs in known.devices.items():
                option = on_device(name, costs, work, 0.0, costs.seconds_to_open + costs.seconds_to_compile)
                seconds[name] = option.run, option.run + option.compile
        return {name: each[1] for name, each in seconds.items()}, {name: each[0] for name, each in seconds.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--busy", type=int, default=2)
    parser.add_argument("--state", default="")
    parser.add_argument("--out", default=str(measure.RESULTS / "profile_spread.md"))
    args = parser.parse_args()
    burning = [subprocess.Popen([sys.executable, "-c", _BURN]) for _ in range(args.busy)]
    try:
        found = [json.loads(subprocess.check_output([sys.executable, "-W", "ignore", "-c", _MEASURE])) for _ in range(args.times)]
    finally:
        for process in burning:
            process.kill()
            process.wait()
    text = rendered(found, args.state or f"{args.busy} busy processes beside it")
    with open(args.out, "w", encoding="utf-8") as file:
        file.write(text)
    sys.stdout.write(text)
    return 0


def rendered(found: list[dict[str, Any]], state: str) -> str:
    rows = [dict(flat({key: data[key] for key in ("interpreter", "compiler", "processor", "devices")})) for data in found]
    profiles = [profile.parsed(json.dumps(data)) for data in found]
    flips, choices = [], 0
    for name, program in PROGRAMS.items():
        nest = Nest(program)
        for turns in _SIZES:
            ways = [nest.seconds(known, turns) for known in profiles]
            for which, when in enumerate(("first", "later")):
                choices += 1
                taken = [min(way[which], key=way[which].__getitem__) for way in ways]
                if len({*taken}) > 1:
                    costs = ways[0][which]
                    loss = max(costs[each] for each in taken) / min(costs.values())
                    flips.append(f"| {name} | {turns:.0e} | {when} | {', '.join(taken)} | {loss:.2f} |")
    lines = [
        f"# The profile, measured {len(found)} times", "",
        f"`python -m benchmarks.profile_spread`; {measure.machine()}; {state}.", "",
        f"{choices} choices for the programs of `benchmarks.oracle`; {len(flips)} differ with the profile.", "",
        "| figure | least | median | most | most / least |", "|---|---|---|---|---|",
    ]
    for key in rows[0]:
        values = sorted(row[key] for row in rows if key in row)
        ratio = f"{values[-1] / values[0]:.2f}" if values[0] else ""
        lines.append(f"| {key} | {values[0]:.3g} | {statistics.median(values):.3g} | {values[-1]:.3g} | {ratio} |")
    if flips:
        lines += ["", "| program | turns | run | chosen | times the least |", "|---|---|---|---|---|", *flips]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

"""One program and one option of `benchmarks.oracle`: warms and times calls as it is told to, one JSON list a line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import alpyna_hook
from alpyna_hook.seam.site import all_sites
from benchmarks.oracle_programs import PROGRAMS, Inputs, Program

_LONGEST = 0.5  # seconds, that the interpreter is given for a call
_BATCH, _MOST_CALLS = 0.003, 2000  # seconds of calls that are timed together
# Before anything is timed; of the processor.  Compiling waits for what may take so long, and then a call is run in several ways.
_WARM_CALLS, _WARM_SECONDS, _SETTLING_SECONDS = 4, 1.0, 0.05
_FEW = 1000  # turns


class Worker:
    def __init__(self, program: Program, option: list[Any] | None) -> None:
        self.program, self.option, self.is_plain = program, option, option is None
        self.function: Callable[..., Any] = loaded(program.source, option)
        self.calls = 1
        self.inputs: Inputs = ()

    def warm(self, turns: int) -> float:
        """Loads the program anew: each size is an experiment by itself.  0 if this option takes too long."""
        self.function = loaded(self.program.source, self.option)
        if self.is_plain:
            self.inputs = self.program.inputs(_FEW)
            self.calls = 1
            if self.time() * turns / _FEW > _LONGEST:
                return 0.0
        self.inputs = self.program.inputs(turns)
        self.calls = 1
        self._run(_WARM_CALLS, lambda: not self.is_compiled, _WARM_SECONDS)
        self._run(_WARM_CALLS, lambda: not self.is_plain, _SETTLING_SECONDS)
        return 1.0

    def _run(self, least: int, goes_on: Callable[[], bool], most: float) -> None:
        """So many calls at least, then more, for so many seconds of the processor at most."""
        begun, calls = time.process_time(), 0
        while calls < least or (goes_on() and time.process_time() - begun < most):
            seconds = self.time()
            calls += self.calls
            self.calls = max(1, min(int(_BATCH / seconds), 2 * self.calls, _MOST_CALLS))

    @property
    def is_compiled(self) -> bool:
        """Or never will be."""
        file = self.function.__code__.co_filename
        return self.is_plain or any(
            site.judge is not None and site.judge.compiled for site in all_sites() if site.module.filename == file)

    def time(self) -> float:
        """Seconds of a call."""
        begun = time.perf_counter()
        for _ in range(self.calls):
            self.function(*self.inputs)
        return (time.perf_counter() - begun) / self.calls


def loaded(source: str, option: list[Any] | None) -> Callable[..., Any]:
    if option is None:
        namespace: dict[str, Any] = {"__name__": "plain"}
        exec(compile(source, "<plain>", "exec"), namespace)
        plain: Callable[..., Any] = namespace["f"]
        return plain
    device, threads = option
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device=device, threads=threads))
    function: Callable[..., Any] = module.f
    return function


def main() -> None:
    worker = Worker(PROGRAMS[sys.argv[1]], json.loads(sys.argv[2]))
    for line in sys.stdin:
        what, turns = json.loads(line)
        print(worker.warm(turns) if what == "warm" else worker.time(), flush=True)


if __name__ == "__main__":
    main()

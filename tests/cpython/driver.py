"""Runs modules of CPython's own tests in this process, and writes what became of each test.

    python driver.py [--hook] RESULTS MODULE...

RESULTS gets one line of JSON for each module: its name, the outcome of each test by its name, and seconds of CPU time, in all and
of full garbage collections.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import sys
import time
import unittest
from typing import Any


class Outcomes(unittest.TextTestResult):
    """Notes one word for each test; a test with subtests that went wrong counts as they do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words: dict[str, str] = {}
        self.why: dict[str, str] = {}

    def note(self, test: unittest.TestCase, word: str, why: str = "") -> None:
        if self.words.get(test.id()) not in ("failed", "error"):
            self.words[test.id()] = word
        if why:
            self.why.setdefault(test.id(), why)

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.note(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.note(test, "skipped")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        super().addFailure(test, err)
        self.note(test, "failed", self.failures[-1][1])

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        super().addError(test, err)
        self.note(test, "error", self.errors[-1][1])

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self.note(test, "expected failure")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        super().addUnexpectedSuccess(test)
        self.note(test, "unexpected success")

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            word = "failed" if issubclass(err[0], test.failureException) else "error"
            self.note(test, word, (self.failures if word == "failed" else self.errors)[-1][1])


_collecting = [0.0, 0.0]  # seconds so far, and when the present one has begun


def _watch(phase: str, info: dict[str, int]) -> None:
    if phase == "start":
        _collecting[1] = time.thread_time()
    elif info["generation"] == 2:
        _collecting[0] += time.thread_time() - _collecting[1]


def run(name: str) -> dict[str, Any]:
    begun, collecting = time.process_time(), _collecting[0]
    try:
        module = importlib.import_module(f"test.{name}")
    except unittest.SkipTest as skip:
        return {"module": name, "tests": {name: "skipped"}, "why": {name: str(skip)}, "seconds": 0.0, "collecting": 0.0}
    tests = unittest.defaultTestLoader.loadTestsFromModule(module)
    runner = unittest.TextTestRunner(stream=io.StringIO(), resultclass=Outcomes, verbosity=0)
    result = runner.run(tests)
    assert isinstance(result, Outcomes)
    seconds, collecting = time.process_time() - begun, _collecting[0] - collecting
    from test import support

    support.gc_collect()
    found = {"module": name, "tests": result.words, "why": result.why, "seconds": seconds, "collecting": collecting}
    return {**found, "tracked": len(gc.get_objects())}


def main(arguments: list[str]) -> None:
    hook = arguments[:1] == ["--hook"]
    path, *names = arguments[hook:]
    gc.callbacks.append(_watch)
    if hook:
        import alpyna_hook

        alpyna_hook.install(["*"])
    from test import support

    support.use_resources = ["cpu"] if hasattr(support, "use_resources") else None
    with open(path, "a", encoding="utf-8", buffering=1) as results:
        for name in names:
            print(name, file=sys.stderr, flush=True)
            results.write(json.dumps(run(name)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""What reads the stacks of all threads while a kernel runs, with and without the interpreter's lock.

Without the lock, as `faulthandler.dump_traceback_later` does, CPython itself can crash at any call or return: it reads frames
that are given back meanwhile (CPython 3.11, plain: within a second of deep recursion, at one sample a millisecond).  While a kernel
runs, nothing is called or returned in the thread that waits for it, nor in the one that runs it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from types import FrameType

import numpy as np

import alpyna_hook
from tests.hook.processes import ROOT

LONG = """
def work(a, n):
    for k in range(n):
        for i in range(1, len(a)):
            a[i] = (a[i] + 1.0) / (a[i - 1] * 1e-200 + 1.0)
    return a
"""


def test_a_sampler_with_the_lock_sees_whole_frames() -> None:
    module = alpyna_hook.static_analyse(LONG, alpyna_hook.Options(device="cpu", strict=True))
    module.work(np.zeros(10), 2)
    seen: set[str] = set()
    main, done = threading.get_ident(), threading.Event()

    def sample() -> None:
        while not done.wait(0.002):
            frame: FrameType | None = sys._current_frames()[main]
            while frame is not None:
                seen.add(frame.f_code.co_name)
                assert frame.f_lineno is None or frame.f_lineno >= 0
                assert isinstance(frame.f_locals, object)
                frame = frame.f_back

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        end = time.monotonic() + 30
        while "work" not in seen and time.monotonic() < end:
            result = module.work(np.zeros(100_000), 200)
    finally:
        done.set()
        sampler.join()
    assert {"work", "run"} <= seen
    assert result.tolist() == module.work(np.zeros(100_000), 200).tolist()


def test_the_watchdog_of_faulthandler_while_kernels_run() -> None:
    program = f"""
import alpyna_hook, faulthandler, os, numpy as np
module = alpyna_hook.static_analyse({LONG!r}, alpyna_hook.Options(device="cpu", strict=True))
module.work(np.zeros(10), 2)
with open(os.devnull, "w") as null:
    for _ in range(4):
        faulthandler.dump_traceback_later(0.02, repeat=True, file=null)
        module.work(np.zeros(100_000), 500)
        faulthandler.cancel_dump_traceback_later()
print("done")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr

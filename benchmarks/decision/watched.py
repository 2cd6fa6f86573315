"""Runs a program as `alpyna run` does, looks by a timer at the loop that it is in, and tells at its end what each has cost.

    python benchmarks/decision/watched.py PROGRAM SECONDS

Not a part of a package: what it imports is what a program pays for.  SECONDS of the processor end the program, with status 3.
To standard error goes a dictionary: `spent` on importing and compiling, `sites`, for each loop its line, calls, and calls that ran
compiled, and `seconds` by what was seen at a look: whether something was compiled, and the loops that the stack was in, from the
innermost outwards, each with what was known of it: 0 for one of its first hundred calls, 1 after these, 2 once it has run compiled;
whether the process was `ended`.
"""

import atexit
import os
import runpy  # noqa: F401  `python -m` imports it, too
import sys
from _signal import ITIMER_PROF, SIGPROF, setitimer, signal
from time import process_time, thread_time

PATH, LIMIT = sys.argv[1], float(sys.argv[2])
COMPILING = ("placing.py", "compiled"), ("pipeline.py", "analyse"), ("site.py", "_first_call")
FIRST = 100  # calls
seconds, sites, found, compiled_at = {}, [], {}, {}
before, last = thread_time(), 0


def site_at(line):
    if not sites:
        module = sys.modules.get("alpyna_hook.seam.site")
        sites.extend(module.all_sites() if module else ())
    if line not in found and sites:
        around = [k for k, s in enumerate(sites) if s.parent is None and s.lineno <= line <= s.end_lineno]
        found[line] = around[-1] if around else None
    return found.get(line)


def counted(site):
    """Calls, and those that ran compiled."""
    trace = getattr(site.state, "trace", None)
    return (0, 0) if trace is None else (trace.runs + site.unseen(), trace.accelerated)


def phase(number):
    site = sites[number]
    calls, accelerated = counted(site)
    if accelerated and number not in compiled_at:
        compiled_at[number] = calls
    return 0 if calls <= FIRST and not site.slept else 2 if accelerated else 1


def look(_number, frame):
    global before, last
    stack, compiling = [], False
    while frame is not None:
        code = frame.f_code
        if code.co_filename == PATH:
            number = site_at(frame.f_lineno or last)  # the seam's own code has none
            last = frame.f_lineno or last
            if number is not None and number not in stack:
                stack.append(number)
        elif not stack and (os.path.basename(code.co_filename), code.co_name) in COMPILING:
            compiling = True
        frame = frame.f_back
    now = thread_time()
    key = compiling, tuple([(number, phase(number)) for number in stack])
    seconds[key] = seconds.get(key, 0.0) + now - before
    before = now
    if process_time() > LIMIT:
        tell(ended=True)
        os._exit(3)


def tell(ended=False):
    setitimer(ITIMER_PROF, 0.0)
    known = sys.modules.get("alpyna_hook.runtime.investments")
    rows = [(s.lineno, *counted(s), compiled_at.get(k)) for k, s in enumerate(sites)]
    spent = known.INVESTMENTS.spent if known else 0.0
    sys.stderr.write(repr({"spent": spent, "sites": rows, "seconds": seconds, "ended": ended}))
    sys.stderr.flush()


atexit.register(tell)
signal(SIGPROF, look)
setitimer(ITIMER_PROF, 0.002, 0.002)
sys.path[0] = ""  # as of `python -m`
from alpyna.cli import main  # noqa: E402

main(["run", PATH])

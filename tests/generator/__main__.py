"""The long mode: many random nests, over several processes.

    python -m tests.generator --count 20000 --jobs 2 --seed 1 --out failures

Prints one line of summary and the reasons; failing cases are written to the folder as small
files.  Nest k of a run is that of seed `seed * 1000003 + k`, whatever the number of jobs.  A
process that dies (or hangs) is reported with the seed that it was at.
"""

from __future__ import annotations

import argparse
import atexit
import collections
import faulthandler
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from alpyna_hook.config import ENGINES
from tests.differential import compile_accelerated
from tests.exchanging import DONE, wherever_legal
from tests.generator import program, statements
from tests.generator.trial import Trial, fails, failure, trials
from tests.keeping import FOUND, as_new_processes
from tests.parting import one_at_a_time
from tests.planning import SERVED, at_once

STRIDE = 1_000_003
CHUNK = 100
LIMIT = 120  # seconds for one nest


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="number of nests")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--seed", type=int, default=1, help="which run")
    parser.add_argument("--first", type=int, default=0, help="number of the first nest")
    parser.add_argument("--out", type=Path, default=Path("failures"), help="where failing cases go")
    parser.add_argument("--signatures", type=int, default=1, help="choices of dtypes for each nest")
    parser.add_argument("--bindings", type=int, default=3, help="inputs for each choice of dtypes")
    parser.add_argument("--needless", action="store_true", help="save replays that nothing called for, too")
    parser.add_argument("--details", action="store_true", help="print what each reason met, too")
    parser.add_argument("--no-reduce", action="store_true", help="save failing cases as they are")
    parser.add_argument("--jit", choices=ENGINES, default=ENGINES[0], help="what compiles the kernels")
    parser.add_argument("--threads", type=int, default=1, help="how many run what may run in any order")
    parser.add_argument("--device", default="cpu", help="where what can be run there runs")
    parser.add_argument("--parts", action="store_true", help="kernels run one iteration of the outermost loop at a time, as long ones do")
    parser.add_argument("--plans", action="store_true", help="each call is repeated, and plans serve as soon as there can be one")
    parser.add_argument("--kept", action="store_true", help="each call is repeated, as by a later process that finds what was kept")
    parser.add_argument("--exchanged", action="store_true", help="inner loops are exchanged wherever that is legal")
    parser.add_argument("--chunk", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    return _chunk(options) if options.chunk else _spread(options)


# ------------------------------------------------------------------ processes


def _spread(options: argparse.Namespace) -> int:
    started = time.time()
    totals: collections.Counter[str] = collections.Counter()
    firsts = range(options.first, options.first + options.count, CHUNK)
    with ThreadPoolExecutor(options.jobs) as pool:
        for done, counts in enumerate(pool.map(lambda first: _child(options, first), firsts), 1):
            totals.update(counts)
            if sys.stderr.isatty():
                print(f"\r{done * CHUNK} nests, {totals['differences']} differences", end="", file=sys.stderr)
    print(summary(totals, options.seed, time.time() - started))
    details = [(name[7:], n) for name, n in totals.most_common() if name.startswith("detail ")]
    print("".join(f"    {n:7d}  {name}\n" for name, n in details if options.details), end="")
    return 1 if totals["differences"] or totals["died"] else 0


def _child(options: argparse.Namespace, first: int) -> dict[str, int]:
    count = min(CHUNK, options.first + options.count - first)
    command = [sys.executable, "-m", "tests.generator", "--chunk", "--seed", str(options.seed), "--first", str(first),
               "--count", str(count), "--out", str(options.out), "--signatures", str(options.signatures),
               "--bindings", str(options.bindings), "--device", options.device]
    command += ["--no-reduce"] * options.no_reduce + ["--needless"] * options.needless + ["--parts"] * options.parts
    command += ["--plans"] * options.plans + ["--exchanged"] * options.exchanged + ["--kept"] * options.kept
    run = subprocess.run(
        command, capture_output=True, text=True,
        env={**os.environ, "ALPYNA_JIT": options.jit, "ALPYNA_THREADS": str(options.threads)},
    )
    lines = run.stdout.splitlines()
    if lines and lines[-1].startswith("{"):
        counts: dict[str, int] = json.loads(lines[-1])
        return counts
    at = lines[-1] if lines else f"nest {first}"
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"died-{at.split()[-1]}.txt").write_text(f"{at}\nstatus {run.returncode}\n{run.stderr[-5000:]}")
    print(f"a process died (status {run.returncode}) at {at}", file=sys.stderr)
    return {"died": 1}


def summary(totals: collections.Counter[str], seed: int, seconds: float) -> str:
    runs = max(1, totals["runs"])
    lines = [f"{totals['nests']} nests (seed {seed}), {totals['runs']} runs in {seconds:.0f} s: "
             f"{100 * totals['verdict accelerated'] / runs:.1f} % accelerated, "
             f"{100 * totals['verdict flagged'] / runs:.1f} % replayed ({totals['needless']} for nothing), "
             f"{100 * totals['raised'] / runs:.1f} % raise, {100 * totals['warned'] / runs:.1f} % warn, "
             f"{totals['differences']} differences, {totals['died']} deaths"
             + f", {totals['planned']} calls by plans" * bool(totals["planned"])
             + f", {totals['kept']} kernels of earlier calls" * bool(totals["kept"])
             + f", {totals['exchanged']} loops exchanged" * bool(totals["exchanged"])]
    verdicts = [(name, n) for name, n in totals.most_common() if name.startswith("verdict ")]
    return "\n".join(lines + [f"    {n:7d}  {name.partition(' ')[2]}" for name, n in verdicts])


# ---------------------------------------------------------------------- nests


def _chunk(options: argparse.Namespace) -> int:
    totals: collections.Counter[str] = collections.Counter()
    if options.parts:
        one_at_a_time(setattr)
    if options.plans:
        at_once(setattr)
    if options.exchanged:
        wherever_legal(setattr)
        statements.SUMS, statements.PLAIN, program.RANKS, program.KINDS = 80, 97, {1: 1, 2: 6, 3: 1}, ("ff", "fff", "ffi")
    if options.kept:
        os.environ["ALPYNA_CACHE_DIR"] = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, os.environ["ALPYNA_CACHE_DIR"])
        as_new_processes(setattr)
    for k in range(options.first, options.first + options.count):
        print(f"nest {k}", flush=True)
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        totals["nests"] += 1
        rng = random.Random(options.seed * STRIDE + k)
        history: list[Trial] = []
        compiler = partial(compile_accelerated, device=options.device)
        for trial in trials(rng, compiler, signatures=options.signatures, bindings=options.bindings, repeated=options.plans or options.kept):
            history.append(trial)
            compared = trial.compared
            totals["runs"] += 1
            totals["verdict " + compared.verdict] += 1
            totals["needless"] += compared.needless
            if compared.against is not None:
                totals[f"detail {compared.against.reason}: {compared.against.detail}"] += 1
            totals["raised"] += compared.plain.error is not None
            totals["warned"] += bool(compared.plain.warned)
            if compared.difference is not None or (options.needless and compared.needless):
                totals["differences"] += compared.difference is not None
                faulthandler.dump_traceback_later(10 * LIMIT, exit=True)
                _save(options, k, history)
                break
        faulthandler.cancel_dump_traceback_later()
    totals["planned"] = SERVED.total()
    totals["exchanged"] = len(DONE)
    totals["kept"] = FOUND["kernels"]
    print(json.dumps(totals))
    return 0


def _save(options: argparse.Namespace, number: int, history: list[Trial]) -> None:
    """The case with its inputs, reduced as long as it fails in the same way: with the last inputs
    alone or, if the earlier ones are needed for it, after those."""
    from tests.generator.reduce import reduce

    trial = history[-1]
    source, difference = trial.case.source, failure(trial.compared) or ""
    if not options.no_reduce:
        def same_way(smaller: str) -> bool:
            found = fails(smaller, history)
            return found is not None and _way(found) == _way(difference)

        if fails(source, [trial]) is not None:
            history = [trial]
        if same_way(source):
            source = reduce(source, same_way)
            difference = fails(source, history) or difference
    header = [f"# seed {options.seed}, nest {number}, form {trial.case.form}: {difference}"]
    for past in history:
        header.append(f"# errstate {dict(past.conditions.errstate)}, filter {past.conditions.filter}")
        pairs = zip(trial.case.parameters, past.inputs, strict=True)
        header += [f"# {name} = {_describe(value)}" for name, value in pairs if name in source]
    options.out.mkdir(parents=True, exist_ok=True)
    text = "\n".join(line.replace("\n", " ") for line in header) + f"\n\n{source}\n"
    (options.out / f"{options.seed}-{number}.py").write_text(text)


def _way(difference: str) -> list[str]:
    """How two runs differ, without the values: it is kept while a program is reduced."""
    return re.sub(r"[^a-z ]+", " ", difference.lower()).split()[:4]


def _describe(value: object) -> str:
    import numpy as np

    if not isinstance(value, np.ndarray):
        return f"{value!r} ({type(value).__name__})"
    address = value.__array_interface__["data"][0] % 2**20
    return (f"np.array({value.tolist()!r:.400}, {str(value.dtype)!r})  # shape {value.shape}, strides {value.strides}, "
            f"at {address}{'' if value.flags.writeable else ', read-only'}")


if __name__ == "__main__":
    sys.exit(main())

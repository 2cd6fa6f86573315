"""Floating-point errors from the data in place of the processor's flags: what a sticky test of exponents would cost.

    python -m benchmarks.fp_errors [--size SMALL] [--rounds 9] [--no-examples] [word of a name ...]

Each kernel is compiled twice: as it is, and with a test put into its text for LLVM wherever an infinity or a NaN is stored to
memory, or may vanish: at divisors, comparisons, casts to integers, selections and arguments of C functions.  A test
adds `(bits & exponent) + one exponent` to a word by `or`, whose sign tells in the end whether any exponent was all ones.  CPU
seconds in kernels, both in turn on copies of the same data; ratio: the time as it is by that with tests, so below 1 tests cost.
A kernel whose tests tell of a value would be run again by one that checks each operation: told counts those calls.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import ctypes
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from alpyna_hook.ir.layout import SEEN
from alpyna_hook.kernels import build, llvm_engine, store
from alpyna_hook.kernels.kernel import Kernel, Source
from benchmarks import loading, measure, run_examples, run_kernels

_KINDS = {"double": ("i64", 0x7FF << 52, 1 << 52), "float": ("i32", 0xFF << 23, 1 << 23)}
_OPERAND = r"(%[\w.]+)"
_STORE = re.compile(rf"  store (double|float) {_OPERAND}, ptr (?!%v\.)")
_DIVISION = re.compile(rf"  %[\w.]+ = fdiv (double|float) [^,]+, {_OPERAND}")
_TWO = re.compile(r"  %[\w.]+ = fcmp \w+ (double|float) ([^,]+), (.+)")
_CAST = re.compile(rf"  %[\w.]+ = fpto[su]i (double|float) {_OPERAND}")
_SELECT = re.compile(r"  %[\w.]+ = select i1 [^,]+, (double|float) ([^,]+), (?:double|float) (.+)")
_CALL = re.compile(r"  %[\w.]+ = call (?:double|float) %[\w.]+\((.*)\)")
_FUNCTION = re.compile(r"define (?:internal )?\S+ @(?:kernel|f\.)")

_END = f"""  %fp.long{{k}} = load i64, ptr %fp.i64
  %fp.short{{k}} = load i32, ptr %fp.i32
  %fp.wide{{k}} = sext i32 %fp.short{{k}} to i64
  %fp.all{{k}} = or i64 %fp.long{{k}}, %fp.wide{{k}}
  %fp.sign{{k}} = lshr i64 %fp.all{{k}}, 63
  %fp.place{{k}} = getelementptr i8, ptr %p.frame, i64 {SEEN}
  store i64 %fp.sign{{k}}, ptr %fp.place{{k}}"""


class State:
    """What is compiled and run now: with tests, or as it is."""

    tests = False
    seconds = 0.0
    calls = told = 0


def tested(text: str) -> str:
    """A module's text with tests in the kernel and in the functions of the user that it calls."""
    out: list[str] = []
    inside, count = False, 0
    for line in text.split("\n"):
        inside = bool(_FUNCTION.match(line)) or (inside and line != "}")
        if inside and line.startswith("  ret "):
            out.append(_END.format(k=count))
            count += 1
        out.append(line)
        if inside and line == "entry:":
            out += [f"  %fp.{word} = alloca {word}\n  store {word} 0, ptr %fp.{word}" for word, _, _ in _KINDS.values()]
        for kind, value in _watched(line) if inside else ():
            before = out.pop() if line.startswith("  store") else ""
            out += _test(kind, value, count)
            out += [before] * bool(before)
            count += 1
    return "\n".join(out)


def _watched(line: str) -> Iterator[tuple[str, str]]:
    for pattern in (_STORE, _DIVISION, _TWO, _CAST, _SELECT):
        if found := pattern.match(line):
            kind, *values = found.groups()
            yield from [(kind, value) for value in values if value.startswith("%")]
    if found := _CALL.match(line):
        for argument in found[1].split(", "):
            kind, _, value = argument.partition(" ")
            if kind in _KINDS and value.startswith("%"):
                yield kind, value


def _test(kind: str, value: str, k: int) -> list[str]:
    word, exponent, one = _KINDS[kind]
    return [f"  %fp.bits{k} = bitcast {kind} {value} to {word}", f"  %fp.exponent{k} = and {word} %fp.bits{k}, {exponent}",
            f"  %fp.sum{k} = add {word} %fp.exponent{k}, {one}", f"  %fp.before{k} = load {word}, ptr %fp.{word}",
            f"  %fp.after{k} = or {word} %fp.before{k}, %fp.sum{k}", f"  store {word} %fp.after{k}, ptr %fp.{word}"]


def timed(kernel: Kernel, tests: bool) -> Kernel:
    entry = kernel.entry

    def run(frame: int) -> int:
        begun = time.thread_time_ns()
        status = entry(frame)
        State.seconds += 1e-9 * (time.thread_time_ns() - begun)
        State.calls += 1
        if tests:
            State.told += ctypes.c_int64.from_address(frame + SEEN).value != 0
        return status

    return kernel._replace(entry=ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(run))


def install() -> None:
    """Kernels are compiled as the state says."""
    built, text_of, key = llvm_engine.built, llvm_engine.text_of, llvm_engine.Machine.key
    made: dict[tuple[bool, Source], Kernel] = {}

    def once(source: Source, jit: str) -> Kernel:
        known = State.tests, source
        if known not in made:
            made[known] = timed(built(source), State.tests)
        return made[known]

    def own_key(machine: llvm_engine.Machine, text: str) -> store.Key:
        return key(machine, f"{State.tests} {text}")

    replaced: Any = build
    replaced._built = once
    engine: Any = llvm_engine
    engine.text_of = lambda ir: tested(text_of(ir)) if State.tests else text_of(ir)
    engine.Machine.key = own_key


class Row(NamedTuple):
    name: str
    plain: measure.Times
    tests: measure.Times
    told: str

    @property
    def ratio(self) -> float:
        return self.plain.median / self.tests.median


def compare(name: str, runs: dict[bool, Callable[[], object]], rounds: int) -> Row:
    times: dict[bool, list[float]] = {False: [], True: []}
    for k in range(rounds + 2):  # the first compile
        for tests, run in runs.items():
            State.tests, State.seconds, State.calls, State.told = tests, 0.0, 0, 0
            run()
            if k >= 2:
                times[tests].append(max(1e-7, State.seconds))
    told = f"{State.told} of {State.calls}"
    row = Row(name, measure.Times(tuple(times[False])), measure.Times(tuple(times[True])), told)
    print(f"{name:24} {row.ratio:.3f} {row.plain} {row.tests} {told}", flush=True)
    return row


def polybench(options: argparse.Namespace) -> Iterator[tuple[str, dict[bool, Callable[[], object]]]]:
    for case in run_kernels.polybench(options):
        functions = [getattr(loading.accelerated(case.file), case.function) for _ in range(2)]
        yield case.name, {tests: partial(on_copies, functions[tests], case.arguments) for tests in (False, True)}


def on_copies(function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    return function(*copy.deepcopy(arguments))


def examples() -> Iterator[tuple[str, dict[bool, Callable[[], object]]]]:
    for name in run_examples.NAMES:
        path = run_examples.EXAMPLES / f"{name}.py"
        bodies = [run_examples.body(path, loading.accelerated, []) for _ in range(2)]
        yield name, dict(zip((False, True), bodies, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="SMALL", choices=("MINI", "SMALL", "MEDIUM", "LARGE"))
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--no-examples", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    del sys.argv[1:]  # the examples have arguments of their own
    install()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALPYNA_CACHE_DIR"] = folder
        report(options)


def report(options: argparse.Namespace) -> None:
    cases = [("PolyBench", polybench(options)), *([] if options.no_examples else [("examples", examples())])]
    summaries, rows = [], []
    for suite, runs in cases:
        found = []
        for name, each in runs:
            if not options.words or any(word in name for word in options.words):
                with contextlib.redirect_stderr(io.StringIO()):
                    found.append(compare(name, each, options.rounds))
        if found:
            ratios = [row.ratio for row in found]
            summaries.append(
                f"{suite}: geometric mean of the ratios {measure.geometric_mean(ratios):.3f}, the smallest {min(ratios):.2f}, "
                f"{sum(r < 0.97 for r in ratios)} of {len(ratios)} below 0.97.")
        rows += [(suite, r.name, r.plain, r.tests, f"{r.ratio:.2f}", r.told) for r in found]
    explained = (
        f"Size {options.size}, {options.dtype}; CPU seconds in kernels, median (smallest - largest) of {options.rounds} rounds, in "
        "turn; ratio: the time with the processor's flags by that with tests of what is stored or may vanish; told: calls in which "
        "a test tells of an infinity or a NaN. Made by `python -m benchmarks.fp_errors`.")
    print(*summaries, sep="\n")
    if not options.words:
        header = ("suite", "function", "by flags", "by tests", "ratio", "told")
        measure.write("fp_errors", "Floating-point errors from the data", [explained, *summaries, measure.table(header, rows)])


if __name__ == "__main__":
    main()

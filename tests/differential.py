"""Whole programs, run plain and accelerated by the oracle.

A program is a source text.  `Program` compiles it once in both ways; `call` runs one of its
functions in both, on separate copies of the inputs.  `run_module` does the same for a module
body.  What was accelerated, and why not, is read from `alpyna_hook.report()`.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import TYPE_CHECKING

from tests.copying import copy_inputs
from tests.oracle import Conditions, Namespace, Outcome, observe, same

if TYPE_CHECKING:
    from alpyna_hook.ir.kernel import Kernel

Compiler = Callable[[str, str], CodeType]
_numbers = itertools.count()


@dataclass(frozen=True)
class Run:
    """What the report says of one loop nest during one comparison."""

    line: int
    qualname: str
    runs: int
    accelerated: int
    reason: str | None
    detail: str = ""


@dataclass
class Comparison:
    """Both outcomes of one run; `difference` is None if they are the same."""

    plain: Outcome
    fast: Outcome
    runs: list[Run] = field(default_factory=list)
    difference: str | None = None

    @property
    def verdict(self) -> str:
        """"accelerated" if every nest that ran did so compiled, else the first reason against it."""
        if (bad := self.against) is not None:
            return str(bad.reason)
        return "accelerated" if any(run.accelerated for run in self.runs) else "not-run"

    @property
    def against(self) -> Run | None:
        """The first nest that was left to the interpreter (a loop of no iterations just is, without a reason)."""
        return next((run for run in self.runs if run.accelerated < max(run.runs, 1) and run.reason), None)

    @property
    def needless(self) -> bool:
        """Was a nest replayed although nothing was to be warned of or raised?"""
        silent = self.plain.error is None and not self.plain.warned
        return silent and self.verdict == "flagged"


def compile_plain(source: str, filename: str) -> CodeType:
    code: CodeType = compile(source, filename, "exec", dont_inherit=True)
    return code


def compile_accelerated(source: str, filename: str, device: str = "cpu", strict: bool = True) -> CodeType:
    """As the import hook does it; by default always compiled, and internal errors are raised."""
    from alpyna_hook.config import settings
    from alpyna_hook.hook.loader import prepare

    prepared = prepare(source.encode(), filename, marked=True, cached=False)
    assert prepared is not None, f"{filename} is not rewritten"
    return prepared.code(filename, filename, settings(device=device, strict=strict))


class Program:
    """One source, compiled plain and accelerated, each executed in a namespace of its own."""

    def __init__(self, source: str, compiler: Compiler = compile_accelerated) -> None:
        self.source = textwrap.dedent(source)
        self.filename = f"<program {next(_numbers)}>"
        self.plain: Namespace = {"__name__": "program"}
        self.fast: Namespace = {"__name__": "program"}
        self._codes = compile_plain(self.source, self.filename), compiler(self.source, self.filename)

    def load(self, inputs: tuple[object, ...] = (), offer: Callable[[tuple[object, ...]], None] | None = None,
             conditions: Conditions | None = None) -> Comparison:
        """Runs the module body.  `offer` makes a copy of the inputs known to it."""
        def body(side: int, values: tuple[object, ...]) -> object:
            if offer:
                offer(values)
            namespace = (self.plain, self.fast)[side]
            namespace.clear()
            namespace["__name__"] = "program"
            try:
                exec(self._codes[side], namespace)
            finally:
                left = {k: v for k, v in namespace.items() if not k.startswith("__")}
                observed.append(left)

        observed: list[Namespace] = []
        compared = self._compare(body, inputs, conditions or Conditions())
        compared.difference = compared.difference or same(*observed)
        return compared

    def call(self, function: str, *inputs: object, conditions: Conditions | None = None) -> Comparison:
        """Calls a function of the program; its result counts, and what becomes of the inputs."""
        def body(side: int, values: tuple[object, ...]) -> object:
            return (self.plain, self.fast)[side][function](*values)  # type: ignore[operator]

        return self._compare(body, inputs, conditions or Conditions())

    def kernels(self) -> list[Kernel]:
        """What its nests were compiled to; there is some."""
        from alpyna_hook.seam.site import all_sites

        sites = [site for site in all_sites() if site.module.filename == self.filename and site.state is not None]
        variants = [variant for site in sites for variant in site.state.variants.values()]  # type: ignore[attr-defined]
        found = [kernel.source.ir for variant in variants for kernel in variant.kernels.values()]
        assert found
        return found

    def _compare(self, body: Callable[[int, tuple[object, ...]], object], inputs: tuple[object, ...],
                 conditions: Conditions) -> Comparison:
        copies = copy_inputs(inputs), copy_inputs(inputs)
        before = report(self.filename)
        plain, fast = (observe(lambda side=side: body(side, copies[side]), copies[side], self.filename, conditions)
                       for side in (0, 1))
        runs = _since(before, report(self.filename))
        return Comparison(plain, fast, runs, plain.difference(fast))


def run_both(
    source: str, function: str | None = None, *inputs: object, conditions: Conditions | None = None
) -> Comparison:
    """Compiles a source and compares its module body or, if named, one call of a function of it."""
    program = Program(source)
    loaded = program.load(conditions=conditions if function is None else None)
    if function is None or loaded.difference or loaded.plain.error:
        return loaded
    return program.call(function, *inputs, conditions=conditions)


def check(source: str, *inputs: object, expect: str | None = "accelerated", function: str | None = "f",
          conditions: Conditions | None = None) -> Comparison:
    """Asserts that both runs are the same, and that the nests ran as expected ("accelerated", a
    slug of a reason, or None for anything)."""
    __tracebackhide__ = True
    compared = run_both(source, function, *inputs, conditions=conditions)
    if compared.difference is not None:
        raise AssertionError(f"{compared.difference}\n{_story(source, inputs, compared)}")
    if expect is not None and compared.verdict != expect:
        raise AssertionError(f"{compared.verdict}, expected {expect}\n{_story(source, inputs, compared)}")
    return compared


def _story(source: str, inputs: tuple[object, ...], compared: Comparison) -> str:
    return f"{textwrap.dedent(source)}\ninputs: {inputs!r:.2000}\nruns: {compared.runs}"


# --------------------------------------------------------------------- report


def report(filename: str) -> dict[tuple[int, str], Mapping[str, object]]:
    """The report's entries for one file."""
    from alpyna_hook.explain.report import as_data  # as alpyna_hook.report(), without analysing dependences

    return {(e["line"], e["qualname"]): dict(e) for e in as_data(file=filename)}


def _since(before: Mapping[tuple[int, str], Mapping[str, object]],
           after: Mapping[tuple[int, str], Mapping[str, object]]) -> list[Run]:
    found = []
    for (line, qualname), entry in sorted(after.items()):
        old = before.get((line, qualname), {"runs": 0, "accelerated_runs": 0, "refusals": {}})
        runs = int(entry["runs"]) - int(old["runs"])  # type: ignore[call-overload]
        fast = int(entry["accelerated_runs"]) - int(old["accelerated_runs"])  # type: ignore[call-overload]
        if runs or (entry["reason"] and not entry["runs"]):  # those refused by their source never count runs
            refusals, earlier = entry["refusals"], old["refusals"]
            new = [slug for slug, n in refusals.items() if n > earlier.get(slug, 0)]  # type: ignore[attr-defined]
            reason = new[0] if new else None if runs == fast > 0 else entry["reason"]
            found.append(Run(line, qualname, runs, fast, reason, str(entry["detail"])))  # type: ignore[arg-type]
    return [run for run in found if run.runs or not _within(run, found)]


def _within(refused: Run, runs: list[Run]) -> bool:
    """Is a loop that its source refuses part of a nest that ran compiled?"""
    return any(r.accelerated and r.qualname == refused.qualname and r.line < refused.line for r in runs)

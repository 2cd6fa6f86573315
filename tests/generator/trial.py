"""One generated case, run with several inputs by the oracle."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.differential import Comparison, Compiler, Program, compile_accelerated
from tests.generator.bindings import binding, errstate, set_current, signature, warning_filter
from tests.generator.program import Case, generate
from tests.oracle import Conditions

Setting = tuple[tuple[object, ...], Conditions]

SIGNATURES = 1
BINDINGS = 3


@dataclass
class Trial:
    """One run of a case."""

    case: Case
    inputs: tuple[object, ...]
    conditions: Conditions
    compared: Comparison


def trials(rng: random.Random, compiler: Compiler = compile_accelerated, *, signatures: int = SIGNATURES,
           bindings: int = BINDINGS, repeated: bool = False) -> Iterator[Trial]:
    """Generates a case and runs it: `bindings` inputs for each of some choices of dtypes, each twice if `repeated`."""
    case, settings = draw(rng, signatures, bindings)
    return execute(case, [setting for setting in settings for _ in range(1 + repeated)], compiler)


def draw(rng: random.Random, signatures: int = SIGNATURES, bindings: int = BINDINGS) -> tuple[Case, list[Setting]]:
    """A case, and what it is to be run with."""
    case = generate(rng)
    settings: list[Setting] = []
    for _ in range(signatures):
        signed = signature(rng, case)
        for _ in range(bindings):
            inputs = binding(rng, signed)
            settings.append((inputs, Conditions(errstate(rng, case.spice), warning_filter(rng, case.spice))))
    return case, settings


def execute(case: Case, settings: list[Setting], compiler: Compiler = compile_accelerated) -> Iterator[Trial]:
    """Runs a case, with one of the settings after the other."""
    program = prepare(case, compiler)
    for inputs, conditions in settings:
        yield Trial(case, inputs, conditions, run(program, case.form, inputs, conditions))


def prepare(case: Case, compiler: Compiler = compile_accelerated) -> Program:
    program = Program(case.source, compiler)
    if case.form != "module":
        loaded = program.load()
        assert loaded.plain.error is None and loaded.difference is None, loaded
    return program


def run(program: Program, form: str, inputs: tuple[object, ...], conditions: Conditions) -> Comparison:
    if form == "module":
        return program.load(inputs, set_current, conditions)
    return program.call(Case.entry, *inputs, conditions=conditions)


def fails(source: str, history: Sequence[Trial]) -> str | None:
    """The failure that a (reduced) source shows at the last of some trials, the ones before having
    been run too; None also if it is no longer a program."""
    form = history[0].case.form
    try:
        program = Program(source)
        if form != "module" and program.load().plain.error is not None:
            return None
        return [failure(run(program, form, trial.inputs, trial.conditions)) for trial in history][-1]
    except SyntaxError:
        return None


def failure(compared: Comparison) -> str | None:
    """A difference, or a needless replay."""
    if compared.needless and compared.against is not None:
        return compared.difference or f"needlessly replayed: {compared.against.detail}"
    return compared.difference

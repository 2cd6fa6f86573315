"""The kernels of typical nests are as recorded; `pytest tests/emit/test_golden.py --update-golden` records them anew."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from alpyna_hook.emit.python import python_text
from alpyna_hook.ir import kernel as k
from tests.differential import Program
from tests.emit.golden_nests import NESTS

FOLDER = Path(__file__).with_name("golden")


@cache
def kernels(name: str) -> tuple[k.Kernel, ...]:
    """Those of a program that was run, which must give what plain Python gives."""
    source, inputs = NESTS[name]
    program = Program(source)
    program.load()
    compared = program.call("f", *inputs())
    assert compared.difference is None, compared.difference
    assert compared.verdict == "accelerated", compared.runs
    return tuple(program.kernels())


@pytest.mark.parametrize("name", NESTS)
def test_kernel(name: str, request: pytest.FixtureRequest) -> None:
    listed = "".join(f"# {line}".rstrip() + "\n" for line in NESTS[name][0].strip().splitlines())
    texts = "\n".join(map(python_text, kernels(name)))
    found = f"{listed}\n{texts}"
    path = FOLDER / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines() == found.splitlines()


def test_every_record_belongs_to_a_nest() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(NESTS)

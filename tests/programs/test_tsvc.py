"""The loops of the TSVC categories: the same bits, and compiled but for a short list."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from benchmarks import tsvc
from tests.differential import Program
from tests.programs.hot import assert_same_and_hot

LOOPS = tsvc.loops()
SAMPLE = list(LOOPS)[::4]

# Loops that are left to the interpreter, with the reason: none at present.
DECLINED: dict[str, str] = {}


@functools.cache
def program(module: str) -> Program:
    made = Program((Path(tsvc.__file__).parent / f"{module}.py").read_text())
    loaded = made.load()
    assert loaded.difference is None, loaded.difference
    return made


def check(name: str, dtype: str) -> None:
    module, function = name.split(".")
    arguments = tsvc.arguments(LOOPS[name], tsvc.data(40, dtype))
    compared = program(module).call(function, *arguments)
    if name in DECLINED:
        assert compared.difference is None, compared.difference
        assert compared.verdict == DECLINED[name]
    else:
        assert_same_and_hot(compared)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample(name: str) -> None:
    check(name, "float64")


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", LOOPS)
def test_every_loop(name: str, dtype: str) -> None:
    check(name, dtype)


def test_there_are_at_least_a_hundred_and_the_list_of_the_declined_is_short() -> None:
    assert len(LOOPS) >= 110
    assert set(DECLINED) <= set(LOOPS)
    assert len(DECLINED) <= 5

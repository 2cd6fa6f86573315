"""Kernels in OpenCL C: those of three nests are as recorded (`--update-golden` records them anew), and every other one is taken,
or has a reason not to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpyna_hook.emit.opencl import DOUBLE, ROUNDED, SINGLE, needs, opencl_text
from alpyna_hook.emit.opencl_values import NotOnDevices, constant, variable
from alpyna_hook.ir.kernel import Kernel
from alpyna_hook.seam.site import all_sites
from tests.differential import Program
from tests.emit.golden_nests import NESTS

FOLDER = Path(__file__).with_name("opencl")
RECORDED = ("function_with_a_loop", "matrix_product", "narrow_integers")
REFUSED = {
    "calls_of_math": "functions of the C library or NumPy", "calls_of_numpy_in_strips": "functions of the C library or NumPy",
    "complex_numbers": "complex numbers",
}


def kernels(name: str) -> list[tuple[Kernel, dict[int, int]]]:
    """Those of a nest that was run, each with the places of its arrays in the frame, and the memory of each."""
    source, inputs = NESTS[name]
    program = Program(source)
    program.load()
    program.call("f", *inputs())
    found = []
    for site in all_sites():
        if site.module.filename == program.filename and site.state is not None:
            for variant in site.state.variants.values():  # type: ignore[attr-defined]
                for (_, _, groups), kernel in variant.kernels.items():
                    places = [variant.layout.arrays[array] for array in variant.typed.arrays]
                    found.append((kernel.source.ir, dict(zip(places, groups, strict=True))))
    return found


@pytest.mark.parametrize("name", NESTS)
def test_every_nest_is_printed_or_refused(name: str, request: pytest.FixtureRequest) -> None:
    made = kernels(name)
    assert made
    if name in REFUSED:
        with pytest.raises(NotOnDevices, match=REFUSED[name]):
            opencl_text(*made[0])
        return
    text = "".join(opencl_text(*each) for each in made)
    assert "#pragma OPENCL FP_CONTRACT OFF" in text
    assert "fma" not in text and "mad(" not in text and "native_" not in text
    if name in RECORDED:
        path = FOLDER / f"{name}.cl"
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8").splitlines() == text.splitlines()


def test_every_record_belongs_to_a_nest() -> None:
    assert {path.stem for path in FOLDER.glob("*.cl")} == {*RECORDED}


@pytest.mark.parametrize(("name", "wanted"), [
    ("matrix_product", {DOUBLE}), ("dot_float32", {DOUBLE, SINGLE}), ("histogram", set()), ("gcd", set()),
])
def test_what_a_device_has_to_promise(name: str, wanted: set[str]) -> None:
    ((kernel, _),) = kernels(name)
    assert needs(kernel) - {ROUNDED} == wanted


@pytest.mark.parametrize(("value", "rep", "text"), [
    (0.1, "f8", "0x1.999999999999ap-4"), (-0.0, "f8", "(-0.0)"), (2.0, "f4", "2.0f"), (float("inf"), "f4", "as_float(0x7f800000u)"),
    (-(2**63), "i8", "(-9223372036854775807l - 1)"), (-5, "i4", "(-5)"), (2**64 - 1, "u8", "18446744073709551615ul"), (True, "b1", "true"),
])
def test_constants(value: object, rep: str, text: str) -> None:
    assert constant(value, rep) == text


def test_names_are_of_cs_alphabet_and_differ() -> None:
    names = ["x", "half", "π", "π_", "_3c0_", "w_x", "ab_π"]
    made = [variable(name) for name in names]
    assert len({*made}) == len(names) and all(name.isascii() and name.isidentifier() for name in made)

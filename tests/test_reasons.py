"""Every reason for a refusal is documented, and something triggers it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from alpyna_hook.reasons import REASONS
from alpyna_hook.seam.site import all_modules
from tests.differential import Program, compile_accelerated, report

DOCUMENT = Path(__file__).parents[1] / "docs" / "reasons.md"
BY_THEIR_OWN_TEST = {"too-small", "slower", "compared", "unmarked", "tracing", "disabled", "unavailable", "compile-error", "internal"}


def sections() -> dict[str, str]:
    parts = re.split(r"^### (\S+)\n", DOCUMENT.read_text(encoding="utf-8"), flags=re.M)
    return {slug: re.split(r"^## ", text, flags=re.M)[0] for slug, text in zip(parts[1::2], parts[2::2], strict=True)}


SECTIONS = sections()
EXAMPLES = {slug: found[1] for slug, text in SECTIONS.items() if (found := re.search(r"```python\n(.*?)```", text, re.S))}


def test_the_document_lists_every_reason_in_order() -> None:
    ours = list(SECTIONS)
    assert sorted(ours) == sorted(REASONS)
    assert len(set(ours)) == len(ours)


@pytest.mark.parametrize("slug", REASONS)
def test_text_and_hint_are_as_in_the_code(slug: str) -> None:
    text = " ".join(SECTIONS[slug].split())
    reason = REASONS[slug]
    assert text.lower().startswith(reason.text.lower() + ". *what to do:* ")
    assert reason.hint in text


def test_every_reason_has_an_example_or_a_test() -> None:
    assert set(EXAMPLES) == set(REASONS) - BY_THEIR_OWN_TEST


@pytest.mark.parametrize("slug", EXAMPLES)
def test_example_gives_its_reason_and_the_plain_result(slug: str) -> None:
    compared = Program("import math\nimport numpy as np\n\n" + EXAMPLES[slug]).load()
    assert compared.difference is None
    assert compared.plain.error is None
    assert slug in [run.reason for run in compared.runs], compared.runs


# ------------------------------------------------- what a program alone cannot show

LOOP = """
import numpy as np
def f(a):
    for i in range(len(a)):
        a[i] = a[i] * 2.0
    return a
"""


def entry(program: Program) -> tuple[int, str | None]:
    ((found),) = report(program.filename).values()
    return int(found["accelerated_runs"]), found["reason"]  # type: ignore[call-overload, return-value]


def loaded(**options: object) -> Program:
    def compiler(source: str, filename: str) -> object:
        return compile_accelerated(source, filename, **options)

    program = Program(LOOP, compiler)  # type: ignore[arg-type]
    assert program.load().difference is None
    return program


def run(program: Program) -> None:
    assert program.call("f", np.arange(5.0)).difference is None


def test_too_small() -> None:
    program = loaded(device="auto")
    run(program)
    assert entry(program) == (0, "too-small")


@pytest.mark.parametrize(("resting", "slug"), [(True, "slower"), (False, "compared")])
def test_runs_of_a_compiled_nest_that_are_left_to_the_interpreter(resting: bool, slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alpyna_hook.runtime.judge import Judge

    monkeypatch.setattr(Judge, "wants_sample", lambda judge: True)
    monkeypatch.setattr("alpyna_hook.runtime.investments.INVESTMENTS.worth_one_run", lambda *_: True)
    program = loaded(device="auto")
    assert program.call("f", np.arange(5000.0)).difference is None
    assert entry(program) == (1, None)
    ((site,),) = [m.sites for m in all_modules() if m.filename == program.filename]
    assert site.judge is not None
    site.judge.resting = resting
    run(program)
    assert entry(program) == (1, slug)


def test_disabled() -> None:
    program = loaded(device="interpreter")
    run(program)
    assert entry(program) == (0, "disabled")


def test_tracing() -> None:
    program = loaded()
    old = sys.getprofile()
    sys.setprofile(lambda *_: None)
    try:
        run(program)
    finally:
        sys.setprofile(old)
    assert entry(program) == (0, "tracing")
    if sys.gettrace() is None:
        run(program)
        assert entry(program)[0] == 1


@pytest.mark.parametrize("slug", ["compile-error", "internal"])
def test_errors_of_ours(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core.errors import NumbaError

    from alpyna_hook.kernels import build

    namespace = {"error": NumbaError("planted") if slug == "compile-error" else RuntimeError("planted")}
    exec("def fail(*_): raise error", namespace)  # not of a file of the program, as the exception of a signal's handler would be
    monkeypatch.setattr(build, "_built", namespace["fail"])
    program = loaded(strict=False)
    run(program)
    assert entry(program) == (0, slug)
    run(program)
    strict = loaded(strict=True)
    error = strict.call("f", np.arange(5.0)).fast.error
    assert isinstance(error, build.CompileError if slug == "compile-error" else RuntimeError)


def test_a_file_that_changes_after_its_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    import alpyna_hook

    path = tmp_path / "changing_module.py"
    path.write_text("# alpyna: accelerate device=cpu\n" + LOOP)
    monkeypatch.syspath_prepend(str(tmp_path))
    with alpyna_hook.install():
        module = importlib.import_module("changing_module")
    path.write_text("# alpyna: accelerate\n# changed\n" + LOOP.replace("2.0", "3.0"))
    try:
        assert module.f(np.ones(3)).tolist() == [2.0, 2.0, 2.0]
        ((found),) = report(str(path)).values()
        assert (found["accelerated_runs"], found["reason"]) == (1, None)
    finally:
        del sys.modules["changing_module"]

"""CPython's own tests with every module marked, in one process, give what they give in plain Python.

    python -m pytest -m slow tests/cpython -s         # prints the CPU time of both

Tests that fail plain, as they need something that this machine lacks, must fail marked too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("driver.py")
ROOT = Path(__file__).resolve().parents[2]
MODULES = """
    array ast audit bdb bisect bool builtin call class cmath code codeop compile complex contextlib coroutines dataclasses deque dict dis
    doctest enum enumerate exceptions float fractions frame funcattrs functools gc generators grammar heapq import inspect int iter
    itertools json linecache list long marshal math memoryview named_expressions opcodes operator ordered_dict
""".split()

BYTECODE = "looks at bytecode, constants or the number of instructions, and seams are code"
GARBAGE = "counts the garbage of the whole process, and what is imported or compiled for a loop in between leaves some"
NO_PYC = "wants the interpreter's own .pyc, or changes it: a marked module has a file of ours"
# The tests that may differ, by class and name.
MAY_DIFFER = {
    "TestSpecifics.test_dead_blocks_do_not_generate_bytecode": BYTECODE,
    "TestSpecifics.test_false_while_loop": BYTECODE,
    "TestSpecifics.test_merge_constants": BYTECODE,
    "DisTests.test_bug_708901": BYTECODE,
    "DisTests.test_show_caches": BYTECODE,
    "DisWithFileTests.test_bug_708901": BYTECODE,
    "DisWithFileTests.test_show_caches": BYTECODE,
    "GCCallbackTests.test_collect_garbage": GARBAGE,
    "GCTests.test_resurrection_does_not_block_cleanup_of_other_objects": GARBAGE,
    "PycRewritingTests.test_foreign_code": NO_PYC,
    "PycacheTests.test_missing_source": NO_PYC,
    "PycacheTests.test_missing_source_legacy": NO_PYC,
}


def outcomes(folder: Path, name: str, modules: list[str], *flags: str) -> dict[str, Any]:
    """Of each module, in one process."""
    results, work = folder / f"{name}.json", folder / f"{name}-work"
    work.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ALPYNA", "PYTHON", "COV"))}
    environment = {
        **kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(folder / f"{name}-pyc"),
        "ALPYNA_CACHE_DIR": str(folder / "cache"), "ALPYNA_STRICT": "1",
    }
    command = [sys.executable, str(DRIVER), *flags, str(results), *modules]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr[-3000:]
    return {found["module"]: found for found in map(json.loads, results.read_text().splitlines())}


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("test.support") is None, reason="this Python comes without its tests")
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the tests that may differ are listed for Python 3.11")
def test_the_tests_of_cpython(tmp_path: Path) -> None:
    modules = [f"test_{name}" for name in MODULES]
    plain = outcomes(tmp_path, "plain", modules)
    marked = outcomes(tmp_path, "marked", modules, "--hook")
    assert list(plain) == list(marked) == modules
    assert sum(len(found["tests"]) for found in plain.values()) > 3000
    different = {
        test: (word, marked[module]["tests"].get(test), marked[module]["why"].get(test, ""))
        for module, found in plain.items() for test, word in found["tests"].items()
        if marked[module]["tests"].get(test) != word and ".".join(test.split(".")[-2:]) not in MAY_DIFFER
    }
    assert not different
    print(*(f"{name}: {sum(found['seconds'] for found in run.values()):.1f} s of CPU" for name, run in
            (("plain", plain), ("marked", marked))), sep="\n")  # fmt: skip

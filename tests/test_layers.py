"""Imports go down one list only, and importing the public API brings in neither NumPy nor Numba."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# From the top; modules of one line may import each other.  `runtime.variant` is what the pipeline makes and the runtime
# keeps, `runtime.trace` plain counters, `runtime.errand` what another thread does, and `runtime.decide`, `judge`, `averages`,
# `around`, `investments`, `earlier` and `front` what decides before the engine is there.
LAYERS = [
    ["alpyna"],
    ["profiler"],
    ["alpyna_hook"],
    ["alpyna_hook.hook", "alpyna_hook.explain.static"],
    ["alpyna_hook.explain"],
    ["alpyna_hook.runtime"],
    ["alpyna_hook.pipeline"],
    ["alpyna_hook.runtime.variant", "alpyna_hook.runtime.proofs"],
    ["alpyna_hook.devices"],
    ["alpyna_hook.kernels"],
    ["alpyna_hook.emit"],
    ["alpyna_hook.passes"],
    ["alpyna_hook.schedule"],
    ["alpyna_hook.dependence"],
    ["alpyna_hook.prove"],
    ["alpyna_hook.infer"],
    ["alpyna_hook.bind"],
    ["alpyna_hook.capture"],
    ["alpyna_hook.live"],
    ["alpyna_hook.seam", "alpyna_hook.runtime.front", "alpyna_hook.runtime.around", "alpyna_hook.runtime.investments",
     "alpyna_hook.runtime.decide", "alpyna_hook.runtime.earlier"],
    ["alpyna_hook.cost"],
    ["alpyna_hook.operators"],
    ["alpyna_hook.integers"],
    ["alpyna_hook.ir"],
    ["alpyna_hook.profile"],
    ["alpyna_hook.reasons", "alpyna_hook.config", "alpyna_hook.log", "alpyna_hook.guest", "alpyna_hook.runtime.errand",
     "alpyna_hook.runtime.trace", "alpyna_hook.runtime.judge", "alpyna_hook.runtime.averages"],
    ["alpyna_hook.named"],
]
PUBLIC = "alpyna_hook"


def layer(module: str) -> int:
    """The layer of the longest name in the list that the module is, or lies in."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name == PUBLIC and length < len(parts):
            break
        for number, names in enumerate(LAYERS):
            if name in names:
                return number
    raise LookupError(f"{module} is in no layer: add it to the list")


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("alpyna", "alpyna_hook", "profiler"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """What a file imports from our packages, also inside of functions; not for type checkers only."""
    tree = ast.parse(path.read_bytes())
    skipped = {
        id(child) for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    names = {name for name, _ in modules()}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = list(path.relative_to(ROOT).parts[: -node.level]) if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            found = [full if (full := f"{module}.{alias.name}") in names else module for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in found if name.split(".")[0] in ("alpyna", "alpyna_hook", "profiler"))


@pytest.mark.parametrize(("name", "path"), [pytest.param(*item, id=item[0]) for item in modules()])
def test_imports_go_down(name: str, path: Path) -> None:
    ours = layer(name)
    for other, line in imported(path):
        if other == PUBLIC:  # its version and place: it imports nothing itself before it is called
            continue
        assert layer(other) >= ours, f"{path.name}:{line}: {name} imports {other}, which is above it"


def test_no_cycles_between_packages_at_import() -> None:
    """Each module can be the first to be imported."""
    code = "import sys, importlib\nfor name in sys.argv[1:]:\n    importlib.import_module(name)\n    " \
        "[sys.modules.pop(key) for key in list(sys.modules) if key.startswith('alpyna')]"
    names = [name for name, _ in modules() if not name.endswith("__main__") and name.startswith("alpyna")]
    subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, check=True, timeout=600)


def test_the_public_api_is_light() -> None:
    code = (
        "import sys, alpyna_hook, alpyna.cli\nwith alpyna_hook.install(): import colorsys\n"
        "heavy = [name for name in ('numpy', 'numba', 'astor', 'llvmlite', 'ast') if name in sys.modules]\n"
        "print(heavy, len(alpyna_hook.__all__) <= 8, all(hasattr(alpyna_hook, name) for name in alpyna_hook.__all__))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.replace("'ast'", "") == "[] True True\n"


def test_what_a_cached_module_needs_is_light() -> None:
    """And what is rewritten needs no NumPy; a `threading` that we import makes a subinterpreter wait at its end."""
    code = (
        "import os, sys; before = {*sys.modules}\n"
        "import alpyna_hook.hook.main_program, alpyna_hook.runtime.front, alpyna.cli\n"
        "print(*[name for name in sys.modules if name.partition('.')[0] not in ('alpyna', 'alpyna_hook') and name not in before])\n"
        "import alpyna_hook.hook.rewrite\nprint('numpy' in sys.modules or 'threading' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded, numpy = done.stdout.splitlines()
    allowed = {"__future__", "_operator", "types", "_functools", "_collections", "itertools", "atexit", "sys", "time"}
    assert {*loaded.split()} <= allowed
    assert numpy == "False"


@pytest.mark.parametrize(("name", "path"), [pytest.param(*item, id=item[0]) for item in modules()])
def test_what_is_imported_for_type_checkers_is_in_annotations_alone(name: str, path: Path) -> None:
    tree = ast.parse(path.read_bytes())
    for_checkers: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for inner in ast.walk(ast.Module(node.body, [])):
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    for_checkers |= {alias.asname or alias.name for alias in inner.names}
            node.body = [ast.Pass()]
    for node in ast.walk(tree):  # with `from __future__ import annotations` these are never evaluated
        if isinstance(node, (ast.AnnAssign, ast.arg)):
            node.annotation = ast.Constant(None)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
    defined = {getattr(node, "name", "") for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.alias))}
    used = {node.id: node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not {text: line for text, line in used.items() if text in for_checkers - defined}, name


def test_only_config_reads_the_environment() -> None:
    for name, path in modules():
        if name != "alpyna_hook.config":
            used = {node.attr for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Attribute)}
            assert used.isdisjoint({"environ", "getenv", "environb"}), name


def test_what_benchmarks_import_is_there() -> None:
    """Nobody runs them after each change."""
    for path in (ROOT / "benchmarks").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("alpyna", "alpyna_hook", "profiler"):
                names = [alias.name for alias in node.names]
                absent = [name for name in names if not _is_there(node.module, name)]
                assert not absent, (path.name, node.module, absent)


def _is_there(module: str, name: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), name) or bool(importlib.util.find_spec(f"{module}.{name}"))
    except ModuleNotFoundError:
        return False

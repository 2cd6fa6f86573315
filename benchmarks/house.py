"""Lines of each room of the package, at an earlier commit and now, and what it takes to add something.

    python -m benchmarks.house [--before 2f11bf2]
"""

from __future__ import annotations

import argparse
import ast
import subprocess
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "alpyna_hook"
RESULT = ROOT / "benchmarks" / "results" / "house.md"
LARGE = 300
Files = dict[str, str]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def at(commit: str) -> Files:
    names = git("ls-tree", "-r", "--name-only", commit, PACKAGE).splitlines()
    return {name: git("show", f"{commit}:{name}") for name in names if name.endswith(".py")}


def now() -> Files:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in (ROOT / PACKAGE).rglob("*.py")}


def room(name: str) -> str:
    folder = Path(name).parent
    return "(top level)" if folder == Path(PACKAGE) else folder.relative_to(PACKAGE).parts[0] + "/"


def counts(files: Files) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, text in files.items():
        found[room(name)] += text.count("\n")
    return found


def functions(files: Files) -> list[int]:
    """Lines of each function."""
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for text in files.values() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)
    ]


def shape(files: Files) -> str:
    lines = sorted(text.count("\n") for text in files.values())
    lengths = functions(files)
    large = sum(n > LARGE for n in lines)
    return (f"{len(files)} files, the longest of {lines[-1]} lines, {large} above {LARGE}; {len(lengths)} functions of "
            f"{sum(lengths) / len(lengths):.1f} lines on average, the longest of {max(lengths)}")


def added() -> list[str]:
    """The tests that add something, and the lines of them that touch the package."""
    tree = ast.parse((ROOT / "tests" / "operators" / "test_adding.py").read_text(encoding="utf-8"))
    rows = []
    for test in tree.body:
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            calls = [n for n in ast.walk(test) if isinstance(n, ast.Call) and ast.unparse(n.func).startswith("monkeypatch.set")]
            touched = [f"`{ast.unparse(call.args[0])}[{ast.unparse(call.args[1])}]`" for call in calls]
            rows.append(f"| {test.name.removeprefix('test_').replace('_', ' ')} | {', '.join(touched)} |")
    return rows


def table(before: str) -> str:
    old, new = at(before), now()
    first, second = counts(old), counts(new)
    lines = [f"# The house\n\n`python -m benchmarks.house --before {before}`: lines of `{PACKAGE}` at {before} and now.\n",
             "| room | before | now |", "|---|---:|---:|"]
    lines += [f"| {name} | {first[name] or ''} | {second[name] or ''} |" for name in sorted({*first, *second})]
    lines += [f"| all | {first.total()} | {second.total()} |\n", f"Before: {shape(old)}.\n", f"Now: {shape(new)}.\n"]
    lines += ["What it takes to add something, as `tests/operators/test_adding.py` does it:\n", "| to add | touches |", "|---|---|"]
    lines += added()
    dummy = (ROOT / "tests" / "devices" / "dummy.py").read_text(encoding="utf-8").count("\n")
    lines += [f"| a device | a class that speaks the protocol of `devices/target.py` (`tests/devices/dummy.py`: {dummy} lines), "
              "and its entry point |"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--before", default="2f11bf2")
    text = table(parser.parse_args().before)
    RESULT.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()

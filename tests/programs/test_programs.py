"""Whole marked programs, one file for each construct: plain against accelerated.

A nest must run accelerated (or raise) unless its line says `# expect: slug ...`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.differential import Program, Run

FOLDER = Path(__file__).with_name("constructs")
FILES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_program(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    compared = Program(source).load()
    assert compared.plain.error is None
    assert compared.difference is None, compared.difference
    lines = source.splitlines()
    assert [wrong for run in compared.runs if (wrong := _unexpected(run, lines[run.line - 1], path.stem))] == []
    assert compared.runs


def _unexpected(run: Run, line: str, stem: str) -> str | None:
    found = re.search(r"# expect: (.*)", line)
    allowed = found[1].split() if found else ["accelerated"]
    if stem == "raising":
        allowed.append("flagged")
    verdict = "accelerated" if run.accelerated == run.runs > 0 else run.reason or "no reason"
    return None if verdict in allowed else f"{run.line}: {verdict}, expected {' '.join(allowed)}: {line.strip()}"


def test_there_are_programs() -> None:
    assert len(FILES) >= 15

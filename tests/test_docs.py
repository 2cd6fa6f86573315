"""What README and docs say of files, options and modules is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alpyna.cli import COMMANDS
from alpyna_hook.config import Options

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_and_folders_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:alpyna_hook|alpyna|profiler|tests|examples|benchmarks|docs)/[\w/.]*)`", text)
    for name in named:
        assert (ROOT / name).exists() or name.startswith("benchmarks/results"), name


@pytest.mark.parametrize("module", sorted(set(re.findall(
    r"`((?:(?:\w+)/)?\w+\.py)`",
    (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"),
))))
def test_the_modules_of_the_architecture_exist(module: str) -> None:
    folders = [ROOT, ROOT / "alpyna_hook", *(path for path in (ROOT / "alpyna_hook").iterdir() if path.is_dir())]
    assert any((folder / module).is_file() for folder in folders)


def test_every_option_is_in_the_readme() -> None:
    for name in Options._fields:
        assert re.search(rf"^\| `{name}` \| `ALPYNA_{name.upper()}` \|", README, re.MULTILINE), name


def test_the_readme_and_the_docs_name_every_command() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for command in COMMANDS:
        assert f"alpyna {command}" in text, command


def test_the_readme_has_its_two_commands() -> None:
    blocks = re.findall(r"```\n(python3 -m venv .*?)\n```", README, re.DOTALL)
    assert len(blocks) == 2
    assert "examples/quickstart.py" in blocks[0]
    assert f"<!-- ci:test -->\n```\n{blocks[1]}\n" in README
    assert "\n" not in "".join(blocks)

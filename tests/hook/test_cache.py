"""The bytecode cache: where it lies, what it refuses, and that it never decides a result."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alpyna_hook import log
from alpyna_hook.hook import cache
from alpyna_hook.hook.loader import prepare
from tests.hook.processes import Program

SOURCE = b"# alpyna: accelerate fp=relaxed\ndef f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path / "user"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(log, "_target", "1")
    path = tmp_path / "lib" / "m.py"
    path.parent.mkdir(mode=0o755)
    path.write_bytes(SOURCE)
    return path


def stored(module: Path) -> Path:
    assert prepare(SOURCE, str(module)) is not None
    (path,) = (module.parent / "__pycache__").iterdir()
    return path


def messages(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split(": ", 1)[1] for line in capsys.readouterr().err.splitlines()]


def test_an_entry_comes_back_as_it_was(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stored(module)
    assert path.name.startswith(f"m.{sys.implementation.cache_tag}")
    assert str(path) == cache.beside(str(module))
    entry = cache.load(str(module), SOURCE)
    assert entry is not None
    (site,) = entry.table.sites
    assert (site.qualname, site.lineno, site.params, site.targets) == ("f", 4, ("n", "s"), ("i", "s"))
    assert (entry.accelerate, entry.options) == (True, {"fp": "relaxed"})
    assert messages(capsys)[-1] == f"cache hit {path}"


@posix
def test_only_the_user_can_read_and_write_it(module: Path) -> None:
    path = stored(module)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    prepare(SOURCE, str(module), main=True)
    assert stat.S_IMODE(Path(cache.user_directory()).stat().st_mode) == 0o700


def _at(offset: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]


@pytest.mark.parametrize(("damage", "reason"), [
    (lambda data: b"", "the file is cut short"),
    (lambda data: data[:55], "the file is cut short"),
    (lambda data: data[:-1], "the file is damaged"),
    (_at(0), "another format"),
    (_at(16), "another version or other options"),
    (_at(32), "the source has another size"),
    (_at(40), "the source has changed"),
    (_at(48), "the file is damaged"),
    (_at(200), "the file is damaged"),
])
def test_a_broken_file_is_a_miss(
    module: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[bytes], bytes], reason: str
) -> None:
    path = stored(module)
    path.write_bytes(damage(path.read_bytes()))
    capsys.readouterr()
    assert cache.load(str(module), SOURCE) is None
    assert messages(capsys)[0] == f"cache miss {path}: {reason}"
    assert prepare(SOURCE, str(module)) is not None  # writes it anew
    assert cache.load(str(module), SOURCE) is not None


@posix
@pytest.mark.parametrize("place", ["file", "folder"])
@pytest.mark.parametrize("bit", [stat.S_IWGRP, stat.S_IWOTH])
def test_what_others_can_write_is_not_read(
    module: Path, capsys: pytest.CaptureFixture[str], place: str, bit: int
) -> None:
    path = stored(module)
    target = path if place == "file" else path.parent
    target.chmod(stat.S_IMODE(target.stat().st_mode) | bit)
    capsys.readouterr()
    assert cache.load(str(module), SOURCE) is None
    subject = "it" if place == "file" else "its folder"
    assert messages(capsys)[0] == f"cache miss {path}: {subject} can be written by other users"
    if place == "folder":  # then the user's own directory serves
        assert prepare(SOURCE, str(module)) is not None
        assert Path(cache.in_user_directory(str(module))).exists()
        assert cache.load(str(module), SOURCE) is not None


@posix
def test_what_belongs_to_others_is_not_read(
    module: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(module)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    capsys.readouterr()
    assert (cache.load(str(module), SOURCE) is None) == (owner != 0)
    monkeypatch.setattr(os, "geteuid", lambda: owner)
    if owner == 0:
        os.chown(path, 12345, -1)
        assert cache.load(str(module), SOURCE) is None
        assert f"cache miss {path}: it belongs to another user" in messages(capsys)


@posix
def test_links_and_other_things_are_not_followed(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stored(module)
    other = path.rename(path.with_name("elsewhere"))
    path.symlink_to(other)
    assert cache.load(str(module), SOURCE) is None
    path.unlink()
    path.mkdir()
    assert cache.load(str(module), SOURCE) is None
    texts = [text for text in messages(capsys) if "cache miss" in text and str(path) in text]
    assert "it cannot be opened" in texts[-2]
    assert "it is not a file" in texts[-1] or "it cannot be opened" in texts[-1]


def test_no_bytecode_is_written_when_python_is_told_not_to(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert prepare(SOURCE, str(module)) is not None
    assert not (module.parent / "__pycache__").exists()


def test_a_folder_that_cannot_be_written(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (module.parent / "__pycache__").write_text("a file where the folder should be")
    assert prepare(SOURCE, str(module)) is not None
    assert Path(cache.in_user_directory(str(module))).exists()
    assert any("cache not written" in text for text in messages(capsys))
    assert cache.load(str(module), SOURCE) is not None


def test_nowhere_to_write(module: Path, tmp_path: Path) -> None:
    (module.parent / "__pycache__").write_text("")
    (tmp_path / "user").write_text("")
    assert prepare(SOURCE, str(module)) is not None


def test_pycache_prefix(module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    assert prepare(SOURCE, str(module)) is not None
    assert not (module.parent / "__pycache__").exists()
    assert len(list((tmp_path / "elsewhere").rglob("*.bin"))) == 1


def test_no_temporary_file_is_left(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full)
    assert prepare(SOURCE, str(module)) is not None
    assert [path for path in module.parent.parent.rglob("*") if path.suffix in (".tmp", ".bin")] == []


def test_a_module_marked_from_outside_is_not_marked_when_it_is_no_longer_named(module: Path) -> None:
    plain = SOURCE.replace(b"# alpyna: accelerate fp=relaxed", b"# alpyna: skip")
    assert prepare(plain, str(module), marked=True) is not None
    assert prepare(plain, str(module)) is None


def test_optimisation_levels_have_files_of_their_own(program: Program) -> None:
    program.write("m.py", SOURCE)
    program.write("main.py", "import m\nprint(m.f(3))\n")
    for flags in ([], ["-O"], ["-OO"]):
        assert program.python(*flags, "main.py", hook=True).out == "3\n"
    names = {path.name for path in (program.folder / "__pycache__").glob("m.*.bin")}
    assert len(names) == 3


def test_a_warm_import_needs_neither_parser_nor_capture(program: Program) -> None:
    program.write("m.py", SOURCE)
    program.write("main.py", (
        "import sys, m\nprint([name for name in ('alpyna_hook.capture', 'alpyna_hook.hook.rewrite', 'numpy', 'numba')"
        " if name in sys.modules], m.f(0))\n"))
    program.python("main.py", hook=True, check=True, ALPYNA_DEVICE="interpreter")
    assert program.python("main.py", hook=True).out == "[] 0\n"


def test_a_change_in_any_file_that_rewrites_makes_all_files_stale() -> None:
    """What Sites do at run time is not in the files."""
    program = (
        "import sys, alpyna_hook.hook.rewrite\n"
        "print(*{name.split('.')[1] for name, m in sys.modules.items() if name.startswith('alpyna_hook.') and hasattr(m, '__path__')})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert {"hook", "capture"} <= {*done.stdout.split()} <= {*cache._REWRITING, "guest", "runtime"}

"""The cache file of unmarked sources, in a folder where somebody else has put something in its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from alpyna_hook.guest import files
from tests.hook.processes import ROOT, Program

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links, pipes and owners of POSIX")


def link(place: Path, other: Path) -> None:
    place.symlink_to(other)


def hard_link(place: Path, other: Path) -> None:
    place.hardlink_to(other)


def pipe(place: Path, other: Path) -> None:
    os.mkfifo(place)


def open_to_all(place: Path, other: Path) -> None:
    place.write_bytes(b"")
    place.chmod(0o666)


def folder_open_to_all(place: Path, other: Path) -> None:
    place.parent.chmod(0o777)


@pytest.mark.parametrize("put", [link, hard_link, pipe, open_to_all, folder_open_to_all])
def test_nothing_is_read_or_written(put: Callable[[Path, Path], None], program: Program) -> None:
    other = program.folder / "valuable"
    other.write_bytes(b"valuable")
    program.cache.mkdir(mode=0o700)
    place = program.cache / "unmarked"
    put(place, other)
    program.write("plain_module.py", "x = 1\n")
    program.write("main.py", "import alpyna_hook\nalpyna_hook.install()\nimport plain_module\nprint(plain_module.x)\n")
    done = program.python("main.py", PYTHONPATH=os.pathsep.join([str(ROOT), str(program.folder)]))  # a pipe would hang it
    assert (done.out, done.err) == ("1\n", "")
    assert other.read_bytes() == b"valuable"
    assert not place.is_file() or place.read_bytes() in (b"", b"valuable")
    for attempt in (lambda: files.read(place), lambda: files.append(place, b"x", 0)):
        with pytest.raises(OSError):
            attempt()
    assert other.read_bytes() == b"valuable"


def test_a_file_of_our_own(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for data in (b"one", b"two"):
        files.append(tmp_path / "file", data, 100)
    assert files.read(tmp_path / "file") == b"onetwo"
    files.append(tmp_path / "file", b"three", 5)
    assert files.read(tmp_path / "file") == b"three"

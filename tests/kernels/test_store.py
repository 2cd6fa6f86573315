"""Object code is kept from one run to the next, and what is wrong with a file loses nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from alpyna_hook.kernels import store
from alpyna_hook.kernels.store import Key
from alpyna_hook.runtime.earlier import loads_itself

KEY = Key("kernel", "compiler", "processor")
CODE = bytes(range(256)) * 20
POSIX = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one file of a store."""
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_until_look", [0])
    store.save(KEY, CODE)
    (path,) = map(Path, store.stored())
    return path


def test_what_was_saved_is_loaded_again(kept: Path) -> None:
    assert store.load(KEY) == CODE


@POSIX
def test_nobody_else_can_read_or_write_it(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("other", [KEY._replace(kernel="k"), KEY._replace(compiler="c"), KEY._replace(processor="p")])
def test_another_kernel_compiler_or_processor_is_another_file(kept: Path, other: Key) -> None:
    assert store.load(other) is None
    store.save(other, b"other")
    assert (store.load(KEY), store.load(other)) == (CODE, b"other")


def test_another_version_of_ours_is_another_file(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_fingerprint", lambda: "another")
    assert store.load(KEY) is None


def _flip(place: int) -> Callable[[Path], object]:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)

    return flip


def _as_link(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "removed": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "cut in its head": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "a bit of the format": _flip(0),
    "a bit of the key": _flip(20),
    "a bit of the digest": _flip(60),
    "a bit of the code": _flip(-1),
    "the file of another kernel": lambda path: path.write_bytes(_other(path)),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "writable by all": lambda path: path.chmod(0o666),
    "in a folder that all can write to": lambda path: path.parent.chmod(0o777),
    "a link": _as_link,
    "a second name": lambda path: os.link(path, path.with_suffix(".second")),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path, 0o600)),
    "of another user": lambda path: os.chown(path, 12345, 12345),
}


def _other(path: Path) -> bytes:
    store.save(KEY._replace(kernel="another"), CODE)
    (other,) = [each for each in store.stored() if each != str(path)]
    return Path(other).read_bytes()


@POSIX
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_cannot_be_trusted_counts_as_not_there(damage: str, kept: Path) -> None:
    if damage == "of another user" and os.geteuid():
        pytest.skip("only root gives files away")
    DAMAGES[damage](kept)
    assert store.load(KEY) is None
    store.save(KEY, CODE)  # raises nothing, and mends what it can
    expected = None if damage in ("a folder", "in a folder that all can write to") else CODE
    assert store.load(KEY) == expected


def test_where_nothing_can_be_kept_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path / "file"))
    store.save(KEY, CODE)
    assert store.load(KEY) is None and store.stored() == []


def test_those_that_were_not_used_for_the_longest_time_go(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = kept.stat().st_size
    monkeypatch.setattr(store, "LIMIT", 8 * size)
    keys = [KEY._replace(kernel=str(k)) for k in range(8)]
    for k, key in enumerate(keys):
        store.save(key, CODE)
        os.utime(store._path(key.digest), (k, k))
    os.utime(kept, (100, 100))
    assert store.load(keys[0]) == CODE  # which makes it the last that was used
    store._until_look[0] = 0
    store.save(KEY._replace(kernel="one more"), CODE)
    found = [store.load(key) is not None for key in keys]
    assert found == [True, False, False, False, False, True, True, True]
    assert store.load(KEY) == CODE and len(store.stored()) == 6


def test_many_may_write_and_read_at_once(kept: Path) -> None:
    results = []

    def work() -> None:
        for _ in range(30):
            store.save(KEY, CODE)
            results.append(store.load(KEY))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [CODE] * 240
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


PROGRAM = """\
import sys
import numpy as np
def f(a):
    for i in range(1, len(a)):
        a[i] = a[i] * 0.5 + a[i - 1]
    return a
print(f(np.arange(10.0)).tolist())
engines = {"alpyna_hook.kernels.llvm_engine", "alpyna_hook.kernels.bare"}
print([not engines.isdisjoint(sys.modules), *[name in sys.modules for name in ("alpyna_hook.emit.llvm", "numba")]])
"""


def test_a_second_run_compiles_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    settings = {"ALPYNA_DEVICE": "cpu", "ALPYNA_STRICT": "1", "ALPYNA_CACHE_DIR": str(tmp_path / "cache"), "ALPYNA_JIT": "llvm"}

    def run() -> list[str]:
        command = [sys.executable, "-m", "alpyna", "run", str(tmp_path / "main.py")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **settings})
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    numbers = "[0.0, 0.5, 1.5, 3.0, 5.0, 7.5, 10.5, 14.0, 18.0, 22.5]"
    assert run() == [numbers, "[True, True, False]"]
    assert run() == [numbers, f"[{not loads_itself()}, False, False]"]
    path = max((tmp_path / "cache" / "kernels").glob("*.o"), key=lambda path: path.stat().st_size)  # the other tells of the processor
    path.write_bytes(path.read_bytes()[:100])
    assert run() == [numbers, "[True, True, False]"]
    assert run() == [numbers, f"[{not loads_itself()}, False, False]"]


def test_kernels_are_kept_elsewhere_while_the_machine_is_measured(kept: Path, tmp_path: Path) -> None:
    with store.elsewhere(str(tmp_path / "other")):
        assert store.load(KEY) is None
        store.save(KEY, CODE)
        assert store.load(KEY) == CODE
    assert store.load(KEY) == CODE and [*(tmp_path / "other").iterdir()] != [] and store.stored() == [str(kept)]

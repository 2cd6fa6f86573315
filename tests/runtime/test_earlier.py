"""What compiling is taken to cost where an earlier process has compiled the nest."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from alpyna_hook import Options, static_analyse
from alpyna_hook.kernels import build, store
from alpyna_hook.runtime import decide, earlier, investments as module
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.investments import Investments

OUTLINE = 100, False, False, ((0.0,) * 8, ()), ()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(earlier, "_known", {})
    monkeypatch.setattr(module, "import_seconds", lambda jit, stored: 0.0)
    (tmp_path / "cache" / "kernels").mkdir(parents=True, mode=0o700)


def test_a_later_process_knows_what_was_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not earlier.has_compiled(b"one")
    for nest in (b"one", b"two", b"one"):
        earlier.note(nest)
    monkeypatch.setattr(earlier, "_known", {})
    assert earlier.has_compiled(b"one") and earlier.has_compiled(b"two") and not earlier.has_compiled(b"three")
    assert Path(earlier.path()).stat().st_size == 16
    assert store.stored() == [earlier.path()]  # for `alpyna cache clear`


@pytest.mark.parametrize("damage", ["cut", "folder", "link", "of others"])
def test_a_file_that_cannot_be_trusted_tells_nothing(damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier.note(b"one")
    earlier.note(b"two")
    path = Path(earlier.path())
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:13])
        case "folder":
            path.unlink()
            path.mkdir()
        case "link":
            other = path.rename(path.with_suffix(".other"))
            path.symlink_to(other)
        case _:
            path.chmod(0o666)
    monkeypatch.setattr(earlier, "_known", {})
    assert earlier.has_compiled(b"one") == (damage == "cut") and not earlier.has_compiled(b"two")
    earlier.note(b"three")  # whether or not it can be written
    assert earlier.has_compiled(b"three")


def test_what_is_in_the_store_is_worth_it_sooner() -> None:
    earlier.note(b"nest")
    known = Investments(lambda: 100.0)
    stored, new = Estimate(OUTLINE, b"nest"), Estimate(OUTLINE, b"other")
    stored.sure = new.sure = True
    assert known.cost(stored) < 0.7 * known.cost(new)
    between = (known.cost(stored) + known.cost(new)) / 2
    assert known.worth_one_run(between, stored) and not known.worth_one_run(between, new)
    assert known.worth_all_runs(1, between, stored) and not known.worth_all_runs(2, between, new)
    assert known.cost(stored, "numba") == known.cost(new, "numba")  # which keeps nothing


def test_what_either_costs_is_learned_apart() -> None:
    earlier.note(b"nest")
    known = Investments(lambda: 100.0)
    stored, new = Estimate(OUTLINE, b"nest"), Estimate(OUTLINE, b"other")
    before = known.cost(stored), known.cost(new)
    for _ in range(8):
        known.compiled(new, 3 * before[1])
    assert known.cost(stored) == before[0] and known.cost(new) == pytest.approx(3 * before[1], rel=0.05)


def test_a_store_that_is_found_to_lack_them_is_no_longer_counted_on() -> None:
    names = [str(k).encode() for k in range(4)]
    for name in names:
        earlier.note(name)
    known = Investments(lambda: 100.0)
    nests = [Estimate(OUTLINE, name) for name in names]
    cheap = known.cost(nests[0])
    for nest in nests[:2]:
        known.compiled(nest, 0.05, stored=False)
    assert known.cost(nests[3]) > 1.5 * cheap
    for nest in nests[2:]:
        known.compiled(nest, 0.01, stored=True)
    assert known.cost(nests[0]) < 1.5 * cheap


def test_the_runtime_tells_what_was_in_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def compiled(*args: object, stored: bool, first: bool) -> None:
        seen.append(stored)

    source = "def f(a):\n    for i in range(len(a)):\n        a[i] = a[i] * 1.5 + {number}\n"
    monkeypatch.setattr(module.INVESTMENTS, "compiled", compiled)
    for _ in range(2):
        made = static_analyse(source.format(number=7), Options(device="cpu", jit="llvm", strict=True))
        made.f(np.ones(4))
        build.forget()
    assert seen == [False, True]


@pytest.mark.parametrize(("itself", "stored", "needed"), [(True, True, False), (True, False, True), (False, True, True)])
def test_what_is_in_the_store_needs_no_library_where_it_is_loaded_without(
    itself: bool, stored: bool, needed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "is_imported", lambda jit: False)
    monkeypatch.setattr(decide, "measured", lambda: None)
    monkeypatch.setattr(earlier, "loads_itself", lambda: itself)
    monkeypatch.setitem(sys.modules, "alpyna_hook.runtime.engine", decide)
    assert (decide.import_seconds("llvm", stored=stored) > 0.0) is needed
    assert decide.import_seconds("numba", stored=stored) > 0.0

"""What another thread does for one that waits: an exception may come to that one at any moment."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.guest.errstate import with_errors
from alpyna_hook.guest.room import with_more_room
from alpyna_hook.runtime.errand import Errand, aside, late
from tests.differential import check


class Interrupting:
    """A lock, at which an interrupt comes when it is just taken."""

    def __init__(self, lock: Any) -> None:
        self.lock = lock
        self.taken = 0

    def acquire(self, timeout: float = -1.0) -> bool:
        assert not self.taken, "who waits for it again, waits for ever"
        if self.lock.acquire(timeout=timeout):
            self.taken += 1
            raise KeyboardInterrupt
        return False

    def release(self) -> None:
        self.lock.release()


def test_an_interrupt_as_an_errand_ends() -> None:
    """That it has ended is not forgotten with it."""
    errand = Errand(lambda: 3)
    lock = errand._running = Interrupting(errand._running)  # type: ignore[assignment]
    errand.run()
    with pytest.raises(KeyboardInterrupt):
        lock.acquire()
    assert lock.taken == 1
    errand.wait()
    assert errand.wait_for_a_moment()
    errand.wait_in_any_case()
    assert errand.result() == 3


def test_an_interrupt_as_one_waits_for_a_moment() -> None:
    for ended in (False, True):
        errand = Errand(lambda: 3)
        plain, lock = errand._running, Interrupting(threading.Lock())
        errand._running = lock  # type: ignore[assignment]
        assert errand.wait_for_a_moment() is False
        errand._running = plain
        if ended:
            errand.run()
        assert errand.wait_for_a_moment() is ended


def test_ticks_while_one_waits() -> None:
    ticks: list[int] = []
    go = threading.Event()

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 2:
            go.set()

    assert aside(go.wait, tick)
    assert len(ticks) >= 2


class Entered(np.errstate):
    """An interrupt comes as it is just entered."""

    def __enter__(self) -> None:
        super().__enter__()
        raise KeyboardInterrupt


def test_the_setting_of_errors_is_not_left_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = np.geterr()
    assert with_errors("raise", np.geterr) == dict.fromkeys(before, "raise")
    monkeypatch.setattr(np, "errstate", Entered)
    with pytest.raises(KeyboardInterrupt):
        with_errors("raise", np.geterr)
    assert np.geterr() == before


def test_an_interrupt_while_a_header_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def f(a):\n    s = 0.0\n    for x in a[1:] * 2.0:\n        s += x\n    return s\n"
    check(source, np.arange(5.0))
    before = np.geterr()
    monkeypatch.setattr(np, "errstate", Entered)
    module = alpyna_hook.static_analyse(source, alpyna_hook.Options(device="cpu", strict=True))
    with pytest.raises(KeyboardInterrupt):
        module.f(np.arange(5.0))
    assert np.geterr() == before


def test_the_limit_of_recursion_is_not_left_changed() -> None:
    before = sys.getrecursionlimit()
    assert with_more_room(sys.getrecursionlimit) > before

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with_more_room(interrupted)
    assert sys.getrecursionlimit() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_late_import_is_of_another_thread_and_forks_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import threading, time\nstarted = threading.get_ident()\ntime.sleep(0.3)\n"
    (tmp_path / "late_and_slow.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    first = threading.Thread(target=late, args=("late_and_slow",))
    first.start()
    while "late_and_slow" not in sys.modules:
        time.sleep(0.001)
    child = os.fork()
    if not child:
        faulthandler.dump_traceback_later(20, exit=True)
        os._exit(int(late("late_and_slow").started == threading.get_ident()))
    first.join()
    assert os.waitpid(child, 0)[1] == 0
    assert late("late_and_slow").started not in (threading.get_ident(), first.ident)
    sys.modules.pop("late_and_slow")

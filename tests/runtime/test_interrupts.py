"""An interrupt that arrives as a kernel returns, so that its status is lost."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from alpyna_hook.runtime.interrupts import Work, run
from alpyna_hook.runtime.memory import Transaction


@pytest.mark.parametrize("stored", [True, False])
def test_what_can_be_undone_is_undone(stored: bool) -> None:
    array = np.zeros(3)

    def entry(_frame: int) -> int:
        if stored:
            array[:] = 7.0
        raise KeyboardInterrupt

    saved = Transaction([array] if stored else [])
    work = Work(entry, ctypes.create_string_buffer(64), 3, 0.0, 0, True, False, saved, True)
    with pytest.raises(KeyboardInterrupt):
        run(work)
    assert array.tolist() == [0.0, 0.0, 0.0]

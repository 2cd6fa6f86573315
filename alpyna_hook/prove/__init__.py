"""What the live values settle of a typed nest's obligations.

`settle` gives one character for each obligation:

    P N M   an index is never negative, always negative, or either, and in range
    K       the obligation holds
    W       it may fail, and the program has asked NumPy not to tell (np.errstate): wrap around
    H       the floating-point unit's flags will tell
    C       the kernel must check
"""

from __future__ import annotations

from alpyna_hook.prove.anchors import anchored
from alpyna_hook.prove.values import Proof, prove

__all__ = ["Proof", "anchored", "prove"]

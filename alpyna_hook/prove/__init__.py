"""What the live values settle of a typed nest's obligations.

`settle` gives one character for each obligation:

    P N M   an index is never negative, always negative, or either, and in range
    K       the obligation holds
    L       the loop may have many iterations (of a trip count; K: few)
    W       overflow: it may fail, and the program has asked NumPy not to tell (np.errstate): wrap around;
            finite: the floating-point unit's flags will tell, if the result is added to a sum
    H       the floating-point unit's flags will tell
    C       the kernel must check
"""

from __future__ import annotations

from alpyna_hook.prove.anchors import anchored
from alpyna_hook.prove.values import Proof, prove

__all__ = ["Proof", "anchored", "prove"]

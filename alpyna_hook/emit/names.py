"""Names of a kernel's variables that cannot collide, and that every dialect can take."""

from __future__ import annotations

import keyword

from alpyna_hook.ir.kernel_values import REPS
from alpyna_hook.operators.helpers import HELPERS

# what the printed kernels use beside the names of `is_typed`
WORDS = frozenset(
    "frame kernel bad seen left trip low high pointer poll flagged strip inf nan"
    " range complex abs bool True False None".split()
) | HELPERS | {f"wrap_{op}" for op in ("add", "sub", "mul")}


class Names:
    """Identifiers for the names of a nest: `self.n` becomes `self_n`; clashes get a number, and so does what
    looks like a function of ours for one representation."""

    def __init__(self, functions: frozenset[str] = frozenset()) -> None:
        self._used = {*WORDS, *functions}
        self._known: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self.named(name, name)

    def named(self, key: str, preferred: str) -> str:
        """The identifier for a key, made from another text."""
        if key not in self._known:
            self._known[key] = self.fresh(preferred)
        return self._known[key]

    def fresh(self, name: str) -> str:
        stem = name
        if not (name.isascii() and name.isidentifier()):
            letters = [c if c.isalnum() else "_" for c in name]
            stem = "".join([c if c.isascii() else "u" for c in letters]).strip("_")
        if not stem or stem[0].isdigit() or keyword.iskeyword(stem):
            stem = "v" + stem
        candidate, number = stem, 0
        while candidate in self._used or is_typed(candidate):
            number += 1
            candidate = f"{stem}_{number}"
        self._used.add(candidate)
        return candidate


def is_typed(name: str) -> bool:
    """Does it end with a representation, as `fabs_f8`, `get_i8`, `load_f8_g0` and the types themselves do?"""
    *others, last = name.split("_")
    if others and last[:1] == "g" and last[1:].isdigit():
        last = others[-1]
    return last in REPS

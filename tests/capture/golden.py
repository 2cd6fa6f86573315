"""The IR of every loop of `test_same`, before and after `resolve_swaps` and `resolve_views`, as one text.

`python -m tests.capture.golden` writes it anew: then look at the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alpyna_hook.bind.swaps import resolve_swaps
from alpyna_hook.bind.views import resolve_views
from alpyna_hook.ir.text import pretty
from alpyna_hook.reasons import Declined
from tests.capture.differential import namespace, nest_of, ranks_of
from tests.capture.test_same import ARRAYS, LOOPS

GOLDEN = Path(__file__).with_name("golden.txt")


def describe(name: str) -> Iterator[str]:
    nest = nest_of(LOOPS[name])
    captured = pretty(nest)
    yield f"# {name}\n{captured}"
    try:
        ranks = ranks_of(nest, namespace(ARRAYS))
        swapped, choices = resolve_swaps(nest, ranks)
        resolved, views = resolve_views(swapped, ranks)
    except Declined as declined:
        yield f"# declined: {declined}"
        return
    if pretty(resolved) != captured:
        yield "# with ranks:\n" + pretty(resolved)
    for view in views.values():
        yield f"# {view.name} = {view.array}{list(view.index)} once {view.witness} is set"
    for name, choice in choices.items():
        yield f"# {name} = {list(choice.arrays)}[@which]"


def text() -> str:
    return "\n\n".join("\n".join(describe(name)) for name in LOOPS) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(text())

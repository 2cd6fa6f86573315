"""Which of several allowed verdicts each example of the tables gives, as recorded.

`python -m tests.semantics.verdicts` records them anew: then look at the difference.  A nest that comes to be
replayed, or declined, where it ran compiled is a defect, also if its result stays right.  Other Pythons and NumPys
may lawfully differ from the ones that the first line names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from tests.differential import check
from tests.semantics.example import Example

RECORDED = Path(__file__).with_name("verdicts.txt")
HERE = f"CPython {sys.version_info.major}.{sys.version_info.minor}, NumPy {'.'.join(np.__version__.split('.')[:2])}"


def allowed(example: Example) -> list[str]:
    """The verdict that is recorded for these versions, if any; else all that may be."""
    where, verdicts = recorded()
    verdict = verdicts.get(str(example)) if where == HERE else None
    return [verdict] if verdict else example.expect.split()


@cache
def recorded() -> tuple[str, dict[str, str]]:
    where, *lines = RECORDED.read_text(encoding="utf-8").splitlines()
    return where, dict(line.rsplit(" ", 1) for line in lines)  # type: ignore[misc]


def undecided(examples: Iterable[Example]) -> list[Example]:
    return [example for example in examples if " " in example.expect]


def verdict(example: Example) -> str:
    return check(example.source, *example.inputs, expect=None, conditions=example.conditions).verdict


def main() -> None:
    from tests.semantics.test_table import EXAMPLES

    lines = [f"{example} {verdict(example)}" for example in undecided(EXAMPLES)]
    RECORDED.write_text("\n".join([HERE, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

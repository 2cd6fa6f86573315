"""What the source alone decides."""

from __future__ import annotations

import textwrap

import pytest

from alpyna_hook.hook.static import of_source
from alpyna_hook.seam.site import all_modules


def entries(source: str) -> list[tuple[int, str, str | None, list[str]]]:
    found = of_source(textwrap.dedent(source).encode(), "static.py")
    return [(e["line"], e["qualname"], e["reason"], e.get("reads", [])) for e in found]


def test_loops_in_the_order_of_lines_the_outermost_that_are_eligible() -> None:
    assert entries("""\
        def f(a, n):
            for i in range(n):
                for j in range(i):
                    a[i] = a[i] + a[j]

        class C:
            def g(self, names):
                while names:
                    print(f"{names}")
                    for k in range(self.n):
                        self.total[k] = k
    """) == [
        (2, "f", None, ["n", "a"]),
        (8, "C.g", "expression", []),
        (10, "C.g", None, ["self.n", "self.total"]),
    ]


def test_a_refused_loop_has_its_place() -> None:
    entry, = of_source(b"for c in range(3):\n    s = 'x' + c\n", "static.py")
    assert (entry["reason"], entry["place"]) == ("expression", [2, 8, 2, 11])


def test_nothing_is_registered_or_run() -> None:
    known = all_modules()
    assert entries("raise SystemExit\nfor i in range(3):\n    x = i\n") == [(2, "<module>", None, [])]
    assert known == all_modules()


def test_a_source_that_does_not_compile() -> None:
    with pytest.raises(SyntaxError):
        of_source(b"for\n", "static.py")
    with pytest.raises(SyntaxError):
        of_source(b"break\n", "static.py")


def test_skipped_loops() -> None:
    assert entries("# alpyna: skip\nfor i in range(3):\n    x = i\n") == [(2, "<module>", "skipped", [])]

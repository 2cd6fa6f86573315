"""All constructs of a nest that cannot be compiled, not only the first."""

from __future__ import annotations

import ast
import textwrap

import pytest

from alpyna_hook.capture import capture_nest
from alpyna_hook.capture.survey import obstacles
from alpyna_hook.reasons import MOST_OBSTACLES, Declined


def found(source: str) -> list[tuple[int, str]]:
    """Line and detail of each; the first is the one that the capture refuses."""
    loop = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(loop, ast.For | ast.While)
    with pytest.raises(Declined) as caught:
        capture_nest(loop, filename="f.py", qualname="f")
    result = obstacles(loop, "f")
    assert (result[0].reason, result[0].detail, result[0].loc) == (caught.value.reason, caught.value.detail, caught.value.loc)
    return [(each.loc.line if each.loc else 0, each.detail) for each in result]


def test_all_are_told_in_the_order_of_the_source() -> None:
    assert found("""\
        for i in range(n):
            print("a")
            if a[i] > 0:
                x = [i]
            else:
                for k in range(3):
                    a[k] = {1: 2}
            with lock:
                x = f"{i}"
            while a[i] > 0:
                a[i] -= 1.0
                del x
        """) == [
        (2, "a string"), (4, "a list display"), (7, "a dict display"), (8, "a with statement"), (9, "an f-string"), (12, "a del statement"),
    ]


def test_what_is_in_a_loop_whose_header_is_refused() -> None:
    assert found("""\
        for k, v in d.items():
            x = "a"
            if k == "b":
                break
            try:
                y = "c"
            except ValueError as error:
                z = "d"
        else:
            w = "e"
        """) == [
        (1, "a call of d.items"), (2, "a string"), (3, "a string"), (5, "a try statement"), (6, "a string"), (8, "a string"), (10, "a string"),
    ]


def test_what_a_condition_may_rule_out_is_no_obstacle() -> None:
    assert found("for i in range(n):\n    if verbose:\n        print('here')\n    x = 'a'\n") == [(4, "a string")]


def test_functions_that_are_defined_in_the_loop_are_one_obstacle() -> None:
    assert found("for i in range(n):\n    def f():\n        return 'a'\n    x = 'a'\n") == [(2, "a function definition"), (4, "a string")]


def test_no_more_than_some() -> None:
    lines = "".join(f"    x{k} = 'a'\n" for k in range(20))
    assert len(found(f"for i in range(n):\n{lines}")) == MOST_OBSTACLES


def test_a_nest_without_any() -> None:
    loop = ast.parse("for i in range(n):\n    if i > 3:\n        break\n    a[i] = 1\n").body[0]
    assert isinstance(loop, ast.For)
    assert obstacles(loop, "f") == []

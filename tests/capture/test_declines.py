"""What the source alone rules out, with the slug, the words and the place of the refusal."""

from __future__ import annotations

import ast
import textwrap

import pytest

from alpyna_hook.capture import capture_nest
from alpyna_hook.reasons import Declined
from tests.capture.differential import nest_of


def declined(source: str) -> tuple[str, str, str]:
    """The slug, the detail and the source text of the place."""
    with pytest.raises(Declined) as caught:
        nest_of(source)
    loc = caught.value.loc
    assert loc is not None
    line = textwrap.dedent(source).splitlines()[loc.line - 1].encode()
    end = loc.end_col if loc.end_line == loc.line else len(line)
    return caught.value.reason.slug, caught.value.detail, line[loc.col : end].decode()


STATEMENTS = {
    "try:\n        pass\n    except ValueError:\n        pass": ("a try statement", "try:"),
    "with lock:\n        pass": ("a with statement", "with lock:"),
    "import math": ("an import statement", "import math"),
    "from math import pi": ("an import statement", "from math import pi"),
    "def g(): pass": ("a function definition", "def g(): pass"),
    "class C: pass": ("a class definition", "class C: pass"),
    "del s": ("a del statement", "del s"),
    "global s": ("a global statement", "global s"),
    "nonlocal s": ("a nonlocal statement", "nonlocal s"),
    "match s:\n        case 1: pass": ("a match statement", "match s:"),
    "f(i).n = 1": ("an assignment to the attribute f(i).n", "f(i).n"),
    "a[i].n += 1": ("an assignment to the attribute a[i].n", "a[i].n"),
    "while s: pass": ("a while loop that nothing in it can end", "while s: pass"),
    "x, *y = a": ("an assignment to a starred expression", "*y"),
    "x, y = 1, 2, 3": ("3 values for 2 targets", "x, y"),
    "x, y = z, w = a": ("a chained assignment to a tuple", "x, y = z, w = a"),
    "x, *y = f(i)": ("an unpacking of a call", "f(i)"),
    "a[i]: int": ("an annotation of something other than a name", "a[i]: int"),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements(statement: str) -> None:
    detail, place = STATEMENTS[statement]
    assert declined(f"for i in range(n):\n    {statement}") == ("statement", detail, place)


EXPRESSIONS = {
    "'text'": ("a string", "'text'"),
    "b'text'": ("a bytes literal", "b'text'"),
    "f'{i}'": ("an f-string", "f'{i}'"),
    "None": ("None", "None"),
    "...": ("an ellipsis", "..."),
    "[i]": ("a list display", "[i]"),
    "i + (i, j)": ("a tuple display", "(i, j)"),
    "{i}": ("a set display", "{i}"),
    "{i: j}": ("a dict display", "{i: j}"),
    "[j for j in a]": ("a list comprehension", "[j for j in a]"),
    "{j for j in a}": ("a set comprehension", "{j for j in a}"),
    "{j: j for j in a}": ("a dict comprehension", "{j: j for j in a}"),
    "sum(j for j in a)": ("a generator expression", "(j for j in a)"),
    "lambda: i": ("a lambda", "lambda: i"),
    "(yield i)": ("yield", "yield i"),
    "(yield from a)": ("yield from", "yield from a"),
    "await i": ("await", "await i"),
    "a[1:2]": ("a slice", "1:2"),
    "a[i, :]": ("a slice", ":"),
    "a[()]": ("an empty subscript", "a[()]"),
    "f(i)[0]": ("a subscript of an expression", "f(i)"),
    "a[i].flat": ("the attribute .flat of an expression", "a[i].flat"),
    "f(i)(j)": ("a call of an expression", "f(i)(j)"),
    "float('one')": ("a string", "'one'"),
    "float(x='1')": ("a string", "'1'"),
    "f(*g(i))": ("a starred expression", "*g(i)"),
    "f(**a)": ("a call with **keywords", "f(**a)"),
    "a @ b": ("the operator @", "a @ b"),
    "i is j": ("the operator 'is'", "i is j"),
    "i is not j": ("the operator 'is not'", "i is not j"),
    "i in g(a)": ("the operator 'in'", "i in g(a)"),
    "i in ()": ("an empty display", "()"),
    "i in (1, 'x')": ("a string", "'x'"),
    "i in (1, *g(a))": ("a starred expression", "*g(a)"),
    "i in [j for j in a]": ("the operator 'in'", "i in [j for j in a]"),
    "0 < i in (1, 2)": ("the operator 'in'", "0 < i in (1, 2)"),
    "i < j not in a": ("the operator 'not in'", "i < j not in a"),
    "a.shape": ("a.shape as a whole", "a.shape"),
    "a.shape[i]": ("a shape with an axis that is not a literal", "a.shape[i]"),
    "len(a + b)": ("the length or shape of an expression", "a + b"),
    "i and (s := j)": ("an assignment expression that is not always evaluated", "s := j"),
    "s + (s := j)": ("an assignment expression in the middle of an expression that it affects", "s := j"),
    "f(a) + (s := a[0])": ("an assignment expression in the middle of an expression that it affects", "s := a[0]"),
    "s if i else len(a[i])": ("the length of a row that is not always evaluated", "a[i]"),
    "i.bits": ("the attribute i.bits of a variable that is assigned here", "i.bits"),
    "i(3)": ("a call of 'i', which is assigned here", "i(3)"),
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions(expression: str) -> None:
    detail, place = EXPRESSIONS[expression]
    assert declined(f"for i in range(n):\n    x = {expression}") == ("expression", detail, place)


ITERABLES = {
    "f(n)": ("a call of f", "f(n)"),
    "tqdm(range(n))": ("a call of tqdm, whose bar the interpreter moves: loops in it are compiled", "tqdm(range(n))"),
    "d.items()": ("a call of d.items", "d.items()"),
    "range(*a)": ("a call of range", "range(*a)"),
    "range(1, 2, 3, 4)": ("range() with keywords or with 4 arguments", "range(1, 2, 3, 4)"),
    "zip(a, b, strict=k)": ("zip() with a keyword other than strict=True or strict=False", "zip(a, b, strict=k)"),
    "enumerate(a, step=2)": ("enumerate() with such arguments", "enumerate(a, step=2)"),
    "reversed(enumerate(a))": ("reversed() of something other than a range or an array", "reversed(enumerate(a))"),
    "reversed(range(0, n, k))": ("a range with a step that is not a literal, in this place", "range(0, n, k)"),
    "zip(range(0, n, k))": ("a range with a step that is not a literal, in this place", "range(0, n, k)"),
    "'text'": ("a string", "'text'"),
    "{1, 2}": ("a set display", "{1, 2}"),
    "()": ("an empty display", "()"),
    "((1, 2), 3)": ("a display of different kinds of items", "((1, 2), 3)"),
    "a @ b": ("an arithmetic expression", "a @ b"),
    "[0] * n": ("an arithmetic expression", "[0] * n"),
    "rebound": ("rebound, which the loop assigns", "rebound"),
}


@pytest.mark.parametrize("iterable", ITERABLES)
def test_iterables(iterable: str) -> None:
    detail, place = ITERABLES[iterable]
    assert declined(f"for i in {iterable}:\n    rebound = 1") == ("loop-iterable", detail, place)


TARGETS = {
    "for a[i] in range(n): pass": ("a loop variable that is a subscript", "a[i]"),
    "for a[i] in b: pass": ("a loop variable that is a subscript", "a[i]"),
    "for x, y in range(n): pass": ("a loop variable that is a tuple display", "x, y"),
    "for x in zip(a, enumerate(b)): pass": ("a tuple of tuples kept in a loop variable", "x"),
    "for x, y, z in zip(a, b): pass": ("2 values for 3 targets", "x, y, z"),
    "for (x, y), z in enumerate(a): pass": ("an unpacking of a number", "(x, y)"),
}


@pytest.mark.parametrize("source", TARGETS)
def test_targets(source: str) -> None:
    assert declined(source) == ("statement", *TARGETS[source])


@pytest.mark.parametrize("jump", ["break", "continue"])
def test_a_jump_out_of_the_nest(jump: str) -> None:
    assert declined(f"for i in range(n):\n    pass\nelse:\n    {jump}") == ("outer-jump", jump, jump)


def test_a_shadowed_builtin() -> None:
    assert declined("for i in range(n):\n    len = 3\n    x = len(a)")[1] == "a call of 'len', which is assigned here"
    assert declined("for range in range(n):\n    pass")[1] == "a call of 'range', which is assigned here"


def test_private_names_are_taken_as_they_stand() -> None:
    """The hook puts the names in that the compiler makes of them."""
    assert nest_of("for i in range(__n):\n    s += self._C__w", "C.f").reads == ("range", "__n", "s", "self._C__w")


def test_an_annotated_assignment_at_module_level() -> None:
    source = "for i in range(n):\n    x: float = 1.5"
    with pytest.raises(Declined, match="an annotated assignment at module level"):
        nest_of(source, "<module>")
    assert nest_of(source).writes == ("i", "x")


def test_skipped_loops() -> None:
    source = "for i in range(n):\n    pass\n    # alpyna: skip\n    for j in range(n):\n        pass"
    loop = ast.parse(source).body[0]
    assert isinstance(loop, ast.For)
    for lines, line in [({4}, 4), ({1}, 1)]:
        with pytest.raises(Declined) as caught:
            capture_nest(loop, filename="f.py", qualname="f", skip_lines=frozenset(lines))
        assert caught.value.reason.slug == "skipped"
        assert caught.value.loc is not None and caught.value.loc.line == line
    capture_nest(loop, filename="f.py", qualname="f", skip_lines=frozenset({3, 7}))


def test_code_that_is_nested_too_deeply() -> None:
    source = f"for i in range(n):\n    s = {' + '.join(['i'] * 1200)}"
    assert declined(source)[:2] == ("expression", "code that is nested too deeply")

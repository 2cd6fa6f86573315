"""The pragmas: what counts, what does not, and what is said about a misspelt one."""

from __future__ import annotations

import pytest

from alpyna_hook.hook import pragma


@pytest.mark.parametrize("source", [
    b"# alpyna: accelerate\n",
    b"#alpyna:accelerate",
    b"\xef\xbb\xbf# alpyna: accelerate\n",
    b"#!/usr/bin/env python\n# -*- coding: latin-1 -*-\n'''doc \xe9'''\n# alpyna: accelerate\n",
    b"def f():\n    pass\n\n# alpyna: accelerate\n",
    b"x = 1\r\n# alpyna: accelerate\r\n",
    b"# alpyna: skip\nfor i in x: pass\n# alpyna: accelerate\n",
    b"# alpyna accelerate\n",
    b"# ALPyNA: accelerate\n",
    b"# Alpyna : Accelerate\n",
    b"# alpyna accelerate device=cpu\n",
])
def test_marked(source: bytes) -> None:
    assert pragma.candidate(source)
    found = pragma.find(source)
    assert found.accelerate
    assert not found.problems


@pytest.mark.parametrize("source", [
    b"",
    b"x = '# alpyna: accelerate'\n",
    b"'''\n# alpyna: accelerate\n'''\n",
    b"x = f'''\n# alpyna: accelerate\n'''\n",
    b"# about alpyna: accelerate\n",
    b"# alpyna\n",
    b"# alpyna accelerates this\n",
    b"# alpyna accelerate this loop\n",
    b"# alpyna skips it\n",
    b"x = 1  # alpyna: accelerate is for others\n",
])
def test_not_marked(source: bytes) -> None:
    found = pragma.find(source)
    assert not found.accelerate
    assert not found.problems


def test_a_source_without_the_comment_is_not_tokenised() -> None:
    assert not pragma.candidate(b"x = 1\n" * 1000)
    assert not pragma.candidate(b"import alpyna_hook  # alpyna itself\n")
    assert not pragma.candidate(b"for i in x:  # alpyna: skip\n    pass\n# alpyna: skip\r\nfor i in x: pass\n")


def test_options() -> None:
    found = pragma.find(b"# alpyna: accelerate device=cpu\n# alpyna: accelerate fp=relaxed\n")
    assert found.options == {"device": "cpu", "fp": "relaxed"}


@pytest.mark.parametrize(("comment", "text"), [
    ("# alpyna: acelerate", "unknown word 'acelerate'; did you mean 'accelerate'?"),
    ("# alpyna: skipp", "did you mean 'skip'?"),
    ("# alpyna:", "unknown word ''; valid: accelerate, skip"),
    ("# alpyna: accelerate devise=cpu", "unknown key 'devise'; did you mean 'device'?"),
    ("# alpyna: accelerate device=cppu", "device cannot be 'cppu'; did you mean 'cpu'?"),
    ("# alpyna: accelerate device", "device cannot be ''"),
    ("# alpyna: skip me", "takes no options"),
    ("x = 1  # ALPyNA accelerate", "left margin"),
    ("x = 1  # alpyna: accelerate", "left margin"),
    ("if x:\n    # alpyna: accelerate\n    pass", "left margin"),
])
def test_misspelt(comment: str, text: str) -> None:
    found = pragma.find(f"pass\n{comment}\n".encode())
    ((line, message),) = found.problems
    assert text in message
    assert found.plain == ("accelerate de" in comment)
    assert line == (3 if comment.startswith("if") else 2)


def test_a_misspelt_skip_leaves_the_code_at_its_place_alone() -> None:
    source = b"# alpyna: accelerate\n# alpyna: skp\nfor i in x: pass\nfor i in x: pass  # alpyna: skip it\nfor i in x: pass\n"
    found = pragma.find(source)
    assert found.accelerate
    assert not found.plain
    assert found.skip_lines == {3, 4}
    assert found.problems == [(2, "unknown word 'skp'; did you mean 'skip'?"), (4, "skip takes no options")]


def test_skip_lines() -> None:
    source = b"""\
# alpyna: skip
for i in x:
    for j in y:  # alpyna: skip
        pass
# alpyna: skip

# a comment between
@decorated
def f():
    s = '# alpyna: skip'
    return s
x = (1,
     2)  # alpyna: skip
"""
    assert pragma.find(source).skip_lines == {2, 3, 8, 13}


def test_a_warning_names_file_and_line() -> None:
    with pytest.warns(pragma.PragmaWarning, match="unknown word 'x'.*plain Python") as caught:
        pragma.report([(7, "unknown word 'x'")], "m.py", plain=True)
    assert (caught[0].filename, caught[0].lineno) == ("m.py", 7)


def test_a_warning_that_is_made_an_error_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    pragma.report([(7, "unknown word 'x'")], "m.py", plain=True)  # the suite runs with warnings as errors
    assert capsys.readouterr().err.startswith("alpyna: m.py:7: alpyna pragma: unknown word 'x'")

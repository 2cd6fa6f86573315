"""The user's lines, with the construct marked."""

from __future__ import annotations

from alpyna_hook.explain.frame import frame

LINES = [
    "def f(a, names):\n",
    "    for i in range(3):\n",
    "        a[i] = 1\n",
    "        print('é', names[i])\n",
    "\tx = '漢字' + names[i]\n",
    "        g(a,\n",
    "          names,\n",
    "          1,\n",
    "          2)\n",
]


def shown(loop_line: int, place: tuple[int, int, int, int] | None, marked: bool = True) -> str:
    return "\n".join(frame(LINES, loop_line, place, marked=marked))


def test_a_loop_that_is_not_marked() -> None:
    assert shown(2, None, marked=False) == "         2 |     for i in range(3):"


def test_without_a_place_the_loop_is_marked() -> None:
    assert shown(2, None) == "  >      2 |     for i in range(3):"


def test_columns_count_bytes_and_carets_count_characters() -> None:
    assert LINES[3].encode()[20:28] == b"names[i]"
    assert shown(2, (4, 20, 4, 28)) == (
        "         2 |     for i in range(3):\n"
        "  >      4 |         print('é', names[i])\n"
        "           |                    ^^^^^^^^"
    )


def test_tabs_and_wide_characters_keep_the_carets_in_place() -> None:
    text = LINES[4].encode()
    start = text.index(b"names")
    assert shown(2, (5, start, 5, start + 8)).splitlines()[1:] == [
        "  >      5 |     x = '漢字' + names[i]",
        "           |                  ^^^^^^^^",
    ]


def test_the_construct_may_be_the_loop_itself() -> None:
    assert shown(2, (2, 13, 2, 21)) == (
        "  >      2 |     for i in range(3):\n"
        "           |              ^^^^^^^^"
    )


def test_a_long_construct_is_cut_after_three_lines() -> None:
    assert shown(2, (6, 8, 9, 12)).splitlines()[1:] == [
        "  >      6 |         g(a,",
        "           |         ^^^^",
        "  >      7 |           names,",
        "           |           ^^^^^^",
        "  >      8 |           1,",
        "           |           ^^",
        "           | ...",
    ]


def test_a_construct_above_the_loop_comes_first() -> None:
    assert shown(6, (3, 8, 3, 16)) == (
        "  >      3 |         a[i] = 1\n"
        "           |         ^^^^^^^^\n"
        "         6 |         g(a,"
    )


def test_lines_that_are_not_there_are_left_out() -> None:
    assert frame([], 3, (4, 0, 4, 2)) == []
    assert shown(2, (40, 0, 40, 2)) == "         2 |     for i in range(3):"

"""An outline's body with one number in the place of each work: seconds of the interpreter, or how many operations there are."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Work: TypeAlias = tuple[float, ...]
    Called: TypeAlias = Callable[[str], Work]

A_CALL: Work = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)  # of what is built in, as long as nothing else is known


def a_call(_name: str) -> Work:
    return A_CALL


def priced(body: Any, weights: Work, called: Called = a_call) -> tuple[float, tuple[Any, ...]]:
    """weights: one for each of `outline.KINDS`.  called: the work of what is called by a name."""
    work, nested = body
    works = [work, *[called(s[1]) for s in nested if s[0] == "call"]]
    own = sum([count * weight for each in works for count, weight in zip(each, weights, strict=True)])
    return own, tuple([_statement(s, weights, called) for s in nested if s[0] != "call"])


def _statement(s: Any, weights: Work, called: Called) -> Any:
    match s:
        case ("for", index, start, stop, step, body, orelse):
            return "for", index, start, stop, step, priced(body, weights, called), priced(orelse, weights, called)
        case ("while", body):
            return "while", priced(body, weights, called)
        case ("if", body, orelse):
            return "if", priced(body, weights, called), priced(orelse, weights, called)
        case _:
            return s

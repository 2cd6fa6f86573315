"""The text of a plan: a function that checks that a call is like an earlier one, and runs the kernel that served then.

For `for i in range(len(a)): c[i] = a[i] + b[i]` with arrays of 100 float64 that do not overlap, about

    def plan(values, namespace):
        measured = tally.left <= 0
        if measured and not tally.begin(): return
        v0 = values[0]
        if type(v0) is not ndarray or v0.dtype is not float64 or v0.flags.num & 2147484928 != 1280: return
        ...
        if v0.shape != (100,) or v0.strides != (8,): return
        p0 = at(id(v0) + 16).value
        ...
        if -800 < p2 - p0 < 800 or -800 < p2 - p1 < 800: return
        if errors() is not usual: return
        block, address = own = blocks.pop()
        c2 = v2.copy()
        pack(block, 0, head, p0, lie0, p1, lie1, p2, lie2)
        if launch(address): ...

All is checked that the engine's answer depended on: what the names are bound to, as the signature has it; how the arrays lie; the
integers, by the conditions of a proof; the error state.
"""

from __future__ import annotations

from typing import Any

from alpyna_hook.kernels.launcher import FRAME
from alpyna_hook.runtime.memory import LARGE
from alpyna_hook.runtime.plan_frame import Results, block_of
from alpyna_hook.runtime.plan_guard import Names, Places, check_integers, check_time
from alpyna_hook.runtime.plan_parts import Given, Text


def plan_text(text: Text, given: Given, estimate: Any, start: bytes) -> str:
    """Adds to the text's constants what it needs."""
    text.leave_if("not variant.trust_flags")
    names = Names(text, given)
    names.check()
    places = Places(text, given, names)
    places.check()
    check_integers(text, given, names, places)
    check_time(text, given, names, places, estimate)
    if given.variant.warns:
        text.leave_if("errors() is not usual[0] and not same_errors()")
    block = block_of(text, given, names, places, start)
    results = Results(text, given)
    packer = block.end(FRAME + given.variant.layout.size)
    text.names.update(pack=packer.pack_into, unpack=given.variant.unpacker.unpack_from, size=packer.size)
    stored = [name for name, stored in zip(places.arrays, given.variant.stored, strict=True) if stored]
    keeps = stored if given.call.keeps else []
    back = [f"{name}[...] = c{name}" for name in keeps]
    unwinds = bool(stored and not keeps)
    return _PLAN.format(
        guard=_indented(text.lines, 8), keep=_indented(_keep(given, keeps), 4), words=", ".join(block.words),
        unbox=_indented(results.lines, 8), finish=_indented(results.lines, 4), answer=results.answer,
        missing=" or ".join([f"{own} is MISSING" for own in results.needed]) or "False",
        predicted="seconds" if given.call.exact else None,
        sum="tally.predicted += seconds" if given.call.exact else "pass",
        back=_indented(back, 12), back_at_last=_indented(_UNWIND if unwinds else back, 8), room="room()" if unwinds else "pass",
        end="saved.end()" if _is_large(given) and keeps else "pass",
    )


def _is_large(given: Given) -> bool:
    arrays = zip(given.variant.interface.arrays, given.variant.stored, strict=True)
    return sum([given.binding.arrays[name].nbytes for name, stored in arrays if stored]) >= LARGE


def _keep(given: Given, keeps: list[str]) -> list[str]:
    if keeps and _is_large(given):
        return [f"saved = Transaction(({', '.join(keeps)},))", f"{', '.join([f'c{name}' for name in keeps])}, = saved.copies()"]
    return [f"c{name} = {name}.copy()" for name in keeps]


def _indented(lines: list[str], by: int) -> str:
    return f"\n{' ' * by}".join(lines or ["pass"])


# Where nothing is kept, what the kernel has written stays, and so the call is brought to its end.
_UNWIND = [
    "limit = getrecursionlimit()",
    "setrecursionlimit(limit + 200)",
    "done = conclude(error, block, boxed, partial(finish, block, values, namespace))",
    "setrecursionlimit(limit)",
]
# What puts arrays back calls no function: no handler of a signal runs in between, and it needs no room on the stack.
_PLAN = """\
def plan(values, namespace):
    measured = tally.left <= 0
    if measured and not tally.begin():
        return
    try:
        {guard}
    except Declined:
        return
    try:
        own = blocks.pop()
    except IndexError:
        own = new_block(size)
    block, address = own
    boxed = None
    {room}
    {keep}
    try:
        pack(block, 0, {words})
        if measured:
            begun = clock()
            answer = launch(address)
            kernel = clock() - begun
        else:
            answer = launch(address)
        if answer:
            {back}
            failed()
            return
        {unbox}
        if {missing}:
            {back}
            return
        boxed = ({answer},)
        if measured:
            tally.end({predicted}, kernel)
        else:
            tally.left -= 1
            tally.count += 1
            {sum}
        blocks.append(own)
        {end}
        return boxed
    except BaseException as error:
        done = None
        {back_at_last}
        if done is None:
            raise told(error)
        return done


def finish(block, values, namespace):
    {finish}
    tally.count += 1
    return None if {missing} else ({answer},)
"""

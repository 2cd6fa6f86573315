"""Plans: what a repeated call of a site comes to, as one function made for it.

A call goes through the engine: its names are bound, a kernel is found for how its arrays lie, a frame is filled.  Where such
calls go on coming, a plan is made: a function of Python, written for these types and this kernel (`plan_text.py`), which checks
that all is as it was, fills a frame that was used before, runs the kernel and boxes what it gives.  Whatever is otherwise, be it a
type, strides, the error state, an integer for which a proof does not hold, a check that fails, is left to the engine: the plan has
then changed nothing, or put it back.

A site has a few plans, which are tried in turn.  What their calls cost is measured once in a while, and told to the site's judge
and trace as that of all of them.
"""

from __future__ import annotations

import builtins
import ctypes
import struct
from collections.abc import Callable
from functools import partial
from math import isqrt
from sys import getrecursionlimit, setrecursionlimit
from time import perf_counter, thread_time
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from alpyna_hook.bind.fixed import outcome
from alpyna_hook.guest.outside import came_from_outside
from alpyna_hook.integers.general import inputs
from alpyna_hook.ir.kinds import holds
from alpyna_hook.kernels.build import build_launcher
from alpyna_hook.kernels.launcher import RAN
from alpyna_hook.live.attributes import module_dict, plain_attribute
from alpyna_hook.live.binding import Binding, Live, is_small
from alpyna_hook.log import log
from alpyna_hook.reasons import Declined
from alpyna_hook.runtime.decide import Estimate
from alpyna_hook.runtime.dividing import least_shared
from alpyna_hook.runtime.errand import aside
from alpyna_hook.runtime.memory import Transaction, address
from alpyna_hook.runtime.native import libm_address
from alpyna_hook.runtime.placing import SOON, PlaceKey, call_by
from alpyna_hook.runtime.plan_frame import tagged
from alpyna_hook.runtime.plan_parts import Given, Text, Unplanned
from alpyna_hook.runtime.plan_text import plan_text
from alpyna_hook.runtime.tally import Tally
from alpyna_hook.runtime.variant import Call, Lie, Variant
from alpyna_hook.seam.records import MISSING
from alpyna_hook.seam.site import Site

if TYPE_CHECKING:
    from alpyna_hook.bind.binder import Binder
    from alpyna_hook.seam.site import Plan

_MOST_DOUBLED, _NEVER = 10, 60
_MOST_PLANS = 4  # of a site
_FAILURES = 2  # of a plan's checks, before it goes


def consider(
    site: Site, tally: Tally, variant: Variant, binder: Binder, binding: Binding, values: tuple[object, ...], key: PlaceKey,
    estimate: Estimate, before: tuple[object, object],
) -> Plan | None:
    """A plan for calls like the present one.  before: what the last was like, see `Variant.before`."""
    begun = thread_time()
    variant.unplanned = 0
    plan = None
    try:
        lie = variant.lies.get(key[0])
        plan = _plan(site, tally, variant, binder, binding, values, key, lie, estimate, before) if lie else None
    except Unplanned as why:
        log(f"{site!r}: its calls all go through the engine: {why}")
        variant.plans = _NEVER
    else:
        variant.plans = min(variant.plans + 1, _MOST_DOUBLED)
    if plan is not None:
        site.plans = (plan, *site.plans)[:_MOST_PLANS]
    tally.judge.proved(thread_time() - begun, counts=False)
    return plan


def _plan(
    site: Site, tally: Tally, variant: Variant, binder: Binder, binding: Binding, values: tuple[object, ...], key: PlaceKey,
    lie: Lie, estimate: Estimate, before: tuple[object, object],
) -> Plan | None:
    """None where it is not due yet: the proof at hand is for these integers and shapes alone, and they change."""
    where, integers, spans = key
    found = lie.proofs.find(inputs(integers, lie.shapes, spans))
    if found is None or variant.choices or variant.tuples:
        raise Unplanned("arrays of tuples, or arrays that change their names")
    proof, alike = found[0], before[0] == where[1:3]
    exact = not proof.text and not lie.proofs.is_for_anything(proof)
    if exact and not (alike and before[1] == integers):
        return None
    if not alike and not _are_usual(variant, where[1], where[2]):
        return None
    call = call_by(variant, lie, *found, binding, estimate)
    most = min(SOON, least_shared(variant))
    if call.kernel is None or call.soon is False or call.predicted >= most:
        return None
    launch = aside(build_launcher)
    if launch is None:
        raise Unplanned("there is no launcher")
    text = Text(**_NAMES, **_errors(), tally=tally, blocks=[], launch=launch, estimate=estimate, variant=variant)
    text.names.update(
        failed=partial(_failed, site, text.names), conclude=partial(_conclude, site), sort=binder.sort,
        held_before=site.held_before,
    )
    given = Given(site, variant, binder, binding, values, lie, where[2], call, proof, exact, alike, most)
    exec(compile(plan_text(text, given, estimate, _start(call)), f"<plan of {site!r}>", "exec"), text.names)
    plan: Plan = text.names["plan"]
    return plan


def _are_usual(variant: Variant, shapes: tuple[tuple[int, ...], ...], strides: tuple[tuple[int, ...], ...]) -> bool:
    """No stride is negative, and the rows of what is written lie one behind the other: what a plan for other shapes can check."""
    if any(step < 0 for steps in strides for step in steps):
        return False
    written = [(shape, steps) for shape, steps, stored in zip(shapes, strides, variant.stored, strict=True) if stored]
    return all(steps[k] >= shape[k + 1] * steps[k + 1] for shape, steps in written for k in range(len(shape) - 1))


def _start(call: Call) -> bytes:
    """The words of a block before the frame: see `kernels/launcher.py`."""
    entry: Any = call.kernel and call.kernel.entry
    functions = [libm_address(name) for name in ("feclearexcept", "fetestexcept")] if call.mask else [0, 0]
    return struct.pack("<8q", ctypes.cast(entry, ctypes.c_void_p).value, *functions, call.mask, 0, 0, 0, 0)


def _errors() -> dict[str, Any]:
    """What a plan asks of the error state: whether it is the object that it was at the last call, or else means the same."""
    meant = tuple(np.geterr().values())
    usual: list[object] = [None]

    def same_errors() -> bool:
        state = _ERROR_STATE()
        if tuple(np.geterr().values()) != meant:
            return False
        if np.geterrcall() is None and _ERROR_STATE() is state:  # a function there is the program's, and not to be kept
            usual[0] = state
        return True

    return {"errors": _ERROR_STATE, "usual": usual, "same_errors": same_errors}


_contextvar = getattr(getattr(np, "_core", None), "umath", None)
_ERROR_STATE: Callable[[], object] = getattr(getattr(_contextvar, "_extobj_contextvar", None), "get", object)


def _new_block(size: int) -> tuple[Any, int]:
    block = ctypes.create_string_buffer(size)
    return block, ctypes.addressof(block)


def _room() -> None:
    """Raises RecursionError where the stack has no room for what may have to be done after the kernel."""
    _deeper()


def _deeper() -> None:
    getrecursionlimit()


def _told(error: BaseException) -> BaseException:
    """As Python has it: of a want of stack, ctypes makes an error of its own."""
    return RecursionError() if type(error) is ctypes.ArgumentError and "RecursionError" in str(error) else error


def _failed(site: Site, names: dict[str, Any]) -> None:
    """A check of the plan's kernel has failed: the engine is to see the call.  Where that goes on, the plan goes."""
    names["failures"] = names.get("failures", 0) + 1
    if names["failures"] >= _FAILURES:
        site.plans = tuple([plan for plan in site.plans if plan is not names["plan"]])


def _conclude(
    site: Site, error: BaseException, block: Any, boxed: tuple[Any, ...] | None, finish: Callable[[], tuple[Any, ...] | None]
) -> tuple[Any, ...] | None:
    """What a call answers into which an exception came when nothing was kept to undo it; None if the kernel has not run."""
    if not struct.unpack_from("<q", block, RAN)[0]:
        return None
    while True:
        if came_from_outside(error):
            site.raise_afterwards(error)
        elif not isinstance(error, (MemoryError, RecursionError)):
            return None
        try:
            return boxed or finish()
        except BaseException as another:
            error = another


_NAMES: dict[str, Any] = {
    "__builtins__": {}, "type": type, "id": id, "int": int, "float": float, "complex": complex, "max": max, "str": str,
    "iter": iter, "BaseException": BaseException, "IndexError": IndexError,
    "builtins": vars(builtins), "ModuleType": ModuleType, "module_dict": module_dict, "plain_attribute": plain_attribute,
    "Live": Live, "is_small": is_small, "outcome": outcome, "holds": holds, "Declined": Declined, "MISSING": MISSING,
    "at": ctypes.c_uint64.from_address, "address": address, "Transaction": Transaction, "clock": perf_counter, "tagged": tagged,
    "isqrt": isqrt, "partial": partial, "new_block": _new_block, "told": _told, "room": _room,
    "getrecursionlimit": getrecursionlimit, "setrecursionlimit": setrecursionlimit,
    "nothing": iter(()),
}

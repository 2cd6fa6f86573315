"""A small kernel that tells whether a device computes what the contract rests on as it should: products and sums that are not
contracted, division, square root, denormals.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alpyna_hook.devices.target import STATUS_BYTES, Target, held
from alpyna_hook.ir import kernel as k
from alpyna_hook.ir.layout import CONTROL_BYTES

_ROWS, _COLUMNS = 512, 4
_PLACE = CONTROL_BYTES  # in the frame, of the array


def samples(dtype: Any) -> Any:
    """Rows of a, b, c and d; a * b + c differs from what a contracted one gives, d is denormal."""
    random = np.random.Generator(np.random.PCG64(13))
    a, b = random.uniform(0.5, 2.0, _ROWS).astype(dtype), random.uniform(0.5, 2.0, _ROWS).astype(dtype)
    tiny = np.finfo(dtype).smallest_subnormal * random.integers(2, 1000, _ROWS).astype(dtype)
    return np.ascontiguousarray(np.stack([a, b, -(a * b), tiny], axis=1))


def wanted(given: Any) -> Any:
    """What is to be found in place of the samples."""
    a, b, c, d = given.T
    return np.stack([a * b + c, a / b, np.sqrt(a), d * given.dtype.type(0.5)], axis=1)


def keeps(target: Target, rep: k.Rep, *, divides: bool = True) -> bool:
    """divides: whether division and square root are promised to be exact, too.  Raises DeviceError."""
    given = samples(np.dtype(rep))
    program = target.compile(target.text(kernel(rep, divides=divides), {_PLACE: 0}))
    found, frame = given.copy(), np.zeros(_PLACE + 8 + STATUS_BYTES, np.uint8)
    with held(target, [given.nbytes]) as memories:
        target.send(memories[0], given.view(np.uint8).reshape(-1))
        target.launch(program, frame, len(frame), memories)
        target.fetch(memories[0], found.view(np.uint8).reshape(-1))
    columns = [*_results(rep, divides=divides)]
    return bool(np.array_equal(wanted(given)[:, columns], found[:, columns]))


def _results(rep: k.Rep, *, divides: bool) -> dict[int, k.Value]:
    """By column."""
    a, b, c, d = (k.Local(name, rep) for name in "abcd")
    results: dict[int, k.Value] = {
        0: k.Binary("add", k.Binary("mul", a, b, rep), c, rep), 3: k.Binary("mul", d, k.Const(0.5, rep), rep)}
    return {**results, 1: k.Binary("div", a, b, rep), 2: k.Unary("sqrt", a, rep)} if divides else results


def kernel(rep: k.Rep, *, divides: bool) -> k.Kernel:
    size = np.dtype(rep).itemsize
    frame, x, row = k.Local("frame", "p"), k.Local("x", "p"), k.Local("row", "i8")

    def place(column: int) -> k.Value:
        start = k.Binary("mul", row, k.Const(_COLUMNS * size, "i8"), "i8")
        return k.Binary("add", start, k.Const(column * size, "i8"), "i8")

    inputs = [k.Local(name, rep) for name in "abcd"]
    loaded = [k.Set(v.name, k.Load(x, place(column), rep, 0)) for column, v in enumerate(inputs)]
    stored = [k.Store(x, place(column), value, rep, 0) for column, value in _results(rep, divides=divides).items()]
    loop = k.Loop("row", k.Const(0, "i8"), k.Const(_ROWS, "i8"), 1, k.Mode.SEQUENTIAL, (*loaded, *stored), ())
    base = k.Set("x", k.Cast(k.Load(frame, k.Const(_PLACE, "i8"), "i8", None), "p"))
    body = base, loop, k.Return(k.Const(0, "i8"))
    return k.Kernel((k.Function("kernel", (frame,), "i8", (x, row, *inputs), (), body),), 1)

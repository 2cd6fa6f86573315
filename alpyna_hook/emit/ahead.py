"""Calls that are made for a strip of iterations at once (see `strips`)."""

from __future__ import annotations

from alpyna_hook.emit.checks import checked
from alpyna_hook.emit.iterations import Index, Iterations
from alpyna_hook.emit.scope import FRAME
from alpyna_hook.emit.strips import Batch, is_libm
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import arithmetic


def make_ahead(of: Iterations, s: t.For, batch: Batch, first: k.Local, last: k.Local, index: Index) -> None:
    """The calls of a batch for a strip: their operands, then one call of each inner loop."""
    scope, expressions = of.scope, of.expressions

    def put(op: t.Op, buffer: k.Local, value: k.Value) -> None:
        scope.put(buffer, expressions.strip_offset(op.compute), value, op.compute)

    calls: list[tuple[t.Op, list[k.Local]]] = []
    with of.strip_loop(first, last) as counter:
        of.set_index(s, index(counter))
        for name, definition in batch.definitions:
            if name in scope.variables:
                expressions.assign(name, definition)
            else:
                expressions.bind(name, definition)
        for op, *_ in batch.calls:
            buffers = [scope.buffer(op.called or op.name) for _ in (*op.args, op)]
            for buffer, value in zip(buffers, expressions.values(op.args), strict=False):
                put(op, buffer, value)
            calls.append((op, buffers))
    for alike, (op, buffers) in zip(batch.calls, calls, strict=True):
        expressions.made_ahead.update({id(x): buffers[-1] for x in alike})
        if is_libm(op):
            with of.strip_loop(first, last):
                args: list[k.Value] = [scope.temporary(expressions.in_strip(buffer, op.compute)) for buffer in buffers[:-1]]
                put(op, buffers[-1], checked(scope, op, args))
        else:
            loop, data = scope.ufunc(op.called, op.compute)
            count = arithmetic("sub", last, first)
            scope.add(k.InnerLoop(loop, data, scope.flag_functions(), FRAME, count, tuple(buffers), op.compute))

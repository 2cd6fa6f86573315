"""The typed nest as kernel IR.

before:  for i in range(n): b[i] = a[i] * 2.0
after:   Function("kernel", (frame: p), "i8", locals, buffers, (
             Set(a, Load(frame, 96, "p")), ..., Set(low, Load(frame, 0, "i8")), ...,
             Loop(k, low, high, 1, SEQUENTIAL, (
                 Set(i, k),
                 Store(b, Binary("mul", i, 8), Binary("mul", Load(a, Binary("mul", i, 8), "f8", 0), 2.0, "f8"), "f8", 1)), ()),
             Return(0)))
"""

from __future__ import annotations

from alpyna_hook.emit.exits import FunctionExit, KernelExit, loaded
from alpyna_hook.emit.expressions import Expressions
from alpyna_hook.emit.inline import inlined
from alpyna_hook.emit.scope import FRAME, Emission, Scope
from alpyna_hook.emit.statements import Statements
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel_values import cast, word
from alpyna_hook.ir.schema import replace
from alpyna_hook.operators.helpers import helpers


def kernel_of(emission: Emission) -> k.Kernel:
    emission = replace(emission, nest=inlined(emission.nest))
    used: dict[str, None] = {}
    functions = [_function(emission, f, used) for f in emission.nest.functions]
    functions.append(_kernel(emission, used))
    return k.Kernel((*helpers(used), *functions), max(emission.groups.values(), default=0) + 1)


def _kernel(emission: Emission, used: dict[str, None]) -> k.Function:
    nest, layout = emission.nest, emission.layout
    scope = Scope(emission, dict(nest.variables))
    expressions = Expressions(scope)
    leave = KernelExit(expressions)
    Statements(expressions, leave).nest(nest.loop)
    leave.end()
    for name in nest.variables:
        slot = layout.inputs.get(name)
        if slot:
            scope.inputs[name] = None
    used |= scope.helpers
    return _made("kernel", (FRAME,), "i8", scope)


def _function(emission: Emission, function: t.Function, used: dict[str, None]) -> k.Function:
    """A function of the user: takes the frame and its scalars, finds the arrays in the frame itself."""
    scope = Scope(emission, dict(function.variables))
    expressions = Expressions(scope)
    leave = FunctionExit(expressions, function)
    parameters = [FRAME]
    for name in function.params:
        parameters.append(scope.variable(name))
        if len(function.variables[name].kinds) > 1:
            parameters.append(scope.tag(name))
    Statements(expressions, leave).block(function.body, 1)
    leave.end()
    used |= scope.helpers
    return _made(function.name, tuple(parameters), function.rep, scope)


def _made(name: str, parameters: tuple[k.Local, ...], rep: k.Rep, scope: Scope) -> k.Function:
    """With the loads from the frame of all that the body was found to use."""
    with scope.aside() as head:
        _loads(scope)
    given = {p.name for p in parameters}
    variables = tuple([k.Local(n, own) for n, own in scope.locals.items() if n not in given])
    return k.Function(name, parameters, rep, variables, tuple(scope.buffers.values()), (*head, *scope.out))


def _loads(scope: Scope) -> None:
    layout = scope.emission.layout
    for array in scope.arrays:
        at, ndim = layout.arrays[array], layout.ndims[array]
        scope.set(scope.base(array), cast(word(FRAME, at), "p"))
        for axis in range(ndim):
            scope.set(scope.dimension(array, axis), word(FRAME, at + 8 * (1 + axis)))
            stride = scope.stride(array, axis)
            if isinstance(stride, k.Local):
                scope.set(stride, word(FRAME, at + 8 * (1 + ndim + axis)))
    for name in scope.addresses:
        scope.set(scope.function(name), word(FRAME, layout.libm[name]))
    for ufunc in scope.ufuncs:
        for variable, offset in zip(scope.ufunc(*ufunc), (0, 8), strict=True):
            scope.set(variable, word(FRAME, layout.ufuncs[ufunc] + offset))
    for name in scope.inputs:
        loaded(scope, name, layout.inputs[name])

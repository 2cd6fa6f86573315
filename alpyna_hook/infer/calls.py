"""Types of calls: which function it is."""

from __future__ import annotations

from alpyna_hook.infer.builtin_calls import BUILTIN_CALLS, constructor
from alpyna_hook.infer.expressions import Expressions
from alpyna_hook.infer.functions import Body, Functions
from alpyna_hook.infer.made_calls import made_call
from alpyna_hook.infer.math_calls import MATH_CALLS, math_function
from alpyna_hook.infer.numpy_calls import numpy_function
from alpyna_hook.infer.scope import Scope
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import Known, UserFunction
from alpyna_hook.reasons import Declined

_CALLS = {"builtin": BUILTIN_CALLS, "math": MATH_CALLS}


class Calls:
    """Those of one scope; `body` types the bodies of functions that are called."""

    def __init__(self, scope: Scope, body: Body) -> None:
        self.scope = scope
        self.of = Expressions(scope, self.call)
        self.make = self.of.make
        self.functions = Functions(self.of, body)

    def call(self, e: ir.Call) -> t.Expr:
        if e.function.startswith("@"):
            return made_call(self.make, [self.of.expr(a) for a in self.of.unstarred(e)], e)
        target = self.of.called(e)
        if isinstance(target, UserFunction):
            value = self.functions.call(target, e)
            if not value.kinds:
                raise Declined("type-error", f"{e.function}() returns None", e.loc)
            if value.function.results:
                raise Declined("call", f"the tuple that {e.function}() returns, as one value", e.loc)
            return value
        if not isinstance(target, Known):
            raise Declined("call", f"{e.function}()", e.loc)
        if e.keywords:
            raise Declined("call", f"{e.function}() with keyword arguments", e.loc)
        if target.meaning == "numpy.where":
            raise Declined("call", f"{e.function}(), an array of no dimension, other than in + - * / or a comparison", e.loc)
        try:
            args = [self.of.expr(a) for a in self.of.unstarred(e)]
            return self.make.split(args, lambda a: self.known(target, a, e), e.loc)
        except Declined as declined:
            raise declined if declined.loc else Declined(declined.reason.slug, declined.detail, e.loc) from None

    def known(self, target: Known, args: list[t.Expr], e: ir.Call) -> t.Expr:
        if target.family == "numpy":
            return numpy_function(self.make, target.name, args, e)
        if target.family == "type":
            return constructor(self.make, target.name, args, e)
        function = _CALLS.get(target.family, {}).get(target.name)
        if function is not None:
            return function(self.make, args, e)
        if target.family == "math":
            return math_function(self.make, target.name, args, e)
        raise Declined("call", f"{e.function}()", e.loc)

    def effect(self, s: ir.Effect) -> t.Effect:
        e = s.call
        target = None if e.function.startswith("@") else self.of.called(e)
        call = self.functions.call(target, e) if isinstance(target, UserFunction) else self.call(e)
        results = call.function.results if isinstance(call, t.CallFunction) else ()
        if s.targets and len(results) != len(s.targets):
            raise Declined("call", f"{e.function}() for a tuple of {len(s.targets)}", s.loc)
        for name, result in zip(s.targets, results, strict=False):
            self.scope.set_result(name, frozenset(result.kinds))
        return t.Effect(call, s.loc, s.targets)

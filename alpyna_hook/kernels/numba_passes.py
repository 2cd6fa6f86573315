"""The passes of Numba that a kernel needs, as a compiler for `cfunc(pipeline_class=...)`.

A kernel has no closures, generators, array expressions, parfors or references to count, so that what
Numba does for those is left out; so is its static single assignment, as each variable of a kernel has
one type, and LLVM does it again.  The type of `a + b` for given types of `a` and `b`, which Numba
works out at each place and in each round of its inference, is remembered.  Together this
takes nearly half off the time to compile (docs/performance.md).  Numba's documentation, "Customizing the compiler".

Importing this module imports Numba.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager as _PassManager
from numba.core.typed_passes import NativeLowering, NoPythonBackend, NopythonTypeInference
from numba.core.untyped_passes import FixupArgs, IRProcessing, TranslateByteCode

PassManager: Any = _PassManager  # untyped

_PASSES = (TranslateByteCode, FixupArgs, IRProcessing, NopythonTypeInference,
           NativeLowering, NoPythonBackend)
_SIGNATURES: dict[tuple[object, tuple[object, ...]], Any] = {}


class KernelCompiler(CompilerBase):
    """Numba's nopython pipeline, less what never applies to a kernel."""

    def define_pipelines(self) -> list[Any]:
        self.state.typingctx = _Remembering(self.state.typingctx)
        passes = PassManager("alpyna kernel")
        for each in _PASSES:
            passes.add_pass(each, each.__name__)
        passes.finalize()
        return [passes]


class _Remembering:
    """A typing context that remembers the signatures of operators and of built-in functions.

    Those depend on the types alone; a compiled function of the user's is asked each time.
    """

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def resolve_function_type(self, function: Any, args: Any, kws: Any) -> Any:
        if kws or (isinstance(function, types.Type) and not isinstance(function, (types.Function, types.NumberClass))):
            return self._context.resolve_function_type(function, args, kws)
        key = function, tuple(args)
        if key not in _SIGNATURES:
            _SIGNATURES[key] = self._context.resolve_function_type(function, args, kws)
        return _SIGNATURES[key]

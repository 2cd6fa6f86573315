"""The compiler of the kernels."""

import gc
import threading

import pytest
from numba import types

from alpyna_hook.kernels import build
from alpyna_hook.kernels.compiler import KernelCompiler, _Remembering


def test_kernels_are_compiled_with_the_short_pipeline() -> None:
    """A Numba that moved its passes would silently compile slower."""
    assert build._options()["pipeline_class"] is KernelCompiler


def test_what_is_remembered_is_kept_apart_by_type() -> None:
    import operator

    from numba.core.registry import cpu_target

    cpu_target.typing_context.refresh()
    context = _Remembering(cpu_target.typing_context)
    for left, right, result in [(types.int64, types.int64, types.int64), (types.uint64, types.uint64, types.uint64),
                                (types.int64, types.float64, types.float64)] * 2:
        assert context.resolve_function_type(operator.add, (left, right), {}).return_type == result


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_left_as_it_was(enabled: bool) -> None:
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with build._no_collections():
            assert not gc.isenabled() or threading.active_count() > 1
        assert gc.isenabled() == enabled
        with pytest.raises(KeyError), build._no_collections():
            raise KeyError
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was else gc.disable)()

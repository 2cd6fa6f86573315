"""Names of the user that are also words of the kernel's text."""

from __future__ import annotations

import numpy as np
import pytest

from alpyna_hook.emit.names import Names
from alpyna_hook.operators.helpers import HELPERS
from tests.differential import check


def test_no_word_of_a_kernel_is_given_to_a_variable() -> None:
    from alpyna_hook.kernels.primitives import fixed_namespace

    for word in (*fixed_namespace(), *HELPERS, "load_f8_g0", "store_c16_g12"):
        assert Names()[word] != word


@pytest.mark.parametrize("name", ["get_i8", "fabs_f8", "load_f8_g0", "add_overflows_i8", "wrap_add", "f8", "flagged", "g_0", "give_up_g_0", "frame"])
def test_variables(name: str) -> None:
    check(f"""
        def g(x):
            s = 0.0
            for k in range(3):
                s = s + abs(x)
            return s

        def f(a, k, {name}):
            for i in range(len(a)):
                {name} = g(a[i]) + {name}
                k[i] = k[i] + k[0] + int({name} > 2.0)
            return {name}
    """, np.arange(-2.0, 2.0), np.array([2**60, 1, 2, 3]), 1.5)


def test_a_variable_named_as_one_of_an_inlined_function() -> None:
    check("""
        def g(kind):
            return kind * 2.0 + 1.0

        def f(a, b):
            g_0 = 0
            for i in range(len(a)):
                b[i] = g(a[i]) + g_0
                if i == 1:
                    g_0 = a[i]
            return g_0
    """, np.arange(4, dtype=np.float32), np.zeros(4, np.float32))

"""Operations whose results only a comparison asks for: the compiler may drop them, their warnings must stay."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differential import check

HEAD = "import math\nimport numpy as np\n"
BODIES = {
    "never infinite": "if np.isinf(a[i] * 0.0):\n    b[i] = 1",
    "never NaN alone": "if np.isnan(a[i] * a[i]):\n    b[i] = 1",
    "never negative": "if a[i] * a[i] >= 0.0:\n    b[i] = 1",
    "of a known sign": "t = a[i] * 2.0\nif a[i] > 0.0:\n    if t >= 0.0:\n        b[i] = 1",
    "a variable": "t = a[i] * 0.0\nu = t\nb[i] = 2 if np.isinf(u) else 3",
    "minimum": "b[i] = min(a[i] * a[i], -1.0)",
    "maximum": "b[i] = max(a[i] * a[i], 3.0) > -1.0",
    "lesser of an element": "b[i] = min(b[i], a[i] * a[i])",
    "greater of an element": "b[i] = max(a[i] * a[i], b[i])",
    "lesser of a magnitude": "b[i] = min(a[i] * a[i], -abs(b[i]))",
    "two arms": "if a[i] > 1.5:\n    b[i] = a[i] * a[i]\nelse:\n    b[i] = a[i] * 0.0",
    "two arms and a store behind": "if a[i] > 1.5:\n    b[i] = a[i] * a[i]\nelse:\n    b[i] = a[i] * 0.0\nb[i] = 1.0",
    "truth": "b[i] = bool(a[i] * 0.0)",
    "count": "n += int(a[i] * a[i] >= 0.0)",
    "while": "k = 0\nwhile a[i] * a[i] >= 0.0 and k < 2:\n    k += 1\nb[i] = k",
    "chain": "if -1.0 < a[i] * a[i] >= 0.0:\n    b[i] = 1",
    "sign": "b[i] = np.copysign(1.0, a[i] * a[i])",
    "straight function": "if square(a[i]) >= -1.0:\n    b[i] = 1",
    "argument": "b[i] = above(a[i] * a[i])",
    "result of a function": "if chosen(a[i]) >= -1.0:\n    b[i] = 1",
    "condition in a function": "b[i] = above(a[i]) + inside(a[i])",
}
FUNCTIONS = """
def square(x):
    return x * x

def above(x):
    if x >= 0.0:
        return 1.0
    return 2.0

def chosen(x):
    if x > 2.0:
        return x * x
    return x * 0.0

def inside(x):
    if x * x >= 0.0:
        return 1.0
    return 2.0
"""


def program(body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body.split("\n"))
    return f"{HEAD}{FUNCTIONS}\ndef f(a, b):\n    n = 0\n    for i in range(len(a)):\n{lines}    return n\n"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", BODIES)
def test_warnings_stay(name: str, dtype: str) -> None:
    large = 1e300 if dtype == "float64" else 1e38
    for values in ([1.0, large, 2.0], [1.0, -large], [np.inf, 1.0], [1.0, -np.inf], [np.nan, 2.0], [1.0, 0.5, -2.0]):
        a = np.array(values, dtype)
        check(program(BODIES[name]), a, np.zeros(len(a)), expect=None)


@pytest.mark.parametrize("name", BODIES)
def test_quiet_values_run_compiled(name: str) -> None:
    check(program(BODIES[name]), np.array([1.0, 0.5, -2.0]), np.zeros(3), expect="accelerated")


CONSTANTS = {
    "a branch": "a[i] += 1e200 if True else a[0]",
    "a branch by a value": "a[i] += 1e200 if a[i] > 1.0 else a[0]",
    "a variable of two paths": "t = a[i]\nif a[i] > 1.0:\n    t = 1e200\na[i] += t",
    "a result": "a[i] += large(a[i])",
    "an argument": "a[i] = plus(a[i], 1e200)",
    "an unrolled index": "for k in range(3):\n    a[i] += np.float64(1e308) * k",
    "an element just stored": "c[i] = 1e308\na[i] += c[i]",
    "a literal": "a[i] += 1e200",
}
LARGE = """
def large(x):
    if x > 1.0:
        return 1e200
    return 1e100

def plus(x, y):
    if x > 1.0:
        return x + y
    return x
"""


@pytest.mark.parametrize("name", CONSTANTS)
def test_what_the_compiler_can_compute_itself_warns_too(name: str) -> None:
    lines = "".join(f"        {line}\n" for line in CONSTANTS[name].split("\n"))
    source = f"{HEAD}{LARGE}\ndef f(a, c):\n    for i in range(len(a)):\n{lines}"
    for values in ([0.5, 2.0, 0.25], [0.5], [3.0, 4.0]):
        compared = check(source, np.array(values, np.float32), np.zeros(len(values)), expect=None)
        assert compared.plain.warned or values == [0.5]


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("part", ["(z[i] * w[i]).real", "(z[i] * w[i]).imag", "abs((z[i] * w[i]).imag) < 2.0", "z[i] * w[i] == w[i]"])
def test_parts_of_complex_products(part: str, dtype: str) -> None:
    large = 1e200 if dtype == "complex128" else 1e30
    source = f"{HEAD}def f(z, w, b):\n    for i in range(len(z)):\n        b[i] = {part}\n"
    for z, w in ((large, large * 1j), (large, large), (large * 1j, 2.0), (complex(np.inf, 0), 1 + 0j)):
        check(source, np.array([1, z], dtype), np.array([1j, w], dtype), np.zeros(2), expect=None)


PARTS = {
    "a narrowed part": "c[i] = complex(x[i], -1e200)",
    "a narrowed part, widened first": "t = complex(1e200, x[i])\nc[i] = np.complex128(t)",
    "sums": "t = np.complex128(complex(x[i], 1.5e308))\nd[i] = t + t",
    "sums with a constant": "t = d[i] * 0.0 + x[i] + 1.5e308j\nd[i] = np.complex128(complex(x[i], 1.5e308)) + 1.5e308j",
    "products": "d[i] = np.complex128(complex(x[i], 1e200)) * np.complex128(complex(2.0, -1e200))",
    "a widened number": "d[i] = np.complex128(x[i]) + 1.5e308j + 1.5e308j",
    "a part of a sum": "t = np.complex128(complex(1.5e308, x[i])) + 1.5e308\nb[i] = t.real",
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_that_the_compiler_knows_warn_too(name: str) -> None:
    lines = "".join(f"        {line}\n" for line in PARTS[name].split("\n"))
    source = f"{HEAD}def f(x, b, c, d):\n    for i in range(len(x)):\n{lines}"
    arrays = np.array([0.5, 2.0]), np.zeros(2), np.zeros(2, np.complex64), np.zeros(2, np.complex128)
    compared = check(source, *arrays, expect=None)
    assert compared.plain.warned
    assert compared.verdict in ("accelerated", "flagged")


@pytest.mark.parametrize("call", ["x, y = put(a, 0, b[i])", "x, y = put(a, k, b[i])", "put(a, 0, b[i])", "only(a, 0, b[i])"])
def test_a_store_of_a_function_to_one_place(call: str) -> None:
    """The loop that it is inlined into overwrites it in each iteration."""
    source = (f"def only(a, i, x):\n    a[i] = x * 1e300\n\ndef put(a, i, x):\n    a[i] = x * 1e300\n    return 1.0, 2.0\n\n"
              f"def f(a, b, k):\n    for i in range(len(b)):\n        {call}\n")
    for values in ([1.0, 1e10, 2.0], [1e10, 1.0, 2.0], [1.0, 2.0, 1e10]):
        assert check(source, np.zeros(3), np.array(values), 0, expect=None).plain.warned


PLACES = {
    "a constant": "k = 0\na[k] = b[i] * 1e300",
    "nothing times the index": "k = i * 0\na[k] = b[i] * 1e300",
    "the index less itself": "a[i - i] = b[i] * 1e300",
    "a remainder": "a[i // 2 * 2 % 2] = b[i] * 1e300",
    "a variable that stays": "k = k\na[k] = b[i] * 1e300",
    "a variable plus nothing": "k += 0\na[k] = b[i] * 1e300",
    "overwritten by the next iteration": "for j in range(2):\n    a[j + 1] = b[i] * 1e300\n    a[j] = 1.0",
    "overwritten by the next iteration, first": "for j in range(2):\n    a[j] = 1.0\n    a[j + 1] = b[i] * 1e300",
    "overwritten by another loop": "for j in range(2):\n    a[j] = b[i] * 1e300\nfor l in range(2):\n    a[l] = 1.0",
    "needed by a branch": "a[i] = b[i] * 1e300\na[i] = a[i] if b[i] < 0.0 else 1.0",
}


@pytest.mark.parametrize("name", PLACES)
def test_stores_that_another_iteration_overwrites(name: str) -> None:
    lines = "".join(f"        {line}\n" for line in PLACES[name].split("\n"))
    source = f"def f(a, b, k):\n    for i in range(len(b)):\n{lines}"
    for place in range(3):
        b = np.ones(30)
        b[place] = 1e10
        assert check(source, np.zeros(31), b, 0, expect=None).plain.warned


def test_stores_that_move_are_trusted() -> None:
    from alpyna_hook.explain.report import as_data
    from tests.differential import Program

    for body in ("a[i] = b[i] * s", "a[i + 1] = b[i] * s; a[i] = a[i] + s", "k += 1; a[k] = b[i] * s", "c = i + 1; a[c] = b[i] * s",
                 "a[2 * i % 30] += b[i] * s", "a[idx[i]] = b[i] * s"):
        program = Program(f"def f(a, b, idx, s, k):\n    for i in range(20):\n        {body}\n")
        program.load()
        inputs = np.zeros(40), np.ones(30), np.arange(30), 1.5, 0
        assert program.call("f", *inputs).verdict == "accelerated"
        kernels = [k for entry in as_data(kernels=True, file=program.filename) for k in entry["kernels"]]
        assert not any("bad" in str(k) for k in kernels), body


@pytest.mark.parametrize("body", [
    "a[i] = min(a[i], b[i] * s)", "a[i] = max(b[i] + s, a[i])",
    "if b[i] > s:\n    a[i] = b[i] * s\nelif b[i] > 0.5:\n    a[i] = b[i] + s\nelse:\n    a[i] = b[i] - s",
])
def test_what_is_surely_stored_needs_no_witness(body: str) -> None:
    from alpyna_hook.explain.report import as_data
    from tests.differential import Program

    lines = "".join(f"        {line}\n" for line in body.split("\n"))
    program = Program(f"def f(a, b, s):\n    for i in range(20):\n{lines}")
    program.load()
    assert program.call("f", np.zeros(20), np.ones(20), 1.5).verdict == "accelerated"
    kernels = [k for entry in as_data(kernels=True) if entry["file"] == program.filename for k in entry["kernels"]]
    assert not any("seen" in str(k) or "bad" in str(k) for k in kernels)


def test_what_is_inlined_at_several_places_is_trusted_if_it_is_everywhere() -> None:
    """Past some number of calls they share one function."""
    calls = "".join(f"        if big(a[i]) > {k}.0:\n            x = x + 1.0\n" for k in range(40))
    source = f"def big(x):\n    return x * 1e300\n\ndef f(a):\n    for i in range(len(a)):\n        x = 0.0\n{calls}        a[i] = x + big(a[i])\n"
    assert check(source, np.array([1.0, 1e10, 2.0]), expect=None).plain.warned

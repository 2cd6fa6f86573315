"""Random inputs for a generated program: dtypes, sizes, contents, layouts and sharing.

The dtypes of one signature stay the same over several bindings, so that a compiled kernel is
used with several sizes, layouts and contents.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np

from tests.generator.program import Case
from tests.generator.scope import Array, Scalar

INT_FAMILIES = (
    ("int64",), ("int64",), ("int64",), ("int32", "int64"), ("int8", "int16", "int32", "int64"), ("uint8", "int64"),
    ("uint8", "uint16", "uint32", "uint64"), ("uint64",), ("uint8", "uint16", "uint32", "int64", "int32"),
    ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)
INDEX_TYPES = ("int64", "int64", "int32", "int16", "uint8", "uint32", "int8")
PYTHON = {"b": bool, "i": int, "f": float, "c": complex}
ERRSTATES: tuple[dict[str, str], ...] = ({}, {}, {}, {}, {}, {"all": "ignore"}, {"all": "raise"}, {"over": "raise"},
                                         {"divide": "ignore", "invalid": "raise"}, {"all": "warn"})
SIZES = (3, 4, 5, 6, 7, 8, 11, 16, 17, 24, 33, 40, 2, 1, 0)
FILTERS = ("always",) * 12 + ("error", "default", "ignore")

OPTIONS = (None, None, "fast", "slow", 0, 2, True, 0.5, np.int64(2), np.bool_(False))

_current: list[tuple[object, ...]] = []


def current() -> tuple[object, ...]:
    """The inputs of a module body that is about to run."""
    return _current[-1]


def set_current(values: tuple[object, ...]) -> None:
    _current[:] = [values]


@dataclass
class Signature:
    """The dtypes of the parameters of a case; "" is the Python type of the kind."""

    case: Case
    dtypes: dict[str, str] = field(default_factory=dict)


def signature(rng: random.Random, case: Case) -> Signature:
    ints = rng.choice(INT_FAMILIES[:7] if case.spice == 0 else INT_FAMILIES)
    floats = rng.choice((("float64",), ("float64",), ("float32",), ("float32", "float64")))
    families = {"b": ("bool",), "i": ints, "f": floats, "c": ("complex128",) * 3 + ("complex64",)}
    dtypes = {a.name: rng.choice(INDEX_TYPES if a.points_into else families[a.kind]) for a in case.arrays}
    for scalar in case.scalars:
        python = scalar.kind == "o" or rng.randrange(100) < 65
        dtypes[scalar.name] = "" if python else rng.choice(families[scalar.kind])
    for size in case.sizes:
        dtypes[size] = "" if rng.randrange(100) < 90 else rng.choice(("int64", "int32", "uint8"))
    return Signature(case, dtypes)


def binding(rng: random.Random, signed: Signature) -> tuple[object, ...]:
    """Values for the parameters, in order."""
    case, pools = signed.case, _Pools(rng)
    rank = max(len(array.dims) for array in case.arrays)
    cap = {1: 40, 2: 24, 3: 11}.get(max(case.deepest, rank), 6)
    sizes = {name: min(cap, rng.choice(SIZES)) for name in case.sizes}
    values: list[object] = [_number(signed.dtypes[name], size) for name, size in sizes.items()]
    values += [pools.array(array, signed.dtypes[array.name], sizes, case.spice) for array in case.arrays]
    values += [_scalar(rng, scalar, signed.dtypes[scalar.name], case.spice) for scalar in case.scalars]
    return tuple(values)


def _number(dtype: str, value: object) -> object:
    return np.dtype(dtype).type(value) if dtype else value


def _scalar(rng: random.Random, scalar: Scalar, dtype: str, spice: int) -> object:
    if scalar.kind == "o":
        return rng.choice(OPTIONS)
    name = dtype or {"b": "bool", "i": "int64", "f": "float64", "c": "complex128"}[scalar.kind]
    value = contents(rng, name, 1, spice)[0]
    if scalar.kind == "i" and (scalar.name.startswith("h") or abs(int(value)) > 1000) and spice < 2:
        value = np.dtype(name).type(rng.randrange(9))
    return value if dtype else PYTHON[scalar.kind](value)


# ------------------------------------------------------------------- contents


def contents(rng: random.Random, dtype: str, count: int, spice: int) -> np.ndarray:
    """`count` numbers: small and plain ones in clean cases, edge values mixed in otherwise."""
    source = np.random.default_rng(rng.randrange(2**32))
    kind = np.dtype(dtype).kind
    if kind == "b":
        return source.integers(0, 2, count).astype(bool)
    if kind in "iu":
        low, high = (0, 9) if kind == "u" else (-5, 6)
        return _spiced(rng, source, source.integers(low, high, count).astype(dtype), _int_edges(dtype), spice)
    if kind == "f":
        plain = np.round(source.normal(0, 2, count), rng.choice((1, 17))).astype(dtype)
        return _spiced(rng, source, plain, _float_edges(dtype), spice)
    part = "float64" if dtype == "complex128" else "float32"
    whole = np.empty(count, dtype)
    whole.real, whole.imag = contents(rng, part, count, spice), contents(rng, part, count, spice)
    return whole


def _spiced(
    rng: random.Random, source: np.random.Generator, plain: np.ndarray, edges: np.ndarray, spice: int
) -> np.ndarray:
    percent = 0 if rng.randrange(100) < (80, 50, 25)[spice] else rng.choice((3, 15, 100))
    at = source.integers(0, 100, len(plain)) < percent
    plain[at] = source.choice(edges, int(at.sum()))
    return plain


def _int_edges(dtype: str) -> np.ndarray:
    info = np.iinfo(dtype)
    return np.array([info.min, info.min + 1, info.max, info.max - 1, info.max // 2, 0, 1], dtype)


def _float_edges(dtype: str) -> np.ndarray:
    info = np.finfo(dtype)
    values = [np.nan, np.inf, -np.inf, 0.0, -0.0, info.max, info.min, info.tiny, info.smallest_subnormal,
              -info.smallest_subnormal, 1.0, -1.0, 0.5, 1.5, 2.5, 1e10, 2.0**31, -2.0**63, 2.0**24 + 2]
    return np.array(values, dtype)


# -------------------------------------------------------------------- layouts


@dataclass
class _Pools:
    """One pool of memory for each dtype: views of one pool overlap at random."""

    rng: random.Random
    pools: dict[str, np.ndarray] = field(default_factory=dict)
    offset: int = 0

    def array(self, array: Array, dtype: str, sizes: dict[str, int], spice: int) -> np.ndarray:
        shape = tuple(extent.length(sizes) for extent in array.dims)
        if not array.stored and not array.points_into and self.rng.randrange(100) < 6:
            return self._broadcast(shape, dtype, spice)
        view = self._view(shape, dtype)
        count = view.size
        if array.points_into:
            size = max(1, sizes[array.points_into])
            low = -size if self.rng.randrange(100) < 15 and not dtype.startswith("u") else 0
            past = 2 if spice and self.rng.randrange(100) < 10 * spice else 0
            values = np.random.default_rng(self.rng.randrange(2**32)).integers(low, size + past, count).astype(dtype)
        else:
            values = contents(self.rng, dtype, count, spice)
        view[...] = values.reshape(shape)
        if self.rng.randrange(100) < (3 if array.stored else 10):
            view.flags.writeable = False
        return view

    def _view(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        layout = self.rng.choice(("plain",) * 6 + ("strided", "reversed", "transposed", "inner", "shared", "shared"))
        if layout == "shared":
            return self._shared(shape, dtype)
        if layout == "strided":
            return np.zeros((*shape[:-1], shape[-1] * 2), dtype)[..., ::2]
        if layout == "reversed":
            return np.zeros(shape, dtype)[tuple(slice(None, None, self.rng.choice((-1, 1))) for _ in shape)]
        if layout == "transposed":
            return np.zeros(shape[::-1], dtype).T
        if layout == "inner":
            return np.zeros(tuple(k + 2 for k in shape), dtype)[tuple(slice(1, k + 1) for k in shape)]
        return np.zeros(shape, dtype)

    def _shared(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        """A view into the dtype's pool, a few elements on from the last one."""
        count = int(np.prod(shape, dtype=int))
        pool = self.pools.setdefault(dtype, np.zeros(4 * 64 * 64 + 64, dtype))
        start = self.rng.choice((0, 0, 1, 2, 5))
        step = self.rng.choice((1, 1, 1, 2, -1))
        span = pool[start : start + count * abs(step)] if count else pool[:0]
        return span[::step].reshape(shape) if abs(step) == 1 else _strided(pool[start:], shape, step)

    def _broadcast(self, shape: tuple[int, ...], dtype: str, spice: int) -> np.ndarray:
        return np.broadcast_to(contents(self.rng, dtype, 1, spice)[0], shape)


def _strided(pool: np.ndarray, shape: tuple[int, ...], step: int) -> np.ndarray:
    strides: list[int] = []
    size = pool.itemsize * step
    for length in reversed(shape):
        strides.insert(0, size)
        size *= max(1, length)
    return np.lib.stride_tricks.as_strided(pool, shape, strides)


def errstate(rng: random.Random, spice: int) -> dict[str, str]:
    return rng.choice(ERRSTATES) if spice else {}


def warning_filter(rng: random.Random, spice: int) -> str:
    return rng.choice(FILTERS) if spice else "always"



"""The oracle: one program, run plain and accelerated, compared exactly.

What is compared: values and their types to the last bit (any NaN equals any NaN, as the
contract has it), arrays with dtype, shape, strides and flags, which results are one object,
the contents of every input, all variables that are left over, the exception with its type,
arguments, chain, frames, lines, columns and the variables in those frames, the warnings with
category, message, line and number, and what was printed.
"""

from __future__ import annotations

import contextlib
import io
import struct
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from dis import opname

import numpy as np

Namespace = dict[str, object]
Loader = Callable[[str, str], Namespace]


# ------------------------------------------------------------------ comparing


def same(plain: object, accelerated: object) -> str | None:
    """None if the two are the same in every respect, else where and how they differ.

    >>> same((1, 0.0), (1, -0.0))
    '[1]: 0.0 is not -0.0'
    >>> same(np.float64(1), 1.0)
    ': type numpy.float64 is not builtins.float'
    >>> same(float("nan"), -float("nan"))
    """
    return _Comparer().compare(plain, accelerated, "")


class _Comparer:
    def __init__(self) -> None:
        self.pairs: dict[int, int] = {}
        self.seconds: dict[int, int] = {}

    def compare(self, a: object, b: object, path: str) -> str | None:
        if isinstance(a, type) or callable(a):
            return None if _name(a) == _name(b) else f"{path}: {a!r} is not {b!r}"
        if _name(type(a)) != _name(type(b)):
            return f"{path}: type {_name(type(a))} is not {_name(type(b))}"
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
            return self._identity(a, b, path) or _same_array(a, b, path)
        if isinstance(a, np.generic) and isinstance(b, np.generic):
            return _same_array(np.asarray(a), np.asarray(b), path) and f"{path}: {a!r} is not {b!r}"
        if isinstance(a, float) and isinstance(b, float):
            return None if _bits(a) == _bits(b) else f"{path}: {a!r} is not {b!r}"
        if isinstance(a, complex) and isinstance(b, complex):
            equal = _bits(a.real) == _bits(b.real) and _bits(a.imag) == _bits(b.imag)
            return None if equal else f"{path}: {a!r} is not {b!r}"
        if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
            return self._sequence(list(a), list(b), path)
        if isinstance(a, dict) and isinstance(b, dict):
            return self._mapping(a, b, path)
        if isinstance(a, BaseException) and isinstance(b, BaseException):
            return self.compare(_exception(a), _exception(b), path)
        if isinstance(a, types.ModuleType):
            return None
        if hasattr(a, "__dict__") and hasattr(b, "__dict__"):
            return self._identity(a, b, path) or self._object(a, b, path)
        try:
            equal = a == b
        except RecursionError:
            equal = False
        return None if equal else f"{path}: {a!r} is not {b!r}"

    def _identity(self, a: object, b: object, path: str) -> str | None:
        """One object on one side must be one object on the other side too."""
        if self.pairs.setdefault(id(a), id(b)) != id(b) or self.seconds.setdefault(id(b), id(a)) != id(a):
            return f"{path}: is one object with another result on one side only"
        return None

    def _object(self, a: object, b: object, path: str) -> str | None:
        if id(a) in self.pairs and path.count(".") > 5:
            return None
        return self._mapping(vars(a), vars(b), path + ".")

    def _sequence(self, a: list[object], b: list[object], path: str) -> str | None:
        if len(a) != len(b):
            return f"{path}: length {len(a)} is not {len(b)}: {a!r:.300} and {b!r:.300}"
        found = (self.compare(x, y, f"{path}[{i}]") for i, (x, y) in enumerate(zip(a, b, strict=True)))
        return next((difference for difference in found if difference), None)

    def _mapping(self, a: Mapping[object, object], b: Mapping[object, object], path: str) -> str | None:
        if set(a) != set(b):
            return f"{path}: names only plain {set(a) - set(b)}, only accelerated {set(b) - set(a)}"
        found = (self.compare(a[key], b[key], f"{path}{key}") for key in a)
        return next((difference for difference in found if difference), None)


def _name(value: object) -> str:
    """Of a type or function; user's types of both runs are called alike (and `np.bool` is not `bool`)."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', repr(value))}"


def _bits(value: float) -> bytes:
    return b"nan" if value != value else struct.pack("<d", value)


def _same_array(a: np.ndarray, b: np.ndarray, path: str) -> str | None:
    for what in ("dtype", "shape", "strides"):
        if getattr(a, what) != getattr(b, what):
            return f"{path}: {what} {getattr(a, what)} is not {getattr(b, what)}"
    if a.flags.writeable != b.flags.writeable or a.flags.aligned != b.flags.aligned:
        return f"{path}: flags differ"
    if a.dtype.hasobject or a.dtype.names:
        return None if a.tolist() == b.tolist() else f"{path}: {a!r} is not {b!r}"
    wrong = np.argwhere(_array_bits(a) != _array_bits(b))
    if not len(wrong):
        return None
    at = tuple(int(k) for k in wrong[0][: a.ndim])
    return f"{path}[{', '.join(map(str, at))}]: {a[at]!r} is not {b[at]!r} ({len(wrong)} differ)"


def _array_bits(array: np.ndarray) -> np.ndarray:
    """The elements as unsigned integers, every NaN as one value; complex as pairs."""
    flat = np.ascontiguousarray(array)
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    if flat.dtype.kind == "f":
        flat = np.where(np.isnan(flat), np.array(np.nan, flat.dtype), flat)
    return flat.view(f"u{flat.dtype.itemsize}") if flat.dtype.kind in "biuf" else flat


def _exception(error: BaseException | None) -> tuple[object, ...] | None:
    if error is None:
        return None
    cause, context = _exception(error.__cause__), _exception(error.__context__)
    return type(error).__name__, error.args, error.__suppress_context__, cause, context


# -------------------------------------------------------------------- running


@dataclass
class Frame:
    """One line of a traceback, with the variables of that frame."""

    name: str
    position: tuple[int | None, ...]
    variables: Namespace | None

    def key(self) -> tuple[object, ...]:
        return self.name, self.position


@dataclass
class Outcome:
    """All that one run did."""

    value: object = None
    error: BaseException | None = None
    frames: list[Frame] = field(default_factory=list)
    origin: str = ""
    inputs: tuple[object, ...] = ()
    warned: list[tuple[str, str, int]] = field(default_factory=list)
    printed: str = ""

    def difference(self, other: Outcome) -> str | None:
        """How `other` (the accelerated run) differs from this one."""
        if type(self.error).__name__ != type(other.error).__name__:
            return f"plain {_ending(self)}, accelerated {_ending(other)}"
        checks = (
            ("exception", self.error, other.error),
            ("traceback", [f.key() for f in self.frames], [f.key() for f in other.frames]),
            ("state", _state(self), _state(other)),
            ("warnings", self.warned, other.warned),
            ("output", self.printed, other.printed),
        )
        return next((f"{what}{how}" for what, a, b in checks if (how := same(a, b))), None)


def _state(outcome: Outcome) -> Namespace:
    """Compared in one go, so that which results are one object is compared throughout."""
    return {"inputs": outcome.inputs, "value": outcome.value, "frames": [f.variables for f in outcome.frames]}


def _ending(outcome: Outcome) -> str:
    if outcome.error is None:
        return f"returned {outcome.value!r:.80}"
    return f"raised {outcome.error!r} at {outcome.origin}"


@dataclass(frozen=True)
class Conditions:
    """What surrounds a run: floating-point error handling and warnings filter."""

    errstate: Mapping[str, str] = field(default_factory=dict)
    filter: str = "always"


def observe(
    run: Callable[[], object], inputs: tuple[object, ...], filename: str, conditions: Conditions
) -> Outcome:
    """Run and record.  `inputs` are what the run may change."""
    outcome = Outcome(inputs=inputs)
    with _caught(conditions) as caught, contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            outcome.value = run()
        except (Exception, SystemExit) as error:
            outcome.error = error
            outcome.frames = list(_frames(error.__traceback__, filename))
            outcome.origin = _origin(error.__traceback__)
            error.__traceback__ = None
    outcome.printed = printed.getvalue()
    outcome.warned = [(w.category.__name__, str(w.message), _line(w, filename)) for w in caught]
    return outcome


@contextlib.contextmanager
def _caught(conditions: Conditions) -> Iterator[list[warnings.WarningMessage]]:
    with np.errstate(**conditions.errstate), warnings.catch_warnings(record=True) as caught:  # type: ignore[arg-type]
        warnings.simplefilter(conditions.filter)  # type: ignore[arg-type]
        yield caught


def _line(warning: warnings.WarningMessage, filename: str) -> int:
    """The line of a warning in the program; 0 for one that points elsewhere."""
    return warning.lineno if warning.filename == filename else 0


def _origin(traceback: types.TracebackType | None) -> str:
    """File and line of the innermost frame."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}" if traceback is not None else ""


def _frames(traceback: types.TracebackType | None, filename: str) -> Iterator[Frame]:
    """The frames from the program on; frames of other files below it count too."""
    inside = False
    while traceback is not None:
        code = traceback.tb_frame.f_code
        inside = inside or code.co_filename == filename
        if code.co_filename == filename:
            variables = dict(traceback.tb_frame.f_locals) if code.co_name != "<module>" else None
            yield Frame(code.co_name, _position(traceback), variables)
        elif inside:
            yield Frame(f"{code.co_filename}:{code.co_name}", (traceback.tb_lineno,), None)
        traceback = traceback.tb_next


def _position(traceback: types.TracebackType) -> tuple[int | None, ...]:
    if sys.version_info < (3, 11):
        return (traceback.tb_lineno,)
    positions = list(traceback.tb_frame.f_code.co_positions())
    return positions[traceback.tb_lasti // 2 + _is_first_of_two(traceback)]


def _is_first_of_two(traceback: types.TracebackType) -> bool:
    """Does CPython 3.11 blame the instruction before the one that found a variable without a value?

    Once a function is warm, which one whose loops run in kernels is later, two of its instructions are carried out as one.
    """
    if sys.version_info[:2] != (3, 11):
        return False
    code, at = traceback.tb_frame.f_code, traceback.tb_lasti
    name = opname[code.co_code[at]]
    if name == "LOAD_FAST":
        return code.co_varnames[code.co_code[at + 1]] in traceback.tb_frame.f_locals
    return name in ("STORE_FAST", "LOAD_CONST")  # neither fails

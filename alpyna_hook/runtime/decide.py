"""What the interpreter is predicted to need for a nest, and what compiling it costs: what is known before anything was measured.

Neither NumPy nor the grammar is imported here: most loops are decided without the engine.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter

from alpyna_hook.config import profile_file
from alpyna_hook.cost.priced import a_call, priced
from alpyna_hook.runtime import averages, earlier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from alpyna_hook.cost.priced import Called
    from alpyna_hook.profile import Profile

    Values: TypeAlias = Callable[[str], float | None]
    Shapes: TypeAlias = Callable[[str], tuple[int, ...] | None]

# Seconds of the interpreter (CPython 3.11 to 3.13, x86-64), for predictions of cost alone.
SECONDS_PER_NODE = 12e-9  # of Python's own numbers
SECONDS_PER_ELEMENT = 80e-9  # to read or write one element
SECONDS_PER_SCALAR = 60e-9  # for an operation on NumPy scalars
SECONDS_PER_CALL = {"builtin": 50e-9, "math": 40e-9, "numpy": 400e-9, "type": 100e-9}
SECONDS_PER_USER_CALL = 60e-9
COMPILE_SECONDS = {"llvm": 0.025, "numba": 0.12}  # by engine
COMPILE_SECONDS_PER_NODE = {"llvm": 0.0002, "numba": 0.0012}
LOAD_SECONDS, LOAD_SECONDS_PER_NODE = 0.005, 0.00015  # the same, where the kernel is in the store
COMPILER_IMPORT_SECONDS = {"llvm": 0.045, "numba": 0.9}
FIRST_SECONDS = {"llvm": 0.03, "numba": 0.0}  # what a process's first compilation costs more, but where it is from the store
_LIBRARY = {"llvm": "llvmlite.binding", "numba": "numba"}
MEASURED = "llvm"  # the engine that a profile was measured with
NUMPY_IMPORT_SECONDS = 0.12
ENGINE_IMPORT_SECONDS = 0.08
UNKNOWN_TRIPS = 1000.0  # of a `while` loop, or of one whose bounds are not known beforehand,
NESTED_UNKNOWN_TRIPS = 30.0  # and of one in another loop
_NODES_OF_OPERATION = 3.0  # with its operands
_MANY = 32


def measured() -> Profile | None:
    """This machine's profile; where there is none, as is common, what reads it is not even imported, and nobody asks again."""
    if "alpyna_hook.profile" not in sys.modules:
        if not _profile_is_there:
            _profile_is_there.append(os.path.exists(profile_file()))
        if not _profile_is_there[0]:
            return None
    from alpyna_hook import profile

    return profile.load()


def pace() -> float:
    """How many times as long as where the constants are from this machine's interpreter needs; found in 0.1 ms."""
    if not _pace:
        loop, turns = _loop(), 100
        seconds = min([loop(turns) for _ in range(6)])
        _pace.append(min(max(seconds / (turns * _NODES_OF_LOOP * SECONDS_PER_NODE), 0.5), 16.0))
    return _pace[0]


def _slowness() -> float:
    """The same for other work, which a machine that runs short loops in no time need not do as fast."""
    return max(1.0, pace())


_profile_is_there: list[bool] = []  # once that is known
_pace: list[float] = []
_NODES_OF_LOOP = 14


def _loop() -> Callable[[int], float]:
    """Made for each process: the interpreter adapts the code of a function to what it is called with."""

    def timed(turns: int) -> float:
        s = 0.75
        begun = perf_counter()
        for _ in range(turns):
            s = s * 0.5 + 1.5 - s / 3.0
        return perf_counter() - begun

    return timed


def compile_seconds(size: int, jit: str = MEASURED, *, stored: bool = False) -> float:
    """What analysing and compiling a nest of this many nodes is predicted to cost, once everything is imported; stored: where
    the kernel is in the store."""
    known = measured() if jit == MEASURED else None
    base = per_node = None
    if known and stored:  # both of one fit
        base, per_node = known.load_seconds, known.load_seconds_per_node
    elif known:
        base, per_node = known.compile_seconds, known.compile_seconds_per_node
    if base is not None and per_node is not None:
        return base + per_node * size
    if stored:
        return (LOAD_SECONDS + LOAD_SECONDS_PER_NODE * size) * _slowness()
    return (COMPILE_SECONDS[jit] + COMPILE_SECONDS_PER_NODE[jit] * size) * _slowness()


def launch_seconds() -> float:
    """What a call of a kernel is taken to cost before any was seen."""
    known = measured()
    return known.launch_seconds if known and known.launch_seconds else averages.LAUNCH_SECONDS * _slowness()


averages.LAUNCHES.assumed = launch_seconds


def is_imported(jit: str) -> bool:
    return _LIBRARY[jit] in sys.modules


def import_seconds(jit: str = MEASURED, *, stored: bool = False) -> float:
    """What has still to be imported before the first nest can be compiled; stored: where its kernel is in the store."""
    needless = is_imported(jit) or (stored and jit == MEASURED and earlier.loads_itself())
    if needless and "alpyna_hook.runtime.engine" in sys.modules:
        return 0.0
    seconds = 0.0
    if not needless:
        known = measured() if jit == MEASURED else None
        seen = known and known.compiler_import_seconds
        seconds = seen or (COMPILER_IMPORT_SECONDS[jit] + (0.0 if stored else FIRST_SECONDS[jit])) * _slowness()
    if "alpyna_hook.runtime.engine" not in sys.modules:
        seconds += (ENGINE_IMPORT_SECONDS + (0.0 if "numpy" in sys.modules else NUMPY_IMPORT_SECONDS)) * _slowness()
    return seconds


def seconds_of_kinds() -> tuple[float, ...]:
    """Of the kinds of work in an outline, in their order."""
    known = measured()
    if known is None:
        usual = (SECONDS_PER_NODE, SECONDS_PER_ELEMENT, SECONDS_PER_SCALAR, SECONDS_PER_USER_CALL, *SECONDS_PER_CALL.values())
        return tuple([seconds * pace() for seconds in usual])
    families = {**SECONDS_PER_CALL, **known.seconds_per_call}
    return (
        known.seconds_per_node or SECONDS_PER_NODE,
        known.seconds_per_element or SECONDS_PER_ELEMENT,
        known.seconds_per_scalar or SECONDS_PER_SCALAR,
        known.seconds_per_user_call or SECONDS_PER_USER_CALL,
        families["builtin"], families["math"], families["numpy"], families["type"],
    )


class Estimate:
    """Predicted interpreter time of a nest for live values; indices stand at the middle of their range.

    sure: no loop turns more often than was assumed.  exact: nor less often.  constant: it is the same for all values.
    turns: of the outermost loop, 0 where that is not known.
    nest: as it was captured, by which it is found whether an earlier process has compiled it.
    called: the work of what the nest calls, where the outline does not have it.  is_scalar: whether a name stands for one of
    NumPy's scalars, with which all operations take longer.
    line: of a nest of one loop, seconds beside its turns, and for each of them.
    """

    def __init__(
        self, outline: Any, nest: bytes = b"", called: Called = a_call, is_scalar: Callable[[str], bool] = lambda name: False,
    ) -> None:
        self.nest = nest
        self._stored: bool | None = None
        self.size, self._may_last, self._early, body, operands = outline
        self.outline = body
        per_kind = seconds_of_kinds()
        self._turn_seconds = 2 * per_kind[0]
        if any(map(is_scalar, operands)):
            per_kind = (per_kind[0] + per_kind[2] / _NODES_OF_OPERATION, *per_kind[1:])
        self._body = priced(body, per_kind, called)
        self.line = self._single()
        self._formula: Any = None
        self._uses = 0
        self.sure = self.exact = self.constant = False
        self.turns = 0.0  # of the outermost loop, where that is known of the last values
        self._around = self._inner = False  # a loop around this place; one whose trips are not known
        self._values: Values = _unknown
        self._shapes: Shapes = _unknown
        self._own: dict[str, float | None] = {}  # values that the nest assigns

    def is_stored(self, jit: str) -> bool:
        """Whether a kernel of the nest is likely in the store."""
        if self._stored is None:
            self._stored = bool(self.nest) and earlier.has_compiled(self.nest)
        return self._stored and jit == MEASURED

    def _single(self) -> tuple[float, float] | None:
        """Of a nest of one loop: seconds beside its turns, and for each of them."""
        seconds, nested = self._body
        if len(nested) != 1 or nested[0][0] != "for":
            return None
        (of_turn, within), (after, in_else) = nested[0][5:]
        return None if within or in_else else (seconds + after, of_turn + self._turn_seconds)

    def of_turns(self, trips: int) -> float | None:
        """Seconds for a nest of one loop that turns so often; None where there are more loops.  As `of`, in a tenth of the time."""
        if self.line is None:
            return None
        self.sure = not self._may_last
        self.exact = self.sure and not self._early
        return self.line[0] + trips * self.line[1]

    def of_new(self, values: Values, shapes: Shapes) -> float:
        """As `of`, for nests that go on being asked for: what they need is compiled in the end."""
        self._uses += 1
        if self._uses == _MANY:
            from alpyna_hook.cost.formula import formula

            self._formula = formula(self._body, self._turn_seconds, UNKNOWN_TRIPS, NESTED_UNKNOWN_TRIPS)
        if self._formula is not None:
            try:
                seconds: float = self._formula(values, shapes)
            except (TypeError, IndexError, ZeroDivisionError):
                pass  # one of the bounds is not known after all
            else:
                self.sure = not self._may_last
                self.exact = self.sure and not self._early
                return seconds
        return self.of(values, shapes)

    def of(self, values: Values, shapes: Shapes) -> float:
        """Seconds for these values and shapes, each asked for by its name."""
        self._values, self._shapes, self._own = values, shapes, {}
        self.sure, self._around, self._inner, self.constant = not self._may_last, False, False, True
        self.turns = 0.0
        seconds = self._seconds(self._body)
        self._values = self._shapes = _unknown  # an array, or a namespace, must not be kept alive
        self.exact = self.sure and not self._early
        return seconds

    def _seconds(self, body: Any) -> float:
        seconds, nested = body
        total: float = seconds
        for s in nested:
            match s[0]:
                case "for":
                    total += self._for(*s[1:])
                case "while":
                    total += self._unknown(s[1])
                case "if":
                    total += max(self._seconds(s[1]), self._seconds(s[2]))
                case _:
                    self._own[s[1]] = self._bound(s[2])
        return total

    def _for(self, index: str, start: Any, stop: Any, step: Any, body: Any, orelse: Any) -> float:
        first, end, by = self._bound(start), self._bound(stop), self._bound(step)
        after = self._seconds(orelse)
        if first is None or end is None or not by:
            self.sure = False
            self._own[index] = None
            return self._unknown(body) + after
        self._own[index] = (first + end) / 2
        trips = max(0.0, (end - first) / by)
        if not self._around:
            self.turns = trips
        around, self._around = self._around, True
        seconds = trips * (self._seconds(body) + self._turn_seconds)
        self._around = around
        return seconds + after

    def _unknown(self, body: Any) -> float:
        """A loop of which it is not known how often it turns."""
        before = self._inner
        trips = NESTED_UNKNOWN_TRIPS if before or self._around else UNKNOWN_TRIPS
        self._inner = True
        seconds = trips * (self._seconds(body) + self._turn_seconds)
        self._inner = before
        return seconds

    def _bound(self, e: Any) -> float | None:
        if type(e) is float or e is None:
            return e
        if type(e) is str:
            return self._value(e)
        operator, *parts = e
        if operator == "shape":
            return self._extent(*parts)
        values = [self._bound(part) for part in parts]
        known = [v for v in values if v is not None]
        if operator in ("min", "max"):
            self.sure = self.sure and len(known) == len(values)
            return (max if operator == "max" else min)(known) if known else None
        return _ARITHMETIC[operator](*known) if len(known) == len(values) else None

    def _value(self, name: str) -> float | None:
        if name in self._own:
            return self._own[name]
        self.constant = False
        return self._values(name)

    def _extent(self, array: str, axis: int | None) -> float | None:
        self.constant = False
        shape = self._shapes(array)
        if shape is None:
            return None
        if axis is not None:
            return float(shape[axis]) if 0 <= axis < len(shape) else None
        size = 1.0
        for extent in shape:
            size *= extent
        return size


def _unknown(_name: str) -> None:
    return None


_ARITHMETIC: dict[str, Callable[..., float | None]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "neg": lambda a: -a,
    "//": lambda a, b: a // b if b else None, "/": lambda a, b: a / b if b else None,
}

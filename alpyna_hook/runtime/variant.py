"""A nest for one signature: typed, with the kernels that have been built for it and what was proved for each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from alpyna_hook.config import Options
from alpyna_hook.cost.pace import Pace
from alpyna_hook.ir.kinds import is_int
from alpyna_hook.ir.layout import Carry, Layout
from alpyna_hook.ir.schema import Struct
from alpyna_hook.runtime.errand import late

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alpyna_hook.bind.kept_tuples import Kept
    from alpyna_hook.bind.swaps import Choice
    from alpyna_hook.dependence import Outermost  # for several threads alone
    from alpyna_hook.ir import captured as ir, typed as t
    from alpyna_hook.ir.facts import Facts
    from alpyna_hook.ir.interface import Interface
    from alpyna_hook.ir.kinds import Rep
    from alpyna_hook.kernels.kernel import Kernel
    from alpyna_hook.live.view import View
    from alpyna_hook.runtime.proofs import Proofs
    from alpyna_hook.schedule.value import Schedule

KernelKey: TypeAlias = "tuple[str, frozenset[tuple[str, int]], tuple[int, ...]]"  # outcomes, unit strides, groups

FIRST_CALLS = 24  # of a variant through the engine, before it gets a plan; each further one needs twice as many
FEW_RUNS, _MOST_RUNS = 8, 2**16


class Call(Struct):
    """What was decided for one set of shapes, strides, overlaps and integers.

    kernel: none where the outermost loop does not turn.  trips: how often it does, if known.  predicted: seconds in the
    interpreter; sure: no loop turns more often than was assumed; exact: nor less often.
    soon: it surely (True) or probably (None) ends before anyone would press Ctrl-C.  mask: the floating-point flags
    to watch.  keeps: whether the arrays that are written are kept aside.  outcomes: of the obligations.
    """

    kernel: Kernel | None
    trips: int | None
    predicted: float
    sure: bool
    exact: bool
    soon: bool | None
    mask: int
    keeps: bool
    outcomes: str


class Lie(Struct):
    """How the arrays of a call lie, with all that does not depend on its integers.

    groups: see `overlap_groups`.  unit: the axes along which elements are contiguous.  mask: the floating-point flags to watch.
    head: the frame up to the scalars.  kernels: by what was proved, each with the outcomes that it was made for.
    """

    shapes: tuple[tuple[int, ...], ...]
    groups: tuple[int, ...]
    unit: frozenset[tuple[str, int]]
    mask: int
    proofs: Proofs
    head: bytes
    kernels: dict[str, tuple[str, Kernel]]


class Placed:
    """A call with its arrays at known addresses: `head` is its frame up to the scalars; `schedule`, once it was asked for."""

    __slots__ = ("call", "head", "schedule")

    def __init__(self, call: Call, head: bytes) -> None:
        self.call, self.head = call, head
        self.schedule: Schedule | None = None


class Spent(Struct):
    """Seconds on a new proof or kernel.  here: those of the thread that waited.  imported: the compiler had been, before.
    fresh: the kernel was not in the store."""

    seconds: float
    here: float
    kernel: bool
    imported: bool
    fresh: bool = False


class Analysis(Struct):
    """What the compiler, and what rebuilds a proof, needs of a nest for one signature; a call does not."""

    nest: ir.Nest
    typed: t.TypedNest
    facts: Facts


class Given(Struct):
    """What a call needs of it.

    tuples: the arrays that are made of tuples.  views: rows.  choices: arrays that the nest gives other names.
    made: tuples.  anchored: obligations that the floating-point flags answer for.
    """

    interface: Interface
    layout: Layout
    reps: Mapping[str, Rep]  # of the arrays
    views: Mapping[str, View]
    choices: Mapping[str, Choice]
    made: Mapping[str, Kept]
    tuples: tuple[str, ...]
    anchored: Mapping[int, str]


class Variant:
    def __init__(self, given: Given, analyse: Callable[[], Analysis]) -> None:
        """analyse: asked once, by who needs more than a call does."""
        interface, layout = given.interface, given.layout
        self.given, self.interface, self.layout, self.reps = given, interface, layout, given.reps
        self.views, self.choices, self.made, self.tuples, self.anchored = (
            given.views, given.choices, given.made, given.tuples, given.anchored)
        self._analyse = analyse
        self._analysis: Analysis | None = None
        self._carried: tuple[Carry | None] | None = None
        self.head, self.packer, self.unpacker = layout.head, layout.packer, layout.unpacker  # of a frame, up to the scalars; ...
        self.integers = tuple([n for n in interface.inputs if is_int(interface.variables[n].rep)])  # which proofs depend on
        self.sizes = tuple([int(self.reps[name][1:]) for name in interface.arrays])  # of the arrays' elements, in bytes
        self.stored = tuple([name in interface.stored for name in interface.arrays])  # for each array: is it written to?
        self.warns = interface.has_float_warnings or "overflow" in interface.obligations
        self.trust_flags = True  # that they are raised where NumPy would warn; else each operation is checked, which takes longer
        self.keeps_flags = True  # the functions of NumPy that it calls do not clear them
        self.patience = FEW_RUNS  # runs without a warning, after which they are trusted again
        self.clean = 0  # such runs, since they were last trusted
        self.trusted_at = 0  # how many compiled runs the site had then
        self.kernels: dict[KernelKey, Kernel] = {}
        self.calls: dict[tuple[object, ...], Call] = {}
        self.placed: dict[tuple[object, ...], Placed] = {}
        self.settings: dict[tuple[object, ...], tuple[int, Proofs]] = {}  # flags to watch, and what was proved
        self.lies: dict[tuple[object, ...], Lie] = {}
        self.stood_in: dict[KernelKey, int] = {}  # how often another kernel served in place of this one
        self.units: dict[object, frozenset[tuple[str, int]]] = {}  # by strides
        self.unplanned = 0  # calls through the engine, since the last plan was made
        self.plans = 0  # made, or tried to
        self.before: tuple[object, object] | None = None  # shapes and strides, and integers, of the last of these calls
        self.kept_kernels: dict[KernelKey, str] = {}  # those that an earlier process has made: the digests of their texts
        self.kept_proofs: dict[object, list[tuple[Any, ...]]] = {}  # by what `Proofs` are for
        self.news = False  # something was made that is not kept yet
        self.spent: list[Spent] = []  # and not put down yet
        self.analysis_seconds = 0.0  # that no kernel was charged with
        self.dependences: Outermost | None = None  # once a schedule was asked for
        self.planned: dict[str, Schedule] = {}  # by outcomes: as far as the bounds do not matter
        self.schedules: dict[tuple[object, ...], Schedule] = {}
        self.there: dict[str, Any] = {}  # what `on_device` remembers, by device, or why it cannot be used
        self.choosing: Any = None  # what `choosing` remembers; False where there is nothing to choose
        self.exchanged: dict[str, None] = {}  # what was done to the order of inner loops, for people
        self.pace = Pace()
        self.options = Options()
        self.place = ""  # where it is, to be shown

    @property
    def analysis(self) -> Analysis:
        if self._analysis is None:
            self._analysis = self._analyse()
        return self._analysis

    @property
    def nest(self) -> ir.Nest:
        return self.analysis.nest

    @property
    def typed(self) -> t.TypedNest:
        return self.analysis.typed

    @property
    def facts(self) -> Facts:
        return self.analysis.facts

    @property
    def carried(self) -> Carry | None:
        """What a later part of the iterations needs from those before it; None if that is not known."""
        if self._carried is None:
            self._carried = (late("alpyna_hook.emit.carried").carry(self.typed, self.layout),)
        return self._carried[0]

    def keep_carried(self, carried: Carry | None) -> None:
        """As it is known from before."""
        self._carried = (carried,)

    def called(self, now: tuple[object, object]) -> tuple[object, object] | None:
        """Notes a call through the engine; what the last one was like, where a plan is due."""
        before, self.before = self.before or now, now
        self.unplanned += 1
        return None if self.unplanned <= FIRST_CALLS << self.plans else before

    def doubt_flags(self, runs: int) -> None:
        """They were raised, after so many compiled runs of the site.  Each operation is checked now, for longer each time."""
        served_long = runs - self.trusted_at > 4 * self.patience
        self.patience = FEW_RUNS if served_long else min(2 * self.patience, _MOST_RUNS)
        self.trust_flags, self.clean = False, 0

    def note_clean_run(self, runs: int) -> None:
        """No operation had anything to warn of."""
        self.clean += 1
        if self.clean >= self.patience and self.keeps_flags:
            self.trust_flags, self.trusted_at = True, runs

"""A nest for one signature: typed, with the kernels that have been built for it and what was proved for each call."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alpyna_hook.bind.kept_tuples import Kept
from alpyna_hook.bind.swaps import Choice
from alpyna_hook.bind.tuples import tuple_of
from alpyna_hook.bind.views import View
from alpyna_hook.config import Options
from alpyna_hook.cost.pace import Pace
from alpyna_hook.emit.carried import Carry, carry
from alpyna_hook.emit.layout import Layout
from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.facts import Facts
from alpyna_hook.ir.kinds import Rep, is_int
from alpyna_hook.kernels.kernel import Kernel
from alpyna_hook.prove.general import Proofs
from alpyna_hook.schedule.value import Schedule

if TYPE_CHECKING:
    from alpyna_hook.dependence import Outermost  # for several threads alone

KernelKey = tuple[str, frozenset[tuple[str, int]], tuple[int, ...]]  # outcomes, unit strides, groups


FEW_RUNS, _MOST_RUNS = 8, 2**16


@dataclass(slots=True)
class Call:
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


@dataclass(slots=True)  # made at calls: a frozen one takes three times as long
class Lie:
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
    kernels: dict[str, tuple[str, Kernel]] = field(default_factory=dict)


@dataclass(slots=True)
class Placed:
    """A call with its arrays at known addresses: `head` is its frame up to the scalars; `schedule`, once it was asked for."""

    call: Call
    head: bytes
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on a new proof or kernel.  here: those of the thread that waited.  imported: the compiler had been, before.
    fresh: the kernel was not in the store."""

    seconds: float
    here: float
    kernel: bool
    imported: bool
    fresh: bool = False


@dataclass
class Variant:
    nest: ir.Nest
    typed: t.TypedNest
    layout: Layout
    facts: Facts
    reps: Mapping[str, Rep]  # of the arrays
    views: Mapping[str, View]
    choices: Mapping[str, Choice]  # arrays that the nest gives other names
    made: Mapping[str, Kept]  # tuples
    anchored: Mapping[int, str]  # obligations that the floating-point flags answer for
    trust_flags: bool = True  # that they are raised where NumPy would warn; else each operation is checked, which takes longer
    patience: int = FEW_RUNS  # runs without a warning, after which they are trusted again
    clean: int = 0  # such runs, since they were last trusted
    trusted_at: int = 0  # how many compiled runs the site had then
    kernels: dict[KernelKey, Kernel] = field(default_factory=dict)
    calls: dict[tuple[object, ...], Call] = field(default_factory=dict)
    placed: dict[tuple[object, ...], Placed] = field(default_factory=dict)
    settings: dict[tuple[object, ...], tuple[int, Proofs]] = field(default_factory=dict)  # flags to watch, and what was proved
    lies: dict[tuple[object, ...], Lie] = field(default_factory=dict)
    stood_in: dict[KernelKey, int] = field(default_factory=dict)  # how often another kernel served in place of this one
    units: dict[object, frozenset[tuple[str, int]]] = field(default_factory=dict)  # by strides
    unplanned: int = 0  # calls through the engine, since the last plan was made
    plans: int = 0  # made, or tried to
    before: tuple[object, object] | None = None  # shapes and strides, and integers, of the last of these calls
    keeps_flags: bool = True  # the functions of NumPy that it calls do not clear them
    spent: list[Spent] = field(default_factory=list)  # and not put down yet
    analysis_seconds: float = 0.0  # that no kernel was charged with
    dependences: Outermost | None = None  # once a schedule was asked for
    planned: dict[str, Schedule] = field(default_factory=dict)  # by outcomes: as far as the bounds do not matter
    schedules: dict[tuple[object, ...], Schedule] = field(default_factory=dict)
    there: dict[str, Any] = field(default_factory=dict)  # what `on_device` remembers, by device
    choosing: Any = None  # what `choosing` remembers; False where there is nothing to choose
    exchanged: dict[str, None] = field(default_factory=dict)  # what was done to the order of inner loops, for people
    pace: Pace = field(default_factory=Pace)
    options: Options = Options()  # noqa: RUF009
    place: str = ""  # where it is, to be shown
    head: struct.Struct = field(init=False)  # of a frame, from its control words up to the scalars
    packer: struct.Struct = field(init=False)
    unpacker: struct.Struct = field(init=False)
    integers: tuple[str, ...] = field(init=False)  # inputs whose values the proof depends on
    stored: tuple[bool, ...] = field(init=False)  # for each array: is it written to?
    warns: bool = field(init=False)
    sizes: tuple[int, ...] = field(init=False)  # of the arrays' elements, in bytes
    tuples: tuple[str, ...] = field(init=False)  # the arrays that are made of tuples

    def __post_init__(self) -> None:
        typed = self.typed
        self.head, self.packer, self.unpacker = self.layout.head, self.layout.packer, self.layout.unpacker
        self.integers = tuple([n for n in typed.inputs if is_int(typed.variables[n].rep)])
        self.tuples = tuple([name for name in typed.arrays if tuple_of(name) in self.facts.tuples])
        self.sizes = tuple([int(self.reps[name][1:]) for name in typed.arrays])
        self.stored = tuple([name in typed.stored for name in typed.arrays])
        self.warns = typed.has_float_warnings or "overflow" in typed.obligations

    @cached_property
    def carried(self) -> Carry | None:
        """What a later part of the iterations needs from those before it; None if that is not known."""
        return carry(self.typed, self.layout)

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

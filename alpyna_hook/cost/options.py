"""What a run of a nest costs on each device, term by term, and which is taken: on the processor, or on one with memory of its own.

The terms come from the profile (`alpyna profile`) and from counts of work; what runs were seen to need corrects them.  A device
that is not in the profile is no option.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from alpyna_hook.profile import Costs, Profile

_ELEMENT = 8.0  # bytes
_BETTER = 0.9  # of the seconds of the processor, at the most, a device must need
_MEMORY, _OUTLIER = 8.0, 3.0  # of the average of what was seen to what was expected
_FIRST = 2  # runs on a device, before the processor is tried if it never was
_MOST_REFUSALS = 2  # in a row


class Work(NamedTuple):
    """operations, accesses: of the nest.  there, back: bytes of the arrays that a device needs, and of those that come back."""

    operations: float
    accesses: float
    there: float
    back: float


class Option(NamedTuple):
    """Seconds, but for name; `compute` and `memory` happen at once.  factor: what runs were seen to need, to what the terms say
    (of the processor: the terms are what was seen); 0: none was seen.  refused: why the nest does not run there."""

    name: str
    compile: float = 0.0
    launch: float = 0.0
    transfer: float = 0.0
    compute: float = 0.0
    memory: float = 0.0
    factor: float = 0.0
    refused: str = ""

    @property
    def modelled(self) -> float:
        """Of a run, once all is compiled."""
        return self.launch + self.transfer + max(self.compute, self.memory)

    @property
    def run(self) -> float:
        return self.modelled * (self.factor or 1.0)


def on_device(name: str, costs: Costs, work: Work, factor: float, preparing: float) -> Option:
    return Option(
        name, preparing, costs.seconds_to_launch, work.there / costs.bytes_a_second_there + work.back / costs.bytes_a_second_back,
        work.operations / costs.operations_a_second, work.accesses * _ELEMENT / costs.bytes_a_second, factor)


def on_processor(profile: Profile, work: Work, threads: int) -> Option:
    """As nothing was seen of it."""
    rate, levels = profile.operations_a_second, profile.bytes_a_second
    assert rate is not None
    return Option(
        "cpu", launch=profile.launch_seconds or 0.0, compute=work.operations / (rate * threads),
        memory=work.accesses * _ELEMENT / (bandwidth(levels, work.there) * threads))


def bandwidth(levels: Mapping[float, float], footprint: float) -> float:
    """Of the smallest level that was measured and holds so many bytes, or of the last."""
    fitting = [size for size in levels if size >= footprint]
    return levels[min(fitting)] if fitting else levels[max(levels)]


class Choice:
    """Of one nest for one set of types."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.devices = dict(profile.devices)
        self.last: list[Option] = []  # of the last run that was looked at; the one that was taken stands first
        self._factors: dict[str, float] = {}
        self._runs: dict[str, int] = {}
        self._gains: dict[str, float] = {}  # seconds that a device would have saved, had it been prepared
        self._refusals: dict[str, int] = {}
        self._why: dict[str, str] = {}
        self.prepared: set[str] = set()

    @property
    def is_open(self) -> bool:
        """Whether any device is left."""
        return any(self._refusals.get(name, 0) < _MOST_REFUSALS for name in self.devices)

    def taken(self, work: Work, processor: Option, opened: Any) -> str:
        """The name of a device, or nothing where the processor is taken.  opened: those that were used in this process."""
        found = [self._option(name, costs, work, opened) for name, costs in self.devices.items()]
        usable = [option for option in found if not option.refused]
        best = min(usable, key=lambda option: option.run, default=None)
        name = "" if best is None else self._among(best, processor)
        order = [processor, *found]
        self.last = sorted(order, key=lambda option: (option.name != (name or processor.name), option.run))
        return name

    def _among(self, best: Option, processor: Option) -> str:
        if best.run >= _BETTER * processor.run:
            return ""
        if not processor.factor and self._runs.get(best.name, 0) == _FIRST:
            self._runs[best.name] += 1
            return ""  # to see what it needs
        gain = processor.run - best.run
        if best.compile > gain:
            total = self._gains[best.name] = self._gains.get(best.name, 0.0) + gain
            if total < best.compile:
                return ""
        return best.name

    def _option(self, name: str, costs: Costs, work: Work, opened: Any) -> Option:
        preparing = 0.0 if name in self.prepared else costs.seconds_to_compile
        preparing += 0.0 if name in opened else costs.seconds_to_open
        option = on_device(name, costs, work, self._factors.get(name, 0.0), preparing)
        return option._replace(refused=self._why.get(name, "refused")) if self._refusals.get(name, 0) >= _MOST_REFUSALS else option

    def ran(self, name: str, seconds: float) -> None:
        """The option that was taken last has needed so long, without compiling."""
        expected = next((option.modelled for option in self.last if option.name == name), 0.0)
        self.prepared.add(name)
        self._refusals[name] = 0
        self._runs[name] = self._runs.get(name, 0) + 1
        if expected <= 0.0:
            return
        factor, usual = seconds / expected, self._factors.get(name)
        self._factors[name] = factor if usual is None else usual + (min(factor, _OUTLIER * usual) - usual) / _MEMORY

    def refuse(self, name: str, why: str) -> None:
        self._refusals[name] = self._refusals.get(name, 0) + 1
        self._why[name] = why

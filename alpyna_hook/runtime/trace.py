"""What became of a site: counted here, rendered by `explain`, and nowhere else."""

from __future__ import annotations

from alpyna_hook.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from alpyna_hook.ir.captured import Loc


class Cause(NamedTuple):
    """What was met at the last refusal for a reason; `others`: what else is in the way of the nest (slug, detail, place)."""

    detail: str
    loc: Loc | None
    others: tuple[tuple[str, str, Loc | None], ...] = ()


class Trace:
    """The history of one loop nest in this process.

    runs: so many; each is accelerated or among the refusals.  seconds: spent on accelerated runs.  predicted: what the
    interpreter is taken to have needed for them.  refusals: how often each reason kept the nest in the interpreter; causes: what
    was met then.  reason, detail, loc: of the last.  What the other runs needed is in the site's `judge`.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.accelerated = 0
        self.seconds = 0.0
        self.compile_seconds = 0.0
        self.predicted = 0.0
        self.reason: str | None = None
        self.detail = ""
        self.loc: Loc | None = None
        self.refusals: dict[str, int] = {}
        self.causes: dict[str, Cause] = {}
        self.kernels: list[str] = []
        self.there = 0  # of the accelerated runs, those on devices with memory of their own
        self.devices: dict[str, int] = {}  # the same, by device
        self.elsewhere: dict[str, int] = {}  # why the others were not, and how many
        self.schedule = ""  # of the last compiled run that was long enough for several threads

    def refuse(
        self, slug: str, detail: str, loc: Loc | None, others: tuple[tuple[str, str, Loc | None], ...] = ()
    ) -> None:
        self.reason, self.detail, self.loc = slug, detail, loc
        if detail or loc is not None:
            self.causes[slug] = Cause(detail, loc, others)
        self.refusals[slug] = self.refusals.get(slug, 0) + 1

    def not_there(self, why: str) -> None:
        """A run that the device which was chosen did not take."""
        self.elsewhere[why] = self.elsewhere.get(why, 0) + 1

    def ran_there(self, device: str) -> None:
        self.there += 1
        self.devices[device] = self.devices.get(device, 0) + 1

    def leave(self, calls: int) -> None:
        """So many runs were left to the interpreter without a look, for the reason that the last one had."""
        self.runs += calls
        slug = self.reason or "too-small"
        self.refusals[slug] = self.refusals.get(slug, 0) + calls

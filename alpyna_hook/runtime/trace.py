"""What became of a site: counted here, rendered by `explain`, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from alpyna_hook.ir import Loc


class Cause(NamedTuple):
    """What was met at the last refusal for a reason; `others`: what else is in the way of the nest (slug, detail, place)."""

    detail: str
    loc: Loc | None
    others: tuple[tuple[str, str, Loc | None], ...] = ()


@dataclass(slots=True)
class Trace:
    """The history of one loop nest in this process.

    runs: so many; each is accelerated or among the refusals.  seconds: spent on accelerated runs.  predicted: what the
    interpreter is taken to have needed for them.  refusals: how often each reason kept the nest in the interpreter; causes: what
    was met then.  reason, detail, loc: of the last.  What the other runs needed is in the site's `judge`.
    """

    runs: int = 0
    accelerated: int = 0
    seconds: float = 0.0
    compile_seconds: float = 0.0
    predicted: float = 0.0
    reason: str | None = None
    detail: str = ""
    loc: Loc | None = None
    refusals: dict[str, int] = field(default_factory=dict)
    causes: dict[str, Cause] = field(default_factory=dict)
    kernels: list[str] = field(default_factory=list)

    def refuse(
        self, slug: str, detail: str, loc: Loc | None, others: tuple[tuple[str, str, Loc | None], ...] = ()
    ) -> None:
        self.reason, self.detail, self.loc = slug, detail, loc
        if detail or loc is not None:
            self.causes[slug] = Cause(detail, loc, others)
        self.refusals[slug] = self.refusals.get(slug, 0) + 1

    def leave(self, calls: int) -> None:
        """So many runs were left to the interpreter without a look, for the reason that the last one had."""
        self.runs += calls
        slug = self.reason or "too-small"
        self.refusals[slug] = self.refusals.get(slug, 0) + calls

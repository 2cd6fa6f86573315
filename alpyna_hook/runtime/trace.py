"""What became of a site: counted here, rendered by `explain`, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field

from alpyna_hook.ir import Loc
from alpyna_hook.runtime.ledger import Ledger


@dataclass(slots=True)
class Trace:
    """The history of one loop nest in this process.

    seconds: spent in kernels.  predicted: what the interpreter is predicted to have needed for the
    accelerated runs.  refusals: how often each reason kept the nest in the interpreter.
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
    kernels: list[str] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def refuse(self, slug: str, detail: str, loc: Loc | None) -> None:
        self.reason, self.detail, self.loc = slug, detail, loc
        self.refusals[slug] = self.refusals.get(slug, 0) + 1

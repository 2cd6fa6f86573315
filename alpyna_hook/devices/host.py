"""The devices whose kernels, if any, the engine runs itself."""

from __future__ import annotations

import os
import platform
from typing import Any

from alpyna_hook import profile


class Interpreter:
    name = "interpreter"
    remedy = ""

    def missing(self) -> str:
        return ""

    def about(self) -> str:
        return f"Python {platform.python_version()}, for every loop that is not compiled"

    def facts(self) -> dict[str, Any]:
        return {}

    def target(self) -> None:
        return None


class Cpu(Interpreter):
    name = "cpu"

    def about(self) -> str:
        model = profile.machine()["model"] or platform.machine()
        facts = self.facts()
        return f"{model}; {facts['cores']} cores, this process may use {facts['allowed']}; a kernel runs in one thread unless asked"

    def facts(self) -> dict[str, Any]:
        cores = os.cpu_count() or 1
        return {"cores": cores, "allowed": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores}

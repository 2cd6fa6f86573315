"""What the devices of a driver have in common: the first that asks opens one, and what fails then is why none can be used."""

from __future__ import annotations

import threading
from typing import Any, Protocol

from alpyna_hook.devices.target import DeviceError, Target


class Opened(Target, Protocol):
    """lost: why it will not do anything any more; nothing as long as it works."""

    lost: str

    @property
    def about(self) -> str: ...

    @property
    def facts(self) -> dict[str, Any]: ...


class ByDriver:
    """A `Device`, once there is `open`."""

    def __init__(self) -> None:
        self._target: Opened | None = None
        self._missing: str | None = None
        self._lock = threading.Lock()

    def open(self) -> Opened:
        """Raises DeviceError."""
        raise NotImplementedError

    def missing(self) -> str:
        with self._lock:
            if self._missing is None:
                try:
                    self._target = self.open()
                    self._missing = ""
                except DeviceError as error:
                    self._missing = str(error)
            return self._missing or (self._target.lost if self._target else "")

    def about(self) -> str:
        return self._target.about if not self.missing() and self._target else self.missing()

    def facts(self) -> dict[str, Any]:
        return self._target.facts if not self.missing() and self._target else {}

    def target(self) -> Opened:
        why = self.missing()
        if self._target is None or why:
            raise DeviceError(why)
        return self._target

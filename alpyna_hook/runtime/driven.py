"""What a device does, in a thread of its own: nothing that its driver raises gets out of here but as DeviceError, and what
Ctrl-C has left running there is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from alpyna_hook.config import complain
from alpyna_hook.devices.target import DeviceError
from alpyna_hook.runtime.errand import aside

T = TypeVar("T")
_left: dict[str, list[bool]] = {}  # by device: empty while it goes on with what nobody waits for


def driven(name: str, task: Callable[[], T]) -> T:
    """What the task returns.  Raises DeviceError, or what a signal's handler raises; the task then goes on unseen."""
    if name in _left and not _left[name]:
        raise DeviceError("it has not ended yet what was interrupted")
    ended: list[bool] = []

    def whole() -> T:
        try:
            return task()
        except DeviceError:
            raise
        except Exception as error:  # of a driver, or of another package's device: whatever it is, the CPU runs the nest
            told = f"{type(error).__name__}: {error}".splitlines()[0]
            complain(f"device {name}: {told}; what fails there runs on the cpu")
            raise DeviceError(told) from error
        finally:
            ended.append(True)

    try:
        return aside(whole)
    except DeviceError:
        raise
    except BaseException:
        _left[name] = ended
        raise

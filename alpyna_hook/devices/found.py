"""The devices by name: ours, and those that other packages register as entry points of the group `alpyna.devices`.

Ours are registered in the same way (setup.cfg); the table here has them found without reading the metadata of all packages, and
where the package is not installed.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from alpyna_hook.config import DEVICE_GROUP, entry_points
from alpyna_hook.devices.target import Device, DeviceError

OWN = {
    "interpreter": "alpyna_hook.devices.host:Interpreter",
    "cpu": "alpyna_hook.devices.host:Cpu",
    "cuda": "alpyna_hook.devices.cuda:Cuda",
    "opencl": "alpyna_hook.devices.opencl:OpenCl",
}


def names() -> list[str]:
    """Ours first."""
    return [*OWN, *sorted({*entry_points(DEVICE_GROUP)} - {*OWN})]


@cache
def device(name: str) -> Device:
    """Raises DeviceError where nothing of that name can be loaded."""
    place = OWN.get(name) or entry_points(DEVICE_GROUP).get(name)
    if place is None:
        raise DeviceError(f"there is no device {name!r}")
    module, _, attribute = place.partition(":")
    try:
        made: Device = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError) as error:
        raise DeviceError(f"{place} cannot be loaded: {error}") from error
    return made

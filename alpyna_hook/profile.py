"""What was measured of this machine, as `alpyna profile` has written it.

Every value is optional: where there is no profile, or none for this machine, the runtime has its
defaults.  The file is JSON with a schema number; one that is broken or of another schema is
ignored, with one line that says so.  Only the standard library is imported here, and little of it where there is no file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from typing import TYPE_CHECKING, Any

from alpyna_hook.config import complain, own_profile, profile_file
from alpyna_hook.log import log

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 2
BROKEN = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)  # what `parsed` raises

# Seconds that some machine may need: a value beyond, such as a busy machine led to, is not used.
_PLAUSIBLE = {
    "seconds_per_node": 1e-6, "seconds_per_element": 5e-6, "seconds_per_scalar": 5e-6, "seconds_per_user_call": 1e-5,
    "seconds_per_call": 2e-5, "compile_seconds": 2.0, "compile_seconds_per_node": 0.02, "compiler_import_seconds": 6.0,
    "load_seconds": 1.0, "load_seconds_per_node": 0.01, "launch_seconds": 5e-4,
}


@dataclass(frozen=True, slots=True)
class Costs:
    """Of a device with memory of its own: seconds until its first program can be compiled, to compile a small one, and to launch
    it; bytes a second from the host and back; what its kernels do in a second."""

    seconds_to_open: float
    seconds_to_compile: float
    seconds_to_launch: float
    bytes_a_second_there: float
    bytes_a_second_back: float
    operations_a_second: float
    bytes_a_second: float


@dataclass(frozen=True, slots=True)
class Profile:
    """One machine's profile; None where something was not measured.

    seconds_per_node, _element, _scalar (an operation on NumPy scalars), _user_call, and _call by family
    ("builtin", "math", "numpy", "type"): of the interpreter, as runtime/decide.py counts them.
    compile_seconds, compile_seconds_per_node: analysis and compilation of a nest, once the compiler is imported; load_seconds,
    load_seconds_per_node: the same where its kernel is in the store.  launch_seconds: of a call, beside the kernel.
    different: functions whose compiled result was not the interpreter's on the inputs tried, as
    "math.exp" or "numpy.exp:f4".
    operations_a_second, bytes_a_second (by the bytes that are gone over): of kernels in one thread.  devices: by name.
    flags: whether the floating-point flags that a kernel raises lead to the interpreter's warnings.
    """

    machine: Mapping[str, str] = field(default_factory=dict)
    measured_at: str = ""
    seconds_per_node: float | None = None
    seconds_per_element: float | None = None
    seconds_per_scalar: float | None = None
    seconds_per_user_call: float | None = None
    seconds_per_call: Mapping[str, float] = field(default_factory=dict)
    compile_seconds: float | None = None
    compile_seconds_per_node: float | None = None
    compiler_import_seconds: float | None = None
    load_seconds: float | None = None
    load_seconds_per_node: float | None = None
    launch_seconds: float | None = None
    different: frozenset[str] = frozenset()
    flags: bool | None = None
    operations_a_second: float | None = None
    bytes_a_second: Mapping[float, float] = field(default_factory=dict)
    devices: Mapping[str, Costs] = field(default_factory=dict)

    @property
    def seconds_before_devices(self) -> float:
        """What a nest must take, in all of its runs, before any device can pay; infinite where nothing is known to choose by."""
        if not self.operations_a_second or not self.bytes_a_second:
            return inf
        return min([costs.seconds_to_open + costs.seconds_to_compile for costs in self.devices.values()], default=inf)

    def inexact(self, family: str, name: str, rep: str = "f8") -> bool:
        """Whether a function ("math" or "numpy") was seen to differ from the interpreter on this machine."""
        return function_key(family, name, rep) in self.different


def function_key(family: str, name: str, rep: str = "f8") -> str:
    return f"math.{name}" if family == "math" else f"{family}.{name}:{rep}"


def path() -> Path:
    """The one that counts here."""
    from pathlib import Path

    return Path(profile_file())


def own_path() -> Path:
    """Where the measurements of this user's machine are kept."""
    from pathlib import Path

    return Path(own_profile())


def load() -> Profile | None:
    """The profile of this user and machine, read once; None if there is none that can be used."""
    if not _loaded:
        _loaded.append(read(profile_file()))
    return _loaded[0]


def use(profile: Profile | None) -> None:
    """From now on, in this process, this one in place of the file's."""
    _loaded[:] = [profile]


_loaded: list[Profile | None] = []


def read(file: str | os.PathLike[str]) -> Profile | None:
    """The profile in a file; None, with one line on standard error, if it cannot be used.

    One of another machine, Python or NumPy is not used, which only the log says.
    """
    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        _ignored(file, str(error))
        return None
    try:
        profile = parsed(text)
    except BROKEN as error:
        _ignored(file, f"{type(error).__name__}: {error}")
        return None
    suspect = implausible(profile)
    if suspect:
        log(f"{file}: {', '.join(suspect)}: more than a machine may need; not used, measure again with `alpyna profile`")
        unused: dict[str, Any] = {name: {} if name == "seconds_per_call" else None for name in suspect}
        profile = replace(profile, **unused)
    changed = stale(profile)
    if changed:
        log(f"{file}: measured with another {', '.join(changed)}; not used, measure again with `alpyna profile`")
        return None
    return profile


def stale(profile: Profile) -> list[str]:
    """What is otherwise than when the profile was measured."""
    here = machine()
    return [key for key, value in profile.machine.items() if here.get(key, value) != value]


def implausible(profile: Profile) -> list[str]:
    """The names of values that no machine needs."""
    return [name for name, most in _PLAUSIBLE.items() if _largest(getattr(profile, name)) > most]


def _largest(value: float | Mapping[str, float] | None) -> float:
    return max(value.values(), default=0.0) if isinstance(value, Mapping) else value or 0.0


def _ignored(file: str | os.PathLike[str], problem: str) -> None:
    complain(f"{file}: {problem}; the profile is ignored, measure again with `alpyna profile`")


def parsed(text: str) -> Profile:
    """A profile from the text of its file, with what was set by hand under "overrides".  Raises one of BROKEN."""
    import json

    data = json.loads(text)
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema {data['schema']!r}, expected {SCHEMA}")
    interpreter, compiler = data["interpreter"], data["compiler"]
    measured = Profile(
        machine={str(key): str(value) for key, value in data["machine"].items()},
        measured_at=str(data["measured_at"]),
        seconds_per_node=_seconds(interpreter, "seconds_per_node"),
        seconds_per_element=_seconds(interpreter, "seconds_per_element"),
        seconds_per_scalar=_seconds(interpreter, "seconds_per_scalar"),
        seconds_per_user_call=_seconds(interpreter, "seconds_per_user_call"),
        seconds_per_call=_by_family(interpreter.get("seconds_per_call", {})),
        compile_seconds=_seconds(compiler, "seconds"),
        compile_seconds_per_node=_seconds(compiler, "seconds_per_node"),
        compiler_import_seconds=_seconds(compiler, "import_seconds"),
        load_seconds=_seconds(compiler, "load_seconds"),
        load_seconds_per_node=_seconds(compiler, "load_seconds_per_node"),
        launch_seconds=_seconds(compiler, "launch_seconds"),
        different=frozenset(key for key, found in data["functions"].items() if int(found["differences"]) > 0),
        flags=_all_work(data["flags"]),
        **_rates(data.get("processor", {})),
        devices=_devices(data.get("devices", {})),
    )
    return replace(measured, **_overrides(data.get("overrides", {})))


def _rates(found: Mapping[str, Any]) -> dict[str, Any]:
    if not found:
        return {}
    levels = {float(size): _rate(rate) for size, rate in found["bytes_a_second"].items()}
    return {"operations_a_second": _rate(found["operations_a_second"]), "bytes_a_second": levels}


def _devices(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Costs]:
    """Those of which all is known."""
    names = [each.name for each in fields(Costs)]
    whole = {name: costs for name, costs in found.items() if all(key in costs for key in names)}
    return {name: Costs(**{key: _rate(costs[key]) for key in names}) for name, costs in whole.items()}


def _rate(value: Any) -> float:
    if not isinstance(value, (int, float)) or not 0 < value < 1e18:
        raise ValueError(f"{value!r} is no rate, and no time")
    return float(value)


def _overrides(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [name for name in values if name not in _PLAUSIBLE]
    if unknown:
        raise ValueError(f"overrides: {unknown[0]!r} is not known; known are {', '.join(_PLAUSIBLE)}")
    return {name: _by_family(values[name]) if name == "seconds_per_call" else _seconds(values, name) for name in values}


def _seconds(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise ValueError(f"{key} is {value!r}")
    return float(value)


def _by_family(values: Mapping[str, Any]) -> dict[str, float]:
    found = {family: _seconds(values, family) for family in values}
    return {family: value for family, value in found.items() if value is not None}


def _all_work(flags: Mapping[str, Any]) -> bool | None:
    if not all(isinstance(works, bool) for works in flags.values()):
        raise ValueError(f"flags are {dict(flags)!r}")
    return all(flags.values()) if flags else None


def machine() -> dict[str, str]:
    """What the measurements depend on: processor, system, C library, Python, and NumPy where it has been imported.

    NumPy's version comes with the processor features that its loops were chosen by.
    """
    import platform

    known = {
        "processor": platform.machine(),
        "model": _model(),
        "system": platform.system(),
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
    }
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        features = getattr(getattr(getattr(numpy, "_core", None), "_multiarray_umath", None), "__cpu_features__", {})
        enabled = sorted(name for name, on in features.items() if on)
        known["numpy"] = " ".join([str(numpy.__version__), *enabled])
    return known


def _model() -> str:
    """The processor's name, where the system tells it without starting a program."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    if sys.platform != "win32":
        return ""
    import platform

    return platform.processor()

"""What the system tells of the machine: processors, caches, frequency, GPUs.  Nothing is measured here.

The parameters of the ALPyNA papers keep their names: `sm`, `ws` and `wsched` of a GPU (multiprocessors, threads of a warp, warp
schedulers of a multiprocessor).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from alpyna_hook.devices.host import Cpu

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_CPUINFO = Path("/proc/cpuinfo")
_SIZES = {"K": 2**10, "M": 2**20, "G": 2**30}
_WIDEST = ("avx512f", 512), ("avx2", 256), ("avx", 256), ("sse2", 128), ("asimd", 128)
_SCHEDULERS = {7: 4, 8: 4, 9: 4, 10: 4, 12: 4}  # of a multiprocessor, by compute capability


def of_processor() -> dict[str, Any]:
    """`cores` and those that this process may use; `cache_bytes` by level and kind; `simd_bits`; `cpu_mhz`; `memory_bytes`."""
    found = {
        **Cpu().facts(), "cache_bytes": caches(_CACHES), "simd_bits": simd_bits(_CPUINFO), **_told_by_psutil(),
    }
    return {key: value for key, value in found.items() if value}


def of_gpu(found: Mapping[str, Any]) -> dict[str, Any]:
    """The papers' parameters, of a device's own facts."""
    if "multiprocessors" not in found:
        return {}
    major = int(str(found["capability"]).partition(".")[0])
    bandwidth = 2 * found["memory_clock_khz"] * 1000 * found["memory_bus_bits"] / 8 / 2**20
    return {
        "sm": found["multiprocessors"], "ws": found["warp"], "wsched": _SCHEDULERS.get(major, 4),
        "gpu_mhz": found["clock_khz"] / 1000, "gpu_last_level_cache_bytes": found["l2_bytes"], "gpu_bandwidth_mib": bandwidth,
    }


def caches(folder: Path) -> dict[str, int]:
    """By level and kind, as the system has them: `L1d`, `L1i`, `L2`, `L3`."""
    found = {}
    for index in sorted(folder.glob("index*")):
        try:
            level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
            found[f"L{level}{'' if kind == 'Unified' else kind[0].lower()}"] = int(size[:-1]) * _SIZES[size[-1]]
        except (OSError, ValueError, KeyError, IndexError):
            continue
    return found


def simd_bits(cpuinfo: Path) -> int:
    try:
        line = re.search(r"^(?:flags|Features)\s*:(.*)$", cpuinfo.read_text(errors="replace"), re.MULTILINE)
    except OSError:
        return 0
    flags = {*line[1].split()} if line else set()
    return next((bits for name, bits in _WIDEST if name in flags), 0)


def _told_by_psutil() -> dict[str, Any]:
    """Where it is installed."""
    try:
        psutil = import_module("psutil")
    except ImportError:
        return {}
    frequency = psutil.cpu_freq()
    return {"memory_bytes": psutil.virtual_memory().total, "cpu_mhz": frequency.current if frequency else None}

"""What is told of the machine, without measuring."""

from __future__ import annotations

from pathlib import Path

from profiler import facts


def test_caches(tmp_path: Path) -> None:
    for number, row in enumerate([("1", "Data", "48K"), ("1", "Instruction", "32K"), ("2", "Unified", "2M"), ("3", "Unified", "?")]):
        folder = tmp_path / f"index{number}"
        folder.mkdir()
        for name, text in zip(("level", "type", "size"), row, strict=True):
            (folder / name).write_text(text + "\n")
    assert facts.caches(tmp_path) == {"L1d": 48 * 2**10, "L1i": 32 * 2**10, "L2": 2**21}
    assert facts.caches(tmp_path / "nowhere") == {}


def test_vectors(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text("processor\t: 0\nflags\t\t: fpu sse2 avx avx2\n")
    assert facts.simd_bits(file) == 256
    assert facts.simd_bits(tmp_path / "none") == 0


def test_a_gpu_has_the_papers_parameters() -> None:
    found = facts.of_gpu({
        "capability": "9.0", "multiprocessors": 132, "warp": 32, "clock_khz": 1980000, "memory_clock_khz": 2619000,
        "memory_bus_bits": 5120, "l2_bytes": 52428800,
    })
    assert (found["sm"], found["ws"], found["wsched"], found["gpu_mhz"]) == (132, 32, 4, 1980.0)
    assert 3.1e6 < found["gpu_bandwidth_mib"] < 3.3e6
    assert facts.of_gpu({"units": 2}) == {}


def test_this_machine() -> None:
    found = facts.of_processor()
    assert found["cores"] >= 1 and all(size > 0 for size in found.get("cache_bytes", {}).values())

"""How many threads a nest may take, at this moment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import ceil
from types import ModuleType
from typing import Any

from alpyna_hook.config import thread_limits
from alpyna_hook.log import log

_QUOTAS = ("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us")

_engaged: dict[int, int] = {}  # threads of the nests that run now, by an identity


def free_threads(chosen: int) -> int:
    """chosen: what the program's options say, or 0: as many as there are processors for this process."""
    if in_worker():
        return 1
    most = chosen or min([processors(), *thread_limits(), *limits_of_pools()])
    return max(1, most - sum([*_engaged.values()]))


@contextmanager
def engaged(threads: int) -> Iterator[None]:
    """While so many threads run a nest, others find fewer free ones."""
    mark = object()
    try:
        _engaged[id(mark)] = threads
        yield
    finally:
        _engaged.pop(id(mark), None)


def in_worker() -> bool:
    """Is this process one of several that multiprocessing, joblib or Dask have started to share the machine?"""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and (process.parent_process() is not None or process.current_process().name != "MainProcess")


def limits_of_pools() -> list[int]:
    """The threads that libraries of linear algebra and OpenMP may take now, in a program that uses threadpoolctl to say so."""
    module = sys.modules.get("threadpoolctl")
    return [] if module is None else [count for pool in _pools(module) if type(count := pool.num_threads) is int and count > 0]


@cache
def _pools(module: ModuleType) -> tuple[Any, ...]:
    """Those that are loaded when they are asked for first, which takes a millisecond."""
    try:
        return tuple(module.ThreadpoolController().lib_controllers)
    except (AttributeError, OSError, RuntimeError) as error:  # of another version, or of a library that it cannot ask
        log(f"threadpoolctl: {error!r}")
        return ()


def processors() -> int:
    """By the affinity of this process, and the quota of its control group."""
    try:
        own = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        own = os.cpu_count() or 1
    return max(1, min(own, quota()))


@cache
def quota() -> int:
    """Processors that the control group may use, rounded up; many where it may use all."""
    unified, limit, period = map(_words, _QUOTAS)
    allowed, over = unified if len(unified) == 2 else [*limit, *period] if limit and period else ("max", "1")
    if not (allowed.isdigit() and over.isdigit() and int(over)):
        return sys.maxsize
    return max(1, ceil(int(allowed) / int(over)))


def _words(path: str) -> list[str]:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().split()
    except (OSError, ValueError):
        return []


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_engaged.clear)

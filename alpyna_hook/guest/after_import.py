"""What is to be done when a module of others has been imported, whoever imports it, and whenever."""

from __future__ import annotations

import sys

from alpyna_hook.guest.own_imports import found_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, TypeAlias

    Act: TypeAlias = Callable[[ModuleType], None]


def after_import(name: str, act: Act) -> None:
    """Once the module has been executed: now, if it has been, and each time that it will be."""
    watcher = next((finder for finder in sys.meta_path if isinstance(finder, _Watcher)), None)
    if watcher is None:
        watcher = _Watcher()
        sys.meta_path.insert(0, watcher)
    watcher.acts[name] = act
    module = sys.modules.get(name)
    if module is not None:
        act(module)


class _Watcher:
    """Sees the modules when they are imported; finds nothing else, and loads nothing itself."""

    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname not in self.acts:
            return None
        spec = found_after(self, fullname, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module") and hasattr(spec.loader, "__dict__"):
            _tell(spec.loader, self.acts[fullname])
        return spec


def _tell(loader: Any, act: Act) -> None:
    """When the loader has executed its module."""

    def exec_module(module: ModuleType) -> None:
        del loader.exec_module
        loader.exec_module(module)
        act(module)

    loader.exec_module = exec_module

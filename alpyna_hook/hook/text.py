"""Modules made from a source text, for `alpyna_hook.static_analyse`."""

from __future__ import annotations

import itertools
import linecache
import sys
from importlib.util import decode_source
from types import ModuleType

from alpyna_hook.config import Options, Settings
from alpyna_hook.hook.loader import prepare

_numbers = itertools.count(1)


def load_module(source: bytes, path: str | None, options: Options) -> ModuleType:
    """Executes the source in a new module, which `sys.modules` knows under a name of its own.

    The text is given to linecache, so that tracebacks and `inspect.getsource` show it.
    """
    name = f"alpyna_source_{next(_numbers)}"
    filename = path if path is not None else f"<{name}>"
    module = ModuleType(name)
    module.__file__ = filename
    if path is None:
        text = decode_source(source)
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    prepared = None if options.disable else prepare(source, filename, marked=True, cached=path is not None)
    if prepared is None:
        code = compile(source, filename, "exec", dont_inherit=True)
    else:
        code = prepared.code(name, filename, Settings({}, {}, options))
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module

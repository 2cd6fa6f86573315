"""The code objects that Python would have made of a source, for readers of bytecode that must not meet our seams."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType

from alpyna_hook.guest import registries
from alpyna_hook.log import log
from alpyna_hook.seam.origin import module_of
from alpyna_hook.seam.parsing import quietly
from alpyna_hook.seam.site import Site, refuse_unseen
from alpyna_hook.seam.source import ModuleSource

# What a copy of a code object may have changed, while its instructions stay those of the original.
_LABELS = tuple(name for name in ("co_name", "co_qualname", "co_filename", "co_firstlineno", "co_flags") if hasattr(CodeType, name))
_MEANING = ("co_code", "co_names", "co_varnames", "co_cellvars", "co_freevars", "co_argcount", "co_kwonlyargcount")


def as_python_made_it(thing: object, reader: str) -> object:
    """What is handed to `reader`, about to be read: a function gets its own code back, for good; a code object is replaced."""
    code = thing.__code__ if isinstance(thing, FunctionType) else thing
    if not isinstance(code, CodeType) or next(sites_of(code), None) is None:
        return thing
    plain = pristine(code)
    if plain is None:
        log(f"{code.co_name} reaches {reader} with our seams: its own code is not to be had")
        return thing
    for site in code.co_consts:
        if isinstance(site, Site) and site.parent is None:
            refuse_unseen(site, "other-compiler", reader)
    if isinstance(thing, FunctionType):
        thing.__code__ = plain
        return thing
    return plain


def sites_of(code: CodeType) -> Iterator[Site]:
    """Those of a code object and of all in it."""
    for constant in code.co_consts:
        if isinstance(constant, Site):
            yield constant
        elif isinstance(constant, CodeType):
            yield from sites_of(constant)


def pristine(code: CodeType) -> CodeType | None:
    """The code without seams, also for a copy of ours under another name or place; None if it cannot be had."""
    module = module_of(code)
    if module is not None:
        return _find(module, code)
    original = _original(code)
    module = module_of(original) if original is not None else None
    if module is None or original is None or any(getattr(code, name) != getattr(original, name) for name in _MEANING):
        return None
    plain = _find(module, original)
    changed = {name: getattr(code, name) for name in _LABELS if getattr(code, name) != getattr(original, name)}
    return plain.replace(**changed) if plain is not None else None


def _original(code: CodeType) -> CodeType | None:
    """What a changed copy was made from."""
    return next((original for c in code.co_consts if isinstance(c, Site) and (original := c.code())), None)


def _find(module: ModuleSource, code: CodeType) -> CodeType | None:
    try:
        return _all(module).get((code.co_firstlineno, code.co_name))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # since the module was compiled
        log(f"{module.filename} cannot be compiled again: {error}")
        return None


@lru_cache(maxsize=4)
def _all(module: ModuleSource) -> dict[tuple[int, str], CodeType]:
    """By first line and name, which are two functions' or classes' in no source.  A module's functions are asked for one
    after the other, and then never again."""
    with registries.kept(), quietly():
        whole = compile(module.source, module.filename, "exec", dont_inherit=True)
    return {(code.co_firstlineno, code.co_name): code for code in _nested(whole)}


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)

"""What kernels are written with: memory, checks and C calls as Numba intrinsics.

Importing this module imports Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.core.registry import CPUDispatcher
from numba.extending import intrinsic

from alpyna_hook.emit.strips import STRIP
from alpyna_hook.ir.layout import ABORT, BUDGET, FOUND, MASK, RAISED, TEST

cgutils: Any = _cgutils

NUMBA_TYPES = {
    "b1": types.boolean, "i1": types.int8, "i2": types.int16, "i4": types.int32, "i8": types.int64,
    "u1": types.uint8, "u2": types.uint16, "u4": types.uint32, "u8": types.uint64,
    "f4": types.float32, "f8": types.float64, "c8": types.complex64, "c16": types.complex128,
}
_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_ALL_FLAGS = _I32(0x1F)  # more than the flags of any machine that we know of; fenv.h ignores the others
_F32, _F64 = ir.FloatType(), ir.DoubleType()
_UFUNC = (types.int64, types.int64, types.int64, types.int64, types.voidptr)  # loop, data, clear, test, frame
_LOOP_TYPE = ir.FunctionType(
    ir.VoidType(), [_I8.as_pointer().as_pointer(), _I64.as_pointer(), _I64.as_pointer(), _I8.as_pointer()]
)


def compiled(written: Callable[..., Any], **options: Any) -> Any:
    """What kernels call: `numba.njit(error_model="numpy", ...)`, but also under NUMBA_DISABLE_JIT, where that does nothing."""
    given = {key: options.pop(key) for key in ("pipeline_class",) if key in options}
    return CPUDispatcher(written, targetoptions={"nopython": True, "boundscheck": None, "error_model": "numpy", **options}, **given)


def _memory_type(rep: str) -> ir.Type:
    return {"f4": _F32, "f8": _F64, "b1": _I8}.get(rep) or ir.IntType(8 * int(rep[1:]))


def _part(rep: str) -> tuple[ir.Type, int]:
    return (_F32, 4) if rep == "c8" else (_F64, 8)


def _scopes(builder: Any, group: int, groups: int) -> dict[str, Any]:
    """LLVM's scoped-noalias metadata: accesses of one group do not touch what those of another do."""
    module = builder.module
    domain = module.add_metadata(["alpyna"])
    scopes = [module.add_metadata([f"alpyna.group{k}", domain]) for k in range(groups)]
    return {
        "alias.scope": module.add_metadata([scopes[group]]),
        "noalias": module.add_metadata([s for k, s in enumerate(scopes) if k != group]),
    }


def _annotate(builder: Any, instruction: Any, group: int, groups: int) -> None:
    if groups > 1:
        for name, node in _scopes(builder, group, groups).items():
            instruction.set_metadata(name, node)


def _at(builder: Any, base: Any, offset: Any, kind: ir.Type) -> Any:
    address = builder.gep(base, [offset], inbounds=True)
    return builder.bitcast(address, kind.as_pointer())


@cache
def load(rep: str, group: int = 0, groups: int = 1) -> Callable[..., Any]:
    """`load(base, byte offset) -> value`; a bool is any byte that is not zero."""
    kind = NUMBA_TYPES[rep]

    @intrinsic
    def load_element(typingctx: Any, base: Any, offset: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            if rep[0] == "c":
                part, size = _part(rep)
                value = cgutils.create_struct_proxy(kind)(context, builder)
                for name, shift in (("real", 0), ("imag", size)):
                    place = _at(builder, args[0], builder.add(args[1], _I64(shift)), part)
                    loaded = builder.load(place, align=size)
                    _annotate(builder, loaded, group, groups)
                    setattr(value, name, loaded)
                return value._getvalue()
            memory = _memory_type(rep)
            loaded = builder.load(_at(builder, args[0], args[1], memory))
            _annotate(builder, loaded, group, groups)
            return builder.icmp_unsigned("!=", loaded, _I8(0)) if rep == "b1" else loaded

        return kind(types.voidptr, types.int64), codegen

    return load_element


@cache
def store(rep: str, group: int = 0, groups: int = 1) -> Callable[..., Any]:
    """`store(base, byte offset, value)`."""
    kind = NUMBA_TYPES[rep]

    @intrinsic
    def store_element(typingctx: Any, base: Any, offset: Any, value: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            if rep[0] == "c":
                part, size = _part(rep)
                parts = cgutils.create_struct_proxy(kind)(context, builder, value=args[2])
                for item, shift in ((parts.real, 0), (parts.imag, size)):
                    place = _at(builder, args[0], builder.add(args[1], _I64(shift)), part)
                    _annotate(builder, builder.store(item, place, align=size), group, groups)
                return context.get_dummy_value()
            item = builder.zext(args[2], _I8) if rep == "b1" else args[2]
            place = _at(builder, args[0], args[1], _memory_type(rep))
            _annotate(builder, builder.store(item, place), group, groups)
            return context.get_dummy_value()

        return types.none(types.voidptr, types.int64, kind), codegen

    return store_element


@intrinsic
def pointer(typingctx: Any, address: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], _I8.as_pointer())

    return types.voidptr(types.int64), codegen


@intrinsic
def poll(typingctx: Any, frame: Any, iterations: Any) -> Any:
    """Whether the kernel is to be left: by the abort word of the frame, or as its budget of iterations is spent."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        abort = builder.load_atomic(_at(builder, args[0], _I64(ABORT), _I64), "monotonic", 8)
        place = _at(builder, args[0], _I64(BUDGET), _I64)
        left = builder.sub(builder.load(place), args[1])
        builder.store(left, place)
        return builder.or_(builder.icmp_unsigned("!=", abort, _I64(0)), builder.icmp_signed("<", left, _I64(0)))

    return types.boolean(types.voidptr, types.int64), codegen


@intrinsic
def flagged(typingctx: Any, frame: Any) -> Any:
    """Whether a floating-point flag that matters has been raised so far: for loops that may have no end."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def word(offset: int) -> Any:
            return builder.load(_at(builder, args[0], _I64(offset), _I64))

        found = cgutils.alloca_once_value(builder, word(RAISED))
        test = word(TEST)
        with builder.if_then(builder.icmp_unsigned("!=", test, _I64(0))):
            function = builder.inttoptr(test, ir.FunctionType(_I32, [_I32]).as_pointer())
            own = builder.or_(word(FOUND), builder.zext(builder.call(function, [_ALL_FLAGS]), _I64))
            builder.store(builder.or_(builder.load(found), own), found)
        return builder.icmp_unsigned("!=", builder.and_(builder.load(found), word(MASK)), _I64(0))

    return types.boolean(types.voidptr), codegen


def _bitcast(source: str, target: str) -> Callable[..., Any]:
    """The same bits as another type."""

    @intrinsic
    def bits(typingctx: Any, x: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], _memory_type(target))

        return NUMBA_TYPES[target](NUMBA_TYPES[source]), codegen

    return bits


def _overflows(operation: str, kind: Any) -> Callable[..., Any]:
    @intrinsic
    def overflows(typingctx: Any, a: Any, b: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pair = getattr(builder, operation)(args[0], args[1])
            return builder.extract_value(pair, 1)

        return types.boolean(kind, kind), codegen

    return overflows


def _wraps(operation: str) -> Callable[..., Any]:
    """Of int64, wrapping around: Numba tells LLVM of its own operators that they never overflow ("nsw")."""

    @intrinsic
    def wraps(typingctx: Any, a: Any, b: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return getattr(builder, operation)(args[0], args[1])

        return types.int64(types.int64, types.int64), codegen

    return wraps


def _unary_llvm(name: str, rep: str) -> Callable[..., Any]:
    kind, llvm = NUMBA_TYPES[rep], _memory_type(rep)

    @intrinsic
    def function(typingctx: Any, x: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            if name == "fneg":
                return builder.fneg(args[0])
            return builder.call(builder.module.declare_intrinsic(f"llvm.{name}", [llvm]), args)

        return kind(kind), codegen

    return function


bits_f4, bits_f8 = _bitcast("f4", "i4"), _bitcast("f8", "i8")
from_bits_f8 = _bitcast("i8", "f8")


def _c_call(rep: str, arity: int) -> Callable[..., Any]:
    """Calls a C function of floats by its address, so that LLVM cannot put another in its place."""
    kind, llvm = NUMBA_TYPES[rep], _memory_type(rep)
    function_type = ir.FunctionType(llvm, [llvm] * arity)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = builder.inttoptr(args[0], function_type.as_pointer())
        return builder.call(function, args[1:])

    if arity == 1:

        @intrinsic
        def call1(typingctx: Any, address: Any, x: Any) -> Any:
            return kind(types.int64, kind), generate

        return call1

    @intrinsic
    def call2(typingctx: Any, address: Any, x: Any, y: Any) -> Any:
        return kind(types.int64, kind, kind), generate

    return call2


def _ufunc_call(rep: str, arity: int) -> Callable[..., Any]:
    """Calls a NumPy inner loop on one element: `ufunc(loop, data, clear, test, frame, x[, y]) -> value`."""
    kind, llvm = NUMBA_TYPES[rep], _memory_type(rep)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        cells = cgutils.alloca_once(builder, llvm, size=_I64(arity + 1))
        places = [builder.gep(cells, [_I64(k)]) for k in range(arity + 1)]
        for place, value in zip(places, args[5:], strict=False):
            builder.store(value, place)
        size = int(rep[1:])
        _inner_loop(builder, args, _I64(1), places, [0] * arity + [size])  # the steps that NumPy gives for scalars
        return builder.load(places[arity])

    if arity == 1:

        @intrinsic
        def ufunc1(typingctx: Any, loop: Any, data: Any, clear: Any, test: Any, frame: Any, x: Any) -> Any:
            return kind(*_UFUNC, kind), generate

        return ufunc1

    @intrinsic
    def ufunc2(typingctx: Any, loop: Any, data: Any, clear: Any, test: Any, frame: Any, x: Any, y: Any) -> Any:
        return kind(*_UFUNC, kind, kind), generate

    return ufunc2


def _ufunc_strip(rep: str, arity: int) -> Callable[..., Any]:
    """The same on buffers: `ufunc_strip(loop, data, clear, test, frame, count, xs[, ys], results)`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _inner_loop(builder, args, args[5], args[6:], [int(rep[1:])] * (arity + 1))
        return context.get_dummy_value()

    if arity == 1:

        @intrinsic
        def strip1(
            typingctx: Any, loop: Any, data: Any, clear: Any, test: Any, frame: Any, count: Any, xs: Any, results: Any
        ) -> Any:
            return types.none(*_UFUNC, types.int64, types.voidptr, types.voidptr), generate

        return strip1

    @intrinsic
    def strip2(
        typingctx: Any, loop: Any, data: Any, clear: Any, test: Any, frame: Any, count: Any, xs: Any, ys: Any, results: Any
    ) -> Any:
        return types.none(*_UFUNC, types.int64, types.voidptr, types.voidptr, types.voidptr), generate

    return strip2


def _inner_loop(builder: Any, args: Any, count: Any, places: Any, sizes: list[int]) -> None:
    """Calls `void loop(char **args, npy_intp *n, npy_intp *steps, void *data)`.

    As NumPy does around each call, the floating-point flags are cleared before it and read after
    it (some loops clear them themselves); what was raised is added to a word of the frame, and
    what the kernel's own operations had raised before, to another.
    """
    frame, pointer_type = args[4], _I8.as_pointer()
    flags_type = ir.FunctionType(_I32, [_I32])
    clear, test = (builder.inttoptr(a, flags_type.as_pointer()) for a in args[2:4])
    pointers = cgutils.alloca_once(builder, pointer_type, size=_I64(len(places)))
    length = cgutils.alloca_once(builder, _I64)
    steps = cgutils.alloca_once(builder, _I64, size=_I64(len(places)))
    builder.store(count, length)
    for k, (place, size) in enumerate(zip(places, sizes, strict=True)):
        builder.store(builder.bitcast(place, pointer_type), builder.gep(pointers, [_I64(k)]))
        builder.store(_I64(size), builder.gep(steps, [_I64(k)]))
    loop = builder.inttoptr(args[0], _LOOP_TYPE.as_pointer())

    def note(word: int) -> None:
        place = _at(builder, frame, _I64(word), _I64)
        flags = builder.zext(builder.call(test, [_ALL_FLAGS]), _I64)
        builder.store(builder.or_(builder.load(place), flags), place)

    before = builder.call(test, [_ALL_FLAGS])
    with builder.if_then(builder.icmp_unsigned("!=", before, _I32(0)), likely=False):
        note(FOUND)  # read again: an operation may have been moved past the test, but none comes between here and the next call
        builder.call(clear, [_ALL_FLAGS])  # ten times as slow as reading them
    builder.call(loop, [pointers, length, steps, builder.inttoptr(args[1], pointer_type)])
    note(RAISED)


@intrinsic
def strip(typingctx: Any) -> Any:
    """A buffer for a strip of elements, on the stack."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(cgutils.alloca_once(builder, _F64, size=_I64(STRIP)), _I8.as_pointer())

    return types.voidptr(), codegen


@cache
def fixed_namespace() -> dict[str, Any]:
    """The names that every kernel may use, apart from its own loads and stores."""
    names: dict[str, Any] = {**NUMBA_TYPES, "pointer": pointer, "poll": poll, "flagged": flagged, "strip": strip}
    names |= {"bits_f4": bits_f4, "bits_f8": bits_f8, "from_bits_f8": from_bits_f8}
    names |= {"inf": float("inf"), "nan": float("nan")}
    names |= {f"wrap_{op}": _wraps(op) for op in ("add", "sub", "mul")}
    for rep, sign in (("i8", "s"), ("u8", "u")):
        for op in ("add", "sub", "mul"):
            names[f"{op}_overflows_{rep}"] = _overflows(f"{sign}{op}_with_overflow", NUMBA_TYPES[rep])
    for rep in ("f4", "f8"):
        for name in ("fabs", "sqrt", "floor", "ceil", "trunc", "rint", "fneg"):
            names[f"{name}_{rep}"] = _unary_llvm(name, rep)
        for arity in (1, 2):
            names[f"call{arity}_{rep}"] = _c_call(rep, arity)
            names[f"ufunc{arity}_{rep}"] = _ufunc_call(rep, arity)
            names[f"ufunc{arity}_strip_{rep}"] = _ufunc_strip(rep, arity)
    for rep in NUMBA_TYPES:
        names[f"get_{rep}"] = load(rep)
        names[f"put_{rep}"] = store(rep)
    return names

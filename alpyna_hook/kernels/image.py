"""Object code made ready to run without LLVM, whose import takes longer than most nests that come from the store.

Only what our kernels come to is understood: an ELF object for x86-64 of code and constants, which calls a few functions of the
C library.  Whatever else is in one is left to LLVM's own loader.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any, NamedTuple

# what LLVM may call for one of its own instructions
LIBRARY = frozenset(
    "fmod fmodf floor floorf ceil ceilf trunc truncf rint rintf sqrt sqrtf fabs fabsf memset memcpy memmove".split()
)
_HEADER = struct.Struct("<4sBBBBQHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QIIq")
_RELOCATABLE, _X86_64 = 1, 62
_PROGBITS, _SYMTAB, _RELA = 1, 2, 4
_WRITE, _ALLOC, _TLS = 1, 2, 0x400
_ABSOLUTE, _RELATIVE = (1,), (2, 4)  # R_X86_64_64; R_X86_64_PC32, R_X86_64_PLT32
_MOST_ALIGNMENT = 4096
_UNDEFINED, _RESERVED = 0, 0xFF00


class Section(NamedTuple):
    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry: int


class Unknown(Exception):
    """Something in the file that is not understood here."""


class Image:
    """The memory that the code is in, and the addresses of what it defines.  Raises Unknown, or OSError."""

    def __init__(self, code: bytes) -> None:
        self._code = code
        try:
            self._sections = self._read_sections()
            places, size = self._lay_out()
            self._memory, self._base = _memory(size)
            self._image = bytearray(size)
            self._places = {k: self._base + place for k, place in places.items()}
            for k, place in places.items():
                section = self._sections[k]
                self._image[place : place + section.size] = code[section.offset : section.offset + section.size]
            self.symbols: dict[str, int] = {}
            for section in self._sections:
                if section.type == _SYMTAB:
                    self._note_symbols(section)
            for section in self._sections:
                if section.type == _RELA and section.info in places:
                    self._relocate(section)
        except (struct.error, IndexError, KeyError, ValueError, OverflowError) as error:
            raise Unknown(repr(error)) from None
        self._memory[:] = self._image
        _protect(self._base, size)

    def _read_sections(self) -> list[Section]:
        magic, wide, little, *_, kind, machine, _, _, _, at, _, _, _, _, entry, count, _ = _HEADER.unpack_from(self._code)
        if (magic, wide, little, kind, machine, entry) != (b"\x7fELF", 2, 1, _RELOCATABLE, _X86_64, _SECTION.size):
            raise Unknown("no object file of this machine")
        return [Section(*_SECTION.unpack_from(self._code, at + k * entry)) for k in range(count)]

    def _lay_out(self) -> tuple[dict[int, int], int]:
        """Where the sections that are needed to run go, by their numbers, and how much that is."""
        places, end = {}, 0
        for k, section in enumerate(self._sections):
            if not section.flags & _ALLOC:
                continue
            if section.type != _PROGBITS or section.flags & (_WRITE | _TLS) or section.alignment > _MOST_ALIGNMENT:
                raise Unknown(f"section {k}, of type {section.type} and flags {section.flags}")
            if section.offset + section.size > len(self._code):
                raise Unknown("the file is cut off")
            end += -end % max(section.alignment, 1)
            places[k] = end
            end += section.size
        if not end:
            raise Unknown("no code")
        return places, end

    def _name(self, table: Section, offset: int) -> str:
        start = table.offset + offset
        return self._code[start : self._code.index(b"\0", start)].decode("ascii")

    def _symbol(self, table: Section, number: int) -> tuple[str, int, int]:
        """Its name, section and value."""
        name, _, _, section, value, _ = _SYMBOL.unpack_from(self._code, table.offset + number * _SYMBOL.size)
        return self._name(self._sections[table.link], name), section, value

    def _note_symbols(self, table: Section) -> None:
        for number in range(1, table.size // _SYMBOL.size):
            name, section, value = self._symbol(table, number)
            if section in self._places:
                self.symbols[name] = self._places[section] + value

    def _address(self, table: Section, number: int) -> int:
        name, section, value = self._symbol(table, number)
        if section == _UNDEFINED:
            if name not in LIBRARY:
                raise Unknown(f"a function {name}")
            return _function(name)
        return self._places[section] + value

    def _relocate(self, relocations: Section) -> None:
        table, target = self._sections[relocations.link], self._places[relocations.info]
        for k in range(relocations.size // _RELOCATION.size):
            offset, kind, number, addend = _RELOCATION.unpack_from(self._code, relocations.offset + k * _RELOCATION.size)
            if not 0 <= offset <= self._sections[relocations.info].size - (8 if kind in _ABSOLUTE else 4):
                raise Unknown("a relocation outside of its section")
            place, value = target + offset, self._address(table, number) + addend
            if kind in _ABSOLUTE:
                struct.pack_into("<Q", self._image, place - self._base, value)
            elif kind in _RELATIVE:
                struct.pack_into("<i", self._image, place - self._base, value - place)  # raises where it is too far
            else:
                raise Unknown(f"relocation {kind}")


def _function(name: str) -> int:
    """As LLVM finds it."""
    try:
        return ctypes.cast(getattr(ctypes.CDLL(None), name), ctypes.c_void_p).value or 0
    except AttributeError:
        raise Unknown(f"no function {name} in this process") from None


def _memory(size: int) -> tuple[Any, int]:
    """Of whole pages, of this process alone."""
    import mmap

    found = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    held = (ctypes.c_char * size).from_buffer(found)  # which keeps it
    return memoryview(held).cast("B"), ctypes.addressof(held)


def _protect(base: int, size: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = ctypes.c_void_p(base), ctypes.c_size_t(size), ctypes.c_int(_READ | _EXECUTE)
    if libc.mprotect(*arguments):
        raise OSError(ctypes.get_errno(), "memory cannot be made executable")


_READ, _EXECUTE = 1, 4

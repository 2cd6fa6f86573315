"""The guard of a plan: the lines that check that a call is like the one that it was made after.

What the names are bound to, as the signature has it; how the arrays lie; the integers, by the conditions of a proof; and how long
the interpreter would need.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from alpyna_hook.bind.fixed import outcome
from alpyna_hook.ir.kinds import DTYPES, INT_MAX, INT_MIN, KIND_OF_TYPE
from alpyna_hook.live.attributes import OF_EVERY_MODULE, Read, module_dict, plain_attribute
from alpyna_hook.live.binding import ALIGNED, STORE_BITS, Live, is_small
from alpyna_hook.operators.genuine import KNOWN
from alpyna_hook.runtime.memory import DATA, HEADER, extent
from alpyna_hook.runtime.plan_parts import Given, Text, Unplanned
from alpyna_hook.seam.records import MISSING

_COMPLEX = (complex, np.complexfloating)


class Names:
    """Fetches the values of all names, and checks that they have the same signature."""

    def __init__(self, text: Text, given: Given) -> None:
        self.text, self.given = text, given
        self.live = Live(given.values, given.binding.namespace)
        self.arrays: dict[str, str] = {}  # the local variables that hold them
        self.scalars: dict[str, tuple[str, type]] = {}
        self._fetched: dict[str, str] = {}
        self._bound: dict[str, Any] | None = None  # what the binder has been asked for, in place of lines

    def check(self) -> None:
        binder = self.given.binder
        nest, reads = binder.nest, binder.reads
        if binder.assigned or nest.made:
            raise Unplanned("attributes that it assigns, or arrays that its header makes")
        if binder.conditions:
            for read in binder.tested:
                self._check_condition(read)
            nest, reads = binder.specialised_for(*binder.decided(self.live))
        for read in reads:
            self._sort(read[0], binder.look_up(read, self.live), self.fetch(read))

    def fetch(self, read: Read) -> str:
        """The local variable with what a name stands for."""
        path, position, root, attributes = read
        if path in self._fetched:
            return self._fetched[path]
        text, name = self.text, f"v{len(self._fetched)}"
        self._fetched[path] = name
        if position is not None:
            text.line(f"{name} = values[{position}]")
            value = self.given.values[position]
        elif root in self.live.namespace:
            text.line(f"{name} = namespace.get({root!r}, MISSING)")
            value = self.live.namespace[root]
        else:
            text.leave_if(f"{root!r} in namespace")
            text.line(f"{name} = builtins.get({root!r}, MISSING)")
            value = text.names["builtins"].get(root, MISSING)
        if attributes:
            if value is MISSING or not self.given.binder.written.isdisjoint(attributes):
                raise Unplanned(f"{path} is read otherwise than by plain attributes")
            text.leave_if(f"{name} is MISSING")
            for attribute in attributes:
                value = self._attribute(name, value, attribute, path)
        return name

    def _attribute(self, name: str, value: Any, attribute: str, path: str) -> object:
        if attribute[0] == "[":
            raise Unplanned("items of dictionaries")
        if type(value) is ModuleType and attribute not in OF_EVERY_MODULE:
            self.text.leave_if(f"type({name}) is not ModuleType")
            self.text.line(f"{name} = module_dict({name}).get({attribute!r}, MISSING)")
            return module_dict(value).get(attribute, MISSING)
        self.text.line(f"{name} = plain_attribute({name}, {attribute!r}, {path!r})")
        return plain_attribute(value, attribute, path)

    def _check_condition(self, read: Read) -> None:
        """As `Binder.decided`.  What is read further is of a known type, too; of the others, no class is kept."""
        name, value = self.fetch(read), self.given.binder.look_up(read, self.live)
        if value is None or type(value) is bool:
            return self.text.leave_if(f"{name} is not {value}")
        if type(value) is str:
            return self.text.leave_if(f"type({name}) is not str", f"{name} != {value!r}")
        self.text.leave_if(f"{name} is None", f"type({name}) is str")
        for condition in self.given.binder.conditions:
            if condition.name == read[0]:
                held = outcome(condition, value)
                self.text.leave_if(f"outcome({self.text.constant(condition)}, {name}) is not {held}")

    def _of_type(self, name: str, value: object) -> str:
        return f"type({name}) is not {self.text.constant(type(value))}"

    def _sort(self, path: str, value: Any, name: str) -> None:
        """As `Binder.sort`."""
        text, cls = self.text, type(value)
        if id(value) in KNOWN:
            text.leave_if(f"{name} is not {text.constant(value)}")
        elif value is MISSING or value is None:
            text.leave_if(f"{name} is not {'MISSING' if value is MISSING else None}")
        elif type(cls) is type and cls in KIND_OF_TYPE:
            self.scalars[path] = name, cls
            text.leave_if(self._of_type(name, value), *self._size(name, value))
        elif cls is np.ndarray or cls is np.memmap:
            self._array(path, value, name)
        elif cls is str:
            text.leave_if(f"type({name}) is not str", f"{name} != {value!r}")
        else:
            self._by_binder(path, value, name)

    def _size(self, name: str, value: object) -> list[str]:
        """What its signature has of the value."""
        if type(value) is int:
            if is_small(value):
                return [f"not 0 <= {name} <= 127"]
            return [f"0 <= {name} <= 127", f"not {INT_MIN} <= {name} <= {INT_MAX}"]
        return [f"is_small({name}) is not {is_small(value)}"] if type(value) is float else []

    def _array(self, path: str, value: np.ndarray[Any, Any], name: str) -> None:
        text, flags, kind = self.text, ALIGNED | STORE_BITS, value.dtype.str[1:]
        if value.dtype is not DTYPES.get(kind):
            raise Unplanned(f"{path} has a dtype of its own")
        self.arrays[path] = name
        text.leave_if(
            self._of_type(name, value), f"{name}.dtype is not {text.constant(value.dtype)}",
            f"{name}.flags.num & {flags} != {value.flags.num & flags}", f"{name}.ndim != {value.ndim}",
        )

    def _by_binder(self, path: str, value: object, name: str) -> None:
        """The program's functions and tuples: the binder itself is asked."""
        text, binder = self.text, self.given.binder
        if self._bound is None:
            self._bound = {"more_arrays": {}, "more_scalars": {}, "functions": {}}
            text.line("live, more_arrays, more_scalars, functions = Live(values, namespace), {}, {}, {}")
        signature: list[object] = []
        arrays, scalars, functions = self._bound.values()
        known = {*arrays, *scalars}
        binder.sort(path, value, arrays, scalars, functions, signature, self.live)
        text.line("signature = []", f"sort({path!r}, {name}, more_arrays, more_scalars, functions, signature, live)")
        text.leave_if(f"signature != {text.constant(signature)}")
        for found, where in (arrays, "more_arrays"), (scalars, "more_scalars"):
            for each in found:
                if each not in known:
                    own = self._fetched[each] = f"v{len(self._fetched)}"
                    text.line(f"{own} = {where}[{each!r}]")
                    if found is arrays:
                        self.arrays[each] = own
                    else:
                        self.scalars[each] = own, type(scalars[each])


class Places:
    """Checks that the arrays lie as they did: the same, or with other shapes and strides of which all that matters is the same."""

    def __init__(self, text: Text, given: Given, names: Names) -> None:
        self.text, self.given = text, given
        self.arrays = [names.arrays[name] for name in given.variant.interface.arrays]
        self.extents: list[list[str]] = []  # the shape of each, as Python's expressions

    def check(self) -> None:
        given = self.given
        for k, (name, shape, strides) in enumerate(zip(self.arrays, given.lie.shapes, given.strides, strict=True)):
            if given.alike:
                self.text.leave_if(f"{name}.shape != {shape}", f"{name}.strides != {strides}")
                self.extents.append([str(n) for n in shape])
            else:
                self._open(k, name, strides)
        for k, name in enumerate(self.arrays):
            self.text.line(f"p{k} = at(id({name}) + {DATA}).value" if HEADER else f"p{k} = address({name})")
        self.text.leave_if(*self._overlaps())

    def _open(self, k: int, name: str, strides: tuple[int, ...]) -> None:
        """Shape and strides as variables, with those strides the size of an element that were."""
        size, axes = self.given.variant.sizes[k], range(len(strides))
        shape, steps = [f"n{k}_{axis}" for axis in axes], [f"t{k}_{axis}" for axis in axes]
        self.text.line(f"{', '.join(shape)}, = {name}.shape", f"{', '.join(steps)}, = {name}.strides")
        self.text.leave_if(*[f"{step} {'!=' if own == size else '=='} {size}" for step, own in zip(steps, strides, strict=True)])
        self.text.leave_if(*[f"{n} <= 0 or {step} < 0" for n, step in zip(shape, steps, strict=True)])
        if self.given.variant.stored[k]:  # rows in order, as those of an array that does not overlap itself
            self.text.leave_if(*[f"{steps[axis]} < {shape[axis + 1]} * {steps[axis + 1]}" for axis in axes[:-1]])
        self.extents.append(shape)

    def _overlaps(self) -> list[str]:
        """Of two arrays one of which is written to, whether they share a byte is as it was."""
        lie, variant = self.given.lie, self.given.variant
        conditions = []
        for j in range(len(self.arrays)):
            for k in range(j):
                if variant.stored[j] or variant.stored[k]:
                    share = f"{self._start(k)} < {self._end(j)} and {self._start(j)} < {self._end(k)}"
                    conditions.append(f"({share})" if lie.groups[j] != lie.groups[k] else f"not ({share})")
        return conditions

    def _bounds(self, k: int) -> tuple[int, int]:
        return extent(0, self.given.lie.shapes[k], self.given.strides[k], self.given.variant.sizes[k])

    def _start(self, k: int) -> str:
        return f"p{k} + {self._bounds(k)[0]}" if self.given.alike and self._bounds(k)[0] else f"p{k}"

    def _end(self, k: int) -> str:
        if self.given.alike:
            return f"p{k} + {self._bounds(k)[1]}"
        steps = [f"({n} - 1) * t{k}_{axis}" for axis, n in enumerate(self.extents[k])]
        return " + ".join([f"p{k} + {self.given.variant.sizes[k]}", *steps])

    def words(self, k: int) -> list[str]:
        return [f"p{k}", *self.extents[k], *[f"t{k}_{axis}" for axis in range(len(self.extents[k]))]]


def check_integers(text: Text, given: Given, names: Names, places: Places) -> None:
    """That the proof holds, by which it is known how often the outermost loop turns; once at least."""
    integers = [(names.scalars[name], given.binding.scalars[name]) for name in given.variant.integers]
    if given.exact:
        text.leave_if(*[f"{name} != {int(value)}" for (name, _), value in integers])
    elif given.proof.text:
        values = [name if cls is int else f"int({name})" for (name, cls), _ in integers]
        values += [n for shape in places.extents for n in shape]
        text.line(*[f"x{k} = {value}" for k, value in enumerate(values)])
        text.line(f"trips = {given.proof.text.partition(':')[2]}")
        text.leave_if("not trips")


def check_time(text: Text, given: Given, names: Names, places: Places, estimate: Any) -> None:
    """That the interpreter needs neither too short a time for a launch, nor so long that the kernel is to run in another thread."""
    call = given.call
    if given.exact:
        text.line(f"seconds = {call.predicted!r}")
    else:
        if call.trips is not None and estimate.line is not None:
            text.line(f"seconds = {estimate.line[0]!r} + trips * {estimate.line[1]!r}")
        else:
            numbers = [f"{name!r}: float({own})" for name, (own, cls) in names.scalars.items() if not issubclass(cls, _COMPLEX)]
            shapes = [f"{name!r}: {own}.shape" for name, own in names.arrays.items()]
            shapes += [f"{name!r}: {one.type.shape}" for name, one in given.binding.tuples.items()]
            text.line(f"seconds = estimate.of_new({{{', '.join(numbers)}}}.get, {{{', '.join(shapes)}}}.get)")
            text.leave_if(f"estimate.sure is not {call.sure} or estimate.exact is not {call.exact}")
        text.leave_if(f"seconds >= {given.most!r}")
    if call.sure:
        text.leave_if("seconds < tally.least")

"""What is common to all that builds one function of a kernel: its statements so far, its variables, and what it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from alpyna_hook.emit.names import Names
from alpyna_hook.emit.strips import STRIP
from alpyna_hook.ir import kernel as k, typed as t
from alpyna_hook.ir.kernel import rep_of
from alpyna_hook.ir.kernel_values import arithmetic, both, cast, either, i8, size, truth
from alpyna_hook.ir.kinds import Rep
from alpyna_hook.ir.layout import VALUE, Layout
from alpyna_hook.ir.schema import Record

FRAME = k.Local("frame", "p")


class Emission(Record):
    """What is common to the kernel and its functions.

    outcomes: one character for each obligation.  unit: (array, axis) whose stride is the size of
    an element.  groups: for each array the number of its group; those of different groups do not overlap.
    callable_at_once: the ufuncs, by name and representation, that can be called for many elements.
    """

    nest: t.TypedNest
    layout: Layout
    outcomes: str
    unit: frozenset[tuple[str, int]]
    reps: Mapping[str, Rep]
    groups: Mapping[str, int]
    callable_at_once: frozenset[tuple[str, Rep]] = frozenset()

    def unproved(self, obligation: int | None) -> bool:
        return obligation is not None and self.outcomes[obligation] == "C"


class Scope:
    """Of one function.  `give_up(check)` leaves it; the number of the check is as the word FAILED has it."""

    def __init__(self, emission: Emission, variables: dict[str, t.Variable]) -> None:
        self.emission = emission
        self.variables = variables
        self.names = Names(frozenset([f.name for f in emission.nest.functions]))
        self.out: list[k.Stmt] = []
        self.locals: dict[str, Rep] = {}
        self.buffers: dict[str, k.Buffer] = {}
        self.arrays: dict[str, None] = {}
        self.inputs: dict[str, None] = {}
        self.addresses: dict[str, None] = {}  # of functions of the C library
        self.ufuncs: dict[tuple[str, Rep], None] = {}
        self.helpers: dict[str, None] = {}
        self.sticky = False  # whether `failed` is used
        self.give_up: Callable[[k.Value], None] = self.add_return

    def stores(self, values: Iterable[t.Expr]) -> bool:
        """Does a function that is called in them write to an array?"""
        return bool(self.emission.nest.functions) and any(map(t.stores, values))

    # -- statements

    def add(self, s: k.Stmt) -> None:
        if not (self.out and isinstance(self.out[-1], k.Return | k.Break | k.Continue)):  # what follows these is never reached
            self.out.append(s)

    def add_return(self, value: k.Value) -> None:
        self.add(k.Return(value))

    @contextmanager
    def aside(self) -> Iterator[list[k.Stmt]]:
        """Collects statements that go into another, or are looked at first."""
        saved, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = saved

    @contextmanager
    def when(self, test: k.Value) -> Iterator[None]:
        with self.aside() as body:
            yield
        self.add(k.If(truth(test), tuple(body), ()))

    @contextmanager
    def loop(
        self, counter: k.Local, low: k.Value, high: k.Value, step: int = 1, after: Callable[[], None] | None = None
    ) -> Iterator[None]:
        with self.aside() as body:
            yield
        with self.aside() as last:
            if after:
                after()
        self.add(k.Loop(counter.name, cast(low, "i8"), cast(high, "i8"), step, k.Mode.SEQUENTIAL, tuple(body), tuple(last)))

    @contextmanager
    def turning(self, test: k.Value) -> Iterator[None]:
        """A `while` loop."""
        with self.aside() as body:
            yield
        self.add(k.While(truth(test), tuple(body)))

    def put(self, base: k.Value, offset: k.Value, value: k.Value, rep: Rep, group: int | None = None) -> None:
        self.add(k.Store(base, cast(offset, "i8"), truth(value) if rep == "b1" else cast(value, rep), rep, group))

    # -- variables

    def local(self, name: str, rep: Rep) -> k.Local:
        """A variable by its identifier."""
        assert self.locals.setdefault(name, rep) == rep, (name, rep, self.locals[name])
        return k.Local(name, rep)

    def variable(self, name: str) -> k.Local:
        """A variable of the nest by its name; one of the nest around a function is looked for in the frame."""
        variable = self.variables.get(name)
        if variable is None:
            self.inputs[name] = None
            variable = self.emission.nest.variables[name]
        return self.local(self.names[name], variable.rep)

    def tag(self, name: str) -> k.Local:
        """Which of the kinds that it may have the variable has: the position."""
        return self.local(self.names[name + " kind"], "i8")

    def assigned(self, name: str) -> k.Local:
        return self.local(self.names[name + " assigned"], "i8")

    def fresh(self, stem: str, rep: Rep = "i8") -> k.Local:
        return self.local(self.names.fresh(stem), rep)

    def set(self, variable: k.Local, value: k.Value) -> None:
        self.add(k.Set(variable.name, cast(value, variable.rep)))

    def temporary(self, value: k.Value) -> k.Local:
        made = self.fresh("tmp", rep_of(value))
        self.add(k.Set(made.name, value))
        return made

    def simple(self, value: k.Value) -> k.Value:
        """A value that may be written twice."""
        return value if isinstance(value, k.Local | k.Const) else self.temporary(value)

    def fixed(self, value: k.Value) -> k.Value:
        """A value as it is now, whatever becomes of the variables in it."""
        return value if isinstance(value, k.Const) else self.temporary(value)

    def buffer(self, stem: str) -> k.Local:
        name = self.names.fresh(stem + "_strip")
        self.buffers[name] = k.Buffer(name, STRIP)
        return k.Local(name, "p")

    # -- what the frame holds

    def base(self, array: str) -> k.Local:
        self.arrays[array] = None
        return self.local(self.names.named("array " + array, array), "p")

    def dimension(self, array: str, axis: int) -> k.Local:
        self.arrays[array] = None
        return self.local(self.names.named(f"size {array} {axis}", f"{array}_n{axis}"), "i8")

    def stride(self, array: str, axis: int) -> k.Value:
        if (array, axis) in self.emission.unit:
            return i8(size(self.emission.reps[array]))
        return self.local(self.names.named(f"stride {array} {axis}", f"{array}_s{axis}"), "i8")

    def function(self, name: str) -> k.Local:
        """The address of a function of the C library."""
        self.addresses[name] = None
        return self.local(self.names.named("libm " + name, f"libm_{name}"), "i8")

    def flag_functions(self) -> tuple[k.Value, k.Value]:
        return self.function("feclearexcept"), self.function("fetestexcept")

    def ufunc(self, name: str, rep: Rep) -> tuple[k.Local, k.Local]:
        """The addresses of one of NumPy's inner loops and of its data."""
        self.ufuncs[name, rep] = None
        loop, data = (self.names.named(f"{what} {name} {rep}", f"{name}_{rep}_{what}") for what in ("loop", "data"))
        return self.local(loop, "i8"), self.local(data, "i8")

    # -- operations (`operators.written.Writer`)

    def call(self, function: k.Function, args: list[k.Value]) -> k.Value:
        self.helpers[function.name] = None
        return k.Call(function.name, tuple(args), function.rep)

    def libm(self, name: str, rep: Rep, *args: k.Value) -> k.Value:
        return k.CallAt(self.function(name), tuple([cast(x, rep) for x in args]), rep)

    def inner_loop(self, name: str, rep: Rep, args: list[k.Value]) -> k.Value:
        return k.Apply(*self.ufunc(name, rep), self.flag_functions(), FRAME, tuple(args), rep)

    def wraps(self, e: t.Op) -> bool:
        nest, outcomes = self.emission.nest, self.emission.outcomes
        return not any(nest.obligations[o] == "overflow" and outcomes[o] != "W" for o in e.obligations)

    # -- checks

    def failed(self) -> k.Local:
        """Whether a check that need not leave at once has failed."""
        self.sticky = True
        return self.local("bad", "b1")

    def witnesses(self) -> k.Local:
        """A sum of what nothing else may need."""
        return self.local("seen", "i8")

    def give_up_if(self, test: k.Value, obligation: int | None = None, value: k.Value | None = None) -> None:
        """value: what is wrong, an integer, for people."""
        with self.when(test):
            if value is not None:
                self.put(FRAME, i8(VALUE), value, "i8")
            self.give_up(i8(0 if obligation is None else obligation + 1))

    def mark_bad_if(self, test: k.Value) -> None:
        """A check that need not leave at once: what goes on is put back in the end."""
        failed = self.failed()
        self.set(failed, arithmetic("or", failed, truth(test)))

    def look_at_failures(self, when: k.Value | None = None) -> None:
        """Whether the interpreter would have left the loop by an exception: its bounds may come from what was computed wrong."""
        test = either(self.failed(), k.Flagged(FRAME))
        self.give_up_if(both(when, test) if when else test)

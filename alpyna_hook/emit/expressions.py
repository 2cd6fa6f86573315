"""Typed expressions as Python source for Numba, with the checks that were not proved.

An expression becomes a string; what must be computed before it (a check, a value that is used
twice, a conditional whose branches need statements) is written as statements first.
"""

from __future__ import annotations

from collections.abc import Mapping

from alpyna_hook.emit.layout import FAILED, TAG, VALUE, Layout
from alpyna_hook.emit.operations import Operations
from alpyna_hook.emit.writer import Names, Writer
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import EXACT_INT, INT_MAX, Kind, Rep, int_range, is_complex, is_float, is_int, is_python
from alpyna_hook.ir.schema import Record


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


class Expressions(Operations):
    """Expressions of one function of the kernel."""

    def __init__(self, emission: Emission, writer: Writer, names: Names, variables: dict[str, t.Variable]) -> None:
        self.emission = emission
        self.writer = writer
        self.names = names
        self.variables = variables
        self.sticky = False  # whether the variable `bad` is used
        self.used_arrays: dict[str, None] = {}
        self.used_inputs: dict[str, None] = {}
        self.used_libm: dict[str, None] = {}
        self.used_ufuncs: dict[tuple[str, Rep], None] = {}
        self.made_ahead: dict[int, str] = {}  # ufunc calls, by identity, whose results lie in a buffer
        self.kept: dict[int, str] = {}  # calls, by identity, whose results a loop keeps
        self.strip_place = ""  # of the present iteration in its strip

    # -- expressions

    def expr(self, e: t.Expr) -> str:
        match e:
            case t.Const():
                return self.constant(e)
            case t.Var():
                if e.name not in self.variables:
                    self.used_inputs[e.name] = None
                if self.unproved(e.obligation):
                    self.give_up_if(f"{self.names[e.name + ' assigned']} == 0", e.obligation)
                return self.names[e.name]
            case t.Load():
                self.used_arrays[e.array] = None
                rep = self.emission.reps[e.array]
                group = self.group(e.array)
                return f"load_{rep}_{group}({self.base(e.array)}, {self.offset(e.array, e.index, e.obligations)})"
            case t.Dim():
                self.used_arrays[e.array] = None
                return self.dimension(e.array, e.axis)
            case t.Op() if id(e) in self.made_ahead:
                return f"get_{e.compute}({self.in_strip(e, self.made_ahead[id(e)])})"
            case t.Op() if id(e) in self.kept:
                return self.kept_call(e)
            case t.Op(name="row"):
                size, index = self.args(e.args)
                return self.normalised(index, size, e.obligations[0])
            case t.Op():
                return self.operation(e)
            case t.Cast():
                return self.cast(e)
            case t.Select():
                return self.select(e)
            case t.Let():
                self.bind(e.name, e.value)
                return self.expr(e.body)
            case t.TagIs():
                return f"({self.tag_name(e.value.name)} == {self.tag_index(e.value.name, e.kind)})"
            case t.CallFunction():
                return self.call_function(e)

    def group(self, array: str) -> str:
        return f"g{self.emission.groups[array]}"

    def base(self, array: str) -> str:
        return self.names.named("array " + array, array)

    def constant(self, e: t.Const) -> str:
        value = e.value
        if isinstance(value, complex):
            return f"{e.rep}(complex({self.float_text(value.real)}, {self.float_text(value.imag)}))"
        if isinstance(value, float):
            return self.float_text(value) if e.rep == "f8" else f"{e.rep}({self.float_text(value)})"
        if isinstance(value, bool):
            return str(value)
        text = f"({value})" if value < 0 else str(value)
        return text if e.rep == "i8" and value != -(2**63) else f"{e.rep}({text})"

    @staticmethod
    def float_text(value: float) -> str:
        text = repr(value)
        return f"({text})" if text.startswith("-") else text

    def args(self, values: tuple[t.Expr, ...]) -> list[str]:
        """Operands, in order: what comes before a call that stores is evaluated before it."""
        texts: list[str] = []
        for k, value in enumerate(values):
            if any(t.stores(later) for later in values[k + 1 :]) and not isinstance(value, t.Const):
                texts.append(self.temporary(self.expr(value)))
            else:
                texts.append(self.expr(value))
        return texts

    def temporary(self, text: str) -> str:
        name = self.names.fresh("tmp")
        self.writer.line(f"{name} = {text}")
        return name

    def simple(self, text: str) -> str:
        """A text that may be written twice."""
        return text if text.isidentifier() or text.isdigit() else self.temporary(text)

    def unproved(self, obligation: int | None) -> bool:
        return obligation is not None and self.emission.outcomes[obligation] == "C"

    def give_up(self, check: str) -> None:
        """The statement that leaves the kernel or function; `check` as the word FAILED has it."""
        raise NotImplementedError  # given by the two emitters

    def give_up_if(self, condition: str, obligation: int | None = None, value: str = "") -> None:
        """value: what is wrong, an integer, for people."""
        with self.writer.block(f"if {condition}:"):
            if value:
                self.writer.line(f"put_i8(frame, {VALUE}, {value})")
            self.give_up("0" if obligation is None else str(obligation + 1))

    def mark_bad_if(self, condition: str) -> None:
        """A check that need not leave at once: what goes on is put back in the end."""
        self.sticky = True
        self.writer.line(f"bad = bad | ({condition})")

    def witness(self, e: t.Op, result: str) -> None:
        """The bits of the result go into a sum that the kernel returns, so that the operation cannot be dropped."""
        parts = [f"{result}.real", f"{result}.imag"] if is_complex(e.compute) else [result]
        bits = "bits_f4" if e.compute in ("f4", "c8") else "bits_f8"
        for part in parts:
            self.writer.line(f"seen = wrap_add(seen, i8({bits}({part})))")

    # -- subscripts

    def dimension(self, array: str, axis: int) -> str:
        return self.names.named(f"size {array} {axis}", f"{array}_n{axis}")

    def stride(self, array: str, axis: int) -> str:
        if (array, axis) in self.emission.unit:
            return str(self.item_size(array))
        return self.names.named(f"stride {array} {axis}", f"{array}_s{axis}")

    def item_size(self, array: str) -> int:
        rep = self.emission.reps[array]
        return 1 if rep == "b1" else int(rep[1:])

    def offset(self, array: str, index: tuple[t.Expr, ...], obligations: tuple[int, ...]) -> str:
        self.used_arrays[array] = None
        terms = []
        for axis, (text, obligation) in enumerate(zip(self.args(index), obligations, strict=True)):
            place = self.normalised(text, self.dimension(array, axis), obligation)
            stride = self.stride(array, axis)
            terms.append(place if stride == "1" else f"{place} * {stride}")
        return " + ".join(terms) if terms else "0"

    def normalised(self, text: str, size: str, obligation: int) -> str:
        """The index from the front.  P: never negative; N: always; M: either; C: to be checked."""
        outcome = self.emission.outcomes[obligation]
        if outcome == "P":
            return text
        if outcome == "N":
            return f"({text} + {size})"
        text = self.simple(text)
        if outcome == "C":
            self.give_up_if(f"{text} < -{size} or {text} >= {size}", obligation, text)
        return f"({text} + ({size} if {text} < 0 else 0))"

    # -- conditionals

    def select(self, e: t.Select) -> str:
        test = self.expr(e.test)
        with self.writer.fork() as then_lines:
            then = self.expr(e.then)
        with self.writer.fork() as else_lines:
            orelse = self.expr(e.orelse)
        if not then_lines and not else_lines:
            return self.inline_select(e, test, then, orelse)
        name = self.names.fresh("tmp")
        with self.writer.block(f"if {test}:"):
            self.writer.lines.extend(then_lines)
            self.writer.line(f"{name} = {then}")
        with self.writer.block("else:"):
            self.writer.lines.extend(else_lines)
            self.writer.line(f"{name} = {orelse}")
        return name

    @staticmethod
    def inline_select(e: t.Select, test: str, then: str, orelse: str) -> str:
        if e.rep == "b1" and orelse == "False":
            return f"({test} and {then})"
        if e.rep == "b1" and then == "True":
            return f"({test} or {orelse})"
        return f"({then} if {test} else {orelse})"

    def bind(self, name: str, value: t.Expr) -> None:
        """Gives a temporary its value, and its tag if it may have several kinds."""
        kinds = tuple(sorted(value.kinds))
        self.variables[name] = t.Variable(name, kinds, value.rep)
        self.assign(name, value)

    def assign(self, target: str, value: t.Expr) -> None:
        variable = self.variables[target]
        if len(variable.kinds) == 1:
            self.writer.line(f"{self.names[target]} = {self.expr(value)}")
            return
        if len(value.kinds) > 1 and isinstance(value, t.Select):
            with self.writer.block(f"if {self.expr(value.test)}:"):
                self.assign(target, value.then)
            with self.writer.block("else:"):
                self.assign(target, value.orelse)
            return
        if isinstance(value, t.Let):
            self.bind(value.name, value.value)
            self.assign(target, value.body)
            return
        if isinstance(value, t.Cast) and value.kinds == value.value.kinds and isinstance(value.value, (t.Select, t.Let)):
            self.assign(target, _cast_inside(value, value.value))
            return
        text = self.simple(self.expr(value))
        tag = self.tag(value, variable.kinds)
        self.writer.line(f"{self.names[target]} = {text}")
        self.writer.line(f"{self.tag_name(target)} = {tag}")

    # -- tags: the position of the kind among those of a variable

    def tag_name(self, variable: str) -> str:
        return self.names[variable + " kind"]

    def tag_index(self, variable: str, kind: Kind) -> int:
        return self.variables[variable].kinds.index(kind)

    def tag(self, e: t.Expr, kinds: tuple[Kind, ...]) -> str:
        if len(e.kinds) == 1:
            return str(kinds.index(next(iter(e.kinds))))
        match e:
            case t.Var():
                own = self.variables[e.name].kinds
                cases = [(f"{self.tag_name(e.name)} == {own.index(k)}", kinds.index(k)) for k in sorted(e.kinds)]
                return self._first(cases)
            case t.Cast():
                return self.tag(e.value, kinds)
            case t.Op():
                cases = []
                for combination, result in e.tag_map:
                    tests = [
                        f"{self.tag(x, (k, *(o for o in sorted(x.kinds) if o != k)))} == 0"
                        for x, k in zip(e.operand_kinds, combination, strict=True)
                        if len(x.kinds) > 1
                    ]
                    cases.append((" and ".join(tests) or "True", kinds.index(result)))
                return self._first(cases)
            case t.CallFunction():
                own = tuple(sorted(e.function.kinds))
                cases = [(f"get_i8(frame, {TAG}) == {own.index(k)}", kinds.index(k)) for k in sorted(e.kinds)]
                return self._first(cases)
            case _:
                raise AssertionError(f"no tag for {type(e).__name__}")

    @staticmethod
    def _first(cases: list[tuple[str, int]]) -> str:
        text = str(cases[-1][1])
        for condition, value in reversed(cases[:-1]):
            text = f"({value} if {condition} else {text})"
        return text

    # -- casts

    def cast(self, e: t.Cast) -> str:
        text = self.expr(e.value)
        source, target = e.value.rep, e.rep
        if source == target:
            return text
        if self.unproved(e.obligation):
            text = self.simple(text)
            if self.emission.nest.obligations[e.obligation or 0] == "finite":
                return self.narrowed(text, source, target)
            self.check_cast(e, text, source, target)
        if is_complex(source) and not is_complex(target):
            return f"{target}({text}.real)"
        if is_int(source) and target in ("f4", "c8") and any(is_python(k) for k in e.value.kinds):
            text = f"f8({text})"
        return f"{target}({text})"

    def narrowed(self, text: str, source: Rep, target: Rep) -> str:
        """A double as a float, with a look at whether it overflowed."""
        result = self.temporary(f"{target}({text})")
        if is_complex(source):
            parts = [(f"{result}.{p}", f"{text}.{p}") for p in ("real", "imag")]
        else:
            parts = [(f"{result}.real" if is_complex(target) else result, text)]
        self.mark_bad_if(" or ".join(f"(fabs_f4({r}) == inf and fabs_f8({x}) < inf)" for r, x in parts))
        return result

    def check_cast(self, e: t.Cast, text: str, source: Rep, target: Rep) -> None:
        assert e.obligation is not None
        if is_float(source) and is_int(target):
            low, high = int_range(target)
            low_text = f"{text} > {float(low) - 1.0!r}" if low > -(2**53) else f"{text} >= {float(low)!r}"
            self.give_up_if(f"not ({low_text} and {text} < {float(high + 1)!r})", e.obligation)
        elif is_int(target):
            low, high = int_range(target)
            own_low, own_high = int_range(source)
            conditions = [f"{text} < {low}"] if own_low < low else []
            conditions += [f"{text} > {self._int(high, source)}"] if own_high > high else []
            if conditions:
                self.give_up_if(" or ".join(conditions), e.obligation)
        elif is_int(source):
            bound = EXACT_INT[target]
            if source == "u8":
                self.give_up_if(f"{text} > u8({bound})", e.obligation)
            else:
                self.give_up_if(f"{text} > {bound} or {text} < -{bound}", e.obligation)
        elif is_complex(source) or is_complex(target):
            narrow = "f4" if target in ("c8", "f4") else "f8"
            parts = [f"{text}.real", f"{text}.imag"] if is_complex(source) else [text]
            self.give_up_if(" or ".join(f"(f8({narrow}({p})) != {p} and {p} == {p})" for p in parts), e.obligation)
        else:
            self.give_up_if(f"f8(f4({text})) != {text} and {text} == {text}", e.obligation)

    @staticmethod
    def _int(value: int, rep: Rep) -> str:
        return f"u8({value})" if rep == "u8" or value > INT_MAX else str(value)

    # -- what the operations need

    def checks(self, e: t.Op) -> set[str]:
        return {self.emission.nest.obligations[k] for k in e.obligations if self.unproved(k)}

    def obligation(self, e: t.Op, what: str) -> int:
        return next(k for k in e.obligations if self.emission.nest.obligations[k] == what)

    def may_wrap(self, e: t.Op) -> bool:
        obligations = self.emission.nest.obligations
        return not any(obligations[k] == "overflow" and self.emission.outcomes[k] != "W" for k in e.obligations)

    def is_witness(self, e: t.Op) -> bool:
        obligations = self.emission.nest.obligations
        return any(self.emission.outcomes[k] == "W" and obligations[k] == "finite" for k in e.obligations)

    def libm_address(self, name: str) -> str:
        self.used_libm[name] = None
        return self.names.named("libm " + name, f"libm_{name}")

    def flag_functions(self) -> str:
        return f"{self.libm_address('feclearexcept')}, {self.libm_address('fetestexcept')}"

    def kept_call(self, e: t.Op) -> str:
        value = self.kept[id(e)]
        with self.writer.block(f"if not {self.known(value)}:"):
            self.writer.line(f"{value} = {self.operation(e)}")
            self.writer.line(f"{self.known(value)} = True")
        return value

    def known(self, value: str) -> str:
        return self.names.named("known " + value, value + "_known")

    def in_strip(self, op: t.Op, buffer: str) -> str:
        return f"{buffer}, {self.strip_place} * {4 if op.compute == 'f4' else 8}"

    def ufunc_address(self, name: str, rep: Rep) -> str:
        self.used_ufuncs[name, rep] = None
        loop = self.names.named(f"loop {name} {rep}", f"{name}_{rep}_loop")
        return f"{loop}, {self.names.named(f'data {name} {rep}', f'{name}_{rep}_data')}"

    # -- calls of the user's functions

    def call_function(self, e: t.CallFunction) -> str:
        texts: list[str] = []
        for k, (parameter, value) in enumerate(zip(e.function.params, e.args, strict=True)):
            kinds = e.function.variables[parameter].kinds
            if len(kinds) > 1:
                texts += self.tagged(value, kinds)
            elif any(t.stores(later) for later in e.args[k + 1 :]) and not isinstance(value, t.Const):
                texts.append(self.temporary(self.expr(value)))
            else:
                texts.append(self.expr(value))
        if e.function.loops:
            self.sticky = True
            self.give_up_if("bad")  # what was computed wrong might never let it end
        result = self.temporary(f"{e.function.name}({', '.join(['frame', *texts])})")
        with self.writer.block(f"if get_i8(frame, {FAILED}) != 0:"):
            self.give_up(f"get_i8(frame, {FAILED})")
        return result

    def tagged(self, value: t.Expr, kinds: tuple[Kind, ...]) -> list[str]:
        """An argument, and the tag for a parameter that may be of these kinds."""
        if len(value.kinds) > 1:
            name = self.names.fresh("argument")
            self.bind(name, value)
            value = t.Var(name, value.kinds, value.rep, value.loc)
        return [self.temporary(self.expr(value)), self.temporary(self.tag(value, kinds))]


def _cast_inside(cast: t.Cast, inner: t.Select | t.Let) -> t.Expr:
    def around(x: t.Expr) -> t.Cast:
        return t.Cast(x, x.kinds, cast.rep, cast.obligation, cast.loc)

    if isinstance(inner, t.Let):
        return t.Let(inner.name, inner.value, around(inner.body), cast.kinds, cast.rep, cast.loc)
    return t.Select(inner.test, around(inner.then), around(inner.orelse), cast.kinds, cast.rep, cast.loc)

"""The table of operations: how each is written for Numba, and how its obligations are checked."""

from __future__ import annotations

import cmath
import re

from alpyna_hook.ir import typed as t
from alpyna_hook.ir.kinds import Rep, int_range, is_complex, is_float, is_int

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%", "and": "&", "or": "|", "xor": "^",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}
_LLVM = frozenset({"sqrt", "floor", "ceil", "trunc", "rint"})  # one instruction each
_LITERAL = re.compile(r"\d+|\(-\d+\)")
_COMPARE = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})


class Operations:
    """Mixed into `Expressions`, which gives the methods that are declared first."""

    def args(self, values: tuple[t.Expr, ...]) -> list[str]:
        raise NotImplementedError

    def simple(self, text: str) -> str:
        raise NotImplementedError

    def temporary(self, text: str) -> str:
        raise NotImplementedError

    def give_up_if(self, condition: str, obligation: int | None = None) -> None:
        raise NotImplementedError

    def mark_bad_if(self, condition: str) -> None:
        raise NotImplementedError

    def libm_address(self, name: str) -> str:
        raise NotImplementedError

    def ufunc_address(self, name: str, rep: Rep) -> str:
        raise NotImplementedError

    def flag_functions(self) -> str:
        raise NotImplementedError

    def checks(self, e: t.Op) -> set[str]:
        """The obligations of the operation that are left to be checked."""
        raise NotImplementedError

    def obligation(self, e: t.Op, what: str) -> int:
        """The number of one of the operation's obligations."""
        raise NotImplementedError

    def may_wrap(self, e: t.Op) -> bool:
        """Whether the result may leave the range of its type, unchecked."""
        raise NotImplementedError

    def is_witness(self, e: t.Op) -> bool:
        raise NotImplementedError

    def witness(self, e: t.Op, result: str) -> None:
        raise NotImplementedError

    def operation(self, e: t.Op) -> str:
        return self.applied(e, self.args(e.args))

    def applied(self, e: t.Op, args: list[str]) -> str:
        if is_int(e.compute) and all(_LITERAL.fullmatch(a) for a in args):
            args[0] = f"i8({args[0]})"  # lest Python's compiler folds them to an integer that is too large for Numba
        checks = self.checks(e)
        if checks or e.name in ("lshift", "rshift", "minimum", "maximum", "pow"):
            args = [self.simple(a) for a in args]
        self.check_before(e, args, checks)
        text = self.written(e, args)
        after = checks & {"finite", "finite_division", "domain", "domain_strict"}
        if not after and not self.is_witness(e):
            return text
        result = self.temporary(text)
        if after:
            self.check_after(e, args, result, after)
        else:
            self.witness(e, result)
        return result

    # -- how it is written

    def written(self, e: t.Op, a: list[str]) -> str:
        name, rep = e.name, e.compute
        if name.startswith("libm:"):
            return f"call{len(a)}_f8({self.libm_address(name[5:])}, {', '.join(a)})"
        if name.startswith("ufunc:"):
            return f"ufunc{len(a)}_{rep}({self.ufunc_address(name[6:], rep)}, {self.flag_functions()}, frame, {', '.join(a)})"
        if name in _COMPARE:
            return f"({a[0]} {_INFIX[name]} {a[1]})"
        if name in _INFIX:
            if rep == "i8" and name in ("add", "sub", "mul") and self.may_wrap(e):
                return f"wrap_{name}({a[0]}, {a[1]})"
            text = f"({a[0]} {_INFIX[name]} {a[1]})"
            return text if rep in ("f8", "i8", "u8", "c16") else f"{rep}{text}"
        if name.endswith("_mixed"):
            return self.mixed(e, a)
        if name in _LLVM:
            return f"{name}_{rep}({a[0]})"
        if name in ("real", "imag"):
            return f"{a[0]}.{name}"
        method = getattr(self, f"write_{name}", None)
        if method is not None:
            return method(e, a)  # type: ignore[no-any-return]
        raise AssertionError(f"no operation {name}")

    def write_truediv(self, e: t.Op, a: list[str]) -> str:
        text = f"({a[0]} / {a[1]})"
        return text if e.compute == "f8" else f"{e.compute}{text}"

    def write_smith(self, e: t.Op, a: list[str]) -> str:
        """Complex division as NumPy does it (Smith 1962; numpy/_core/src/umath/loops.c.src)."""
        part = "f4" if e.compute == "c8" else "f8"
        x, y = self.simple(a[0]), self.simple(a[1])
        names = [self.temporary(f"{v}.{p}") for v in (x, y) for p in ("real", "imag")]
        return f"smith_{part}({', '.join(names)})"

    def write_quotient(self, e: t.Op, a: list[str]) -> str:
        x, y = self.simple(a[0]), self.simple(a[1])
        return f"quotient_f8({x}.real, {x}.imag, {y}.real, {y}.imag)"

    def write_complex(self, e: t.Op, a: list[str]) -> str:
        return f"complex({a[0]}, {a[1]})"

    def write_cabs(self, e: t.Op, a: list[str]) -> str:
        x, part = self.simple(a[0]), "f4" if e.compute == "c8" else "f8"
        return f"call2_{part}({self.libm_address('hypotf' if part == 'f4' else 'hypot')}, {x}.real, {x}.imag)"

    def write_bounded(self, e: t.Op, a: list[str]) -> str:
        return a[0]

    def write_pow(self, e: t.Op, a: list[str]) -> str:
        if is_float(e.compute):
            return f"call2_{e.compute}({self.libm_address('powf' if e.compute == 'f4' else 'pow')}, {a[0]}, {a[1]})"
        return f"{e.compute}(power(u8({a[0]}), u8({a[1]})))"

    def write_gcd(self, e: t.Op, a: list[str]) -> str:
        return f"gcd_i8({a[0]}, {a[1]})"

    def write_isqrt(self, e: t.Op, a: list[str]) -> str:
        return f"isqrt_i8({a[0]})"

    def write_hypot(self, e: t.Op, a: list[str]) -> str:
        return f"hypot_f8({a[0]}, {a[1]})"

    def write_decimal(self, e: t.Op, a: list[str]) -> str:
        return f"decimal_f8({a[0]}, {a[1]})"

    def write_lshift(self, e: t.Op, a: list[str]) -> str:
        return self._shift(e, a, f"{e.compute}({a[0]} << {a[1]})", f"{e.compute}(0)")

    def write_rshift(self, e: t.Op, a: list[str]) -> str:
        emptied = f"({e.compute}(-1) if {a[0]} < 0 else {e.compute}(0))" if e.compute[0] == "i" else f"{e.compute}(0)"
        return self._shift(e, a, f"{e.compute}({a[0]} >> {a[1]})", emptied)

    def _shift(self, e: t.Op, a: list[str], shifted: str, emptied: str) -> str:
        if not e.numpy:
            return shifted
        bits = 8 * int(e.compute[1:])
        inside = f"{a[1]} < {bits}" if e.compute[0] == "u" else f"0 <= {a[1]} < {bits}"
        return f"({shifted} if {inside} else {emptied})"

    def write_neg(self, e: t.Op, a: list[str]) -> str:
        if is_complex(e.compute):
            part, x = "f4" if e.compute == "c8" else "f8", self.simple(a[0])
            return f"{e.compute}(complex(fneg_{part}({x}.real), fneg_{part}({x}.imag)))"
        return f"fneg_{e.compute}({a[0]})" if is_float(e.compute) else f"{e.compute}(-{a[0]})"

    def write_pos(self, e: t.Op, a: list[str]) -> str:
        return a[0]

    def write_invert(self, e: t.Op, a: list[str]) -> str:
        return f"{e.compute}(~{a[0]})"

    def write_not(self, e: t.Op, a: list[str]) -> str:
        return f"(not {a[0]})"

    def write_truth(self, e: t.Op, a: list[str]) -> str:
        return f"({a[0]} != 0)"

    def write_abs(self, e: t.Op, a: list[str]) -> str:
        if is_float(e.compute):
            return f"fabs_{e.compute}({a[0]})"
        return f"{e.compute}(abs({a[0]}))" if e.compute[0] == "i" else a[0]

    def write_isnan(self, e: t.Op, a: list[str]) -> str:
        x = self.simple(a[0])
        return f"({x} != {x})"

    def write_isinf(self, e: t.Op, a: list[str]) -> str:
        return f"(fabs_{e.compute}({a[0]}) == inf)"

    def write_isfinite(self, e: t.Op, a: list[str]) -> str:
        return f"(fabs_{e.compute}({a[0]}) < inf)"

    def write_signbit(self, e: t.Op, a: list[str]) -> str:
        return f"(bits_f8({a[0]}) < 0)"

    def write_conjugate(self, e: t.Op, a: list[str]) -> str:
        x = self.simple(a[0])
        part = "f4" if e.compute == "c8" else "f8"
        return f"{e.compute}(complex({x}.real, fneg_{part}({x}.imag)))"

    def write_minimum(self, e: t.Op, a: list[str]) -> str:
        return f"({a[0]} if {a[0]} < {a[1]} else {a[1]})"

    def write_maximum(self, e: t.Op, a: list[str]) -> str:
        return f"({a[0]} if {a[0]} > {a[1]} else {a[1]})"

    def mixed(self, e: t.Op, a: list[str]) -> str:
        """A comparison of a signed with an unsigned 64-bit integer, by value."""
        name = e.name.removesuffix("_mixed")
        a = [self.simple(x) for x in a]
        signed = 0 if e.args[0].rep[0] == "i" else 1
        x = a[signed]
        parts = [f"u8({v})" if k == signed else v for k, v in enumerate(a)]
        inside = f"({parts[0]} {_INFIX[name]} {parts[1]})"
        below = {"eq": "False", "ne": "True"}.get(name) or str((name in ("lt", "le")) == (signed == 0))
        return f"({below} if {x} < 0 else {inside})"

    # -- how it is checked

    def check_before(self, e: t.Op, a: list[str], checks: set[str]) -> None:
        if "exponent" in checks:
            self.give_up_if(f"{a[-1]} < 0", self.obligation(e, "exponent"))
        if "shift" in checks:
            self.give_up_if(f"{a[1]} < 0 or {a[1]} > 63", self.obligation(e, "shift"))
        if "nonzero" in checks:
            if is_float(e.compute) or is_complex(e.compute):
                self.mark_bad_if(f"{a[1]} == 0.0")
            else:
                self.give_up_if(f"{a[1]} == 0", self.obligation(e, "nonzero"))
        if "overflow" in checks:
            condition = self.overflow(e, a)
            if condition:
                self.give_up_if(condition, self.obligation(e, "overflow"))
        if "number" in checks and e.name == "decimal":
            self.mark_bad_if(f"not (fabs_f8({a[0]}) * {a[1]} < {2.0**51})")
        elif "number" in checks:
            self.mark_bad_if(f"{a[-1]} != {a[-1]}")
        if "domain" in checks and e.name == "sqrt":
            self.mark_bad_if(f"{a[0]} < 0.0")

    def overflow(self, e: t.Op, a: list[str]) -> str:
        rep, name = e.compute, e.name
        low, high = int_range(rep)
        if name in ("add", "sub", "mul"):
            if rep in ("i8", "u8"):
                return f"{name}_overflows_{rep}({a[0]}, {a[1]})"
            result = self.temporary(f"i8({a[0]}) {_INFIX[name]} i8({a[1]})")
            return f"{result} < {low} or {result} > {high}"
        if name == "neg":
            return f"{a[0]} != 0" if rep[0] == "u" else f"{a[0]} == {self._least(rep)}"
        if name == "abs":
            return f"{a[0]} == {self._least(rep)}" if rep[0] == "i" else ""
        if name in ("floordiv", "mod"):
            return f"{a[1]} == -1 and {a[0]} == {self._least(rep)}" if rep[0] == "i" else ""
        if name == "gcd":
            return " or ".join(f"{x} == {self._least(rep)}" for x in a)
        if name == "lshift":
            return f"(({a[0]} << {a[1]}) >> {a[1]}) != {a[0]}"
        if name == "pow":
            return f"power_overflows({a[0]}, {a[1]})"
        raise AssertionError(f"no overflow check for {name}")

    @staticmethod
    def _least(rep: Rep) -> str:
        low = int_range(rep)[0]
        return "(-9223372036854775807 - 1)" if low == -(2**63) else f"({low})"

    def check_after(self, e: t.Op, a: list[str], result: str, checks: set[str]) -> None:
        if e.name == "cabs":
            part = "f4" if e.compute == "c8" else "f8"
            self.mark_bad_if(f"{result} == inf and fabs_{part}({a[0]}.real) < inf and fabs_{part}({a[0]}.imag) < inf")
            return
        if e.name == "bounded":
            self.mark_bad_if(f"fabs_f8({result}.real) == inf or fabs_f8({result}.imag) == inf")
            return
        if "domain_strict" in checks or ("domain" in checks and e.name == "pow"):
            self.mark_bad_if(f"not (fabs_f8({result}) < inf)")
        elif "domain" in checks and e.name != "sqrt":
            x = a[0]
            self.mark_bad_if(f"not (fabs_f8({result}) < inf) and (({result} != {result} and {x} == {x}) or fabs_f8({x}) < inf)")
        if "finite_division" in checks:
            f = f"fabs_{e.compute}"
            self.mark_bad_if(f"not ({f}({a[0]}) < inf and {f}({a[1]}) < inf and {a[1]} != 0 and {f}({result}) < inf)")
        elif "finite" in checks:
            self.mark_bad_if(self.raised(e, a, result))

    def raised(self, e: t.Op, a: list[str], result: str) -> str:
        """Whether IEEE arithmetic raised invalid, overflow or division by zero: the result is not finite, its operands were."""
        if is_complex(e.compute):
            parts = [f"{result}.real", f"{result}.imag"]
            return " or ".join(f"not (abs({p}) < inf)" for p in parts)
        f = f"fabs_{e.compute}"
        finite = [isinstance(arg, t.Const) and cmath.isfinite(arg.value) for arg in e.args]
        operands = [x for x, known in zip(a, finite, strict=True) if not known]
        became_nan = " and ".join([f"{result} != {result}", *(f"{x} == {x}" for x in operands)])
        became_inf = " and ".join([f"{f}({result}) == inf", *(f"{f}({x}) < inf" for x in operands)])
        return f"({became_nan}) or ({became_inf})"

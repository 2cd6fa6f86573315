"""Random expressions of a given kind, type-correct unless the nest is a wild one.

An expression is its text and whether it may be a Python int that grows: products, powers and
shifts of such are reduced, so that no nest computes with integers of a million digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.generator.scope import Array, Extent, LoopVar, Scope


@dataclass(frozen=True)
class Text:
    text: str
    grows: bool = False

    def __str__(self) -> str:
        return self.text


MATH_FLOAT = {
    "sqrt": "abs", "exp": "small", "log": "positive", "sin": "", "cos": "", "tan": "", "atan": "", "asin": "unit",
    "acos": "unit", "sinh": "small", "cosh": "small", "tanh": "", "asinh": "", "log2": "positive", "log10": "positive",
    "log1p": "abs", "expm1": "small", "fabs": "", "erf": "", "erfc": "", "degrees": "", "radians": "", "cbrt": "",
    "gamma": "gamma", "lgamma": "gamma", "acosh": "above", "atanh": "half", "exp2": "small",
}
MATH_FLOAT2 = ("hypot", "atan2", "fmod", "pow", "copysign")
NUMPY_FLOAT = {
    "sqrt": "abs", "exp": "small", "log": "positive", "sin": "", "cos": "", "tan": "", "tanh": "", "arctan": "",
    "arcsin": "unit", "arccos": "unit", "sinh": "small", "cosh": "small", "log2": "positive", "log10": "positive",
    "log1p": "abs", "expm1": "small", "exp2": "small", "cbrt": "", "square": "", "floor": "", "ceil": "", "trunc": "",
    "rint": "", "absolute": "", "abs": "", "fabs": "", "negative": "", "sign": "", "arcsinh": "",
    "reciprocal": "positive", "arccosh": "above", "arctanh": "half", "deg2rad": "", "rad2deg": "", "degrees": "",
    "radians": "", "spacing": "",
}
NUMPY_FLOAT2 = ("maximum", "minimum", "hypot", "arctan2", "copysign", "fmax", "fmin", "add", "subtract", "multiply",
                "power", "nextafter", "fmod", "remainder", "floor_divide", "divide", "logaddexp", "logaddexp2", "heaviside")
NUMPY_INT = ("abs", "absolute", "negative", "square", "invert", "floor", "ceil", "trunc")
NUMPY_INT2 = {  # what the second operand is brought to
    "mod": "7", "remainder": "3", "floor_divide": "3", "bitwise_and": "255", "bitwise_or": "", "bitwise_xor": "", "minimum": "",
    "maximum": "", "fmin": "", "fmax": "", "add": "", "subtract": "", "multiply": "", "left_shift": "2", "right_shift": "70",
}
NUMPY_TESTS = ("isnan", "isinf", "isfinite", "signbit")
MATH_TESTS = ("isnan", "isinf", "isfinite")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
INT_CONSTS = ("0", "1", "2", "3", "5", "7", "-1", "-2", "10", "100")
WILD_INTS = ("255", "-128", "127", "300", "65535", "2147483647", "-2147483648", "9223372036854775807", "2**63",
             "-2**63")
FLOAT_CONSTS = ("0.0", "1.0", "0.5", "2.0", "-1.5", "0.1", "3.25", "1e-3", "10.0", "-0.0", "float('0.25')")
WILD_FLOATS = ("1e308", "5e-324", "float('inf')", "float('-inf')", "float('nan')", "math.nan", "np.inf", "-1e200", "2.0**53", "1e39", "math.inf")
INT_TYPES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def expression(scope: Scope, kind: str, depth: int) -> Text:
    """An expression of this kind or, at times, of one below it."""
    if kind != "b" and scope.chance(8):
        kind = {"c": "f", "f": "i", "i": "i"}[kind]
    if scope.wild(1):
        kind = scope.pick("bifc")
    return {"b": boolean, "i": integer, "f": floating, "c": complicated}[kind](scope, depth)


# --------------------------------------------------------------------- leaves


def leaf(scope: Scope, kind: str) -> Text:
    scalars, arrays = scope.scalars(kind), scope.arrays_of(kind)
    choice = scope.weighted({"load": 5 if arrays else 0, "scalar": 3 if scalars else 0, "const": 2,
                             "loop": 3 if kind == "i" and scope.loops else 0, "item": 1 if kind in "if" else 0})
    if choice == "item":
        return Text(item(scope, kind))
    if choice == "load":
        return Text(load(scope, scope.pick(arrays)))
    if choice == "scalar":
        name = scope.pick(scalars)
        return Text(name, name in scope.assigned)
    if choice == "loop":
        return Text(scope.pick(scope.loops).name)
    return Text(constant(scope, kind))


def constant(scope: Scope, kind: str) -> str:
    if kind == "b":
        return scope.pick(("True", "False"))
    if kind == "i":
        return scope.pick(WILD_INTS) if scope.wild(6) else scope.pick(INT_CONSTS + scope.sizes)
    if kind == "f":
        if scope.wild(6):
            return scope.pick(WILD_FLOATS)
        return scope.pick(("math.pi", "np.pi", "math.e")) if scope.chance(5) else scope.pick(FLOAT_CONSTS)
    return scope.pick(("1j", "2.0j", "(1+2j)", "(0.5-1.5j)", "-1j", "0j"))


def item(scope: Scope, kind: str) -> str:
    """An item of a tuple: GT of integers, GW of floats, GP of pairs (an integer and a float); or of the dictionary GD."""
    if scope.chance(20):
        return scope.pick(('GD["step"]', "GD[3]") if kind == "i" else ('GD["weight"]', "GD[7]"))
    at = scope.pick(("0", "1", "-1", "2"))
    if scope.loops and scope.chance(50):
        at = f"{scope.pick(scope.loops).name} % 2"
    if scope.wild(3):
        at = scope.pick(("3", "-4", "True", "1.0"))
    own = "GT" if kind == "i" else "GW"
    return scope.pick((f"{own}[{at}]", f"{own}[{at}]", f"GP[{at}][{0 if kind == 'i' else 1}]", "len(GP)" if kind == "i" else "GW[1]"))


def load(scope: Scope, array: Array) -> str:
    if scope.chance(2) and not array.chained:
        return f"{array.name}[AT{len(array.dims)}]"
    return subscript(array, [index(scope, extent) for extent in array.dims])


def subscript(array: Array, where: list[str]) -> str:
    if array.chained:
        return array.name + "".join(f"[{k}]" for k in where)
    return f"{array.name}[{', '.join(where)}]"


def vector(scope: Scope, array: Array) -> str:
    """An array of one dimension: as it is, or a row."""
    outer = [index(scope, extent) for extent in array.dims[:-1]]
    return subscript(array, outer) if outer else array.name


def index(scope: Scope, extent: Extent, depth: int = 1) -> str:
    """An index into a dimension: in range for all but the smallest sizes, unless wild.

    It descends at most once, into an array of indices, whatever is drawn.
    """
    if scope.wild(2):
        return scope.pick((_tame(scope), "1000", "-100", "0.5", "True", "2.0"))
    if not extent.size:
        return str(scope.rng.randrange(max(1, extent.plus)) - (extent.plus if scope.chance(20) else 0))
    variables = [v for v in scope.loops if v.size == extent.size]
    pointers = [a for a in scope.arrays if a.points_into == extent.size] if depth else []
    choice = scope.weighted({"var": 12 if variables else 0, "indirect": 3 if pointers else 0,
                             "mod": 2 if variables else 4, "computed": 2 if variables else 0, "const": 1})
    if choice == "var":
        return _shifted(scope, scope.pick(variables), extent)
    if choice == "indirect":
        array = scope.pick(pointers)
        return subscript(array, [index(scope, dim, depth - 1) for dim in array.dims])
    if choice == "mod":
        tame = _tame(scope)
        return f"{tame} % {extent.size}" if tame.isidentifier() else f"({tame}) % {extent.size}"
    if choice == "const":
        return scope.pick(("0", "-1", "1", "-2"))
    v, size = scope.pick(variables).name, extent.size
    return scope.pick((f"{size} - 1 - {v}", f"{v} // 2", f"{v} >> 1", f"max({v} - 1, 0)", f"min({v} + 1, {size} - 1)",
                       f"abs({v} - 1)", f"{v} * 3 % {size}", f"-{v} - 1", f"-{v}", f"{v} - {size}",
                       f"({v} + 1) % {size}"))


def _shifted(scope: Scope, var: LoopVar, extent: Extent) -> str:
    """`v + c` with c such that the index stays below the length, and rarely goes below zero."""
    highest = extent.plus - var.off
    lowest = -var.low - (1 if scope.chance(15) else 0)
    shift = scope.rng.randrange(lowest, highest + 1) if lowest <= highest and scope.chance(45) else min(0, highest)
    if scope.chance(30) and lowest <= 0 <= highest:
        shift = 0
    return f"{var.name} {'+' if shift > 0 else '-'} {abs(shift)}" if shift else var.name


def _tame(scope: Scope) -> str:
    """A small int expression without variables that grow."""
    names = [v.name for v in scope.loops] or list(scope.sizes)
    a, b = scope.pick(names), scope.pick(names)
    return scope.pick((a, f"{a} + {b}", f"{a} * {b}", f"{a} * 2 + 1", f"{a} - {b}", f"7 * {a} + 3", f"{a} ^ {b}"))


# ------------------------------------------------------------------------ int


def integer(scope: Scope, depth: int) -> Text:
    if depth <= 0:
        return leaf(scope, "i")
    choice = scope.weighted({"leaf": 6, "add": 8, "mul": 4, "div": 4, "bits": 3, "shift": 2, "unary": 2, "abs": 1,
                             "minmax": 2, "pow": 1, "cast": 2, "select": 2, "from_float": 1, "from_bool": 1,
                             "shape": 1, "math": 3, "user": _calls(scope, "i", 2)})
    x = integer(scope, depth - 1)
    y = integer(scope, depth - 1) if choice in {"add", "mul", "div", "bits", "shift", "minmax", "select"} else x
    grows = x.grows or y.grows
    if choice == "add":
        return Text(f"({x} {scope.pick(('+', '-'))} {y})", grows)
    if choice == "mul":
        return Text(f"({x} * {y} % {scope.pick(('97', '1009', '64'))})" if grows else f"({x} * {y})")
    if choice == "div":
        divisors = ("2", "3", "7", "-3", "-1", f"({y} % 5 + 1)", f"({y} & 7 | 1)")
        divisor = y.text if scope.wild(8) else scope.pick(divisors)
        return Text(f"({x} {scope.pick(('//', '%', '%'))} {divisor})", x.grows)
    if choice == "bits":
        return Text(f"({x} {scope.pick('&|^')} {y})", grows)
    if choice == "shift":
        return _shift(scope, x, y)
    if choice == "unary":
        return Text(f"({scope.pick(('-', '~', '+'))}{x})", x.grows)
    if choice == "abs":
        return Text(f"abs({x})", x.grows)
    if choice == "minmax":
        return Text(f"{scope.pick(('min', 'max'))}({x}, {y})", grows)
    if choice == "pow":
        base = f"({x} % 11)" if x.grows else x.text
        return Text(f"({base} ** {scope.pick(('2', '3', '0', '1'))})" if scope.chance(80) else f"pow({base}, 2)")
    if choice == "cast":
        name = scope.pick(INT_TYPES) if scope.wild(30) else "int64"
        return Text(f"np.{name}({x})" if scope.chance(60) else f"int({x})", x.grows)
    if choice == "select":
        return Text(f"({x} if {boolean(scope, depth - 1)} else {y})", grows)
    return _rare_integer(scope, choice, x, depth)


def _shift(scope: Scope, x: Text, y: Text) -> Text:
    counts = ("31", "40", "63", "64", "70") if scope.wild(15) else ("1", "3", f"({y} & 7)", f"({y} % 5)")
    count = scope.pick(counts)
    if scope.chance(50) or x.grows:
        return Text(f"({x} >> {count})", x.grows)
    return Text(f"({x} << {count})")


def _rare_integer(scope: Scope, choice: str, x: Text, depth: int) -> Text:
    if choice == "from_float":
        f = floating(scope, depth - 1)
        name = "int" if scope.chance(60) else scope.pick(("round", "math.floor", "math.ceil", "math.trunc"))
        return Text(f"{name}({f})" if scope.wild(40) else f"{name}(math.tanh({f}) * 50.0)")
    if choice == "from_bool":
        return Text(f"int({boolean(scope, depth - 1)})")
    if choice == "shape":
        array = scope.pick(scope.arrays)
        axis = scope.rng.randrange(len(array.dims))
        forms = (f"len({array.name})", f"{array.name}.shape[{axis}]", f"{array.name}.size", f"{array.name}.ndim")
        return Text(scope.pick(forms))
    if choice == "math" and scope.chance(40):
        if scope.chance(30):
            name = scope.pick(NUMPY_INT)
            return Text(f"np.{name}({f'{x} % 1009' if name == 'square' and x.grows else x})", x.grows)
        name = scope.pick(tuple(NUMPY_INT2))
        other = NUMPY_INT2[name] or leaf(scope, "i")
        grown = f"{x} % 1009" if x.grows and name in ("multiply", "left_shift") else x
        return Text(f"np.{name}({grown}, {other})", x.grows or getattr(other, "grows", False))
    if choice == "math":
        y = integer(scope, depth - 1)
        return Text(scope.pick((f"math.gcd({x}, 12)", f"math.gcd({x}, {y})", f"math.isqrt(abs({x}))")), x.grows or y.grows)
    user = _user_call(scope, "i", depth)
    return user if choice == "user" and user else x


# ---------------------------------------------------------------------- float


def floating(scope: Scope, depth: int) -> Text:
    if depth <= 0:
        return leaf(scope, "f")
    choice = scope.weighted({"leaf": 6, "arith": 14, "div": 4, "floor": 1, "pow": 2, "unary": 2, "abs": 1, "minmax": 2,
                             "math": 3, "numpy": 4, "numpy2": 2, "cast": 2, "select": 2, "from_int": 3, "user": _calls(scope, "f", 3),
                             "from_complex": 8 if scope.arrays_of("c") else 1, "round": 1,
                             "method": 2 if scope.arrays_of("f") else 0})
    x = floating(scope, depth - 1)
    y = floating(scope, depth - 1) if choice in {"arith", "div", "floor", "pow", "minmax", "numpy2", "select"} else x
    if choice == "arith":
        return Text(f"({x} {scope.pick('+-*')} {y})")
    if choice in ("div", "floor"):
        divisors = ("2.0", "3.0", "-0.7", f"(abs({y}) + 1.0)", f"({y} * {y} + 0.5)")
        divisor = y.text if scope.wild(20) else scope.pick(divisors)
        return Text(f"({x} {'/' if choice == 'div' else scope.pick(('//', '%'))} {divisor})")
    if choice == "pow":
        power = y.text if scope.wild(15) else scope.pick(("2", "3", "2.0", "0.5", "4", "1.5", "-1"))
        if scope.chance(15):
            exponent = scope.pick(("0.5", "2.0", "-1.0", "1.5", f"math.sin({x})"))
            return Text(f"((abs({integer(scope, depth - 1)}) + 1) ** {exponent})")
        return Text(f"({x if power in ('2', '3', '2.0', '4') else f'(abs({x}) + 0.5)'} ** {power})")
    if choice == "unary":
        return Text(f"({scope.pick('-+')}{x})")
    if choice == "abs":
        return Text(f"abs({x})")
    if choice == "minmax":
        return Text(scope.pick((f"{scope.pick(('min', 'max'))}({x}, {y})", f"max(({x}, {y}))", f"min([{x}, {y}, {x}])", f"max({x}, *GW)")))
    if choice == "select":
        return Text(f"({x} if {boolean(scope, depth - 1)} else {y})")
    if choice in ("math", "numpy"):
        table = MATH_FLOAT if choice == "math" else NUMPY_FLOAT
        name = scope.pick(tuple(table))
        if choice == "math" and not hasattr(math, name):
            name = "fabs"  # math.cbrt and math.exp2 are new in 3.11
        return Text(f"{'math' if choice == 'math' else 'np'}.{name}({_within(scope, x, table.get(name, ''))})")
    if choice == "numpy2" and scope.chance(25):
        name = scope.pick(MATH_FLOAT2)
        domains = ("positive", "unit") if name == "pow" else ("", "positive") if name == "fmod" else ("", "")
        return Text(f"math.{name}({_within(scope, x, domains[0])}, {_within(scope, y, domains[1])})")
    if choice == "numpy2" and scope.chance(15):
        low, high = scope.pick((("-1.0", "2"), (str(y), "3.5"), ("0", str(y))))
        return Text(scope.pick((f"np.clip({x}, {low}, {high})", f"({x}).clip({low}, {high})", f"({x}).round({scope.pick(('', '1', '3'))})", f"(1.5 * np.where({boolean(scope, depth - 1)}, {x}, {y}))")))
    if choice == "numpy2":
        name = scope.pick(NUMPY_FLOAT2)
        domains = ("abs", "unit") if name == "power" else ("", "")
        if name == "power" and scope.chance(50):
            y = Text(scope.pick(("2.0", "0.5", "-1.0", "3", "1.0", "0.0")))
            domains = ("abs", "")
        return Text(f"np.{name}({_within(scope, x, domains[0])}, {_within(scope, y, domains[1])})")
    return _rare_float(scope, choice, x, depth)


def _within(scope: Scope, x: Text, domain: str) -> str:
    """The argument, brought into the function's domain unless wild."""
    if not domain or scope.wild(20):
        return x.text
    return {"abs": f"abs({x})", "positive": f"abs({x}) + 0.25", "unit": f"math.sin({x})",
            "above": f"abs({x}) + 1.0", "half": f"0.75 * math.sin({x})",
            "small": f"3.0 * math.sin({x})", "gamma": f"7.5 * math.sin({x}) + 0.1"}[domain]


def _rare_float(scope: Scope, choice: str, x: Text, depth: int) -> Text:
    if choice == "cast":
        return Text(f"{scope.pick(('float', 'np.float64', 'np.float32'))}({x})")
    if choice == "from_int":
        i = integer(scope, depth - 1)
        return Text(f"({i} * {x})" if scope.chance(60) else f"({i} / {scope.pick(('2', '4.0', '3'))})")
    if choice == "from_complex" and scope.arrays_of("c"):
        return Text(f"abs({complicated(scope, depth - 1)})" if scope.chance(50) else f"{leaf(scope, 'c')}.{scope.pick(('real', 'imag'))}")
    if choice == "method":
        element, y = load(scope, scope.pick(scope.arrays_of("f"))), floating(scope, depth - 1)
        return Text(scope.pick((f"{element}.item()", f"{element}.clip({y}, 2)", f"{element}.clip(-1.0, 2)", f"{element}.round()",
                                f"({element} * {y}).round(2)", f"({x}).conjugate()", f"({element} + {y}).real", f"({x}).imag")))
    if choice == "round":
        return Text(f"round({x}, {scope.pick(('0', '1', '2', '3', '-1'))})")
    user = _user_call(scope, "f", depth)
    return user if choice == "user" and user else x


# ----------------------------------------------------------- bool and complex


def boolean(scope: Scope, depth: int) -> Text:
    if depth <= 0:
        return leaf(scope, "b")
    choice = scope.weighted({"compare": 12, "chain": 3, "and": 4, "not": 2, "leaf": 2, "test": 2, "bits": 1, "truth": 1,
                             "select": 1, "in": 1, "pairs": 1, "conclusion": 1, "option": 8 if scope.scalars("o") else 0})
    if choice == "option":
        return option(scope)
    if choice == "compare" or choice == "chain":
        kind = scope.pick("iiffb" if scope.arrays_of("f") else "iifb")
        count = 2 if choice == "compare" else 3
        if scope.arrays_of("c") and scope.chance(15):
            return Text(f"({complicated(scope, depth - 1)} {scope.pick(('==', '!='))} {complicated(scope, depth - 1)})")
        parts = [expression(scope, kind, depth - 1).text for _ in range(count)]
        return Text("(" + "".join(f"{p} {scope.pick(COMPARISONS)} " for p in parts[:-1]) + parts[-1] + ")")
    if choice == "in":
        return _contained(scope, depth)
    if choice == "conclusion":
        return _conclusion(scope, integer(scope, depth - 1), integer(scope, depth - 1))
    if choice == "pairs":
        kinds = [scope.pick("iifb" if scope.arrays_of("f") else "ib") for _ in range(scope.pick((2, 2, 3)))]
        pair = ["(" + ", ".join([expression(scope, kind, 0).text for kind in kinds]) + ")" for _ in range(2)]
        return Text(f"({pair[0]} {scope.pick(('==', '!='))} {pair[1]})")
    if choice == "and":
        word = scope.pick(("and", "or"))
        return Text(f"({boolean(scope, depth - 1)} {word} {boolean(scope, depth - 1)})")
    if choice == "not":
        return Text(f"(not {boolean(scope, depth - 1)})")
    if choice == "test" and scope.chance(40):
        name = scope.pick(("logical_and", "logical_or", "logical_xor", "less", "greater_equal", "equal", "not_equal"))
        kind = scope.pick("iffb")
        return Text(f"np.{name}({expression(scope, kind, depth - 1)}, {expression(scope, kind, depth - 1)})")
    if choice == "test":
        library, names = scope.pick((("np", NUMPY_TESTS), ("math", MATH_TESTS)))
        return Text(f"{library}.{scope.pick(names)}({floating(scope, depth - 1)})")
    if choice == "bits":
        return Text(f"({boolean(scope, depth - 1)} {scope.pick('&|^')} {boolean(scope, depth - 1)})")
    if choice == "truth":
        return Text(f"bool({expression(scope, scope.pick('if'), depth - 1)})")
    if choice == "select":
        return Text(f"({boolean(scope, depth - 1)} if {boolean(scope, 0)} else {boolean(scope, depth - 1)})")
    return leaf(scope, "b")


def option(scope: Scope) -> Text:
    """A condition that the nest cannot change."""
    name = scope.pick(scope.scalars("o"))
    return Text(scope.pick((f"{name} is None", f"{name} is not None", f'{name} == "fast"', f'{name} != "slow"',
                            f'{name} in ("fast", "slow")', f'({name} is None or {name} == "fast")')))


def _conclusion(scope: Scope, x: Text, y: Text) -> Text:
    """What integers without bounds would decide, and those that wrap around do not."""
    forms = [f"({x} + 1 > {x})", f"({x} - 3 < {x})", f"(({x} + 5 if {x} > 0 else 7) > 0)", f"(-{x} <= 0)"]
    if not x.grows and not y.grows:
        forms += [f"bool({x} * {y})", f"({x} * {x} >= 0)", f"({x} * 6 // 3 == {x} * 2)", f"({x} - {y} < 0)", f"({x} ** 2 >= 0)"]
    return Text(scope.pick(forms))


def _contained(scope: Scope, depth: int) -> Text:
    if scope.chance(20):
        numbers = scope.pick(("5", "2, 9", "9, 1, -3", f"{leaf(scope, 'i')}, 30, 4"))
        return Text(f"({integer(scope, depth - 1)} {scope.pick(('in', 'not in'))} range({numbers}))")
    kind = scope.pick("iifb" if scope.arrays_of("f") else "ib")
    constants = scope.chance(70)
    items = [constant(scope, kind) if constants else expression(scope, kind, 0).text for _ in range(scope.pick((1, 2, 3)))]
    left, right = scope.pick(("()", "()", "[]", "{}") if constants else ("()", "[]"))
    if scope.chance(25):
        return Text(f"({expression(scope, kind, depth - 1)} {scope.pick(('in', 'not in'))} {'GW' if kind == 'f' else 'GT'})")
    display = f"{left}{', '.join(items)}{',' if len(items) == 1 else ''}{right}"
    return Text(f"({expression(scope, kind, depth - 1)} {scope.pick(('in', 'not in'))} {display})")


def complicated(scope: Scope, depth: int) -> Text:
    if depth <= 0:
        return leaf(scope, "c")
    choice = scope.weighted({"leaf": 4, "arith": 8, "div": 1, "unary": 1, "float": 2, "cast": 1, "select": 1,
                             "square": 1, "power": 1, "parts": 1})
    x = complicated(scope, depth - 1)
    if choice == "power":
        return Text(f"({x} ** {scope.pick(('2', '2', '3', '1', '4', '7'))})")
    if choice == "parts":
        known, other = scope.chance(40), floating(scope, depth - 1)
        pair = [constant(scope, "f") if known else floating(scope, depth - 1).text, other.text]
        return Text(f"complex({', '.join(pair if scope.chance(50) else pair[::-1])})")
    if choice == "arith":
        return Text(f"({x} {scope.pick('+-*')} {complicated(scope, depth - 1)})")
    if choice == "div":
        divisor = complicated(scope, depth - 1).text if scope.wild(30) else scope.pick(("2.0", "(1+1j)", "(3-2j)"))
        return Text(f"({x} / {divisor})")
    if choice == "unary":
        return Text(scope.pick((f"(-{x})", f"(-{x})", f"({x}).conjugate()")))
    if choice == "float":
        return Text(f"({x} {scope.pick('+*')} {floating(scope, depth - 1)})")
    if choice == "cast":
        return Text(f"{scope.pick(('complex', 'np.complex128', 'np.complex64'))}({x})")
    if choice == "select":
        return Text(f"({x} if {boolean(scope, depth - 1)} else {complicated(scope, depth - 1)})")
    return Text(f"({x} * {x})") if choice == "square" else x


def _calls(scope: Scope, kind: str, weight: int) -> int:
    """How likely a call is: more so of a function that stores, for the sake of what stands around it."""
    return weight * (5 if any(f.kind in ("s" + kind, "v" + kind) for f in scope.functions) else 1)


def _user_call(scope: Scope, kind: str, depth: int) -> Text | None:
    targets = [a for a in scope.arrays if a.stored and a.kind == kind and not a.points_into]
    vectors = scope.arrays_of(kind)
    usable = [f for f in scope.functions if f.kind == kind or (f.kind == "s" + kind and targets) or (f.kind == "v" + kind and vectors)]
    if not usable:
        return None
    function = scope.pick(usable)
    args = []
    if function.kind[0] == "s":
        array = scope.pick(targets)
        value = expression(scope, kind, depth - 1)
        return Text(f"{function.name}({vector(scope, array)}, {index(scope, array.dims[-1])}, {value} % 101)", kind == "i")
    if function.kind[0] == "v":
        one, other = scope.pick(vectors), scope.pick(vectors)
        return Text(f"{function.name}({vector(scope, one)}, {scope.pick(('', 'other='))}{vector(scope, other)})", kind == "i")
    for _ in range(function.arity):
        arg = expression(scope, kind, depth - 1)
        args.append(f"{arg} % 101" if arg.grows else arg.text)
    if "how=" in function.text.split("\n")[0]:
        how = scope.pick(("None", '"fast"', 'how="half"', 'how="half"', "how=None", "2", "0", *scope.scalars("o")))
        args = args[:1] if scope.chance(20) else [args[0], how]
    return Text(f"{function.name}({', '.join(args)})")

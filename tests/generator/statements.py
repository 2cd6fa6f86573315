"""Random statements and loops, as lists of lines without their common indentation."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from tests.generator.expressions import Text, boolean, constant, expression, index, integer, load, option, subscript, vector
from tests.generator.scope import Array, Extent, LoopVar, Scope

Lines = list[str]

SUMS = 10  # percent of the loops: sums that are stored, whose loops may be exchanged
PLAIN = 85  # percent of their subscripts: a loop's variable alone

SIMPLE = {"store": 12, "augment": 6, "assign": 5, "accumulate": 6, "temp": 5, "tuple": 2, "swap": 2, "chained": 1,
          "chained_store": 1, "divmod": 1, "effect": 2, "raise": 1, "assert": 2, "overwrite_index": 1, "message": 1, "formula": 2,
          "unpack": 8, "call": 1, "late": 4, "either": 2, "kept": 2}
OPERATORS = {"b": ("&=", "|=", "^="), "i": ("+=", "-=", "+=", "^=", "|=", "&="), "f": ("+=", "-=", "*=", "+=", "/="),
             "c": ("+=", "-=", "*=")}


def indent(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def block(scope: Scope, budget: int) -> Lines:
    """A block of about `budget` statements; at least one."""
    lines: Lines = []
    while not lines or budget > 0:
        cost, more = statement(scope, budget)
        lines += more
        budget -= cost
        if more and more[-1] in ("break", "continue"):
            break
    return lines


def statement(scope: Scope, budget: int) -> tuple[int, Lines]:
    choice = scope.weighted({"simple": 10, "if": 3 if budget > 1 else 0, "jump": 1 if scope.can_break else 0,
                             "loop": 4 if budget > 1 and scope.depth < 4 else 0})
    if choice == "simple":
        return 1, simple(scope)
    if choice == "jump":
        return 1, jump(scope)
    inner = scope.rng.randrange(1, max(2, budget))
    return inner + 1, branch(scope, inner) if choice == "if" else loop(scope, inner)


# --------------------------------------------------------------------- simple


def simple(scope: Scope) -> Lines:
    choice = scope.weighted(SIMPLE)
    array = scope.pick([a for a in scope.arrays if a.stored] or scope.arrays)
    if choice == "assert":
        if not scope.wild(30):
            return [f"assert n >= 0 or {boolean(scope, 1)}"] if "n" in scope.sizes else _store(scope, array)
        return [f"assert {boolean(scope, 1)} or {boolean(scope, 1)}, {scope.pick(('1', repr('no')))}"]
    if choice == "message":
        if not scope.scalars("o"):
            return _store(scope, array)
        name = scope.pick(scope.scalars("o"))
        test = scope.pick((option(scope).text, name, f"not {name}", f'{name} == "fast" or {name} == 2'))
        # what cannot be compiled, where an option may rule it out
        return [f"if {test}:", f"    {scope.pick(('str([1])', 'str(2)', 'print(end=repr(3))'))}"]
    if choice == "raise":
        if not scope.wild(30):
            return _store(scope, array)
        way = scope.pick(("raise ValueError(3)", "raise KeyError", "raise StopIteration", "sys.exit(4)", "exit()"))
        return [f"if {boolean(scope, 1)} and {boolean(scope, 1)}:", f"    {way}"]
    if choice == "effect":
        effects = [f for f in scope.functions if not f.kind]
        usable = [a for a in scope.arrays if a.stored and not a.points_into]
        if not effects or not usable:
            return _store(scope, array)
        array = scope.pick(usable)
        value = _tame(stored_value(scope, array, 1))
        return [f"{scope.pick(effects).name}({vector(scope, array)}, {index(scope, array.dims[-1])}, {value})"]
    if choice == "call":
        return [_unused_call(scope)]
    if choice == "divmod":
        return _divmod(scope)
    if choice == "late":
        return _late(scope) or _store(scope, array)
    if choice == "store":
        return _store(scope, array)
    if choice == "unpack":
        return _unpack(scope, array)
    if choice == "formula":
        return _formula(scope, array)
    if choice == "either":
        return _either(scope, array)
    if choice == "kept":
        return _kept(scope, array)
    if choice == "augment":
        return [f"{load(scope, array)} {_operator(scope, array)} {stored_value(scope, array)}"]
    if choice == "swap":
        return _swap(scope, array)
    if choice == "chained_store":
        alike = [a for a in scope.arrays if a.stored and a.kind == array.kind and not a.points_into]
        return [f"{load(scope, array)} = {load(scope, scope.pick(alike or [array]))} = {stored_value(scope, array)}"]
    return _assignment(scope, choice)


def _late(scope: Scope) -> Lines:
    """Reads a variable that may have no value, or one that only a later iteration finds with a value."""
    late = {name: kind for name, kind in scope.late.items() if name not in scope.bound}
    if not late or not scope.chance(90):
        return []
    name = scope.pick(sorted(late))
    read = f"{scope.fresh('t')} = {name}"
    if scope.wild(30) or not scope.loops:
        return [read]
    later = scope.fresh("t")
    test = scope.pick((f"{scope.pick(scope.loops).name} > 1", boolean(scope, 1)))
    if scope.chance(40):
        return [f"{later} = {later} if {test} else {constant(scope, 'f')}"]
    return [f"if {test}:", f"    {read}"]


def _unused_call(scope: Scope) -> str:
    """For nothing but the warning or exception that it may give."""
    x, y = expression(scope, "f", 1), expression(scope, "f", 1)
    return scope.pick((f"np.{scope.pick(('add', 'subtract', 'multiply', 'divide', 'hypot'))}({x}, {y})", f"np.sqrt({x})",
                       f"np.float32({x})", f"float({x} / (1.5 + abs({y})))", f"abs({x} * {y})", f"math.floor({x})", f"round({x}, 2)"))


def _divmod(scope: Scope) -> Lines:
    kind = scope.pick("iif")
    q, r = scope.fresh("t"), scope.fresh("t")
    divisor = expression(scope, kind, 1) if scope.wild(20) else scope.pick(("3", "7", "-2", "2.5"))
    line = f"{q}, {r} = divmod({_tame(expression(scope, kind, 1))}, {divisor})"
    for name in (q, r):
        _bind(scope, name, "f" if "." in str(divisor) else kind, True)
    return [line]


def _store(scope: Scope, array: Array) -> Lines:
    return [f"{load(scope, array)} = {stored_value(scope, array)}"]


def _unpack(scope: Scope, array: Array) -> Lines:
    """The items of a returned tuple, into variables or elements."""
    functions = [f for f in scope.functions if f.kind[:1] == "t"]
    if not functions:
        return _store(scope, array)
    function = scope.pick(functions)
    kind = function.kind[1:]
    targets = [name for name in scope.scalars(kind) if name not in scope.fixed]
    elements = [load(scope, array)] if array.kind == kind and not array.points_into else []
    values = [_tame(expression(scope, kind, 1)) for _ in range(function.arity)]
    names = [scope.pick([*targets, *elements, *([scope.fresh("t")] * 2)]) for _ in range(2)]
    for name in names:
        if name.isidentifier():
            _bind(scope, name, kind, True)
    return [f"{', '.join(names)} = {function.name}({', '.join(values)})"]


def _either(scope: Scope, array: Array) -> Lines:
    """One of two tuples, unpacked; or the items of one."""
    first, second = scope.fresh("t"), scope.fresh("t")
    if scope.chance(20):
        lines = [f"{first}, {second} = GP[{scope.pick(('0', '-1', '2'))}]"]
    else:
        parts = [f"({_tame(expression(scope, 'i', 1))}, {expression(scope, 'f', 1)})" for _ in range(2)]
        lines = [f"{first}, {second} = {parts[0]} if {boolean(scope, 1)} else {parts[1]}"]
    _bind(scope, first, "i", True)
    _bind(scope, second, "f", False)
    return [*lines, *_store(scope, array)]


def _kept(scope: Scope, array: Array) -> Lines:
    """A tuple that is kept, and perhaps made anew of its items."""
    name = scope.fresh("p")
    lines = [f"{name} = ({_tame(expression(scope, 'i', 1))}, {expression(scope, 'f', 1)})"]
    for item, kind in ((f"{name}[0]", "i"), (f"{name}[-1]", "f")):
        _bind(scope, item, kind, True)
        scope.fixed.add(item)
    if scope.chance(40):
        again = f"{name} = ({name}[0] + 1, {scope.pick((f'{name}[1]', '0.5', f'{name}[0]'))})"
        lines += [f"if {boolean(scope, 1)}:", f"    {again}"] if scope.chance(50) else [again]
    return [*lines, *_store(scope, array)]


def _formula(scope: Scope, array: Array) -> Lines:
    """Much arithmetic around few calls, which are then made apart from it; some of them give the same."""
    x, y = expression(scope, "f", 1), expression(scope, "f", 1)
    name, call = scope.fresh("x"), scope.pick(("math.erf", "math.atan", "np.exp", "np.sin", "math.log1p"))
    lines = [f"{name} = ({x} / (1.5 + abs({y})) + {y} / 3.0) / (2.0 + {x} * {x}) / (1.0 + {y} * {y})"]
    values = (f"{call}({name})", f"{call}({name}) * {y} - {call}({name})", f"{call}(abs({x})) + {call}({name})")
    scope.bound[name] = "f"
    if array.kind not in "fc":
        return [*lines, f"{name} = {scope.pick(values)}"]
    return [*lines, f"{load(scope, array)} = {scope.pick(values)}"]


def stored_value(scope: Scope, array: Array, depth: int = 2) -> Text:
    if array.points_into:
        return Text(f"({integer(scope, 1)}) % {array.points_into}")
    value = expression(scope, array.kind, depth)
    if not value.grows:
        return value
    return Text(f"({value}) % 101") if not scope.wild(20) else value


def _operator(scope: Scope, array: Array) -> str:
    if array.points_into:
        return "="
    if array.kind == "i" and scope.wild(15):
        return scope.pick(("*=", "//=", "%=", "<<=", ">>=", "**=", "/="))
    return scope.pick(OPERATORS[array.kind])


def _swap(scope: Scope, array: Array) -> Lines:
    a, b = load(scope, array), load(scope, array)
    if scope.chance(70):
        return [f"{a}, {b} = {b}, {a}"]
    return [f"{a}, {b} = {stored_value(scope, array, 1)}, {stored_value(scope, array, 1)}"]


def _tame(value: Text) -> str:
    return f"{value} % 101" if value.grows else value.text


def _assignment(scope: Scope, choice: str) -> Lines:
    floats, complexes = 5 if scope.arrays_of("f") else 1, 2 if scope.arrays_of("c") else 0
    kind = scope.weighted({"b": 1, "i": 4, "f": floats, "c": complexes})
    targets = [name for name in scope.scalars(kind) if name not in scope.fixed]
    if choice == "overwrite_index":
        names = [v.name for v in scope.loops if not v.name.startswith("k")]  # counters of while loops must count
        if not names or not scope.chance(20):
            return _store(scope, scope.pick([a for a in scope.arrays if a.stored] or scope.arrays))
        name = scope.pick(names)
        scope.loops = [v for v in scope.loops if v.name != name]
        return [f"{name} = {integer(scope, 1)}"]
    if choice == "temp" or not targets:
        value = expression(scope, kind, 2)
        name = scope.fresh("t")
        _bind(scope, name, kind, value.grows)
        return [f"{name} = {value}"]
    name = scope.pick(targets)
    if choice == "accumulate":
        operator = scope.pick(OPERATORS[kind])
        value = expression(scope, kind, 1)
        guarded = operator == "/=" and not scope.wild(20)
        return [f"{name} {operator} {f'0.5 + abs({value})' if guarded else value}"]
    if choice == "tuple" and len(targets) > 1:
        other = scope.pick([t for t in targets if t != name])
        values = (other, name) if scope.chance(40) else (expression(scope, kind, 1), expression(scope, kind, 1))
        return [f"{name}, {other} = {values[0]}, {values[1]}"]
    if choice == "chained" and len(targets) > 1:
        other = scope.pick([t for t in targets if t != name])
        return [f"{name} = {other} = {expression(scope, kind, 1)}"]
    return [f"{name} = {expression(scope, kind, 2)}"]


def _bind(scope: Scope, name: str, kind: str, grows: bool) -> None:
    scope.bound[name] = kind
    if grows or kind == "i":
        scope.assigned.add(name)


# --------------------------------------------------------------- control flow


def branch(scope: Scope, budget: int) -> Lines:
    lines = [f"if {boolean(scope, 2)}:"]
    with scope.block():
        lines += indent(block(scope, max(1, budget // 2)))
    while scope.chance(25):
        lines.append(f"elif {boolean(scope, 1)}:")
        with scope.block():
            lines += indent(block(scope, 1))
    if scope.chance(45):
        lines.append("else:")
        with scope.block():
            lines += indent(block(scope, max(1, budget // 2)))
    return lines


def jump(scope: Scope) -> Lines:
    choice = scope.weighted({"break": 4, "continue": 4 if scope.can_continue else 0,
                             "return": 1 if scope.in_function else 0})
    if choice == "return":
        names = [v.name for v in scope.loops[:1]] + list(scope.bound)[:2]
        comma = "," if len(names) == 1 and scope.chance(50) else ""
        choice = f"return {', '.join(names)}{comma}" if names else "return"
    with scope.block():
        before = simple(scope) if scope.chance(30) else []
    return [f"if {boolean(scope, 2)}:", *indent([*before, choice])]


def loop(scope: Scope, budget: int) -> Lines:
    if scope.chance(SUMS):
        return _sums(scope)
    if scope.chance(14):
        return while_loop(scope, budget)
    if scope.chance(10):
        return settling_loop(scope, budget)
    if scope.chance(18):
        return element_loop(scope, budget)
    if scope.chance(6):
        return searches(scope, budget)
    if scope.chance(12):
        return _reduction(scope)
    if scope.chance(8):
        return _row_loop(scope, budget)
    if scope.chance(6):
        return _packed(scope)
    return range_loop(scope, budget)


def range_loop(scope: Scope, budget: int) -> Lines:
    if scope.chance(6):
        return _moving_bound(scope, budget)
    if scope.chance(4):
        return _all_indices(scope, budget)
    name = scope.pick("ijlp") if scope.chance(5) else _fresh_index(scope)
    header, variable = _range(scope, name)
    if header.startswith("range(") and scope.chance(8):
        header = scope.pick(("counted", "prange", "np.arange")) + header.removeprefix("range")
    return _for(scope, f"for {name} in {header}:", [variable], {}, budget)


def _sums(scope: Scope) -> Lines:
    """Two loops, the inner of which adds up what is stored in the end, mostly in one over the other dimension."""
    usable = [(a, axis) for a in scope.arrays if a.stored and a.kind == "f" for axis, d in enumerate(a.dims) if d.size and not d.plus]
    if not usable:
        return _moving_bound(scope, 1)
    array, axis = scope.pick([(a, k) for a, k in usable if len(a.dims) > 1] or usable)
    others = [extent for k, extent in enumerate(array.dims) if k != axis and extent.size and not extent.plus]
    if not others or scope.chance(15):
        return _two_sums(scope, array, axis, {})
    around = LoopVar(_fresh_index(scope), others[0].size)
    with scope.loop_body([around]):
        return [f"for {around.name} in range({around.size}):", *indent(_two_sums(scope, array, axis, {around.size: around.name}))]


def _two_sums(scope: Scope, array: Array, axis: int, around: dict[str, str]) -> Lines:
    outer = LoopVar(_fresh_index(scope), array.dims[axis].size)
    with scope.loop_body([outer]):
        inner = LoopVar(_fresh_index(scope), scope.pick(scope.sizes))
        where = [outer.name if k == axis else around.get(extent.size) or _plain(scope, extent) for k, extent in enumerate(array.dims)]
        target = subscript(array, where)
        with scope.loop_body([inner]):
            read = [scope.pick(scope.arrays_of("f")) for _ in range(2)]
            factors = [subscript(a, [_plain(scope, extent) for extent in a.dims]) for a in read]
    start, added = scope.pick(("0.0", "0", target, "0.5")), scope.pick((" * ", " + ", " - ")).join(factors)
    if scope.chance(40):
        total = scope.fresh("s")
        _bind(scope, total, "f", True)
        before, step, behind = [f"{total} = {start}"], f"{total} += {added}", [f"{target} = {scope.pick((total, total, f'{total} * 0.5'))}"]
    else:
        before = [f"{target} = {start}"] * scope.chance(60)
        step = scope.pick((f"{target} += {added}", f"{target} = {target} * 0.5 - {added}", f"{target} = {added}"))
        behind = [f"{target} *= 0.5"] * scope.chance(25)
    first, second = scope.pick(("", "", "1, ")), scope.pick(("", "", "1, "))
    return [f"for {outer.name} in range({first}{outer.size}):",
            *indent([*before, f"for {inner.name} in range({second}{inner.size}):", f"    {step}", *behind])]


def _plain(scope: Scope, extent: Extent) -> str:
    """The variable of a loop over the dimension, mostly."""
    names = [v.name for v in scope.loops if v.size == extent.size and v.off <= extent.plus]
    return scope.pick(names) if names and scope.chance(PLAIN) else index(scope, extent)


def _reduction(scope: Scope) -> Lines:
    """A loop whose iterations may run in any order, but for a scalar that they put together."""
    kind = scope.pick("bbi")
    name, header, variable = scope.fresh("r"), *_range(scope, _fresh_index(scope))
    with scope.loop_body([variable]):
        stored = _store(scope, scope.pick([a for a in scope.arrays if a.stored] or scope.arrays)) if scope.chance(40) else []
        value, tamed = expression(scope, kind, 1), _tame(expression(scope, kind, 1))
        if scope.chance(50):
            value = Text(f"({variable.name} {scope.pick('<>')} {integer(scope, 1)})" if kind == "b" else f"({variable.name} * {scope.pick('137')} + {value} % 101)")
        if kind == "b":
            step = scope.pick((f"{name} = {name} or {value}", f"{name} = {name} and {value}", f"{name} {scope.pick('|&^')}= {value}"))
        else:
            step = scope.pick((f"{name} {scope.pick('|&^')}= {value}", f"{name} {scope.pick('+-')}= {tamed}", f"{name} = {name} {scope.pick('|&^')} {tamed}",
                               f"{name} = {scope.pick(('max', 'min'))}({name}, {value})", f"if {value} > {name}:\n    {name} = {value}"))
        lines = [*stored, *step.split("\n")]
        if scope.chance(30):
            lines = [f"if {boolean(scope, 1)}:", *indent(lines)]
        if scope.chance(30):
            lines = [f"for {_fresh_index(scope)} in range({scope.pick(scope.sizes)}):", *indent(lines)]
    start = constant(scope, kind) if scope.chance(80) or not scope.scalars(kind) else scope.pick(scope.scalars(kind))
    _bind(scope, name, kind, True)
    return [f"{name} = {start}", f"for {variable.name} in {header}:", *indent(lines), *_otherwise(scope)]


def _packed(scope: Scope) -> Lines:
    """A place in a vector that is stepped by what depends on the iteration, as of a packed triangle; it stays within, mostly."""
    vectors = [a for a in scope.arrays if a.stored and len(a.dims) == 1 and not a.points_into]
    if not vectors:
        return _reduction(scope)
    array, side, place = scope.pick(vectors), scope.fresh("m"), scope.fresh("k")
    outer = LoopVar(_fresh_index(scope), "")
    with scope.loop_body([outer]):
        inner = LoopVar(_fresh_index(scope), "")
        within = [inner] * scope.chance(50)
        with scope.loop_body(within):
            value = _tame(stored_value(scope, array, 1))
    i, j, element = outer.name, inner.name, f"{array.name}[{place}]"
    before = scope.pick((element, element, f"{array.name}[{place} - 1]"))
    lines = [scope.pick((f"{element} = {value}", f"{element} = {before} {scope.pick('&|^' if array.kind == 'b' else '+-*')} {value}"))]
    bound, step = scope.pick(((f"range({side})", i), (f"range({side})", f"{i} + 1"), (f"range({side})", f"{i} - 1"), (f"range({side})", f"2 * {i} + 1"),
                              (f"range(1, {side}, 2)", f"{i} + 1"), (f"range({side} - 1, -1, -1)", f"{i} + 1")))
    if within:
        header = scope.pick((f"range({i} + 1)", f"range({i})", f"range({i}, {side})", f"range({side})"))
        lines = [f"for {j} in {header}:", *indent([*lines, f"{place} += 1"])]
    else:
        lines.append(scope.pick((f"{place} += {step}", f"{place} = {place} + {step}")))
    _bind(scope, place, "i", True)
    return [f"{side} = math.isqrt(len({array.name}))", f"{place} = {scope.pick('0001')}", f"for {i} in {bound}:", *indent(lines)]


def _row_loop(scope: Scope, budget: int) -> Lines:
    """Rows of a matrix in a variable; perhaps those of the iteration before, too."""
    matrices = [a for a in scope.arrays if len(a.dims) > 1 and a.dims[0].size]
    if not matrices:
        return range_loop(scope, budget)
    array, row = scope.pick(matrices), scope.fresh("row")
    variable = LoopVar(_fresh_index(scope), array.dims[0].size, 0, array.dims[0].plus)
    arrays, last = scope.arrays, scope.fresh("row") if scope.chance(30) else ""
    rest = replace(array, name=row, dims=array.dims[1:], chained=len(array.dims) > 2 and array.chained)
    lines, variables = scope.pick(((["for {i} in range({a}.shape[0]):", "    {row} = {a}[{i}]"], [variable]), (["for {row} in {a}:"], []),
                                   (["for {i}, {row} in enumerate({a}):"], [variable])))
    lines = [line.format(i=variable.name, row=row, a=array.name) for line in lines]
    scope.arrays = [*arrays, rest, rest, *[replace(rest, name=last)] * (last != "" and scope.chance(20))]
    with scope.loop_body(variables):
        lines += indent([*block(scope, budget), *[f"{last} = {row}"] * bool(last)])
    scope.arrays = arrays
    return [*[f"{last} = {array.name}[{scope.pick(('0', '-1'))}]"] * bool(last), *lines, *_otherwise(scope)]


def _moving_bound(scope: Scope, budget: int) -> Lines:
    """A range whose loop changes what it was made of."""
    bound, size, name = scope.fresh("m"), scope.pick(scope.sizes), _fresh_index(scope)
    header = scope.pick((f"range({bound}, {size})", f"range({bound}, {size}, 2)", f"range({size} - 1, {bound}, -1)",
                         f"range(0, {size}, {bound} + 1)", f"range({bound}, {size}, {bound} + 2)"))
    change = scope.pick((f"{bound} += 1", f"{bound} -= 2", f"{bound} = 7", f"{bound} = {name}"))
    lines = _for(scope, f"for {name} in {header}:", [LoopVar(name, size)], {}, budget)
    return [f"{bound} = {scope.pick('0012')}", lines[0], f"    {change}", *lines[1:]]


def _all_indices(scope: Scope, budget: int) -> Lines:
    first, size, other = _fresh_index(scope), scope.pick(scope.sizes), scope.pick((*scope.sizes, "3"))
    second = next(name for name in "ijlpquvw" if name not in {first, *(v.name for v in scope.loops)})
    if scope.chance(15):
        return _whole_shape(scope, scope.pick(scope.arrays), budget)
    if scope.chance(30):
        at = scope.fresh("p")
        for item in (f"{at}[0]", f"{at}[1]"):
            scope.fixed.add(item)
        stored = [a.name for a in scope.arrays if [(d.size, d.plus) for d in a.dims] == [(size, 0), (other, 0)] and a.stored]
        use = [f"    {name}[{at}] = {name}[{at}]" for name in stored[:1]]
        lines = _for(scope, f"for {at} in np.ndindex({size}, {other}):", [], {f"{at}[0]": "i", f"{at}[1]": "i"}, budget)
        return [lines[0], *use, *lines[1:]]
    variables = [LoopVar(first, size), LoopVar(second, other if other in scope.sizes else "")]
    whole = [a.name for a in scope.arrays if [(d.size, d.plus) for d in a.dims] == [(size, 0), (other, 0)]]
    shapes = [f"{name}.shape" for name in whole] + [f"*{name}.shape" for name in whole]
    header = scope.pick((f"{size}, {other}", f"({size}, {other})", *shapes))
    return _for(scope, f"for {first}, {second} in np.ndindex({header}):", variables, {}, budget)


def _whole_shape(scope: Scope, array: Array, budget: int) -> Lines:
    """All indices of an array, each kept as a tuple."""
    at = scope.fresh("p")
    items = [f"{at}[{k}]" for k in range(len(array.dims))]
    scope.fixed.update(items)
    use = [f"    {array.name}[{at}] = {array.name}[{at}]"] if array.stored else []
    header = f"for {at} in np.ndindex({scope.pick(('', '*'))}{array.name}.shape):"
    lines = _for(scope, header, [], dict.fromkeys(items, "i"), budget)
    return [lines[0], *use, *lines[1:]]


def _fresh_index(scope: Scope) -> str:
    taken = {v.name for v in scope.loops}
    return next(name for name in "ijlpquvw" if name not in taken)


def _range(scope: Scope, name: str) -> tuple[str, LoopVar]:
    size = scope.pick(scope.sizes)
    outer = [v for v in scope.loops if v.size]
    ints = [s for s in scope.scalars("i") if s in scope.fixed]
    choice = scope.weighted({"full": 8, "inner": 4, "step": 2, "down": 3, "triangle": 6 if outer else 0, "shape": 3,
                             "half": 1, "free": 2 if ints else 0, "const": 1, "reversed": 1})
    if choice == "shape":
        dims = [(a, k, d) for a in scope.arrays for k, d in enumerate(a.dims) if d.size and d.plus <= 0]
        if not dims:
            choice = "full"
        else:
            array, axis, dim = scope.pick(dims)
            length = f"len({array.name})" if axis == 0 and scope.chance(60) else f"{array.name}.shape[{axis}]"
            if scope.chance(12):
                length = f"np.size({array.name})" if len(array.dims) == 1 else f"np.shape({array.name})[{axis}]"
            return f"range({length})", LoopVar(name, dim.size, 0, dim.plus)
    if choice == "triangle":
        v = scope.pick(outer)
        o, n = v.name, v.size
        text, low, off = scope.pick(((f"range({o})", 0, v.off - 1), (f"range({o}, {n})", v.low, 0),
                                     (f"range({o} + 1, {n})", v.low + 1, 0), (f"range({o} + 1)", 0, v.off),
                                     (f"range({o} - 1, -1, -1)", 0, v.off - 1), (f"range({n} - {o})", 0, -v.low),
                                     (f"range(0, {o}, 2)", 0, v.off - 1), (f"range({n} - 1, {o}, -1)", v.low + 1, 0)))
        return text, LoopVar(name, n, max(0, low), min(0, off))
    if choice == "free":
        names = [scope.pick(ints) for _ in range(scope.rng.randrange(1, 4))]
        bounds = ", ".join(f"{name} % 50" if scope.spice == 2 else name for name in names)  # extreme ones never end
        return f"range({bounds})", LoopVar(name, "")
    if choice == "const":
        return f"range({scope.pick(('3', '2, 5', '4, -1, -2', '0', '5, 1'))})", LoopVar(name, "")
    if choice == "inner":
        low, off = scope.rng.randrange(3), -scope.rng.randrange(3)
        return f"range({low}, {size}{f' - {-off}' if off else ''})", LoopVar(name, size, low, off)
    texts = {"full": f"range({size})", "step": f"range({scope.rng.randrange(2)}, {size}, {scope.pick('23')})",
             "down": f"range({size} - 1, {scope.pick(('-1, -1', '-1, -2', '0, -1'))})",
             "half": f"range({size} // 2)", "reversed": f"reversed(range({size}))"}
    return texts[choice], LoopVar(name, size)


def tuple_loop(scope: Scope, budget: int) -> Lines:
    """Over a tuple of numbers, or of pairs."""
    first, second = scope.fresh("x"), scope.fresh("y")
    header, bound = scope.pick((
        (f"for {first} in GT:", {first: "i"}), (f"for {first} in GW:", {first: "f"}),
        (f"for {first}, {second} in GP:", {first: "i", second: "f"}),
        (f"for {first}, ({second}, _) in zip(GW, GP):", {first: "f", second: "i"}),
        (f"for {first}, {second} in enumerate(GW):", {first: "i", second: "f"}),
    ))
    return _for(scope, header, [], bound, budget)


def element_loop(scope: Scope, budget: int) -> Lines:
    if scope.chance(20):
        return tuple_loop(scope, budget)
    if scope.chance(12):
        array, element = scope.pick(scope.arrays), scope.fresh("x")
        return _for(scope, f"for {element} in {array.name}.flat:", [], {element: array.kind}, budget)
    flat = [a for a in scope.arrays if len(a.dims) == 1]
    if not flat:
        return range_loop(scope, budget)
    array = scope.pick(flat)
    element = scope.fresh("x")
    extent = array.dims[0]
    variables: list[LoopVar] = []
    choice = scope.weighted({"plain": 4, "enumerate": 3, "zip": 3, "start": 1, "mixed": 1, "made": 2})
    bound = {element: array.kind}
    if choice == "plain":
        header = f"for {element} in {array.name}:"
    elif choice == "made":
        name = array.name
        texts = [f"{name}[1:]", f"{name}[::-1]", f"{name}[:{scope.pick(scope.sizes)}]", f"{name}.copy()", f"np.unique({name})"]
        if array.kind == "f":
            texts += [f"{name} * 2 - 1", f"np.sort({name})", "np.linspace(0, 1.5, 7)", "np.arange(0.5, 4)"]
        header = f"for {element} in {scope.pick(texts)}:"
    elif choice == "zip" or choice == "mixed":
        other, second = scope.pick(flat), scope.fresh("y")
        bound[second] = other.kind
        pair = f"zip({array.name}, {other.name}{scope.pick(('', '', '', ', strict=True', ', strict=False'))})"
        header = f"for {element}, {second} in {pair}:"
        if choice == "mixed":
            header = f"for k, ({element}, {second}) in enumerate({pair}):"
    else:
        name = _fresh_index(scope)
        known = extent.size if choice == "enumerate" else ""
        variables = [LoopVar(name, known, 0, extent.plus)]
        header = f"for {name}, {element} in enumerate({array.name}{', 1' if choice == 'start' else ''}):"
    return _for(scope, header, variables, bound, budget)


def _for(scope: Scope, header: str, variables: list[LoopVar], bound: dict[str, str], budget: int) -> Lines:
    lines = [header]
    with scope.loop_body(variables):
        scope.bound.update(bound)
        lines += indent([*block(scope, budget), *_other_names(scope)])
    return lines + _otherwise(scope)


def _other_names(scope: Scope) -> Lines:
    """Two arrays that are alike change their names, as the buffers of a time loop do."""
    alike = [(a.name, b.name) for a, b in combinations(scope.arrays, 2) if replace(a, name=b.name) == b and not a.points_into]
    if not alike or not scope.renames or not scope.chance(25):
        return []
    one, other = scope.pick(alike)
    swap = f"{one}, {other} = {other}, {one}"
    return [f"if {boolean(scope, 1)}:", f"    {swap}"] if scope.chance(30) else [swap]


def _otherwise(scope: Scope) -> Lines:
    if not scope.chance(10):
        return []
    with scope.block():
        return ["else:", *indent(block(scope, 1))]


def searches(scope: Scope, budget: int) -> Lines:
    """Loops that are left when something is found, and what then becomes of the loop around them."""
    header, outer = _range(scope, _fresh_index(scope))
    with scope.loop_body([outer]):
        before = block(scope, 1) if scope.chance(50) else []
        inner_header, inner = _range(scope, _fresh_index(scope))
        with scope.loop_body([inner]):
            body = [*jump(scope), *block(scope, 1)]
        with scope.block():
            otherwise = block(scope, 1) if scope.chance(40) else []
            way = scope.pick(("break", "break", "continue"))
            otherwise += [f"if {boolean(scope, 1)}:", f"    {way}"] if scope.chance(30) else [way]
        after = block(scope, budget) if scope.chance(70) else ["break"]
    lines = [*before, f"for {inner.name} in {inner_header}:", *indent(body), "else:", *indent(otherwise), *after]
    return [f"for {outer.name} in {header}:", *indent(lines), *_otherwise(scope)]


def while_loop(scope: Scope, budget: int) -> Lines:
    """A loop that ends: its counter is changed nowhere else."""
    counter, size = scope.fresh("k"), scope.pick(scope.sizes)
    choice = scope.weighted({"up": 4, "down": 2, "forever": 1})
    extra = f" {scope.pick(('and', 'and', 'and not'))} {boolean(scope, 1)}" if scope.chance(40) else ""
    if choice == "down":
        lines = [f"{counter} = int({size})", f"while {counter} > 0{extra}:", f"    {counter} -= {scope.pick('12')}"]
        variable = LoopVar(counter, size, -1 if lines[-1].endswith("2") else 0, 0)
    elif choice == "up":
        lines = [f"{counter} = 0", f"while {counter} < {size}{extra}:"]
        variable = LoopVar(counter, size, 0, 0)
    else:
        lines = [f"{counter} = 0", "while True:", f"    {counter} += 1", f"    if {counter} >= {size}:",
                 "        break"]
        variable = LoopVar(counter, size, 1, 0)
    with scope.loop_body([variable], can_continue=choice != "up"):
        body = block(scope, budget)
    if choice == "up":
        body.append(f"{counter} += {scope.pick('112')}")
    return lines + indent(body) + (_otherwise(scope) if choice != "forever" else [])


def settling_loop(scope: Scope, budget: int) -> Lines:
    """For each element a recurrence of floats, until it settles: such loops run side by side if nothing is in the way."""
    results = [a for a in scope.arrays if a.stored and a.kind in "if" and not a.points_into]
    if not results:
        return range_loop(scope, budget)
    result = scope.pick(results)
    header, variable = _range(scope, _fresh_index(scope))
    x, y, k, total = scope.fresh("x"), scope.fresh("y"), scope.fresh("k"), scope.fresh("t")
    size = scope.pick(scope.sizes)
    with scope.loop_body([variable]):
        arrays = scope.arrays
        if len(arrays) > 1 and scope.chance(85):
            scope.arrays = [a for a in arrays if a is not result]
        starts = (f"{expression(scope, 'f', 1)}", f"float({expression(scope, 'f', 1)})", "1.5")
        lines = [f"{x} = {scope.pick(starts)}", f"{y} = {scope.pick(starts)}"]
        scope.bound.update({x: "f", y: "f"})
        lines += _recurrence(scope, x, y, k, total, size)
        value = expression(scope, "f", 1) if scope.chance(25) else scope.pick((x, y, f"{x} - {y}"))
        scope.arrays = arrays
        lines += [f"{load(scope, result)} = {f'int({value})' if result.kind == 'i' else value}"]
    if scope.chance(60):
        scope.bound[total] = "i"
        scope.assigned.add(total)
        return [f"{total} = 0", f"for {variable.name} in {header}:", *indent(lines), *_otherwise(scope)]
    return [f"for {variable.name} in {header}:", f"    {total} = 0", *indent(lines)]


def _recurrence(scope: Scope, x: str, y: str, k: str, total: str, size: str) -> Lines:
    def other() -> Text:
        return expression(scope, "f", 1)

    steps = [
        lambda: f"{x} = {x} / {scope.pick(('3.0', '2', '1.25'))} + {other()}", lambda: f"{x} = 0.5 * ({x} + {other()} / (0.5 + abs({x})))",
        lambda: f"{x}, {y} = {x} * {x} - {y} * {y} + {other()}, 2.0 * {x} * {y}", lambda: f"{x} = math.sqrt(abs({x} * {other()}))",
        lambda: f"{x} = np.exp(-abs({x})) + {other()}", lambda: f"{x} = ({x} + {other()}) % 3.0", lambda: f"{x} = {x} * {y} / 2.5 - {x}",
    ]
    body = [scope.pick(steps)()]
    more = scope.weighted({"nothing": 4, "choice": 3, "sum": 3, "break": 2, "continue": 2, "second": 2})
    if more == "choice":
        body += [f"if {boolean(scope, 1)}:", f"    {y} = {x} * 0.5", "else:", f"    {scope.pick((x, y))} = {other()}"]
    elif more == "sum":
        body += [f"{total} += {scope.pick(('1', '2', k))}"]
    elif more in ("break", "continue"):
        body += [f"if {x} {scope.pick('<>')} {scope.pick(('0.5', y, str(other())))}:", f"    {more}", f"{y} = {other()}"]
    elif more == "second":
        body += [f"{y} = {scope.pick((x, '0.25 * ' + y))} + {other()}"]
    if scope.chance(25):
        if more != "break":
            body += [f"if {x} > {scope.pick(('2.0', y))}:", "    break"]
        return [f"for {k} in range({scope.pick((size, '5', '2, 9'))}):", *indent(body)]
    test = f"{k} < {scope.pick((size, '7'))}" + scope.pick(("", f" and {x} > {other()}", f" and abs({x} - {y}) > 1e-3"))
    return [f"{k} = 0", f"while {test}:", f"    {k} += 1", *indent(body)]

"""What the user can do about one refusal: by what was met, where that says more than the reason does."""

from __future__ import annotations

import re

from alpyna_hook.reasons import REASONS

_ARRAY = "make an array of it before the loop, np.array(...), if it holds numbers alone"
_DRAW = "draw the numbers before the loop, as an array"
# reason (of any: ""), what its detail is searched for, hint
_HINTS: tuple[tuple[str, str, str], ...] = (
    ("call", r"\brng\b|\brandom\b|\brandint\(|\brandn?\(|\bgauss\(|\bshuffle\(|a method of (Generator|Random)", _DRAW),
    ("loop-iterable", r"\brng\b|\brandom\b", "draw the numbers before the loop, and loop over the array"),
    ("call", r"a function of (numpy|scipy|pandas)$",
     "call it before the loop: functions that make or take whole arrays are not compiled"),
    ("call", r"a function of .*, which is not marked",
     "mark its module: the line `# alpyna: accelerate` in it, or --accelerate MODULE"),
    ("call", r"a function of ", "call it before or after the loop: a library's functions are not compiled"),
    ("call", r"\bprint\(", "collect what is to be printed in an array, and print it after the loop"),
    ("call", r"keyword arguments|with \d+ arguments", "call it with positional arguments, as for one number"),
    ("call", r"of a whole array", "write it as a loop over the elements"),
    ("value-type", r", of which .*\(\) is a method$", "use an array of a size that is known before the loop, and an index"),
    ("value-type", r" is a (list|tuple|deque|array|range)$", _ARRAY),
    ("value-type", r" is a (dict|defaultdict|OrderedDict|Counter)$",
     "put its values into an array before the loop, and use indices for keys"),
    ("value-type", r" is a (str|bytes|bytearray)$",
     "make an array of codes of it before the loop: np.frombuffer(text.encode(), np.uint8)"),
    ("value-type", r" is a (set|frozenset)$", "use an array of bools in its place, indexed by what it holds"),
    ("value-type", r" is a (DataFrame|Series|Index)$", "take its array before the loop: .to_numpy()"),
    ("value-type", r" is a Fraction$| is a Decimal$", "use floats or integers"),
    ("value-type", r" is a NoneType$|is None or a text", "test for None before the loop, or keep the test as `name is None`"),
    ("value-type", r" array of (object|<U|\|S|datetime|timedelta|\[)",
     "convert it before the loop to an array of numbers: .astype(...)"),
    ("attribute", r" is a property$|__getattribute__|__getattr__", "read it into a local variable before the loop"),
    ("attribute", r"which the loop assigns|an assignment to it",
     "use a local variable in the loop, and assign the attribute after it"),
    ("attribute", r"not set before the loop", "give the attribute a value before the loop"),
    ("dimensions", r"", "index every dimension; what is done with a whole row is to be written as a loop over its elements"),
    ("statement", r"an assignment to the attribute",
     "assign attributes of an object that the loop leaves alone (self.x = ...) in the loop itself, or keep the values in an array"),
    ("statement", r"the method of an object", "lists and queues are not compiled: use an array, with an index for its end"),
    ("statement", r"nothing in it can end", "let it test what the loop changes"),
    ("statement", r"a try statement", "test for the error before it can be raised, or put the loop into the try statement"),
    ("statement", r"a with statement", "put the loop into the with statement"),
    ("statement", r"an import statement|a (function|class) definition", "move it out of the loop"),
    ("statement", r"a del statement", "leave it out, or move it behind the loop"),
    ("expression", r"a string|an f-string|a bytes literal", "move what handles texts (a message, a name) out of the loop"),
    ("expression", r"a look-up in a dictionary", "read it into a local variable before the loop"),
    ("expression", r"the attribute .* of a variable that is assigned here",
     "keep the numbers in arrays: objects that change from one iteration to the next are not compiled"),
    ("expression", r"a slice", "write what is done with the slice as a loop over its elements"),
    ("expression", r"the method \.|the attribute \.",
     "write it as a loop over the elements: methods of arrays and of other objects are not compiled"),
    ("expression", r"a (list|set|dict) (display|comprehension)|a generator expression",
     "fill an array that was made before the loop"),
    ("expression", r"a tuple display", "use a variable for each of its values"),
    ("expression", r"a lambda", "define it before the loop, as a function"),
    ("expression", r"the operator @", "write the product as loops, or move it out of the loop"),
    ("expression", r"the operator '(not )?in'", "keep what is looked up as an array of bools, or compare with each value"),
    ("loop-iterable", r"whose bar", "give the work of each step a loop of its own, or leave the bar out"),
    ("expression", r"^(yield|await)", "let a function fill an array, and give its elements one by one afterwards"),
    ("loop-iterable", r"a call of .*\.(items|keys|values)$",
     "loops over dictionaries are not compiled: put keys and values into arrays"),
    ("loop-iterable", r"a call of ",
     "keep what it gives in a variable before the loop: if that is an array, the loop can be compiled"),
    ("loop-iterable", r"which the loop assigns", "give the array that is assigned another name"),
    ("inexact", r"by its profile", "nothing: compiled, it would differ from the interpreter on this machine"),
)
_COMPILED = tuple((slug, re.compile(pattern), hint) for slug, pattern, hint in _HINTS)


def hint(slug: str, detail: str) -> str:
    """The most special hint for a reason with this detail."""
    for reason, pattern, text in _COMPILED:
        if reason == slug and pattern.search(detail):
            return text
    return str(REASONS[slug].hint)

"""Every reason for which a loop is left to the interpreter: a slug, a text and a hint.

A refusal is raised as `Declined(slug, detail, loc)`; the text says what the rule is, the
detail what was met, the hint what the user can do.  docs/reasons.md lists them all, and a
test compares the two.
"""

from __future__ import annotations

import os

from alpyna_hook.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from alpyna_hook.ir.captured import Loc


class Reason(NamedTuple):
    slug: str
    text: str
    hint: str


MOST_OBSTACLES = 8  # of one nest, that are told


class Declined(Exception):
    """This nest (or this execution of it) is left to the interpreter."""

    def __init__(self, slug: str, detail: str = "", loc: Loc | None = None) -> None:
        super().__init__(slug, detail)
        self.reason = REASONS[slug]
        self.detail = detail
        self.loc = loc
        self.others: tuple[Declined, ...] = ()  # what else is in the way of the nest
        self._in_function = False

    def fresh(self) -> Declined:
        """The same refusal without a traceback, whose frames would keep the program's objects alive."""
        again = Declined(self.reason.slug, self.detail, self.loc)
        again.others = self.others
        return again

    def in_function(self, name: str, filename: str, call: Loc | None) -> Declined:
        """The same refusal, of a place in a function that the nest calls, as one of the call."""
        found = Declined(self.reason.slug, self.detail, call)
        if not self._in_function and self.loc is not None:
            found.detail += f" ({name}(), {os.path.basename(filename)}:{self.loc.line})"
        found._in_function = True
        return found

    def __str__(self) -> str:
        return f"{self.reason.text}: {self.detail}" if self.detail else self.reason.text


_ALL = [
    # slug, text, hint
    # -- what the source alone decides (hook/eligible.py, capture.py)
    Reason("statement", "a statement that is not supported in a compiled loop",
           "move it out of the loop; inner loops without it are still compiled"),
    Reason("expression", "an expression that is not supported in a compiled loop",
           "compute it before the loop, or write it with numbers and array elements"),
    Reason("loop-iterable", "the loop runs over something other than range, arrays, enumerate, zip or reversed",
           "loop over range(...) or over a NumPy array"),
    Reason("maybe-unbound", "a variable that may not have a value before the loop",
           "give it a value before the loop on every path"),
    Reason("class-body", "a loop in a class body", "move it into a function"),
    Reason("unmarked", "a loop of a module that is not marked",
           "write the line `# alpyna: accelerate` into the module, or name it with --accelerate"),
    Reason("skipped", "marked with `# alpyna: skip`", "remove the pragma to have it compiled"),
    Reason("outer-jump", "a break or continue that leaves the nest for an outer loop",
           "set a variable in the nest and break after it"),
    # -- what the live values decide (bind, infer)
    Reason("unbound", "a name that has no value", "define it before the loop"),
    Reason("value-type", "a value whose type is not supported", "use numbers and NumPy arrays of numbers"),
    Reason("array-class", "an array that is not a plain, aligned, native-endian numpy.ndarray",
           "convert it with np.ascontiguousarray(np.asarray(a))"),
    Reason("attribute", "an attribute that is not a plain instance attribute",
           "read it into a local variable before the loop"),
    Reason("call", "a call of something other than a known numeric function or a plain user function",
           "use math.*, scalar np.*, or a Python function of numbers and arrays"),
    Reason("recursion", "a function that calls itself", "write it as a loop"),
    Reason("type-error", "an operation that Python refuses, or that gives a type outside the supported ones",
           "convert the operands explicitly"),
    Reason("mixed-types", "a variable whose type depends on the path taken, in a way that changes results",
           "give the variable one type, for example by starting it as 0.0"),
    Reason("array-variable", "a variable that stands for rows of different arrays, or for arrays in too many ways, in the loop",
           "use the arrays' own names, or one variable for each"),
    Reason("index-type", "an index that is not an integer", "use int(...) on the index"),
    Reason("dimensions", "an array with fewer or more dimensions than its subscripts", "index every dimension"),
    Reason("big-integer", "an integer that does not fit 64 bits", "use smaller integers or floats"),
    Reason("read-only", "a store into a read-only array", "copy the array first"),
    Reason("inexact", "an operation whose compiled result is not proved to be the interpreter's",
           "see docs/semantics.md for the exact alternatives"),
    # -- decisions of the runtime
    Reason("too-small", "too little work to pay for compiling", "set ALPYNA_DEVICE=cpu to compile it all the same"),
    Reason("slower", "compiled, it took longer than in the interpreter", "give each execution of the loop more to do"),
    Reason("compared", "run by the interpreter once in a while, to see what it needs", "nothing: other runs are compiled"),
    Reason("tracing", "a debugger, profiler or coverage tool is watching", "run without it"),
    Reason("other-compiler", "the function was handed to another compiler, which runs it its own way",
           "leave the decorator out to have the loop compiled here"),
    Reason("disabled", "ALPYNA_DEVICE=interpreter or ALPYNA_DISABLE=1", "unset it"),
    Reason("flagged", "a run-time check failed and the interpreter replayed the loop",
           "look for warnings, exceptions or overflow in the loop"),
    Reason("unavailable", "something that compiling needs cannot be had at the moment: NumPy, Numba, memory, room on the stack",
           "if a file of the program is named like a module that they need, give it another name; if a hook or a patched "
           "function of the program stands in the way, let it pass"),
    Reason("compile-error", "the compiler could not compile the kernel", "please report it with the loop's source"),
    Reason("internal", "an internal error", "please report it with the loop's source"),
]

BY_COST = frozenset({"too-small", "slower", "compared"})  # nothing is in the way of compiling the nest but what it would cost
REASONS = {reason.slug: reason for reason in _ALL}

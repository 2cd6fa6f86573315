"""Recognises what a `for` runs over: range, arrays, and enumerate, zip and reversed of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from alpyna_hook.capture.comparisons import Comparisons
from alpyna_hook.capture.meanings import FLOAT, RANK, TUPLE
from alpyna_hook.capture.names import decline, describe, loc_of, root_of
from alpyna_hook.capture.sources import Counted, Display, Elements, Enumerate, Item, Range, Source, Zip, int_literal
from alpyna_hook.ir.captured import Binary, Call, Compare, Const, Expr, If, Made, Raise, Shape, Var
from alpyna_hook.ir.schema import replace
from alpyna_hook.seam.trees import children, walk_tree

_MAKERS = tuple(f"numpy.{name}" for name in "linspace logspace geomspace sort unique flatnonzero".split())
_METHODS = ("copy", "ravel", "flatten")  # which give an array of their own, or a view


class Iteration(Comparisons):
    """Recognises sources.  Headers are evaluated once: what is used twice goes into temporaries."""

    def source(self, node: ast.expr) -> Source:
        if isinstance(node, ast.Call):
            recognisers: dict[str, Callable[[ast.Call], Source]] = {
                "range": self._range, "enumerate": self._enumerate, "zip": self._zip, "reversed": self._reversed,
                "numpy.arange": self._arange,
            }
            meaning = self.meaning(node.func)
            if meaning in _MAKERS or (isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not node.args):
                return self._made(node)
            if meaning in recognisers and not any(isinstance(a, ast.Starred) for a in node.args):
                self.builtin(node, meaning)
                return recognisers[meaning](node)
            name = self.dotted(node.func)
            if name is not None and self.is_changed(name):
                raise decline("expression", f"a call of {name!r}, which is assigned here", node)
            why = ", whose bar the interpreter moves: loops in it are compiled" if meaning == "tqdm" else ""
            raise decline("loop-iterable", f"a call of {ast.unparse(node.func)}{why}", node)
        if isinstance(node, ast.Tuple | ast.List):
            return self._display(node)
        if (isinstance(node, ast.BinOp | ast.UnaryOp) and _is_arithmetic(node)) or _is_view(node):
            return self._made(node)
        if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            raise decline("loop-iterable", describe(node), node)
        return Elements(self.array(node), False, loc_of(node))

    def _display(self, node: ast.Tuple | ast.List) -> Source:
        items = self._display_items(node)
        numbers = [int_literal(item) for item in items if not isinstance(item, tuple)]
        loc = loc_of(node)
        if len(numbers) == len(items) and len(numbers) > 1 and None not in numbers:
            first, second = (n for n in numbers[:2] if n is not None)
            step = second - first
            if step and numbers == [first + k * step for k in range(len(numbers))]:
                stop = first + len(numbers) * step
                return Range(Const(first, loc), Const(stop, loc), Const(step, loc), loc)
        return Display(items, loc)

    def _display_items(self, node: ast.Tuple | ast.List) -> tuple[Item, ...]:
        if not node.elts:
            raise decline("loop-iterable", "an empty display", node)
        items: list[Item] = []
        for element in node.elts:
            if isinstance(element, ast.Tuple | ast.List):
                items.append(self._display_items(element))
            else:
                value = self.expr(element)
                items.append(value if self._lasting(value) else self.freeze(value, element))
        return tuple(items)

    def _arguments(self, node: ast.Call, most: int) -> list[ast.expr]:
        if node.keywords or not 1 <= len(node.args) <= most:
            name = ast.unparse(node.func)
            raise decline("loop-iterable", f"{name}() with keywords or with {len(node.args)} arguments", node)
        return node.args

    def _range(self, node: ast.Call) -> Range:
        bounds = [self.expr(arg) for arg in self._arguments(node, 3)]
        loc = loc_of(node)
        zero, one = Const(0, loc), Const(1, loc)
        if len(bounds) == 1:
            return Range(zero, bounds[0], one, loc)
        return Range(bounds[0], bounds[1], bounds[2] if len(bounds) == 3 else one, loc)

    def _arange(self, node: ast.Call) -> Counted | Elements:
        """Of integers, a range; else an array that is made before."""
        if node.keywords or not 1 <= len(node.args) <= 3 or any(map(self._may_be_float, node.args)):
            return self._made(node)
        bounds = self._range(node)
        if int_literal(bounds.step) in (None, 0):
            return self._made(node)
        self.builtin(node, "numpy.arange")
        start, stop = (
            value if isinstance(value, Const) else Call("@small", (value,), (), value.loc) for value in (bounds.start, bounds.stop)
        )
        return Counted(self._integers(replace(bounds, start=start, stop=stop), node), loc_of(node))

    def _may_be_float(self, node: ast.expr) -> bool:
        for part in walk_tree(node):
            match part:
                case ast.Constant(value=float()) | ast.BinOp(op=ast.Div()):
                    return True
                case ast.Name() | ast.Attribute():
                    name = self.dotted(part)
                    if name is not None and self.outer.meaning(name) == FLOAT:
                        return True
        return False

    def _made(self, node: ast.expr) -> Elements:
        """An array that is made when the nest is bound: from what an outer loop leaves alone."""
        text = ast.unparse(node)
        if not isinstance(self.root, ast.For | ast.While):
            raise decline("loop-iterable", f"{text} in a called function", node)
        outermost = isinstance(self.root, ast.For) and any(part is node for part in walk_tree(self.root.iter))
        reads = tuple(dict.fromkeys(self._paths(node)))
        changed = [] if outermost else [name for name in reads if self.is_changed(name)]
        if changed:
            raise decline("loop-iterable", f"{text} with {changed[0]}, which the loop around it assigns", node)
        self.made.append(Made(f"@a{len(self.made) + 1}", node, reads, not outermost, loc_of(node)))
        return Elements(self.made[-1].name, False, loc_of(node))

    def _paths(self, node: ast.AST) -> Iterator[str]:
        """The names and attributes that an expression reads; not `T` of `a.T`, which is a part of an array."""
        if isinstance(node, ast.Attribute) and node.attr in (*_METHODS, "T", "shape", "size", "ndim"):
            yield from self._paths(node.value)
            return
        name = self.dotted(node)
        if name is not None:
            yield name
            return
        for part in children(node):
            yield from self._paths(part)

    def extents(self, node: ast.Call, count: int | None) -> list[Expr]:
        """The lengths that `np.ndindex` is given, each evaluated once: numbers, or a shape of so many dimensions, if known."""
        if node.keywords or not node.args:
            raise decline("loop-iterable", "np.ndindex() with such arguments", node)
        first = node.args[0].value if isinstance(node.args[0], ast.Starred) else node.args[0]
        whole = self.of_shape(first) if len(node.args) == 1 else None
        given = first.elts if len(node.args) == 1 and isinstance(first, ast.Tuple) else node.args
        as_tuple = whole is None and len(node.args) == 1 and isinstance(first, ast.Name | ast.Attribute | ast.Subscript) and (
            first is not node.args[0] or count not in (None, 1) or self.meaning(first) == TUPLE)
        if count is None and (as_tuple or whole is not None):
            count = self._rank(whole or first)
        if count == 0 or not given:
            raise decline("loop-iterable", "np.ndindex() of no dimensions", node)
        if whole is not None:
            if count is None:
                raise decline("loop-iterable", "np.ndindex() of a shape, with its indices kept as a tuple", node)
            return self.extents_of(self.array(whole), count, first)
        if as_tuple and count is not None:
            values = self.unpacked(first, count)
        elif any(isinstance(one, ast.Starred) for one in given):
            raise decline("loop-iterable", "np.ndindex() with such arguments", node)
        else:
            values = [self.expr(one) for one in given]
        return [self._extent_of(Call("@extent", (value,), (), value.loc), node) for value in values]

    def extents_of(self, array: str, count: int, node: ast.expr) -> list[Expr]:
        """The lengths of an array's dimensions, of which there are as many as the nest was captured for."""
        loc = loc_of(node)
        test = Compare((Shape(array, -1, loc), Const(count, loc)), ("!=",), loc)
        self.out.append(If(test, (Raise(loc),), (), loc))
        return [self._extent_of(Shape(array, k, loc), node) for k in range(count)]

    def unpacked(self, node: ast.expr, count: int) -> list[Expr]:
        raise NotImplementedError  # given by `Statements`

    def _rank(self, node: ast.expr) -> int | None:
        """How many dimensions an array has, or items a tuple, from outside of the code."""
        name = self.dotted(node)
        if name is None or self.is_changed(name) or root_of(name) in self.params:
            return None
        found = self.outer.meaning(name + RANK)
        return int(found) if found is not None and found.isdigit() else None

    def _extent_of(self, value: Expr, node: ast.expr) -> Expr:
        return value if self._lasting(value) else self.freeze(value, node)

    def _enumerate(self, node: ast.Call) -> Enumerate:
        extra = [*node.args[1:], *[k.value for k in node.keywords if k.arg == "start"]]
        if not node.args or len(node.args) + len(node.keywords) != 1 + len(extra) or len(extra) > 1:
            raise decline("loop-iterable", "enumerate() with such arguments", node)
        source = self.inner(node.args[0])
        start = _integer(self.expr(extra[0])) if extra else Const(0, loc_of(node))
        if not self._lasting(start):
            start = self.freeze(start, node)
        return Enumerate(source, start, loc_of(node))

    def _zip(self, node: ast.Call) -> Zip:
        strict = False
        for keyword in node.keywords:
            if keyword.arg != "strict" or not (isinstance(keyword.value, ast.Constant) and type(keyword.value.value) is bool):
                raise decline("loop-iterable", "zip() with a keyword other than strict=True or strict=False", node)
            strict = keyword.value.value
        if not node.args:
            raise decline("loop-iterable", "zip() without arguments", node)
        sources = tuple([self.inner(arg) for arg in node.args])
        return Zip(sources, loc_of(node), tuple([self._length(s, node) for s in sources]) if strict else ())

    def _length(self, source: Source, node: ast.Call) -> Expr:
        """The number of items as an expression that keeps its value while the loop runs."""
        count = source.count()
        return count if self._lasting(count) else self.freeze(count, node)

    def _reversed(self, node: ast.Call) -> Source:
        arg = self._arguments(node, 1)[0]
        source = self.source(arg)
        if isinstance(source, Range):
            return self._integers(source, arg).backwards()
        if isinstance(source, Counted):
            return replace(source, numbers=source.numbers.backwards())
        if isinstance(source, Elements) and not source.reverse:
            return Elements(source.array, True, source.loc)
        raise decline("loop-iterable", "reversed() of something other than a range or an array", node)

    def inner(self, node: ast.expr) -> Source:
        """A source within enumerate or zip: its items are computed from its start in each iteration."""
        source = self.unchanged(self.source(node), node)
        return self._kept(source, node) if isinstance(source, Range) else source

    def unchanged(self, source: Source, node: ast.expr) -> Source:
        """Numbers of `np.arange` from where they began, whatever the loop makes of the variables in it."""
        return replace(source, numbers=self._kept(source.numbers, node)) if isinstance(source, Counted) else source

    def _kept(self, source: Range, node: ast.expr) -> Range:
        source = self._integers(source, node)
        start = source.start if self._lasting(source.start) else self.freeze(source.start, node)
        return Range(start, source.stop, source.step, source.loc)

    def _integers(self, source: Range, node: ast.expr) -> Range:
        """A range whose bounds are computed with, and perhaps more than once."""
        if int_literal(source.step) in (None, 0):
            raise decline("loop-iterable", "a range with a step that is not a literal, in this place", node)
        if self._calls:
            source = Range(self.freeze(source.start, node), self.freeze(source.stop, node), source.step, source.loc)
        return Range(_integer(source.start), _integer(source.stop), source.step, source.loc)

    def _lasting(self, value: Expr) -> bool:
        """Does the expression keep its value while the nest runs?"""
        match value:
            case Const():
                return True
            case Call("@small" | "@extent", (inner,)):
                return self._lasting(inner)
            case Var(name) | Shape(name) | Call("@index", (Var(name),)):
                return name.startswith("@t") or (root_of(name) not in self.params and not self.is_changed(name))
            case Binary(_, left, right):
                return self._lasting(left) and self._lasting(right)
        return False


def _is_view(node: ast.expr) -> bool:
    """`a.T`, `a[1:]`, `m[:, 0]`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "T"
    places = [node.slice] if isinstance(node, ast.Subscript) else []
    return any(isinstance(i, ast.Slice) for place in places for i in (place.elts if isinstance(place, ast.Tuple) else [place]))


def _is_arithmetic(node: ast.expr) -> bool:
    """Of what may be numbers and arrays."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return not isinstance(op, ast.MatMult | ast.BitOr | ast.BitAnd | ast.BitXor | ast.LShift | ast.RShift) and (
                _is_arithmetic(left) and _is_arithmetic(right)
            )
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _is_arithmetic(operand)
        case ast.Constant(value=value):
            return isinstance(value, int | float)
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call)


def _integer(value: Expr) -> Expr:
    """A bound as a Python integer: a NumPy integer would wrap around when computed with."""
    return value if _is_integer(value) else Call("@index", (value,), (), value.loc)


def _is_integer(value: Expr) -> bool:
    match value:
        case Const() | Shape() | Call("@index" | "@small" | "@extent"):
            return True
        case Binary(_, left, right):
            return _is_integer(left) and _is_integer(right)
    return False

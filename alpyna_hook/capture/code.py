"""The code that is being captured: what its names are used for, and how far the current statement has come."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property

from alpyna_hook.capture.meanings import DICTIONARY, Names, Spelled
from alpyna_hook.capture.names import Located, assigned_names, decline, loc_of, root_of
from alpyna_hook.ir.captured import Assign, Const, Expr, Made, Stmt, Var, dict_step
from alpyna_hook.seam.trees import walk_tree


class Mark:
    """How much of the current statement had been evaluated at a point: see `Code.mark`."""

    __slots__ = ("calls", "loads", "names")

    def __init__(self, names: int, loads: int, calls: int) -> None:
        self.names, self.loads, self.calls = names, loads, calls


class Code:
    """Keeps the statement list that is being filled, and fresh names."""

    def __init__(self, root: ast.AST, params: Sequence[str] = (), names: Names | None = None) -> None:
        self.root = root
        self.outer = names or Spelled()
        self.params = frozenset(params)
        self.given = set(params)  # those parameters that still have the value that they were given
        self.builtins: dict[str, str] = {}  # range, len, ...: compiled away, but to be checked; with what they mean
        self.called: dict[str, Located] = {}  # every function, builtins too, where it is first called
        self.out: list[Stmt] = []
        self.made: list[Made] = []  # the arrays that headers make
        self._temps = 0
        self._hidden = 0
        self._conditional = 0
        # What the current statement has evaluated so far.
        self._names: list[str] = []
        self._loads = 0
        self._calls = 0

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return walk_tree(self.root)

    @cached_property
    def assigned(self) -> frozenset[str]:
        return assigned_names(self.root)

    @cached_property
    def assigned_attributes(self) -> frozenset[str]:
        nodes = [n for n in self.nodes if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load)]
        return frozenset(path for path in map(self.dotted, nodes) if path)

    def is_changed(self, name: str) -> bool:
        """Whether the code may give the variable or path, or what the path starts from, another value."""
        return root_of(name) in self.assigned or any(
            name == path or name.startswith(path + ".") for path in self.assigned_attributes
        )

    @cached_property
    def subscripted(self) -> frozenset[str]:
        """The paths that the code uses as arrays: `a` for a[...], a.shape, len(a)."""
        nodes = [n.value for n in self.nodes
                 if isinstance(n, ast.Subscript) or (isinstance(n, ast.Attribute) and n.attr == "shape")]
        nodes += [n.iter for n in self.nodes if isinstance(n, ast.For)]
        nodes += [a for n in self.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
                  and n.func.id in ("len", "enumerate", "zip", "reversed") for a in n.args]
        return frozenset(path for path in map(self.dotted, nodes) if path)

    # ------------------------------------------------------------- bookkeeping

    def temp(self) -> str:
        self._temps += 1
        return f"@t{self._temps}"

    def hidden(self) -> str:
        self._hidden += 1
        return f"@h{self._hidden}"

    def begin_statement(self) -> None:
        self._names, self._loads, self._calls = [], 0, 0

    def mark(self) -> Mark:
        return Mark(len(self._names), self._loads, self._calls)

    def names_between(self, start: Mark, end: Mark) -> list[str]:
        return self._names[start.names : end.names]

    def hoist(self, target: str, value: Expr, start: Mark, node: Located) -> None:
        """Assigns, before the current statement, what was captured since start."""
        if self._conditional:
            raise decline("expression", f"{describe_hoist(node)} that is not always evaluated", node)
        has_call, has_load = self._calls > start.calls, self._loads > start.loads
        disturbed = (start.calls and (has_call or has_load)) or (start.loads and has_call)
        if target in self._names[: start.names] or disturbed:
            raise decline("expression", f"{describe_hoist(node)} in the middle of an expression that it affects", node)
        self.out.append(Assign(target, value, loc_of(node)))

    def freeze(self, value: Expr, node: Located) -> Expr:
        """The value as an expression that can be used twice: a constant or a temporary."""
        if isinstance(value, Const) or (isinstance(value, Var) and value.name.startswith("@")):
            return value
        name = self.temp()
        self.out.append(Assign(name, value, loc_of(node)))
        return Var(name, loc_of(node))

    def dotted(self, node: ast.AST) -> str | None:
        """`a.b.c` of a name, attributes and items of dictionaries, `a.b["c"]`; None for any other expression."""
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=value, attr=step):
                pass
            case ast.Subscript(value=value, slice=ast.Constant(value=str(key)), ctx=ast.Load()) if "." not in key:
                step = dict_step(key)
            case ast.Subscript(value=value, slice=ast.Constant(value=int(number)), ctx=ast.Load()):
                if self.meaning(value) != DICTIONARY:
                    return None
                step = dict_step(int(number))
            case _:
                return None
        base = self.dotted(value)
        return None if base is None else f"{base}.{step}"

    def path(self, node: Located) -> str | None:
        """Like `dotted`; declines a path that starts from what the nest assigns, for it would have to be read anew."""
        name = self.dotted(node)
        if name is not None and isinstance(node, ast.Attribute | ast.Subscript) and self.is_changed(name.rpartition(".")[0]):
            raise decline("expression", f"the attribute {name} of a variable that is assigned here", node)
        return name

    def meaning(self, node: ast.expr) -> str | None:
        """What a called expression stands for, if that is known to the capture."""
        name = self.dotted(node)
        return None if name is None or self.is_changed(name) or root_of(name) in self.params else self.outer.meaning(name)

    def builtin(self, node: ast.Call, meaning: str) -> None:
        """Notes that the code relies on what is called being the builtin, or the function of NumPy."""
        name = self.dotted(node.func)
        assert name is not None
        self.builtins[name] = meaning
        self.called.setdefault(name, node)


def describe_hoist(node: Located) -> str:
    return "an assignment expression" if isinstance(node, ast.NamedExpr) else "the length of a row"

"""Names and places of the user's source: dotted paths, assigned names, the words of a refusal."""

from __future__ import annotations

import ast

from alpyna_hook.ir.captured import Loc
from alpyna_hook.reasons import Declined
from alpyna_hook.seam.trees import walk_tree

Located = ast.expr | ast.stmt

_WORDS: dict[str, str] = {
    "AnnAssign": "an annotated assignment",
    "AsyncFor": "an async for loop",
    "AsyncFunctionDef": "a function definition",
    "AsyncWith": "an async with statement",
    "Attribute": "an attribute",
    "Await": "await",
    "BinOp": "an arithmetic expression",
    "BoolOp": "an expression with and or or",
    "Call": "a call",
    "ClassDef": "a class definition",
    "Compare": "a comparison",
    "Delete": "a del statement",
    "Dict": "a dict display",
    "DictComp": "a dict comprehension",
    "FormattedValue": "an f-string",
    "FunctionDef": "a function definition",
    "GeneratorExp": "a generator expression",
    "Global": "a global statement",
    "IfExp": "a conditional expression",
    "Import": "an import statement",
    "ImportFrom": "an import statement",
    "JoinedStr": "an f-string",
    "Lambda": "a lambda",
    "List": "a list display",
    "ListComp": "a list comprehension",
    "Match": "a match statement",
    "NamedExpr": "an assignment expression",
    "Nonlocal": "a nonlocal statement",
    "Set": "a set display",
    "SetComp": "a set comprehension",
    "Slice": "a slice",
    "Starred": "a starred expression",
    "Subscript": "a subscript",
    "TemplateStr": "a template string",
    "Try": "a try statement",
    "TryStar": "a try statement",
    "Tuple": "a tuple display",
    "TypeAlias": "a type statement",
    "UnaryOp": "an arithmetic expression",
    "With": "a with statement",
    "Yield": "yield",
    "YieldFrom": "yield from",
}


def describe(node: ast.AST) -> str:
    """What a construct is called in a refusal: "a try statement", "the string 'x'"."""
    if isinstance(node, ast.Constant):
        value = node.value
        if value is None or value is Ellipsis:
            return "None" if value is None else "an ellipsis"
        if isinstance(value, str | bytes):
            return "a string" if isinstance(value, str) else "a bytes literal"
        return repr(value)
    return _WORDS.get(type(node).__name__, f"this {type(node).__name__}")


def loc_of(node: Located) -> Loc:
    return Loc(
        node.lineno,
        node.col_offset,
        node.lineno if node.end_lineno is None else node.end_lineno,
        node.col_offset if node.end_col_offset is None else node.end_col_offset,
    )


def decline(slug: str, detail: str, node: Located) -> Declined:
    return Declined(slug, detail, loc_of(node))


def root_of(name: str) -> str:
    """The variable that a dotted path starts from."""
    return name.partition(".")[0]


def assigned_names(*roots: ast.AST) -> frozenset[str]:
    """Every name that the code below the roots can bind."""
    return frozenset([node.id for node in walk_tree(*roots) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)])

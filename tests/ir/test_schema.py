"""Records and nodes: made, compared, stored and rebuilt by their fields."""

from __future__ import annotations

import gc
import pickle
import sys

import pytest

from alpyna_hook.ir import captured as ir, typed as t
from alpyna_hook.ir.captured import Loc
from alpyna_hook.ir.schema import Node, Record, Struct, children, fields, mapped, replace, values, walk
from alpyna_hook.ir.untracked import untracked

LOC = Loc(1, 0, 1, 5)
X, Y = ir.Var("x", LOC), ir.Const(2, LOC)
SUM = ir.Binary("+", X, Y, LOC)


def test_fields_by_position_by_name_and_by_default() -> None:
    load = ir.Load("a", (X,), LOC)
    assert fields(load) == ("array", "index", "loc", "joined")
    assert values(load) == ("a", (X,), LOC, False)
    assert ir.Load(array="a", index=(X,), loc=LOC, joined=True).joined
    match load:
        case ir.Load(array, (ir.Var(name),)):
            assert (array, name) == ("a", "x")
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize("args", [(), ("+", X), ("+", X, Y, LOC, 5)])
def test_the_number_of_fields_is_checked(args: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="argument"):
        ir.Binary(*args)  # type: ignore[arg-type]


def test_no_other_attribute_can_be_set() -> None:
    with pytest.raises(AttributeError):
        X.other = 1  # type: ignore[attr-defined]


def test_records_are_equal_by_value_and_nodes_by_identity() -> None:
    assert Loc(1, 0, 1, 5) == LOC and hash(Loc(1, 0, 1, 5)) == hash(LOC) and Loc(1, 0, 1, 6) != LOC
    assert LOC != (1, 0, 1, 5)
    assert ir.Var("x", LOC) != X and len({ir.Var("x", LOC), X}) == 2


def test_an_empty_record() -> None:
    class Nothing(Record):
        pass

    class Nowhere(Record):
        pass

    assert Nothing() == Nothing() != Nowhere()
    assert hash(Nothing()) == hash(Nothing()) and repr(Nothing()) == "Nothing()"


def test_children_are_nodes_in_the_order_of_the_fields_also_in_tuples_of_pairs() -> None:
    call = ir.Call("f", (X, Y), (("k", SUM),), LOC)
    assert list(children(call)) == [X, Y, SUM]
    assert list(walk(call)) == [call, X, Y, SUM, X, Y]


def test_what_is_no_node_is_no_child() -> None:
    class Pair(Node):
        left: object
        function: Struct

    assert list(children(Pair(X, LOC))) == [X]


def test_mapped_keeps_what_does_not_change() -> None:
    call = ir.Call("f", (X, Y), (("k", SUM),), LOC)
    assert mapped(call, lambda e: e) is call
    changed = mapped(call, lambda e: Y if e is X else e)
    assert changed.args == (Y, Y) and changed.keywords is call.keywords


def test_mapped_may_put_several_statements_for_one_or_none() -> None:
    first, second = ir.Break(LOC), ir.Continue(LOC)
    block = ir.If(X, (first, second), (), LOC)
    new = mapped(block, lambda s: (second, second) if s is first else () if s is second else s)
    assert new.body == (second, second) and new.test is X


def test_replace_and_pickle_and_repr() -> None:
    assert replace(SUM, op="*").op == "*" and replace(SUM, op="*").left is X
    again = pickle.loads(pickle.dumps(SUM))
    assert repr(again) == repr(SUM) == (
        f"Binary(op='+', left=Var(name='x', loc={LOC!r}), right=Const(value=2, loc={LOC!r}), loc={LOC!r})"
    )


def test_typed_nodes_too() -> None:
    integer = frozenset({"int"})
    assert t.Var("x", integer, "i8", LOC).obligation is None
    with pytest.raises(TypeError, match="unexpected keyword"):
        replace(X, unknown=1)


def test_the_garbage_collector_does_not_visit_an_untracked_tree() -> None:
    name = "".join(["a", "name", "of", "no", "other"])
    loc = Loc(1, 0, 2, 3)
    references = sys.getrefcount(name)
    tree = untracked(ir.Binary("+", ir.Load("a", (ir.Var(name, loc), Y), loc), Y, loc))
    assert not any(gc.is_tracked(node) for node in (*walk(tree), loc, tree.left.index))  # type: ignore[attr-defined]
    gc.collect()
    assert tree == untracked(tree) and tree.left.index[0].name is name  # type: ignore[attr-defined]
    del tree
    assert sys.getrefcount(name) == references  # its last reference has freed it

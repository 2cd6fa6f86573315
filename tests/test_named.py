"""What `alpyna_hook.named` has of `typing.NamedTuple`."""

from __future__ import annotations

import copy
import pickle

import pytest

from alpyna_hook.named import NamedTuple


class Point(NamedTuple):
    """With a default."""

    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        return self.x + self.y


def test_it_is_a_tuple_with_names() -> None:
    assert Point(1) == (1, 2) and Point(y=3, x=1) == Point(1, 3) and hash(Point(1)) == hash((1, 2))
    assert (Point(1).x, Point(1).y, Point(1).sum, Point._fields) == (1, 2, 3, ("x", "y"))
    assert repr(Point(1)) == "Point(x=1, y=2)"
    assert not hasattr(Point(1), "__dict__")
    with pytest.raises(AttributeError):
        Point(1).x = 4  # type: ignore[misc]


def test_it_can_be_changed_copied_and_pickled() -> None:
    assert Point(1)._replace(y=5) == Point(1, 5)
    for again in (copy.copy(Point(1)), pickle.loads(pickle.dumps(Point(1)))):
        assert type(again) is Point and again == (1, 2)


@pytest.mark.parametrize("wrong", [(), (1, 2, 3)])
def test_a_wrong_number_of_values(wrong: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match="Point takes the fields x, y"):
        Point(*wrong)


@pytest.mark.parametrize("wrong", [{"z": 1}, {"x": 2}])
def test_names_that_do_not_fit(wrong: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="Point takes the fields"):
        Point(1, **wrong)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no fields z"):
        Point(1)._replace(z=1)  # type: ignore[call-arg]


def test_a_class_derived_from_it_keeps_the_fields() -> None:
    class Named(Point):
        def name(self) -> str:
            return f"{self.x}/{self.y}"

    assert Named(3).name() == "3/2" and Named(3) == (3, 2) and repr(Named(3)) == "Named(x=3, y=2)"

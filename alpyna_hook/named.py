"""Named tuples that are defined at start-up, without `typing`: to import that takes half as long as Python needs to start."""

from __future__ import annotations

__all__ = ["NamedTuple"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from _operator import itemgetter

    class _Defined(type):
        def __new__(meta, name, bases, namespace):
            namespace["__slots__"] = ()
            cls = super().__new__(meta, name, bases, namespace)
            fields = tuple(cls.__annotations__)
            if fields:
                cls._fields = cls.__match_args__ = fields
                cls._field_defaults = {field: namespace[field] for field in fields if field in namespace}
                for place, field in enumerate(fields):
                    setattr(cls, field, property(itemgetter(place)))
            return cls

    class NamedTuple(tuple, metaclass=_Defined):
        """As `typing.NamedTuple`.

        >>> class Point(NamedTuple):
        ...     x: int
        ...     y: int = 0
        >>> Point(1), Point(x=2, y=3)._replace(x=4)
        (Point(x=1, y=0), Point(x=4, y=3))
        """

        def __new__(cls, *values, **named):
            if named or len(values) != len(cls._fields):
                rest = cls._fields[len(values):]
                known = {**cls._field_defaults, **named}
                if len(values) > len(cls._fields) or not named.keys() <= {*rest} or not known.keys() >= {*rest}:
                    raise TypeError(f"{cls.__name__} takes the fields {', '.join(cls._fields)}")
                values += tuple([known[field] for field in rest])
            return tuple.__new__(cls, values)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            shown = [f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)]
            return f"{type(self).__name__}({', '.join(shown)})"

        def _replace(self, **changed):
            if not changed.keys() <= {*self._fields}:
                raise TypeError(f"{type(self).__name__} has no fields {', '.join(changed.keys() - {*self._fields})}")
            return tuple.__new__(type(self), [changed.get(name, value) for name, value in zip(self._fields, self, strict=True)])

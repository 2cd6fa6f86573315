"""Attributes that a nest assigns: set as the interpreter sets them, or the loop is left to it."""

from __future__ import annotations

import types

import numpy as np
import pytest

from tests.differential import Program, check

HEAD = """
import math
import types
import threading
from dataclasses import dataclass
from enum import Enum
import numpy as np

class Plain:
    n = 7
    def __init__(self):
        self.x, self.y = 1, 2.0
    def more(self):
        return self.x + 1
    def other(self):
        return self.y

"""
LOOP = "    for i in range(len(a)):\n        o.x += 2\n        a[i] = o.x * 0.5\n"

DECLINED = {
    "a property": "class O(Plain):\n    @property\n    def x(self): return self.y\n    @x.setter\n    def x(self, v): self.y = v",
    "a method of its own": "class O(Plain):\n    def __setattr__(self, name, v): vars(self)[name] = v + 1",
    "a frozen dataclass": "@dataclass(frozen=True)\nclass O:\n    x: int = 3",
    "a class": "class C:\n    x = 3\nO = lambda: C",
    "a class's value": "class O:\n    x = 3",
    "a slot beside a class's value": "class Meta(type):\n    pass\nclass O(Plain, metaclass=Meta):\n    def __getattribute__(self, n): return object.__getattribute__(self, n)",
    "a local of threads": "class L(threading.local):\n    x = 1\nO = L",
    "an exception": "class O(Exception):\n    x = 1\n    def __init__(self): self.x = 3",
    "a descriptor that is not there to be read": "class D:\n    def __set__(self, o, v): vars(o)['x'] = v + 5\nclass O(Plain):\n    x = D()",
}


@pytest.mark.parametrize("name", DECLINED)
def test_what_is_not_simply_set(name: str) -> None:
    source = f"{HEAD}{DECLINED[name]}\n\ndef f(a):\n    o = O()\n{LOOP}    return o.x, a\n"
    check(source, np.zeros(3), expect="attribute")


NAMESPACE = "O = lambda: types.SimpleNamespace(x=3)"  # has methods of its own before Python 3.13, and then object's


def test_a_namespace() -> None:
    source = f"{HEAD}{NAMESPACE}\n\ndef f(a):\n    o = O()\n{LOOP}    return o.x, a\n"
    check(source, np.zeros(3), expect="accelerated" if types.SimpleNamespace.__setattr__ is object.__setattr__ else "attribute")


ACCELERATED = {
    "plain": "class O(Plain): pass",
    "slots": "class O:\n    __slots__ = ('x',)\n    def __init__(self): self.x = 3",
    "slots and a dictionary": "class B:\n    __slots__ = ('x',)\nclass O(B):\n    def __init__(self): self.x = 3",
    "a dataclass": "@dataclass\nclass O:\n    x: int = 3",
    "a dataclass with slots": "@dataclass(slots=True)\nclass O:\n    x: int = 3",
    "a member of an enumeration": "class E(Enum):\n    A = 1\nE.A.x = 3\nO = lambda: E.A",
    "over a class's value": "class O:\n    x = 3\n    def __init__(self): self.x = 4",
    "over a method": "class O(Plain):\n    def x(self): return 3",
}


@pytest.mark.parametrize("name", ACCELERATED)
def test_what_is(name: str) -> None:
    source = f"{HEAD}{ACCELERATED[name]}\n\ndef f(a):\n    o = O()\n{LOOP}    return o.x, type(o.x), list(getattr(o, '__dict__', ())), a\n"
    check(source, np.zeros(3), expect="accelerated")


NESTS = {
    "two names of one object": ("o = p = Plain()", "o.x += 1\n        a[i] = p.x", "attribute"),
    "two names of one, both assigned": ("o = p = Plain()", "o.x += 1\n        p.x += 2", "attribute"),
    "two objects": ("o, p = Plain(), Plain()", "o.x += 1\n        p.x -= 2\n        a[i] = o.x * p.x", "accelerated"),
    "other attributes of one object": ("o = p = Plain()", "o.x += 1\n        p.y -= 2\n        a[i] = o.x * p.n", "accelerated"),
    "an object of an object": ("o = Plain()\n    o.o = o", "o.o.x += 1\n        a[i] = o.x", "attribute"),
    "an object in between": ("o = Plain()\n    o.o = Plain()", "o.o.x += 1\n        a[i] = o.x", "accelerated"),
    "what is read through": ("o = Plain()\n    o.o = Plain()", "o.o = o\n        a[i] = o.o.x", "expression"),
    "a method that reads it": ("o = Plain()", "o.x += 1\n        a[i] = o.more()", "call"),
    "a method that does not": ("o = Plain()", "o.x += 1\n        a[i] = o.other()", "accelerated"),
    "not set before": ("o = Plain()", "o.new = i", "attribute"),
    "not set before, on some paths": ("o = Plain()", "if i > 5:\n            o.new = i", "attribute"),
    "of several types": ("o = Plain()", "o.x = a[i] if i > 1 else o.x", "mixed-types accelerated"),
    "a type that changes": ("o = Plain()", "o.x = a[i]", "accelerated"),
    "an array": ("o = Plain()\n    o.b = a", "o.b = a\n        o.b[i] = i", "accelerated"),
    "one of two arrays": ("o = Plain()\n    o.b, o.c = a, a.copy()", "o.b, o.c = o.c, o.b\n        o.b[i] = i", "accelerated"),
    "not a number": ("o = Plain()\n    o.s = 'text'", "o.s += 'x'", "expression"),
    "a text before": ("o = Plain()\n    o.s = 'text'", "o.s = i", "accelerated"),
    "an exception": ("o = Plain()", "o.x += 1\n        a[i] = 1 // (3 - o.x)", "flagged"),
    "a condition on it": ("o = Plain()\n    o.on = None", "if o.on is None:\n            o.x += 1\n        o.on = 3", "expression value-type"),
    "its bound": ("o = Plain()", "for j in range(o.x):\n            o.x += 1", "accelerated"),
    "its parts": ("o = Plain()\n    o.z = 1j", "o.z = o.z * a[i]\n        a[i] = o.z.real + o.z.imag", "accelerated"),
    "a private name": ("o = Plain()\n    o.__p = 1", "o.__p += 1", "accelerated"),
    "a tuple": ("o = Plain()", "o.x, o.y = o.y, o.x", "accelerated"),
    "of arrays": ("o = Plain()", "a.flat = 3.0", "attribute"),
    "of modules": ("o = Plain()", "math.tau = i", "attribute"),
}


@pytest.mark.parametrize("name", NESTS)
def test_nests(name: str) -> None:
    setup, body, expect = NESTS[name]
    source = f"{HEAD}\ndef f(a):\n    {setup}\n    for i in range(len(a)):\n        {body}\n    return o.__dict__, list(o.__dict__), a\n"
    compared = check(source, np.array([1.0, 2.5, 0.5]), expect=None)
    assert compared.verdict in expect.split(), compared.runs


def test_an_assignment_in_a_called_function() -> None:
    source = f"{HEAD}\ndef up(o):\n    o.x += 1\n\ndef f(a):\n    o = Plain()\n    for i in range(len(a)):\n        up(o)\n    return o.x\n"
    check(source, np.zeros(3), expect="statement")


LOUD = "class Loud:\n    def __getattr__(self, name):\n        print('asked for', name)\n        return 3.0\n"
READ = {
    "an empty slot": ("class O(Loud):\n    __slots__ = ('n',)\no = O()", "attribute"),
    "a slot that has a value": ("class O(Loud):\n    __slots__ = ('n',)\no = O()\no.n = 2.0", "accelerated"),
    "the slot of another class": ("class B:\n    __slots__ = ('n',)\nclass O(Loud):\n    n = B.n\no = O()", "attribute"),
    "an attribute that is not there": ("o = Loud()", "attribute"),
    "a descriptor that is only deleted": ("class D:\n    def __get__(self, o, c): return 9.0\n    def __delete__(self, o): pass\n"
                                          "class O:\n    n = D()\no = O()\nvars(o)['n'] = 1.0", "attribute"),
    "a descriptor that is only set": ("class D:\n    def __set__(self, o, v): print('set')\nclass O:\n    n = D()\n"
                                      "o = O()\nvars(o)['n'] = 1.0", "accelerated"),
    "a descriptor that is only read": ("class D:\n    def __get__(self, o, c): return 9.0\nclass O:\n    n = D()\n"
                                       "o = O()\nvars(o)['n'] = 1.0", "accelerated"),
    "a cached property": ("import functools\nclass O:\n    @functools.cached_property\n    def n(self): return 4.0\no = O()", "attribute"),
    "a cached property, asked before": ("import functools\nclass O:\n    @functools.cached_property\n    def n(self): return 4.0\n"
                                        "o = O()\no.n", "accelerated"),
    "a dictionary that is a property": ("class O:\n    n = 2.0\n    @property\n    def __dict__(self):\n        print('asked')\n"
                                        "        return {'n': 5.0}\no = O()", "accelerated"),
    "a dictionary that is a property, and a value": ("class O:\n    def __init__(self): self.n = 3.0\n    @property\n"
                                                     "    def __dict__(self):\n        print('asked')\n        return {'n': 5.0}\no = O()",
                                                     "accelerated"),
    "a module": ("o = types.ModuleType('o')\no.n = 1.0", "accelerated"),
    "a module with a property": ("class M(types.ModuleType):\n    @property\n    def n(self): return 4.0\n"
                                 "o = M('o')\nvars(o)['n'] = 1.0", "attribute"),
    "a module with a __getattribute__": ("class M(types.ModuleType):\n    def __getattribute__(self, name):\n"
                                         "        return 6.0 if name == 'n' else super().__getattribute__(name)\no = M('o')\no.n = 1.0",
                                         "attribute"),
    "a module of a class of its own": ("class M(types.ModuleType):\n    pass\no = M('o')\no.n = 1.0", "accelerated"),
    "a class": ("class o:\n    n = 2.5", "accelerated"),
    "a class with a metaclass": ("import abc\nclass o(abc.ABC):\n    n = 2.5", "accelerated"),
    "a class with a property of its metaclass": ("class T(type):\n    @property\n    def n(cls): return 100.0\n"
                                                 "class o(metaclass=T):\n    n = 2.5", "attribute"),
    "an object of such a class": ("class T(type):\n    @property\n    def n(cls): return 100.0\n    @property\n"
                                  "    def __mro__(cls): print('asked')\nclass O(metaclass=T):\n    n = 2.5\no = O()", "accelerated"),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str) -> None:
    made, expected = READ[name]
    check(f"{HEAD}{LOUD}{made}\n\ndef f(a):\n    for i in range(len(a)):\n        a[i] = o.n\n    return a\n", np.zeros(3), expect=expected)


def test_an_object_is_not_asked_for_its_class() -> None:
    head = "class O:\n    n = 2.0\n    @property\n    def __class__(self):\n        print('asked')\n        return dict\n"
    check(head + "def f(a):\n    o = O()\n    for i in range(len(a)):\n        a[i] = o.n\n    return a\n", np.zeros(3))
    check(head + "def f(a):\n    o = O()\n    for i in range(len(a)):\n        t = o\n", np.zeros(3), expect="value-type")


@pytest.mark.parametrize("body", ["t = o", "if o:\n            print(i)", "a[i] = o.n", "if o.me == 1:\n            print(i)"])
def test_a_class_is_not_compared(body: str) -> None:
    source = f"""
class Meta(type):
    def __eq__(cls, other):
        print("compared")
        return True

class O(metaclass=Meta):
    n = 2.0

    def __init__(self):
        self.me = self

def f(a):
    o = O()
    for i in range(len(a)):
        {body}
    return a
"""
    check(source, np.zeros(3), expect="accelerated" if "o.n" in body else "value-type")


def test_a_static_method_behind_a_property_of_the_metaclass() -> None:
    source = """
class Meta(type):
    @property
    def g(cls): return lambda x: x + 100.0
class K(metaclass=Meta):
    @staticmethod
    def g(x): return x + 1.0
k = K()

def f(a):
    for i in range(len(a)):
        a[i] = {owner}.g(a[i])
    return a
"""
    check(source.replace("{owner}", "K"), np.zeros(3), expect="call")
    check(source.replace("{owner}", "k"), np.zeros(3))


def test_a_slot_of_another_class_is_not_set() -> None:
    source = "class B:\n    __slots__ = ('x',)\nclass O:\n    x = B.x\no = O()\n\ndef f(a):\n    for i in range(len(a)):\n        o.x = a[i]\n"
    check(source, np.zeros(3), expect="attribute")


THROUGH_THE_MODULE = {
    "in the nest": "a[i] = a[i] + me.counter",
    "in a called function": "a[i] = g(a[i])",
    "in a condition": "if me.counter is None:\n            a[i] = 1.0",
    "an array": "a[i] = me.table[i]\n        table = other",
}


class Own(types.ModuleType):
    pass


@pytest.mark.parametrize("module", [types.ModuleType, Own])
@pytest.mark.parametrize("name", THROUGH_THE_MODULE)
def test_a_global_that_is_also_read_through_the_module(name: str, module: type[types.ModuleType]) -> None:
    program = Program(f"""
import numpy as np
counter, table, other = 0, np.zeros(4), np.ones(4)

def g(x):
    return x + me.counter

def f(a):
    global counter, table
    for i in range(len(a)):
        counter = counter + 1
        {THROUGH_THE_MODULE[name]}
    return counter
""")
    modules = module("plain"), module("fast")
    program.plain, program.fast = (vars(m) for m in modules)
    assert program.load().difference is None
    for m in modules:
        vars(m)["me"] = m
    compared = program.call("f", np.zeros(4))
    assert compared.difference is None
    assert compared.verdict == "attribute", compared.runs


def test_words_for_containers_and_for_what_called_functions_read() -> None:
    source = """
found = []
def note(x):
    return len(found) + x

def f(a):
    for i in range(len(a)):
        a[i] = note(a[i])
    for i in range(len(a)):
        found.append(i)
    return a
"""
    compared = check(source, np.zeros(3), expect=None)
    assert [(run.reason, run.detail) for run in compared.runs] == [
        ("value-type", "found in note() is a list"), ("value-type", "found is a list, of which found.append() is a method"),
    ]

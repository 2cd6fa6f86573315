"""TorchDynamo reads the bytecode of what is handed to `torch.compile` and of all that it calls: it traces it as without us."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.hook.processes import Program

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed: pip install torch==2.13.0"),
]

SCRIPT = """
import torch

def g(x, n):
    for i in range(n):
        x = x * 1.5 + i
    return x

def f(x, n):
    s = x
    for k in range(n):
        s = s + g(x, 2) * k
    return s

def after(x):
    t = 0.0
    for v in range(3):
        t = t + x * v
    return t

def broken(x):
    y = f(x, 2)
    print("not of the graph", flush=True)
    return after(y)

class Module(torch.nn.Module):
    def forward(self, x):
        for i in range(3):
            x = self.more(x) + i
        return x
    def more(self, x):
        for _ in range(2):
            x = x * 2.0
        return x

class Called:
    def __call__(self, x):
        for i in range(3):
            x = x + i
        return x

def nested(x, n, flag=True):
    if flag:
        w = x + 1
    def inner(y):
        for j in range(2):
            y = y * w
        return y
    for k in range(n):
        x = x + inner(x) * k
    print(float(x.sum()))
    for k in range(n):
        x = x - w
    return x

def several(x):
    for k in range(3):
        yield x * k

def total(x):
    s = x
    for v in several(x):
        s = s + v
    return s

x = torch.arange(4.0)
compiled = lambda thing, **options: torch.compile(thing, backend="eager", **options)
print(compiled(f, fullgraph=True)(x, 3), f(x, 3), compiled(broken)(x), after(x))
print(compiled(Module(), fullgraph=True)(x), compiled(Called(), fullgraph=True)(x), compiled(total)(x))
print(compiled(lambda x: after(x), fullgraph=True)(x))
module = Module()
module.compile(backend="eager", fullgraph=True)
print(module(x))
n = compiled(nested)
print(n(x, 2), n(x, 3), n(x.double(), 2))
print(torch._dynamo.explain(after)(x).graph_count, torch.fx.symbolic_trace(after)(x))
print(torch.export.export(Module(), (x,)).module()(x))
"""


@pytest.mark.parametrize("options", [{}, {"ALPYNA_DEVICE": "interpreter"}])
def test_what_dynamo_traces(tmp_path: Path, options: dict[str, str]) -> None:
    program = Program(tmp_path / "program")
    program.write("main.py", SCRIPT)
    plain = program.python("main.py", check=True, **options)
    ours = program.python("-m", "alpyna", "run", "main.py", check=True, **options)
    assert ours.out == plain.out

"""`static_analyse`: modules from a text or a file."""

from __future__ import annotations

import inspect
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

import alpyna_hook
from alpyna_hook import Options
from alpyna_hook.seam import site as sites
from tests.hook.reference import reference_engine
from tests.hook.unwatched import nobody_looks_on

TEXT = "def total(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"


@pytest.fixture(autouse=True)
def ran(monkeypatch: pytest.MonkeyPatch) -> list[sites.Site]:
    seen: list[sites.Site] = []

    def execute(site: sites.Site, values: tuple[Any, ...], namespace: dict[str, Any]) -> tuple[Any, ...]:
        seen.append(site)
        return reference_engine.execute(site, values, namespace)

    monkeypatch.setattr(sites, "_execute", execute)
    nobody_looks_on(monkeypatch)
    return seen


@pytest.mark.parametrize("source", [TEXT, TEXT.encode(), "# -*- coding: latin-1 -*-\nx = '\xe9'\n" + TEXT])
def test_a_text(source: str | bytes, ran: list[sites.Site]) -> None:
    module = alpyna_hook.static_analyse(source)
    assert module.total(5) == 10
    assert len(ran) == 1
    assert alpyna_hook.is_accelerated(module.total)
    assert inspect.getsource(module.total) == TEXT
    assert inspect.getsourcelines(module.total)[1] == (2 if "coding" in str(source) else 0) + 1
    assert pickle.loads(pickle.dumps(module.total)) is module.total


def test_a_file(tmp_path: Path, ran: list[sites.Site]) -> None:
    path = tmp_path / "some_file.py"
    path.write_text(TEXT)
    module = alpyna_hook.static_analyse(path)
    assert (module.__file__, module.total(5), len(ran)) == (str(path), 10, 1)
    path.unlink()
    assert module.total(6) == 15
    assert len(ran) == 2  # the text of the import is kept


def test_options_given_as_object_file_or_pragma(tmp_path: Path) -> None:
    (tmp_path / "o.cfg").write_text("[alpyna]\ndevice = cpu\nstrict = yes\n")
    for options in (Options(device="cpu", strict=True), tmp_path / "o.cfg", str(tmp_path / "o.cfg")):
        alpyna_hook.static_analyse(TEXT, options)
        assert sites.all_modules()[-1].options == Options(device="cpu", strict=True)
    alpyna_hook.static_analyse("# alpyna: accelerate fp=relaxed\n" + TEXT, Options(device="cpu"))
    assert sites.all_modules()[-1].options == Options(device="cpu", fp="relaxed")


def test_disabled(ran: list[sites.Site]) -> None:
    module = alpyna_hook.static_analyse(TEXT, Options(disable=True))
    assert (module.total(4), ran, alpyna_hook.is_accelerated(module)) == (6, [], False)


def test_dataclasses_find_their_module() -> None:
    module = alpyna_hook.static_analyse(
        "from __future__ import annotations\nimport dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int = 1\n")
    assert module.A(2).x == 2


def test_errors_are_those_of_the_source() -> None:
    with pytest.raises(SyntaxError) as syntax:
        alpyna_hook.static_analyse("x = 1\nfor for\n")
    assert syntax.value.lineno == 2
    with pytest.raises(ZeroDivisionError) as division:
        alpyna_hook.static_analyse("x = 1\n1 / 0\n")
    frame = traceback.extract_tb(division.value.__traceback__)[-1]
    assert (frame.lineno, frame.line) == (2, "1 / 0")
    with pytest.raises(FileNotFoundError):
        alpyna_hook.static_analyse(Path("nowhere.py"))


def test_what_is_accelerated() -> None:
    module = alpyna_hook.static_analyse(
        TEXT + "import functools\nclass A:\n    def m(self):\n        while self: self -= 1\n    def p(self): pass\n"
        "@functools.lru_cache\ndef cached(n):\n    def inner():\n        for i in range(n): pass\n    return inner\n")
    assert [alpyna_hook.is_accelerated(thing) for thing in (module.total, module.A().m, module.cached, module)] == [True] * 4
    assert not any(alpyna_hook.is_accelerated(thing) for thing in (module.A.p, len, 3, inspect, test_disabled))

"""What was captured when a module was rewritten is used again, unless names stand for something else by now."""

from __future__ import annotations

import numpy as np
import pytest

import alpyna_hook
from alpyna_hook.seam.site import Left, all_modules
from alpyna_hook.seam.source import ModuleSource

SOURCE = """\
import numpy as np
{line}
class Box:
    def __init__(self): self.__n = 5
    def fill(self, a):
        for i in {name}(self.__n):
            a[i] = i * 2.0
        return a
"""


@pytest.mark.parametrize(("line", "name", "parsed"), [
    ("", "range", 0),
    ("steps = range", "steps", 0),
    ("def prange(n): return range(n)", "prange", 1),  # it looks like Numba's
    ("prange = np.arange", "prange", 0),
    ("class rows: step = range", "rows.step", 1),
])
def test_a_loop_is_parsed_again_only_if_its_names_are_not_what_they_seemed(
    line: str, name: str, parsed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    loop_node = ModuleSource.loop_node
    monkeypatch.setattr(ModuleSource, "loop_node", lambda self, *place: calls.append(place) or loop_node(self, *place))
    module = alpyna_hook.static_analyse(
        SOURCE.format(line=line, name=name), alpyna_hook.Options(device="cpu", strict=True)
    )
    assert module.Box().fill(np.zeros(5)).tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    if all_modules()[-1].sites:
        assert all_modules()[-1].sites[0].state is not None
        assert len(calls) == parsed
    else:
        assert parsed


def test_of_a_loop_that_is_declined_for_good_the_record_is_kept() -> None:
    module = alpyna_hook.static_analyse(SOURCE.format(line="", name="range"), alpyna_hook.Options(strict=True))
    (site,) = all_modules()[-1].sites
    for _ in range(100):
        module.Box().fill([0.0] * 5)
    assert not site.live
    assert type(site.state) is Left
    (entry,) = alpyna_hook.report(module.__file__)
    assert (entry["accelerated_runs"], entry["reason"]) == (0, "value-type")
    site.live = True  # as when what was in the way is gone
    runs = entry["runs"]
    assert module.Box().fill(np.zeros(5)).tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    (entry,) = alpyna_hook.report(module.__file__)
    assert entry["runs"] == runs + 1

"""Schedules that were made illegal on purpose: the checker refuses each that changes what a nest computes.

    python -m tests.schedule.illegal --count 9800 --rearranged 200 [--seed 1]

Most are of outermost loops declared to run in any order, with rules for their scalars that are right or wrong: such a loop is run by
Python in chunks of one iteration, the last first, and its chunks are put together by the rules.  The others are nests whose inner
loops are exchanged, distributed and whose statements are moved without asking: the kernel that is made of it is run.  What differs
from the source's order must have been refused.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np

from alpyna_hook.config import settings
from alpyna_hook.hook.loader import prepare
from alpyna_hook.ir import typed as t
from alpyna_hook.ir.schema import replace
from alpyna_hook.runtime import schedules as remembered
from alpyna_hook.schedule import interchange
from alpyna_hook.schedule.compared import rearranged, refuted
from alpyna_hook.schedule.value import AND, CONSTANT, GREATEST, LAST, LEAST, OR, STEP, SUM, XOR, Rule, Schedule
from tests.differential import Program
from tests.schedule.test_interchange import inputs, nest as exchangeable, program_of

SCALARS = {"s": "0", "c": "100", "m": "0", "at": "-1", "k": "1", "p": "0.5", "found": "False"}
STATEMENTS = (
    "s += w[i]", "s += w[i]", "s -= i", "s = s * 2 + i", "c -= i", "c = i", "if w[i] > m:\n    m = w[i]", "if w[i] > m:\n    m = w[i]\n    at = i",
    "if w[i] >= m:\n    m = w[i]\n    at = i", "m = max(m, w[i])", "m = min(m, w[i])", "m = w[i]", "k += 2", "k += 2\nb[k % 24, 1] = 1.0",
    "k += i", "t = b[{f}, 1]\nb[{g}, 0] = t * t", "b[{g}, 0] = p\np = b[{f}, 1]", "p = b[i, 1]\nb[i, 2] = p", "p += b[i, 0]",
    "found = found or w[i] == 3", "found = found and w[i] == 3", "c |= w[i]", "c &= i + 64", "c ^= i",
    "if w[i] == 3:\n    found = True", "if w[i] == 3:\n    found = w[i] > i", "if w[i] > 4:\n    p = b[i, 0]",
    "b[{f}, 0] = b[{g}, 0] + 1.0", "b[{f}, 0] = b[{g}, 1] * 2.0", "b[{f}, 1] += b[{g}, 0]", "a[{f}, 0] = i", "a[{f}, 1] = a[{g}, 1] + s",
    "for j in range(3):\n    b[{f}, j] = b[{g}, j] - 1.0", "for j in range(3):\n    s += j", "for j in range(1, 4):\n    b[i, j] += b[i, j - 1]",
    "b[w[i], 0] = i", "b[{f}, 3] = b[w[i], 0]",
)
PLACES = ("i", "i", "i", "i", "i - 1", "i + 1", "0", "i // 2", "n - 1 - i", "2 * i % 24", "i % 7")
KINDS = {"i": [LAST, SUM, GREATEST, LEAST, CONSTANT, STEP, OR, AND, XOR], "b": [LAST, CONSTANT, OR, AND]}
MISSING = object()
RANGES = ("n", "n - 1", "1, n", "1, n - 1, 2", "n - 2, 0, -1")


# ------------------------------------------------------------------------------------- outermost loops in any order


def body_of(rng: random.Random) -> list[str]:
    chosen = rng.sample(STATEMENTS, rng.choice([1, 1, 2, 2, 3]))
    return "\n".join([text.format(f=rng.choice(PLACES), g=rng.choice(PLACES)) for text in chosen]).split("\n")


def source(body: list[str], values: str, *, starts: str) -> str:
    """starts: what gives the scalars their values."""
    lines = [f"    {line}" for line in starts.split("\n")] + [f"    for i in {values}:"] + [f"        {line}" for line in body]
    return "\n".join(["def f(a, b, w, n, start, values):", *lines, "    return locals()", ""])


def arrays(rng: random.Random) -> tuple[Any, ...]:
    source = np.random.default_rng(rng.randrange(2**32))
    return source.integers(0, 9, (24, 10)), source.random((24, 10)), source.integers(0, 6, 24), rng.choice([5, 9, 20])


def recorded(text: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What the checker is asked about the nest; None if it is not asked."""
    found: list[tuple[Any, ...]] = []

    def refuted(*given: Any) -> str:
        found.append(given)
        return "recorded"

    def forced(nest: Any, _outcomes: str) -> Schedule:
        return Schedule("i", 1, tuple([Rule(name, LAST) for name in nest.outputs]))

    plain = remembered.planned, remembered.ordered, remembered.refuted
    plans: list[Schedule] = []

    def planned(nest: Any, outcomes: str) -> Schedule:
        plans.append(plain[0](nest, outcomes))
        return forced(nest, outcomes)

    remembered.planned, remembered.ordered, remembered.refuted = planned, lambda plan, _carried: plan, refuted  # type: ignore[assignment]
    try:
        program = Program(text, compiled_strictly)
        program.load()
        program.fast["f"](*values, {}, ())  # type: ignore[operator]
    except AssertionError:
        return (plans[0], *found[0][1:])
    finally:
        remembered.planned, remembered.ordered, remembered.refuted = plain
    return None


def compiled_strictly(text: str, filename: str) -> Any:
    prepared = prepare(text.encode(), filename, marked=True, cached=False)
    assert prepared is not None
    return prepared.code(filename, filename, settings(device="cpu", strict=True, threads=3))


def schedules(rng: random.Random, plan: Schedule, nest: t.TypedNest) -> Iterator[Schedule]:
    """Some that are right, if the loop carries nothing, and more that are not."""
    known = {rule.name: rule for rule in plan.rules}
    for _ in range(8):
        rules = {name: known.get(name, Rule(name, LAST)) for name in nest.outputs}
        for name in rng.sample([*rules], min(len(rules), rng.choice([0, 1, 1, 2]))):
            kinds = KINDS.get(nest.variables[name].rep[0], [LAST, CONSTANT])
            kind = rng.choice(kinds)
            companions = ("at",) * (kind in (GREATEST, LEAST) and "at" in rules and name != "at" and rng.random() < 0.5)
            rules[name] = Rule(name, kind, companions, rng.choice([1, 2, 3]) if kind == STEP else 0)
        if any(rule.kind != LAST and rule.name not in nest.inputs for rule in rules.values()):
            continue
        gone = {name for rule in rules.values() for name in rule.companions}
        yield Schedule("i", 1, tuple([rule for name, rule in rules.items() if name not in gone]))


def changes(body: list[str], span: str, values: tuple[Any, ...], schedule: Schedule, needed: tuple[str, ...]) -> bool:
    """Does the nest compute something else by this schedule?  Python runs both.  needed: scalars whose values before it matter; of
    others it is known whether a chunk has assigned them."""
    starts = "\n".join(f"{name} = {value}" for name, value in SCALARS.items())
    whole: dict[str, Any] = {}
    exec(source(body, f"range({span})", starts=starts), whole)
    expected_arrays, (*memory,) = [x.copy() for x in values[:3]], [x.copy() for x in values[:3]]
    n = values[3]
    expected = whole["f"](*expected_arrays, n, {}, ())
    piece: dict[str, Any] = {}
    exec(source(body, "values", starts="\n".join(f"{name} = start[{name!r}]" for name in SCALARS)), piece)
    given = {name: eval(value) for name, value in SCALARS.items()}
    before = {name: value if name in needed else MISSING for name, value in given.items()}
    indices, left = eval(f"range({span})", {"n": n}), []
    steps = [rule for rule in schedule.rules if rule.kind == STEP]
    for k in reversed(range(len(indices))):
        start = {**before, **{rule.name: before[rule.name] + rule.step * k for rule in steps}}
        left.insert(0, piece["f"](*memory, n, start, indices[k : k + 1]))
    after = dict(given)
    for rule in schedule.rules:
        put_together(rule, before, left, after)
    if any(x.tobytes() != y.tobytes() for x, y in zip(expected_arrays, memory, strict=True)):
        return True
    names = [name for rule in schedule.rules for name in (rule.name, *rule.companions)]
    return any(after.get(name) != expected.get(name) for name in names)


def put_together(rule: Rule, before: dict[str, Any], left: list[dict[str, Any]], after: dict[str, Any]) -> None:
    name = rule.name
    found = [chunk for chunk in left if chunk.get(name, MISSING) is not MISSING]
    if not found:
        return
    if rule.kind in (LAST, STEP):
        after[name] = found[-1][name]
    elif rule.kind == SUM:
        after[name] = before[name] + sum(chunk[name] - before[name] for chunk in found)
    elif rule.kind in (OR, AND, XOR):
        combine = {OR: or_, AND: and_, XOR: lambda one, other: one ^ other ^ before[name]}[rule.kind]
        after[name] = reduce(combine, [chunk[name] for chunk in found], before[name])
    elif rule.kind == CONSTANT:
        after[name] = next((chunk[name] for chunk in found if chunk[name] != before[name]), before[name])
    else:
        best, chosen = before[name], found[0]
        for chunk in found:
            if chunk[name] > best if rule.kind == GREATEST else chunk[name] < best:
                best, chosen = chunk[name], chunk
        after.update({other: chosen[other] for other in (name, *rule.companions) if other in chosen})


def outermost_loops(rng: random.Random, found: Counter[str]) -> None:
    body, span, values = body_of(rng), rng.choice(RANGES), arrays(rng)
    starts = "\n".join(f"{name} = {value}" for name, value in SCALARS.items())
    asked = recorded(source(body, f"range({span})", starts=starts), tuple([x.copy() if isinstance(x, np.ndarray) else x for x in values]))
    if asked is None:
        return
    plan, nest, *rest = asked
    for schedule in schedules(rng, plan, nest):
        refused = refuted(schedule, nest, *rest)
        tally(found, changes(body, span, values, schedule, nest.inputs), refused, f"{schedule.rules}\n{body} {span} {values[3]}")


# ---------------------------------------------------------------------------------------------- inner loops rearranged


def moved(rng: random.Random, body: tuple[t.Stmt, ...]) -> tuple[t.Stmt, ...]:
    """The statements with one thing changed that some nests allow."""
    at = [k for k, s in enumerate(body) if isinstance(s, t.For)]
    choices = ["swap"] * (len(body) > 1) + ["pair", "apart", "inside", "inside"] * bool(at)
    if not choices:
        return body
    kind = rng.choice(choices)
    if kind == "swap":
        k = rng.randrange(len(body) - 1)
        return (*body[:k], body[k + 1], body[k], *body[k + 2 :])
    k = rng.choice(at)
    loop = body[k]
    assert isinstance(loop, t.For)
    pair = interchange._pair(loop)
    if kind == "pair" and pair is not None:
        parts: list[t.Stmt] = [replace(pair.outer, body=x) for x in (pair.before, pair.behind) if x]
        parts.insert(rng.choice([0, 1, 1, 2]), replace(pair.inner, body=(replace(pair.outer, body=pair.inner.body),)))
        return (*body[:k], *parts, *body[k + 1 :])
    if kind == "apart" and len(loop.body) > 1:
        cut = rng.randrange(1, len(loop.body))
        parts = [replace(loop, body=loop.body[:cut]), replace(loop, body=loop.body[cut:])]
        return (*body[:k], *(parts if rng.random() < 0.7 else parts[::-1]), *body[k + 1 :])
    return (*body[:k], replace(loop, body=moved(rng, loop.body)), *body[k + 1 :])


def rearrangements(rng: random.Random, found: Counter[str]) -> None:
    text = exchangeable(rng)
    counts = rng.choice([(3, 4, 5), (2, 6, 3), (3, 5, 4)])
    values = [np.pad(x, 3) if isinstance(x, np.ndarray) else x for x in inputs(*counts, seed=rng.randrange(999))]
    for _ in range(3):
        seed, why = rng.random(), []

        def changed(nest: t.TypedNest, outcomes: str, unit: Any, groups: Any, reps: Any, seed: float = seed, why: list[Any] = why) -> Any:
            assert isinstance(nest.loop, t.For)
            made = replace(nest, loop=replace(nest.loop, body=moved(random.Random(seed), nest.loop.body)))
            if made.loop.body != nest.loop.body:
                why.append(rearranged(nest, made, unit, groups, reps, extents=3, draws=64))
            return made, ()

        plain, interchange.interchanged = interchange.interchanged, changed
        try:
            with np.errstate(all="ignore"):
                compared = program_of(text).call("f", *values)
        finally:
            interchange.interchanged = plain
        if why and compared.verdict == "accelerated":
            tally(found, compared.difference is not None, why[0], f"{text}\n{seed} {compared.difference}")


def tally(found: Counter[str], changes: bool, refused: str | None, what: str) -> None:
    found["changed" if changes else "the same"] += 1
    found["changed and refused"] += changes and refused is not None
    found["the same and refused"] += not changes and refused is not None
    if changes and refused is None:
        print(f"NOT REFUSED: {what}\n", flush=True)


def run(count: int, rearranged: int, seed: int) -> Counter[str]:
    """Until so many schedules of either sort have changed what was computed."""
    totals: Counter[str] = Counter()
    for sort, of, wanted in ((outermost_loops, "outermost", count), (rearrangements, "rearranged", rearranged)):
        found: Counter[str] = Counter()
        for number in range(10**9):
            if found["changed"] >= wanted:
                break
            sort(random.Random(seed * 1_000_003 + number), found)
        totals.update({f"{of}: {name}": n for name, n in found.items()})
    return totals


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.schedule.illegal", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rearranged", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    totals = run(options.count, options.rearranged, options.seed)
    for name, n in sorted(totals.items()):
        print(f"{n:7d}  {name}")
    missed = sum(totals[f"{of}: changed"] - totals[f"{of}: changed and refused"] for of in ("outermost", "rearranged"))
    print(f"{missed} not refused")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())

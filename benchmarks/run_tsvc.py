"""The loops of the TSVC categories, plain against accelerated.

    python -m benchmarks.run_tsvc [--n 20000] [--dtype float64] [--rounds 3] [word of a name ...]
"""

from __future__ import annotations

import argparse

from benchmarks import loading, measure, tsvc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    values = tsvc.data(options.n, options.dtype)
    rows, factors, declined = [], [], []
    fast_modules = {name: loading.accelerated(loading.ROOT / "tsvc" / f"{name}.py") for name in tsvc.MODULES}
    for name, slow in tsvc.loops().items():
        if options.words and not any(word in name for word in options.words):
            continue
        module, function = name.split(".")
        fast = getattr(fast_modules[module], function)
        path = str(loading.ROOT / "tsvc" / f"{module}.py")
        pair = loading.compare(slow, fast, tsvc.arguments(slow, values), path, options.rounds)
        factors.append(pair.factor)
        declined += [f"- {name}, line {text}" for text in pair.interpreted]
        rows.append((name, pair.plain, pair.fast, f"{pair.factor:.1f}", measure.show(pair.compiling),
                     "yes" if pair.same else "NO"))  # fmt: skip
    header = ("loop", "plain", "accelerated", "factor", "compiling", "same bits")
    summary = f"{len(rows)} loops; geometric mean of the factors: {measure.geometric_mean(factors):.0f}."
    left = "Loops left to the interpreter:\n\n" + "\n".join(declined) if declined else "Every loop ran compiled."
    explained = f"n = {options.n}, {options.dtype}; median (smallest - largest) of {options.rounds} runs in turn."
    title = "Loops of the TSVC categories"
    measure.write(f"tsvc-{options.dtype}", title, [explained, summary, left, measure.table(header, rows)])


if __name__ == "__main__":
    main()

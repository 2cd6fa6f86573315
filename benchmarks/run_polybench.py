"""PolyBench's kernels as plain loops, plain against accelerated, in both forms.

    python -m benchmarks.run_polybench [--size MEDIUM] [--dtype float64] [--rounds 3] [kernel ...]
"""

from __future__ import annotations

import argparse

from benchmarks import loading, measure
from benchmarks.polybench import KERNELS


def forms(module, fast):
    """Name of the form, plain function, accelerated function."""
    yield "function", module.kernel, fast.kernel
    yield "methods", lambda *args: module.Kernel(*args).run(), lambda *args: fast.Kernel(*args).run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="MEDIUM", choices=("MINI", "SMALL", "MEDIUM"))
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("kernels", nargs="*", default=KERNELS)
    options = parser.parse_args()
    rows, factors, declined = [], [], []
    for name in options.kernels:
        path = loading.ROOT / "polybench" / f"{name}.py"
        module, fast = loading.plain(path), loading.accelerated(path)
        if options.dtype not in module.DTYPES:
            continue
        arguments = module.init(module.SIZES[options.size], options.dtype)
        for form, slow_run, fast_run in forms(module, fast):
            pair = loading.compare(slow_run, fast_run, arguments, str(path), options.rounds)
            factors.append(pair.factor)
            declined += [f"- {name} ({form}), line {text}" for text in pair.interpreted]
            rows.append((name, form, pair.plain, pair.fast, f"{pair.factor:.0f}", measure.show(pair.compiling),
                         "yes" if pair.same else "NO"))  # fmt: skip
    header = ("kernel", "form", "plain", "accelerated", "factor", "compiling", "same bits")
    summary = f"Geometric mean of the factors: {measure.geometric_mean(factors):.0f}; the smallest: {min(factors):.1f}."
    left = "Loops left to the interpreter:\n\n" + "\n".join(declined) if declined else "Every loop ran compiled."
    explained = f"Size {options.size}, {options.dtype}; median (smallest - largest) of {options.rounds} runs in turn."
    title = "PolyBench as plain Python loops"
    measure.write(f"polybench-{options.dtype}", title, [explained, summary, left, measure.table(header, rows)])


if __name__ == "__main__":
    main()

"""Runs examples twice, by plain Python and by ALPyNA, checks that they print the same bytes, and shows the factor.

The times are those of whole processes, from start to exit: with ALPyNA they include importing
the compiler and compiling every loop.  The longer a program runs, the less that matters.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHOSEN = ("heat=200", "lu=420", "floyd_warshall=250")
NAMES = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "quickstart")


def timed(command):
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}")
    return time.perf_counter() - start, done.stdout


def example(word):
    if word.partition("=")[0] not in NAMES:
        raise argparse.ArgumentTypeError(f"there is no example {word!r}; there are {', '.join(NAMES)}")
    return word


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", metavar="name[=argument]", nargs="*", type=example, help="such as heat or nbody=500")
    words = parser.parse_args().programs or CHOSEN
    print(f"{'program':24} {'plain Python':>14} {'ALPyNA':>10} {'factor':>8}   output")
    different = 0
    for word in words:
        name, _, argument = word.partition("=")
        program = [str(HERE / f"{name}.py"), *([argument] if argument else [])]
        print(f"{word:24}", end=" ", flush=True)
        plain, expected = timed(program)
        print(f"{plain:12.2f} s", end=" ", flush=True)
        fast, output = timed(["-m", "alpyna", "run", *program])
        verdict = "the same bytes" if output == expected else "DIFFERENT"
        different += output != expected
        print(f"{fast:8.2f} s {plain / fast:7.1f}x   {verdict}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

"""Switches ALPyNA on for every Python program that finds this file first.

Put this folder in front of PYTHONPATH, or copy the file into the environment's site-packages:

    PYTHONPATH=/path/to/sitecustomize_example python script.py

Modules marked `# alpyna: accelerate` are then accelerated wherever they are imported from; the
main script is not imported, so it is not (use `python -m alpyna run script.py`).  Python only
runs the first sitecustomize that it finds: this one runs the next one on the path, if there is
one, before it installs the hook.  `ALPYNA_DISABLE=1` switches it off again; so does `python -I`
for a folder that is only on PYTHONPATH.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from os.path import dirname, realpath


def _run_next() -> None:
    here = dirname(realpath(__file__))
    others = [path for path in sys.path if realpath(path) != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_run_next()

try:
    import alpyna_hook
except ImportError:
    pass  # this Python has no ALPyNA: its programs run as ever
else:
    alpyna_hook.install()

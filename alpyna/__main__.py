"""`python -m alpyna`."""

import sys

from alpyna_hook.guest.own_imports import own_imports

with own_imports():
    from alpyna.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m alpyna`."""

import sys

from alpyna.cli import main

if __name__ == "__main__":
    sys.exit(main())

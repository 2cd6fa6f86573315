"""For the subprocesses of these tests: the reference engine, and the hook if it is asked for."""

import os
import sys

import reference_engine

sys.modules["alpyna_hook.runtime.engine"] = reference_engine
if os.environ.get("TEST_HOOK") == "1":
    import alpyna_hook

    alpyna_hook.install()

"""The command line of ALPyNA: `python -m alpyna`.  The library is `alpyna_hook`."""

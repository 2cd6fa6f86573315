"""What loops can run on: the interpreter, the CPU, and others behind one small protocol, found by entry points (`found.py`)."""

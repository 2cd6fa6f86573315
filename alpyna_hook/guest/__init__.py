"""Being a guest in a process: forks, other compilers, tools that look on, exceptions from outside, shown warnings, own imports."""

"""Being a guest in a process: forks, tools that look on, exceptions from outside, warnings shown before, imports of our own."""

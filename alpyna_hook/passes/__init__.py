"""Passes over kernel IR: each takes a kernel and gives one that does the same.  `pipeline` has their order."""

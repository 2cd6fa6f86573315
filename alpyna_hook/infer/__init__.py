"""Kinds of every expression: from a captured nest and the types of its inputs to a typed nest."""

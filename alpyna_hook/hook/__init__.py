"""From a marked module's source to its code object.  Standard library only."""

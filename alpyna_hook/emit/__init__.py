"""From the typed nest to the source of a kernel."""

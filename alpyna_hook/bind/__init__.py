"""Names to live values: what a nest's names stand for now, and what follows from that before any type is inferred."""

"""The grammars: the captured nest, the typed nest, kinds of values."""

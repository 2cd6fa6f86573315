"""What operations mean: kinds of results, genuine functions, which of NumPy's are elementwise."""

"""The names of a nest at a call: what they stand for, without the compiler."""

"""Programs that are timed, and what times them: run as `python -m benchmarks.run_...` from the project's root."""

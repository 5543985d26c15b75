"""Benchmarks: every figure is a ratio against a named peer or floor measured in the same run."""

"""Writes of the matrix."""

"""The office's faces of the census: records, imports, rounds, exports."""

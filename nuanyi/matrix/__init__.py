"""Floor 8. The matrix: figures of all rooms collected, sector x township, drill-down to records.

Nouns: figure, cell, cube.
"""

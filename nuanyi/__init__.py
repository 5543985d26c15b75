"""Nuanyi (暖驿): the service matrix of a district for its gig workers.

Rooms and floors are described in ``docs/house.md`` and held by import-linter.
"""

__version__ = "0.8.0"

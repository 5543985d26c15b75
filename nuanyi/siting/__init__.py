"""Floor 2: where venues should open. Pure: reads tables and computes; no database, knows no room.

Nouns: demand (people at a point), venue (a place that is open or could be), plan (what to open, and its bound).
"""

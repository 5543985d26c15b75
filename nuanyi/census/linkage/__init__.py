"""One person, many rosters: which entries are one person, and how many nobody has seen."""

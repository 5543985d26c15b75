"""One person, many rosters: which entries are one person, and how many nobody has seen."""

#: Of the engine: links of an older one are made anew.
VERSION = "3"

"""Floor 1: one topic a file (clock, geo, seal, sheets, errors, paging …); knows no room."""

"""The census room's writes, by noun: imports, records (follow-up, at the door), rounds, exports."""

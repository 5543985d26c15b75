"""Floor 2. The audit trail: who did what to which record, append-only, every entry chained to the one before.

Nouns: entry, event kind, partition (one of eight parallel chains, so that writers need not queue), head.
"""

"""Floor 5. The ledger (台账): what was delivered, append-only, with a roll-up kept by a trigger.

Nouns: entry, kind of entry, roll-up, reversal. Workers appear in it as nobody.
"""

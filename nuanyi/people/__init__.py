"""Floor 5. Accounts and their duties, access (duty x act x place), sealed persons, consent.

Nouns: account, duty, person, sealed field, mask, digest, reveal, consent.
"""

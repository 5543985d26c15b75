"""Floor 5. Accounts and their roles, access (role x permission x place), sealed persons, consent.

Nouns: account, role, person, sealed field, mask, digest, reveal, consent.
"""

"""Floor 6. What people are told: the outbox, channels (each a folder), quiet hours.

Nouns: notice, kind of notice, channel, preference. A notice is queued in the transaction of the act it
tells of and sent by a job afterwards.
"""

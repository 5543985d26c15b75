"""Learning: five minutes before the shift.

Lessons that a rider reads on a phone (offline once opened), pushed into the groups where riders already are; sessions with
a sign-in that cannot be forwarded.
"""

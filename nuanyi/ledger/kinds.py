"""The ledger declares no kinds of its own; each room declares what it delivers in its ``kinds.py``."""

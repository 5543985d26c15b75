"""The demo district: real names of places, synthetic everything else. Built through the same services as any other."""

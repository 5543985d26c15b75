"""Warm stations (暖心驿站): rooms with amenities and hours, their keepers, visits, faults, wishes and confirmations.

Nouns: Station, Amenity, HoursException, Photo, Visit (a count, never a person), Fault, Wish, Confirmation, Rating.
"""

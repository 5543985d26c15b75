"""Rights of the person: see what is kept, take it along, put it right, take a consent back, be forgotten."""

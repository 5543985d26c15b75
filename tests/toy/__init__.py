"""A room for tests only: errands that somebody runs for a worker. Its folder and one line in ROOMS are all there is of it."""

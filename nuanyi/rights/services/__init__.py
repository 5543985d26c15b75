"""What is done on a person's request."""

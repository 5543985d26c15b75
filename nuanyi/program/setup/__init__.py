"""From an empty home to a district that can serve: the same services under the command and under the first pages."""

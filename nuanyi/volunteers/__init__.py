"""Volunteers: teams, shifts, hours that cannot be faked, recognition, campaigns and their leaflets."""

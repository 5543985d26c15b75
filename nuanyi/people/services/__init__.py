"""The writes of people, by subject: accounts and roles, persons, openings, keys, kept views, WeCom."""

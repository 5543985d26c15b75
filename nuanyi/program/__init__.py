"""The roof's roof: settings, addresses, commands, the supervisor. Everything else is below."""

"""Models that callers send to a running service: the process that publishes one, and its finished bundle."""

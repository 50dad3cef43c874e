"""The shapes of the service's answers."""

"""The shapes about models that are brought to a service, and taken away from it."""

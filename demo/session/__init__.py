"""The state of a visit, and its queries to the service."""

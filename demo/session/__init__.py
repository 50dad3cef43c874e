"""What a visit remembers, and what it asks the service."""

"""The page: draws any model from the card that the service publishes. Knows the client; must not know models."""

"""What the page Clients shows of a stored key."""

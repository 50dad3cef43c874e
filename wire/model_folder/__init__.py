"""A folder with a fitted model that somebody hands over, and what its pickle names."""

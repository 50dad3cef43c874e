"""The pages of those who present a meeting."""

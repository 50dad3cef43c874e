"""Answers of the service as plain data that a page shows."""

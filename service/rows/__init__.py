"""Rows of requests: decoded strictly, checked against the card, and turned into columns."""

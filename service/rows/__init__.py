"""Rows against the card: checked, and laid out as columns."""

"""Explanations, curves, recommendations and usualness."""

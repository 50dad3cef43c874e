"""Scorers: one module per kind of model file."""

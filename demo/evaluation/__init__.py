"""Findings of an evaluation, as sentences and charts."""

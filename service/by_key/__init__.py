"""Answers by key, from stored predictions and stored features."""

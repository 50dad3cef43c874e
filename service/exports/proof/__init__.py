"""Runs code of a model on rows, and compares its answers with those of the service."""

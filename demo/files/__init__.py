"""Uploaded files and their answers."""

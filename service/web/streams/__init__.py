"""Streams of events: answers that stay open and tell what changes."""

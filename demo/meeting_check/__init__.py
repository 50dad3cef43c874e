"""The check before a meeting: what was found, and what to do."""

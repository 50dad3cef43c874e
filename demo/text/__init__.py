"""Translation, wording and HTML fragments."""

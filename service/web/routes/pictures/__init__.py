"""The routes about pictures."""

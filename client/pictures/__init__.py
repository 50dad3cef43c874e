"""The calls about pictures."""

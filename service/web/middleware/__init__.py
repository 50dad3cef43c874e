"""What surrounds every request: an id, one log line, figures for /metrics, keys."""

"""The layers around every request: its id, its log line, figures for /metrics, API keys."""

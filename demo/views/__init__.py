"""Answers of the service as HTML, sentences and data for charts."""

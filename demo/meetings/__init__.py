"""Meetings: the answers to a run sheet, asked and recorded."""

"""Meetings: who presents, the run sheet and its steps, the answers to it, asked and recorded, the guesses."""

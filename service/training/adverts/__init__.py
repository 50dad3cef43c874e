"""Draws the adverts of `data/adverts/` and invents their clicks. The repository holds the results; no start needs this."""

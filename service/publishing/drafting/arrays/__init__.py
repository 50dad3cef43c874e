"""Columns of a sample whose cells are pictures or vectors."""

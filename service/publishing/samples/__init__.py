"""Reads a sample of data as the data frame that pandas gives."""

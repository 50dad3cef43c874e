"""Inputs whose values are arrays: pictures and vectors."""

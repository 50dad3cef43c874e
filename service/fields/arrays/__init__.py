"""The types whose values are arrays: pictures and vectors."""

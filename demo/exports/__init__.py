"""The forms in which a model can be taken away, as sentences and as a table of their answers for one case."""

"""The routes of the forms in which a model can be taken away."""

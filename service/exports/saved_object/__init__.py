"""A model as one archive: the package of the model, exact versions, a list of its parts, and a program that checks it."""

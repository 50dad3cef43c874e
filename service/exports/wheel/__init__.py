"""A model as a Python package: a wheel with the bundle, and the modules of the service that score it."""

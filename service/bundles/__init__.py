"""Bundles: the files of a model version, and the registry of models that are served."""

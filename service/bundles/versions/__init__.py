"""The versions of a model in the folder of bundles: which is the default, and how a running service follows changes."""

"""`python -m service.models`: what is in the folder of bundles, and which version of a model answers."""

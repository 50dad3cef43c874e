"""Forms of models that a running service makes in processes of their own, and keeps as long as it serves the version."""

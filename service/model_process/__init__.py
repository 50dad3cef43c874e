"""Models in processes of their own: the host's side of `model_worker/`."""

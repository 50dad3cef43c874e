"""What visitors give from their own device: a dropped file, a photograph."""

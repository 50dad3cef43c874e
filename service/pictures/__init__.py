"""Pictures that callers and files send: opened safely, and fitted to what a model sees."""

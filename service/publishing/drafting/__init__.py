"""From a sample of data and the facts of a fitted model to a draft of its card."""

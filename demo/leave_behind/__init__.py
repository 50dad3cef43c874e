"""What stays with a client after a meeting: one file of HTML with cases, answers and reasons, and a PDF made from it."""

"""What the pictures looked like that a model learned from, and which pictures of rows are unlike them."""

"""One row through a model in every way: live, stored, as a file, by tensors, and through each form."""

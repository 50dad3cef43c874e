"""A small tree of expressions that stands for a model, made from its graph, and read by every form."""

"""Steps in front of an estimator that are computed in the graph: those that mix fields, or bend what a model adds up."""

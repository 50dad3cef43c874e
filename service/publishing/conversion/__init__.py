"""A fitted scikit-learn pipeline → a graph of ONNX in float64 that gives the same numbers."""

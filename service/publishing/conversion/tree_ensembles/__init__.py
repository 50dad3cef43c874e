"""Decision trees of any library → one node of ONNX over the input fields."""

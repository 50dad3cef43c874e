"""The Open Inference Protocol without HTTP: tensors to rows, answers to tensors."""

"""A model as the folder that another system reads: MLflow, Triton, KServe."""

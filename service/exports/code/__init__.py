"""The model as source code: one module and one template for each language."""

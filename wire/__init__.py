"""What the programs must agree on: formats, names and codes. Standard library only."""

"""How a cell of a text file is read as a value, and how a value is written as text."""

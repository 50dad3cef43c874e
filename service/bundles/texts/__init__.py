"""How a model reads the texts of rows, which words it knows, and in which language a text is."""

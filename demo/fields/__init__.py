"""One module per type of input: its widget, its words, its form in a link, its axis."""

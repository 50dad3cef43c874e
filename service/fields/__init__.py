"""One module per type of input field: how its values are checked, parsed, coded, worded and varied."""

"""The pages of the demo, and the menu that leads to them."""

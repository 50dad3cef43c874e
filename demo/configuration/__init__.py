"""The file demo.toml: what a team chooses for its demo."""

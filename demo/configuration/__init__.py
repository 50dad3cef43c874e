"""The files that a team writes for its demo: demo.toml, and the one of the log-in."""

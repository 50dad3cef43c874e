"""The Model Context Protocol over HTTP: its address, and its tools on the same paths as the other routes."""

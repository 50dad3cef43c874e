"""One module per group of routes: HTTP only."""

"""What nightly jobs stored for keys, asked by the client."""

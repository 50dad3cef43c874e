"""What a step of a meeting shows on the large screen."""

"""What people said of answers, for those who review it."""

"""What is learned from a picture."""

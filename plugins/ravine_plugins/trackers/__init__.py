"""Places that show runs."""

"""Changes of a batch before a network learns from it."""

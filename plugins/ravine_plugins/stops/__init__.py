"""Rules that end a run before its budget."""

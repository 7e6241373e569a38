"""Numbers of a run, for claims to compare."""

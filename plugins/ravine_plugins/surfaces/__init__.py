"""Functions of two variables to descend on."""

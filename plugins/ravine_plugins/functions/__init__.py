"""Functions of any number of numbers, some with noise."""

"""Base: the words everything is said in: types, errors, names, tables, intervals.

It imports nothing of ravine, and touches no file, no plugin and no configuration.
"""

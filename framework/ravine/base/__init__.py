"""Base: what all rooms use: types, errors, names, tables, averages, intervals.

It imports no other room, and knows nothing of files, plugins and configurations.
"""

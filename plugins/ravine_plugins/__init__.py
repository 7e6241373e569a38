"""The built-in plugins: one folder a kind, one file a component.

They use the names that ``ravine`` offers to everyone. A file put into one of the folders is found by itself.
"""

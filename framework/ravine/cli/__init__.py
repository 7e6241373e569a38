"""The command line: the command, its words, and templates for new plugins.

It reads arguments and prints; everything else it asks of the other rooms.
"""

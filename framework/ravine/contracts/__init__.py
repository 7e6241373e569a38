"""Contracts: what plugins promise; a file for each kind of component.

It has abstract classes, and the types of the values that their methods get. They do not train and do not touch
files.
"""

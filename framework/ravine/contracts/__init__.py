"""Contracts: what a plugin promises, one file a kind.

Abstract classes and the values that their methods are given. They compute nothing and touch no file.
"""

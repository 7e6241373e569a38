"""Promises: calls of components whose results the engine relies on, a file for each contract.

What breaks the contract is refused at once. The first argument of each function that calls a component is that
component: ``registry.guard`` finds it there.
"""

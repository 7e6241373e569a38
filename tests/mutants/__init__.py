"""Planted bugs, one file a kind: each a component with one mistake, beside the promise that it breaks.

``MUTANTS`` of a module lists ``(component, promise)``; a layer's third item is the shape of its examples.
"""

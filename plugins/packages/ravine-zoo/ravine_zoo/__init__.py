"""Optimizers for ravine that need more than one number a parameter, each in a module of its own."""

RAVINE_HOOKS = 1  # the version of the hooks that this is written for

"""Optimizers for ravine that ask for more than one gradient in a step, each in a module of its own."""

RAVINE_HOOKS = 1  # the version of the hooks that this is written for

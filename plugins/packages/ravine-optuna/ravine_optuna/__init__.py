"""The samplers of Optuna as ravine's: ``sampler=tpe``.

Each is a module. Optuna is imported when a search begins, and by nothing else: ``ravine list`` stays quick.
"""

RAVINE_HOOKS = 1

"""The small datasets that travel with scikit-learn: ``dataset=sklearn/digits``.

Scikit-learn is imported when one of them is loaded, and by nothing else: ``ravine list`` stays quick.
"""

from ravine import hookimpl

__all__ = ["NAMES"]

RAVINE_HOOKS = 1

NAMES = ("BreastCancer", "Diabetes", "Digits", "Iris", "Wine")
"""Classes, each in a module of its dataset's name."""

_MODULES = {"BreastCancer": "breast_cancer"}


@hookimpl
def ravine_datasets() -> dict[str, str]:
    modules = {name: _MODULES.get(name, name.lower()) for name in NAMES}
    return {f"sklearn/{module}": f"ravine_sklearn.{module}:{name}" for name, module in modules.items()}

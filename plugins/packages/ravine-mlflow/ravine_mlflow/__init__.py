"""Runs in MLflow: ``track=[mlflow]``, or ``ravine export runs/NAME --to mlflow``.

MLflow is imported when a run begins, and by nothing else: ``ravine list`` stays quick.
"""

from ravine import hookimpl

__all__: list[str] = []

RAVINE_HOOKS = 1


@hookimpl
def ravine_trackers() -> dict[str, str]:
    return {"mlflow": "ravine_mlflow.tracker:MLflow"}

"""The optimizers of PyTorch as ravine's: ``optimizer=torch/adamw``.

PyTorch is imported when a run begins that steps with it, and by nothing else: ``ravine list`` stays quick.
"""

from ravine import Experiment, hookimpl

__all__ = ["NAMES"]

RAVINE_HOOKS = 1

NAMES = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ASGD",
    "Muon",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
)
"""Classes of ``torch.optim`` that are here under the same name, each in a module of that name in lower case."""


@hookimpl
def ravine_optimizers() -> dict[str, str]:
    return {f"torch/{name.lower()}": f"ravine_torch.{name.lower()}:{name}" for name in NAMES}


@hookimpl
def ravine_run_start(experiment: Experiment) -> None:
    """Make PyTorch's first step before the clock of the run starts: in a process it takes seconds."""
    from ravine_torch._torch import TorchOptimizer, warm_up

    if isinstance(experiment.optimizer, TorchOptimizer):
        warm_up()

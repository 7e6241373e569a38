"""Fusion: what of a rule or a layer runs as compiled loops, and what prevents it."""

from __future__ import annotations

import numpy as np

from ravine.contracts.composite import Composite
from ravine.contracts.layer import Layer
from ravine.contracts.rule import Rule
from ravine.fusion.kernel import Fusion
from ravine.fusion.tape import NotFusableError
from ravine.registry.guard import OF_EARLIER
from ravine.testing.layer import fitting_shape
from ravine.testing.numerics import rng
from ravine.testing.rule import Trial as RuleTrial
from ravine.testing.trial import Trial as LayerTrial

__all__ = ["fusion_of"]


def fusion_of(component: Rule | Layer, in_shape: tuple[int, ...] | None = None) -> dict[str, str]:
    """Return by method, ``step`` or ``forward``, why NumPy runs it, with the line; "" if it is fused.

    A composite has no method that is fused; the layers of its parts may be.

    Parameters
    ----------
    component : Rule or Layer
        The rule or layer.
    in_shape : tuple of int, optional
        Of a layer, the shape of one example; by default one that it accepts.

    Raises
    ------
    Exception
        Whatever the component raises.
    """
    if isinstance(component, Composite):
        return {}
    try:
        return _of_layer(component, in_shape) if isinstance(component, Layer) else _of_rule(component)
    except NotFusableError:
        return {"forward" if isinstance(component, Layer) else "step": OF_EARLIER}


def _of_rule(rule: Rule) -> dict[str, str]:
    trial = RuleTrial(rule, fuses=True).run(last=2)
    return {
        method.rpartition(".")[2]: why
        for method, why in trial.update.fused.items()
        if method.rpartition(".")[2] != "step" or rule.kind == "optimizer"
    }


def _of_layer(layer: Layer, in_shape: tuple[int, ...] | None) -> dict[str, str]:
    trial = LayerTrial(layer, in_shape or fitting_shape(layer))
    with np.errstate(all="ignore"):
        # In the first pass the form of the gradient is seen, in the second the program is made.
        for _ in range(2):
            y, backward = trial.network.forward(trial.x, training=True, rng=rng(4), fusion=Fusion.PROGRAMS)
            backward(np.ones_like(y))
    return {"forward": next(iter(trial.network.fused.values()))}

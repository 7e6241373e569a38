"""Fusion: which methods of a rule run as compiled loops, and what prevents it."""

from __future__ import annotations

from ravine.contracts.rule import Rule
from ravine.testing.rule import Trial

__all__ = ["fusion_of"]


def fusion_of(rule: Rule) -> dict[str, str]:
    """Return by method, ``step``, why NumPy runs it, with the line that prevents a loop; "" if it is fused.

    Raises
    ------
    Exception
        Whatever the rule raises.
    """
    trial = Trial(rule, fuses=True).run(last=2)
    return {
        method.rpartition(".")[2]: why
        for method, why in trial.update.fused.items()
        if method.rpartition(".")[2] != "step" or rule.kind == "optimizer"
    }

"""What a network predicts everywhere in the plane."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Examples, Probe, Supervised, hookimpl


@dataclass(frozen=True)
class DecisionSurface(Probe):
    r"""Decision surface: the class that a network predicts at each point of a grid, and by which lead.

    .. math:: \text{lead} = p_{(1)} - p_{(2)}, \qquad p = \mathrm{softmax}(y)

    of the two largest shares; it is 0 where the decision changes.

    Parameters
    ----------
    resolution : int
        Points on each side of the grid.
    margin : float
        How far the grid goes beyond the training examples, as a share of their range.
    samples : int
        The first so many training examples are recorded, too.

    Notes
    -----
    Records ``x`` and ``y`` : (resolution,), the places of the grid; ``predicted`` and ``lead`` : (resolution,
    resolution), a row for each y; and ``points`` : (samples, 2), with their ``classes``. The network is looked
    at as it is judged. With a loss other than cross-entropy the softmax of the outputs is not a probability,
    but its lead is 0 at the same places.

    References
    ----------
    Duda, Hart and Stork 2001, Pattern Classification, section 2.4 (decision surfaces).
    """

    resolution: int = 50
    margin: float = 0.1
    samples: int = 300

    def __post_init__(self) -> None:
        self.require(resolution="[2, inf)", margin="[0, inf)", samples="[1, inf)")

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        network, examples = problem.network, problem.split.train
        _refuse_what_is_not_in_the_plane(examples)
        if any(layer.vocabulary is not None for layer in network.layers.values()):
            raise ValueError("decision_surface looks between examples, and this network takes whole numbers")
        low, high = examples.x.min(axis=0).astype(float), examples.x.max(axis=0).astype(float)
        more = np.where(high > low, self.margin * (high - low), 0.5)
        x, y = np.linspace(low - more, high + more, self.resolution).T
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        inputs = problem.inputs(Examples(grid, np.zeros(len(grid), int)))
        shown = examples[: self.samples]

        def look() -> Mapping[str, Array]:
            outputs, _ = network.forward(inputs, training=False, rng=rng)
            shares = _softmax(outputs.astype(np.float64))
            second, first = np.partition(shares, -2, axis=1)[:, -2:].T
            square = (self.resolution, self.resolution)
            return {
                "x": x,
                "y": y,
                "predicted": shares.argmax(axis=1).astype(np.int32).reshape(square),
                "lead": (first - second).astype(np.float32).reshape(square),
                "points": shown.x.astype(float),
                "classes": shown.target.astype(np.int32),
            }

        return look


def _refuse_what_is_not_in_the_plane(examples: Examples) -> None:
    if examples.x.shape[1:] != (2,):
        raise ValueError(
            "decision_surface needs examples of two numbers, such as those of dataset=two_moons; these have "
            f"the shape {examples.x.shape[1:]}"
        )
    if examples.target.ndim != 1:
        raise ValueError("decision_surface shows which class is predicted; these targets are not classes")


def _softmax(y: Array) -> Array:
    p: Array = np.exp(y - y.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"decision_surface": DecisionSurface}

"""What dropout's masked networks answer together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from ravine import Array, Probe, Supervised, hookimpl

_ROWS = 500  # a pass: more cost page faults


@dataclass(frozen=True)
class Masks(Probe):
    """Masks: accuracy of averages over networks that dropout has masked, and of the one that it scales.

    Parameters
    ----------
    numbers : tuple of int
        Of masks to average over, ascending; an average begins with the masks of the one before it.
    samples : int or None
        The first so many test examples go through the network; None for all.

    Notes
    -----
    Records ``numbers``; ``accuracy`` : (numbers,), that of the mean of softmax outputs, computed as in
    training; and ``scaled``, that of the network as it is judged. Every example draws a mask of its own each
    time, as it does in training. A normalising layer takes the mean and variance of the examples then, 500 at a
    time; its running ones are left as they are found.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: A Simple Way to Prevent Neural
    Networks from Overfitting, section 7.5.
    """

    numbers: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    samples: int | None = None

    def __post_init__(self) -> None:
        self.require(numbers="[1, inf)", samples="[1, inf)")
        if not self.numbers or sorted(set(self.numbers)) != list(self.numbers):
            raise ValueError(f"Masks: numbers = {list(self.numbers)!r}: they ascend, and there is one at least")

    def watch(self, problem: Supervised, rng: np.random.Generator) -> Callable[[], Mapping[str, Array]]:
        network, examples = problem.network, problem.split.test[: self.samples]
        if examples.target.ndim != 1:
            raise ValueError("masks compares how networks classify; the targets of these data are not classes")
        inputs = [problem.inputs(examples[at : at + _ROWS]) for at in range(0, len(examples), _ROWS)]

        def probabilities(*, training: bool) -> Array:
            found = network.buffers.theta.copy()
            outputs = [network.forward(x, training=training, rng=rng)[0] for x in inputs]
            network.buffers.theta[:] = found
            return _softmax(np.concatenate(outputs).astype(np.float64))

        def accuracy(scores: Array) -> float:
            return float((scores.argmax(axis=1) == examples.target).mean())

        def look() -> Mapping[str, Array]:
            total, seen = np.zeros((len(examples), *network.out_shape)), []
            for number in range(1, self.numbers[-1] + 1):
                total += probabilities(training=True)
                if number in self.numbers:
                    seen.append(accuracy(total))
            return {
                "numbers": np.array(self.numbers),
                "accuracy": np.array(seen),
                "scaled": np.array(accuracy(probabilities(training=False))),
            }

        untouched = rng.bit_generator.state
        probabilities(training=True)
        if rng.bit_generator.state == untouched:
            raise ValueError(
                "masks needs a network with noise while it trains, such as network.dropout=0.15; no layer of "
                f"this one draws any: {', '.join(network.layers)}"
            )
        return look


def _softmax(y: Array) -> Array:
    p: Array = np.exp(y - y.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p


@hookimpl
def ravine_probes() -> dict[str, type[Probe]]:
    return {"masks": Masks}

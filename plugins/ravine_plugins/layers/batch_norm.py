"""Batch normalisation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl

from ravine_plugins.layers._channels import by_channel, examples_of, places_by_channel
from ravine_plugins.layers._sums import over_batch


def average(x: Array) -> Array:
    """Return the means over the batch, (units,), of x, (batch, units)."""
    means: Array = x.mean(axis=0, dtype=np.float64)
    return means.astype(x.dtype)


@dataclass(frozen=True)
class BatchNorm(Layer):
    r"""Batch normalisation: every unit gets mean 0 and variance 1 over the batch, then a scale and a shift.

    .. math:: \hat x = (x - \mu_B) / \sqrt{\sigma_B^2 + \epsilon}, \qquad y = \gamma \hat x + \beta

    Parameters
    ----------
    momentum : float
        Weight of the past in the running mean and variance that judge a network.
    eps : float
        ε, inside the root.

    References
    ----------
    Ioffe and Szegedy 2015, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift, Algorithm 1, and section 3.2 for images.

    Notes
    -----
    Input and output are (batch, units), or (batch, channels, …) after a convolution: then all places of an
    image or a signal count, and a channel is a unit. γ starts at 1, β at 0, neither decays. The running
    variance is that of the batch, divided by how many numbers it is of, as in Keras and the book; PyTorch
    stores the unbiased one and writes the momentum as the weight of the new value, 0.1. It starts at 1, as in
    both; the book starts it at 0, which spoils early judgements. Keras has channels last unless ``axis=1``.

    A batch of one vector, or of equal ones, has no variance. The running mean and variance take its place and
    learn nothing from it, as in an evaluation. Keras and Flax learn from it that the variance is 0, and PyTorch
    refuses one vector.

    Mean and variance are added up in float64, as in PyTorch: a unit that is always 100.1 comes out as β. Sums
    of float32 are off by more than √ε after 128 examples.
    """

    min_batch = 2

    momentum: float = 0.9
    eps: float = 1e-6

    def __post_init__(self) -> None:
        self.require(momentum="[0, 1)", eps="(0, inf)")

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        return {"gamma": ParameterSpec(in_shape[:1], fill=1.0), "beta": ParameterSpec(in_shape[:1], fill=0.0)}

    def buffers(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        return {"mean": ParameterSpec(in_shape[:1], fill=0.0), "var": ParameterSpec(in_shape[:1], fill=1.0)}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if not in_shape:
            raise ValueError("takes examples of shape (units,) or (channels, …), got single numbers")
        return in_shape

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        shape, axes = x.shape, by_channel(x)
        x = places_by_channel(x, axes)
        of_batch = training and bool((x != x[0]).any())
        if of_batch:
            mean = average(x)
            var = average((x - mean) ** 2)
            p.mean += (1 - self.momentum) * (mean - p.mean)
            p.var += (1 - self.momentum) * (var - p.var)
        else:
            mean, var = p.mean, p.var
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv_std

        over: Callable[..., Any] = partial(np.mean, axis=0)
        total: Callable[..., Any] = over_batch
        if len(shape) > 2:
            # All places of a batch are too many for means in float32. What lies together NumPy adds pairwise.
            over, total = average, partial(np.sum, axis=0)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dy = places_by_channel(dy, axes)
            total(dy * x_hat, out=p.grad.gamma)
            total(dy, out=p.grad.beta)
            if not need_dx:
                return None
            dx_hat = dy * p.gamma
            if of_batch:  # the batch's mean and variance depend on every x
                dx_hat -= over(dx_hat) + x_hat * over(dx_hat * x_hat)
            return examples_of(dx_hat * inv_std, shape, axes)

        return examples_of(x_hat * p.gamma + p.beta, shape, axes), backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"batch_norm": BatchNorm}

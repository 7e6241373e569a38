"""Trial: a layer alone in a network, with a batch, as the checks of layers see it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Backward, InputGradient, Layer
from ravine.engine.chain import Pass
from ravine.engine.network import Network
from ravine.engine.parameters import Parameters
from ravine.testing.numerics import assert_derivative, directional, rng
from ravine.testing.runs import node

__all__ = ["BATCH", "PASSES", "Trial"]

BATCH = 8
"""Examples in a batch."""

_PROMISES = ", ".join(get_args(InputGradient))

STREAMS = range(4, 28)
"""Seeds of noise: what a layer does in a tenth of all batches, it does with one of these."""

PASSES = 5000
"""Training passes after which buffers are settled: enough for a running mean with a weight of 0.001."""


@dataclass(frozen=True)
class _Weights(Initializer):
    """Weights that are far from 0."""

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return 0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return self.std_for(fan_in, fan_out) * rng.standard_normal(shape)


class _NoChance:
    """The generator that a layer gets in evaluation: it refuses to be used."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(
            f"rng.{name} is used although training is False: in evaluation a layer has no noise, and must not "
            "use its random stream"
        )


class Trial:
    """A layer alone in a network, with a batch; its parameters and buffers are not at their initial values.

    Parameters
    ----------
    layer : Layer
        The layer to test.
    in_shape : tuple of int
        Shape of one example.
    dtype : dtype
        float32 or float64.
    batch : int
        Number of examples.

    Attributes
    ----------
    stream : int
        The seed of the noise in training; at first one with which a batch goes through all parts, if there is.
    """

    def __init__(
        self, layer: Layer, in_shape: tuple[int, ...], *, dtype: DTypeLike = np.float64, batch: int = BATCH
    ) -> None:
        self.layer = layer
        self.network = Network(
            [node("trial", layer)], in_shape, initializer=_Weights(), rng=rng(1), dtype=dtype
        )
        (self._link,) = self.network._chain._links
        self.p = self._link.p
        # What a network refuses at once, the checks find, and say it in their words.
        written = self.named(self.network.parameters.theta).items()
        vars(self.p).update({name: view for name, view in written if name in vars(self.p)})
        self.parts = tuple(self._link.parts)
        self.penalties: list[float] = []
        self.theta, self.grad = self.network.parameters.theta, self.network.parameters.grad
        self.buffers = self.network.buffers.theta
        for arrays in (self.theta, self.buffers):
            arrays += (0.3 * rng(2).random(len(arrays))).astype(dtype)
        self.start = self.buffers.copy()
        self.x: Array = rng(3).standard_normal((batch, *in_shape)).astype(dtype)
        if words := layer.vocabulary:
            # One word does not occur, and most occur more than once.
            self.x = rng(3).integers(max(words - 1, 1), size=(batch, *in_shape))
        self.stream = STREAMS[0]
        if self.parts:
            self.stream = next((seed for seed in STREAMS if self._goes_through_all(seed)), STREAMS[0])

    def _goes_through_all(self, seed: int) -> bool:
        """Whether a batch goes through all parts with noise of a seed."""
        noise, used = rng(seed), set[str]()
        p = self.arrays(training=True, noise=noise)

        def noted(name: str, call: Callable[[Array], Any]) -> Callable[[Array], Any]:
            def calling(x: Array) -> Any:
                used.add(name)
                return call(x)

            return calling

        for name in self.parts:
            setattr(p, name, noted(name, getattr(p, name)))
        # What is wrong is told by the checks.
        with contextlib.suppress(Exception), np.errstate(all="ignore"):
            self.layer.forward(self.x, p, training=True, rng=noise)
        self.buffers[:] = self.start
        return used == set(self.parts)

    def settle(self, x: Array) -> None:
        """Train on a batch until the output in evaluation settles; later passes start from these buffers."""
        noise, y = rng(9), self.forward(x, training=False)[0]
        for _ in range(PASSES // 50):
            for _ in range(50):
                self.learn(x, noise)
            before, y = y, self.forward(x, training=False)[0]
            if np.allclose(before, y, rtol=1e-4, atol=1e-4 * np.abs(y).max()):
                return

    def learn(self, x: Array, noise: np.random.Generator) -> Array:
        """Go forward in training, from the buffers after the last such pass; return the output."""
        self.buffers[:] = self.start
        with np.errstate(all="ignore"):
            y, *_ = self.layer.forward(x, self.arrays(training=True, noise=noise), training=True, rng=noise)
        self.start[:] = self.buffers
        return y

    def arrays(self, *, training: bool, noise: np.random.Generator) -> SimpleNamespace:
        """Return what the layer finds as ``p`` in a pass."""
        return self._link.arrays(Pass(training, noise, None, self.penalties))

    def forward(self, x: Array | None = None, *, training: bool = True) -> tuple[Array, Backward]:
        """Go forward from the same buffers and with the same noise every time."""
        self.buffers[:] = self.start
        noise: Any = rng(self.stream) if training else _NoChance()
        self.penalties.clear()
        p = self.arrays(training=training, noise=noise)
        with np.errstate(all="ignore"):
            made: Any = self.layer.forward(self.x if x is None else x, p, training=training, rng=noise)
        is_pair = isinstance(made, tuple) and len(made) in (2, 3) and callable(made[1])
        assert is_pair, (
            f"forward returned {type(made).__name__}, not output and function: end it with return y, backward"
        )
        y, backward, *penalty = made
        for one in penalty if training else ():
            assert isinstance(one, Real), f"the penalty is {one!r}, not a number"
            self.penalties.append(float(one))
        return y, backward

    def back(self, y: Array, backward: Backward, **need: bool) -> tuple[Array, Array]:
        """Go back from ``towards``; return the gradient of x, and the flat gradient of the parameters."""
        self.network.forget()
        if self.layer.vocabulary is not None:
            need = {"need_dx": False}
        with np.errstate(all="ignore"):
            dx: Any = backward(self.towards(y), **need)
        assert dx is not None or need, "backward returned None, not the gradient of x: is return missing?"
        # A whole number has no gradient.
        return (dx if self.layer.vocabulary is None else np.zeros(self.x.shape, y.dtype)), self.grad.copy()

    def through(self, *, training: bool = True) -> tuple[Array, Array, Array]:
        """Go forward and back; return the output, the gradient of x, and that of the parameters, flat."""
        y, backward = self.forward(training=training)
        return (y, *self.back(y, backward))

    def named(self, flat: Array, arrays: Parameters | None = None) -> dict[str, Array]:
        """Return views of a flat array by the layer's own names: parameters, or buffers."""
        views = (self.network.parameters if arrays is None else arrays).named(flat)
        return {name.removeprefix("0.trial."): view for name, view in views.items()}

    def towards(self, y: Array) -> Array:
        """Return the gradient of the output from which all checks go back."""
        return rng(5).standard_normal(y.shape).astype(y.dtype)

    def check_gradient(self, what: str, at: Array, dat: Array, *, training: bool) -> None:
        """Fail unless ``dat`` is the gradient of output · ``towards`` + penalties with respect to ``at``."""
        direction = rng(6).standard_normal(at.shape)

        def seen() -> float:
            y, _ = self.forward(training=training)
            return float((y * self.towards(y)).sum()) + sum(self.penalties)

        numeric = directional(seen, at, direction)
        assert abs(numeric) > 1e-8, f"the output does not depend on {what}: is it needed?"
        mode = "in training" if training else "in evaluation"
        assert_derivative(f"gradient of {what} {mode}", float((dat * direction).sum()), numeric)

    def check_input(self, y: Array, dx: Array, *, training: bool) -> None:
        """Fail unless ``dx`` is what the layer says that it returns for the input."""
        promise = self.layer.input_gradient
        if self.layer.vocabulary is not None:
            return
        if promise == "derivative":
            self.check_gradient("the input", self.x, dx, training=training)
        elif promise == "zero":
            assert not dx.any(), "input_gradient is 'zero', and backward returns something else"
        else:
            assert promise == "straight_through", f"input_gradient is {promise!r}: it is one of {_PROMISES}"
            assert np.array_equal(dx, self.towards(y)), (
                "input_gradient is 'straight_through', and backward does not return dy as it is"
            )

    def check_parameters(self, *, training: bool) -> None:
        """Fail unless the gradient of every parameter is right."""
        *_, grad = self.through(training=training)
        gradients = self.named(grad)
        for name, array in self.named(self.theta).items():
            self.check_gradient(name, array, gradients[name], training=training)

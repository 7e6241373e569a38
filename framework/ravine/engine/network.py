"""Network: layers with their parameters; ``forward`` returns the output and the function for the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Backward, Layer, ParameterSpec, is_shape
from ravine.engine.parameters import Parameters

__all__ = [
    "Network",
]


class Network:
    """A chain of layers.

    Parameters
    ----------
    layers : sequence of (name, Layer)
        In order; the names of a layer's arrays begin with its place and name, ``1.dense.W``.
    in_shape : tuple of int
        Shape of one input example.
    initializer : Initializer
        Draws the weights; all other arrays start at the value that their layer declares.
    rng : numpy.random.Generator
        Random stream for initial weights.
    dtype : dtype
        float32 or float64.

    Attributes
    ----------
    parameters : Parameters
        The arrays that are trained.
    buffers : Parameters
        The arrays that are kept but not trained; no optimizer sees them.
    out_shape : tuple of int
        Shape of one output example.

    Raises
    ------
    ValueError
        If there is no layer, or a layer does not accept the output of the layer before it; the message has its
        place, its name and the shapes. Also if the initializer does not draw finite numbers in the shape of a
        weight.
    TypeError
        If a layer declares anything but shapes, and ParameterSpecs by name.
    """

    def __init__(
        self,
        layers: Sequence[tuple[str, Layer]],
        in_shape: tuple[int, ...],
        *,
        initializer: Initializer,
        rng: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        if not layers:
            raise ValueError("a network has at least one layer, and this one has none")
        self.layers = {f"{place}.{name}": layer for place, (name, layer) in enumerate(layers)}
        trained: dict[tuple[str, str], ParameterSpec] = {}
        kept: dict[tuple[str, str], ParameterSpec] = {}
        shape = in_shape
        for where, layer in self.layers.items():
            out_shape = _out_shape(layer, where, shape)
            declared = [_specs(layer, where, method, shape) for method in ("parameters", "buffers")]
            names = [name for specs in declared for name in specs]
            if len({*names, "grad"}) <= len(names):
                raise ValueError(
                    f"layer {where}: its arrays need different names, and none may be named grad: {names}"
                )
            for arrays, specs in zip((trained, kept), declared, strict=True):
                arrays |= {(where, name): spec for name, spec in specs.items()}
            shape = out_shape
        self.out_shape = shape
        self.parameters = Parameters(trained, dtype)
        self.buffers = Parameters(kept, dtype)

        self._views: list[SimpleNamespace] = []
        for where in self.layers:
            p = self.parameters.of(where)
            vars(p).update({k: v for k, v in vars(self.buffers.of(where)).items() if k != "grad"})
            self._views.append(p)
        # The way back ends at the first layer with parameters: the gradient of the data is not needed.
        with_parameters = [i for i, where in enumerate(self.layers) if any(k[0] == where for k in trained)]
        self._first = with_parameters[0] if with_parameters else 0

        for parameters in (self.parameters, self.buffers):
            views = parameters.named(parameters.theta)
            for (where, name), spec in parameters.specs.items():
                start = _drawn(initializer, rng, spec) if spec.fill is None else spec.fill
                views[f"{where}.{name}"][...] = start

    def forward(
        self,
        x: Annotated[Array, "batch *in_shape"],
        *,
        training: bool,
        rng: np.random.Generator,
        trace: Callable[[str, Array], None] | None = None,
    ) -> tuple[Annotated[Array, "batch *out_shape"], Callable[[Annotated[Array, "batch *out_shape"]], None]]:
        """Compute the output for a batch, and the function that fills ``parameters.grad``.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Inputs in the network's dtype.
        training : bool
            False in an evaluation.
        rng : numpy.random.Generator
            Random stream for noise in layers.
        trace : callable, optional
            Called for each layer with its place and name, and its output; on the way back with the gradient of
            that output.

        Returns
        -------
        y : (batch, *out_shape) array
            Outputs.
        backward : callable
            Takes the gradient of ``y`` and overwrites ``parameters.grad``.

        Raises
        ------
        TypeError
            If a layer does not return its output and a function, or that function does not return a gradient;
            the message has the layer's place and name.
        """
        way_back = []
        for (where, layer), p in zip(self.layers.items(), self._views, strict=True):
            x, backward = _forward(layer, where, x, p, training=training, rng=rng)
            way_back.append(backward)
            if trace:
                trace(where, x)

        named = list(self.layers.items())

        def backward_all(dy: Any) -> None:
            for place in range(len(way_back) - 1, self._first - 1, -1):
                where, layer = named[place]
                if trace:
                    trace(where, dy)
                dy = _backward(layer, where, way_back[place], dy, need_dx=place > self._first)

        return x, backward_all


# The first argument of these is the component that causes the error, so that ``registry.guard`` finds it.


def _out_shape(layer: Layer, where: str, in_shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a layer's outputs.

    Raises
    ------
    ValueError
        If it does not accept such inputs.
    TypeError
        If it does not return a shape.
    """
    try:
        shape = layer.out_shape(in_shape)
    except ValueError as error:
        raise ValueError(f"layer {where}: {error}") from None
    if not is_shape(shape):
        raise TypeError(f"layer {where}: out_shape returned {shape!r}, not a tuple like (50,) or (1, 28, 28)")
    return shape


def _specs(layer: Layer, where: str, method: str, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
    """Return the arrays that a layer declares with ``parameters`` or ``buffers``.

    Raises
    ------
    TypeError
        If the method does not return ParameterSpecs by name.
    """
    specs = getattr(layer, method)(in_shape)
    if not isinstance(specs, Mapping):
        got = type(specs).__name__
        raise TypeError(f"layer {where}: {method} returned a {got}, not a dict of names and ParameterSpecs")
    for name, spec in specs.items():
        if not (isinstance(name, str) and name.isidentifier()):
            raise TypeError(
                f"layer {where}: {method}: {name!r} is not a name like 'W', which forward finds as p.W"
            )
        if not isinstance(spec, ParameterSpec):
            got = type(spec).__name__
            raise TypeError(f"layer {where}: {method}: {name!r} is a {got}, not a ParameterSpec")
    return specs


def _drawn(initializer: Initializer, rng: np.random.Generator, spec: ParameterSpec) -> Array:
    """Return a weight as an initializer draws it.

    Raises
    ------
    ValueError
        If it does not draw finite numbers in the weight's shape.
    """
    weight = np.asarray(initializer.sample(rng, spec.shape, spec.fan_in, spec.fan_out))
    if weight.dtype.kind not in "fiu" or weight.shape != spec.shape:
        got = f"{weight.dtype} of shape {weight.shape}"
        raise ValueError(f"sample returned {got}, not an array of numbers of shape {spec.shape}")
    if not np.isfinite(weight).all():
        raise ValueError(f"sample returned numbers that are not finite, for a weight of shape {spec.shape}")
    return weight


def _forward(
    layer: Layer, where: str, x: Array, p: SimpleNamespace, *, training: bool, rng: np.random.Generator
) -> tuple[Array, Backward]:
    """Return a layer's output, and the function for the way back.

    Raises
    ------
    TypeError
        If its ``forward`` returns anything else.
    """
    returned: Any = layer.forward(x, p, training=training, rng=rng)
    if not (isinstance(returned, tuple) and len(returned) == 2 and callable(returned[1])):
        got = type(returned).__name__
        raise TypeError(
            f"layer {where}: forward returned {got}, not output and function: end it with return y, backward"
        )
    y, backward = returned
    return y, backward


def _backward(layer: Layer, where: str, backward: Backward, dy: Any, *, need_dx: bool) -> Any:
    """Return the gradient of a layer's input, if it is needed.

    Raises
    ------
    TypeError
        If the function that ``forward`` returned does not return it.
    """
    dx = backward(dy) if need_dx else backward(dy, need_dx=False)
    if dx is None and need_dx:
        raise TypeError(f"layer {where}: backward returned None, not the gradient of x: is return missing?")
    return dx

"""Promises of a network: its recipe has registered layers with plain values, and the network learns."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ravine import registry
from ravine.base.names import nearest
from ravine.base.types import Array, Named
from ravine.contracts.fields import construct
from ravine.contracts.network import Architecture
from ravine.engine.network import Network, Node
from ravine.testing.layer import SHAPES
from ravine.testing.numerics import assert_keeps_nothing, rng, same_chance
from ravine.testing.runs import Distance, Fans, node

_SHAPES = (*SHAPES, (1, 28, 28))
"""The last is for networks that make images small several times."""
_OUTPUTS = (1, 2, 10)
_ROWS = 20
_RATES = (0.02, 0.001)


def _stack(architecture: Architecture, n_out: int = 2) -> Sequence[Named]:
    """Return the recipe of a copy, so that a call cannot change the component for the next check."""
    return copy.deepcopy(architecture).stack(n_out)


def _layer(item: Named) -> Node:
    """Return the layer of an item of a stack."""
    fields = {"name": item} if isinstance(item, str) else dict(item)
    name = fields.pop("name")
    return node(name, construct(registry.load().get("layer", name), fields))


def _built(architecture: Architecture, n_out: int = 2) -> Iterator[tuple[Network, Array]]:
    """Yield the network with some examples of the first shape that it accepts, if there is one."""
    for shape in _SHAPES:
        try:
            layers = [_layer(item) for item in _stack(architecture, n_out)]
            network = Network(layers, shape, initializer=Fans(), rng=rng(), dtype="float32")
        except Exception:  # noqa: S112 - other checks look at it
            continue
        yield network, rng(1).standard_normal((_ROWS, *shape), dtype=np.float32)
        return


# ---- the recipe ----------------------------------------------------------------------------------------------


def check_gives_a_sequence(architecture: Architecture) -> None:
    """The recipe is a list or tuple of one or more layers."""
    for n_out in _OUTPUTS:
        stack = _stack(architecture, n_out)
        right = isinstance(stack, Sequence) and not isinstance(stack, str) and len(stack) > 0
        assert right, f"stack({n_out}) is {stack!r}: return a list of layers, first to last"


def check_names_registered_layers(architecture: Architecture) -> None:
    """Every item is the name of a registered layer, or a mapping with the key ``name`` and its fields."""
    for item in _stack(architecture):
        assert isinstance(item, str) or (isinstance(item, Mapping) and isinstance(item.get("name"), str)), (
            f"{item!r} is neither a layer's name nor a mapping with the key 'name': the framework makes the "
            "layers"
        )
        name = item if isinstance(item, str) else item["name"]
        known = registry.load().entries["layer"]
        assert name in known, f"no layer is named {name!r}{nearest(name, known)}"


def check_gives_fields_that_layers_have(architecture: Architecture) -> None:
    """Every layer accepts the fields that it is given."""
    for n_out in _OUTPUTS:
        for item in _stack(architecture, n_out):
            try:
                _layer(item)
            except ValueError as error:
                raise AssertionError(f"the layer {item!r} cannot be made: {error}") from error


def check_gives_plain_values(architecture: Architecture) -> None:
    """Names and fields are plain values, as a configuration file has them."""
    for item in _stack(architecture):
        plain = dict(item) if isinstance(item, Mapping) else item
        try:
            back = json.loads(json.dumps(plain))
        except TypeError as error:
            raise AssertionError(
                f"{item!r}: {error}: use int(…), float(…), texts, and lists of these"
            ) from error
        assert json.dumps(back) == json.dumps(plain), f"{item!r} comes back from a file as {back!r}"


def check_gives_the_same_every_time(architecture: Architecture) -> None:
    """The recipe depends on fields and outputs only, and not on earlier calls."""
    architecture = copy.deepcopy(architecture)
    first = {n_out: repr(architecture.stack(n_out)) for n_out in _OUTPUTS}
    for n_out in reversed(_OUTPUTS):
        again = repr(architecture.stack(n_out))
        assert again == first[n_out], (
            f"stack({n_out}) is {first[n_out]}, and later {again}: does it depend on randomness, or on earlier "
            "calls?"
        )


def check_gives_a_new_list(architecture: Architecture) -> None:
    """If a returned list is changed, the next list is still right."""
    architecture = copy.deepcopy(architecture)
    stack = architecture.stack(2)
    if isinstance(stack, list):
        before = copy.deepcopy(stack)
        stack.clear()
        again = list(architecture.stack(2))
        assert again == before, (
            f"after the returned list was emptied, the next is {again}: make a new list each time"
        )


def check_keeps_nothing_in_itself(architecture: Architecture) -> None:
    """A call of stack changes nothing in the component, not even inside a field."""
    asked = copy.deepcopy(architecture)
    assert_keeps_nothing(asked, lambda: [asked.stack(n_out) for n_out in _OUTPUTS])


def check_draws_nothing_global(architecture: Architecture) -> None:
    """No global random number is drawn."""
    with same_chance(architecture):
        _stack(architecture)


# ---- what it gives -------------------------------------------------------------------------------------------


def check_takes_an_example(architecture: Architecture) -> None:
    """Its layers fit each other, and accept examples of one of the kit's shapes."""
    seen = []
    for shape in _SHAPES:
        try:
            layers = [_layer(item) for item in _stack(architecture)]
            Network(layers, shape, initializer=Fans(), rng=rng(), dtype="float32")
            return
        except Exception as error:
            seen.append(f"of shape {shape}: {error}")
    raise AssertionError(f"it accepts no example {'; '.join(seen)}")


def check_ends_with_the_outputs_asked_for(architecture: Architecture) -> None:
    """The last layer gives ``n_out`` numbers, for 1, 2 and 10."""
    for n_out in _OUTPUTS:
        for network, _ in _built(architecture, n_out):
            assert network.out_shape == (n_out,), (
                f"stack({n_out}) gives outputs of shape {network.out_shape}: give the last layer n_out units"
            )


def check_trains_every_weight(architecture: Architecture) -> None:
    """There are weights, and the gradient reaches every one of their arrays."""
    for network, x in _built(architecture):
        with np.errstate(all="ignore"):
            y, backward = network.forward(x, training=True, rng=rng())
            backward(rng(2).standard_normal(y.shape).astype(y.dtype))
        gradients = network.parameters.named(network.parameters.grad)
        specs = network.parameters.specs.items()
        drawn = [f"{where}.{name}" for (where, name), spec in specs if spec.fill is None]
        assert drawn, "no layer has weights: there is nothing to train"
        dead = [name for name in drawn if not gradients[name].any()]
        assert not dead, f"the gradient of {', '.join(dead)} is 0: does a later layer return a gradient of 0?"


def check_learns(architecture: Architecture) -> None:
    """Fifty steps of plain gradient descent at a small rate lower the loss on twenty examples."""
    for network, x in _built(architecture):
        first, buffers = network.parameters.theta.copy(), network.buffers.theta.copy()
        target, losses = np.arange(_ROWS) % 2, []
        for rate in _RATES:
            network.parameters.theta[:], network.buffers.theta[:] = first, buffers
            noise = rng(3)
            with np.errstate(all="ignore"):
                start = _loss(network, x, target)
                for _ in range(50):
                    y, backward = network.forward(x, training=True, rng=noise)
                    backward(Distance()(y, target)[1])
                    network.parameters.theta -= rate * network.parameters.grad
                losses.append(_loss(network, x, target))
            if losses[-1] < start:
                break
        else:
            at = ", ".join(f"{loss:.4g} at rate {rate}" for loss, rate in zip(losses, _RATES, strict=True))
            raise AssertionError(f"the loss goes from {start:.4g} to {at}: does a layer drop the outputs?")


def _loss(network: Network, x: Array, target: Array) -> float:
    return Distance()(network.forward(x, training=False, rng=rng())[0], target)[0]


CHECKS = [
    check_gives_a_sequence,
    check_names_registered_layers,
    check_gives_fields_that_layers_have,
    check_gives_plain_values,
    check_gives_the_same_every_time,
    check_gives_a_new_list,
    check_keeps_nothing_in_itself,
    check_draws_nothing_global,
    check_takes_an_example,
    check_ends_with_the_outputs_asked_for,
    check_trains_every_weight,
    check_learns,
]

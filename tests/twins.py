"""Twins: two equal networks, of which one fuses; what they compute is compared bit by bit."""

import numpy as np
from ravine import registry
from ravine.engine.network import Network, Node
from ravine.fusion.kernel import Fusion
from ravine.fusion.trial import differ

LAYERS = registry.load().entry


def network(nodes, shape, dtype="float32"):
    he = LAYERS("initializer", "he").make({})
    return Network(nodes, shape, initializer=he, rng=np.random.default_rng(0), dtype=dtype)


def made(name, **fields):
    return Node(name, LAYERS("layer", name).make(fields))


class Twins:
    """Two equal networks, of which one fuses; their passes are compared bit by bit."""

    def __init__(self, nodes, shape, dtype="float32", fusion=Fusion.BOTH):
        self.how = fusion, Fusion.NOTHING
        self.fused, self.plain = (network(nodes(), shape, dtype) for _ in range(2))
        self.rngs = [np.random.default_rng(1) for _ in range(2)]
        self.data, self.shape, self.dtype = np.random.default_rng(2), shape, dtype

    def step(self, rows=90, *, training=True, change=lambda x: x, gradient=lambda dy: dy):
        """Go through both, forward and in training back; return the error that both have raised, if any."""
        x = change(self.data.normal(size=(rows, *self.shape)).astype(self.dtype))
        dy = None
        found, errors = [], []
        for net, rng, fusion in zip((self.fused, self.plain), self.rngs, self.how, strict=True):
            try:
                with np.errstate(all="ignore"):
                    y, backward = net.forward(x, training=training, rng=rng, fusion=fusion)
                    y = y.copy()
                    if training:
                        dy = gradient(np.random.default_rng(rows).normal(size=y.shape).astype(y.dtype))
                        backward(dy)
                errors.append(None)
            except Exception as error:
                errors.append(error)
                y = np.zeros(0)
            found.append([y, net.parameters.grad.copy(), net.buffers.theta.copy(), rng.random(1)])
        assert repr(errors[0]) == repr(errors[1])
        assert errors[0] or not any(map(differ, *found))
        return errors[0]

    @property
    def programs(self):
        return [
            ready
            for chain in self.fused._chains
            for section in chain._sections.values()
            for ready in section.stretch._ready.values()
        ]

"""Regularizers are those of PyTorch, JAX and Keras (golden/regularizers.py); and mistakes are not."""

from dataclasses import dataclass

import compared
import numpy as np
import pytest
from ravine import registry

CLASSES = {entry.name: entry.cls for entry in registry.load() if entry.kind == "regularizer"}


@pytest.mark.parametrize(("name", "source"), compared.rows("regularizer"))
def test_regularizer_is_that_of_others(name, source):
    compared.check(compared.made("regularizer", name, source), source)


def test_every_regularizer_has_two_sources_that_it_agrees_with():
    assert {*CLASSES} == {*compared.names("regularizer")}
    for name in CLASSES:
        assert sum(not source["differs"] for source in compared.sources("regularizer", name)) >= 2


def matrix(w):
    return w.reshape(-1, w.shape[-1])


def adds(gradient):
    def add_gradient(self, w, g, *, place):
        g += gradient(self, matrix(w)).reshape(w.shape)

    return {"add_gradient": add_gradient}


def along_rows(self, m):
    return self.strength * np.sqrt(m.shape[1]) * m / np.linalg.norm(m, axis=1, keepdims=True)


def nuclear(self, w, *, place):
    return self.strength / 2 * float(np.linalg.norm(matrix(w), "nuc")) ** 2


def frobenius(self, w, *, place):
    return self.strength / 2 * float(np.square(w).sum())


MISTAKES = [
    ("group_lasso", "always rows", adds(along_rows)),
    ("group_lasso", "the root of the other side", adds(lambda s, m: along_rows(s, m) * (len(m) / m.shape[1]) ** 0.5)),
    ("orthogonality", "2 for 4", adds(lambda s, m: 2 * s.strength * m @ (m.T @ m - np.eye(m.shape[1])))),
    ("orthogonality", "the wrong side", adds(lambda s, m: 4 * s.strength * (m @ m.T) @ m)),
    ("spectral_norm", "all singular values", {"penalty": nuclear}),
    ("spectral_norm", "the length", {"penalty": frobenius}),
    ("spectral_norm", "forgets σ", adds(lambda s, m: s.strength * np.outer(
        np.linalg.svd(m)[0][:, 0], np.linalg.svd(m)[2][0]
    ))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"), [pytest.param(name, wrong, id=f"{name} {about}") for name, about, wrong in MISTAKES]
)
def test_a_mistake_is_not_what_others_have(name, wrong):
    cls = dataclass(frozen=True)(type("Wrong", (CLASSES[name],), wrong))
    equal = [source for source in compared.sources("regularizer", name) if not source["differs"]]
    assert any(compared.disagrees(cls(**source["fields"]), source) for source in equal)

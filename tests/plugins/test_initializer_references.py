"""Initial weights are those of PyTorch, Keras, JAX and the papers (golden/initializers.py).

What an initializer states agrees to the last digit; what it draws, up to five standard errors.
"""

import compared
import pytest
from ravine import registry


@pytest.mark.parametrize(("name", "source"), compared.rows("initializer"))
def test_initializer_is_that_of_others(name, source):
    compared.check(compared.made("initializer", name, source), source)


def test_every_initializer_has_two_sources_that_it_agrees_with():
    ours = {entry.name for entry in registry.load() if entry.kind == "initializer" and entry.built_in}
    assert ours == {*compared.names("initializer")}
    for name in ours:
        assert sum(not source["differs"] for source in compared.sources("initializer", name)) >= 2

"""Values of a component that is checked: read as those of any command."""

import pytest
from ravine import registry
from ravine.base.errors import ConfigError
from ravine.config.values import typed_values

SGD = registry.load().get("optimizer", "sgd")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("layers=[flatten,{name:affine,units:10}]", ["flatten", {"name": "affine", "units": 10}]),
        ("lr=1e-2", 0.01),
        ("hidden=[10,5]", [10, 5]),
        ("name='a,b'", "a,b"),
        ("rate=null", None),
    ],
)
def test_a_value_is_read_as_the_command_reads_it(word, value):
    (read,) = typed_values([word], SGD).values()
    assert read == value


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("lr=0.1,0.2", "lr=0.1,0.2 has several values: a component is checked with one; [a,b] is a list"),
        ("lr=[1", "lr=[1: it cannot be read; a bracket is missing"),
    ],
)
def test_what_is_not_one_value_is_refused(word, says):
    with pytest.raises(ConfigError) as caught:
        typed_values([word], SGD)
    assert str(caught.value) == says

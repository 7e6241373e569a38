"""Schedules are those of PyTorch, Optax, Keras, Transformers and the papers, at every update (golden/schedules.py)."""

import compared
import pytest
from ravine import registry


@pytest.mark.parametrize(("name", "source"), compared.rows("schedule"))
def test_schedule_is_that_of_others(name, source):
    compared.check(compared.made("schedule", name, source), source)


def test_every_schedule_has_two_sources_that_it_agrees_with():
    ours = {entry.name for entry in registry.load() if entry.kind == "schedule" and entry.built_in}
    assert ours == {*compared.names("schedule")}
    for name in ours:
        assert sum(not source["differs"] for source in compared.sources("schedule", name)) >= 2

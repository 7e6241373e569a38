"""Layers and losses against what other libraries return: the rows of references/layer and references/loss."""

import json
from pathlib import Path

import pytest
import ravine_plugins
from ravine import registry
from ravine.testing.references import layer, loss

FOLDER = Path(ravine_plugins.__file__).parent / "references"
COMPARED = {"layer": layer.differences, "loss": loss.differences}
AGREES, DIFFERS = 1e-12, 1e-9


def rows():
    for kind in COMPARED:
        for path in sorted((FOLDER / kind).glob("*.json")):
            for place, source in enumerate(json.loads(path.read_text("utf-8"))["sources"]):
                yield pytest.param(kind, path.stem, source, id=f"{path.stem} {place} {source['call']}")


@pytest.mark.parametrize(("kind", "name", "source"), list(rows()))
def test_a_component_agrees_with_a_source_or_differs_as_it_says(kind, name, source):
    component = registry.load().entry(kind, name).make(source["fields"])
    apart = COMPARED[kind](component, source)
    assert apart
    if source["differs"]:
        assert max(apart.values()) > DIFFERS, apart
    else:
        assert max(apart.values()) <= AGREES, apart


@pytest.mark.parametrize("kind", COMPARED)
def test_every_built_in_one_agrees_with_two_sources(kind):
    few = {}
    for entry in registry.load():
        if entry.kind == kind and entry.distribution.startswith("ravine "):
            path = FOLDER / kind / f"{entry.name}.json"
            sources = json.loads(path.read_text("utf-8"))["sources"] if path.exists() else []
            made = {source["version"] for source in sources if not source["differs"]}
            few |= {entry.name: len(made)} if len(made) < 2 else {}
    assert few == {}

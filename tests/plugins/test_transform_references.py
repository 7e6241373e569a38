"""Transforms do what other libraries' wrappers and papers do around an optimizer."""

import pytest
from ravine import registry
from ravine.testing.references.report import findings

TRANSFORMS = [
    entry
    for entry in registry.load()
    # Gradient noise is random, and no two libraries draw the same.
    if entry.kind == "transform" and entry.built_in and entry.name != "gradient_noise"
]


@pytest.mark.parametrize("entry", TRANSFORMS, ids=lambda entry: entry.name)
def test_a_transform_agrees_with_two_sources_and_differs_only_for_a_reason(entry):
    found = findings(entry)
    assert not [str(finding) for finding in found if not finding.expected]
    assert len([finding for finding in found if finding.agrees]) >= 2
    assert all(max(finding.apart.values()) > 1e-9 for finding in found if not finding.agrees)

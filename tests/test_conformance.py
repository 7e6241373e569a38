"""The conformance kit: built-in components keep every promise, and planted bugs are caught."""

import importlib
import pkgutil

import mutants
import pytest
from ravine import registry
from ravine.testing import examine, promises

SETTINGS = {"affine": {"units": 4}}  # fields that have no default


def component(entry):
    return entry.cls(**SETTINGS.get(entry.name, {}))


BUILT_IN = [
    entry for entry in registry.load() if entry.name not in ("idx",)
]  # it reads files that are the user's


@pytest.mark.parametrize(
    ("entry", "promise"),
    [
        pytest.param(entry, promise, id=f"{entry.kind} {entry.name} {promise.name}")
        for entry in BUILT_IN
        for promise in promises(component(entry))
    ],
)
def test_built_in_components_keep_every_promise(entry, promise):
    promise.check()


# ---- mutants -------------------------------------------------------------------------------------------------

MODULES = [
    importlib.import_module(f"mutants.{module.name}") for module in pkgutil.iter_modules(mutants.__path__)
]
MUTANTS = [
    pytest.param(mutant, promise, rest, id=f"{mutant.kind} {type(mutant).__name__} {promise}")
    for module in MODULES
    for mutant, promise, *rest in module.MUTANTS
]


@pytest.mark.parametrize(("mutant", "promise", "rest"), MUTANTS)
def test_a_planted_bug_is_caught_by_the_check_that_names_it(mutant, promise, rest, record_property):
    broken = {
        made.name: text for made, text in examine(mutant, in_shape=rest[0] if rest else None).items() if text
    }
    assert promise in broken, f"kept; broken are {sorted(broken)}"
    record_property("mutant", (f"{mutant.kind} {type(mutant).__name__}", promise, broken[promise]))

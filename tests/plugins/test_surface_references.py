"""Surfaces, their gradients and their minima are those of the formulas in JAX and mpmath (golden/surfaces.py)."""

import compared
import pytest
from ravine import registry


@pytest.mark.parametrize(("name", "source"), compared.rows("surface"))
def test_surface_is_that_of_the_formula(name, source):
    compared.check(compared.made("surface", name, source), source)


def test_every_surface_is_compared_with_two_libraries_and_its_minima_too():
    ours = {entry.name: entry.cls for entry in registry.load() if entry.kind == "surface" and entry.built_in}
    assert {*ours} == {*compared.names("surface")}
    assert len(ours) >= 25
    for name, cls in ours.items():
        jax, mpmath = compared.sources("surface", name)
        assert len(jax["x"]) >= 24
        # Newton's method finds no minimum at a kink, nor of a square root.
        assert len(mpmath.get("minima", ())) == (
            0 if name in ("ackley", "bukin", "drop_wave") else len(cls.minima)
        )

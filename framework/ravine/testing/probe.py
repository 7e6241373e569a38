"""Promises of a probe: it measures the network at every evaluation, and changes no number of the run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.probe import Probe
from ravine.engine.randomness import Streams
from ravine.testing.numerics import meant, only_given_chance
from ravine.testing.runs import in_words, learner, problem

_NETWORKS: dict[str, dict[str, Any]] = {
    "a network with all kinds of layers": {},
    "a network of two sums": {"still": True},
    "a network whose targets are rows": {"rows": True},
}


class Watch:
    """A probe that watches a network, which is trained by hand.

    Parameters
    ----------
    probe : Probe
        The probe to test.
    what : str
        The network, a key of ``_NETWORKS``.
    seed : int
        The seed of its run.
    """

    def __init__(self, probe: Probe, what: str, seed: int = 5) -> None:
        self.streams = Streams(seed)
        self.problem = problem(self.streams, **_NETWORKS[what])
        self._before = self._held()
        self._look = probe.watch(self.problem, self.streams.probes)

    def look(self) -> Mapping[str, Array]:
        """Return what the probe sees; as in a run, NumPy's warnings are off."""
        with np.errstate(all="ignore"):
            return self._look()

    def seen(self) -> dict[str, Array]:
        """Return copies of what the probe sees, as a run records them."""
        return {name: np.array(value) for name, value in self.look().items()}

    def learn(self) -> Watch:
        """Make five steps of gradient descent."""
        for _ in range(5):
            self.problem.loss_and_gradient()
            self.problem.parameters.theta -= 0.1 * self.problem.parameters.grad
        return self

    def changed(self) -> dict[str, list[str]]:
        """Return what the probe has changed: parameters, buffers, examples and random streams."""
        after = self._held()
        return {
            what: [name for name, was in held.items() if after[what][name] != was]
            for what, held in self._before.items()
        }

    def _held(self) -> dict[str, dict[str, bytes | str]]:
        network, split = self.problem.network, vars(self.problem.split).items()
        return {
            "parameters": _bytes(network.parameters.named(network.parameters.theta)),
            "buffers": _bytes(network.buffers.named(network.buffers.theta)),
            "examples": _bytes({f"{part}.{name}": a for part, both in split for name, a in vars(both).items()}),
            "chance": {
                name: repr(stream.bit_generator.state)
                for name, stream in vars(self.streams).items()
                if name != "probes"
            },
        }


def _bytes(arrays: Mapping[str, Array]) -> dict[str, bytes | str]:
    return {name: array.tobytes() for name, array in arrays.items()}


def _tried(probe: Probe, what: str, seed: int = 5) -> tuple[Watch | None, Exception | None]:
    """Return the probe watching a network, or the error if it cannot."""
    try:
        return Watch(probe, what, seed), None
    except Exception as error:
        return None, error


def _watches(probe: Probe, seed: int = 5) -> Iterator[Watch]:
    """Yield the probe watching the first network that it can watch, if there is one."""
    tried = (_tried(probe, what, seed)[0] for what in _NETWORKS)
    return itertools.islice(filter(None, tried), 1)


def _apart(one: Mapping[str, Array], other: Mapping[str, Array]) -> str:
    """Return the names of arrays that are not the same bit for bit in both; nothing if all are."""
    same = {name for name in one.keys() & other.keys() if one[name].tobytes() == other[name].tobytes()}
    return ", ".join(str(name) for name in {**one, **other} if name not in same)


# ---- what it records -----------------------------------------------------------------------------------------


def check_watches_a_network(probe: Probe) -> None:
    """At least one of the kit's networks is watched, and the probe returns something."""
    assert any(watch.look() for watch in _watches(probe)), (
        f"it watches neither {', nor '.join(_NETWORKS)}: give it fields with which it watches one, "
        "or exempt it if it needs something that they do not have"
    )


def check_says_what_it_needs(probe: Probe) -> None:
    """A network that cannot be watched is refused by ``watch``, with a ValueError that says what is needed."""
    for what in _NETWORKS:
        watch, error = _tried(probe, what)
        broke = f"{type(error).__name__}: {error}"
        assert error is None or meant(error, probe), (
            f"{what} breaks it, {broke}: check in watch whether a network can be watched, and raise a "
            "ValueError that says what is needed"
        )
        assert error is None or in_words(error), f"of {what} it says {str(error)!r}: say what it needs"
        if watch:
            broke = _late(watch)
            assert not broke, (
                f"{what} is watched, but a look breaks, {broke}, which ends the run: check in watch whether a "
                "network can be watched"
            )


def _late(watch: Watch) -> str:
    try:
        watch.look()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def check_gives_arrays_by_name(probe: Probe) -> None:
    """Every look returns arrays of numbers by name, as a file can hold them."""
    for watch in _watches(probe):
        for name, value in watch.look().items():
            assert isinstance(name, str), f"the name {name!r} is not a text"
            fits = isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf"
            assert fits, f"{name} is {value!r}: return an array of numbers, np.array(…)"


def check_keeps_names_and_shapes(probe: Probe) -> None:
    """Every look returns the same names, with the same shapes and types."""
    for watch in _watches(probe):
        first, then = (
            {name: f"{value.shape} {value.dtype}" for name, value in moment.seen().items()}
            for moment in (watch, watch.learn())
        )
        assert first == then, (
            f"the first look returns {first}, a later one {then}: all looks go into one array for each name; "
            "if the number of values changes, return how many, or fill the array up to the largest number"
        )


def check_gives_copies(probe: Probe) -> None:
    """Returned arrays do not change when the network does."""
    for watch in _watches(probe):
        kept = watch.look()
        before = {name: np.array(value) for name, value in kept.items()}
        watch.learn().look()
        moved = _apart(before, {name: np.array(value) for name, value in kept.items()})
        assert not moved, f"{moved} changed after it was returned: return a copy, array.copy()"


def check_is_finite(probe: Probe) -> None:
    """For a finite network nothing is infinite, and NaN stands only at places that are always NaN."""
    for watch in _watches(probe):
        first, then = watch.seen(), watch.learn().seen()
        for name in first.keys() & then.keys():
            both = np.array([first[name], then[name]], dtype=float)
            assert not np.isinf(both).any(), f"{name} is infinite: is it divided by 0?"
            assert np.array_equal(*np.isnan(both)), (
                f"{name} is NaN at one look and a number at a different one: use NaN only if there is never a "
                "number"
            )


def check_sees_the_network_learn(probe: Probe) -> None:
    """A look measures the network as it is at that moment: after training, something is different."""
    for watch in _watches(probe):
        assert _apart(watch.seen(), watch.learn().seen()), (
            "after five steps all is the same: compute inside the function that watch returns, not before"
        )


def check_remembers_no_look(probe: Probe) -> None:
    """A look does not depend on earlier looks, because a run that was stopped continues without them."""
    for looked, fresh in zip(_watches(probe), _watches(probe), strict=True):
        looked.learn().look()
        looked.learn()
        fresh.learn().learn()
        fresh.streams.probes.bit_generator.state = looked.streams.probes.bit_generator.state
        apart = _apart(looked.seen(), fresh.seen())
        assert not apart, (
            f"{apart} differ after an earlier look: a run that was stopped would continue with different "
            "numbers; keep only what watch saw at the start, and nothing of earlier looks"
        )


# ---- it depends on nothing else ------------------------------------------------------------------------------


def check_sees_the_same_twice(probe: Probe) -> None:
    """The same network and the same random stream give the same bits."""
    for one, other in zip(_watches(probe), _watches(probe), strict=True):
        apart = _apart(one.seen(), other.seen())
        assert not apart, f"{apart} differ: draw random numbers only from the rng that watch gets"


def check_draws_nothing_global(probe: Probe) -> None:
    """No global random number is drawn, and no generator is made: the probe uses the rng that it gets."""
    with only_given_chance(probe):
        for watch in _watches(probe):
            watch.look()


def check_serves_two_runs(probe: Probe) -> None:
    """One component can watch two networks at once, with the same result as each alone."""
    for alone in _watches(probe):
        expected = alone.seen()
        for one, other in zip(_watches(probe), _watches(probe, seed=6), strict=True):
            other.learn().look()
            apart = _apart(expected, one.seen())
            assert not apart, (
                f"{apart} differ when a second network is watched: keep what is needed in the function that "
                "watch returns, not in the class or the module"
            )


# ---- it leaves the run alone ---------------------------------------------------------------------------------


def _assert_left(probe: Probe, what: str, advice: str) -> None:
    for watch in _watches(probe):
        watch.look()
        changed = watch.changed()[what]
        assert not changed, f"{what} changed: {', '.join(changed)}; {advice}"


def check_leaves_parameters_alone(probe: Probe) -> None:
    """Parameters are not changed."""
    _assert_left(probe, "parameters", "work on copies (w = w * 2, not w *= 2), or restore the old values")


def check_leaves_buffers_alone(probe: Probe) -> None:
    """Running statistics of layers are not changed."""
    _assert_left(
        probe,
        "buffers",
        "forward(…, training=False) does not change them; after training=True restore a copy of "
        "network.buffers.theta",
    )


def check_leaves_examples_alone(probe: Probe) -> None:
    """Examples are not changed."""
    _assert_left(probe, "examples", "problem.inputs(examples) is a copy, scaled and in the network's type")


def check_leaves_the_runs_chance_alone(probe: Probe) -> None:
    """The run's random streams are not used: weights, batches, noise and split."""
    _assert_left(
        probe,
        "chance",
        "call neither loss_and_gradient nor evaluate of the problem; give forward the rng that watch gets",
    )


def check_changes_no_number_of_a_run(probe: Probe) -> None:
    """A watched run has, bit for bit, the same losses and evaluations as without the probe."""
    for _ in _watches(probe):
        alone = learner(watching={}).arrays
        try:
            watched = learner(watching={"probe": probe}).arrays
        # It cannot watch this network, or not to the end of the run.
        except Exception:
            return
        apart = _apart(alone, {name: array for name, array in watched.items() if name in alone})
        assert not apart, f"{apart} differ in a watched run: do not change problem, network and layers"


CHECKS = [
    check_watches_a_network,
    check_says_what_it_needs,
    check_gives_arrays_by_name,
    check_keeps_names_and_shapes,
    check_gives_copies,
    check_is_finite,
    check_sees_the_network_learn,
    check_remembers_no_look,
    check_sees_the_same_twice,
    check_draws_nothing_global,
    check_serves_two_runs,
    check_leaves_parameters_alone,
    check_leaves_buffers_alone,
    check_leaves_examples_alone,
    check_leaves_the_runs_chance_alone,
    check_changes_no_number_of_a_run,
]

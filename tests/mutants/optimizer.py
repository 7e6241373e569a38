"""Optimizers: sound ones, and copies of them with one mistake each."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Optimizer

# ---- sound ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Descent(Optimizer):
    r"""A step against the gradient.

    .. math:: \theta \leftarrow \theta - \eta g

    Parameters
    ----------
    lr : float
        Learning rate η.
    """

    lr: float = 0.1

    def __post_init__(self):
        self.require(lr="[0, inf)")

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Averages(Descent, slots=("m", "v")):
    """Moving averages of gradient and squared gradient, both corrected.

    References
    ----------
    Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, Algorithm 1.
    """

    def step(self, theta, g, state, *, t, lr):
        m, v = state
        m *= 0.9
        m += 0.1 * g
        v *= 0.99
        v += 0.01 * g * g
        root = (1 - 0.99**t) ** 0.5
        theta -= lr * root / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8 * root)


@dataclass(frozen=True)
class UnitLength(Descent, slots=("v",), sees="all"):
    """Steps of one length along a velocity.

    References
    ----------
    Hazan, Levy and Shalev-Shwartz 2015, Beyond Convexity: Stochastic Quasi-Convex Optimization, Algorithm 1.
    """

    def step(self, theta, g, state, *, t, lr):
        (v,) = state
        v *= 0.9
        v += 0.1 * g
        theta -= lr * v / (float(np.linalg.norm(v)) + 1e-12)


@dataclass(frozen=True)
class UnitRows(Descent, sees="array"):
    """Steps whose every row has one length, and steps of one length where there are no rows.

    References
    ----------
    You, Gitman and Ginsburg 2017, Large Batch Training of Convolutional Networks, without the trust ratio.
    """

    def step(self, theta, g, state, *, t, lr):
        norm = np.sqrt((g * g).sum(axis=-1, keepdims=True))
        theta -= lr * g / (norm + 1e-12)


@dataclass(frozen=True)
class EverySixth(Descent, slots=("sum",)):
    """Gathers gradients, and moves with their mean at every sixth update.

    References
    ----------
    Goyal and others 2017, Accurate, Large Minibatch SGD, section 2.
    """

    def step(self, theta, g, state, *, t, lr):
        (gathered,) = state
        gathered += g
        if t % 6 == 0:
            theta -= lr / 6 * gathered
            gathered[:] = 0


@dataclass(frozen=True)
class FromTheStart(Descent, slots=("s", "start", "distance"), sees="all"):
    """A rate that grows with the distance that was found to the start: it stays small until gradients agree.

    References
    ----------
    Mishchenko and Defazio 2024, Prodigy: An Expeditiously Adaptive Parameter-Free Learner, Algorithm 1.
    """

    def step(self, theta, g, state, *, t, lr):
        s, start, distance = state
        if t == 1:
            start[:] = theta
            distance[:] = 1e-3
        d = distance[0]
        s += d * lr * g
        norm = abs(s).sum()
        if norm > 0:
            distance[:] = max(d, d * lr * float(g @ (start - theta)) / norm)
        theta -= distance[0] * lr * g


@dataclass(frozen=True)
class InDoublePrecision(Descent, sees="array"):
    """Whitens a matrix in double precision, where an inverse is safer.

    .. math:: \\theta \\leftarrow \\theta - \\eta (g g^T + I)^{-1/2} g
    """

    def step(self, theta, g, state, *, t, lr):
        rows = g.reshape(len(g), -1).astype(np.float64)
        values, vectors = np.linalg.eigh(rows @ rows.T + np.eye(len(rows)))
        whitened = (vectors / np.sqrt(values)) @ (vectors.T @ rows)
        theta -= lr * whitened.reshape(g.shape).astype(g.dtype)


@dataclass(frozen=True)
class Factored(Descent, slots=("rows", "columns"), sees="array"):
    """Divides a matrix by the root of its rows' and columns' mean squares.

    References
    ----------
    Shazeer and Stern 2018, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, Algorithm 2.
    """

    tiny: ClassVar[float] = 1e-30

    def step(self, theta, g, state, *, t, lr):
        rows, columns = state
        if g.ndim < 2:
            rows += g * g
            columns += g * g
            theta -= lr * g / np.sqrt(rows + columns + 1e-12)
            return
        rows += (g * g).mean(axis=tuple(range(1, g.ndim)), keepdims=True)
        columns += (g * g).mean(axis=0, keepdims=True)
        total = rows.mean(axis=0, keepdims=True) + self.tiny
        theta -= lr * g / np.sqrt(rows * columns / total + self.tiny)


@dataclass(frozen=True)
class WithoutSchedule(Descent, slots=("z",)):
    """Learns between a fast point and the mean of where it was, and is evaluated at the mean.

    References
    ----------
    Defazio and others 2024, The Road Less Scheduled, equations (1) to (3).
    """

    def start(self, theta):
        return {"z": theta}

    def step(self, theta, g, state, *, t, lr):
        (z,) = state
        x = self.evaluated(theta, state, t=t)
        z -= lr * g
        x += (z - x) / t
        theta[...] = 0.1 * z + 0.9 * x

    def evaluated(self, theta, state, *, t):
        (z,) = state
        return (theta - 0.1 * z) / 0.9


@dataclass(frozen=True)
class EvaluatedAtNothing(Descent, slots=("average",)):
    """Is evaluated at an average that it corrects for its start at 0, also before there is any."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g
        state[0][...] = 0.9 * state[0] + 0.1 * theta

    def evaluated(self, theta, state, *, t):
        return state[0] / (1 - 0.9**t)


@dataclass(frozen=True)
class Whitens(Descent, slots=("L", "R", "v"), sees="array"):
    """Multiplies a matrix by roots of sums of its products, from both sides, and divides vectors by a root.

    References
    ----------
    Gupta, Koren and Singer 2018, Shampoo: Preconditioned Stochastic Tensor Optimization, Algorithm 1.
    """

    def start(self, theta):
        if theta.ndim != 2:
            return {"v": np.zeros_like(theta)}
        rows, columns = theta.shape
        return {"L": 1e-2 * np.eye(rows), "R": 1e-2 * np.eye(columns)}

    def step(self, theta, g, state, *, t, lr):
        if theta.ndim != 2:
            (v,) = state
            v += g * g
            theta -= lr * g / (v**0.5 + 1e-8)
            return
        L, R = state
        L += g @ g.T
        R += g.T @ g
        theta -= lr * _root(L) @ g @ _root(R)


def _root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-12) ** -0.25) @ vectors.T


@dataclass(frozen=True)
class Together(Descent, sees="named"):
    """Steps of one length over all arrays, with half of it for what is not a weight.

    References
    ----------
    Hazan, Levy and Shalev-Shwartz 2015, Beyond Convexity: Stochastic Quasi-Convex Optimization, Algorithm 1.
    """

    def step(self, theta, g, state, *, t, lr, places):
        norm = sum(float((one * one).sum()) for one in g.values()) ** 0.5 + 1e-12
        for name, array in theta.items():
            array -= lr / norm * (0.5 if places[name].role == "other" else 1.0) * g[name]


@dataclass(frozen=True)
class Polyak(Descent, sees="all"):
    """Steps as long as the loss allows, tried at a second place.

    References
    ----------
    Polyak 1987, Introduction to Optimization, section 5.3.
    """

    def step(self, theta, g, state, *, t, lr, loss, gradient_at):
        squared = float(g @ g)
        if squared == 0:
            return
        step = lr * min(loss / squared, 1.0) * g
        there, _ = gradient_at(theta - step)
        theta -= step if there < loss else step / 2


@dataclass(frozen=True)
class HiddenWeights(Descent, slots=("v",), sees="array"):
    """Moves weights between the first layer and the last with a velocity, and all else without.

    References
    ----------
    Jordan and others 2024, Muon: An optimizer for hidden layers in neural networks, for what is left to others.
    """

    def start(self, theta, place):
        return {"v": np.zeros_like(theta)} if place.role == "hidden" else {}

    def step(self, theta, g, state, *, t, lr):
        for v in state:
            v *= 0.9
            v += 0.1 * g
        theta -= lr * (state[0] if state else g)


@dataclass(frozen=True)
class LargestRate(Descent, slots=("largest",), sees="all"):
    r"""Steps that are shorter the more the rate has fallen.

    .. math:: \theta \leftarrow \theta - \eta_t^2 / \max_{i \le t} \eta_i \, g
    """

    def start(self, theta):
        return {"largest": np.array(0.0)}

    def step(self, theta, g, state, *, t, lr):
        (largest,) = state
        largest[...] = max(float(largest), lr)
        if lr:
            theta -= lr * lr / float(largest) * g


@dataclass(frozen=True)
class HeavyAtFirst(Descent, slots=("v",)):
    r"""A velocity for ten updates, and none afterwards.

    .. math:: v \leftarrow 0.9 v + 0.1 g, \qquad \theta \leftarrow \theta - \eta v
    """

    def step(self, theta, g, state, *, t, lr):
        (v,) = state
        v *= 0.9
        v += 0.1 * g
        theta -= lr * (v if t <= 10 else g)


@dataclass(frozen=True)
class CutsSpikes(Descent, slots=("size",), sees="all"):
    r"""A gradient that is longer than a hundred is made as long as its predecessors are in the mean.

    .. math:: s \leftarrow 0.9 s + 0.1 \|g\|, \qquad \theta \leftarrow \theta - \eta \, s \, g / \|g\|
    """

    def start(self, theta):
        return {"size": np.array(1.0)}

    def step(self, theta, g, state, *, t, lr):
        (size,) = state
        norm = float(np.linalg.norm(g))
        size *= 0.9
        size += 0.1 * norm
        theta -= lr * (float(size) / norm if norm > 100 else 1.0) * g


SOUND = [
    WithoutSchedule(),
    Whitens(),
    Together(),
    Polyak(),
    Descent(),
    Averages(),
    UnitLength(),
    UnitRows(),
    EverySixth(),
    FromTheStart(),
    InDoublePrecision(),
    Factored(),
    HiddenWeights(),
    LargestRate(),
    HeavyAtFirst(),
    CutsSpikes(),
]


@dataclass(frozen=True)
class FactoredWithoutEpsilon(Factored):
    """Divides 0 by 0 where a row and a column of the gradient are 0."""

    tiny: ClassVar[float] = 0.0


# ---- what is written -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebinds(Descent):
    """Makes a new array, and drops it."""

    def step(self, theta, g, state, *, t, lr):
        theta = theta - lr * g


@dataclass(frozen=True)
class Returns(Descent):
    """Returns the new parameters, as functional libraries do."""

    def step(self, theta, g, state, *, t, lr):
        return theta - lr * g


@dataclass(frozen=True)
class MatricesOnly(Descent, sees="array"):
    """Was written with weights in mind, and passes biases by."""

    def step(self, theta, g, state, *, t, lr):
        if theta.ndim == 2:
            theta -= lr * g


@dataclass(frozen=True)
class Standardises(Descent, sees="array"):
    """Divides by a spread that a single number does not have."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g / g.std()


@dataclass(frozen=True)
class DecaysInTheGradient(Descent):
    """Adds weight decay to the engine's gradient."""

    def step(self, theta, g, state, *, t, lr):
        g += 0.01 * theta
        theta -= lr * g


@dataclass(frozen=True)
class PutsTheGradientBack(Descent):
    """Adds weight decay to the engine's gradient and takes it away again, all but rounding errors."""

    def step(self, theta, g, state, *, t, lr):
        decay = 0.01 * theta
        g += decay
        theta -= lr * g
        g -= decay


@dataclass(frozen=True)
class Lifts(Descent):
    """Takes the root of a number with NumPy, which makes it float64."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr / np.sqrt(t) * g


@dataclass(frozen=True)
class Lowers(Descent):
    """Computes in float32 whatever it is given."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g.astype(np.float32)


@dataclass(frozen=True)
class LiftsVectors(Whitens):
    """Takes the root of a number with NumPy, for vectors only."""

    def step(self, theta, g, state, *, t, lr):
        super().step(theta, g, state, t=t, lr=lr if theta.ndim == 2 else lr / np.sqrt(t))


@dataclass(frozen=True)
class LiftsTheLast(Descent, sees="array"):
    """Takes the root of a number with NumPy, for the last layer only."""

    def step(self, theta, g, state, *, t, lr, place):
        theta -= (lr / np.sqrt(t) if place.role == "output" else lr) * g


# ---- slots ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OneLetterEach(Descent):
    """Forgets the comma: the slots are the letters of a text."""

    @property
    def slots(self):
        return "mv"

    def step(self, theta, g, state, *, t, lr):
        m, v = state
        m += g
        v += m
        theta -= lr * v


@dataclass(frozen=True)
class NamesOneSlotTwice(Descent, slots=("m", "m")):
    """Has two slots of one name, which are one array."""

    def step(self, theta, g, state, *, t, lr):
        m = state[0]
        m += g
        theta -= lr * m


@dataclass(frozen=True)
class RebindsItsSlot(Averages):
    """Writes the first average in place and rebinds the second."""

    def step(self, theta, g, state, *, t, lr):
        m, v = state
        m *= 0.9
        m += 0.1 * g
        v = 0.99 * v + 0.01 * g * g
        theta -= lr * m / (np.sqrt(v) + 1e-8)


@dataclass(frozen=True)
class ReplacesItsSlot(Descent, slots=("v",)):
    """Puts a new array into the list of slots: training works, a checkpoint would hold nothing."""

    def step(self, theta, g, state, *, t, lr):
        state[0] = 0.9 * state[0] + g
        theta -= lr * state[0]


@dataclass(frozen=True)
class SetsByName(Descent, sees="named"):
    """Puts new arrays in the place of those that it is given."""

    def step(self, theta, g, state, *, t, lr):
        for name in theta:
            theta[name] = theta[name] - lr * g[name]


@dataclass(frozen=True)
class ForgetsItsSlot(Averages):
    """Keeps an average of squares, and divides by the last square."""

    def step(self, theta, g, state, *, t, lr):
        m, v = state
        m *= 0.9
        m += 0.1 * g
        v *= 0.99
        v += 0.01 * g * g
        theta -= lr * m / (np.sqrt(g * g) + 1e-8)


@dataclass(frozen=True)
class UnitBlocks(Descent):
    """Needs a norm of everything and sees blocks."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g / (float(np.linalg.norm(g)) + 1e-12)


@dataclass(frozen=True)
class StartsOnlyMatrices(Whitens):
    """Forgets the slot of vectors at the start."""

    def start(self, theta):
        return {slot: array for slot, array in super().start(theta).items() if slot != "v"}

    def step(self, theta, g, state, *, t, lr):
        if theta.ndim == 2:
            super().step(theta, g, state, t=t, lr=lr)
        else:
            theta -= lr * g


@dataclass(frozen=True)
class MovesWhenItIsJudged(WithoutSchedule):
    """Changes its state where a run is evaluated."""

    def evaluated(self, theta, state, *, t):
        (z,) = state
        z += 0.5 * (theta - z)
        return z


# ---- runs ----------------------------------------------------------------------------------------------------

_VELOCITY = {}


@dataclass(frozen=True)
class RemembersByAddress(Descent):
    """Keeps its velocity in the module, by the address of the parameters."""

    def step(self, theta, g, state, *, t, lr):
        address = theta.__array_interface__["data"][0]
        if t == 1:
            _VELOCITY[address] = np.zeros_like(theta)
        v = _VELOCITY.setdefault(address, np.zeros_like(theta))
        v *= 0.9
        v += g
        theta -= lr * v


@dataclass(frozen=True)
class RemembersTheLast(Descent):
    """Keeps its velocity in the module, one for all, fresh with every first update."""

    def step(self, theta, g, state, *, t, lr):
        if t == 1 or theta.shape != _VELOCITY.get("v", theta[:0]).shape:
            _VELOCITY["v"] = np.zeros_like(theta)
        v = _VELOCITY["v"]
        v *= 0.9
        v += g
        theta -= lr * v


@dataclass(frozen=True)
class Noisy(Descent):
    """Adds noise that no seed governs."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * (g + np.random.default_rng().normal(size=g.shape))


@dataclass(frozen=True)
class GloballyNoisy(Descent):
    """Adds noise from NumPy's global stream."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * (g + np.random.normal(size=g.shape))  # noqa: NPY002


@dataclass(frozen=True)
class SeedsItself(Descent, sees="all"):
    """Adds noise from a seed of its own: the same in every run, whatever the run's seed."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * (g + np.random.default_rng(t).normal(size=g.shape))


@dataclass(frozen=True)
class CountsInItsClass(Descent):
    """Counts updates in a dict of the class, which all models share."""

    count = {"updates": 0}

    def step(self, theta, g, state, *, t, lr):
        self.count["updates"] += 1
        theta -= lr * g


@dataclass(frozen=True)
class CachesInItself(Descent):
    """Gets round frozen to keep a power for the next update."""

    def step(self, theta, g, state, *, t, lr):
        object.__setattr__(self, "_power", 0.9**t)
        theta -= lr * (1 - self._power) * g


# ---- the rate ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoDefault(Optimizer):
    """Leaves the rate to the user."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True)
class Uphill(Descent):
    """Takes every rate that is a number."""

    def __post_init__(self):
        self.require(lr="(-inf, inf)")


@dataclass(frozen=True)
class OwnRate(Descent):
    """Reads its field, and so no schedule ever acts."""

    def step(self, theta, g, state, *, t, lr):
        theta -= self.lr * g


@dataclass(frozen=True)
class FixedRate(Descent):
    """Has left a number in that was there to try."""

    def step(self, theta, g, state, *, t, lr):
        theta -= 0.05 * g


@dataclass(frozen=True)
class DecaysAnyway(Descent):
    """Shrinks the parameters without the rate."""

    def step(self, theta, g, state, *, t, lr):
        theta *= 0.999
        theta -= lr * g


# ---- numbers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CountsFromZero(Averages):
    """Corrects its averages as if the first update were number 0."""

    def step(self, theta, g, state, *, t, lr):
        super().step(theta, g, state, t=t - 1, lr=lr)


@dataclass(frozen=True)
class Grows(Descent, slots=("m",)):
    """Sums with weights that grow, instead of an average that forgets."""

    def step(self, theta, g, state, *, t, lr):
        (m,) = state
        m += (1 / 0.9) ** t * g
        theta -= lr * 0.9**t * m


@dataclass(frozen=True)
class NoEpsilon(Descent, slots=("v",)):
    """Divides by a root that may be 0."""

    def step(self, theta, g, state, *, t, lr):
        (v,) = state
        v *= 0.99
        v += 0.01 * g * g
        theta -= lr * g / np.sqrt(v)


@dataclass(frozen=True)
class TinyEpsilon(Descent, slots=("v",)):
    """Has an ε that is 0 in float32."""

    def step(self, theta, g, state, *, t, lr):
        (v,) = state
        v *= 0.99
        v += 0.01 * g * g
        theta -= lr * g / (np.sqrt(v) + 1e-60)


@dataclass(frozen=True)
class NoEpsilonInHidden(Descent, sees="array"):
    """Divides hidden weights by their gradient's norm, which may be 0."""

    def step(self, theta, g, state, *, t, lr, place):
        theta -= lr * g / (np.linalg.norm(g) if place.role == "hidden" else 1)


@dataclass(frozen=True)
class NoEpsilonInHiddenRows(Descent, sees="array"):
    """Divides rows of hidden weights by their norms, of which one may be 0."""

    def step(self, theta, g, state, *, t, lr, place):
        if place.role == "hidden" and g.any():
            g = g / np.linalg.norm(g, axis=-1, keepdims=True)
        theta -= lr * g


@dataclass(frozen=True)
class Climbs(Descent):
    """Has the wrong sign."""

    def step(self, theta, g, state, *, t, lr):
        theta += lr * g


@dataclass(frozen=True)
class Bounces(Descent):
    """Has a default rate that is too large."""

    lr: float = 2.5


MUTANTS = [
    (Rebinds(), "moves_parameters_in_place"),
    (Returns(), "moves_parameters_in_place"),
    (SetsByName(), "moves_parameters_in_place"),
    (MatricesOnly(), "moves_arrays_of_any_shape"),
    (Standardises(), "moves_arrays_of_any_shape"),
    (DecaysInTheGradient(), "spares_the_gradient"),
    (PutsTheGradientBack(), "spares_the_gradient"),
    (Lifts(), "keeps_its_type"),
    (Lowers(), "keeps_its_type"),
    (LiftsVectors(), "keeps_its_type"),
    (LiftsTheLast(), "keeps_its_type"),
    (FactoredWithoutEpsilon(), "survives_zeros_in_a_gradient"),
    (OneLetterEach(), "names_its_slots"),
    (NamesOneSlotTwice(), "names_its_slots"),
    (StartsOnlyMatrices(), "starts_every_slot"),
    (MovesWhenItIsJudged(), "spares_what_it_reads"),
    (EvaluatedAtNothing(), "is_evaluated_at_its_start"),
    (RebindsItsSlot(), "writes_every_slot"),
    (ReplacesItsSlot(), "writes_every_slot"),
    (ForgetsItsSlot(), "uses_every_slot"),
    (UnitBlocks(), "blocks_equal_whole"),
    (RemembersByAddress(), "resumes"),
    (RemembersTheLast(), "resumes"),
    (RemembersTheLast(), "serves_two_models"),
    (Noisy(), "is_deterministic"),
    (GloballyNoisy(), "draws_no_chance"),
    (SeedsItself(), "draws_no_chance"),
    (CountsInItsClass(), "keeps_nothing_in_itself"),
    (CachesInItself(), "keeps_nothing_in_itself"),
    (NoDefault(lr=0.1), "has_a_rate_of_its_own"),
    (Uphill(), "refuses_a_negative_rate"),
    (OwnRate(), "takes_the_rate_it_is_given"),
    (FixedRate(), "takes_the_rate_it_is_given"),
    (DecaysAnyway(), "stands_still_without_a_rate"),
    (CountsFromZero(), "first_update_is_finite"),
    (Grows(), "late_updates_are_finite"),
    (NoEpsilon(), "survives_a_gradient_of_zero"),
    (TinyEpsilon(), "survives_a_gradient_of_zero"),
    (NoEpsilonInHidden(), "survives_a_gradient_of_zero"),
    (NoEpsilonInHiddenRows(), "survives_zeros_in_a_gradient"),
    (Climbs(), "goes_downhill"),
    (Bounces(), "goes_downhill"),
]

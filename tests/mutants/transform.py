"""Transforms: sound ones, and copies of them with one mistake each."""

from dataclasses import dataclass, field

import numpy as np
from ravine import Transform

# ---- sound ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shortens(Transform, sees="all"):
    r"""Shortens a gradient that is too long.

    .. math:: g \leftarrow g \min(1, c / \|g\|)

    Parameters
    ----------
    limit : float
        The greatest norm c.
    """

    limit: float = 1.0

    def __post_init__(self):
        self.require(limit="(0, inf)")

    def before(self, theta, g, state, *, t, lr):
        norm = float(np.linalg.norm(g))
        if norm > self.limit:
            g *= self.limit / norm


@dataclass(frozen=True)
class Averages(Transform, slots=("average",)):
    r"""Evaluates at a moving average of the parameters.

    .. math:: a \leftarrow 0.9 a + 0.1 \theta
    """

    def start(self, theta):
        return {"average": theta}

    def after(self, theta, previous, g, state, *, t, lr):
        (average,) = state
        average += 0.1 * (theta - average)

    def evaluated(self, theta, state, *, t):
        return state[0]


@dataclass(frozen=True)
class AveragesWeights(Averages, sees="array"):
    r"""Evaluates at a moving average of the weights, and at all else as it is.

    .. math:: a \leftarrow 0.9 a + 0.1 \theta \quad \text{for weights}
    """

    def evaluated(self, theta, state, *, t, place):
        return theta if place.role == "other" else state[0]


@dataclass(frozen=True)
class Gathers(Transform, slots=("sum",)):
    r"""Takes the mean of the gradients of three batches.

    .. math:: g \leftarrow (g_1 + g_2 + g_3) / 3
    """

    def before(self, theta, g, state, *, t, lr):
        (gathered,) = state
        gathered += g / 3
        if t % 3 == 0:
            g[...] = gathered
            gathered[...] = 0

    def waits(self, t):
        return t % 3 != 0


@dataclass(frozen=True)
class Noise(Transform, sees="all"):
    r"""Adds noise that fades to the gradient.

    .. math:: g \leftarrow g + \epsilon / t
    """

    def before(self, theta, g, state, *, t, lr, rng):
        g += rng.standard_normal(g.shape).astype(g.dtype) / t


@dataclass(frozen=True)
class Ahead(Transform, sees="named"):
    r"""Takes the gradient where an ascent would lead.

    .. math:: g \leftarrow \nabla L(\theta + \rho g / \|g\|)
    """

    def before(self, theta, g, state, *, t, lr, gradient_at):
        norm = sum(float((one * one).sum()) for one in g.values()) ** 0.5
        _, there = gradient_at({name: theta[name] + 0.05 / (norm + 1e-12) * g[name] for name in g})
        for name, one in g.items():
            one[...] = there[name]


@dataclass(frozen=True)
class Rows(Transform, sees="array"):
    r"""Shortens rows of weights that are too long after a step.

    .. math:: \theta_i \leftarrow \theta_i \min(1, 1 / \|\theta_i\|)
    """

    def after(self, theta, previous, g, state, *, t, lr, place):
        if place.role != "other":
            norm = (theta * theta).sum(axis=-1, keepdims=True) ** 0.5
            theta /= np.maximum(norm, 1)


@dataclass(frozen=True)
class Slow(Transform, slots=("slow",)):
    r"""Goes back half of the way at every fifth step.

    .. math:: s \leftarrow s + (\theta - s) / 2, \qquad \theta \leftarrow s
    """

    def start(self, theta):
        return {"slow": theta}

    def after(self, theta, previous, g, state, *, t, lr):
        (slow,) = state
        if t % 5 == 0:
            slow += (theta - slow) / 2
            theta[...] = slow


SOUND = [Shortens(), Averages(), AveragesWeights(), Gathers(), Noise(), Ahead(), Rows(), Slow()]


# ---- mistakes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rebinds(Shortens):
    """Makes a new gradient, and drops it."""

    def before(self, theta, g, state, *, t, lr):
        g = np.clip(g, -1e-6, 1e-6)


@dataclass(frozen=True)
class DecaysBefore(Shortens):
    """Shrinks weights where the gradient belongs."""

    def before(self, theta, g, state, *, t, lr):
        theta *= 1 - lr


@dataclass(frozen=True)
class SignsAfter(Shortens):
    """Changes the gradient when the step is made."""

    def before(self, theta, g, state, *, t, lr):
        """Leave it alone."""

    def after(self, theta, previous, g, state, *, t, lr):
        g *= 0.5
        theta -= lr * g


@dataclass(frozen=True)
class ChangesThePast(Shortens):
    """Changes the parameters that were, where the new ones belong."""

    def after(self, theta, previous, g, state, *, t, lr):
        previous[...] = theta


@dataclass(frozen=True)
class ReturnsTheGradient(Shortens):
    """Returns a new gradient, as functional libraries do."""

    def before(self, theta, g, state, *, t, lr):
        return 0.5 * g


@dataclass(frozen=True)
class WaitsForEver(Gathers):
    """Counts from 0: the condition never holds."""

    def waits(self, t):
        return t > 0


_ASKED = []


@dataclass(frozen=True)
class WaitsByTurns(Gathers):
    """Counts how often it was asked."""

    def waits(self, t):
        _ASKED.append(t)
        return len(_ASKED) % 5 != 0


@dataclass(frozen=True)
class Stops(Shortens):
    """Takes back the whole step."""

    def before(self, theta, g, state, *, t, lr):
        """Leave it alone."""

    def after(self, theta, previous, g, state, *, t, lr):
        theta[...] = previous

    def evaluated(self, theta, state, *, t):
        return theta + 1


@dataclass(frozen=True)
class Lifts(Shortens):
    """Divides by a root that NumPy makes float64."""

    def before(self, theta, g, state, *, t, lr):
        g /= np.sqrt(t + 1) * np.ones_like(g)


@dataclass(frozen=True)
class DividesByNothing(Averages, slots=("average",)):
    """Corrects the average for its start at 0, also before there is any."""

    def start(self, theta):
        return {"average": 0 * theta}

    def evaluated(self, theta, state, *, t):
        return state[0] / (1 - 0.9**t)


@dataclass(frozen=True)
class WritesWhereItWas(Shortens):
    """Changes the earlier parameters, which transforms after it see."""

    def before(self, theta, g, state, *, t, lr):
        """Leave it alone."""

    def after(self, theta, previous, g, state, *, t, lr):
        theta -= lr * g
        previous[...] = 7


@dataclass(frozen=True)
class AveragesLate(Averages):
    """Moves the average whenever it is asked for."""

    def evaluated(self, theta, state, *, t):
        (average,) = state
        average += 0.1 * (theta - average)
        return average


@dataclass(frozen=True)
class OneLetterEach(Shortens):
    """Forgets the comma: the slots are the letters of a text."""

    @property
    def slots(self):
        return "mv"


@dataclass(frozen=True)
class ForgetsToStart(Averages, slots=("average", "count"), sees="array"):
    """Declares a slot that it never starts."""


@dataclass(frozen=True)
class NeverWrites(Gathers):
    """Rebinds its slot."""

    def before(self, theta, g, state, *, t, lr):
        gathered = state[0] + g / 3
        if t % 3 == 0:
            g[...] = gathered


@dataclass(frozen=True)
class NeverReads(Gathers):
    """Gathers gradients, and takes the last."""

    def before(self, theta, g, state, *, t, lr):
        state[0][...] += g / 3
        if t % 3 == 0:
            g *= 1 / 3


@dataclass(frozen=True)
class ShortensBlocks(Shortens, sees="block"):
    """Takes the norm of a block for that of everything."""


_LAST = {}


@dataclass(frozen=True)
class Remembers(Shortens):
    """Keeps the last gradient in the module."""

    def before(self, theta, g, state, *, t, lr):
        last = _LAST.get(g.shape, 0)
        _LAST[g.shape] = g.copy()
        g += 0.5 * last


_CALLS = []


@dataclass(frozen=True)
class Counts(Shortens):
    """Shortens more with every call in this process."""

    def before(self, theta, g, state, *, t, lr):
        _CALLS.append(t)
        g /= len(_CALLS)


@dataclass(frozen=True)
class OwnNoise(Shortens):
    """Makes a generator of its own."""

    def before(self, theta, g, state, *, t, lr):
        g += np.random.default_rng(t).standard_normal(len(g))


@dataclass(frozen=True)
class Caches(Shortens):
    """Keeps the longest gradient in itself."""

    seen: tuple[float, ...] = field(default=())

    def before(self, theta, g, state, *, t, lr):
        object.__setattr__(self, "seen", (*self.seen, float(np.linalg.norm(g))))
        g /= 2


@dataclass(frozen=True)
class FromZero(Shortens):
    """Counts from 0."""

    def before(self, theta, g, state, *, t, lr):
        g /= t - 1


@dataclass(frozen=True)
class Grows(Shortens):
    """Grows with every update."""

    def before(self, theta, g, state, *, t, lr):
        g *= 1.001**t


@dataclass(frozen=True)
class NoEpsilon(Shortens):
    """Divides by the norm, which may be 0."""

    def before(self, theta, g, state, *, t, lr):
        g /= np.linalg.norm(g)


@dataclass(frozen=True)
class NoEpsilonInRows(Shortens, sees="array"):
    """Divides every row by its norm, which may be 0 though the gradient is not."""

    def before(self, theta, g, state, *, t, lr):
        if g.any():
            g /= np.linalg.norm(g, axis=-1, keepdims=True)


MUTANTS = [
    (Rebinds(), "changes_something"),
    (DecaysBefore(), "spares_the_parameters_before"),
    (SignsAfter(), "spares_the_gradient_after"),
    (ChangesThePast(), "spares_the_gradient_after"),
    (WritesWhereItWas(), "spares_the_gradient_after"),
    (ReturnsTheGradient(), "changes_something"),
    (DividesByNothing(), "is_evaluated_at_its_start"),
    (WaitsForEver(), "lets_steps_follow"),
    (WaitsByTurns(), "lets_steps_follow"),
    (Stops(), "lets_the_step_be_made"),
    (Lifts(), "keeps_its_type"),
    (AveragesLate(), "spares_what_it_reads"),
    (OneLetterEach(), "names_its_slots"),
    (ForgetsToStart(), "starts_every_slot"),
    (NeverWrites(), "writes_every_slot"),
    (NeverReads(), "uses_every_slot"),
    (ShortensBlocks(), "blocks_equal_whole"),
    (Remembers(), "resumes"),
    (Remembers(), "serves_two_models"),
    (Counts(), "is_deterministic"),
    (OwnNoise(), "draws_no_chance"),
    (Caches(), "keeps_nothing_in_itself"),
    (FromZero(), "first_update_is_finite"),
    (Grows(), "late_updates_are_finite"),
    (NoEpsilon(), "survives_a_gradient_of_zero"),
    (NoEpsilonInRows(), "survives_zeros_in_a_gradient"),
]

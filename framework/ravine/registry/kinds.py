"""Kinds: all kinds of components, in one table.

A kind is an entry of this table, a contract in ``contracts``, a hook in ``hookspecs``, checks in ``testing``,
and a template with its command in ``cli/templates``. Everything else is made of these: Hydra's groups, the text
of lists and errors, and the documentation of hooks.
"""

from __future__ import annotations

from dataclasses import dataclass

from ravine.base.names import nearest
from ravine.contracts.augmentation import Augmentation
from ravine.contracts.component import Component
from ravine.contracts.dataset import Dataset
from ravine.contracts.figure import Figure
from ravine.contracts.function import Function
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss
from ravine.contracts.metric import Metric
from ravine.contracts.network import Architecture
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.sampler import Sampler
from ravine.contracts.schedule import Schedule
from ravine.contracts.score import Score
from ravine.contracts.stop import Stop
from ravine.contracts.surface import Surface
from ravine.contracts.tracker import Tracker
from ravine.contracts.transform import Transform

__all__ = [
    "ALIASES",
    "GROUPS",
    "KINDS",
    "SUPERVISED",
    "Kind",
    "nearest_kind",
]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of component.

    Parameters
    ----------
    base : type of Component
        The contract of the kind; it has the name of the kind.
    plural : str
        The plural of that name.
    what : str
        What components of this kind are.
    use : str
        What the framework does with the chosen one.
    setting : str or None
        The key in a configuration that chooses a component; None if a network or a claim chooses it.
    listed : bool
        Whether that setting is a list of components. If not, it is a group of Hydra, which the registry fills.
    otherwise : str
        How a component is chosen, with NAME for its name, if not by the setting alone.
    supervised : bool
        Whether the setting makes sense for a network only, and not for a surface or a function.
    cited : bool
        Whether a docstring must name the component's paper, or have its formula.
    words : tuple of str
        Further words that someone may take for the name of the kind.
    """

    base: type[Component]
    plural: str
    what: str
    use: str
    setting: str | None = None
    listed: bool = False
    otherwise: str = ""
    supervised: bool = False
    cited: bool = False
    words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the kind, of its module in ``contracts``, of its template and of its module of checks."""
        return self.base.kind

    @property
    def hook(self) -> str:
        """The hook by which plugins offer such components."""
        return f"ravine_{self.plural}"

    @property
    def choice(self) -> str:
        """How a component is chosen, with NAME for its name; text to type stands between double backticks."""
        by_setting = f"``'{self.setting}=[NAME]'``" if self.listed else f"``{self.setting}=NAME``"
        return self.otherwise or by_setting

    def chosen(self, name: str) -> str:
        """Return how the component with this name is chosen, as plain text."""
        return self.choice.replace("``", "").replace("NAME", name)


_KINDS = (
    Kind(
        base=Optimizer,
        plural="optimizers",
        what="update rules",
        use="The chosen optimizer is made of its settings. Its ``step`` is called once for each update, after "
        "the regularizer has added its part to the gradient.",
        setting="optimizer",
        cited=True,
    ),
    Kind(
        base=Transform,
        plural="transforms",
        what="changes of the gradient before the optimizer's step, or of the parameters after it",
        use="The chosen transforms are a chain. For each gradient their ``before`` is called in order, then "
        "the optimizer's ``step``, then their ``after`` in order.",
        setting="transform",
        listed=True,
        cited=True,
    ),
    Kind(
        base=Initializer,
        plural="initializers",
        what="distributions of initial weights",
        use="At the start of a run the chosen initializer draws every array for which a layer does not give a "
        "``fill``.",
        setting="initializer",
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Layer,
        plural="layers",
        what="layers",
        use="Each layer of a network gets the arrays that it declares. Its ``forward`` is called for every "
        "batch. In training the function that ``forward`` returns is called on the way back.",
        otherwise="``network.activation=NAME`` or ``'network.layers=[…,NAME]'``",
        cited=True,
        words=("activation",),
    ),
    Kind(
        base=Regularizer,
        plural="regularizers",
        what="rules that keep weights small",
        use="Before the optimizer's step the chosen regularizer adds its penalty to loss and gradient, or "
        "shrinks the weights.",
        setting="regularizer",
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Loss,
        plural="losses",
        what="losses",
        use="The chosen loss is called once for each batch. It returns a gradient, which goes back through the "
        "network.",
        setting="loss",
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Schedule,
        plural="schedules",
        what="learning-rate schedules",
        use="Before every update the optimizer's ``lr`` is multiplied by the factor that the chosen schedule "
        "returns.",
        setting="schedule",
        cited=True,
    ),
    Kind(
        base=Stop,
        plural="stops",
        what="rules that end a run before its budget",
        use="After every evaluation each chosen stop is asked whether the run ends. The first that says so is "
        "recorded, and the run is completed.",
        setting="stop",
        listed=True,
        cited=True,
    ),
    Kind(
        base=Surface,
        plural="surfaces",
        what="functions of two variables",
        use="A descent begins at the ``start`` of the chosen surface. Figures show its ``domain`` and its "
        "``minima``.",
        setting="problem",
        cited=True,
    ),
    Kind(
        base=Function,
        plural="functions",
        what="functions of any number of numbers, perhaps with noise",
        use="The chosen function makes its data and its start once a run. Its ``sample`` is called for every "
        "gradient, its ``value`` at every evaluation.",
        setting="problem",
        cited=True,
    ),
    Kind(
        base=Dataset,
        plural="datasets",
        what="examples to learn from",
        use="The chosen dataset is loaded when a run begins. The engine splits the examples, scales them and "
        "cuts them into batches.",
        setting="dataset",
        supervised=True,
    ),
    Kind(
        base=Augmentation,
        plural="augmentations",
        what="changes of a batch before a network learns from it",
        use="The chosen augmentations are a chain. For each update their ``augment`` is called in order with "
        "the batch. Evaluations see the examples as they are.",
        setting="augment",
        listed=True,
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Architecture,
        plural="networks",
        what="recipes for networks",
        use="The chosen network returns its layers when a run begins. They are checked before that: their "
        "names and fields, and whether each layer accepts the output shape of the layer before it.",
        setting="network",
        supervised=True,
        words=("architecture",),
    ),
    Kind(
        base=Probe,
        plural="probes",
        what="looks into a network while it learns",
        use="Each chosen probe looks at the network at every evaluation. Its arrays are recorded with the "
        "run's metrics.",
        setting="probes",
        listed=True,
        supervised=True,
    ),
    Kind(
        base=Score,
        plural="scores",
        what="numbers by which a network's outputs are evaluated",
        use="At every evaluation each chosen score gets all outputs and targets of a set. It stands beside "
        "loss and accuracy, as ``test_NAME``.",
        setting="scores",
        listed=True,
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Metric,
        plural="metrics",
        what="numbers that measure a run",
        use="A metric measures the runs that a claim compares. Before anything runs, it is tried on a run "
        "without steps.",
        otherwise="``metric: NAME`` in a claim",
    ),
    Kind(
        base=Sampler,
        plural="samplers",
        what="rules that choose the trials of a search",
        use="The chosen sampler proposes points and is told their values, in the process of the command.",
        setting="sampler",
        otherwise="``hydra/sweeper=search sampler=NAME``",
    ),
    Kind(
        base=Figure,
        plural="figures",
        what="pictures of a study",
        use="Each chosen figure is drawn from the files of a study when its runs have ended, and again by "
        "``ravine figures``.",
        setting="figures",
        listed=True,
    ),
    Kind(
        base=Tracker,
        plural="trackers",
        what="places outside of ravine that show runs",
        use="Each chosen tracker hears of every run while it is made, and ``ravine export`` tells it of runs "
        "that have ended. One that fails stops no run.",
        setting="track",
        listed=True,
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""All kinds by name, in the order in which lists show them."""


GROUPS = {
    setting: tuple(kind.name for kind in _KINDS if kind.setting == setting)
    for setting in dict.fromkeys(kind.setting for kind in _KINDS if kind.setting and not kind.listed)
}
"""The Hydra groups that the registry fills, each with the kinds of its components: in most it is one."""


SUPERVISED = tuple(kind.setting for kind in _KINDS if kind.setting and kind.supervised)
"""The settings that make sense for a network only."""


ALIASES = {
    word: kind.name
    # The first kind of a setting is the one that is meant.
    for kind in reversed(_KINDS)
    for word in (kind.plural, kind.setting, *kind.words)
    if word and word not in KINDS
}
"""Words that someone may take for the name of a kind, each with the right name."""


def nearest_kind(word: str) -> str:
    """Return the end of an error's sentence: the kind that ``word`` may have meant."""
    return f"; did you mean {ALIASES[word]}?" if word in ALIASES else nearest(word, KINDS)

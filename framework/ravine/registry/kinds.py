"""Kinds: what there is of components, in one table.

A kind is an entry of this table, a contract in ``contracts``, a hook in ``hookspecs``, checks in ``testing``,
and a template with its command in ``cli/templates``. Everything else follows: Hydra's groups, what lists and
errors say, and the documentation of hooks.
"""

from __future__ import annotations

from dataclasses import dataclass

from ravine.base.names import nearest
from ravine.contracts.component import Component
from ravine.contracts.dataset import Dataset
from ravine.contracts.figure import Figure
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
from ravine.contracts.surface import Surface

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
        Its contract, which has its name.
    plural : str
        The name of several.
    what : str
        What they are.
    use : str
        What is done with one that is chosen.
    setting : str or None
        The key in a configuration that chooses one; None where a network or a claim does.
    listed : bool
        Whether that setting is a list of them. If not, it is a group of Hydra's, which the registry fills.
    otherwise : str
        How one is chosen, with NAME for its name, where it is otherwise than by the setting alone.
    supervised : bool
        Whether its setting makes sense for a network only, and not for a surface.
    cited : bool
        Whether its docstring names the paper that it is from, or has its formula.
    words : tuple of str
        What else it may be called by mistake.
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
        """What one is called; so are its module among contracts, its template and its module of checks."""
        return self.base.kind

    @property
    def hook(self) -> str:
        """The hook by which plugins offer them."""
        return f"ravine_{self.plural}"

    @property
    def choice(self) -> str:
        """How one is chosen, with NAME for its name; what is typed stands between double backticks."""
        by_setting = f"``'{self.setting}=[NAME]'``" if self.listed else f"``{self.setting}=NAME``"
        return self.otherwise or by_setting

    def chosen(self, name: str) -> str:
        """Return how the one of a name is chosen, as plain text."""
        return self.choice.replace("``", "").replace("NAME", name)


_KINDS = (
    Kind(
        base=Optimizer,
        plural="optimizers",
        what="update rules",
        use="The one that is chosen is made of its settings. Its ``step`` is called once an update, after the "
        "penalty of a regularizer has joined the gradient.",
        setting="optimizer",
        cited=True,
    ),
    Kind(
        base=Initializer,
        plural="initializers",
        what="distributions of initial weights",
        use="The one that is chosen draws, at the start of a run, every array for which a layer gives no "
        "``fill``.",
        setting="initializer",
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Layer,
        plural="layers",
        what="layers",
        use="Each in a network gets the arrays that it asks for. Its ``forward`` is called for every batch, "
        "and while training the function that it returns is called on the way back.",
        otherwise="``network.activation=NAME`` or ``'network.layers=[…,NAME]'``",
        cited=True,
        words=("activation",),
    ),
    Kind(
        base=Regularizer,
        plural="regularizers",
        what="what keeps weights small",
        use="The one that is chosen adds its penalty to loss and gradient, or shrinks the weights, before the "
        "optimizer's step.",
        setting="regularizer",
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Loss,
        plural="losses",
        what="losses",
        use="The one that is chosen is called once a batch; with the gradient that it returns the network goes "
        "back.",
        setting="loss",
        supervised=True,
        cited=True,
    ),
    Kind(
        base=Schedule,
        plural="schedules",
        what="learning-rate schedules",
        use="The one that is chosen is asked before every update for a factor, by which the optimizer's ``lr`` "
        "is multiplied.",
        setting="schedule",
        cited=True,
    ),
    Kind(
        base=Surface,
        plural="surfaces",
        what="functions of two variables",
        use="A descent begins at its ``start``; ``domain`` and ``minima`` are what figures show of it.",
        setting="problem",
        cited=True,
    ),
    Kind(
        base=Dataset,
        plural="datasets",
        what="examples to learn from",
        use="The one that is chosen is loaded when a run begins; the engine splits the examples, scales them "
        "and cuts them into batches.",
        setting="dataset",
        supervised=True,
    ),
    Kind(
        base=Architecture,
        plural="networks",
        what="recipes for networks",
        use="The one that is chosen is asked for its layers when a run begins, and before: names and fields "
        "are checked, and whether each layer takes what the one before it gives.",
        setting="network",
        supervised=True,
        words=("architecture",),
    ),
    Kind(
        base=Probe,
        plural="probes",
        what="looks into a network while it learns",
        use="Each looks at every evaluation, and what it sees is recorded with the run's metrics.",
        setting="probes",
        listed=True,
        supervised=True,
    ),
    Kind(
        base=Metric,
        plural="metrics",
        what="numbers of a run",
        use="Each measures the runs that a claim compares and, before anything runs, one without steps.",
        otherwise="``metric: NAME`` in a claim",
    ),
    Kind(
        base=Sampler,
        plural="samplers",
        what="rules by which a search goes on",
        use="The one that is chosen is asked for points, and told what came of them, in the process of the "
        "command.",
        setting="sampler",
        otherwise="``hydra/sweeper=search sampler=NAME``",
    ),
    Kind(
        base=Figure,
        plural="figures",
        what="pictures of a study",
        use="Each draws from the files of a study when its runs have ended, and again when ``ravine figures`` "
        "asks.",
        setting="figures",
        listed=True,
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""All kinds by name, in the order in which they are listed."""


GROUPS = {kind.setting: kind.name for kind in _KINDS if kind.setting and not kind.listed}
"""Hydra groups that the registry fills, and the kind of component in each."""


SUPERVISED = tuple(kind.setting for kind in _KINDS if kind.setting and kind.supervised)
"""Settings that make sense for a network and not for a surface."""


ALIASES = {
    word: kind.name
    for kind in _KINDS
    for word in (kind.plural, kind.setting, *kind.words)
    if word and word not in KINDS
}
"""Words that one may take for a kind, and which is meant."""


def nearest_kind(word: str) -> str:
    """Return the end of an error's sentence: the kind that ``word`` may have meant."""
    return f"; did you mean {ALIASES[word]}?" if word in ALIASES else nearest(word, KINDS)

"""Orders: what the process of a command asks its workers to do, and what they answer, a line each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from ravine.base.types import Named
from ravine.engine.experiment import Experiment
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Execution, Subject
from ravine.records.weights import Keep

__all__ = [
    "DrawFigure",
    "Ended",
    "MakeRun",
    "Message",
    "Prepare",
    "Stepped",
    "Warned",
    "read",
    "written",
]


@dataclass(frozen=True)
class Message:
    """An order or an answer."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read it back."""
        return cls(**content)


@dataclass(frozen=True)
class Prepare(Message):
    """Import and read what a run like this will need, before there is one to make; there is no answer.

    Parameters
    ----------
    config : dict
        Its configuration.
    """

    config: Mapping[str, Any]


@dataclass(frozen=True)
class MakeRun(Message):
    """Make a run.

    Parameters
    ----------
    folder : str
        The study's.
    id : str
        The run's id; the worker must come to the same.
    made_of : dict
        What the run is made of, to say how it differs if the worker comes to another id.
    config : dict
        Its configuration.
    question : str or None
        The question of the study.
    figures : list
        Its figures. They are only names to a worker, which may not know those of a notebook.
    track : list
        The trackers that hear of the run.
    checkpoint_seconds : float
    weights : "none", "last", "best" or "both"
        See ``Execution``.
    rule : MedianRule or None
        May end it before its time.
    """

    folder: str
    id: str
    made_of: Mapping[str, Any]
    config: Mapping[str, Any]
    question: str | None
    figures: list[Named]
    track: list[Named]
    checkpoint_seconds: float
    weights: Keep
    rule: MedianRule | None

    @classmethod
    def of(cls, folder: str, experiment: Experiment, subject: Subject, rule: MedianRule | None) -> Self:
        """Return the order to make a run of a study."""
        return cls(
            folder=folder,
            id=experiment.id,
            made_of=experiment.made_of,
            config=dict(experiment.config),
            question=subject.question,
            figures=list(subject.figures),
            track=list(subject.track),
            checkpoint_seconds=subject.execution.checkpoint_seconds,
            weights=subject.execution.weights,
            rule=rule,
        )

    @property
    def subject(self) -> Subject:
        """What a worker has to know of the study."""
        execution = Execution(checkpoint_seconds=self.checkpoint_seconds, weights=self.weights)
        return Subject(question=self.question, figures=self.figures, execution=execution, track=self.track)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        # The keys of an object are text in JSON, and steps are numbers.
        rule = asdict(self.rule) | {"medians": list(self.rule.medians.items())} if self.rule else None
        return {**vars(self), "rule": rule}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read it back."""
        given = content["rule"]
        rule = MedianRule(given["metric"], given["maximize"], dict(given["medians"])) if given else None
        return cls(**{**content, "rule": rule})


@dataclass(frozen=True)
class DrawFigure(Message):
    """Draw a figure of a study.

    Parameters
    ----------
    folder : str
        The study's.
    figure : str or dict
        As it was asked for.
    """

    folder: str
    figure: Named


@dataclass(frozen=True)
class Stepped(Message):
    """A run has made an update: its number, the number of all, and the loss."""

    step: int
    steps: int
    loss: float


@dataclass(frozen=True)
class Warned(Message):
    """Something has given a warning.

    Parameters
    ----------
    text : str
        What it says.
    of_plugin : bool
        Whether it is a ``PluginWarning``.
    """

    text: str
    of_plugin: bool


@dataclass(frozen=True)
class Ended(Message):
    """An order is carried out, or could not be: then ``error`` says why."""

    error: str = ""


_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Prepare, MakeRun, DrawFigure, Stepped, Warned, Ended)
}


def written(message: Message) -> str:
    """Return a message as one line."""
    return json.dumps({type(message).__name__: message.to_json()}) + "\n"


def read(line: str) -> Message:
    """Return the message of a line."""
    ((kind, content),) = json.loads(line).items()
    return _KINDS[kind].from_json(content)

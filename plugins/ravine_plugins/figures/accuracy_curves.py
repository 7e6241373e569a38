"""Accuracy by epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._accuracy import by_gradients, by_steps, draw_accuracy, handles, unit, with_accuracy
from ravine_plugins.figures._style import explain, legend, looks, renamed, spread, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class AccuracyCurves(Figure):
    """Accuracy curves: accuracy by epoch, the median over seeds with a band.

    Parameters
    ----------
    test : bool
        Whether accuracy on test examples is drawn too, dashed.
    by : "epoch" or "gradients"
        What the axis counts: epochs, or steps where runs have epochs of different lengths or none; or
        gradients, of which some rules take several for a step.
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend: ``{"strength=": "λ = "}``.
    """

    test: bool = False
    by: Literal["epoch", "gradients"] = "epoch"
    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("evaluation.train_accuracy",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = {label: with_accuracy(runs) for label, runs in study.groups().items()}
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("accuracy_curves needs a run with an accuracy; there is none")
        runs = [run for group in groups.values() for run in group]
        what, length = unit(runs)
        what, place = (what, by_steps(length)) if self.by == "epoch" else (self.by, by_gradients)
        styles = {label: look for label, look in looks(study.groups(), dashes=False).items() if label in groups}
        picture = Picture(figsize=(7, 4), layout="constrained")
        axes = picture.add_subplot()
        for i, (label, group) in enumerate(groups.items()):
            draw_accuracy(axes, group, styles[label], place=place, test=self.test, at=(i + 0.5) / len(groups))
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        places: Any = axes.xaxis.get_major_locator()
        places.set_params(integer=True)
        axes.set_xlabel(what)
        axes.set_ylabel("accuracy" if self.test else "training accuracy")
        explain(axes, spread(groups.values()))
        tidy(axes)
        labels = {label: renamed(label, self.names) for label in groups}
        legend(picture, handles(styles, labels, runs, test=self.test))
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"accuracy_curves": AccuracyCurves}

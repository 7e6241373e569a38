"""Accuracy by epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._accuracy import by_steps, draw_accuracy, handles, parts, unit, with_accuracy
from ravine_plugins.figures._places import LABELS, places
from ravine_plugins.figures._style import crowded, explain, legend, looks, renamed, spread, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class AccuracyCurves(Figure):
    """Accuracy curves: accuracy by epoch, the median over seeds with a band.

    Parameters
    ----------
    test : bool
        Whether accuracy on test examples is drawn too, dashed.
    by : "epoch", "step", "gradients" or "seconds"
        What the axis counts: epochs, or steps where runs have epochs of different lengths or none; steps;
        gradients, of which some rules take several for a step; or seconds of updates, without evaluations, as
        if each update of a run had taken as long as their mean.
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend: ``{"strength=": "λ = "}``.
    validation : bool
        Whether accuracy on validation examples is drawn too, dashed and dotted.
    """

    test: bool = False
    by: Literal["epoch", "step", "gradients", "seconds"] = "epoch"
    names: Mapping[str, str] = field(default_factory=dict)
    validation: bool = False

    def needs(self) -> tuple[str, ...]:
        more = ("evaluation.validation_accuracy",) if self.validation else ()
        return ("evaluation.train_accuracy", *more)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = {label: with_accuracy(runs) for label, runs in study.groups().items()}
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("accuracy_curves needs a run with an accuracy; there is none")
        runs = [run for group in groups.values() for run in group]
        of = parts(validation=self.validation, test=self.test)
        if self.validation and not any("evaluation.validation_accuracy" in run.arrays for run in runs):
            raise ValueError(
                "accuracy_curves needs a run with an accuracy on validation examples; "
                "dataset.validation=0.2 sets some aside"
            )
        what, length = unit(runs) if self.by == "epoch" else (LABELS.get(self.by, self.by), 1.0)
        place = by_steps(length) if self.by == "epoch" else places(self.by, runs, "accuracy_curves")
        bands = not crowded(groups)
        styles = {label: look for label, look in looks(study.groups(), dashes=False).items() if label in groups}
        picture = Picture(figsize=(7, 4), layout="constrained")
        axes = picture.add_subplot()
        for i, (label, group) in enumerate(groups.items()):
            at = (i + 0.5) / len(groups)
            draw_accuracy(axes, group, styles[label], place=place, of=of, at=at, bands=bands)
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        ticks: Any = axes.xaxis.get_major_locator()
        ticks.set_params(integer=True)
        axes.set_xlabel(what)
        axes.set_ylabel("accuracy" if len(of) > 1 else "training accuracy")
        explain(axes, crowded(groups) or spread(groups.values()))
        tidy(axes)
        labels = {label: renamed(label, self.names) for label in groups}
        legend(picture, handles(styles, labels, runs, of=of))
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"accuracy_curves": AccuracyCurves}

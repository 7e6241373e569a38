"""Accuracy by epoch, a panel for each value of a swept number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._accuracy import by_steps, draw_accuracy, handles, parts, unit, with_accuracy
from ravine_plugins.figures._style import by_value, legend, looks, renamed, spread, swept, text_of, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class AccuracyGrid(Figure):
    """Accuracy grid: accuracy by epoch, a panel for each value of a number that is swept.

    Parameters
    ----------
    axis : str or None
        The number's full key, like ``initializer.std``; None for the only number that is swept.
    columns : int
        Panels in a row.
    test : bool
        Whether accuracy on test examples is drawn too, dashed.
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend.
    """

    axis: str | None = None
    columns: int = 4
    test: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.require(columns="[1, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("evaluation.train_accuracy",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        axis = swept(study, self.axis)
        every = by_value(study, axis)
        lines = {
            label: {value: evaluated for value, runs in values.items() if (evaluated := with_accuracy(runs))}
            for label, values in every.items()
        }
        lines = {label: values for label, values in lines.items() if values}
        if not lines:
            raise ValueError("accuracy_grid needs a run with an accuracy; there is none")
        runs = [run for values in lines.values() for group in values.values() for run in group]
        what, length = unit(runs)
        place, of = by_steps(length), parts(validation=False, test=self.test)
        looked = looks({label: next(iter(values.values())) for label, values in every.items()}, dashes=False)
        styles = {label: looked[label] for label in lines}
        steps = sorted({value for values in lines.values() for value in values}, reverse=True)
        columns = min(self.columns, len(steps))
        rows = -(-len(steps) // columns)
        picture = Picture(figsize=(2.1 * columns + 0.4, 1.55 * rows + 0.9), layout="constrained")
        panels = picture.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for panel, value in zip(panels.flat, steps, strict=False):
            for i, (label, values) in enumerate(lines.items()):
                if value in values:
                    at = (i + 0.5) / len(lines)
                    draw_accuracy(panel, values[value], styles[label], place=place, of=of, at=at)
            panel.set_title(f"{axis.rpartition('.')[2]} {text_of(value)}", size=9, parse_math=False)
            tidy(panel)
        panels.flat[0].set_ylim(0, 1.03)
        panels.flat[0].set_xlim(left=0)
        for panel in panels.flat[len(steps) - columns : len(steps)]:
            panel.tick_params(labelbottom=True)
        for panel in panels.flat[len(steps) :]:
            panel.remove()
        seeds = spread(group for values in lines.values() for group in values.values())
        picture.supxlabel(f"{what}; {seeds}", size=9)
        picture.supylabel("accuracy" if self.test else "training accuracy", size=9)
        labels = {label: renamed(label, self.names) for label in lines}
        legend(picture, handles(styles, labels, runs, of=of), above=5)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"accuracy_grid": AccuracyGrid}

"""The figure my_name: replace what it draws, its fields and its docstring by your own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ravine import Figure, Study, hookimpl

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Figure):
    """Bars: a metric at the end of the runs, a bar a group for the median and a point for every run.

    Runs that did not complete have no end; they are counted beside their group's name.

    Parameters
    ----------
    of : str
        The metric's name.
    """

    of: str = "train_loss"

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        ends = {
            label: [run.final[self.of] for run in runs if self.of in run.final]
            for label, runs in groups.items()
        }
        if not any(ends.values()):
            known = sorted({name for run in study.runs.values() for name in run.final})
            raise ValueError(f"no run has a final {self.of}; there are: {', '.join(known) or 'none'}")
        picture = Picture(figsize=(6, 1 + 0.45 * len(ends)), layout="constrained")
        axes = picture.subplots()
        names = []
        for place, (label, values) in enumerate(ends.items()):
            lost = len(groups[label]) - len(values)
            names.append(f"{label}\n{lost} did not complete" if lost else label)
            if values:
                axes.barh(place, np.median(values), height=0.6, color="#56B4E9")
                axes.plot(values, [place] * len(values), "o", color="#000000", markersize=4)
        axes.set_yticks(range(len(names)), names, parse_math=False)
        axes.set_ylim(len(names) - 0.5, -0.5)  # the first on top
        axes.set_ylabel(", ".join(axis for axis in study.axes if axis != "seed") or "optimizer")
        axes.set_xlabel(f"final {self.of.replace('_', ' ')}: median, and every run")
        axes.spines[["top", "right"]].set_visible(False)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"my_name": MyName}
